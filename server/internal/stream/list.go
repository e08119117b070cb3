package stream

import (
	"container/list"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// listLogMax bounds the audits whose last change is kept for the subscribers of the
// list; some 6 MB of frames. A subscriber further behind takes a new snapshot.
const listLogMax = 4096

// listLog holds the newest change of each audit in order of change, for all
// subscribers of the list together. Each of them keeps a sequence number in it and
// nothing else, so a slow one costs no more than a fast one. It is guarded by
// hub.mu, and empty while the list has no subscriber.
type listLog struct {
	topic           topic // whose subscriptions are those of the list
	limit           int   // listLogMax; less in tests
	subscribers     []*listSubscriber
	byID            map[int64]*list.Element
	order           list.List // of *listChange, the oldest first
	lastSequence    uint64    // of the newest change
	droppedSequence uint64    // of the newest change that was dropped for want of room
	droppedDeletion uint64    // … and of the newest deletion
}

// listChange is the newest that is known of an audit.
type listChange struct {
	id       int64
	frame    *frame // nil once the audit is deleted
	sequence uint64
}

// bytes returns the encoded change; nobody may change it.
func (c *listChange) bytes() []byte {
	if c.frame == nil {
		return deletedEvent(c.id)
	}
	return c.frame.bytes(brief)
}

// deletedEvent tells that an audit is gone.
func deletedEvent(id int64) []byte {
	return mustEvent(nil, sse.Event{Type: shared.EventDeleted, Data: mustJSON(shared.Deleted{AuditID: id})})
}

// record keeps f unless a newer frame of the audit is kept, or its deletion. It
// reports whether it did.
func (l *listLog) record(f *frame, m *metrics) bool {
	return l.keep(f.id(), f, m, func(old *frame) bool { return old != nil && f.revision() > old.revision() })
}

// recordDeleted keeps that an audit was deleted, unless that is kept already. It
// reports whether it did.
func (l *listLog) recordDeleted(id int64, m *metrics) bool {
	return l.keep(id, nil, m, func(old *frame) bool { return old != nil })
}

// keep makes f the newest change of an audit, if there is none or f replaces it.
func (l *listLog) keep(id int64, f *frame, m *metrics, replaces func(old *frame) bool) bool {
	if len(l.subscribers) == 0 {
		return false
	}
	e := l.byID[id]
	if e != nil && !replaces(e.Value.(*listChange).frame) {
		return false
	}
	l.lastSequence++
	if e == nil {
		l.byID[id] = l.order.PushBack(&listChange{id, f, l.lastSequence})
		l.dropOldest()
		return true
	}
	c := e.Value.(*listChange)
	for _, s := range l.subscribers {
		if s.sequence < c.sequence {
			m.conflated.Inc()
		}
	}
	c.frame, c.sequence = f, l.lastSequence
	l.order.MoveToBack(e)
	return true
}

// dropOldest forgets the oldest change if there are too many.
func (l *listLog) dropOldest() {
	if l.order.Len() <= l.limit {
		return
	}
	oldest := l.order.Remove(l.order.Front()).(*listChange)
	delete(l.byID, oldest.id)
	l.droppedSequence = oldest.sequence
	if oldest.frame == nil {
		l.droppedDeletion = oldest.sequence
	}
}

// removeSubscriber forgets all changes with the last subscriber.
func (l *listLog) removeSubscriber(s *listSubscriber) {
	last := len(l.subscribers) - 1
	l.subscribers[s.index] = l.subscribers[last]
	l.subscribers[s.index].index = s.index
	l.subscribers[last] = nil
	l.subscribers = l.subscribers[:last]
	if len(l.subscribers) == 0 {
		l.byID = nil
		l.order.Init()
	}
}

// listSubscriber is the subscriber of the list.
type listSubscriber struct {
	hub         *hub
	snapshots   *snapshots
	subs        []subscription // one, in the list's topic
	index       int            // in listLog.subscribers; guarded by hub.mu
	sequence    uint64         // of the newest change taken; guarded by hub.mu
	probe       probe
	ordinal     uint8 // which flushes of which frames are measured
	behind      bool  // changes were dropped before they were taken; a resync is due
	resyncAsked bool  // … and was asked for
	outdated    bool  // deletions were dropped before they were taken; no snapshot can say which
	answer      atomic.Pointer[snapshot]
	// shownRevisions are those of the snapshot, so that a change it already showed
	// is not sent again.
	shownRevisions map[int64]int64
}

func (l *listSubscriber) attach(w waker)                { l.hub.attach(l.subs, w) }
func (l *listSubscriber) subscriptions() []subscription { return l.subs }
func (l *listSubscriber) resume(string) bool            { return false } // the list carries no event ids
func (l *listSubscriber) flushed()                      { l.probe.flushed(l.hub.metrics) }
func (l *listSubscriber) request() request              { return request{variant: brief} }
func (l *listSubscriber) unsubscribe()                  { l.hub.unsubscribeList(l) }
func (l *listSubscriber) hasNews(time.Duration) bool    { return false } // who watches an audit is told to them alone

func (l *listSubscriber) heartbeats(time.Duration) *heartbeats { return &l.hub.heartbeats }

func (l *listSubscriber) begin(s *snapshot, frames [][]byte) [][]byte {
	l.behind = false
	l.shownRevisions = s.revisions()
	for _, f := range s.list {
		frames = append(frames, f.bytes(brief))
	}
	return frames
}

// resync takes nothing until the new snapshot has come, so what is dropped after
// the question shows after the answer.
func (l *listSubscriber) resync(w waker) {
	l.resyncAsked = true
	go func() {
		s, err := l.snapshots.request(context.Background(), nil, true) // waits no longer than the query timeout
		if err != nil {
			s = &snapshot{err: err}
		}
		l.answer.Store(s)
		w.wake()
	}()
}

// takeAnswer takes the new snapshot if it has come. If it will not come, the
// subscriber stays behind.
func (l *listSubscriber) takeAnswer(frames [][]byte) ([][]byte, bool) {
	s := l.answer.Swap(nil)
	if s == nil {
		return frames, false
	}
	l.resyncAsked = false
	if s.err == nil {
		frames = l.begin(s, frames)
	}
	return frames, true
}

// take gives the oldest change first.
func (l *listSubscriber) take(frames [][]byte) ([][]byte, subscriberState) {
	if l.resyncAsked {
		var came bool
		if frames, came = l.takeAnswer(frames); !came {
			return frames, resyncing
		}
	}
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	from := len(frames)
	log := &l.hub.list
	for e := log.order.Back(); e != nil; e = e.Prev() {
		c := e.Value.(*listChange)
		if c.sequence <= l.sequence {
			break
		}
		switch {
		case c.frame == nil:
			frames = append(frames, c.bytes())
		case c.frame.revision() > l.shownRevisions[c.id]:
			frames = append(frames, c.bytes())
			if sampleOf(len(log.subscribers)).hits(l.ordinal, c.sequence) {
				l.probe = probeOf(c.frame)
			}
		}
	}
	slices.Reverse(frames[from:])
	l.behind = l.behind || l.sequence < log.droppedSequence
	l.outdated = l.outdated || l.sequence < log.droppedDeletion
	l.sequence = log.lastSequence
	switch {
	case l.outdated:
		return frames, outdated
	case l.behind:
		return frames, behind
	}
	return frames, open
}
