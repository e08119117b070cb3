package stream

import (
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// deadlineSlack is how long before its deadline a stream may be served, so that a
// shard that wakes for one serves those of the next moment with it.
const deadlineSlack = 50 * time.Millisecond

// session decides what one stream sends and when, from its first byte to its last.
// It has no clock, no goroutine and no connection: a writer reads the clock, waits,
// and writes the blocks. It is small, because there are many. Its times are
// instants of [clock].
type session struct {
	env        *env
	subscriber subscriber

	began, heartbeatAt, endAt time.Duration
	snapshotAsOf              time.Duration // how young the first state was
	over                      func() bool   // of the admission; may be nil
	sent                      int32         // progress frames
	behind                    bool          // what the last take said
}

// output is what a session wants done now.
type output struct {
	// blocks are to be written in one flush; there may be none. Nobody may change
	// their bytes, because other streams write the same ones.
	blocks [][]byte
	// reason is why the stream ends after these blocks; empty while it goes on.
	reason string
	// resync says that the subscriber is behind and must ask for a new snapshot.
	resync bool
}

func newSession(e *env, s subscriber, began time.Time) session {
	at := e.since(began)
	return session{env: e, subscriber: s, began: at, endAt: at + jittered(e.cfg.Lifetime)}
}

// start appends the first bytes and the snapshot to blocks.
func (s *session) start(now time.Time, first *snapshot, blocks [][]byte) output {
	s.snapshotAsOf = s.env.since(first.asOf)
	opening := mustEvent(nil, sse.Event{Retry: int(between(retryFirst, retryLast).Milliseconds())})
	opening = append(sse.AppendComment(opening, "connected"), s.heartbeats(now).encodeEvent(now, s.freshAt(now))...)
	blocks = append(blocks, opening)
	from := len(blocks)
	blocks = s.subscriber.begin(first, blocks)
	s.count(len(blocks) - from)
	s.flushed(now) // the first heartbeat stands in the opening
	return s.step(now, false, blocks)
}

// step appends what is to be sent now, if anything. It is to be called after every
// wake-up, at the [session.deadline], and after a flush.
func (s *session) step(now time.Time, draining bool, blocks [][]byte) output {
	if s.over != nil && s.over() { // whoever may read no longer gets nothing that came meanwhile
		return s.end(shared.EndUnauthorized, blocks)
	}
	at, from := s.env.since(now), len(blocks)
	blocks, state := s.subscriber.take(blocks)
	s.count(len(blocks) - from)
	// A last state that came in the same moment decides the reason, whatever else
	// would have ended the stream.
	switch {
	case state == finished:
		return s.end(shared.EndFinished, blocks)
	case state == deleted:
		return s.end(shared.EndDeleted, blocks)
	case draining:
		return s.end(shared.EndDrain, blocks)
	case at+deadlineSlack >= s.endAt, state == outdated:
		return s.end(shared.EndMaxAge, blocks)
	}
	switch silent := len(blocks) == from; {
	case silent && at+deadlineSlack >= s.heartbeatAt:
		blocks = append(blocks, s.heartbeats(now).encode(now, s.freshAt(now)))
	case !silent && s.subscriber.hasNews(at):
		blocks = append(blocks, s.heartbeats(now).encodeEvent(now, s.freshAt(now)))
	}
	out := output{blocks: blocks}
	switch state {
	case behind:
		// If no new snapshot came, it is asked for again with the next bytes, not
		// at once.
		out.resync = !s.behind || len(blocks) > from
		s.behind = true
	case open:
		s.behind = false
	}
	return out
}

// heartbeats are those of which the next is sent.
func (s *session) heartbeats(now time.Time) *heartbeats {
	s.env.metrics.heartbeats.Inc()
	return s.subscriber.heartbeats(s.env.since(now))
}

// flushed puts the next heartbeat off, because bytes have left.
func (s *session) flushed(now time.Time) {
	s.subscriber.flushed()
	s.heartbeatAt = nextBeat(s.env.since(now), s.env.cfg.Heartbeat)
}

// nextBeat is when a stream that is silent from at on sends a heartbeat: after 83 to 100 % of
// the interval. A fifteenth of the interval lies between two such instants, so that shards,
// and those who read, wake once for many streams.
func nextBeat(at, every time.Duration) time.Duration {
	return (at + jittered(every)).Truncate(every / 15)
}

// askPeer has the next step send something, even if there is nothing to say: only
// that tells a peer that has left from one that has closed its own side and listens.
func (s *session) askPeer() { s.heartbeatAt = 0 }

// deadline is when to step without a wake-up.
func (s *session) deadline() time.Duration { return min(s.heartbeatAt, s.endAt) }

// freshAt is when a query last confirmed the state.
func (s *session) freshAt(now time.Time) time.Time {
	return s.env.freshness.freshAt(s.snapshotAsOf, now)
}

func (s *session) count(frames int) {
	s.sent += int32(frames)
	s.env.metrics.progress.Add(float64(frames))
}

func (s *session) end(reason shared.EndReason, blocks [][]byte) output {
	e := shared.End{Reason: reason}
	retry := 0
	switch reason {
	case shared.EndMaxAge:
		e.Error = shared.StreamTimeout
		e.RetryMS = int(between(againFirst, againLast).Milliseconds())
	case shared.EndDrain:
		e.RetryMS = int(between(againFirst, s.env.cfg.Drain).Milliseconds())
		retry = e.RetryMS // also for clients that leave reconnecting to the browser
	}
	s.env.metrics.ended.Inc()
	block := mustEvent(nil, sse.Event{Retry: retry, Type: shared.EventEnd, Data: mustJSON(e)})
	return output{blocks: append(blocks, block), reason: string(reason)}
}
