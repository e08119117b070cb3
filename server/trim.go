package main

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	// trimLook is how often a trimmer looks, and trimCalm how many looks without much
	// going on end a rush.
	trimLook = time.Second
	trimCalm = 2
	// trimRush is how many arrivals make a rush. Each leaves some 10 KB of garbage and
	// stacks behind: the request, the connection's buffers, the handler's goroutine.
	trimRush = 500
)

// trimmer gives back to the system what a rush of new streams left behind. The runtime
// would keep it for the next rush, and an idle server would look several times its size.
type trimmer struct {
	arrivals func() int64 // since the start
	free     func()
}

func newTrimmer(arrivals func() int64) trimmer { return trimmer{arrivals, debug.FreeOSMemory} }

// run looks after the memory until ctx ends.
func (t trimmer) run(ctx context.Context) error {
	tick := time.NewTicker(trimLook)
	defer tick.Stop()
	var r rush
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if r.over(t.arrivals()) {
				t.free()
			}
		}
	}
}

// rush is what a trimmer has seen since it last gave memory back. The zero value has seen
// nothing.
type rush struct {
	begun int64 // arrivals before it
	last  int64 // arrivals at the last look
	calm  int
}

// over takes the arrivals at a look, and reports, once, that there were many and are few
// by now: fewer at each look than a hundredth of the rush.
func (r *rush) over(arrivals int64) bool {
	came, all := arrivals-r.last, arrivals-r.begun
	r.last = arrivals
	if r.calm++; came*100 > all {
		r.calm = 0
	}
	if all < trimRush || r.calm < trimCalm {
		return false
	}
	*r = rush{begun: arrivals, last: arrivals}
	return true
}
