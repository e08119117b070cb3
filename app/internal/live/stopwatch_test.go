package live

import (
	"testing"
	"time"
)

func TestStopwatch(t *testing.T) {
	// What the two clocks say since the stopwatch was last anchored.
	type reading struct{ mono, wall time.Duration }
	const s = time.Second
	for _, tt := range []struct {
		name     string
		readings []reading
		want     time.Duration
	}{
		{"both run", []reading{{1 * s, 1 * s}, {3 * s, 3 * s}}, 3 * s},
		{"never falls", []reading{{3 * s, 3 * s}, {2900 * time.Millisecond, 2900 * time.Millisecond}}, 3 * s},
		{"the device slept", []reading{{10 * s, 3610 * s}, {5 * s, 5 * s}}, 3615 * s},
		{"the wall clock is set back", []reading{{10 * s, -3590 * s}, {5 * s, 5 * s}}, 15 * s},
		{"set back, then asleep", []reading{{10 * s, -3590 * s}, {5 * s, 65 * s}, {1 * s, 1 * s}}, 76 * s},
		{"only a wall clock, set back", []reading{{-3600 * s, -3600 * s}, {60 * s, 60 * s}}, 60 * s},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newStopwatch(time.Now())
			var got time.Duration
			for _, r := range tt.readings {
				got = w.advance(time.Now(), r.mono, r.wall)
			}
			if got -= 1; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	w := newStopwatch(time.Now())
	if got := w.read(w.anchor.Add(4 * s)); got != 1+4*s {
		t.Errorf("read %v, want 4 s and the first nanosecond", got)
	}
}
