package audit

import (
	"fmt"
	"strings"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/testkit"
)

// Branches of the code in which a case is being mended.
const (
	pendingAnswers  = "answers: no finding yet for answers that are no page, and none of their own for failures"
	pendingDiscover = "discover: sitemaps that are named and broken, redirects that never end"
)

// siteCases are in the order of the URL, HTTP and HTML standards: addresses, answers,
// bodies, documents, and then what is of a whole site.
var siteCases = merge(addressCases, redirectCases, answerCases, bodyCases, linkCases, refreshCases, sitemapCases, siteWideCases)

func merge(parts ...map[string]siteCase) map[string]siteCase {
	all := map[string]siteCase{}
	for _, part := range parts {
		for name, c := range part {
			if _, twice := all[name]; twice {
				panic("two cases are called " + name)
			}
			all[name] = c
		}
	}
	return all
}

var addressCases = map[string]siteCase{
	"percent-link": {
		pages: []string{"200 /", "200 /100%25", "404 /sale-50%25-off"}, found: []string{"http-4xx /sale-50%25-off"},
		asked: []string{"GET /100%", "GET /sale-50%-off"}, never: []string{"GET /100%25", "GET /sale-50%25-off"},
	},
	"stray percent, also after a redirect and in a query": {
		site: testkit.Site{
			"/":              linking("Home", "/works-50%-off", "/gone-50%-off", "/moved", "/q?sale=50%", "/%zz", "/end%"),
			"/works-50%-off": titled("Works"), "/q?sale=50%": titled("Query"), "/moved": moved(301, "/works-50%-off"),
			"/%zz": titled("No digits"), "/end%": titled("At the end"),
		},
		pages: []string{
			"200 /", "200 /works-50%25-off", "404 /gone-50%25-off", "301 /moved > /works-50%25-off", "200 /q?sale=50%",
			"200 /%25zz", "200 /end%25",
		},
		found: []string{"http-4xx /gone-50%25-off"},
	},
	"letters beyond ASCII in paths": {
		site: testkit.Site{
			"/": linking("Home", "/café", "/a b", "/caf%e9"), "/caf%C3%A9": titled("UTF-8"), "/a%20b": titled("Blank"),
			"/caf%e9": titled("As written"),
		},
		pages: []string{"200 /", "200 /caf%C3%A9", "200 /a%20b", "200 /caf%E9"},
	},
	"query in the charset of the document": {
		site: testkit.Site{
			"/": typed("text/html; charset=windows-1251",
				"<!doctype html><html lang=ru><title>Home</title><h1>x</h1><a href='/s?q=\xf7\xe0\xe9'>\xf7\xe0\xe9</a>"),
			"/s?q=%F7%E0%E9": titled("Tea"),
		},
		pages: []string{"200 /", "200 /s?q=%F7%E0%E9"}, asked: []string{"GET /s?q=%F7%E0%E9"},
	},
	"query with a letter that the charset lacks": {
		site: testkit.Site{
			"/":                     typed("text/html; charset=iso-8859-1", "<!doctype html><title>Home</title><h1>x</h1><a href='/s?q=&#1095;\xe9'>x</a>"),
			"/s?q=%26%231095%3B%E9": titled("As a reference"),
		},
		pages: []string{"200 /", "200 /s?q=%26%231095%3B%E9"},
	},
	"user names": {
		site: testkit.Site{
			"/":       linking("Home", "http://me@{HOST}/inside", "http://me@{OTHER_HOST}/dead", "http://me:word@{OTHER_HOST}/alive"),
			"/inside": titled("Inside"),
		},
		elsewhere: testkit.Site{"/alive": titled("Alive")},
		pages:     []string{"200 /", "200 /inside"}, found: []string{"broken-external {ELSEWHERE}/dead"},
		asked: []string{"GET /inside", "HEAD {ELSEWHERE}/alive"},
	},
	"one slash, three, and the wrong ones": {
		site: testkit.Site{
			"/":    linking("Home", "http:/one", "http:///{HOST}/three", `\back\slash`, `http:\\{HOST}\both`, "/tab\t/new\nline"),
			"/one": titled("One"), "/three": titled("Three"), "/back/slash": titled("Back"), "/both": titled("Both"),
			"/tab/newline": titled("Left out"),
		},
		pages: []string{"200 /", "200 /one", "200 /three", "200 /back/slash", "200 /both", "200 /tab/newline"},
	},
	"dot segments and odd addresses of a host": {
		site: testkit.Site{
			"/":  linking("Home", "/a/../b", "/%2e%2E/c", "http://0x7f.1:{PORT}/d", "http://2130706433:{PORT}/e"),
			"/b": titled("B"), "/c": titled("C"), "/d": titled("D"), "/e": titled("E"),
		},
		pages: []string{"200 /", "200 /b", "200 /c", "200 /d", "200 /e"},
	},
	"links that no browser opens": {
		pending: pendingAnswers,
		site: testkit.Site{
			"/":   linking("Home", "http://exa mple.test/", "http://", "https://example.test:99999/", "http://[::1/", "/ok"),
			"/ok": titled("Fine"),
		},
		pages: []string{"200 /", "200 /ok"}, found: []string{"link-malformed /"},
	},
	"names of hosts": {
		// Names that do not exist: what matters is that each is known as a link.
		site: testkit.Site{"/": linking("Home", "{ELSEWHERE}/ok", "http://straße.invalid/0", "http://i❤.invalid/1",
			"http://a_b.invalid/2", "http://ab--cd.invalid/3", "http://d．invalid/4", "http://xn--a.invalid/5", "http://😀.invalid/6")},
		elsewhere: testkit.Site{"/ok": titled("Fine")},
		pages:     []string{"200 /"},
		found: []string{
			"broken-external http://xn--strae-oqa.invalid/0", "broken-external http://xn--i-7iq.invalid/1",
			"broken-external http://a_b.invalid/2", "broken-external http://ab--cd.invalid/3", "broken-external http://d.invalid/4",
			"broken-external http://xn--a.invalid/5", "broken-external http://xn--e28h.invalid/6",
		},
	},
}

