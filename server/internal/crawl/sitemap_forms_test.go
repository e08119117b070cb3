package crawl

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// inUTF16 returns text in UTF-16, with a mark if marked.
func inUTF16(text string, bigEndian, marked bool) string {
	if marked {
		text = "\ufeff" + text
	}
	var b strings.Builder
	for _, r := range text {
		if bigEndian {
			b.Write([]byte{byte(r >> 8), byte(r)})
		} else {
			b.Write([]byte{byte(r), byte(r >> 8)})
		}
	}
	return b.String()
}

func TestASitemapIsReadInEveryForm(t *testing.T) {
	const page = "https://example.com/s"
	one := "<urlset><url><loc>" + page + "</loc></url></urlset>"
	declared := func(declaration string) string { return "<?xml " + declaration + "?>\n" + one }
	for name, body := range map[string]string{
		"mark first":              "\ufeff" + one,
		"mark before declaration": "\ufeff" + declared(`version="1.0" encoding="UTF-8"`),
		"blank line first":        "\n" + declared(`version="1.0"`),
		"XML 1.1":                 declared(`version="1.1" encoding='utf-8'`),
		"declared latin-1":        declared(`version="1.0" encoding="ISO-8859-1"`),
		"declared nonsense":       declared(`version="1.0" encoding="nonsense"`),
		"declared utf-16 and not": declared(`version="1.0" encoding="UTF-16"`),
		"prefixed":                `<sm:urlset xmlns:sm="x"><sm:url><sm:loc><![CDATA[` + page + `]]></sm:loc></sm:url></sm:urlset>`,
		"comment and image":       "<urlset><url><image:image><image:loc>https://example.com/i</image:loc></image:image><loc><!-- c -->" + page + "</loc><loc2/></url></urlset>",
		"gzip":                    gzipped(t, one),
		"gzip with zeros behind":  gzipped(t, one) + "\x00\x00\x00\x00",
		"gzip of gzip":            gzipped(t, gzipped(t, one)),
		"gzip of UTF-16":          gzipped(t, inUTF16(one, true, true)),
		"UTF-16, little":          inUTF16(declared(`version="1.0" encoding="UTF-16"`), false, true),
		"UTF-16, big":             inUTF16(declared(`version="1.0" encoding="UTF-16"`), true, true),
		"UTF-16, little, no mark": inUTF16(declared(`version="1.0" encoding="UTF-16LE"`), false, false),
		"UTF-16, big, no mark":    inUTF16(one, true, false),
		"text with mark":          "\ufeff" + page + "\r\n",
		"text in UTF-16":          inUTF16(page+"\n", false, true),
		"RSS": "<rss><channel><link>https://example.com/</link><item><title>a</title><link>" +
			page + "</link><atom:link href='https://example.com/no'/></item></channel></rss>",
		"RSS, relative and nameless": "<rss><channel><item><link>/s</link></item><item><title>none</title></item></channel></rss>",
		"RSS 1.0": "<rdf:RDF><channel><link>https://example.com/</link></channel><item><link>" +
			page + "</link></item></rdf:RDF>",
		"Atom": "<feed><link href='https://example.com/'/><entry><link rel='self' href='/no'/><link rel='alternate' href='" + page + "'/><link href='/no'/></entry></feed>",
	} {
		var got []string
		index, problems := ParseSitemap(strings.NewReader(body), mustURL(t, "https://example.com/f.xml"),
			SitemapLimits{}, func(e SitemapEntry) bool {
				got = append(got, e.URL.String())
				return true
			})
		if index || len(problems) > 0 || !slices.Equal(got, []string{page}) {
			t.Errorf("%s: %q, index %v, %+v", name, got, index, problems)
		}
	}
}

func FuzzParseSitemap(f *testing.F) {
	for _, s := range []string{
		"<?xml version='1.1'?><urlset><url><loc>http://h/50%</loc></url></urlset>", "http://h/\n", "<rss><channel><item><link>x</link>",
		inUTF16("<feed><entry><link href='/x'/></entry></feed>", false, true),
		gzipped(f, "<sitemapindex><sitemap><loc>http://h/"), "\x1f\x8b",
	} {
		f.Add([]byte(s))
	}
	file := mustURL(f, "https://example.com/f.xml")
	f.Fuzz(func(t *testing.T, body []byte) {
		_, problems := ParseSitemap(strings.NewReader(string(body)), file, SitemapLimits{Bytes: 1 << 16}, func(e SitemapEntry) bool {
			if _, err := Canonical(nil, e.URL.String()); err != nil {
				t.Errorf("%v", err)
			}
			return true
		})
		for _, p := range problems {
			if len(p.Text) > 200 || p.Kind == "" {
				t.Errorf("%+v", p)
			}
		}
	})
}

