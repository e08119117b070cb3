package audit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

func TestAJobCanOnlyLowerTheBounds(t *testing.T) {
	for _, c := range []struct {
		own  bounds
		job  work.Job
		want bounds
	}{
		{bounds{time.Hour, 100}, work.Job{}, bounds{time.Hour, 100}},
		{bounds{time.Hour, 100}, work.Job{MaxTime: time.Minute, MaxBytes: 10}, bounds{time.Minute, 10}},
		{bounds{time.Hour, 100}, work.Job{MaxTime: 2 * time.Hour, MaxBytes: 101}, bounds{time.Hour, 100}},
		{bounds{time.Hour, 0}, work.Job{MaxBytes: 10}, bounds{time.Hour, 10}},
		{bounds{time.Hour, 0}, work.Job{}, bounds{time.Hour, 0}},
	} {
		if got := c.own.lowered(c.job); got != c.want {
			t.Errorf("%+v lowered by %v and %d: got %+v, want %+v", c.own, c.job.MaxTime, c.job.MaxBytes, got, c.want)
		}
	}
}

func TestBoundsAreWrittenTheSameInEveryLanguage(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Minute: "30 min", 90 * time.Second: "90 s", time.Second: "1 s", 24 * time.Hour: "1440 min",
		time.Millisecond: "1 s",
	} {
		if got := timeText(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 1024: "1 KiB", 1025: "1025 B", 2 << 30: "2 GiB", 5_000_000: "5000000 B",
		3 << 19: "1536 KiB", 1 << 50: "1024 TiB",
	} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// heavy is a site whose start page links to pages of 64 KiB each.
func heavy(t *testing.T, pages int) *website {
	handlers := map[string]http.HandlerFunc{}
	var links []string
	for i := range pages {
		path := fmt.Sprintf("/%d", i)
		links = append(links, path)
		handlers[path] = pageWith("Page "+path, "<!--"+strings.Repeat("x", 64<<10)+"-->", "/")
	}
	handlers["/"] = page("Home", links...)
	return newWebsite(t, handlers)
}

// reached wants an audit ended by a bound, with what that left out in its list.
func reached(t *testing.T, p shared.AuditProgress, rep shared.Report, reason, message string, urls int) {
	t.Helper()
	if p.Status != shared.StatusCompleted || !p.Partial || deref(p.StopReason) != reason || p.GeoScore == nil ||
		!strings.HasSuffix(deref(p.Message), message) {
		t.Errorf("got %+v: %q, %q; want the end %q", p, deref(p.Message), deref(p.ErrorMessage), message)
	}
	want := []shared.Unvisited{{Reason: reason, Count: urls - p.TotalPages}}
	if !slices.Equal(rep.Unvisited, want) {
		t.Errorf("unvisited %v, want %v", rep.Unvisited, want)
	}
}

// Whoever asked for less than the server gives gets less.
func TestBytesEndAnAudit(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := heavy(t, 40)
	cfg := loopback("bytes")
	cfg.MaxBytes = 1 << 20
	start(t, New(st, cfg))
	for _, c := range []struct {
		asked   int64
		message string
		pages   int // at most: the start page, and what fits
	}{
		{0, "the limit of 1 MiB of content", 1 + 16},
		{512 << 10, "the limit of 512 KiB of content", 1 + 8},
	} {
		id := create(t, st, shared.NewAudit{URL: s.URL, MaxBytes: c.asked})
		p := await(t, st, id, "end", terminal)
		reached(t, p, reportOf(t, st, id), "bytes", c.message, 41)
		if p.TotalPages > c.pages || p.TotalPages < 2 {
			t.Errorf("%d pages were read, want 2 to %d", p.TotalPages, c.pages)
		}
	}
	id := create(t, st, shared.NewAudit{URL: s.URL, MaxBytes: 10})
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusFailed || !strings.Contains(deref(p.ErrorMessage), "within the limit of 10 B") {
		t.Errorf("without a page: got %s, %q", p.Status, deref(p.ErrorMessage))
	}
}

func TestTimeEndsAnAudit(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := heavy(t, 40)
	s.mu.Lock()
	for path, h := range s.pages {
		if path != "/" {
			s.pages[path] = func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-time.After(200 * time.Millisecond):
					h(w, r)
				case <-r.Context().Done():
				}
			}
		}
	}
	s.mu.Unlock()
	start(t, New(st, loopback("time")))
	id := create(t, st, shared.NewAudit{URL: s.URL, MaxSeconds: 1})
	p := await(t, st, id, "end", terminal)
	reached(t, p, reportOf(t, st, id), "time", "the time limit of 1 s", 41)
}

// An audit that is taken up again has no more bytes than one that was not. What it read
// before counts, and what its stored pages link to is known although nothing can be
// fetched any more.
func TestBytesOfEarlierAttemptsCount(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := heavy(t, 40)
	// The first attempt may read eight pages, and is stopped while it waits for more.
	var served atomic.Int32
	s.mu.Lock()
	for path, h := range s.pages {
		if path != "/" {
			s.pages[path] = func(w http.ResponseWriter, r *http.Request) {
				if served.Add(1) > 8 {
					<-r.Context().Done()
					return
				}
				h(w, r)
			}
		}
	}
	s.mu.Unlock()
	id := create(t, st, shared.NewAudit{URL: s.URL, MaxBytes: 600 << 10})
	stop := start(t, New(st, loopback("first")))
	await(t, st, id, "nine pages", func(p shared.AuditProgress) bool { return p.TotalPages == 9 })
	stop()
	served.Store(-100)
	start(t, New(st, loopback("second")))
	p := await(t, st, id, "end", terminal)
	reached(t, p, reportOf(t, st, id), "bytes", "the limit of 600 KiB of content", 41)
	if p.Attempt != 2 || p.TotalPages > 10 {
		t.Errorf("attempt %d ended with %d pages, want the 9 of the first and one more", p.Attempt, p.TotalPages)
	}
}

// An audit that ends while its sitemap is read lists what its start page links to.
func TestBytesEndAnAuditThatReadsItsSitemap(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := heavy(t, 40)
	s.mu.Lock()
	s.pages["/sitemap.xml"] = text("application/xml", `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`+
		strings.Repeat("<!-- "+strings.Repeat("x", 1000)+" -->", 200)+"</urlset>")
	s.mu.Unlock()
	start(t, New(st, loopback("sitemap")))
	id := create(t, st, shared.NewAudit{URL: s.URL, MaxBytes: 100 << 10})
	p := await(t, st, id, "end", terminal)
	reached(t, p, reportOf(t, st, id), "bytes", "the limit of 100 KiB of content", 41)
	if p.TotalPages > 2 {
		t.Errorf("%d pages, want the start page and what came before the sitemap", p.TotalPages)
	}
}
