package main

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
)

// group runs the parts of the server and waits for all of them.
type group struct {
	log  *slog.Logger
	wg   sync.WaitGroup
	mu   sync.Mutex
	errs []error
}

func newGroup(log *slog.Logger) *group { return &group{log: log} }

// run starts a part; it returns when its context ends.
func (g *group) run(name string, part func() error) {
	g.wg.Go(func() {
		if err := part(); err != nil {
			g.log.Error("part failed", "part", name, "err", err)
			g.mu.Lock()
			g.errs = append(g.errs, fmt.Errorf("%s: %w", name, err))
			g.mu.Unlock()
		}
	})
}

func (g *group) wait() error {
	g.wg.Wait()
	return errors.Join(g.errs...)
}
