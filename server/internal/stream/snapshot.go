package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

var errStopped = errors.New("the relay has stopped")

// snapshot is one reading of everything that was asked for since the last one
// began. Once done is closed it does not change, and all who asked read it.
type snapshot struct {
	ids       map[int64]struct{}
	wantsList bool
	done      chan struct{}

	err    error
	asOf   time.Time        // the state is at least this young
	frames map[int64]*frame // of the audits that exist, with activity
	list   []*frame         // the newest audits, for the list

	revisions func() map[int64]int64 // those in list, by audit; one map for all subscribers
}

func (s *snapshot) setList(frames []*frame) {
	s.list = frames
	s.revisions = sync.OnceValue(func() map[int64]int64 {
		revisions := make(map[int64]int64, len(frames))
		for _, f := range frames {
			revisions[f.id()] = f.revision()
		}
		return revisions
	})
}

// snapshots collects requests for the next snapshot. Whoever asks while one is
// being read shares the next one, so there is never more than one reading at a
// time, whatever the number of requests.
//
// Nobody may join a snapshot that has begun: its query may have read the row before
// the newcomer subscribed, and a change between the two would be in neither. A
// snapshot that begins after the subscription shows every change that the
// subscription did not bring.
type snapshots struct {
	mu      sync.Mutex
	next    *snapshot // nil while nobody has asked
	stopped bool
	asked   signal
}

// request returns a snapshot that began after the call. It waits at most the query
// timeout.
func (s *snapshots) request(ctx context.Context, ids []int64, list bool) (*snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	next, err := s.join(ids, list)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	s.asked.wake()
	select {
	case <-next.done:
		if next.err != nil {
			return nil, fmt.Errorf("snapshot: %w", next.err)
		}
		return next, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("snapshot: %w", ctx.Err())
	}
}

func (s *snapshots) join(ids []int64, list bool) (*snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, errStopped
	}
	if s.next == nil {
		s.next = &snapshot{ids: map[int64]struct{}{}, done: make(chan struct{})}
	}
	for _, id := range ids {
		s.next.ids[id] = struct{}{}
	}
	s.next.wantsList = s.next.wantsList || list
	return s.next, nil
}

// beginNext returns the snapshot to read, which nobody can join from here on; nil
// if nobody has asked.
func (s *snapshots) beginNext() *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.next
	s.next = nil
	return next
}

// stop fails the requests that wait, and all later ones.
func (s *snapshots) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.next != nil {
		s.next.err = errStopped
		close(s.next.done)
		s.next = nil
	}
}
