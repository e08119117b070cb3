package stream

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Waits between sweeps during an outage, doubled from the first to the last.
const (
	sweepBackoffFirst = 250 * time.Millisecond
	sweepBackoffLast  = 2 * time.Second
)

// positionTrusted is how many sweeps in a row may fail before the relay doubts
// its position rather than the database.
const positionTrusted = 3

// fullPage is how many rows tell that Changes has probably more. Should the
// Reader cut its answers shorter than this, the rest comes a sweep later.
const fullPage = 500

// relay makes every read of this package, in one goroutine, one after the
// other. So a later read never shows an older state than an earlier one, and
// the streams together use one database connection at most.
type relay struct {
	reader  Reader
	wakeups <-chan struct{}
	hub     *hub
	metrics *metrics
	log     *slog.Logger
	asking  asking

	// The loop's own.
	position   string
	generation uint64 // of the hub, for which position holds; 0 for none
	resync     bool   // the position is new, and what changed before it is unknown
	full       bool   // the last answer was a full page; the window goes on
	first      bool   // the window is the position's first, and may show what is old
	// The revisions that this window and the one before have brought: windows
	// overlap, and what both bring is news once.
	window, before map[int64]int64

	failures  int
	since     time.Time // of the first failure
	notBefore time.Time

	mu  sync.Mutex
	err error // of the outage that lasts; nil for none
}

func newRelay(r Reader, wakeups <-chan struct{}, h *hub, m *metrics, log *slog.Logger) *relay {
	return &relay{
		reader: r, wakeups: wakeups, hub: h, metrics: m, log: log,
		asking: asking{signal: newSlot()},
		window: map[int64]int64{}, before: map[int64]int64{},
	}
}

func (r *relay) run(ctx context.Context) error {
	defer r.asking.stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.asking.signal:
			r.answer(ctx)
		case <-r.wakeups:
			if time.Now().Before(r.notBefore) {
				continue // the sweep tick comes again
			}
			_ = r.sweep(ctx) // logged there, once per outage
		}
	}
}

// sweep asks for every change since the position, in one query, and publishes
// them. Without a position it fixes one.
func (r *relay) sweep(ctx context.Context) error {
	watched, generation := r.hub.demand()
	if !watched {
		r.forget()
		return nil
	}
	if generation != r.generation {
		r.forget()
	}
	began := time.Now()
	next, err := r.changes(ctx, r.position)
	if err != nil && r.position != "" && r.failures >= positionTrusted {
		next, err = r.doubtPosition(ctx)
	}
	if err == nil {
		r.position, r.generation = next, generation
		if r.resync {
			err = r.reread(ctx)
			r.resync = err != nil
		}
	}
	if err != nil {
		r.failed(ctx, err)
		return err
	}
	r.recovered()
	if r.full {
		r.hub.feed.Rouse() // go on at once, but not before those who ask for a snapshot
		return nil
	}
	r.hub.swept(began)
	return nil
}

// doubtPosition finds out whether it is the position that fails. One that the
// database no longer understands (another cluster has taken over) would fail for
// ever; then a new one is taken, and what changed before it must be read again.
// The old one gets the last word, for the database may have come back just now.
func (r *relay) doubtPosition(ctx context.Context) (next string, err error) {
	fresh, err := r.changes(ctx, "")
	if err != nil {
		return "", err
	}
	if next, err = r.changes(ctx, r.position); err != nil {
		next, r.resync = fresh, true
	}
	return next, nil
}

// forget gives the position up: nobody needs it, or those who do have come
// after nobody did, and will take a snapshot.
func (r *relay) forget() {
	r.position, r.generation, r.resync = "", 0, false
	clear(r.window)
	clear(r.before)
	r.recovered()
}

// changes runs one query and publishes what it returned.
func (r *relay) changes(ctx context.Context, position string) (next string, err error) {
	query, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	began := time.Now()
	changed, gone, next, err := r.reader.Changes(query, position)
	r.metrics.sweepSeconds.Observe(time.Since(began).Seconds())
	if err != nil {
		return "", err
	}
	r.metrics.sweepRows.Observe(float64(len(changed)))
	frames := make([]*frame, 0, len(changed))
	for _, p := range changed {
		if r.window[p.AuditID] != p.Revision && r.before[p.AuditID] != p.Revision {
			frames = append(frames, newFrame(p))
		}
		r.window[p.AuditID] = p.Revision
	}
	if r.full = len(changed)+len(gone) >= fullPage; !r.full {
		r.window, r.before = r.before, r.window
		clear(r.window)
	}
	if !r.first {
		r.metrics.published(frames)
	}
	r.first = position == "" || r.first && r.full
	r.hub.publish(frames)
	r.hub.publishList(frames)
	r.hub.remove(gone)
	return next, nil
}

// reread gives every subscriber the state after a gap.
func (r *relay) reread(ctx context.Context) error {
	ids := r.hub.watched()
	frames, err := r.progressOf(ctx, ids)
	if err != nil {
		return err
	}
	found := make(map[int64]bool, len(frames))
	for _, f := range frames {
		found[f.id()] = true
	}
	var gone []int64
	for _, id := range ids {
		if !found[id] {
			gone = append(gone, id)
		}
	}
	r.hub.publish(frames)
	r.hub.remove(gone)
	r.hub.loseList()
	return nil
}

func (r *relay) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return // stopping, not an outage
	}
	r.metrics.errors.WithLabelValues(faultSweep).Inc()
	if r.failures == 0 {
		r.since = time.Now()
		r.log.Error("sweep failed; streams stand still", "err", err)
	}
	wait := min(sweepBackoffFirst<<min(r.failures, 10), sweepBackoffLast)
	r.failures++
	r.notBefore = time.Now().Add(wait)
	r.setOutage(fmt.Errorf("sweep: %w", err))
}

func (r *relay) recovered() {
	if r.failures == 0 {
		return
	}
	r.log.Info("sweep recovered", "outage", time.Since(r.since), "failures", r.failures)
	r.failures, r.notBefore = 0, time.Time{}
	r.setOutage(nil)
}

func (r *relay) setOutage(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// outage returns the error of the last sweep while an outage lasts.
func (r *relay) outage() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
