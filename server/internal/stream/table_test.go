package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"atalaya/shared"
)

// table is the other side of Reader: rows in memory, with the store's promises
// (positions, repeated rows at the edge of two sweeps) and its failures.
type table struct {
	mu        sync.Mutex
	rows      map[int64]*row
	changes   int64 // counts commits
	committed func()
	lag       time.Duration // of each query, after it has read
	down      error
	badBefore int64 // positions before this one are refused

	sweeps, snapshots, lists, running, most int
}

type row struct {
	progress shared.AuditProgress
	change   int64
	deleted  bool
}

func newTable() *table { return &table{rows: map[int64]*row{}, committed: func() {}} }

var began = shared.At(time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC))

// running is a row as the engine writes it.
func running(id int64, progress int) shared.AuditProgress {
	limit := 500
	return shared.AuditProgress{
		AuditID: id, Revision: 1, URL: fmt.Sprintf("https://%d.example/", id), Kind: shared.KindSite,
		Status: shared.StatusRunning, Stage: shared.StageCrawl, Progress: progress, PageLimit: &limit, Attempt: 1,
		CreatedAt: began, UpdatedAt: began,
		Activity: &shared.Activity{Stages: []shared.StageSpan{{Name: shared.StageCrawl, StartedAt: began}},
			Pages: []shared.PageLine{}, Top: []shared.TopCheck{}},
	}
}

// insert adds running audits.
func (t *table) insert(ids ...int64) {
	for _, id := range ids {
		t.write(id, func(p *shared.AuditProgress) { *p = running(id, 1) })
	}
}

// update commits a visible change.
func (t *table) update(id int64, change func(p *shared.AuditProgress)) { t.write(id, change) }

func (t *table) progress(id int64, progress int) {
	t.write(id, func(p *shared.AuditProgress) { p.Progress = progress })
}

func (t *table) complete(id int64) {
	t.write(id, func(p *shared.AuditProgress) {
		p.Status, p.Stage, p.Progress = shared.StatusCompleted, shared.StageNone, 100
	})
}

func (t *table) write(id int64, change func(p *shared.AuditProgress)) {
	t.mu.Lock()
	r := t.rows[id]
	if r == nil {
		r = &row{}
		t.rows[id] = r
	}
	revision := r.progress.Revision + 1
	change(&r.progress)
	r.progress.Revision = revision
	t.changes++
	r.change = t.changes
	committed := t.committed
	t.mu.Unlock()
	committed()
}

func (t *table) delete(id int64) {
	t.mu.Lock()
	t.changes++
	t.rows[id].deleted, t.rows[id].change = true, t.changes
	committed := t.committed
	t.mu.Unlock()
	committed()
}

func (t *table) fail(err error) { t.set(func() { t.down = err }) }

func (t *table) set(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

func (t *table) row(id int64) shared.AuditProgress {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows[id].progress
}

// queries returns the number of sweeps, of snapshot queries and of list queries.
func (t *table) queries() [3]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return [3]int{t.sweeps, t.snapshots, t.lists}
}

// read runs one query: it reads at once and answers after the lag.
func (t *table) read(ctx context.Context, count *int, query func() error) error {
	t.mu.Lock()
	*count++
	t.running++
	t.most = max(t.most, t.running)
	err, lag := t.down, t.lag
	if err == nil {
		err = query()
	}
	t.mu.Unlock()
	defer t.set(func() { t.running-- })
	if lag == 0 {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(lag):
		return err
	}
}

func (t *table) ProgressOf(ctx context.Context, ids []int64) (found []shared.AuditProgress, err error) {
	err = t.read(ctx, &t.snapshots, func() error {
		for _, id := range ids {
			if r := t.rows[id]; r != nil && !r.deleted {
				found = append(found, r.progress)
			}
		}
		return nil
	})
	return found, err
}

func (t *table) Newest(ctx context.Context, n int) (found []shared.AuditProgress, err error) {
	err = t.read(ctx, &t.lists, func() error {
		for _, r := range t.rows {
			if !r.deleted {
				p := r.progress
				p.Activity = nil
				found = append(found, p)
			}
		}
		slices.SortFunc(found, func(a, b shared.AuditProgress) int { return int(b.AuditID - a.AuditID) })
		for i := len(found) - 1; i >= n; i-- {
			if found[i].Status.Terminal() {
				found = slices.Delete(found, i, i+1)
			}
		}
		return nil
	})
	return found, err
}

var errCursor = errors.New("no such cursor")

// tableAnswer is how many rows one answer of Changes holds.
const tableAnswer = 500

func (t *table) Changes(ctx context.Context, cursor string) (c Changes, err error) {
	err = t.read(ctx, &t.sweeps, func() error {
		c.Next = strconv.FormatInt(t.changes, 10)
		if cursor == "" {
			return nil
		}
		from, err := strconv.ParseInt(cursor, 10, 64)
		if err != nil || from < t.badBefore {
			return errCursor
		}
		var since []*row
		for _, r := range t.rows {
			if r.change >= from { // the row at the edge comes again
				since = append(since, r)
			}
		}
		slices.SortFunc(since, func(a, b *row) int { return cmp.Compare(a.change, b.change) })
		if c.More = len(since) > tableAnswer; c.More {
			since = since[:tableAnswer]
			c.Next = strconv.FormatInt(since[tableAnswer-1].change, 10)
		}
		for _, r := range since {
			if r.deleted {
				c.Deleted = append(c.Deleted, r.progress.AuditID)
			} else {
				c.Changed = append(c.Changed, r.progress)
			}
		}
		return nil
	})
	return c, err
}

var _ Reader = (*table)(nil)

func TestTableKeepsTheReadersPromises(t *testing.T) {
	rows := newTable()
	rows.insert(1, 2)
	start, _ := rows.Changes(t.Context(), "")
	rows.progress(2, 7)
	got, err := rows.Changes(t.Context(), start.Next)
	if err != nil || len(got.Changed) != 1 || got.Changed[0].Revision != 2 {
		t.Errorf("got %+v, %v; want audit 2 with revision 2", got, err)
	}
}
