package audit

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// wildcards is a robots.txt of rules that are dear to compare with paths of one letter.
func wildcards(rule string) http.HandlerFunc {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for i := 0; b.Len() < crawl.MaxRobots-100; i++ {
		fmt.Fprintf(&b, "Disallow: /%s%d\n", rule, i)
	}
	return text("text/plain", b.String())
}

// packed sends a page of 10 MiB in gzip.
func packed(unit string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, "<!doctype html><title>Packed</title>")
		part := strings.Repeat(unit, 1<<16/len(unit))
		for range 9 << 20 / len(part) {
			fmt.Fprint(z, part)
		}
		_ = z.Close()
	}
}

// silent gives no answer for as long as somebody waits for one.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// Whatever an audit is busy with, it ends soon when it is cancelled, as cancelled.
func TestCancelIsHonouredInTheMidstOfLongWork(t *testing.T) {
	long := strings.Repeat("a", 1500)
	for name, test := range map[string]struct {
		pages map[string]http.HandlerFunc
		ready func(shared.AuditProgress) bool
		stage shared.Stage
	}{
		"many links and rules": {
			pages: map[string]http.HandlerFunc{"/robots.txt": wildcards("*a*a*a*a*a*b"), "/": page("Home", paths(long, 4000)...)},
			ready: func(p shared.AuditProgress) bool { return p.Stage == shared.StageCrawl && p.TotalPages > 0 },
			stage: shared.StageCrawl,
		},
		"large pages": {
			pages: map[string]http.HandlerFunc{
				"/": page("Home", paths("p", 40)...), "*": packed("<p><b><i><u><s><em>x"),
			},
			ready: func(p shared.AuditProgress) bool { return p.TotalPages > 1 },
			stage: shared.StageCrawl,
		},
		"a request for a check alone": {
			pages: map[string]http.HandlerFunc{"/": page("Home"), "/llms.txt": silent},
			ready: func(p shared.AuditProgress) bool { return deref(p.MessageKey) == "trying-site" },
			stage: shared.StageLinks,
		},
		"what a page loads": {
			pages: map[string]http.HandlerFunc{"/": pageWith("Home", "<script src=/silent.js></script>"), "/silent.js": silent},
			ready: func(p shared.AuditProgress) bool { return deref(p.MessageKey) == "checking-resources" },
			stage: shared.StageLinks,
		},
		"checks of the site": {
			pages: map[string]http.HandlerFunc{
				"/robots.txt": wildcards("*a*a*a*a*a*a*a*b"), "/": page("Home", paths(long, 60)...), "*": page("Page"),
			},
			ready: func(p shared.AuditProgress) bool { return p.Stage == shared.StageSite },
			stage: shared.StageSite,
		},
	} {
		t.Run(name, func(t *testing.T) {
			st := open(t)
			start(t, New(st, loopback("busy")))
			var took time.Duration
			for range 3 { // the promise is for a machine that does nothing else
				id := create(t, st, shared.NewAudit{URL: newWebsite(t, test.pages).URL})
				await(t, st, id, "long work", test.ready)
				var p shared.AuditProgress
				p, took = cancelNow(t, st, id)
				if p.Status != shared.StatusCancelled || deref(p.StopReason) != "cancelled" || p.GeoScore != nil {
					t.Fatalf("got %+v", p)
				}
				if stages := p.Activity.Stages; stages[len(stages)-1].Name != test.stage {
					t.Errorf("the stages are %+v", stages)
				}
				t.Log("took", took)
				if took < cancelBound {
					return
				}
			}
			t.Errorf("took %v", took)
		})
	}
}

// paths lists n of them.
func paths(prefix string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("/%s%d", prefix, i))
	}
	return list
}

// A cancelled audit lists of a very long list what can be saved in its time, and counts
// all. The machine may be busy with other tests: one of three keeps the time.
func TestCancelWaitsForNoLongList(t *testing.T) {
	t.Parallel()
	took := time.Hour
	for range 3 {
		if took > cancelBound {
			took = min(took, cancelWithLongList(t))
		}
	}
	if t.Log("took", took); took > cancelBound {
		t.Errorf("took %v", took)
	}
}

