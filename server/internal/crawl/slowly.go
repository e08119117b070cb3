package crawl

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// slowly keeps the requests of one audit to each host apart, before they take their turns
// among those of all audits. It is safe for concurrent use; nil waits for nothing.
type slowly struct {
	perSecond float64

	mu    sync.Mutex
	hosts map[string]*spacing
}

func newSlowly(perSecond float64) *slowly {
	return &slowly{perSecond: perSecond, hosts: map[string]*spacing{}}
}

// wait blocks until host may be asked once more, or ctx ends.
func (s *slowly) wait(ctx context.Context, host string) error {
	if s == nil {
		return nil
	}
	watch := watchOf(ctx)
	request := watch.begin(host, true)
	defer watch.end(request)
	for {
		left := s.take(host)
		if left <= 0 {
			return nil
		}
		if err := sleep(ctx, left); err != nil {
			return fmt.Errorf("crawl: pace of %s: %w", host, err)
		}
	}
}

// take notes a request, or tells how long to wait before the next try.
func (s *slowly) take(host string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	paced := s.hosts[host]
	if paced == nil {
		fresh := newSpacing(s.perSecond)
		paced = &fresh
		s.hosts[host] = paced
	}
	return paced.take(time.Now())
}
