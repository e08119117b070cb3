package audit

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// One alone keeps all others out until it shares or leaves; of those together, none is
// alone.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		first, alone := r.enter(t.Context())
		if !alone {
			t.Fatal("the first has company")
		}
		var second *place
		var beside atomic.Bool
		enter := func(ctx context.Context) {
			go func() {
				p, alone := r.enter(ctx)
				if p != nil {
					second = p
					beside.Store(!alone)
				}
			}()
			synctest.Wait()
		}
		impatient, leave := context.WithCancel(t.Context())
		enter(impatient)
		leave()
		enter(t.Context())
		if second != nil {
			t.Fatal("two in the room of one")
		}
		first.share()
		first.share()
		synctest.Wait()
		if second == nil || !beside.Load() {
			t.Fatalf("after sharing: the second has %v, beside the first %v", second, beside.Load())
		}
		first.leave()
		third, alone := r.enter(t.Context())
		if alone {
			t.Error("alone beside another")
		}
		third.leave()
		second.leave()
		fourth, alone := r.enter(t.Context())
		if !alone {
			t.Error("not alone in an empty room")
		}
		second = nil
		enter(t.Context())
		fourth.leave()
		synctest.Wait()
		if second == nil || beside.Load() {
			t.Error("who waited for an empty room is not alone in it")
		}
	})
}

func TestTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			name     string
			passes   int
			wait     time.Duration
			acquit   bool
			late     bool
			mayLarge bool
		}{
			{"harmless", probation, time.Hour, true, false, true},
			{"too slow", probation - 1, 6 * time.Minute, false, true, false},
			{"on its way", probation - 1, 4 * time.Minute, false, false, false},
		} {
			var tr trial
			if tr.on() || tr.pass() || tr.maxBody() != 0 {
				t.Error("an audit that nobody suspects is on probation")
			}
			acquitted, late, passed := false, false, false
			tr.begin(5*time.Minute, func() { late = true }, func() { acquitted = true })
			for range test.passes {
				passed = tr.pass()
			}
			time.Sleep(test.wait)
			synctest.Wait()
			if passed != test.acquit || acquitted != test.acquit || late != test.late || (tr.maxBody() == 0) != test.mayLarge {
				t.Errorf("%s: passed %v, acquitted %v, late %v, bodies up to %d", test.name, passed, acquitted, late, tr.maxBody())
			}
			tr.end()
			if tr.pass() && test.acquit {
				t.Errorf("%s: acquitted twice", test.name)
			}
		}
	})
}

// busySite is a site of pages in a row of folders, which notes how many requests of a
// folder are under way at once, and beside which others.
type busySite struct {
	mu     sync.Mutex
	now    map[string]int // requests under way by folder
	most   map[string]int
	asked  map[string]int
	beside map[string]bool // folders that were asked while "suspect" was on probation
}

func (s *busySite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	folder, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if rest == "" && !strings.HasSuffix(r.URL.Path, "/") {
		http.NotFound(w, r) // robots.txt and sitemaps
		return
	}
	s.mu.Lock()
	s.now[folder]++
	s.asked[folder]++
	early := s.asked["suspect"] > 0 && s.asked["suspect"] < probation
	if early {
		s.most[folder] = max(s.most[folder], s.now[folder])
		s.beside[folder] = true
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now[folder]--
		s.mu.Unlock()
	}()
	<-time.After(5 * time.Millisecond)
	links := make([]string, 60)
	for i := range links {
		links[i] = fmt.Sprintf("/%s/%d", folder, i)
	}
	page("Page "+r.URL.Path, links...)(w, r)
}

