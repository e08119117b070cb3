package stream

import (
	"container/list"
	"context"
	"slices"
	"sync/atomic"
)

// listKept bounds the audits whose last change is kept for the readers of the
// list; some 6 MB of frames. A reader further behind takes a new snapshot.
const listKept = 4096

// listLog holds the newest change of each audit in order of change, for all
// readers of the list together. Each reader keeps a position in it and nothing
// else, so a slow one costs no more than a fast one. It is guarded by hub.mu,
// and empty while nobody reads the list.
type listLog struct {
	topic   topic // whose seats are the readers'
	kept    int   // the bound: listKept
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
		h.list.topic.rouse()
	}
}

// loseList makes every reader of the list take a new snapshot.
func (h *hub) loseList() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.last++
	h.list.dropped = h.list.last
	h.list.topic.rouse()
}

// listing is the view of the list.
type listing struct {
	hub      *hub
	seat     [1]seat // in the list's topic
	place    int     // in listLog.readers; guarded by hub.mu
	position uint64  // the newest change taken; guarded by hub.mu
	probe    probe
	turn     uint8 // as in audits
	behind   bool  // changes were dropped before they were taken; a snapshot is due
	asked    bool  // … and was asked for
	answer   atomic.Pointer[batch]
	// known holds the revisions of the snapshot, so that a change it already
	// showed is not sent again.
	known map[int64]int64
}

// watchList subscribes to the list.
func (h *hub) watchList() *listing {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &listing{hub: h, place: len(h.list.readers), position: h.list.last, turn: h.turn()}
	l.seat[0].topic = &h.list.topic
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
	h.list.topic.dismiss(&l.seat[0])
	last := len(h.list.readers) - 1
	h.list.readers[l.place] = h.list.readers[last]
	h.list.readers[l.place].place = l.place
	h.list.readers[last] = nil
	h.list.readers = h.list.readers[:last]
	if len(h.list.readers) == 0 {
		h.list.byID = nil
		h.list.order.Init()
	}
	h.leave()
}

func (l *listing) attach(w waker) { l.hub.attach(l.seat[:], w) }
func (l *listing) places() []seat { return l.seat[:] }
func (l *listing) flushed()       { l.probe.flushed(l.hub.metrics) }

// resync asks for the snapshot that a lost view needs, and wakes w when it has
// come or will not. Nothing is taken meanwhile, so that what is dropped after the
// question shows after the answer.
func (l *listing) resync(r *relay, w waker) {
	l.asked = true
	go func() {
		b, err := r.asking.snapshot(context.Background(), nil, true) // waits no longer than the query timeout
		if err != nil {
			b = &batch{err: err}
		}
		l.answer.Store(b)
		w.wake()
	}()
}

// answered takes the new snapshot in if it has come. If it will not come, the
// view stays lost.
func (l *listing) answered(frames [][]byte) ([][]byte, bool) {
	b := l.answer.Swap(nil)
	if b == nil {
		return frames, false
	}
	l.asked = false
	if b.err == nil {
		frames = l.begin(b, frames)
	}
	return frames, true
}

func (l *listing) begin(b *batch, frames [][]byte) [][]byte {
	l.behind = false
	l.known = b.known()
	for _, f := range b.newest {
		frames = append(frames, f.bytes(brief))
	}
	return frames
}

// take gives the oldest change first.
func (l *listing) take(frames [][]byte) ([][]byte, state) {
	if l.asked {
		var came bool
		if frames, came = l.answered(frames); !came {
			return frames, resyncing
		}
	}
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
			if sampleOf(len(log.readers)).hits(l.turn, c.position) {
				l.probe = probeOf(c.frame)
			}
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
