package audit

import (
	"fmt"
	"strings"

	"atalaya/server/internal/check"
	"atalaya/server/internal/testkit"
)

// urlset is a sitemap of paths.
func urlset(paths ...string) string {
	var b strings.Builder
	b.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	for _, p := range paths {
		b.WriteString("<url><loc>{ORIGIN}" + p + "</loc></url>")
	}
	return b.String() + "</urlset>"
}

// sitemapRobots is a robots.txt that names sitemaps.
func sitemapRobots(paths ...string) testkit.Answer {
	body := "User-agent: *\nDisallow:\n"
	for _, p := range paths {
		body += "Sitemap: {ORIGIN}" + p + "\n"
	}
	return testkit.Answer{Body: body}
}

var sitemapCases = map[string]siteCase{
	"sitemap-bad-urls": {
		pages: []string{"200 /", "200 /a", "404 /gone"}, found: []string{"http-4xx /gone", "sitemap-bad-url /gone"},
	},
	"sitemap-index-default-path": {pages: []string{"200 /", "200 /a"}},
	"the sitemap of WordPress": {
		site: testkit.Site{
			"/": titled("Home"), "/a": titled("A"), "/sitemap.xml": moved(302, "/wp-sitemap.xml"),
			"/wp-sitemap.xml": {Body: `<sitemapindex><sitemap><loc>{ORIGIN}/posts.xml</loc></sitemap></sitemapindex>`},
			"/posts.xml":      {Body: urlset("/a")},
		},
		pages: []string{"200 /", "200 /a"}, found: []string{"page-orphan /a"},
	},
	"feeds": {
		site: testkit.Site{
			"/robots.txt": sitemapRobots("/feed.rss", "/feed.atom"), "/": linking("Home", "/one", "/two"),
			"/one": titled("One"), "/two": titled("Two"), "/three": titled("Three"),
			"/feed.rss": typed("application/xml", `<rss version="2.0"><channel><link>{ORIGIN}/</link>
				<item><link>{ORIGIN}/one</link></item>
				<item><guid isPermaLink="false">{ORIGIN}/not</guid><link>{ORIGIN}/three</link></item></channel></rss>`),
			"/feed.atom": typed("application/xml", `<feed xmlns="http://www.w3.org/2005/Atom"><entry>
				<link rel="alternate" href="{ORIGIN}/two"/><link rel="self" href="{ORIGIN}/not"/></entry></feed>`),
		},
		pages: lines("200", "/", "/one", "/two", "/three"), found: lines("page-orphan", "/three"),
	},
	"sitemaps that are named and broken": {
		site: testkit.Site{
			"/robots.txt": sitemapRobots("/index.xml", "/gone.xml", "/page.html"),
			"/":           linking("Home", "/a", "/b"), "/a": titled("A"), "/b": titled("B"),
			"/index.xml": {Body: `<sitemapindex><sitemap><loc>{ORIGIN}/good.xml</loc></sitemap>
				<sitemap><loc>{ORIGIN}/childgone.xml</loc></sitemap></sitemapindex>`},
			"/good.xml": {Body: urlset("/a")}, "/page.html": titled("A page"),
		},
		pages: lines("200", "/", "/a", "/b"),
		// What robots.txt names in vain is a fault of robots.txt.
		found: lines("sitemap-invalid", "/index.xml", "/robots.txt"),
	},
	"pages where sitemaps might be": {
		site: testkit.Site{
			"/": linking("Home", "/no"), "/robots.txt": {Status: 404}, "*": titled("Nothing was found here"),
		},
		pages: lines("200", "/", "/no"), found: []string{"soft-404 /{MISSING}"},
	},
	"sitemaps in every form": {
		site: elsewise(titled("Known"), testkit.Site{
			"/robots.txt": sitemapRobots("/a.xml", "/b.xml", "/c.xml", "/d.xml", "/e.xml.gz",
				"/f.xml.gz", "/g.xml", "/h.xml", "/i.txt"),
			"/":      linking("Home", "/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i"),
			"/a.xml": {Body: "\ufeff" + urlset("/a")},
			"/b.xml": {Body: `<sm:urlset xmlns:sm="http://www.sitemaps.org/schemas/sitemap/0.9"><sm:url>
				<sm:loc><![CDATA[{ORIGIN}/b]]></sm:loc></sm:url></sm:urlset>`},
			"/c.xml": {Body: "\n" + `<?xml version="1.0"?>` + urlset("/c")},
			"/d.xml": {Body: `<urlset><url><image:image><image:loc>{ORIGIN}/i.png</image:loc></image:image>
				<loc><!-- c -->{ORIGIN}/d</loc></url></urlset>`},
			"/e.xml.gz": with("Content-Type", "application/x-gzip", testkit.Answer{Gzip: true, Body: urlset("/e")}),
			"/f.xml.gz": with("Content-Encoding", "gzip", testkit.Answer{Gzip: true, Body: urlset("/f")}),
			"/g.xml":    {Body: `<?xml version="1.1" encoding="UTF-8"?>` + urlset("/g")},
			"/h.xml":    typed("text/html", urlset("/h")),
			"/i.txt":    {Body: "\ufeff{ORIGIN}/i\r\n"},
		}),
		pages: lines("200", "/", "/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i"), never: lines("GET", "/i.png"),
		found: []string{"soft-404 /{MISSING}"},
	},
}

