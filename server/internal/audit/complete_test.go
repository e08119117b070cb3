package audit

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// leftOut lists what an audit left out, as "reason path".
func leftOut(t *testing.T, st *store.Store, id int64) (list []string) {
	t.Helper()
	for q := (shared.UnvisitedQuery{Limit: shared.ListLimitMax}); ; {
		page, err := st.Unvisited(t.Context(), id, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Unvisited {
			_, path, _ := strings.Cut(strings.TrimPrefix(u.URL, "http://"), "/")
			list = append(list, u.Reason+" /"+path)
		}
		if page.NextCursor == nil {
			return list
		}
		q.Cursor = *page.NextCursor
	}
}

// Whatever an audit leaves out makes it partial, with the reason that really applies,
// and stands in the list of what was not visited.
func TestWhateverIsLeftOutIsListed(t *testing.T) {
	t.Parallel()
	elsewhere := newWebsite(t, nil) // answers 404 to everything
	var outward []string
	for i := range 30 {
		outward = append(outward, elsewhere.URL+"/"+strconv.Itoa(i))
	}
	var many []string
	for i := range check.MaxLinks + 10 {
		many = append(many, "/p"+strconv.Itoa(i))
	}
	for name, test := range map[string]struct {
		pages   map[string]http.HandlerFunc
		ask     shared.NewAudit
		reason  string
		message string
		left    []string // some of it
		count   int
	}{
		"nothing": {
			pages: map[string]http.HandlerFunc{"/": page("Home", "/a"), "/a": page("A", "/")},
		},
		"depth": {
			pages: map[string]http.HandlerFunc{"/": page("Home", "/a"), "/a": page("A", "/b"), "/b": page("B", "/c"), "/c": page("C")},
			ask:   shared.NewAudit{MaxDepth: 1}, reason: "depth", message: "analysed-depth", left: []string{"depth /b"}, count: 1,
		},
		"limit": {
			pages: map[string]http.HandlerFunc{"/": page("Home", "/a", "/b"), "/a": page("A"), "/b": page("B")},
			ask:   shared.NewAudit{PageLimit: 2}, reason: "limit", message: "analysed-limit", left: []string{"limit /b"}, count: 1,
		},
		"links of a page": {
			pages: map[string]http.HandlerFunc{
				"/":           page("Home", many...),
				"/robots.txt": text("text/plain", "User-agent: *\nDisallow: /p"),
			},
			reason: "cut", message: "analysed-cut", left: []string{"cut /", "robots /p0"}, count: 1 + check.MaxLinks,
		},
		"the end of a page": {
			pages: map[string]http.HandlerFunc{
				"/":   page("Home", "/long"),
				"/at": page("The end"),
				"/long": func(w http.ResponseWriter, r *http.Request) {
					page("Long")(w, r)
					line := strings.Repeat("word ", 2000) + "\n"
					for range 11 << 20 / len(line) {
						fmt.Fprint(w, line)
					}
					fmt.Fprint(w, `<a href="/at">the end</a>`)
				},
			},
			reason: "cut", message: "analysed-cut", left: []string{"cut /long"}, count: 1,
		},
		"links to other sites": {
			pages:  map[string]http.HandlerFunc{"/": page("Home", outward...)},
			reason: "external", message: "analysed-external", count: 10,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := open(t)
			e := New(st, loopback("left"))
			e.externalBudget = 20
			start(t, e)
			test.ask.URL = newWebsite(t, test.pages).URL
			id := create(t, st, test.ask)
			p := await(t, st, id, "end", terminal)
			if p.Status != shared.StatusCompleted || p.Partial != (test.reason != "") || deref(p.StopReason) != test.reason {
				t.Fatalf("got %+v, want the reason %q", p, test.reason)
			}
			if test.message != "" && deref(p.MessageKey) != test.message {
				t.Errorf("says %q, want %q", deref(p.MessageKey), test.message)
			}
			left := leftOut(t, st, id)
			if len(left) != test.count {
				t.Errorf("%d left out, want %d: %.10q", len(left), test.count, left)
			}
			for _, want := range test.left {
				if !slices.Contains(left, want) {
					t.Errorf("%q is not among %.10q", want, left)
				}
			}
			counted := 0
			for _, u := range reportOf(t, st, id).Unvisited {
				counted += u.Count
			}
			if counted != len(left) {
				t.Errorf("the report counts %d, the list has %d", counted, len(left))
			}
		})
	}
}

// tooMany answers 429 to its first n requests, and then as page does.
func tooMany(n int32, retryAfter string, page http.HandlerFunc) http.HandlerFunc {
	var asked atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= n {
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		page(w, r)
	}
}

// A page that asks for a pause is asked again after it, the start page too.
func TestPagesThatAskForAPauseAreAskedAgain(t *testing.T) {
	t.Parallel()
	st := open(t)
	start(t, New(st, loopback("pause")))
	s := newWebsite(t, map[string]http.HandlerFunc{
		"/":  tooMany(1, "1", page("Home", "/a", "/b")),
		"/a": tooMany(1, "1", page("A")),
		"/b": tooMany(2, "1", page("B")),
	})
	id := create(t, st, shared.NewAudit{URL: s.URL})
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || p.Partial || p.TotalPages != 3 || p.Responses.ClientError != 0 {
		t.Errorf("got %+v", p)
	}
	if left := leftOut(t, st, id); len(left) > 0 {
		t.Errorf("left out: %v", left)
	}
}

// A site that asks for nothing but pauses ends its audit soon, as what it is.
func TestASiteThatOnlyAsksForPausesEndsItsAudit(t *testing.T) {
	t.Parallel()
	var links []string
	pages := map[string]http.HandlerFunc{}
	for i := range 20 {
		path := "/p" + strconv.Itoa(i)
		links = append(links, path)
		pages[path] = tooMany(1<<30, "1", nil)
	}
	pages["/"] = page("Home", links...)
	st := open(t)
	e := New(st, loopback("busy"))
	e.busyPatience = 2 * time.Second
	start(t, e)
	id := create(t, st, shared.NewAudit{URL: newWebsite(t, pages).URL})
	p := await(t, st, id, "end", terminal)
	if p.Status != shared.StatusCompleted || !p.Partial || deref(p.StopReason) != "busy" || p.TotalPages != 1 {
		t.Errorf("got %+v", p)
	}
	left := leftOut(t, st, id)
	if len(left) != 20 {
		t.Errorf("left out: %v", left)
	}
}