// A suspect runs alone and one page at a time until it has shown that it is harmless.
// Those who wait go first, and are taken up beside it later.
func TestASuspectRunsAlone(t *testing.T) {
	t.Parallel()
	st := open(t)
	s := &busySite{now: map[string]int{}, most: map[string]int{}, asked: map[string]int{}, beside: map[string]bool{}}
	site := newWebsite(t, nil)
	site.Config.Handler = s
	suspect := create(t, st, shared.NewAudit{URL: site.URL + "/suspect/"})
	if _, ok, err := st.Claim(t.Context(), "dead", time.Millisecond); err != nil || !ok {
		t.Fatal(ok, err)
	}
	good := create(t, st, shared.NewAudit{URL: site.URL + "/good/"})
	cfg := loopback("alive")
	cfg.Workers = 4
	e := New(st, cfg)
	start(t, e)
	await(t, st, suspect, "the suspect's turn", func(p shared.AuditProgress) bool { return p.Attempt == 2 })
	if p, err := st.Progress(t.Context(), good); err != nil || !p.Status.Terminal() {
		t.Errorf("the suspect was taken up while another audit ran: %+v, %v", p, err)
	}
	late := create(t, st, shared.NewAudit{URL: site.URL + "/late/"})
	e.Wake()
	for _, id := range []int64{suspect, late} {
		if p := await(t, st, id, "end", terminal); p.Status != shared.StatusCompleted || p.Partial || p.TotalPages != 61 {
			t.Errorf("audit %d: %+v", id, p)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.beside) != 1 || s.most["suspect"] != 1 {
		t.Errorf("during the probation %v was asked, at most %d requests at once", s.beside, s.most["suspect"])
	}
}

// A suspect says that it waits for the audits that run, and until it is taken up.
func TestASuspectSaysWhyItWaits(t *testing.T) {
	t.Parallel()
	st := open(t)
	ended := make(chan struct{})
	site := newWebsite(t, map[string]http.HandlerFunc{
		"/suspect": page("Suspect"), "/good": page("Good", "/good/slow"),
		"/good/slow": func(w http.ResponseWriter, r *http.Request) {
			<-ended
			page("Slow")(w, r)
		},
	})
	suspect := create(t, st, shared.NewAudit{URL: site.URL + "/suspect"})
	if _, ok, err := st.Claim(t.Context(), "dead", time.Millisecond); err != nil || !ok {
		t.Fatal(ok, err)
	}
	create(t, st, shared.NewAudit{URL: site.URL + "/good"})
	start(t, New(st, loopback("alive")))
	says := func(p shared.AuditProgress) bool { return deref(p.MessageKey) == "waiting-alone" }
	await(t, st, suspect, "the reason why it waits", says)
	close(ended)
	if p := await(t, st, suspect, "end", terminal); p.Status != shared.StatusCompleted || says(p) {
		t.Errorf("got %+v", p)
	}
}

// An audit says that it waits for a suspect, until that has proved harmless.
func TestAnAuditSaysThatItWaitsForASuspect(t *testing.T) {
	t.Parallel()
	st := open(t)
	early, ended := make(chan struct{}), make(chan struct{})
	var links []string
	for i := range probation + fetchers {
		links = append(links, fmt.Sprintf("/suspect/%d", i))
	}
	held := func(until chan struct{}) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			<-until
			page("Held")(w, r)
		}
	}
	site := newWebsite(t, map[string]http.HandlerFunc{
		"/suspect": page("Suspect", append(links, "/suspect/last")...), "/good": page("Good"),
		"/suspect/last": held(ended), "/suspect/0": held(early),
	})
	letEarly, letEnd := sync.OnceFunc(func() { close(early) }), sync.OnceFunc(func() { close(ended) })
	t.Cleanup(letEarly) // the site waits for its answers
	t.Cleanup(letEnd)
	suspect := create(t, st, shared.NewAudit{URL: site.URL + "/suspect"})
	if _, ok, err := st.Claim(t.Context(), "dead", time.Millisecond); err != nil || !ok {
		t.Fatal(ok, err)
	}
	start(t, New(st, loopback("alive"))) // which has one worker
	await(t, st, suspect, "the suspect's turn", func(p shared.AuditProgress) bool { return p.Attempt == 2 })
	good := create(t, st, shared.NewAudit{URL: site.URL + "/good"})
	says := func(p shared.AuditProgress) bool { return deref(p.MessageKey) == "waiting-for-suspect" }
	await(t, st, good, "the reason why it waits", says)
	letEarly()
	p := await(t, st, good, "no more reason", func(p shared.AuditProgress) bool { return !says(p) })
	if p.Status != shared.StatusPending {
		t.Errorf("it does not wait any more: %+v", p)
	}
	letEnd()
	if p := await(t, st, good, "end", terminal); p.Status != shared.StatusCompleted {
		t.Errorf("got %+v", p)
	}
}
