package stream

import (
	"errors"
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
	entered  int64 // since the start
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
	g.entered++
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

// admitted is how many have been let in since the start.
func (g *gate) admitted() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.entered
}

// count is how many are open.
func (g *gate) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}
