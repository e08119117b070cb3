package crawl

import (
	"context"
	"slices"
	"sync"
)

// turns lets a number of requests be under way at the same time, first come, first
// served. The number may change while requests are under way: those go on. It is safe
// for concurrent use; make it with [newTurns].
type turns struct {
	mu      sync.Mutex
	allowed int
	held    int
	queue   []chan struct{} // each is closed when its turn has come
}

func newTurns(allowed int) *turns { return &turns{allowed: allowed} }

// take blocks until there is a turn, or ctx ends. A turn that was taken must be given
// back.
func (t *turns) take(ctx context.Context) error {
	mine := make(chan struct{})
	t.mu.Lock()
	t.queue = append(t.queue, mine)
	t.serveLocked()
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.queue, mine); i >= 0 {
		t.queue = slices.Delete(t.queue, i, i+1)
	} else { // it came at the same moment
		t.held--
		t.serveLocked()
	}
	return context.Cause(ctx)
}

func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held--
	t.serveLocked()
}

// allow changes how many there are.
func (t *turns) allow(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.allowed = n
	t.serveLocked()
}

func (t *turns) serveLocked() {
	for t.held < t.allowed && len(t.queue) > 0 {
		close(t.queue[0])
		t.queue = slices.Delete(t.queue, 0, 1)
		t.held++
	}
}
