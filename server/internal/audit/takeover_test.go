package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// dying is a store whose process can be killed: from then on nothing reaches the
// database.
type dying struct {
	*store.Store
	dead atomic.Bool
}

// alive lets a call through to the database, or not.
func (d *dying) alive(do func() error) error {
	if d.dead.Load() {
		return errors.New("the process is gone")
	}
	return do()
}

func (d *dying) Renew(ctx context.Context, l work.Lease, lease time.Duration) (cancel bool, err error) {
	err = d.alive(func() error { cancel, err = d.Store.Renew(ctx, l, lease); return err })
	return cancel, err
}

func (d *dying) Advance(ctx context.Context, l work.Lease, a work.Advance) error {
	return d.alive(func() error { return d.Store.Advance(ctx, l, a) })
}

func (d *dying) SavePages(ctx context.Context, l work.Lease, pages []work.PageRecord) error {
	return d.alive(func() error { return d.Store.SavePages(ctx, l, pages) })
}

func (d *dying) Finish(ctx context.Context, l work.Lease, r work.Result) error {
	return d.alive(func() error { return d.Store.Finish(ctx, l, r) })
}

func (d *dying) Release(ctx context.Context, l work.Lease) error {
	return d.alive(func() error { return d.Store.Release(ctx, l) })
}

// An audit that changed hands has the same report as one that did not.
func TestAnAuditGoesOnWhereItWasLeft(t *testing.T) {
	t.Parallel()
	other := otherSite(t)
	s := shop(t, other.URL)
	m := maze(t, 12, 20*time.Millisecond)
	// What is three clicks away waits while the gate is shut.
	var gate atomic.Pointer[chan struct{}]
	shut := func() (open func()) {
		g := make(chan struct{})
		gate.Store(&g)
		return sync.OnceFunc(func() { close(g) })
	}
	shut()()
	s.mu.Lock()
	for path, h := range m.pages {
		switch {
		case path == "/":
		case strings.HasPrefix(path, "/2/"):
			s.pages[path] = func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-*gate.Load():
					h(w, r)
				case <-r.Context().Done():
				}
			}
		default:
			s.pages[path] = h
		}
	}
	s.pages["/a"] = page("Page A",
		append([]string{"/", "/b", "/deep", other.URL + "/ok", other.URL + "/missing"}, "/1/0", "/1/1", "/1/2")...)
	s.mu.Unlock()

	undisturbed := func() (string, shared.AuditProgress) {
		st := open(t)
		id := create(t, st, shared.NewAudit{URL: s.URL, PageLimit: 35})
		stop := start(t, New(st, loopback("alone")))
		p := await(t, st, id, "end", terminal)
		stop()
		return essence(t, st, id), p
	}
	want, whole := undisturbed()
	if !whole.Partial || whole.GeoScore == nil {
		t.Fatalf("the undisturbed audit: %+v", whole)
	}

	for _, test := range []struct {
		name string
		kill bool
	}{{"released", false}, {"killed", true}} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			st := openIn(t, dir)
			first := &dying{Store: st}
			id := create(t, st, shared.NewAudit{URL: s.URL, PageLimit: 35})
			before := s.asked("/")
			open := shut()
			defer open()
			stop := start(t, New(first, loopback("first")))
			await(t, st, id, "some pages", func(p shared.AuditProgress) bool { return p.TotalPages >= 8 })
			first.dead.Store(test.kill)
			stop()
			open()
			least, err := st.Progress(t.Context(), id)
			if err != nil || least.Status != shared.StatusRunning {
				t.Fatalf("after the stop: %+v, %v", least, err)
			}
			if test.kill { // the database is opened again, as by the next process
				if err := st.Close(); err != nil {
					t.Fatal(err)
				}
				st = openIn(t, dir)
			}

			start(t, New(st, loopback("second")))
			end := await(t, st, id, "end", func(p shared.AuditProgress) bool {
				// discovered is complete again once the sitemap is read again
				if p.TotalPages < least.TotalPages || p.Progress < least.Progress ||
					p.Findings.Total() < least.Findings.Total() || p.Responses.Total() < least.Responses.Total() {
					t.Errorf("a count fell: %+v after %+v", p, least)
				}
				least = p
				return terminal(p)
			})
			if got := essence(t, st, id); got != want {
				t.Errorf("the report differs\n got %s\nwant %s", got, want)
			}
			if end.Attempt != 2 || *end.GeoScore != *whole.GeoScore || end.TotalPages != whole.TotalPages ||
				end.Responses != whole.Responses || end.Findings != whole.Findings ||
				end.Discovered != whole.Discovered {
				t.Errorf("got %+v, want %+v", end, whole)
			}
			if got := s.asked("/") - before; got != 2 { // as a page and, for a check, as Markdown
				t.Errorf("the home page was asked for %d times", got)
			}
		})
	}
}

