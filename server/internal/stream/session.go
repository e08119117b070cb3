package stream

import (
	"slices"
	"sync/atomic"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// early is how long before its time a stream may be seen to, so that a shard that
// wakes for one sees to those of the next moment with it.
const early = 50 * time.Millisecond

// session is one stream from its first byte to its last. It decides what is
// sent and when; who drives it does the rest: reads the clock, waits, and writes
// the blocks. It has no clock, no goroutine and no connection, and is small,
// for there are many.
//
// Instants are durations since the server began.
type session struct {
	server *Server
	view   view

	began, beatAt, endAt time.Duration
	snapshot             time.Duration // how young the first state was
	sent                 int32         // progress frames
	lost                 bool          // the view was lost when last looked at
}

// turn is what a session wants done now.
type turn struct {
	// blocks are to be written in one flush; none is nothing to write. Nobody
	// may change their bytes: others write the same ones.
	blocks [][]byte
	// reason is why the stream ends after these blocks; empty while it goes on.
	reason string
	// resync says that the view, a [listing], is lost and wants to be asked for.
	resync bool
}

func newSession(s *Server, v view, began time.Time) session {
	at := s.since(began)
	return session{server: s, view: v, began: at, endAt: at + jittered(s.cfg.Lifetime)}
}

// since is the instant of t.
func (s *Server) since(t time.Time) time.Duration { return t.Sub(s.epoch) }

// start appends the first bytes and the snapshot to blocks.
func (s *session) start(now time.Time, snapshot *batch, blocks [][]byte) turn {
	s.snapshot = s.server.since(snapshot.at)
	open := mustEvent(nil, sse.Event{Retry: int(between(retryFirst, retryLast).Milliseconds())})
	open = append(sse.AppendComment(open, "connected"), s.server.beats.event(now, s.freshAt(now))...)
	s.server.metrics.heartbeats.Inc()
	blocks = append(blocks, open)
	from := len(blocks)
	blocks = s.view.begin(snapshot, blocks)
	s.count(len(blocks) - from)
	s.flushed(now) // the first heartbeat was just written
	return s.step(now, false, blocks)
}

// step appends what is to be sent now, if anything. It is to be called after
// every wake-up, at the [session.deadline], and after a flush.
func (s *session) step(now time.Time, draining bool, blocks [][]byte) turn {
	at, from := s.server.since(now), len(blocks)
	blocks, st := s.view.take(blocks)
	s.count(len(blocks) - from)
	// A last state that came in the same moment turns any reason into its own.
	switch {
	case st == finished:
		return s.end(shared.EndFinished, blocks)
	case st == deleted:
		return s.end(shared.EndDeleted, blocks)
	case draining:
		return s.end(shared.EndDrain, blocks)
	case at+early >= s.endAt:
		return s.end(shared.EndMaxAge, blocks)
	}
	if at+early >= s.beatAt && len(blocks) == from {
		blocks = append(blocks, s.server.beats.heartbeat(now, s.freshAt(now)))
		s.server.metrics.heartbeats.Inc()
	}
	t := turn{blocks: blocks}
	switch st {
	case lost:
		// A question in vain is asked again with the next bytes, not at once.
		t.resync = !s.lost || len(blocks) > from
		s.lost = true
	case open:
		s.lost = false
	}
	return t
}

// flushed puts the next heartbeat off, because bytes have left.
func (s *session) flushed(now time.Time) {
	s.view.flushed()
	s.beatAt = s.server.since(now) + jittered(s.server.cfg.Heartbeat)
}

// deadline is when to step without a wake-up.
func (s *session) deadline() time.Duration { return min(s.beatAt, s.endAt) }

// freshAt is when a query last confirmed the state.
func (s *session) freshAt(now time.Time) time.Time { return s.server.hub.freshAt(s.snapshot, now) }

func (s *session) count(frames int) {
	s.sent += int32(frames)
	s.server.metrics.progress.Add(float64(frames))
}

func (s *session) end(reason shared.EndReason, blocks [][]byte) turn {
	e := shared.End{Reason: reason}
	retry := 0
	switch reason {
	case shared.EndMaxAge:
		e.Error = shared.StreamTimeout
		e.RetryMS = int(between(againFirst, againLast).Milliseconds())
	case shared.EndDrain:
		e.RetryMS = int(between(againFirst, s.server.cfg.Drain).Milliseconds())
		retry = e.RetryMS // also for readers that leave reconnecting to the browser
	}
	s.server.metrics.ended.Inc()
	block := mustEvent(nil, sse.Event{Retry: retry, Type: shared.EventEnd, Data: mustJSON(e)})
	return turn{blocks: append(blocks, block), reason: string(reason)}
}

// beats encodes heartbeats. Streams that beat in the same millisecond share the
// bytes, if the same query confirmed their states.
type beats struct{ newest atomic.Pointer[beat] }

type beat struct {
	server, fresh int64  // Unix ms
	block         []byte // the comment for proxies, then the event for code
}

var beatComment = sse.AppendComment(nil, "heartbeat")

func (b *beats) heartbeat(now, fresh time.Time) []byte {
	if newest := b.newest.Load(); newest != nil && newest.server == now.UnixMilli() && newest.fresh == fresh.UnixMilli() {
		return newest.block
	}
	block := mustEvent(slices.Clone(beatComment), sse.Event{Type: shared.EventHeartbeat, Data: mustJSON(shared.Heartbeat{
		ServerTime: shared.At(now),
		FreshAt:    shared.AtPtr(fresh),
	})})
	b.newest.Store(&beat{now.UnixMilli(), fresh.UnixMilli(), block})
	return block
}

// event is the heartbeat without its comment.
func (b *beats) event(now, fresh time.Time) []byte { return b.heartbeat(now, fresh)[len(beatComment):] }
