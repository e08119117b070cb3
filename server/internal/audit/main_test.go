package audit

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/store"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// open gives a real store on a database of its own.
func open(t *testing.T) *store.Store {
	t.Helper()
	return openIn(t, t.TempDir())
}

func openIn(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{DataDir: dir, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// loopback is a configuration for sites on this machine.
func loopback(owner string) Config {
	return Config{
		Workers: 1, Rate: 10_000, AllowPrivate: true, Owner: owner, LeaseLost: store.ErrLeaseLost, Log: quiet(),
	}
}

// start runs an engine until the returned stop is called.
func start(t *testing.T, e *Engine) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var engine sync.WaitGroup
	engine.Go(func() {
		if err := e.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		engine.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func create(t *testing.T, s *store.Store, a shared.NewAudit) int64 {
	t.Helper()
	p, _, err := s.Create(t.Context(), a, "")
	if err != nil {
		t.Fatal(err)
	}
	return p.AuditID
}

// await polls the row until it is as wanted.
func await(
	t *testing.T, s *store.Store, id int64, what string, ok func(shared.AuditProgress) bool,
) (p shared.AuditProgress) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("the audit is %+v", p)
		}
	}()
	testkit.Eventually(t, time.Minute, what, func() bool {
		var err error
		if p, err = s.Progress(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		return ok(p)
	})
	return p
}

func terminal(p shared.AuditProgress) bool { return p.Status.Terminal() }

// isWellKnown has the paths that are no pages.
var isWellKnown = map[string]bool{
	"/robots.txt": true, "/sitemap.xml": true, "/sitemap_index.xml": true, "/wp-sitemap.xml": true,
}

// website is a site in memory: paths to handlers, that of "*" for the other pages, 404 for
// the rest. It counts the requests for each path that are made in our own name, and all
// others together.
type website struct {
	*httptest.Server
	mu     sync.Mutex
	pages  map[string]http.HandlerFunc
	counts map[string]int
	others int
}

func newWebsite(t *testing.T, pages map[string]http.HandlerFunc) *website {
	t.Helper()
	s := &website{pages: pages, counts: map[string]int{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *website) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if strings.HasPrefix(r.UserAgent(), crawl.Product) {
		s.counts[r.URL.Path]++
	} else {
		s.others++
	}
	page := s.pages[r.URL.Path]
	if page == nil && !isWellKnown[r.URL.Path] {
		page = s.pages["*"]
	}
	s.mu.Unlock()
	if page == nil {
		http.NotFound(w, r)
		return
	}
	page(w, r)
}

func (s *website) asked(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[path]
}

// page is an HTML page with a title and links.
func page(title string, links ...string) http.HandlerFunc { return pageWith(title, "", links...) }

// htmlPage has something in its head besides.
func pageWith(title, head string, links ...string) http.HandlerFunc {
	var body strings.Builder
	for _, l := range links {
		fmt.Fprintf(&body, "<p><a href=%q>to %s</a></p>\n", l, l)
	}
	return text("text/html; charset=utf-8", fmt.Sprintf(
		"<!doctype html><html lang=en><head><title>%s</title>%s</head><body><main><h1>%s</h1>%s</main></body></html>",
		title, head, title, body.String()))
}

func text(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

func allPages(t *testing.T, st *store.Store, id int64) (pages []shared.Page) {
	t.Helper()
	for cursor := ""; ; {
		list, err := st.Pages(t.Context(), id, shared.PageQuery{Cursor: cursor, Limit: shared.ListLimitMax})
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, list.Pages...)
		if list.NextCursor == nil {
			return pages
		}
		cursor = *list.NextCursor
	}
}

func reportOf(t *testing.T, st *store.Store, id int64) shared.Report {
	t.Helper()
	rep, err := st.Report(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func find(t *testing.T, rep shared.Report, id string) shared.CheckResult {
	t.Helper()
	i := slices.IndexFunc(rep.Checks, func(c shared.CheckResult) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("no check %s in the report", id)
	}
	return rep.Checks[i]
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
