package stream

import (
	"context"
	"fmt"
	"sync"

	"atalaya/server/internal/feed"
)

// Server serves streams and polls. Make one with [New].
type Server struct {
	*env
	hub    *hub
	relay  *relay
	conns  conns
	shards shards
}

// New returns a server that reads from r when f says so. Requests wait for
// [Server.Run].
func New(r Reader, f *feed.Feed, cfg Config) *Server {
	e := newEnv(cfg.withDefaults())
	h := newHub(e, f)
	e.metrics.watch(e, f)
	return &Server{
		env: e, hub: h, relay: newRelay(e, r, f.C(), h),
		shards: shards{env: e, hub: h},
	}
}

// Run relays changes to the streams until ctx ends, then cuts those that were
// taken over from net/http, which http.Server knows nothing of any more, and
// returns nil. Errors of the Reader do not end it. Call it once.
func (s *Server) Run(ctx context.Context) error {
	var summing sync.WaitGroup
	summing.Go(func() { s.summary.run(ctx) })
	err := s.relay.run(ctx)
	s.shards.stop()
	s.conns.stop()
	summing.Wait()
	s.summary.write()
	return err
}

// Healthy returns nil, or the error of the last sweep while the database
// cannot be read. With no subscriber nothing is read and nothing is known: nil.
func (s *Server) Healthy() error { return s.relay.outage() }

// Drain refuses new streams, ends the open ones with the reason drain (each told to
// come back at its own moment within the drain window) and answers held polls. It
// returns nil when none is left, else an error when ctx ends. Run and the feed
// should go on until then. It may be called more than once.
func (s *Server) Drain(ctx context.Context) error {
	s.gate.close()
	s.hub.wakeAll()
	select {
	case <-s.gate.idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stream: drain: %d still open: %w", s.gate.count(), context.Cause(ctx))
	}
}

// Recheck ends every open stream and held poll whose admission is over.
func (s *Server) Recheck() { s.hub.wakeAll() }

// TakenOver is how many connections the streams hold that http.Server knows nothing of
// any more. Each takes a descriptor.
func (s *Server) TakenOver() int { return int(s.takenOver.Load()) }

// Admitted is how many streams and held polls have begun since the start.
func (s *Server) Admitted() int64 { return s.gate.admitted() }

// Draining reports whether [Server.Drain] was called.
func (s *Server) Draining() bool { return s.draining() }
