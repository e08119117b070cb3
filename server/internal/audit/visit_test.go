package audit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

func address(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := crawl.Canonical(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func answered(t *testing.T, raw, body string) *crawl.Result {
	u := address(t, raw)
	return &crawl.Result{
		URL: u, FinalURL: u, Status: 200, ContentType: "text/html", Attempts: 1, TTFB: 7 * time.Millisecond,
		Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(body),
	}
}

func TestAVisitSurvivesTheStore(t *testing.T) {
	home := address(t, "https://example.com/")
	scope := crawl.NewScope(home)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	body := "<title>A\x00B</title><a href=/x>x</a><a href=https://www.example.com/y>y</a><a href=https://other.net/>z</a>"
	page := newVisit(asked{Item: crawl.Item{URL: home.String()}, home: true}, answered(t, home.String(), body), scope, now)
	moved := answered(t, "https://example.com/new", "")
	moved.URL = address(t, "https://example.com/old")
	moved.Hops = []crawl.Hop{{URL: "https://example.com/old", Status: 301, Location: "https://example.com/new"}}
	redirect := newVisit(asked{Item: crawl.Item{URL: "https://example.com/old", Depth: 1, Referrer: home.String()},
		alias: true}, moved, scope, now)
	orphan := newVisit(asked{Item: crawl.Item{URL: "https://example.com/o", Depth: crawl.NoDepth}},
		answered(t, "https://example.com/o", body), scope, now)

	if got, want := page.links, []string{"https://example.com/x", "https://www.example.com/y"}; !slices.Equal(got, want) {
		t.Errorf("links %v, want %v", got, want)
	}
	if got, want := page.outward, []outward{{URL: "https://other.net/", Text: "z"}}; !slices.Equal(got, want) {
		t.Errorf("outward %v, want %v", got, want)
	}
	if got, want := redirect.links, []string{"https://example.com/new"}; !slices.Equal(got, want) || redirect.page.Status != 301 {
		t.Errorf("the redirect leads to %v with %d, want %v", got, redirect.page.Status, want)
	}
	if want := []string{"x", "y"}; !slices.Equal(page.texts, want) {
		t.Errorf("texts %q, want %q", page.texts, want)
	}
	for _, v := range []*visit{page, redirect, orphan} {
		rec, err := v.record()
		if err != nil {
			t.Fatal(err)
		}
		rec.Findings = nil                      // as the store gives it back
		rec.Page.Depth = max(rec.Page.Depth, 0) // which knows no NoDepth
		rec.Page.ID = 17                        // but numbers
		got, err := restoreVisit(rec)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", v.page.URL, err, got, v)
		}
		if got.forgetLinks(rec.State); got.links != nil || got.wires != nil || got.outward != nil {
			t.Errorf("%s: keeps %v, %v, %v", v.page.URL, got.links, got.wires, got.outward)
		}
		if got, err := got.withLinks(); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%s, with its links: %v\n got %+v\nwant %+v", v.page.URL, err, got, v)
		}
		for _, spoiled := range [][]byte{nil, rec.State[:len(rec.State)/2], []byte("nonsense")} {
			rec.State = spoiled
			if _, err := restoreVisit(rec); !errors.Is(err, errState) {
				t.Errorf("spoiled state: %v", err)
			}
		}
	}
}

