package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

var (
	errFull     = errors.New("too many streams")
	errDraining = errors.New("draining")
)

// gate counts open streams and held polls, and closes when the server drains.
type gate struct {
	max   int // 0: no bound
	drain chan struct{}
	idle  chan struct{} // closed when draining and nobody is left

	mu       sync.Mutex
	open     int
	draining bool
}

func newGate(bound int) *gate {
	return &gate{max: bound, drain: make(chan struct{}), idle: make(chan struct{})}
}

// enter lets one more in, or returns errDraining or errFull.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.draining:
		return errDraining
	case g.max > 0 && g.open >= g.max:
		return errFull
	}
	g.open++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open--; g.open == 0 && g.draining {
		close(g.idle)
	}
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.draining {
		return
	}
	g.draining = true
	close(g.drain)
	if g.open == 0 {
		close(g.idle)
	}
}

// Drain refuses new streams, ends the open ones with the reason drain (each
// told to come back at its own moment within the drain window) and answers held
// polls. It returns nil when none is left, else an error when ctx ends. Run and
// the feed should go on until then. It may be called more than once.
func (s *Server) Drain(ctx context.Context) error {
	s.gate.close()
	s.hub.rouseAll()
	select {
	case <-s.gate.idle:
		return nil
	case <-ctx.Done():
		s.gate.mu.Lock()
		defer s.gate.mu.Unlock()
		return fmt.Errorf("stream: drain: %d still open: %w", s.gate.open, context.Cause(ctx))
	}
}

// Draining reports whether [Server.Drain] was called.
func (s *Server) Draining() bool {
	select {
	case <-s.gate.drain:
		return true
	default:
		return false
	}
}