var redirectCases = map[string]siteCase{
	"raw bytes in a location": {
		site: testkit.Site{
			"/": linking("Home", "/latin", "/utf8", "/blank"), "/latin": moved(301, "/caf\xe9"), "/utf8": moved(302, "/caf\xc3\xa9"),
			"/blank": moved(308, "/a b"), "/caf%E9": titled("One byte"), "/caf%C3%A9": titled("Two"), "/a%20b": titled("Blank"),
		},
		pages: []string{
			"200 /", "301 /latin > /caf%E9", "302 /utf8 > /caf%C3%A9", "308 /blank > /a%20b", "200 /caf%E9", "200 /caf%C3%A9", "200 /a%20b",
		},
	},
	"cookie-gate": {
		site: testkit.Site{
			"/": linking("Home", "/area", "{ELSEWHERE}/shop"), "/deep": titled("Deep"),
			"/area": {NeedCookie: "seen", Body: document("Inside", "", `<a href="/deep">deep</a>`)},
		},
		elsewhere: testkit.Site{"/shop": {NeedCookie: "seen", Body: document("Shop", "", "")}},
		pages:     []string{"200 /", "200 /area", "200 /deep"}, titles: map[string]string{"/area": "Inside"},
	},
	"start page behind a cookie": {
		site:  testkit.Site{"/": {NeedCookie: "seen", Body: document("Inside", "", `<a href="/a">a</a>`)}, "/a": titled("A")},
		pages: []string{"200 /", "200 /a"},
	},
	"cookie set on the way": {
		site: testkit.Site{
			"/": linking("Home", "/area"), "/area": {NeedCookie: "seen", Body: document("Inside", "", "")},
			"/other": {NeedCookie: "other", Body: document("Other", "", "")}, "/set": moved(302, "/area"),
		},
		pages: []string{"200 /", "200 /area"},
	},
	"redirects that grow for ever": {
		pending: pendingDiscover,
		site:    growing(),
		pages:   []string{"200 /", "too-many-redirects /r0/ > /r0/xxxxxxxxxxx", "200 /end"},
		found:   []string{"redirect-loop /r0/"},
	},
	"a circle of three": {
		pending: pendingDiscover,
		site: testkit.Site{
			"/": linking("Home", "/1"), "/1": moved(302, "/2"), "/2": moved(302, "/3"), "/3": moved(302, "/1"),
		},
		pages: []string{"200 /", "redirect-loop /1 > /3"}, found: []string{"redirect-loop /1"},
	},
	"links that lead to another site by a redirect": {
		pending: pendingDiscover,
		site: testkit.Site{
			"/":      linking("Home", "/dead", "/alive"),
			"/dead":  moved(302, "{ELSEWHERE}/dead"),
			"/alive": moved(302, "{ELSEWHERE}/alive"),
		},
		elsewhere: testkit.Site{"/alive": titled("Alive")},
		pages:     []string{"200 /", "302 /dead > {ELSEWHERE}/dead", "302 /alive > {ELSEWHERE}/alive"},
		found:     []string{"broken-external {ELSEWHERE}/dead"},
	},
}

