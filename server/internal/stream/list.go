package stream

import (
	"container/list"
	"slices"
)

// listKept bounds the audits whose last change is kept for the readers of the
// list; some 6 MB of frames. A reader further behind takes a new snapshot.
const listKept = 4096

// listLog holds the newest change of each audit in order of change, for all
// readers of the list together. Each reader keeps a position in it and nothing
// else, so a slow one costs no more than a fast one. It is guarded by hub.mu,
// and empty while nobody reads the list.
type listLog struct {
	kept    int // the bound: listKept
	readers []*listing
	byID    map[int64]*list.Element
	order   list.List // of *listChange, the oldest first
	last    uint64    // position of the newest change
	dropped uint64    // position of the newest change that was dropped for want of room
}

type listChange struct {
	frame    *frame
	position uint64
}

// record keeps f unless a newer frame of the audit is kept. It reports whether
// it did.
func (l *listLog) record(f *frame, m *metrics) bool {
	if len(l.readers) == 0 {
		return false
	}
	if e := l.byID[f.id()]; e != nil {
		c := e.Value.(*listChange)
		if f.revision() <= c.frame.revision() {
			return false
		}
		for _, r := range l.readers {
			if r.position < c.position {
				m.conflated.Inc()
			}
		}
		l.last++
		c.frame, c.position = f, l.last
		l.order.MoveToBack(e)
		return true
	}
	l.last++
	l.byID[f.id()] = l.order.PushBack(&listChange{f, l.last})
	if l.order.Len() > l.kept {
		oldest := l.order.Front().Value.(*listChange)
		l.dropped = oldest.position
		l.forget(oldest.frame.id())
	}
	return true
}

func (l *listLog) forget(id int64) {
	if e := l.byID[id]; e != nil {
		l.order.Remove(e)
		delete(l.byID, id)
	}
}

// publishList makes frames known to the readers of the list.
func (h *hub) publishList(frames []*frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := false
	for _, f := range frames {
		if h.list.record(f, h.metrics) {
			f.bytes(brief) // encoded here, not under the mutex by every reader's take
			changed = true
		}
	}
	if changed {
		h.wakeList()
	}
}

// loseList makes every reader of the list take a new snapshot.
func (h *hub) loseList() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.last++
	h.list.dropped = h.list.last
	h.wakeList()
}

func (h *hub) wakeList() {
	for _, r := range h.list.readers {
		wake(r.slot)
	}
}

// listing is the view of the list.
type listing struct {
	hub      *hub
	slot     chan struct{}
	position uint64 // the newest change taken; guarded by hub.mu
	behind   bool   // changes were dropped before they were taken; a snapshot is due
	// known holds the revisions of the snapshot, so that a change it already
	// showed is not sent again.
	known map[int64]int64
}

// watchList subscribes to the list.
func (h *hub) watchList() *listing {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &listing{hub: h, slot: make(chan struct{}, 1), position: h.list.last}
	if h.list.byID == nil {
		h.list.byID = map[int64]*list.Element{}
	}
	h.list.readers = append(h.list.readers, l)
	h.join()
	return l
}

func (l *listing) close() {
	h := l.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.readers = slices.DeleteFunc(h.list.readers, func(r *listing) bool { return r == l })
	if len(h.list.readers) == 0 {
		h.list.byID = nil
		h.list.order.Init()
	}
	h.leave()
}

func (l *listing) woken() <-chan struct{} { return l.slot }

func (l *listing) begin(b *batch, frames [][]byte) [][]byte {
	l.behind = false
	l.known = make(map[int64]int64, len(b.newest))
	for _, f := range b.newest {
		l.known[f.id()] = f.revision()
		frames = append(frames, f.bytes(brief))
	}
	return frames
}

// take gives the oldest change first.
func (l *listing) take(frames [][]byte) ([][]byte, state) {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	from := len(frames)
	log := &l.hub.list
	for e := log.order.Back(); e != nil; e = e.Prev() {
		c := e.Value.(*listChange)
		if c.position <= l.position {
			break
		}
		if c.frame.revision() > l.known[c.frame.id()] {
			frames = append(frames, c.frame.bytes(brief))
		}
	}
	slices.Reverse(frames[from:])
	l.behind = l.behind || l.position < log.dropped
	l.position = log.last
	if l.behind {
		return frames, lost
	}
	return frames, open
}
