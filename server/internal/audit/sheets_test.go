package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

func css(body string) testkit.Answer {
	return testkit.Answer{Headers: map[string]string{"Content-Type": "text/css"}, Body: body}
}

// Style sheets of the site are read once each, and what they load is asked for once, as if the
// pages that use them loaded it.
func TestWhatStyleSheetsLoad(t *testing.T) {
	t.Parallel()
	elsewhere := testkit.Site{"/theirs.css": css(`a{background:url(never.png)}`)}.Serve(t)
	const head = `<link rel=stylesheet href=/s/main.css><link rel=stylesheet href="{ELSEWHERE}/theirs.css">`
	site := testkit.Site{
		"/robots.txt": {Body: "User-agent: *\nDisallow: /private\n"},
		"/": {Body: document("Home", head, `<a href=/a>a</a><link rel=stylesheet href=/private.css>
			<link rel=stylesheet href=/page.css>`)},
		"/a": {Body: document("A", head, "")},
		"/s/main.css": css(`@import "more.css"; @import url(gone.css);
			@font-face{src:url(../f/no.eot);src:url(../f/no.eot?#iefix) format("embedded-opentype"),url(../f/no.woff2) format("woff2")}
			a{background:url(ok.png)} b{background:url(no.png)}`),
		"/s/more.css":  css(`@import "main.css"; @font-face{src:url("{ELSEWHERE}/no.woff")} b{background:url(no.png)}`),
		"/private.css": css(`a{background:url(unseen.png)}`),
		"/page.css":    {Headers: map[string]string{"Content-Type": "text/plain"}, Body: `a{background:url(text.png)}`},
		"/s/ok.png":    {},
	}.Serve(t, "{ELSEWHERE}", elsewhere.URL)
	st := open(t)
	start(t, New(st, loopback("sheets")))
	id := create(t, st, shared.NewAudit{URL: site.URL})
	await(t, st, id, "end", terminal)

	var found []string
	short := strings.NewReplacer(site.URL, "", elsewhere.URL, "{ELSEWHERE}").Replace
	for _, f := range allFindings(t, st, id) {
		if f.CheckID != "broken-resource" {
			continue
		}
		line := ""
		for _, e := range f.Evidence {
			line += " " + short(e.Value)
		}
		found = append(found, line[1:])
	}
	sameSet(t, "findings", found, []string{
		"/s/gone.css 404 @import (/s/main.css) / /a", "/f/no.woff2 404 @font-face src (/s/main.css) / /a",
		"/s/no.png 404 url() (/s/main.css) / /a", "{ELSEWHERE}/no.woff 404 @font-face src (/s/more.css) / /a",
	})
	asked := append(requestLines(site, ""), requestLines(elsewhere, "{ELSEWHERE}")...)
	for _, want := range []string{
		"GET /s/main.css", "GET /s/more.css", "GET /s/gone.css", "HEAD /s/ok.png", "HEAD /f/no.woff2", "HEAD {ELSEWHERE}/theirs.css",
	} {
		if n := len(slices.DeleteFunc(slices.Clone(asked), func(line string) bool { return line != want })); n != 1 {
			t.Errorf("%s: asked %d times", want, n)
		}
	}
	for _, never := range []string{
		"HEAD /s/main.css", "GET /private.css", "HEAD /unseen.png", "HEAD /text.png", "HEAD /f/no.eot",
		"GET {ELSEWHERE}/theirs.css", "HEAD {ELSEWHERE}/never.png",
	} {
		if slices.Contains(asked, never) {
			t.Errorf("asked %s", never)
		}
	}
}

// Sheets may import each other without end: some are read, and then not all is known.
func TestStyleSheetsAreBounded(t *testing.T) {
	t.Parallel()
	pages := testkit.Site{"/": {Body: document("Home", `<link rel=stylesheet href=/0.css>`, "")}}
	for i := range maxSheets + 5 {
		pages[fmt.Sprintf("/%d.css", i)] = css(fmt.Sprintf(`@import "%d.css";`, i+1))
	}
	site := pages.Serve(t)
	st := open(t)
	start(t, New(st, loopback("sheets-bound")))
	id := create(t, st, shared.NewAudit{URL: site.URL})
	await(t, st, id, "end", terminal)
	lines := requestLines(site, "")
	if read := slices.Contains(lines, fmt.Sprintf("GET /%d.css", maxSheets-1)); !read {
		t.Error("less was read than may be")
	}
	if beyond := slices.Contains(lines, fmt.Sprintf("GET /%d.css", maxSheets)); beyond {
		t.Error("more was read than may be")
	}
}

// What several sheets load has the pages of all of them.
func TestPagesOfSheetsAreInherited(t *testing.T) {
	t.Parallel()
	l := addresses{targets: map[string]*target{}}
	for _, page := range []string{"/1", "/2", "/3"} {
		l.add(page, outward{URL: "/a.css"})
	}
	l.add("/4", outward{URL: "/b.css"})
	for _, sheet := range []string{"/a.css", "/b.css", "/unknown.css", "/x.woff"} {
		l.inherit(sheet, outward{URL: "/x.woff", Text: sheet})
	}
	got := l.targets["/x.woff"]
	if got.count != 3 || !slices.Equal(got.pages, []string{"/1", "/2", "/3", "/4"}) || got.text != "/a.css" {
		t.Errorf("%+v", got)
	}
}
