package stream

import (
	"strconv"
	"time"

	"atalaya/shared"
)

// subscriber is what one stream or one held poll has subscribed to. Only one
// goroutine uses it at a time: the stream's own, or its shard's.
type subscriber interface {
	// attach has w woken from now on when there may be something to take.
	attach(w waker)
	// subscriptions are what a shard puts into its groups instead of attaching.
	subscriptions() []subscription
	// begin takes the snapshot. It appends what only the snapshot holds; the rest
	// comes with the first take.
	begin(s *snapshot, frames [][]byte) [][]byte
	// take appends the frames not taken yet, the newest of each audit.
	take(frames [][]byte) ([][]byte, subscriberState)
	// resync asks for a new snapshot after take has returned behind, and wakes w
	// when it has come or will not come.
	resync(w waker)
	// heartbeats are those that tell how many watch, of which one is sent now.
	heartbeats(at time.Duration) *heartbeats
	// hasNews reports whether the last one told another number.
	hasNews(at time.Duration) bool
	// flushed says that what was taken has left.
	flushed()
	// resume marks the newest state as taken if cursor, the last event id of a
	// client that comes back, names it, and reports whether nothing will follow.
	resume(cursor string) (nothingFollows bool)
	// request is what the client asked for, without its cursor.
	request() request
	unsubscribe()
}

// subscriberState says how it goes on after a take.
type subscriberState uint8

const (
	open      subscriberState = iota // more may come
	finished                         // every audit is terminal, and its last state was taken
	deleted                          // every audit is deleted
	behind                           // more changed than was kept: a resync is due (list only)
	outdated                         // deletions were missed: only a new stream can make up for it (list only)
	resyncing                        // the new snapshot was asked for, and has not come yet
)

// auditSubscriber is the subscriber of one audit or several.
type auditSubscriber struct {
	hub       *hub
	subs      []subscription
	single    [1]subscription // what subs is, for one audit
	probe     probe
	remaining int8 // subscriptions that are not done
	deleted   int8 // subscriptions that are done because the audit is deleted
	variant   variant
	ordinal   uint8 // which flushes of which frames are measured
}

const _ = int8(shared.MaxStreamIDs) // so many subscriptions can be counted

func (a *auditSubscriber) attach(w waker)                { a.hub.attach(a.subs, w) }
func (a *auditSubscriber) subscriptions() []subscription { return a.subs }
func (a *auditSubscriber) resync(waker)                  {} // the newest frame is all there is to know
func (a *auditSubscriber) flushed()                      { a.probe.flushed(a.hub.metrics) }
func (a *auditSubscriber) unsubscribe()                  { a.hub.unsubscribeAudits(a) }

func (a *auditSubscriber) heartbeats(at time.Duration) *heartbeats {
	all := &a.hub.heartbeats
	for i := range a.subs {
		s := &a.subs[i]
		w := s.topic.watching(at)
		if s.told = w.lastSerial(); w != nil && !s.done {
			all = all.with(&w.heartbeats)
		}
	}
	return all
}

func (a *auditSubscriber) hasNews(at time.Duration) bool {
	for i := range a.subs {
		s := &a.subs[i]
		if !s.done && s.topic.watching(at).lastSerial() != s.told {
			return true
		}
	}
	return false
}

// begin gives up the audits that do not exist. The frames of the others were
// published before the snapshot was done.
func (a *auditSubscriber) begin(s *snapshot, frames [][]byte) [][]byte {
	for i := range a.subs {
		if sub := &a.subs[i]; s.frames[sub.topic.id] == nil {
			frames = a.giveUp(sub, frames)
		}
	}
	return frames
}

// giveUp finishes an audit that does not exist, or not any more. On a stream of several
// that is told, because the stream goes on; that of one audit ends with it. Of an audit that
// was deleted the list beside it tells.
func (a *auditSubscriber) giveUp(sub *subscription, frames [][]byte) [][]byte {
	a.finish(sub, true)
	if a.variant == withoutID || a.variant == beside && !sub.topic.deleted.Load() {
		frames = append(frames, deletedEvent(sub.topic.id))
	}
	return frames
}

// resume is for streams of one audit; the others carry no event ids.
func (a *auditSubscriber) resume(cursor string) (nothingFollows bool) {
	if a.variant != withID || cursor == "" {
		return false
	}
	s := &a.subs[0]
	f := s.topic.newest.Load()
	if f == nil || cursor != strconv.FormatInt(f.revision(), 10) {
		return false
	}
	s.revision, s.serial = f.revision(), f.serial
	return f.terminal()
}

func (a *auditSubscriber) take(frames [][]byte) ([][]byte, subscriberState) {
	for i := range a.subs {
		s := &a.subs[i]
		switch {
		case s.done:
		case s.topic.deleted.Load():
			frames = a.giveUp(s, frames)
		default:
			hadState := s.revision > 0
			f := s.take(a.hub.metrics)
			if f == nil {
				continue
			}
			// The first state is as old as it is and says nothing of propagation.
			if hadState && f.sample.hits(a.ordinal, f.serial) {
				a.probe = probeOf(f)
			}
			frames = append(frames, f.bytes(a.variant))
			if f.terminal() {
				a.finish(s, false)
			}
		}
	}
	switch {
	case a.remaining > 0:
		return frames, open
	case int(a.deleted) < len(a.subs):
		return frames, finished
	}
	return frames, deleted
}

func (a *auditSubscriber) finish(s *subscription, deleted bool) {
	s.done = true
	a.remaining--
	if deleted {
		a.deleted++
	}
}

// request rebuilds what was asked for; it is needed for the log only, and would be
// half of what a stream costs.
func (a *auditSubscriber) request() request {
	ids := make([]int64, len(a.subs))
	for i := range a.subs {
		ids[i] = a.subs[i].topic.id
	}
	return request{ids: ids, variant: a.variant}
}

// take returns the newest frame if it was not taken before, else nil.
func (s *subscription) take(m *metrics) *frame {
	f := s.topic.newest.Load()
	if f == nil || f.revision() <= s.revision {
		return nil
	}
	if s.serial > 0 && f.serial > s.serial+1 {
		m.conflated.Add(float64(f.serial - s.serial - 1))
	}
	s.revision, s.serial = f.revision(), f.serial
	return f
}
