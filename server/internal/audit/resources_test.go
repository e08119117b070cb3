package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/check"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// What pages load is asked for once, however many pages load it, unless its answer is known
// or robots.txt forbids it.
func TestWhatPagesLoad(t *testing.T) {
	t.Parallel()
	elsewhere := testkit.Site{"/font.css": {}, "/linked.png": {}}.Serve(t)
	const head = `<link rel=stylesheet href=/no.css><link rel=stylesheet href=/private.css><script src=/no.js></script><script src="/ok.js"></script>`
	site := testkit.Site{
		"/robots.txt": {Body: "User-agent: *\nDisallow: /private\n"},
		"/": {Body: document("Home", head, `<img src=/no.png srcset="/no1.png 1x, /ok.png 2x" alt=x><img src=/private.png alt=x>
			<a href=/a>a</a><img src=/a alt=x><a href="{ELSEWHERE}/linked.png">x</a><img src="{ELSEWHERE}/linked.png" alt=x>
			<link rel=stylesheet href="{ELSEWHERE}/font.css"><video poster="{ELSEWHERE}/no.jpg"></video>`)},
		"/a":      {Body: document("A", head, "")},
		"/ok.png": {}, "/ok.js": {Head: &testkit.Answer{Status: 405}},
	}.Serve(t, "{ELSEWHERE}", elsewhere.URL)
	st := open(t)
	start(t, New(st, loopback("loads")))
	id := create(t, st, shared.NewAudit{URL: site.URL})
	await(t, st, id, "end", terminal)

	var found []string
	short := strings.NewReplacer(site.URL, "", elsewhere.URL, "{ELSEWHERE}").Replace
	for _, f := range allFindings(t, st, id) {
		if f.CheckID != "broken-resource" && f.CheckID != "robots-blocks-assets" {
			continue
		}
		line := ""
		for _, e := range f.Evidence {
			line += " " + short(e.Value)
		}
		found = append(found, line[1:])
	}
	sameSet(t, "findings", found, []string{
		"/no.css 404 link stylesheet / /a", "/no.js 404 script src / /a", "/no.png 404 img src /", "/no1.png 404 img srcset /",
		"{ELSEWHERE}/no.jpg 404 video poster /", "/private.css link stylesheet 2 Disallow: /private / /a",
	})
	asked := append(requestLines(site, ""), requestLines(elsewhere, "{ELSEWHERE}")...)
	for _, want := range []string{
		"GET /no.css", "HEAD /ok.png", "GET /ok.js", "HEAD {ELSEWHERE}/font.css", "HEAD {ELSEWHERE}/linked.png", "GET /a",
	} {
		if n := len(slices.DeleteFunc(slices.Clone(asked), func(line string) bool { return line != want })); n != 1 {
			t.Errorf("%s: asked %d times", want, n)
		}
	}
	for _, never := range []string{"HEAD /private.png", "GET /private.png", "HEAD /private.css", "GET /private.css",
		"HEAD /a", "GET /ok.png", "HEAD /no.css"} {
		if slices.Contains(asked, never) {
			t.Errorf("asked %s", never)
		}
	}
}

// A site may load any number of things: some are remembered, and the rest makes what is
// known of them a part.
func TestAddressesAreBounded(t *testing.T) {
	t.Parallel()
	l := addresses{targets: map[string]*target{}}
	for i := range maxAddresses + 1 {
		if l.incomplete {
			t.Fatalf("incomplete after %d", i)
		}
		l.add("/", outward{URL: fmt.Sprint("/", i)})
	}
	l.add("/a", outward{URL: "/0", Text: "img src"})
	if !l.incomplete || len(l.targets) != maxAddresses || l.targets["/0"].count != 2 {
		t.Errorf("%d kept, incomplete %v", len(l.targets), l.incomplete)
	}
	long := addresses{targets: map[string]*target{}}
	long.add("/", outward{URL: strings.Repeat("x", maxAddressBytes+1)})
	if !long.incomplete || len(long.targets) != 0 {
		t.Error("a long address was kept")
	}
}

// An answer to a page or a link is one to whatever loads the same address.
func TestSplitKnown(t *testing.T) {
	t.Parallel()
	loaded := func(urls ...string) (links []check.ExternalLink) {
		for _, u := range urls {
			links = append(links, check.ExternalLink{URL: u, Count: 1})
		}
		return links
	}
	known, unknown := splitKnown(loaded("page", "gone", "busy", "moved", "link", "new"),
		[]check.Facts{
			{URL: "page", Status: 200, Analysed: true}, {URL: "gone", Status: 404}, {URL: "busy", Status: 429},
			{URL: "moved", Status: 301},
		},
		[]check.ExternalLink{{URL: "link", Failure: check.FailDNS, Count: 7}})
	var got []string
	for _, l := range known {
		got = append(got, fmt.Sprint(l.URL, " ", l.Status, l.Failure, " ", l.Count))
	}
	if want := []string{"page 200 1", "gone 404 1", "link 0dns 1"}; !slices.Equal(got, want) {
		t.Errorf("known %q, want %q", got, want)
	}
	if len(unknown) != 3 {
		t.Errorf("unknown %+v", unknown)
	}
}
