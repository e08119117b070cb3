package stream

// waker is told that there may be something to take. It never blocks, writes
// nothing to any connection, and may be called under hub.mu.
type waker interface{ wake() }

// signal is the waker of a goroutine: one place, filled or not.
type signal chan struct{}

func newSignal() signal { return make(signal, 1) }

func (s signal) wake() {
	select {
	case s <- struct{}{}:
	default:
	}
}
