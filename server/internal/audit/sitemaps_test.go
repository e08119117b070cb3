package audit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// orphanage is a site whose sitemap names two pages that no link leads to, and answers
// when it is let to.
func orphanage(t *testing.T) (s *website, open func()) {
	gate := make(chan struct{})
	s = newWebsite(t, map[string]http.HandlerFunc{
		"/": page("Home", "/a", "/b"), "/a": page("Page A", "/c"), "/b": page("Page B", "/c"), "/c": page("Page C"),
		"/orphan": page("Orphan"), "/orphan2": page("Orphan 2"),
	})
	s.pages["/sitemap.xml"] = func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-gate:
			fmt.Fprintf(w, "<urlset><url><loc>%[1]s/c</loc></url><url><loc>%[1]s/orphan</loc></url>"+
				"<url><loc>%[1]s/orphan2</loc></url></urlset>", s.URL)
		case <-r.Context().Done():
		}
	}
	return s, func() { close(gate) }
}

func awaitsSitemaps(p shared.AuditProgress) bool {
	return deref(p.MessageKey) == "waiting-for-sitemaps"
}

// A sitemap that does not answer holds no page up, and when it answers changes nothing
// about the report.
func TestSitemapsAreReadBesideTheCrawl(t *testing.T) {
	t.Parallel()
	st := open(t)
	start(t, New(st, loopback("beside")))
	for _, limit := range []int{100, 5, 3} {
		s, answer := orphanage(t)
		late := create(t, st, shared.NewAudit{URL: s.URL, PageLimit: limit})
		p := await(t, st, late, "all that is linked", awaitsSitemaps)
		if p.Stage != shared.StageCrawl || p.TotalPages != min(limit, 4) || p.Discovered != 4 {
			t.Errorf("limit %d: while the sitemap is awaited: %+v", limit, p)
		}
		answer()
		p = await(t, st, late, "end", terminal)
		if p.Status != shared.StatusCompleted || p.Discovered != 6 || p.TotalPages != min(limit, 6) || p.Partial != (limit < 6) {
			t.Errorf("limit %d: got %+v", limit, p)
		}
		early := create(t, st, shared.NewAudit{URL: s.URL, PageLimit: limit})
		await(t, st, early, "end", terminal)
		if got, want := essence(t, st, early), essence(t, st, late); got != want {
			t.Errorf("limit %d: the report differs\n got %s\nwant %s", limit, got, want)
		}
		if got, want := leftOut(t, st, early), leftOut(t, st, late); !slices.Equal(got, want) || len(got) != 6-min(limit, 6) {
			t.Errorf("limit %d: left out %v, and %v", limit, got, want)
		}
	}
}

// An audit that is cancelled while its sitemaps are read says nothing about them.
func TestCancelEndsTheReadingOfSitemaps(t *testing.T) {
	t.Parallel()
	st := open(t)
	start(t, New(st, loopback("reading")))
	s, _ := orphanage(t)
	id := create(t, st, shared.NewAudit{URL: s.URL})
	await(t, st, id, "all that is linked", awaitsSitemaps)
	p, took := cancelNow(t, st, id)
	if p.Status != shared.StatusCancelled || took > cancelBound {
		t.Errorf("got %+v after %v", p, took)
	}
	rep := reportOf(t, st, id)
	for _, check := range []string{"sitemap-missing", "sitemap-invalid", "page-orphan"} {
		if got := find(t, rep, check); got.Outcome != shared.OutcomeNotApplicable || got.Reason != "incomplete" {
			t.Errorf("%s: got %+v", check, got)
		}
	}
}

// cancelBound is what a cancelled audit may take on a machine that is busy with other
// tests: the promised second, and one more for the machine.
const cancelBound = 2 * time.Second

// cancelNow cancels an audit and waits for its end.
func cancelNow(t *testing.T, st *store.Store, id int64) (shared.AuditProgress, time.Duration) {
	t.Helper()
	asked := time.Now()
	if _, err := st.Cancel(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	p := await(t, st, id, "end", terminal)
	return p, time.Since(asked)
}

// Every sitemap that is named and broken is reported, also beside a good one.
func TestBrokenSitemapsAreReportedBesideAGoodOne(t *testing.T) {
	t.Parallel()
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/": page("Home", "/a"), "/a": page("A"), "/page.html": page("No sitemap"),
	})
	for path, body := range map[string]string{
		"/robots.txt": "User-agent: *\nDisallow:\nSitemap: %[1]s/index.xml\nSitemap: %[1]s/gone.xml\nSitemap: %[1]s/page.html\n",
		"/index.xml":  "<sitemapindex><sitemap><loc>%[1]s/good.xml</loc></sitemap><sitemap><loc>%[1]s/childgone.xml</loc></sitemap></sitemapindex>",
		"/good.xml":   "<urlset><url><loc>%[1]s/a</loc></url></urlset>",
	} {
		s.pages[path] = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, body, s.URL) }
	}
	st := open(t)
	start(t, New(st, loopback("sitemaps")))
	id := create(t, st, shared.NewAudit{URL: s.URL})
	await(t, st, id, "end", terminal)
	got := find(t, reportOf(t, st, id), "sitemap-invalid")
	var said []string
	for _, f := range got.Samples {
		for _, e := range f.Evidence {
			said = append(said, strings.ReplaceAll(e.Name+" "+e.Value, s.URL, ""))
		}
	}
	want := []string{
		"file /robots.txt", "unreadable /gone.xml answers 404", "unreadable /page.html is no sitemap",
		"file /index.xml", "unreadable 1: /childgone.xml answers 404",
	}
	if got.Outcome != shared.OutcomeFail || !slices.Equal(said, want) {
		t.Errorf("got %s, %q\nwant %q", got.Outcome, said, want)
	}
}
