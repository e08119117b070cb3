package audit

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"atalaya/shared"
)

// What nobody asked for is listed, and makes nothing partial; but what a page there may
// link to is not called an orphan.
func TestPathsThatWereAskedFor(t *testing.T) {
	t.Parallel()
	var s *website
	s = newWebsite(t, map[string]http.HandlerFunc{
		"/":       page("Home", "/a/1", "/b/1", "/a/print/1"),
		"/a/1":    page("A1", "/a/2"),
		"/a/2":    page("A2"),
		"/b/1":    page("B1", "/a/3"),
		"/a/3":    page("A3"),
		"/moved":  http.RedirectHandler("/b/1", http.StatusFound).ServeHTTP,
		"/a/gone": http.RedirectHandler("/b/9", http.StatusFound).ServeHTTP,
		"/sitemap.xml": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "<urlset><url><loc>%[1]s/a/3</loc></url><url><loc>%[1]s/b/4</loc></url>"+
				"<url><loc>%[1]s/a/gone</loc></url></urlset>", s.URL)
		},
	})
	st := open(t)
	start(t, New(st, loopback("paths")))
	id := create(t, st, shared.NewAudit{URL: s.URL, Include: []string{"/a/"}, Exclude: []string{"*/print/"}})
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || p.Partial || p.TotalPages != 4 {
		t.Errorf("got %+v", p)
	}
	want := []string{"excluded /a/print/1", "excluded /b/1", "excluded /b/4", "excluded /b/9"}
	left := leftOut(t, st, id)
	slices.Sort(left)
	if !slices.Equal(left, want) {
		t.Errorf("left out %q, want %q", left, want)
	}
	if c := find(t, reportOf(t, st, id), "page-orphan"); c.Outcome != shared.OutcomeNotApplicable {
		t.Errorf("page-orphan: %+v", c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for path := range s.counts {
		if path == "/a/print/1" || path == "/b/1" || path == "/b/4" {
			t.Errorf("asked for %s", path)
		}
	}
}

// Headers of one's own go to the host that they are for and to no other, and stand in
// nothing that is kept.
func TestOwnHeaders(t *testing.T) {
	t.Parallel()
	const secret = "Basic c2VjcmV0"
	elsewhere := newWebsite(t, nil)
	guarded := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != secret {
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			h(w, r)
		}
	}
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/":     guarded(page("Home", "/a", elsewhere.URL+"/x", "/away")),
		"/a":    guarded(page("A")),
		"/away": guarded(http.RedirectHandler(elsewhere.URL+"/y", http.StatusFound).ServeHTTP),
	})
	elsewhere.pages = map[string]http.HandlerFunc{"*": func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("%s got the header", r.URL)
		}
		page("Elsewhere")(w, r)
	}}
	st := open(t)
	start(t, New(st, loopback("own")))
	id := create(t, st, shared.NewAudit{URL: s.URL, Headers: shared.Headers{"Authorization: " + secret}})
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || p.TotalPages != 2 || p.Responses.ClientError != 0 {
		t.Errorf("got %+v", p)
	}
	elsewhere.mu.Lock()
	defer elsewhere.mu.Unlock()
	if elsewhere.counts["/x"] == 0 || elsewhere.counts["/y"] == 0 {
		t.Errorf("asked elsewhere for %v", elsewhere.counts)
	}
}
