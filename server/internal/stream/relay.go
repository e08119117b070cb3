package stream

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"atalaya/shared"
)

// Waits between sweeps during an outage, doubled from the first to the last.
const (
	sweepBackoffFirst = 250 * time.Millisecond
	sweepBackoffLast  = 2 * time.Second
)

// failuresBeforeNewCursor is how many sweeps in a row may fail before the relay
// doubts its cursor rather than the database.
const failuresBeforeNewCursor = 3

// followUpAfter is the least pause between a sweep that brought news and the sweep that
// follows it up. News seldom comes alone, and PostgreSQL announces what other processes
// commit once in 20 ms only.
const followUpAfter = 3 * time.Millisecond

// idsPerQuery bounds the audits of one snapshot query.
const idsPerQuery = 500

// relay makes every read of this package, in one goroutine, one after the other.
// So a later read never shows an older state than an earlier one, and all streams
// together use one database connection at most.
type relay struct {
	*env
	reader    Reader
	wakeups   <-chan struct{}
	hub       *hub
	snapshots snapshots

	// Only the relay's goroutine uses these; no lock.
	cursor     string
	generation uint64      // of the hub, for which cursor holds; 0 for none
	newCursor  bool        // cursor replaces one that failed, and what changed before it is unknown
	more       signal      // filled when the last answer was cut off
	followUp   *time.Timer // fires after the pause that follows news
	cutOff     bool        // … and the window goes on with the next
	first      bool        // the window is the cursor's first, and may show old changes
	// The revisions of this window of changes and of the one before. Windows
	// overlap, and what both bring is published once.
	window, before map[int64]int64
	failures       int
	failingSince   time.Time
	notBefore      time.Time // the next sweep

	mu  sync.Mutex
	err error // of the outage that lasts; nil for none
}

func newRelay(e *env, r Reader, wakeups <-chan struct{}, h *hub) *relay {
	return &relay{
		env: e, reader: r, wakeups: wakeups, hub: h,
		snapshots: snapshots{asked: newSignal()},
		more:      newSignal(),
		followUp:  stoppedTimer(),
		window:    map[int64]int64{}, before: map[int64]int64{},
	}
}

// stoppedTimer is one that does not fire until it is reset.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

func (r *relay) run(ctx context.Context) error {
	defer r.snapshots.stop()
	defer r.followUp.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.snapshots.asked:
			r.takeSnapshot(ctx)
		case <-r.hub.demand:
			r.followDemand(ctx)
		case <-r.wakeups:
			r.sweepIfDue(ctx)
		case <-r.more:
			r.sweepIfDue(ctx)
		case <-r.followUp.C:
			r.sweepIfDue(ctx)
		}
		r.hub.deliver()
	}
}

// followDemand takes a cursor when the first subscriber has come, and drops it
// when the last has left.
func (r *relay) followDemand(ctx context.Context) {
	switch subscribed, generation := r.hub.currentGeneration(); {
	case !subscribed:
		r.rest()
	case generation != r.generation:
		r.sweepIfDue(ctx)
	}
}

// sweepIfDue leaves a sweep out that comes too soon after one that failed: the
// sweep tick comes again.
func (r *relay) sweepIfDue(ctx context.Context) {
	if !time.Now().Before(r.notBefore) {
		_ = r.sweep(ctx) // logged there, once per outage
	}
}

// sweep asks for every change since the cursor, in one query, and publishes them.
// Without a cursor it takes one.
func (r *relay) sweep(ctx context.Context) error {
	subscribed, generation := r.hub.currentGeneration()
	if !subscribed {
		r.rest()
		return nil
	}
	if generation != r.generation {
		r.dropCursor()
	}
	began := time.Now()
	next, err := r.publishChanges(ctx, r.cursor)
	if err != nil && r.cursor != "" && r.failures >= failuresBeforeNewCursor {
		next, err = r.replaceCursor(ctx)
	}
	if err == nil {
		r.cursor, r.generation = next, generation
		if r.newCursor {
			err = r.publishAll(ctx)
			r.newCursor = err != nil
		}
	}
	if err != nil {
		r.noteFailure(ctx, err)
		return err
	}
	r.noteSuccess()
	if r.cutOff {
		r.more.wake() // go on at once, but let waiting requests have their snapshot first
		return nil
	}
	r.freshness.confirm(began)
	return nil
}

// replaceCursor finds out whether it is the cursor that fails. One that the
// database no longer understands (another cluster has taken over) would fail for
// ever; a new one is taken then, and what changed before it must be read again.
// The old one is tried once more, because the database may have recovered in the
// meantime.
func (r *relay) replaceCursor(ctx context.Context) (next string, err error) {
	fresh, err := r.publishChanges(ctx, "")
	if err != nil {
		return "", err
	}
	if next, err = r.publishChanges(ctx, r.cursor); err != nil {
		next, r.newCursor = fresh, true
	}
	return next, nil
}