// sitemapsOf reads the sitemaps of a site whose answers are given; the rest is 404.
func sitemapsOf(t *testing.T, named []string, answers map[string]string, lim SitemapLimits) (set *Sitemaps, at string,
	asked []string) {
	t.Helper()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		body, ok := answers[r.URL.Path]
		if to, moved := strings.CutPrefix(body, "->"); moved {
			http.Redirect(w, r, to, http.StatusMovedPermanently)
		} else if !ok {
			http.NotFound(w, r)
		} else {
			io.WriteString(w, strings.ReplaceAll(body, "{AT}", "http://"+r.Host))
		}
	})
	robots := &Robots{URL: server.URL + "/robots.txt"}
	for _, n := range named {
		robots.Sitemaps = append(robots.Sitemaps, strings.ReplaceAll(n, "{AT}", server.URL))
	}
	home := mustURL(t, server.URL)
	set, err := testFetcher(t, Config{}).SitemapsOf(t.Context(), robots, home, NewScope(home), lim)
	if err != nil {
		t.Fatal(err)
	}
	return set, server.URL, asked
}

func sitemapIndex(paths ...string) string {
	return "<sitemapindex><sitemap><loc>{AT}" + strings.Join(paths, "</loc></sitemap><sitemap><loc>{AT}") +
		"</loc></sitemap></sitemapindex>"
}

const goodSitemap = "<urlset><url><loc>{AT}/page</loc></url></urlset>"

func TestUsualPlacesAreTriedWhenNoSitemapIsNamed(t *testing.T) {
	const html = "<!doctype html><html><body>not found</body></html>"
	for name, tt := range map[string]struct {
		named   []string
		answers map[string]string
		asked   string
		entries int
	}{
		"nothing":       {nil, nil, "/sitemap.xml /sitemap_index.xml /wp-sitemap.xml", 0},
		"the usual one": {nil, map[string]string{"/sitemap.xml": goodSitemap}, "/sitemap.xml", 1},
		"an index": {nil, map[string]string{"/sitemap_index.xml": sitemapIndex("/s.xml"), "/s.xml": goodSitemap},
			"/sitemap.xml /sitemap_index.xml /s.xml", 1},
		"WordPress": {nil, map[string]string{"/wp-sitemap.xml": goodSitemap},
			"/sitemap.xml /sitemap_index.xml /wp-sitemap.xml", 1},
		"pages for all": {nil, map[string]string{"/sitemap.xml": html, "/sitemap_index.xml": html,
			"/wp-sitemap.xml": goodSitemap}, "/sitemap.xml /sitemap_index.xml /wp-sitemap.xml", 1},
		"named":           {[]string{"{AT}/my.xml"}, map[string]string{"/my.xml": goodSitemap}, "/my.xml /sitemap.xml", 1},
		"named, relative": {[]string{"my.xml"}, map[string]string{"/my.xml": goodSitemap}, "/my.xml /sitemap.xml", 1},
	} {
		set, _, asked := sitemapsOf(t, tt.named, tt.answers, SitemapLimits{})
		if strings.Join(asked, " ") != tt.asked || len(set.Entries) != tt.entries {
			t.Errorf("%s: asked for %q, %d entries", name, asked, len(set.Entries))
		}
		for _, p := range set.Problems {
			if !strings.HasSuffix(p.File, "/sitemap.xml") {
				t.Errorf("%s: a guess is a problem: %+v", name, p)
			}
		}
	}
}

func TestASitemapThatIsNamedAndBrokenIsReportedBesideAGoodOne(t *testing.T) {
	set, at, _ := sitemapsOf(t,
		[]string{"{AT}/index.xml", "{AT}/gone.xml", "{AT}/page.html", "{AT}/utf16.xml", "http://exa mple/s.xml", "ftp://h/s.xml"},
		map[string]string{
			"/index.xml": sitemapIndex("/good.xml", "/childgone.xml"), "/good.xml": goodSitemap,
			"/page.html": "<!doctype html><html>", "/utf16.xml": inUTF16("<urlset/>", true, true), "/sitemap.xml": goodSitemap,
		}, SitemapLimits{})
	robots := at + "/robots.txt"
	want := []SitemapProblem{
		{robots, 0, SitemapBadURL, ErrHost.Error() + ": http://exa mple/s.xml"},
		{robots, 0, SitemapBadURL, ErrScheme.Error() + ": ftp://h/s.xml"},
		{robots, 0, SitemapUnreadable, at + "/gone.xml answers 404"},
		{at + "/page.html", 1, SitemapNotSitemap, "the document is <html>"},
		{robots, 0, SitemapUnreadable, at + "/page.html is no sitemap"},
		{at + "/index.xml", 1, SitemapUnreadable, at + "/childgone.xml answers 404"},
	}
	if !reflect.DeepEqual(set.Problems, want) {
		t.Errorf("problems\n%+v, want\n%+v", set.Problems, want)
	}
	if len(set.Entries) != 1 || len(set.Files) != 7 {
		t.Errorf("%d entries of %d files", len(set.Entries), len(set.Files))
	}
}