var siteWideCases = map[string]siteCase{
	"robots.txt with a mark and wildcards": {
		site: testkit.Site{
			"/robots.txt": {Body: "\ufeffUser-Agent: *\r\nDisallow: /private*.html$\r\nAllow: /private-not.html\r\n"},
			"/":           linking("Home", "/private-a.html", "/private-not.html"), "/private-not.html": titled("Allowed"),
		},
		pages: []string{"200 /", "200 /private-not.html"}, left: []string{"robots /private-a.html"},
		never: []string{"GET /private-a.html"},
	},
	"soft-404": {pages: []string{"200 /", "200 /a"}, found: []string{"soft-404 /{MISSING}"}},
	"a guide for AI services that leads nowhere": {
		site: testkit.Site{
			"/": linking("Home", "/gone"), "/llms.txt": typed("text/plain", "# Home\n- [gone](/gone)\n"),
		},
		pages: []string{"200 /", "404 /gone"}, found: []string{"http-4xx /gone", "llms-txt /llms.txt"},
	},
	"a guide that leads where no page does": {
		site: testkit.Site{
			"/": linking("Home"), "/there": linking("There"),
			"/llms.txt":   typed("text/plain", "# Home\n- [gone](/gone), [there](/there), [kept](/private)\n"),
			"/robots.txt": {Body: "User-agent: *\nDisallow: /private\n"},
		},
		pages: []string{"200 /"}, found: []string{"llms-txt /llms.txt"}, never: []string{"GET /private"},
	},
	"a guide that leads to what is there": {
		site: testkit.Site{
			"/": linking("Home"), "/there": linking("There"), "/llms.txt": typed("text/plain", "# Home\n- [there](/there)\n"),
		},
		pages: []string{"200 /"},
	},
	"a guide that is closed to us": {
		site: testkit.Site{
			"/": linking("Home"), "/llms.txt": {Status: 500}, "/robots.txt": {Body: "User-agent: *\nDisallow: /llms.txt\n"},
		},
		pages: []string{"200 /"}, never: []string{"GET /llms.txt"},
	},
	"others-missing": {
		// On loopback, localhost-link does not apply.
		about: []string{
			"img-alt-missing", "heading-skip", "link-name-empty", "form-label-missing", "nosnippet", "redirect-temporary",
			"hreflang-invalid", "viewport-missing", "canonical-broken",
		},
		pages: append(lines("200", others...), "302 /tmp > /noalt", "404 /nope"),
		found: append(lines("viewport-missing", others...), "img-alt-missing /noalt", "heading-skip /skip",
			"link-name-empty /emptylink", "form-label-missing /form", "nosnippet /nosnippet", "redirect-temporary /tmp",
			"hreflang-invalid /hreflang", "http-4xx /nope", "canonical-broken /canonbroken",
			"broken-external http://localhost:3000/x", "llms-txt /llms.txt"),
	},
	"canonical addresses that no page links to": {
		about: []string{"canonical-broken"},
		site: testkit.Site{
			"/robots.txt": {Body: "User-agent: *\nDisallow: /private\n"},
			"/":           linking("Home", "/a", "/b", "/c", "/d", "/e", "/f", "/g"),
			"/a":          canonicalAt("{ORIGIN}/gone"), "/b": canonicalAt("{ORIGIN}/moved"), "/c": canonicalAt("{ORIGIN}/hidden"),
			"/d": canonicalAt("{ORIGIN}/good"), "/e": canonicalAt("{ORIGIN}/private"), "/f": canonicalAt("{ELSEWHERE}/gone"),
			"/g":     canonicalAt("{ORIGIN}/good"),
			"/moved": moved(301, "/good"), "/good": titled("Good"),
			"/hidden": {Body: document("Hidden", `<meta name=robots content=noindex>`, "")},
		},
		pages: lines("200", "/", "/a", "/b", "/c", "/d", "/e", "/f", "/g"),
		found: lines("canonical-broken", "/a", "/b", "/c"),
		asked: lines("GET", "/gone", "/moved", "/hidden", "/good"), never: lines("GET", "/private", "{ELSEWHERE}/gone"),
	},
	"hreflang": {
		about: []string{"hreflang-invalid"},
		site: testkit.Site{
			"/": {Body: document("Home", hreflang("en", "/")+hreflang("de", "/de")+hreflang("en-UK", "/uk")+
				hreflang("fr", "/fr"), "")},
			"/de": titled("Deutsch"), "/uk": titled("British"),
		},
		pages: append(lines("200", "/", "/de", "/uk"), "404 /fr"), found: []string{"hreflang-invalid /", "http-4xx /fr"},
	},
	"frames that are not there": {
		site: testkit.Site{
			"/":      {Body: document("Home", "", `<iframe src="/frame"></iframe><iframe src="/noframe"></iframe>`)},
			"/frame": titled("Frame"),
		},
		pages: []string{"200 /", "200 /frame", "404 /noframe"}, found: []string{"http-4xx /noframe"},
	},
	"links-6000": {
		site: manyLinks(6_000), pages: lines("200", "/", "/last1", "/last2"), left: manyForbidden(6_000),
	},
	"more links than are read": {
		site: manyLinks(check.MaxLinks), pages: lines("200", "/", "/last1", "/last2"), stop: "cut",
		left: append(manyForbidden(check.MaxLinks), "cut /"),
	},
	"long-page": {
		site: testkit.Site{
			"/": {Body: document("Long", "", strings.Repeat("<!-- a comment -->\n", 600_000)+"<a href=/behind>x</a>")},
		},
		pages: []string{"200 /"}, stop: "cut", left: []string{"cut /"},
	},
}

