package audit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// An audit over which a worker may have died is a suspect until it has shown that it is
// harmless: it runs while no other audit of this process does, and with less.
const (
	// probation is how many addresses a suspect has to get over in one attempt: what
	// killed the worker was among those on their way, and what is not saved comes first
	// in the next attempt. At one in 10 s, the slowest that robots.txt can ask for, it
	// still fits into Config.SuspectTime.
	probation = fetchers + batchPages
	// suspectFetchers and suspectBody take the places of fetchers and of the fetcher's
	// own bound of a body, 10 MiB, meanwhile.
	suspectFetchers = 1
	suspectBody     = 2 << 20
)

// trial is how far a suspect is on its probation. Its zero value is that of an audit
// which nobody suspects. Any goroutine may ask; one calls pass.
type trial struct {
	left    atomic.Int32
	acquit  func() // is called when the probation is over
	pending *time.Timer
}

// begin puts the audit on probation, of which late is the end if it takes too long.
func (t *trial) begin(limit time.Duration, late, acquit func()) {
	t.left.Store(probation)
	t.acquit, t.pending = acquit, time.AfterFunc(limit, late)
}

// end forgets the time limit.
func (t *trial) end() {
	if t.pending != nil {
		t.pending.Stop()
	}
}

// on reports whether the audit is on probation.
func (t *trial) on() bool { return t.left.Load() > 0 }

// pass counts an address that did no harm, and reports whether that was the last one.
func (t *trial) pass() bool {
	if !t.on() || t.left.Add(-1) > 0 {
		return false
	}
	t.end()
	t.acquit()
	return true
}

// maxBody is the bound of a body, 0 for that of the fetcher.
func (t *trial) maxBody() int64 {
	if t.on() {
		return suspectBody
	}
	return 0
}

// room is where the workers of a process run their audits: together, or one alone, so
// that a death names the culprit. Make it with [newRoom].
type room struct {
	mu     sync.Mutex
	inside int
	alone  bool          // the one inside has the room for itself
	kept   bool          // and keeps it: it has a suspect
	opened chan struct{} // is closed when that ends
}

func newRoom() *room { return &room{opened: make(chan struct{})} }

// place is a worker's place in a room, from before it claims a job. It belongs to the
// goroutine that entered, apart from share.
type place struct {
	room  *room
	alone bool // guarded by room.mu
}

// enter waits until nobody has the room for itself. The first one in has it for itself
// until it shares; alone says so. The place is nil when ctx ends before.
func (r *room) enter(ctx context.Context) (p *place, alone bool) {
	for ctx.Err() == nil {
		r.mu.Lock()
		if !r.alone {
			r.inside++
			r.alone = r.inside == 1
			p := &place{r, r.alone}
			r.mu.Unlock()
			return p, p.alone
		}
		opened := r.opened
		r.mu.Unlock()
		select {
		case <-opened:
		case <-ctx.Done():
		}
	}
	return nil, false
}

// state reports whether somebody is inside, and whether one with a suspect keeps others out.
func (r *room) state() (occupied, kept bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.inside > 0, r.kept
}

// keep says that others are kept out for a suspect.
func (p *place) keep() {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.room.kept = p.alone
}

// share lets others in. It may be called more than once, and from any goroutine.
func (p *place) share() {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.shareLocked()
}

func (p *place) shareLocked() {
	if p.alone {
		p.alone, p.room.alone, p.room.kept = false, false, false
		close(p.room.opened)
		p.room.opened = make(chan struct{})
	}
}

// leave gives the place back.
func (p *place) leave() {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.shareLocked()
	p.room.inside--
}
