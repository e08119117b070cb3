package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"atalaya/shared"
)

// idsPerQuery bounds the audits of one snapshot query.
const idsPerQuery = 500

var errStopped = errors.New("the relay has stopped")

// batch is one round of snapshots: everything asked for since the last round
// began. Once done is closed it does not change, and all who asked read it.
type batch struct {
	ids  map[int64]struct{}
	list bool
	done chan struct{}

	err    error
	at     time.Time        // the state is at least this young
	frames map[int64]*frame // those that exist, with activity
	newest []*frame         // the list's snapshot

	known func() map[int64]int64 // the revisions in newest; one map for all readers
}

func (b *batch) setNewest(frames []*frame) {
	b.newest = frames
	b.known = sync.OnceValue(func() map[int64]int64 {
		known := make(map[int64]int64, len(frames))
		for _, f := range frames {
			known[f.id()] = f.revision()
		}
		return known
	})
}

// asking collects who wants a snapshot. A crowd that arrives while a round runs
// shares the next one, so there is never more than one round at a time,
// whatever the number of requests.
//
// Nobody joins a round that has begun, and that is the point: its query may have
// read the row before the newcomer subscribed, and a change between the two
// would be in neither. A round that begins after the subscription shows every
// change that the subscription did not bring.
type asking struct {
	mu      sync.Mutex
	next    *batch // nil: nobody asked
	stopped bool
	signal  slot
}

// snapshot returns a round that began after the call. It waits at most the
// query timeout.
func (a *asking) snapshot(ctx context.Context, ids []int64, list bool) (*batch, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	b, err := a.join(ids, list)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	a.signal.wake()
	select {
	case <-b.done:
		if b.err != nil {
			return nil, fmt.Errorf("snapshot: %w", b.err)
		}
		return b, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("snapshot: %w", ctx.Err())
	}
}

func (a *asking) join(ids []int64, list bool) (*batch, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopped {
		return nil, errStopped
	}
	if a.next == nil {
		a.next = &batch{ids: map[int64]struct{}{}, done: make(chan struct{})}
	}
	for _, id := range ids {
		a.next.ids[id] = struct{}{}
	}
	a.next.list = a.next.list || list
	return a.next, nil
}

// begin returns the round to run; nil if there is none. From here on nobody
// joins it.
func (a *asking) begin() *batch {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.next
	a.next = nil
	return b
}

// stop answers those who wait, and all who ask later, that nobody will.
func (a *asking) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	if a.next != nil {
		a.next.err = errStopped
		close(a.next.done)
		a.next = nil
	}
}

// answer runs the next round. If somebody subscribed and the relay has no
// position yet, the position comes first: a change between snapshot and
// position would be in neither.
func (r *relay) answer(ctx context.Context) {
	b := r.asking.begin()
	if b == nil {
		return
	}
	defer close(b.done)
	if watched, generation := r.hub.demand(); watched && generation != r.generation {
		if b.err = r.sweep(ctx); b.err != nil {
			return
		}
	}
	b.err = r.fill(ctx, b)
}

func (r *relay) fill(ctx context.Context, b *batch) error {
	b.at = time.Now()
	b.frames = make(map[int64]*frame, len(b.ids))
	ids := make([]int64, 0, len(b.ids))
	for id := range b.ids {
		ids = append(ids, id)
	}
	frames, err := r.progressOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, f := range frames {
		b.frames[f.id()] = f
	}
	r.hub.publish(frames)
	if !b.list {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	rows, err := r.reader.Newest(ctx, shared.ListSnapshot)
	if err != nil {
		return err
	}
	b.setNewest(newFrames(rows))
	return nil
}

// progressOf reads audits in as few queries as their number allows.
func (r *relay) progressOf(ctx context.Context, ids []int64) ([]*frame, error) {
	var frames []*frame
	for chunk := range slices.Chunk(ids, idsPerQuery) {
		query, cancel := context.WithTimeout(ctx, queryTimeout)
		rows, err := r.reader.ProgressOf(query, chunk)
		cancel()
		if err != nil {
			return nil, err
		}
		frames = append(frames, newFrames(rows)...)
	}
	return frames, nil
}