// others are the pages of the case others-missing.
var others = []string{
	"/", "/noalt", "/mixed", "/skip", "/emptylink", "/form", "/nosnippet", "/canonbroken", "/hreflang",
}

// canonicalAt is a page that names another address as the one to show.
func canonicalAt(address string) testkit.Answer {
	return testkit.Answer{Body: document("Copy", `<link rel=canonical href="`+address+`">`, "")}
}

// hreflang is the reference to a page in another language.
func hreflang(language, path string) string {
	return `<link rel=alternate hreflang=` + language + ` href="{ORIGIN}` + path + `">`
}

// manyLinks has a page with n links that robots.txt forbids, so that nobody has to follow
// them all, before two that its sitemap names too: they are no orphans.
func manyLinks(n int) testkit.Site {
	links := make([]string, n, n+2)
	for i := range links {
		links[i] = fmt.Sprintf("/p%d", i)
	}
	return testkit.Site{
		"/":            linking("Home", append(links, "/last1", "/last2")...),
		"/robots.txt":  {Body: "User-agent: *\nDisallow: /p\n"},
		"/sitemap.xml": {Body: urlset("/last1", "/last2")}, "/last1": titled("Last"), "/last2": titled("Very last"),
	}
}

// manyForbidden is what an audit of manyLinks leaves out.
func manyForbidden(n int) (left []string) {
	for i := range n {
		left = append(left, fmt.Sprintf("robots /p%d", i))
	}
	return left
}