// rest is for when there is no subscriber. From here on nothing is read, so an outage
// would last for ever, and with it what [Server.Healthy] says: a load balancer that heeds
// it would send nobody with whom the reading begins again.
func (r *relay) rest() {
	r.dropCursor()
	r.setOutage(nil)
}

// dropCursor is for when there is no subscriber, or all subscribers came after a
// time without any and begin with a snapshot of their own.
func (r *relay) dropCursor() {
	r.cursor, r.generation, r.newCursor = "", 0, false
	clear(r.window)
	clear(r.before)
}

// publishChanges runs one query and publishes what it returned.
func (r *relay) publishChanges(ctx context.Context, cursor string) (next string, err error) {
	query, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	began := time.Now()
	changes, err := r.reader.Changes(query, cursor)
	r.metrics.sweepSeconds.Observe(time.Since(began).Seconds())
	if err != nil {
		return "", err
	}
	r.metrics.sweepRows.Observe(float64(len(changes.Changed)))
	frames := make([]*frame, 0, len(changes.Changed))
	for _, p := range changes.Changed {
		if r.isNews(p.AuditID, p.Revision) {
			frames = append(frames, newFrame(p))
		}
	}
	deleted := slices.DeleteFunc(changes.Deleted, func(id int64) bool { return !r.isNews(id, deletedRevision) })
	if r.cutOff = changes.More; !r.cutOff {
		r.window, r.before = r.before, r.window
		clear(r.window)
	}
	if !r.first {
		r.metrics.published(frames)
	}
	if len(frames) > 0 && !r.first {
		r.followUp.Reset(max(followUpAfter, time.Since(began))) // half of the time at most
	}
	r.first = cursor == "" || r.first && r.cutOff
	r.hub.publish(frames)
	r.hub.publishList(frames)
	r.hub.publishDeleted(deleted)
	return changes.Next, nil
}

// deletedRevision stands for the revision of a deleted audit; no row has it.
const deletedRevision = -1

// isNews notes in the window that an audit has a revision, and reports whether neither
// this window nor the one before showed it already.
func (r *relay) isNews(id, revision int64) bool {
	news := r.window[id] != revision && r.before[id] != revision
	r.window[id] = revision
	return news
}

// publishAll gives every subscriber the present state after a gap.
func (r *relay) publishAll(ctx context.Context) error {
	ids := r.hub.topicIDs()
	frames, err := r.readAudits(ctx, ids)
	if err != nil {
		return err
	}
	found := make(map[int64]bool, len(frames))
	for _, f := range frames {
		found[f.id()] = true
	}
	var deleted []int64
	for _, id := range ids {
		if !found[id] {
			deleted = append(deleted, id)
		}
	}
	r.hub.publish(frames)
	r.hub.publishDeleted(deleted)
	r.hub.renewList()
	return nil
}

// takeSnapshot reads the next snapshot. If there are subscribers and no cursor
// yet, the cursor comes first: a change between snapshot and cursor would be in
// neither.
func (r *relay) takeSnapshot(ctx context.Context) {
	s := r.snapshots.beginNext()
	if s == nil {
		return
	}
	defer close(s.done)
	if subscribed, generation := r.hub.currentGeneration(); subscribed && generation != r.generation {
		if s.err = r.sweep(ctx); s.err != nil {
			return
		}
	}
	s.err = r.readSnapshot(ctx, s)
}

func (r *relay) readSnapshot(ctx context.Context, s *snapshot) error {
	s.asOf = time.Now()
	s.frames = make(map[int64]*frame, len(s.ids))
	ids := make([]int64, 0, len(s.ids))
	for id := range s.ids {
		ids = append(ids, id)
	}
	frames, err := r.readAudits(ctx, ids)
	if err != nil {
		return err
	}
	for _, f := range frames {
		s.frames[f.id()] = f
	}
	r.hub.publish(frames)
	if !s.wantsList {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	rows, err := r.reader.Newest(ctx, shared.ListSnapshot)
	if err != nil {
		return err
	}
	s.setList(newFrames(rows))
	return nil
}

// readAudits reads audits in as few queries as their number allows.
func (r *relay) readAudits(ctx context.Context, ids []int64) ([]*frame, error) {
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

func (r *relay) noteFailure(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return // the server stops, which is no outage
	}
	r.metrics.errors.WithLabelValues(faultSweep).Inc()
	if r.failures == 0 {
		r.failingSince = time.Now()
		r.cfg.Log.Error("sweep failed; streams stand still", "err", err)
	}
	wait := min(sweepBackoffFirst<<min(r.failures, 10), sweepBackoffLast)
	r.failures++
	r.notBefore = time.Now().Add(wait)
	r.setOutage(fmt.Errorf("sweep: %w", err))
}

func (r *relay) noteSuccess() {
	if r.failures == 0 {
		return
	}
	r.cfg.Log.Info("sweep recovered", "outage", time.Since(r.failingSince), "failures", r.failures)
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