func cancelWithLongList(t *testing.T) time.Duration {
	t.Helper()
	st := open(t)
	create(t, st, shared.NewAudit{URL: "http://site.example/"})
	job, _, err := st.Claim(t.Context(), "me", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	e := New(st, loopback("list"))
	r := newRun(e.env, job, quiet(), func(error) {}, func(error) {})
	s := newSite(r.pageLimit, r.maxDepth)
	s.seed = address(t, "http://site.example/")
	s.setHome(s.seed)
	const known = 150_000
	for i := range known {
		s.frontier.Add(crawl.Item{URL: fmt.Sprintf("http://site.example/%d", i), Depth: 1})
	}
	began := time.Now()
	res, err := r.concludeCancelled(t.Context(), s, newBook(), outside{})
	took := time.Since(began)
	if err != nil || res.Status != shared.StatusCancelled || !strings.Contains(string(res.Report), fmt.Sprint(known)) {
		t.Errorf("got %+v, %v", res, err)
	}
	return took
}

// late asks to cancel when the audit is about to end.
type late struct {
	*store.Store
	asked atomic.Bool
}

func (l *late) Finish(ctx context.Context, lease work.Lease, r work.Result) error {
	if !l.asked.Swap(true) {
		if _, err := l.Store.Cancel(ctx, lease.AuditID); err != nil {
			return err
		}
	}
	return l.Store.Finish(ctx, lease, r)
}

// What was cancelled never ends as completed, however late it was.
func TestCancelInTheLastMoment(t *testing.T) {
	t.Parallel()
	st := &late{Store: open(t)}
	start(t, New(st, loopback("late")))
	id := create(t, st.Store, shared.NewAudit{URL: newWebsite(t, map[string]http.HandlerFunc{"/": page("Home")}).URL})
	p := await(t, st.Store, id, "end", terminal)
	if p.Status != shared.StatusCancelled || p.GeoScore != nil || deref(p.StopReason) != "cancelled" || p.Progress == 100 {
		t.Errorf("got %+v", p)
	}
	if rep := reportOf(t, st.Store, id); rep.Score != nil {
		t.Errorf("the report has the score %+v", rep.Score)
	}
}

// sluggish asks to cancel once it has given the first pages of an earlier attempt, and
// gives the rest when the worker knows of it.
type sluggish struct {
	*store.Store
	known chan struct{} // is closed when the worker knows
	once  sync.Once
}

func (s *sluggish) LoadPages(ctx context.Context, id, after int64, limit int) ([]work.PageRecord, error) {
	if after > 0 {
		if _, err := s.Store.Cancel(ctx, id); err != nil {
			return nil, err
		}
		<-s.known
	}
	return s.Store.LoadPages(ctx, id, after, limit)
}

func (s *sluggish) Renew(ctx context.Context, l work.Lease, lease time.Duration) (cancel bool, err error) {
	cancel, err = s.Store.Renew(ctx, l, lease)
	if cancel {
		// The worker knows once this has returned, and a moment more does no harm.
		s.once.Do(func() { time.AfterFunc(50*time.Millisecond, func() { close(s.known) }) })
	}
	return cancel, err
}

// An audit that is taken up again and cancelled meanwhile only counts the pages that it
// has not read: reading ten thousand takes several seconds.
func TestCancelIsHonouredWhilePagesAreRecalled(t *testing.T) {
	t.Parallel()
	st := open(t)
	id := create(t, st, shared.NewAudit{URL: "http://site.example/"})
	job, _, err := st.Claim(t.Context(), "first", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	const pages = recallBatch + 50
	var records []work.PageRecord
	var shown work.Advance
	for i := range pages {
		url := fmt.Sprintf("http://site.example/%d", i)
		v := newVisit(asked{Item: crawl.Item{URL: url, Depth: 1}}, answered(t, url, "<p>A <a href=/next>link</a>"),
			crawl.NewScope(address(t, url)), time.Now())
		rec, err := v.record()
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
		shown.TotalPages++
		shown.Responses.Add(v.page.Status)
		shown.Findings.Error += v.page.Findings.Error
		shown.Findings.Warning += v.page.Findings.Warning
		shown.Findings.Notice += v.page.Findings.Notice
	}
	shown.Stage, shown.Progress, shown.Discovered = shared.StageCrawl, 20, pages
	err = errors.Join(st.SavePages(t.Context(), job.Lease, records), st.Advance(t.Context(), job.Lease, shown),
		st.Release(t.Context(), job.Lease))
	if err != nil {
		t.Fatal(err)
	}
	before, err := st.Progress(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}

	s := &sluggish{Store: st, known: make(chan struct{})}
	e := New(s, loopback("second"))
	start(t, e)
	p := await(t, st, id, "end", terminal)
	select {
	case <-s.known:
	default:
		t.Error("the audit ended before it was cancelled")
	}
	if p.Status != shared.StatusCancelled || deref(p.StopReason) != "cancelled" || p.GeoScore != nil {
		t.Errorf("got %+v", p)
	}
	if p.TotalPages != before.TotalPages || p.Findings != before.Findings || p.Responses != before.Responses {
		t.Errorf("counts %d, %+v, %+v, before %d, %+v, %+v",
			p.TotalPages, p.Findings, p.Responses, before.TotalPages, before.Findings, before.Responses)
	}
	// On a busy machine nobody comes to the links in time; but what was visited is never listed.
	for _, left := range leftOut(t, st, id) {
		if left != "stopped /next" {
			t.Errorf("left out: %q", left)
		}
	}
}
