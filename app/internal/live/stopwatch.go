package live

import "time"

// clockJump is the difference from which two clocks disagree.
const clockJump = time.Second

// stopwatch measures time that really passed, sleep included. A monotonic clock
// may stand still while the device sleeps, the wall clock may be set; so the
// one that advanced more is believed. The result never falls.
type stopwatch struct {
	anchor time.Time
	passed time.Duration // until the anchor
	last   time.Duration
}

// newStopwatch starts at one nanosecond: 0 is free to mean "not set".
func newStopwatch(now time.Time) stopwatch { return stopwatch{anchor: now, passed: 1, last: 1} }

func (w *stopwatch) read(now time.Time) time.Duration {
	return w.advance(now, now.Sub(w.anchor), now.Round(0).Sub(w.anchor.Round(0)))
}

// advance takes what each clock says has passed since the anchor.
func (w *stopwatch) advance(now time.Time, mono, wall time.Duration) time.Duration {
	ahead := max(mono, wall)
	w.last = max(w.last, w.passed+ahead)
	if (mono-wall).Abs() > clockJump || ahead < -clockJump {
		// Measure from here, so that a jump back does not hide a later sleep.
		w.anchor, w.passed = now, w.last
	}
	return w.last
}
