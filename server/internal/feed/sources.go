package feed

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errReturned stands for a source that returned nil although it was not asked to
// stop: for the feed that is an outage like any other.
var errReturned = errors.New("it ended by itself")

// trailing is how long after a notification the feed wakes once more: the
// trigger keeps still for 20 ms after each, so what was committed meanwhile goes
// unannounced. Under a steady load the next notification comes first.
const trailing = 25 * time.Millisecond

// listen calls Config.Listen again after each failure, and wakes, because whatever
// is notified until it listens again goes unheard.
func (f *Feed) listen(ctx context.Context) {
	o := outage{feed: f, source: "listen"}
	again := time.AfterFunc(trailing, func() { f.wake(Timer) })
	defer again.Stop()
	for ctx.Err() == nil {
		err := f.cfg.Listen(ctx, func() {
			o.works()
			f.wake(Notify)
			again.Reset(trailing)
		})
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errReturned
		}
		f.wake(Notify)
		o.pause(ctx, err)
	}
}

// outage counts the failures in a row of one source and logs the first and the
// recovery. A source that works for a moment and fails again is still in the
// same row, so that it neither fills the log nor is asked without pause.
type outage struct {
	feed   *Feed
	source string

	mu       sync.Mutex // Listen may wake from a goroutine of its own
	failures int
	last     time.Time // of the last failure
	worked   bool      // since the last failure
}

func (o *outage) works() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failures > 0 && !o.worked {
		o.feed.cfg.Log.Info("wake-up source recovered", "source", o.source, "failures", o.failures)
	}
	o.worked = true
}

func (o *outage) pause(ctx context.Context, err error) {
	select {
	case <-ctx.Done():
	case <-time.After(o.failed(err)):
	}
}

func (o *outage) failed(err error) (wait time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.worked && time.Since(o.last) > 2*backoffLast {
		o.failures = 0
	}
	if o.failures == 0 {
		o.feed.cfg.Log.Warn("wake-up source failed; the sweep goes on", "source", o.source, "err", err)
	}
	o.failures++
	o.last, o.worked = time.Now(), false
	return backoff(o.failures)
}

// backoff is the wait after failure n in a row, counted from 1.
func backoff(n int) time.Duration {
	d := backoffFirst
	for range n - 1 {
		if d *= 2; d >= backoffLast {
			return backoffLast
		}
	}
	return d
}
