package live

import (
	"testing"
	"time"
)

// One step of the machine: data on a live stream, which is what happens most,
// and the two steps from the start to polling.
func BenchmarkNext(b *testing.B) {
	stamp := func(st step) Event {
		e := st.event
		e.At, e.Jitter = 1+time.Duration(st.at*float64(time.Second)), 0.5
		return e
	}
	b.Run("data", func(b *testing.B) {
		var s State
		for _, st := range running {
			s, _ = Next(s, stamp(st))
		}
		e := stamp(step{at: 1, event: data(1)})
		b.ReportAllocs()
		for b.Loop() {
			e.At += time.Second
			s, _ = Next(s, e)
		}
		if s.Phase() != Live {
			b.Errorf("the stream is %v", s.Phase())
		}
	})
	b.Run("blocked", func(b *testing.B) {
		var events []Event
		for _, st := range blocked {
			events = append(events, stamp(st))
		}
		var s State
		b.ReportAllocs()
		for b.Loop() {
			s = State{}
			for _, e := range events {
				s, _ = Next(s, e)
			}
		}
		if s.Phase() != Polling {
			b.Errorf("the stream is %v", s.Phase())
		}
	})
}