// growing redirects /r0/ for ever to a longer path.
func growing() testkit.Site {
	s := testkit.Site{"/": linking("Home", "/r0/", "/end"), "/end": titled("End")}
	for path, i := "/r0/", 0; i < 20; i++ {
		s[path] = moved(302, path+"x")
		path += "x"
	}
	return s
}

var answerCases = map[string]siteCase{
	"status-unknown": {
		pending: pendingAnswers,
		pages:   []string{"200 /", "204 /204", "300 /300", "304 /304", "302 /302noloc", "999 /999"},
		found: []string{
			"http-odd-status /204", "http-odd-status /300", "http-odd-status /304", "http-odd-status /302noloc", "http-odd-status /999",
		},
	},
	"answers that are no page": {
		pending: pendingAnswers,
		site: testkit.Site{
			"/":     linking("Home", "/r205", "/r305", "/r307", "/r600", "/r418", "/r507"),
			"/r205": {Status: 205}, "/r305": {Status: 305}, "/r307": {Status: 307, Body: "<p>nowhere</p>"}, "/r600": {Status: 600},
			"/r418": {Status: 418}, "/r507": {Status: 507},
		},
		pages: []string{"200 /", "205 /r205", "305 /r305", "307 /r307", "600 /r600", "418 /r418", "507 /r507"},
		found: []string{
			"http-odd-status /r205", "http-odd-status /r305", "http-odd-status /r307", "http-odd-status /r600",
			"http-4xx /r418", "http-5xx /r507",
		},
	},
	"home-429-once": {pages: []string{"200 /", "200 /a"}},
	"page-429-once": {pages: []string{"200 /", "200 /a", "200 /b", "200 /c"}},
	"pages that are busy once": {
		site: testkit.Site{
			"/": linking("Home", "/503", "/date"),
			"/503": {Times: []testkit.Answer{
				{Status: 503, Headers: map[string]string{"Retry-After": "1"}}, titled("Back"),
			}},
			// A time that is over asks for no pause.
			"/date": {Times: []testkit.Answer{
				{Status: 429, Headers: map[string]string{"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}}, titled("Back"),
			}},
		},
		pages: []string{"200 /", "200 /503", "200 /date"},
	},
	"one path of many is always busy": {
		site: testkit.Site{
			"/": linking("Home", "/a", "/b", "/c", "/login"), "/a": titled("A"), "/b": titled("B"), "/c": titled("C"),
			"/login": {Status: 429, Headers: map[string]string{"Retry-After": "1"}, Body: "slow down"},
		},
		stop: "busy", pages: []string{"200 /", "200 /a", "200 /b", "200 /c"}, left: []string{"busy /login"},
	},
	"429-forever": {
		site: testkit.Site{
			"/":           linking("Home", "/a"),
			"*":           {Status: 429, Headers: map[string]string{"Retry-After": "3600"}},
			"/robots.txt": {Status: 404}, "/sitemap.xml": {Status: 404}, "/sitemap_index.xml": {Status: 404}, "/wp-sitemap.xml": {Status: 404},
		},
		engine: impatient, stop: "busy", pages: []string{"200 /"}, left: []string{"busy /a"},
	},
	"start page asks for an hour": {
		site:  testkit.Site{"/": {Status: 429, Headers: map[string]string{"Retry-After": "3600"}}},
		pages: []string{"429 /"}, failed: "home-status",
	},
	"a body cut short": {
		pending: pendingAnswers,
		site: testkit.Site{
			"/": linking("Home", "/cut", "/ok"), "/ok": titled("Fine"),
			"/cut": {Headers: map[string]string{"Content-Length": "100000"}, Body: "<title>Cut</title>"},
		},
		pages: []string{"200 /", "200 /ok", "reset /cut"}, found: []string{"fetch-failed /cut"},
	},
	"hosts that answer only to one method": {
		site: testkit.Site{"/": linking("Home", "{ELSEWHERE}/405", "{ELSEWHERE}/501", "{ELSEWHERE}/gone", "{ELSEWHERE}/head404")},
		elsewhere: testkit.Site{
			"/405":     {Body: "x", Head: &testkit.Answer{Status: 405}},
			"/501":     {Body: "x", Head: &testkit.Answer{Status: 501}},
			"/head404": {Body: "x", Head: &testkit.Answer{Status: 404}},
		},
		pages: []string{"200 /"}, found: []string{"broken-external {ELSEWHERE}/gone"},
	},
	"ext150": {pages: []string{"200 /"}, found: dead(150)},
	"external links beyond the budget": {
		site:      testkit.Site{"/": linking("Home", "{ELSEWHERE}/a", "{ELSEWHERE}/b", "{ELSEWHERE}/c")},
		elsewhere: testkit.Site{"*": titled("Alive")},
		engine:    func(e *Engine) { e.externalBudget = 2 },
		pages:     []string{"200 /"}, stop: "external", left: []string{"external /c"},
	},
}

// impatient has an engine wait for a site no longer than a test does.
func impatient(e *Engine) { e.busyPatience = 2 * time.Second }

// dead are the findings for n dead links of the case ext150: as many as a check keeps,
// the last with the number of those that it does not.
func dead(n int) (found []string) {
	for i := range check.MaxSiteFindings - 1 {
		found = append(found, fmt.Sprintf("broken-external {ELSEWHERE}/e%03d", i))
	}
	return append(found, fmt.Sprintf("broken-external %d", n-check.MaxSiteFindings))
}

var bodyCases = map[string]siteCase{
	"brotli-unasked": {
		pending: pendingAnswers,
		pages:   []string{"200 /", "200 /br"}, found: []string{"http-odd-encoding /br"},
	},
	"gzip-trailing": {pages: []string{"200 /", "200 /z"}},
	"content codings that browsers shrug off": {
		pending: pendingAnswers,
		site: testkit.Site{
			"/":     linking("Home", "/utf8", "/none", "/gzip", "/identity", "/unknown", "/plain"),
			"/utf8": encoded("UTF-8", titled("UTF-8")), "/none": encoded("none", titled("None")),
			"/gzip":     encoded("x-gzip", testkit.Answer{Gzip: true, Body: document("Gzip", "", "")}),
			"/identity": encoded("identity", titled("Identity")), "/unknown": encoded("snappy", titled("Unknown")),
			"/plain": encoded("", testkit.Answer{Body: document("Plain", "", "")}),
		},
		pages: []string{"200 /", "200 /utf8", "200 /none", "200 /gzip", "200 /identity", "200 /unknown", "200 /plain"},
		found: []string{"http-odd-encoding /utf8", "http-odd-encoding /none", "http-odd-encoding /unknown"},
	},
	"pdf-as-html": {
		pending: pendingAnswers,
		pages:   []string{"200 /", "200 /doc (no page)"}, found: []string{"content-type-mismatch /doc"},
	},
	"pictures and archives as HTML": {
		pending: pendingAnswers,
		site: testkit.Site{
			"/":    linking("Home", "/png", "/zip", "/text"),
			"/png": typed("text/html", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "/zip": typed("text/html", "PK\x03\x04\x00\x00\x00\x00"),
			"/text": typed("text/html", "<title>Text</title>%PDF-1.4 is how a PDF begins"),
		},
		pages: []string{"200 /", "200 /png (no page)", "200 /zip (no page)", "200 /text"},
		found: []string{"content-type-mismatch /png", "content-type-mismatch /zip"},
	},
	"no type": {
		site: testkit.Site{
			"/":        linking("Home", "/comment", "/head", "/p", "/doctype", "/words", "/xml"),
			"/comment": typed("", "<!-- built by a tool -->\n"+document("Comment", "", "")),
			"/head":    typed("", "<head><title>Head</title></head><body><h1>x</h1></body>"),
			"/p":       typed("", "<p>A paragraph</p><title>Late</title>"),
			"/doctype": typed("", document("Doctype", "", "")),
			"/words":   typed("", "Only words, and no tag before them. <p>"),
			"/xml":     typed("", `<?xml version="1.0"?><data/>`),
		},
		pages: []string{
			"200 /", "200 /comment", "200 /head", "200 /p", "200 /doctype", "200 /words (no page)", "200 /xml (no page)",
		},
	},
	"a type given twice": {
		site: testkit.Site{
			"/":       linking("Home", "/joined", "/semi", "/two", "/last"),
			"/joined": typed("text/html, text/html; charset=utf-8", document("Joined", "", "")),
			"/semi":   typed("text/html;; charset=utf-8", document("Semicolons", "", "")),
			"/two":    typed("text/html\ntext/html; charset=utf-8", document("Two fields", "", "")),
			"/last":   typed("text/html, text/plain", "no page"),
		},
		pages: []string{"200 /", "200 /joined", "200 /semi", "200 /two", "200 /last (no page)"},
	},
	"charsets": {
		pages: []string{
			"200 /", "200 /hdr-latin1", "200 /http-equiv", "200 /none-utf8", "200 /meta-latin1", "200 /utf16", "200 /hdr-wins",
			"200 /bom-wins", "200 /none-latin1", "200 /sjis", "200 /wrong-utf8", "200 /quoted", "200 /unknown-cs",
		},
		titles: map[string]string{
			"/hdr-latin1": spanish, "/http-equiv": spanish, "/none-utf8": spanish, "/meta-latin1": spanish, "/utf16": spanish,
			"/hdr-wins": spanish, "/bom-wins": spanish, "/none-latin1": spanish, "/quoted": spanish, "/unknown-cs": spanish,
			"/sjis": "日本語のページのタイトルです", "/wrong-utf8": "El ni\ufffdo de la ma\ufffdana y el camino",
		},
	},
	"a charset declared late or twice": {
		site: testkit.Site{
			"/":      linking("Home", "/early", "/late", "/twice", "/xml"),
			"/early": typed("text/html", russian(`<meta charset="windows-1251">`)),
			"/late":  typed("text/html", russian("<style>"+strings.Repeat("/* filler */", 100)+`</style><meta charset="windows-1251">`)),
			"/twice": typed("text/html; charset=windows-1251; charset=windows-1251", russian("")),
			"/xml":   typed("text/html", `<?xml version="1.0" encoding="windows-1251"?>`+russian("")),
		},
		pages:  []string{"200 /", "200 /early", "200 /late", "200 /twice", "200 /xml"},
		titles: map[string]string{"/early": "Привет", "/late": "Привет", "/twice": "Привет", "/xml": "Привет"},
	},
	"XHTML by the rules of XML": {
		site: testkit.Site{
			"/": linking("Home", "/x", "/cdata"), "/next": titled("Next"), "/in-cdata": titled("Never"),
			"/x":     typed("application/xhtml+xml; charset=utf-8", xhtml(`<script src="/a.js"/><title>Honest</title>`, `<a id="here"/><a href="/next">next</a>`)),
			"/cdata": typed("application/xhtml+xml", xhtml("<title>Data</title>", `<p><![CDATA[<a href="/in-cdata">no link</a>]]></p>`)),
		},
		pages: []string{"200 /", "200 /x", "200 /cdata", "200 /next"}, titles: map[string]string{"/x": "Honest"},
		never: []string{"GET /in-cdata"},
	},
}

// encoded is an answer with a content coding of that name.
func encoded(coding string, a testkit.Answer) testkit.Answer {
	a.Headers = map[string]string{"Content-Encoding": coding}
	return a
}

// spanish is the title of the pages in the case charsets.
const spanish = "El niño de la mañana y el camino"

// russian is a page in windows-1251 that is called "Привет".
func russian(head string) string {
	return "<html lang=ru><head>" + head + "<title>\xcf\xf0\xe8\xe2\xe5\xf2</title></head><body><h1>\xcf\xf0\xe8\xe2\xe5\xf2</h1></body></html>"
}

func xhtml(head, body string) string {
	return `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head>` + head +
		"</head><body><h1>Heading</h1>" + body + "</body></html>"
}

var linkCases = map[string]siteCase{
	"base-after-link": {pages: []string{"200 /", "200 /x/y", "200 /sub/early"}},
	"a base wherever it stands": {
		site: testkit.Site{
			"/":       linking("Home", "/late", "/two", "/tmpl", "/none"),
			"/late":   {Body: document("Late", "", `<a href="a">a</a><base href="/late/">`)},
			"/two":    {Body: document("Two", `<base target="_top"><base href=" /b/ "><base href="/c/">`, `<a href="x">x</a>`)},
			"/tmpl":   {Body: document("Inert", `<template><base href="/no/"></template>`, `<a href="y">y</a>`)},
			"/none":   {Body: document("Not one", `<base href="data:,x">`, `<a href="z">z</a>`)},
			"/late/a": titled("A"), "/b/x": titled("X"), "/y": titled("Y"), "/z": titled("Z"),
		},
		pages: []string{"200 /", "200 /late", "200 /two", "200 /tmpl", "200 /none", "200 /late/a", "200 /b/x", "200 /y", "200 /z"},
	},
	"template-link": {pages: []string{"200 /", "200 /t"}},
	"templates are inert, shadow roots are not": {
		site: testkit.Site{
			"/": {Body: document("Home", "", `<a href="/real">real</a>
				<template id=row><a href="/item/{{ id }}">x</a><template><a href="/deep">x</a></template><a href="/after">x</a></template>
				<div><template shadowrootmode=open><a href="/shadow">x</a></template></div>`)},
			"/real": titled("Real"), "/shadow": titled("Shadow"),
		},
		pages: []string{"200 /", "200 /real", "200 /shadow"},
	},
	"frameset-home": {pages: []string{"200 /", "200 /menu.html", "200 /main.html", "200 /a"}},
	"what leads on besides anchors": {
		site: testkit.Site{
			"/": {Body: document("Home", `<link rel=next href="/next"><link rel="alternate" hreflang=es href="/es"><link rel=stylesheet href="/no.css">`,
				`<iframe src="/frame"></iframe><svg><a xlink:href="/svg-old"><text>x</text></a><a href="/svg"><text>x</text></a></svg>
				<map><area href="/area" alt=x></map><form action="/no-form"></form><iframe srcdoc="<a href=/no>x</a>"></iframe>`)},
			"*": titled("There"), "/robots.txt": {Status: 404}, "/sitemap.xml": {Status: 404},
			"/sitemap_index.xml": {Status: 404}, "/wp-sitemap.xml": {Status: 404},
		},
		pages: []string{"200 /", "200 /next", "200 /es", "200 /frame", "200 /svg", "200 /svg-old", "200 /area"},
	},
	"index-words-script": {pages: []string{"200 /", "200 /api/index.html", "200 /b", "200 /a"}},
	"a page whose text only a script writes": {
		site: testkit.Site{
			"/": linking("Home", "/app"), "/app": {Body: "<!doctype html><html lang=en><title>App</title><div id=root></div><script src=/app.js></script>"},
			"/app.js": typed("text/javascript", "document.write('x')"),
		},
		pages: []string{"200 /", "200 /app"}, found: []string{"content-needs-js /app"},
	},
	"directives": {
		site: testkit.Site{
			"/":   linking("Home", "/up", "/none", "/two", "/head", "/other", "/unavailable"),
			"/up": robotsMeta("Upper", `<META NAME="ROBOTS" CONTENT="NOINDEX,FOLLOW">`), "/none": robotsMeta("None", `<meta name=robots content=none>`),
			"/two":         robotsMeta("Two", `<meta name=robots content=index><meta name=robots content=noindex>`),
			"/head":        {Headers: map[string]string{"X-Robots-Tag": "otherbot: nofollow, googlebot: noindex"}, Body: document("Head", "", "")},
			"/other":       {Headers: map[string]string{"X-Robots-Tag": "otherbot: noindex, nofollow"}, Body: document("Other", "", "")},
			"/unavailable": {Headers: map[string]string{"X-Robots-Tag": "unavailable_after: 25 Jun 2010 15:00:00 PST"}, Body: document("Later", "", "")},
		},
		pages: []string{"200 /", "200 /up", "200 /none", "200 /two", "200 /head", "200 /other", "200 /unavailable"},
		found: []string{"page-noindex /up", "page-noindex /none", "page-noindex /two", "page-noindex /head"},
	},
}

func robotsMeta(title, meta string) testkit.Answer {
	return testkit.Answer{Body: document(title, meta, "")}
}

var refreshCases = map[string]siteCase{
	"meta-refresh-home": {pages: []string{"200 /", "200 /production/index.html", "200 /a"}},
	"meta refresh": {
		site: testkit.Site{
			"/":    linking("Home", "/old"),
			"/old": {Body: `<!doctype html><html lang=en><title>Moved</title><META http-equiv="Refresh" content="0; URL='/new'">`},
			"/new": linking("New", "/deep"), "/deep": linking("Deep", "/gone"),
			"/sitemap.xml": {Body: urlset("/new")},
		},
		pages: []string{"200 /", "200 /old", "200 /new", "200 /deep", "404 /gone"}, found: []string{"http-4xx /gone"},
	},
	"refresh in all its forms": {
		site: testkit.Site{
			"/":    linking("Home", "/r1", "/r2", "/r3", "/r4", "/r5"),
			"/r1":  {Headers: map[string]string{"Refresh": "0; url=/to1"}, Body: document("Header", "", "")},
			"/r2":  robotsMeta("Comma", `<meta http-equiv=refresh content="0,/to2">`),
			"/r3":  robotsMeta("Itself", `<meta http-equiv=refresh content="60">`),
			"/r4":  robotsMeta("Late", `<meta http-equiv=refresh content="3.5; URL = &quot;to4&quot; x">`),
			"/r5":  robotsMeta("No number", `<meta http-equiv=refresh content="soon; url=/to5">`),
			"/to1": titled("1"), "/to2": titled("2"), "/to4": titled("4"), "/to5": titled("5"),
		},
		pages: []string{"200 /", "200 /r1", "200 /r2", "200 /r3", "200 /r4", "200 /r5", "200 /to1", "200 /to2", "200 /to4"},
	},
}

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
	"sitemap-bad-urls":           {pages: []string{"200 /", "200 /a", "404 /gone"}, found: []string{"http-4xx /gone"}},
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
			"/robots.txt": sitemapRobots("/feed.rss", "/feed.atom"), "/": linking("Home", "/one", "/two"), "/one": titled("One"), "/two": titled("Two"),
			"/feed.rss": typed("application/xml", `<rss version="2.0"><channel><link>{ORIGIN}/</link><item><link>{ORIGIN}/one</link></item>
				<item><guid isPermaLink="false">{ORIGIN}/not</guid><link>{ORIGIN}/three</link></item></channel></rss>`),
			"/feed.atom": typed("application/xml", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="alternate" href="{ORIGIN}/two"/>
				<link rel="self" href="{ORIGIN}/not"/></entry></feed>`),
			"/three": titled("Three"),
		},
		pages: []string{"200 /", "200 /one", "200 /two", "200 /three"}, found: []string{"page-orphan /three"},
	},
	"sitemaps that are named and broken": {
		pending: pendingDiscover,
		site: testkit.Site{
			"/robots.txt": sitemapRobots("/index.xml", "/gone.xml", "/page.html", "/utf16.xml"),
			"/":           linking("Home", "/a", "/b"), "/a": titled("A"), "/b": titled("B"),
			"/index.xml": {Body: `<sitemapindex><sitemap><loc>{ORIGIN}/good.xml</loc></sitemap><sitemap><loc>{ORIGIN}/childgone.xml</loc></sitemap></sitemapindex>`},
			"/good.xml":  {Body: urlset("/a")}, "/page.html": titled("A page"),
			"/utf16.xml": {Body: utf16(`<?xml version="1.0" encoding="UTF-16"?><urlset><url><loc>http://127.0.0.1:1/b</loc></url></urlset>`)},
		},
		pages: []string{"200 /", "200 /a", "200 /b"},
		found: []string{"sitemap-invalid /index.xml", "sitemap-invalid /gone.xml", "sitemap-invalid /page.html"},
	},
	"pages where sitemaps might be": {
		pending: pendingDiscover,
		site: testkit.Site{
			"/": linking("Home", "/no"), "/robots.txt": {Status: 404},
			"*": titled("Nothing was found here"),
		},
		pages: []string{"200 /", "200 /no"},
	},
	"sitemaps in every form": {
		site: testkit.Site{
			"/robots.txt": sitemapRobots("/a.xml", "/b.xml", "/c.xml", "/d.xml", "/e.xml.gz", "/f.xml.gz", "/h.xml", "/j.xml", "/k.txt"),
			"/":           linking("Home", "/s1", "/s2", "/s3", "/s4", "/s5", "/s6", "/s8", "/s10", "/s11"),
			"/a.xml":      {Body: "\ufeff" + urlset("/s1")},
			"/b.xml":      {Body: `<sm:urlset xmlns:sm="http://www.sitemaps.org/schemas/sitemap/0.9"><sm:url><sm:loc><![CDATA[{ORIGIN}/s2]]></sm:loc></sm:url></sm:urlset>`},
			"/c.xml":      {Body: "\n" + `<?xml version="1.0"?>` + urlset("/s3")},
			"/d.xml":      {Body: `<urlset><url><image:image><image:loc>{ORIGIN}/i.png</image:loc></image:image><loc><!-- c -->{ORIGIN}/s4</loc></url></urlset>`},
			"/e.xml.gz":   {Gzip: true, Headers: map[string]string{"Content-Type": "application/x-gzip"}, Body: urlset("/s5")},
			"/f.xml.gz":   {Gzip: true, Headers: map[string]string{"Content-Type": "application/xml", "Content-Encoding": "gzip"}, Body: urlset("/s6")},
			"/h.xml":      {Body: `<?xml version="1.1" encoding="UTF-8"?>` + urlset("/s8")},
			"/j.xml":      typed("text/html", urlset("/s10")),
			"/k.txt":      {Body: "\ufeff{ORIGIN}/s11\r\n"},
			"/s1":         titled("1"), "/s2": titled("2"), "/s3": titled("3"), "/s4": titled("4"), "/s5": titled("5"), "/s6": titled("6"),
			"/s8": titled("8"), "/s10": titled("10"), "/s11": titled("11"),
		},
		pages: []string{"200 /", "200 /s1", "200 /s2", "200 /s3", "200 /s4", "200 /s5", "200 /s6", "200 /s8", "200 /s10", "200 /s11"},
		asked: []string{"GET /k.txt"}, never: []string{"GET /i.png"},
	},
}

// utf16 is a text of ASCII in UTF-16 with a byte order mark.
func utf16(s string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, c := range []byte(s) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}

var siteWideCases = map[string]siteCase{
	"robots.txt with a mark and wildcards": {
		site: testkit.Site{
			"/robots.txt": {Body: "\ufeffUser-Agent: *\r\nDisallow: /private*.html$\r\nAllow: /private-not.html\r\n"},
			"/":           linking("Home", "/private-a.html", "/private-not.html"), "/private-not.html": titled("Allowed"),
		},
		pages: []string{"200 /", "200 /private-not.html"}, left: []string{"robots /private-a.html"}, never: []string{"GET /private-a.html"},
	},
	"soft-404": {pages: []string{"200 /", "200 /a"}},
	"links-6000": {
		site: manyLinks(6_000), pages: []string{"200 /", "200 /last1", "200 /last2"}, left: manyForbidden(6_000),
	},
	"more links than are read": {
		site: manyLinks(check.MaxLinks), pages: []string{"200 /", "200 /last1", "200 /last2"}, stop: "cut",
		left: append(manyForbidden(check.MaxLinks), "cut /"),
	},
	"long-page": {
		site:  testkit.Site{"/": {Body: document("Long", "", strings.Repeat("<!--"+strings.Repeat("x", 1015)+"-->\n", 11<<10)+"<a href=/behind>behind</a>")}},
		pages: []string{"200 /"}, stop: "cut", left: []string{"cut /"},
	},
}

// manyLinks has a page with n links that robots.txt forbids, so that nobody has to follow
// them all, before two that its sitemap names too: they are no orphans.
func manyLinks(n int) testkit.Site {
	links := make([]string, n, n+2)
	for i := range links {
		links[i] = fmt.Sprintf("/p%d", i)
	}
	return testkit.Site{
		"/": linking("Home", append(links, "/last1", "/last2")...), "/robots.txt": {Body: "User-agent: *\nDisallow: /p\n"},
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
