package crawl

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	if _, err := io.WriteString(gz, text); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestParseSitemap(t *testing.T) {
	const open = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`
	type found struct {
		URL, LastMod string
		Line         int
	}
	tests := []struct {
		name, body string
		index      bool
		entries    []found
		problems   []SitemapProblem
	}{
		{name: "blanks, lastmod, image", body: `<?xml version="1.0"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="x">
<url>
 <loc>
   https://Example.com/a&amp;b
 </loc><lastmod> 2026-01-02 </lastmod>
 <image:image><image:loc>https://example.com/i.png</image:loc></image:image>
</url>
<url><loc>https://example.com/2</loc></url></urlset>`,
			entries: []found{{"https://example.com/a&b", "2026-01-02", 6}, {"https://example.com/2", "", 9}}},
		{name: "index",
			body:  `<sitemapindex><sitemap><loc>https://example.com/s1.xml</loc></sitemap><url><loc>https://example.com/no</loc></url></sitemapindex>`,
			index: true, entries: []found{{"https://example.com/s1.xml", "", 1}}},
		{name: "gzip", body: gzipped(t, open+"<url><loc>https://example.com/z</loc></url></urlset>"),
			entries: []found{{"https://example.com/z", "", 1}}},
		{name: "cdata and latin-1", body: "<?xml version='1.0' encoding='ISO-8859-1'?>" + open +
			"<url><loc><![CDATA[https://example.com/\xf1]]></loc></url></urlset>",
			entries: []found{{"https://example.com/%C3%B1", "", 1}}},
		{name: "text", body: "\ufeffhttps://example.com/1\r\n\r\nhttps://example.com/2\n",
			entries: []found{{"https://example.com/1", "", 1}, {"https://example.com/2", "", 3}}},
		{name: "bad entries", body: open +
			"\n<url><loc>/relative</loc></url>\n<url></url>\n<url><loc>ftp://example.com/</loc></url></urlset>",
			problems: []SitemapProblem{
				{Line: 2, Kind: SitemapBadURL, Text: "the URL is not absolute: /relative"},
				{Line: 3, Kind: SitemapBadURL, Text: "an entry without location"},
				{Line: 4, Kind: SitemapBadURL, Text: "the URL is neither http nor https: ftp://example.com/"}}},
		{name: "broken after the first", body: open +
			"\n<url><loc>https://example.com/1</loc></url>\n<url><loc>https://example.com/?a&b</loc></url></urlset>",
			entries:  []found{{"https://example.com/1", "", 2}},
			problems: []SitemapProblem{{Line: 3, Kind: SitemapSyntax, Text: "invalid character entity &b (no semicolon)"}}},
		{name: "cut", body: open + "<url>", problems: []SitemapProblem{{Line: 1, Kind: SitemapSyntax, Text: "unexpected EOF"}}},
		{name: "page", body: "<!doctype html><html><body>",
			problems: []SitemapProblem{{Line: 1, Kind: SitemapNotSitemap, Text: "the document is <html>"}}},
		{name: "page that is no XML", body: "<!doctype html><html lang=en><body>",
			problems: []SitemapProblem{{Line: 1, Kind: SitemapNotSitemap, Text: "the document is a web page"}}},
		{name: "broken root", body: "<urlset xmlns=x>",
			problems: []SitemapProblem{{Line: 1, Kind: SitemapSyntax, Text: "unquoted or missing attribute value in element"}}},
		{name: "empty", body: "", problems: []SitemapProblem{{Line: 1, Kind: SitemapNotSitemap, Text: "the file is empty"}}},
		{name: "words", body: "Not Found", problems: []SitemapProblem{{Line: 1, Kind: SitemapNotSitemap, Text: "Not Found"}}},
		{name: "broken gzip", body: "\x1f\x8bxx", problems: []SitemapProblem{{Kind: SitemapSyntax, Text: "unexpected EOF"}}},
		{name: "nested", body: strings.Repeat("<urlset>", 1000),
			problems: []SitemapProblem{{Line: 1, Kind: SitemapSyntax, Text: "elements are nested too deeply"}}},
		{name: "entity bomb", body: `<!DOCTYPE x [<!ENTITY a "aaaa">]>` + open +
			"<url><loc>https://example.com/&a;</loc></url></urlset>",
			problems: []SitemapProblem{{Line: 1, Kind: SitemapSyntax, Text: "invalid character entity &a;"}}},
	}
	file := mustURL(t, "https://example.com/sitemap.xml")
	for _, tt := range tests {
		var entries []found
		index, problems := ParseSitemap(strings.NewReader(tt.body), file, SitemapLimits{}, func(e SitemapEntry) bool {
			entries = append(entries, found{e.URL.String(), e.LastMod, e.Line})
			return true
		})
		for i := range tt.problems {
			tt.problems[i].File = file.String()
		}
		if index != tt.index || !reflect.DeepEqual(entries, tt.entries) || !reflect.DeepEqual(problems, tt.problems) {
			t.Errorf("%s: index %v, entries %+v, problems %+v\nwant %v, %+v, %+v", tt.name, index, entries, problems,
				tt.index, tt.entries, tt.problems)
		}
	}
}

