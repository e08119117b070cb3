package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
)

// countingSite has more pages than anybody visits, and notes when it was asked and by
// whose audit: each has a folder of its own.
type countingSite struct {
	*httptest.Server
	mu    sync.Mutex
	asked []askedAt
	pause time.Duration // that the next answer asks for
}

type askedAt struct {
	folder string
	at     time.Time
}

func newCountingSite(t *testing.T) *countingSite {
	s := &countingSite{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *countingSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	folder, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.mu.Lock()
	s.asked = append(s.asked, askedAt{folder, time.Now()})
	pause := s.pause
	if len(folder) <= 1 {
		s.pause = 0
	}
	s.mu.Unlock()
	switch {
	case len(folder) > 1: // robots.txt, sitemaps
		http.NotFound(w, r)
	case pause > 0:
		w.Header().Set("Retry-After", fmt.Sprint(pause.Seconds()))
		w.WriteHeader(http.StatusTooManyRequests)
	default:
		w.Header().Set("Content-Type", "text/html")
		for i := range 50 {
			fmt.Fprintf(w, "<a href='/%s/%d'>%d</a> ", folder, len(r.URL.Path)*100+i, i)
		}
		fmt.Fprintf(w, "<a href='%s/0'>deeper</a>", strings.TrimSuffix(r.URL.Path, "/"))
	}
}

// count is how often the site was asked between two times, for an audit or "" for all.
func (s *countingSite) count(folder string, from, to time.Time) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if (folder == "" || a.folder == folder) && !a.at.Before(from) && a.at.Before(to) {
			n++
		}
	}
	return n
}

// mostIn is the greatest number of requests in any stretch of that length.
func (s *countingSite) mostIn(stretch time.Duration) (most int) {
	s.mu.Lock()
	asked := slices.Clone(s.asked)
	s.mu.Unlock()
	slices.SortFunc(asked, func(a, b askedAt) int { return a.at.Compare(b.at) })
	first := 0
	for i, a := range asked {
		for a.at.Sub(asked[first].at) >= stretch {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// Two servers on one database ask a site no more often than one, obey the pause that
// only one of them was asked for, and share again when one was killed.
func TestServersOnOneDatabaseShareARate(t *testing.T) {
	t.Parallel()
	site := newCountingSite(t)
	flags := []string{"--database-url", pgtest.Database(t), "--workers", "1", "--rate", "20"}
	first, second := start(t, flags...), start(t, flags...)
	first.create(fmt.Sprintf(`{"url":"%s/a/","page_limit":5000,"max_depth":100}`, site.URL))
	asks := func(folder string, atLeast int, within time.Duration) func() bool {
		return func() bool { return site.count(folder, time.Now().Add(-within), time.Now()) >= atLeast }
	}
	testkit.Eventually(t, 20*time.Second, "one audit at the full rate", asks("a", 18, time.Second))
	second.create(fmt.Sprintf(`{"url":"%s/b/","page_limit":5000,"max_depth":100}`, site.URL))
	testkit.Eventually(t, 20*time.Second, "two audits, each at half of it", func() bool {
		return asks("a", 9, time.Second)() && asks("b", 9, time.Second)()
	})

	// One of them is asked for a pause, and within a second or so has told the other.
	site.mu.Lock()
	begun := time.Now()
	site.pause = 6 * time.Second
	site.mu.Unlock()
	testkit.Eventually(t, 10*time.Second, "the pause to end", func() bool { return time.Since(begun) > 7*time.Second })
	if n := site.count("", begun.Add(1500*time.Millisecond), begun.Add(6*time.Second)); n > 0 {
		t.Errorf("%d requests during the pause", n)
	}
	testkit.Eventually(t, 20*time.Second, "both audits to go on", func() bool {
		return asks("a", 2, time.Second)() && asks("b", 2, time.Second)()
	})

	// Whichever works on the first audit goes on alone.
	second.kill()
	testkit.Eventually(t, 40*time.Second, "the whole rate for the one that is left", func() bool {
		return asks("a", 18, time.Second)() || asks("b", 18, time.Second)()
	})
	// One request more for each server; the rest is how late a request may be.
	for _, stretch := range []time.Duration{time.Second, 5 * time.Second} {
		if most, bound := site.mostIn(stretch), int(20*stretch.Seconds())+2+2; most > bound {
			t.Errorf("%d requests within %v, want no more than %d", most, stretch, bound)
		}
	}
}