// What a book holds at the end does not depend on the order of the pages.
func TestBookKnowsNoOrder(t *testing.T) {
	scope := crawl.NewScope(address(t, "https://example.com/"))
	var visits []*visit
	for i := range 40 {
		u := fmt.Sprintf("https://example.com/%d", i)
		body := fmt.Sprintf("<h2>%d</h2><a href=https://other.net/%d>%d</a><a href=https://other.net/all>from %d</a>", i%15, i%3, i, i)
		visits = append(visits, newVisit(asked{Item: crawl.Item{URL: u, Depth: i%4 - 1}}, answered(t, u, body), scope, time.Time{}))
	}
	fill := func() *book {
		b := newBook()
		for _, v := range visits {
			b.add(v)
		}
		b.facts = nil // RunSite orders them
		b.leads = linkLog{}
		return b
	}
	want := fill()
	if got := len(want.samples["title-missing"]); got != shared.MaxSamples {
		t.Fatalf("%d samples", got)
	}
	if got := len(want.samples["lang-missing"]); got != 1 { // all pages lack it alike
		t.Fatalf("%d samples of one group", got)
	}
	var linked []string
	for _, l := range want.externalLinks()[:2] {
		linked = append(linked, l.URL)
	}
	if want := []string{"https://other.net/all", "https://other.net/0"}; !slices.Equal(linked, want) {
		t.Errorf("most linked %v, want %v", linked, want)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		rng.Shuffle(len(visits), func(i, j int) { visits[i], visits[j] = visits[j], visits[i] })
		if got := fill(); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
}

// A crawl without any answer says so, and ends with what it has.
func TestASilentSiteEndsTheCrawl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(nil, Config{})
		defer e.fetcher.Close()
		r := newRun(e.env, work.Job{}, quiet(), func(error) {}, func(error) {})
		s := newSite(r.pageLimit, r.maxDepth)
		s.seed = address(t, "https://203.0.113.1/") // no name, so that nothing is looked up
		s.setHome(s.seed)
		s.openFrontier()
		// So it looks when a request hangs.
		if _, err := e.limits.Acquire(r.waits.watch.Within(t.Context()), s.home.Host); err != nil {
			t.Fatal(err)
		}
		ctx, done := context.WithCancel(t.Context())
		defer done()
		go r.explainWaits(ctx)
		// Nobody takes the tasks: so it looks when each fetcher hangs.
		c := newCollector(r, s, newBook())
		begun := time.Now()
		var messages []string
		var watcher sync.WaitGroup
		watcher.Go(func() {
			for range 3 {
				time.Sleep(explainEvery + time.Second)
				messages = append(messages, r.rec.advance().Message.Text)
			}
		})
		err := c.collect(t.Context())
		watcher.Wait()
		if !errors.Is(err, errSilent) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took < silentAfter || took > silentAfter+lookEvery {
			t.Errorf("took %v", took)
		}
		if got, want := messages[1], "Waiting for 203.0.113.1: no answer for 10 s"; got != want {
			t.Errorf("message %q, want %q", got, want)
		}
	})
}

// Links are told apart by their normal form and asked for as they were written, also
// by an attempt that goes on with stored pages.
func TestAVisitKeepsTheSpellingOfItsLinks(t *testing.T) {
	home := address(t, "https://example.com/")
	res := answered(t, "https://example.com/50%25-off/", "<title>T</title><a href=/100%>a</a><a href=x>b</a><a href=/plain>c</a>"+
		"<a href=//me:pw@other.net/%7Eme>d</a><a href=/100%25>e</a>")
	var err error
	if res.Base, err = crawl.Resolve(nil, "https://example.com/50%-off/", ""); err != nil {
		t.Fatal(err)
	}
	v := newVisit(asked{Item: crawl.Item{URL: res.FinalURL.String()}}, res, crawl.NewScope(home), time.Now())
	record, err := v.record()
	if err != nil {
		t.Fatal(err)
	}
	restored, err := restoreVisit(record)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*visit{v, restored} {
		var asked []string
		for _, u := range v.links {
			a, err := crawl.Item{URL: u, Wire: v.wires[u]}.Address()
			if err != nil {
				t.Fatal(err)
			}
			asked = append(asked, a.String())
		}
		want := []string{"https://example.com/100%", "https://example.com/50%-off/x", "https://example.com/plain"}
		if !slices.Equal(asked, want) {
			t.Errorf("asks for %q, want %q", asked, want)
		}
		if len(v.outward) != 1 || v.outward[0].URL != "https://other.net/%7Eme" {
			t.Errorf("outward %v", v.outward)
		}
	}
}

// A page leads to all that a browser would open of it, and hides no link that none
// opens.
func TestVisitLeadsWhereABrowserGoes(t *testing.T) {
	home := address(t, "https://example.com/")
	scope := crawl.NewScope(home)
	v := newVisit(asked{Item: crawl.Item{URL: home.String()}, home: true}, answered(t, home.String(),
		`<!doctype html><meta http-equiv="refresh" content="0;url=production/index.html"><title>Gentelella</title>
		<a href="a">a</a><base href="/sub/"><iframe src="/in"></iframe><template><a href="/no">x</a></template>
		<a href="http://exa mple.test/">a</a><a href="https://example.test:99999/">c</a><a href="http://[::1/">d</a>`), scope, time.Time{})
	want := []string{"https://example.com/sub/a", "https://example.com/in", "https://example.com/sub/production/index.html"}
	if !slices.Equal(v.links, want) || v.facts.Refresh != want[2] {
		t.Errorf("links %q, refresh %q, want %q", v.links, v.facts.Refresh, want)
	}
	for _, f := range v.findings {
		if f.CheckID == "link-malformed" && f.Evidence[0].Value == "3" {
			return
		}
	}
	t.Errorf("the links that no browser opens are not reported: %+v", v.findings)
}
