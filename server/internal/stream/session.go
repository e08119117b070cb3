package stream

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// session is one stream from its first byte to its last. It decides what is
// sent and when; the writer sends it.
type session struct {
	server *Server
	view   view
	out    *writer
	log    *slog.Logger

	began    time.Time
	snapshot time.Time     // how young the first state was
	every    time.Duration // between heartbeats
	beatAt   time.Time

	blocks [][]byte // reused: what the next flush sends
	own    []byte   // reused: the bytes only this stream gets
	sent   int      // progress frames
}

// endOf says with which reason a view's state ends its stream.
var endOf = map[state]shared.EndReason{finished: shared.EndFinished, deleted: shared.EndDeleted}

// run streams until one side ends it, and returns why.
func (s *session) run(ctx context.Context, snapshot *batch) (reason string) {
	endAt := s.began.Add(jittered(s.server.cfg.Lifetime))
	s.every = jittered(s.server.cfg.Heartbeat)
	state, err := s.open(ctx, snapshot)

	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err != nil {
			return failure(err)
		}
		if reason, ok := endOf[state]; ok {
			return s.end(reason)
		}
		next := s.beatAt
		if endAt.Before(next) {
			next = endAt
		}
		timer.Reset(time.Until(next))
		select {
		case <-ctx.Done():
			return endClientGone
		case <-s.server.gate.drain:
			return s.end(shared.EndDrain)
		case <-s.view.woken():
			state, err = s.advance(ctx)
		case now := <-timer.C:
			if !now.Before(endAt) {
				s.log.Info("stream lifetime reached", "duration", now.Sub(s.began))
				return s.end(shared.EndMaxAge)
			}
			if err = s.beat(); err == nil {
				state, err = s.advance(ctx) // a view that was lost tries again
			}
		}
	}
}

// open sends the first bytes and the snapshot in one flush.
func (s *session) open(ctx context.Context, snapshot *batch) (state, error) {
	s.own = mustEvent(s.own[:0], sse.Event{Retry: int(between(retryFirst, retryLast).Milliseconds())})
	s.own = s.appendHeartbeat(sse.AppendComment(s.own, "connected"))
	s.blocks = append(s.blocks, s.own)
	s.progress(func(blocks [][]byte) [][]byte { return s.view.begin(snapshot, blocks) })
	return s.advance(ctx)
}

// advance sends what the view has, if anything.
func (s *session) advance(ctx context.Context) (st state, err error) {
	s.progress(func(blocks [][]byte) [][]byte {
		blocks, st = s.view.take(blocks)
		return blocks
	})
	if st == lost {
		// The wait for the snapshot must not delay the next heartbeat. If it is
		// in vain, the view stays lost and the next heartbeat tries again.
		ctx, cancel := context.WithDeadline(ctx, s.beatAt)
		defer cancel()
		if b, err := s.server.relay.asking.snapshot(ctx, nil, true); err == nil {
			s.progress(func(blocks [][]byte) [][]byte { return s.view.begin(b, blocks) })
		}
	}
	return st, s.flush()
}

// progress counts the frames that more adds.
func (s *session) progress(more func([][]byte) [][]byte) {
	before := len(s.blocks)
	s.blocks = more(s.blocks)
	s.sent += len(s.blocks) - before
	s.server.metrics.progress.Add(float64(len(s.blocks) - before))
}

// beat sends a heartbeat: the comment for proxies, the event for code.
func (s *session) beat() error {
	s.own = s.appendHeartbeat(sse.AppendComment(s.own[:0], "heartbeat"))
	s.blocks = append(s.blocks, s.own)
	return s.flush()
}

func (s *session) appendHeartbeat(dst []byte) []byte {
	s.server.metrics.heartbeats.Inc()
	return mustEvent(dst, sse.Event{Type: shared.EventHeartbeat, Data: mustJSON(shared.Heartbeat{
		ServerTime: shared.At(time.Now()),
		FreshAt:    shared.AtPtr(s.server.hub.freshAt(s.snapshot)),
	})})
}

// flush sends the blocks, if any, and puts the next heartbeat off.
func (s *session) flush() error {
	if len(s.blocks) == 0 {
		return nil
	}
	err := s.out.write(s.blocks)
	clear(s.blocks) // a frame must not live as long as its slowest reader idles
	s.blocks = s.blocks[:0]
	if cap(s.blocks) > shared.ListSnapshot+1 {
		s.blocks = nil // a burst in the list must not stay with its reader
	}
	s.beatAt = time.Now().Add(s.every)
	return err
}

// end sends what is still to be taken and the end event, and returns the
// reason. A last state that came in the same moment turns any reason into its
// own.
func (s *session) end(reason shared.EndReason) string {
	var st state
	s.progress(func(blocks [][]byte) [][]byte {
		blocks, st = s.view.take(blocks)
		return blocks
	})
	if r, ok := endOf[st]; ok {
		reason = r
	}
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
	s.blocks = append(s.blocks, mustEvent(nil, sse.Event{Retry: retry, Type: shared.EventEnd, Data: mustJSON(e)}))
	if err := s.out.writeLast(s.blocks); err != nil {
		return failure(err)
	}
	return string(reason)
}

func failure(err error) (reason string) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return endWriteDeadline
	}
	return endClientGone
}