func TestParseSitemapBounds(t *testing.T) {
	file := mustURL(t, "https://example.com/s.xml")
	endless := func() io.Reader {
		return io.MultiReader(strings.NewReader("<urlset>"),
			&repeat{text: []byte("<url><loc>https://example.com/</loc></url>")})
	}
	count := func(r io.Reader, lim SitemapLimits) (n int, problems []SitemapProblem) {
		_, problems = ParseSitemap(r, file, lim, func(SitemapEntry) bool { n++; return true })
		return n, problems
	}
	n, problems := count(endless(), SitemapLimits{})
	if n != MaxSitemapURLs || len(problems) != 1 || problems[0].Kind != SitemapTooManyURLs {
		t.Errorf("endless entries: %d, %+v", n, problems)
	}
	n, problems = count(endless(), SitemapLimits{Bytes: 10_000})
	if n != (10_000-8)/42 || len(problems) != 1 || problems[0].Kind != SitemapTooLarge {
		t.Errorf("endless bytes: %d, %+v", n, problems)
	}
	bomb := gzipped(t, "<urlset>"+strings.Repeat(" ", 8<<20))
	n, problems = count(strings.NewReader(bomb), SitemapLimits{Bytes: 1 << 20})
	if n != 0 || len(problems) != 1 || problems[0].Kind != SitemapTooLarge {
		t.Errorf("gzip bomb of %d bytes: %d, %+v", len(bomb), n, problems)
	}
}

// repeat is text without end.
type repeat struct {
	text []byte
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

func TestSitemaps(t *testing.T) {
	var asked []string
	mux := http.NewServeMux()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		mux.ServeHTTP(w, r)
	}))
	defer server.Close()
	at := func(path string) string { return server.URL + path }
	serve := func(path, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
	}
	index := func(paths ...string) string {
		var b strings.Builder
		for _, p := range paths {
			fmt.Fprintf(&b, "<sitemap><loc>%s</loc></sitemap>\n", p)
		}
		return "<sitemapindex>" + b.String() + "</sitemapindex>"
	}
	pages := func(urls ...string) string {
		return "<urlset><url><loc>" + strings.Join(urls, "</loc></url>\n<url><loc>") + "</loc></url></urlset>"
	}
	serve("/root.xml", index(at("/root.xml"), at("/a.xml"), at("/b.xml.gz"), "https://elsewhere.example/s.xml",
		at("/gone.xml"), at("/sub.xml")))
	serve("/a.xml", pages(at("/1"), at("/2"), at("/1"), "https://elsewhere.example/"))
	serve("/b.xml.gz", gzipped(t, pages(at("/2"), at("/3"))))
	serve("/sub.xml", index(at("/root.xml"), at("/subsub.xml")))
	serve("/subsub.xml", index(at("/deep.xml")))

	root := mustURL(t, at("/root.xml"))
	got, err := testFetcher(t, Config{}).Sitemaps(t.Context(), []*url.URL{root}, NewScope(root), SitemapLimits{})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields("/root.xml /a.xml /b.xml.gz /gone.xml /sub.xml /subsub.xml")
	if !reflect.DeepEqual(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
	var entries []string
	for _, e := range got.Entries {
		entries = append(entries, e.URL.Path)
	}
	if want := []string{"/1", "/2", "/3"}; !reflect.DeepEqual(entries, want) {
		t.Errorf("entries %q, want %q", entries, want)
	}
	wantProblems := []SitemapProblem{
		{at("/root.xml"), 1, SitemapLoop, at("/root.xml")},
		{at("/root.xml"), 4, SitemapForeignHost, "https://elsewhere.example/s.xml"},
		{at("/a.xml"), 4, SitemapForeignHost, "https://elsewhere.example/"},
		{at("/root.xml"), 5, SitemapUnreadable, at("/gone.xml") + " answers 404"},
		{at("/subsub.xml"), 1, SitemapDepth, at("/deep.xml")},
		{at("/sub.xml"), 1, SitemapLoop, at("/root.xml")},
	}
	if !reflect.DeepEqual(got.Problems, wantProblems) {
		t.Errorf("problems %+v\nwant %+v", got.Problems, wantProblems)
	}
	wantFiles := []SitemapFile{
		{URL: at("/root.xml"), Status: 200},
		{URL: at("/a.xml"), NamedBy: at("/root.xml"), Status: 200},
		{URL: at("/b.xml.gz"), NamedBy: at("/root.xml"), Status: 200},
		{URL: at("/gone.xml"), NamedBy: at("/root.xml"), Status: 404},
		{URL: at("/sub.xml"), NamedBy: at("/root.xml"), Status: 200},
		{URL: at("/subsub.xml"), NamedBy: at("/sub.xml"), Status: 200},
	}
	if !reflect.DeepEqual(got.Files, wantFiles) {
		t.Errorf("files %+v\nwant %+v", got.Files, wantFiles)
	}

	capped, err := testFetcher(t, Config{}).Sitemaps(t.Context(), []*url.URL{root}, NewScope(root),
		SitemapLimits{Entries: 2, Files: 3})
	if err != nil {
		t.Fatal(err)
	}
	isCap := func(p SitemapProblem) bool { return p.Kind == SitemapCap }
	if len(capped.Files) != 3 || len(capped.Entries) != 2 || !slices.ContainsFunc(capped.Problems, isCap) {
		t.Errorf("with limits: %d files, %d entries, %+v", len(capped.Files), len(capped.Entries), capped.Problems)
	}
}