// essence is what of a report and its pages does not depend on time and order.
func essence(t *testing.T, st *store.Store, id int64) string {
	t.Helper()
	rep := reportOf(t, st, id)
	var b strings.Builder
	fmt.Fprintf(&b, "score %+v\nunvisited %+v\n", *rep.Score, rep.Unvisited)
	for _, c := range rep.Checks {
		for i := range c.Samples {
			c.Samples[i].ID = 0
			c.Samples[i].Evidence = slices.DeleteFunc(c.Samples[i].Evidence, func(e shared.Evidence) bool {
				return e.Name == "ms"
			})
		}
		fmt.Fprintf(&b, "%+v\n", c)
	}
	pages := allPages(t, st, id)
	slices.SortFunc(pages, func(a, b shared.Page) int { return cmp.Compare(a.URL, b.URL) })
	for _, p := range pages {
		p.ID, p.MS, p.FetchedAt = 0, 0, shared.Time{}
		fmt.Fprintf(&b, "%+v\n", p)
	}
	return b.String()
}

// A worker whose lease has gone stops asking and writes nothing more.
func TestALostLeaseStopsTheWorker(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := maze(t, 60, 300*time.Millisecond)
	first := &deaf{Store: st, idle: make(chan struct{})}
	cfg := loopback("first")
	cfg.Lease = 3 * time.Second
	id := create(t, st, shared.NewAudit{URL: s.URL})
	start(t, New(first, cfg))
	await(t, st, id, "some pages", func(p shared.AuditProgress) bool { return p.TotalPages >= 2 })
	// Another process takes the audit up once the lease has run out.
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for ok := false; !ok; <-tick.C {
		var err error
		if _, ok, err = st.Claim(t.Context(), "second", time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	claimed, err := st.Progress(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-first.idle:
	case <-time.After(time.Minute):
		t.Fatal("the worker does not give up")
	}
	after, err := st.Progress(t.Context(), id)
	if err != nil || after.Revision != claimed.Revision || after.Attempt != 2 || after.Status != shared.StatusRunning {
		t.Errorf("written after the loss: %+v, before %+v (%v)", after, claimed, err)
	}
	if after.TotalPages >= 181 {
		t.Errorf("the worker went on to the end")
	}
}

// deaf cannot renew its lease. It gives one job only, and closes idle when asked
// for the next.
type deaf struct {
	*store.Store
	claimed, asked atomic.Bool
	idle           chan struct{}
}

func (d *deaf) Claim(ctx context.Context, owner string, lease time.Duration) (work.Job, bool, error) {
	if d.claimed.Load() {
		if !d.asked.Swap(true) {
			close(d.idle)
		}
		return work.Job{}, false, nil
	}
	job, ok, err := d.Store.Claim(ctx, owner, lease)
	d.claimed.Store(ok)
	return job, ok, err
}

func (d *deaf) Renew(context.Context, work.Lease, time.Duration) (bool, error) {
	return false, errors.New("no answer")
}

// A store that fails for a moment costs nothing.
func TestStoreFailuresAreRepeated(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := maze(t, 10, 0)
	f := &flaky{Store: st}
	start(t, New(f, loopback("flaky")))
	id := create(t, st, shared.NewAudit{URL: s.URL})
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || p.TotalPages != 31 || f.failed.Load() == 0 {
		t.Errorf("got %+v after %d failures", p, f.failed.Load())
	}
}

// flaky fails every other write.
type flaky struct {
	*store.Store
	calls, failed atomic.Int64
}

func (f *flaky) fail() error {
	if f.calls.Add(1)%2 == 1 {
		f.failed.Add(1)
		return errors.New("try again")
	}
	return nil
}

func (f *flaky) SavePages(ctx context.Context, l work.Lease, pages []work.PageRecord) error {
	if err := f.fail(); err != nil {
		return err
	}
	return f.Store.SavePages(ctx, l, pages)
}

func (f *flaky) Finish(ctx context.Context, l work.Lease, r work.Result) error {
	if err := f.fail(); err != nil {
		return err
	}
	return f.Store.Finish(ctx, l, r)
}