// However much is wrong with the entries of one sitemap, those that cannot be read are
// named, and what was left out is.
func TestWhatIsNotReadDoesNotDrown(t *testing.T) {
	foreign := "<urlset>" + strings.Repeat("<url><loc>https://elsewhere.example/</loc></url>", 2*maxAllSitemapProblems) + "</urlset>"
	answers := map[string]string{"/last.xml": "<urlset>" +
		strings.Repeat("<url><loc>{AT}/p</loc></url>", MaxSitemapURLs+1) + "</urlset>"}
	var named []string
	for i := range 20 {
		path := fmt.Sprintf("/s%d.xml", i)
		named = append(named, "{AT}"+path)
		answers[path] = foreign
	}
	set, at, _ := sitemapsOf(t, append(named, "{AT}/gone.xml", "{AT}/last.xml"), answers, SitemapLimits{})
	kinds := map[SitemapProblemKind]int{}
	for _, p := range set.Problems {
		kinds[p.Kind]++
	}
	want := map[SitemapProblemKind]int{
		SitemapForeignHost: maxAllSitemapProblems, SitemapUnreadable: 1, SitemapTooManyURLs: 1,
	}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("%s: problems %v, want %v", at, kinds, want)
	}
}

func TestALoopOfSitemapsIsFoundWhateverItsLength(t *testing.T) {
	for name, tt := range map[string]struct {
		answers map[string]string
		loops   []string // path of the file and of what it names
	}{
		"one": {map[string]string{"/sitemap.xml": sitemapIndex("/sitemap.xml")}, []string{"/sitemap.xml /sitemap.xml"}},
		"by a redirect": {map[string]string{"/sitemap.xml": "->/s.xml", "/s.xml": sitemapIndex("/s.xml")},
			[]string{"/sitemap.xml /s.xml"}},
		"two": {map[string]string{"/sitemap.xml": sitemapIndex("/a.xml"),
			"/a.xml": sitemapIndex("/sitemap.xml")}, []string{"/a.xml /sitemap.xml"}},
		"between siblings": {map[string]string{"/sitemap.xml": sitemapIndex("/a.xml", "/b.xml"),
			"/a.xml": sitemapIndex("/b.xml"), "/b.xml": sitemapIndex("/a.xml")},
			[]string{"/a.xml /b.xml", "/b.xml /a.xml"}},
		"none, a diamond": {map[string]string{"/sitemap.xml": sitemapIndex("/a.xml", "/b.xml"),
			"/a.xml": sitemapIndex("/c.xml"), "/b.xml": sitemapIndex("/c.xml"), "/c.xml": goodSitemap}, nil},
		"seven": {map[string]string{
			"/sitemap.xml": sitemapIndex("/1"), "/1": sitemapIndex("/2"), "/2": sitemapIndex("/3"), "/3": sitemapIndex("/4"),
			"/4": sitemapIndex("/5"), "/5": sitemapIndex("/6"), "/6": sitemapIndex("/sitemap.xml"),
		}, []string{"/6 /sitemap.xml"}},
	} {
		set, at, asked := sitemapsOf(t, nil, tt.answers, SitemapLimits{Depth: 10})
		var loops []string
		for _, p := range set.Problems {
			if p.Kind == SitemapLoop {
				loops = append(loops, strings.TrimPrefix(p.File, at)+" "+strings.TrimPrefix(p.Text, at))
			}
		}
		if !slices.Equal(loops, tt.loops) {
			t.Errorf("%s: loops %q, want %q (%+v)", name, loops, tt.loops, set.Problems)
		}
		if len(asked) > len(tt.answers) {
			t.Errorf("%s: asked for %q", name, asked)
		}
	}
}

func TestAllSitemapsTogetherHaveABudgetOfBytes(t *testing.T) {
	answers := map[string]string{"/sitemap.xml": sitemapIndex("/a", "/b", "/c", "/d")}
	for _, p := range []string{"/a", "/b", "/c", "/d"} {
		answers[p] = "<urlset><url><loc>{AT}" + p + "1</loc></url>" + strings.Repeat(" ", 10_000) + "</urlset>"
	}
	set, _, asked := sitemapsOf(t, nil, answers, SitemapLimits{All: 25_000})
	last := set.Problems[len(set.Problems)-1]
	if len(asked) != 4 || len(set.Entries) != 3 || last.Kind != SitemapCap || !strings.Contains(last.Text, "25000") {
		t.Errorf("asked for %q, %d entries, %+v", asked, len(set.Entries), set.Problems)
	}
}
