package audit

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"atalaya/server/internal/testkit"
)

var bodyCases = map[string]siteCase{
	"brotli-unasked": {
		pages: []string{"200 /", "200 /br"}, found: []string{"http-odd-encoding /br"},
	},
	"gzip-trailing": {pages: []string{"200 /", "200 /z"}},
	"content codings that browsers shrug off": {
		site: testkit.Site{
			"/":         linking("Home", "/utf8", "/none", "/gzip", "/identity", "/unknown", "/plain"),
			"/utf8":     with("Content-Encoding", "UTF-8", titled("UTF-8")),
			"/none":     with("Content-Encoding", "none", titled("None")),
			"/gzip":     with("Content-Encoding", "x-gzip", testkit.Answer{Gzip: true, Body: document("Gzip", "", "")}),
			"/identity": with("Content-Encoding", "identity", titled("Identity")),
			"/unknown":  with("Content-Encoding", "snappy", titled("Unknown")),
			"/plain":    with("Content-Encoding", "", testkit.Answer{Body: document("Plain", "", "")}),
		},
		pages: lines("200", "/", "/utf8", "/none", "/gzip", "/identity", "/unknown", "/plain"),
		found: lines("http-odd-encoding", "/utf8", "/none", "/unknown"),
	},
	"codings nobody asked for": {
		site: testkit.Site{
			"/":        linking("Home", "/deflate", "/zstd"),
			"/deflate": with("Content-Encoding", "deflate", packedAs(zlibWriter, "Deflate")),
			"/zstd":    with("Content-Encoding", "zstd", packedAs(zstdWriter, "Standard")),
		},
		pages: lines("200", "/", "/deflate", "/zstd"), found: lines("http-odd-encoding", "/deflate", "/zstd"),
		titles: map[string]string{"/deflate": "Deflate", "/zstd": "Standard"},
	},
	"fragments": {
		about: []string{"broken-fragment"},
		site: testkit.Site{
			"/": {Body: document("Start", "", `<a href="/t#here">a</a> <a href="/t#nope">b</a> <a href="#top">c</a>
				<a href="#">d</a> <a href="/t#caf%C3%A9">e</a>`)},
			"/t": {Body: document("Target", "", `<p id=here>x</p><p id="café">y</p>`)},
		},
		pages: lines("200", "/", "/t"), found: []string{"broken-fragment /t#nope"},
	},
	"places within pages": {
		about: []string{"broken-fragment"},
		site: testkit.Site{
			"/robots.txt": {Body: "User-agent: *\nDisallow: /private\n"},
			"/": {Body: document("Home", "", `<h2 id=here>x</h2><a href="#here">a</a><a href="#lost">b</a><a href="/a#p">c</a>
				<a href="/app#p">d</a><a href="/moved#p">e</a><a href="/private#p">f</a><a href="/gone#p">g</a>
				<a href="{ELSEWHERE}/#p">h</a>`)},
			"/a":      {Body: document("A", "", `<a href="#lost">b</a><a href="/a#p">c</a><a href="/#here">a</a>`)},
			"/app":    {Body: `<html lang=en><title>App</title><div id=root></div><script src=/app.js></script>`},
			"/app.js": typed("text/javascript", ""), "/moved": moved(301, "/a"),
		},
		elsewhere: testkit.Site{"/": titled("Elsewhere")},
		pages:     append(lines("200", "/", "/a", "/app"), "301 /moved > /a", "404 /gone"),
		left:      []string{"robots /private"},
		found:     []string{"broken-fragment #lost", "broken-fragment /a#p", "content-needs-js /app", "http-4xx /gone"},
	},
	"pdf-as-html": {
		pages: []string{"200 /", "200 /doc (no page)"}, found: []string{"content-type-mismatch /doc"},
	},
	"jsonld": {
		pages: lines("200", "/", "/bad", "/graph", "/none"),
		found: []string{"jsonld-invalid /bad", "jsonld-incomplete /graph"},
	},
	"pictures and archives as HTML": {
		site: testkit.Site{
			"/":     linking("Home", "/png", "/zip", "/text"),
			"/png":  typed("text/html", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
			"/zip":  typed("text/html", "PK\x03\x04\x00\x00\x00\x00"),
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
		pages: append(lines("200", "/", "/comment", "/head", "/p", "/doctype"),
			"200 /words (no page)", "200 /xml (no page)"),
	},
	"a type given twice": {
		site: testkit.Site{
			"/":       linking("Home", "/joined", "/semi", "/two", "/last"),
			"/joined": typed("text/html, text/html; charset=utf-8", document("Joined", "", "")),
			"/semi":   typed("text/html;; charset=utf-8", document("Semicolons", "", "")),
			"/two":    typed("text/html\ntext/html; charset=utf-8", document("Two fields", "", "")),
			"/last":   typed("text/html, text/plain", "no page"),
		},
		pages: append(lines("200", "/", "/joined", "/semi", "/two"), "200 /last (no page)"),
	},
	"charsets": {
		about: []string{"charset-problem"},
		// The last three declare nothing that is a charset, and are read all the same.
		found: lines("charset-problem", "/none-latin1", "/wrong-utf8", "/hdr-wins", "/bom-wins",
			"/none-utf8", "/quoted", "/unknown-cs"),
		pages: lines("200", "/", "/hdr-latin1", "/http-equiv", "/none-utf8", "/meta-latin1", "/utf16", "/hdr-wins",
			"/bom-wins", "/none-latin1", "/sjis", "/wrong-utf8", "/quoted", "/unknown-cs"),
		titles: map[string]string{
			"/hdr-latin1": spanish, "/http-equiv": spanish, "/none-utf8": spanish, "/meta-latin1": spanish,
			"/utf16": spanish, "/hdr-wins": spanish, "/bom-wins": spanish, "/none-latin1": spanish, "/quoted": spanish,
			"/unknown-cs": spanish,
			"/sjis":       "日本語のページのタイトルです", "/wrong-utf8": "El ni\ufffdo de la ma\ufffdana y el camino",
		},
	},
	"a charset declared late or twice": {
		site: testkit.Site{
			"/":      linking("Home", "/early", "/late", "/twice", "/xml"),
			"/early": typed("text/html", russian(`<meta charset="windows-1251">`)),
			"/late": typed("text/html",
				russian("<style>"+strings.Repeat("/* filler */", 100)+`</style><meta charset="windows-1251">`)),
			"/twice": typed("text/html; charset=windows-1251; charset=windows-1251", russian("")),
			"/xml":   typed("text/html", `<?xml version="1.0" encoding="windows-1251"?>`+russian("")),
		},
		pages:  lines("200", "/", "/early", "/late", "/twice", "/xml"),
		titles: map[string]string{"/early": "Привет", "/late": "Привет", "/twice": "Привет", "/xml": "Привет"},
	},
	"XHTML by the rules of XML": {
		site: testkit.Site{
			"/": linking("Home", "/x", "/cdata"), "/next": titled("Next"), "/in-cdata": titled("Never"),
			"/x": typed("application/xhtml+xml; charset=utf-8",
				xhtml(`<script src="/a.js"/><title>Honest</title>`, `<a id="here"/><a href="/next">next</a>`)),
			"/cdata": typed("application/xhtml+xml",
				xhtml("<title>Data</title>", `<p><![CDATA[<a href="/in-cdata">no link</a>]]></p>`)),
		},
		pages: lines("200", "/", "/x", "/cdata", "/next"), titles: map[string]string{"/x": "Honest"},
		never: []string{"GET /in-cdata"},
	},
}

func zlibWriter(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

func zstdWriter(w io.Writer) io.WriteCloser {
	z, err := zstd.NewWriter(w)
	if err != nil {
		panic(err) // only of options that contradict each other
	}
	return z
}

// packedAs is a page in a content coding.
func packedAs(coding func(io.Writer) io.WriteCloser, title string) testkit.Answer {
	var b bytes.Buffer
	w := coding(&b)
	_, _ = io.WriteString(w, document(title, "", ""))
	_ = w.Close()
	return testkit.Answer{B64: b.Bytes()}
}

// spanish is the title of the pages in the case charsets.
const spanish = "El niño de la mañana y el camino"

// russian is a page in windows-1251 that is called "Привет".
func russian(head string) string {
	return "<html lang=ru><head>" + head + "<title>\xcf\xf0\xe8\xe2\xe5\xf2</title></head>" +
		"<body><h1>\xcf\xf0\xe8\xe2\xe5\xf2</h1></body></html>"
}

func xhtml(head, body string) string {
	return `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" ` +
		`xml:lang="en"><head>` + head + "</head><body><h1>Heading</h1>" + body + "</body></html>"
}

var linkCases = map[string]siteCase{
	"base-after-link": {pages: lines("200", "/", "/x/y", "/sub/early")},
	"a base wherever it stands": {
		site: testkit.Site{
			"/":     linking("Home", "/late", "/two", "/tmpl", "/none"),
			"/late": {Body: document("Late", "", `<a href="a">a</a><base href="/late/">`)},
			"/two": {Body: document("Two",
				`<base target="_top"><base href=" /b/ "><base href="/c/">`, `<a href="x">x</a>`)},
			"/tmpl":   {Body: document("Inert", `<template><base href="/no/"></template>`, `<a href="y">y</a>`)},
			"/none":   {Body: document("Not one", `<base href="data:,x">`, `<a href="z">z</a>`)},
			"/late/a": titled("A"), "/b/x": titled("X"), "/y": titled("Y"), "/z": titled("Z"),
		},
		pages: lines("200", "/", "/late", "/two", "/tmpl", "/none", "/late/a", "/b/x", "/y", "/z"),
	},
	"template-link": {pages: []string{"200 /", "200 /t"}},
	"templates are inert, shadow roots are not": {
		site: testkit.Site{
			"/": {Body: document("Home", "", `<a href="/real">real</a>
				<template id=row><a href="/item/{{ id }}">x</a><template><a href="/deep">x</a></template>
				<a href="/after">x</a></template>
				<div><template shadowrootmode=open><a href="/shadow">x</a></template></div>`)},
			"/real": titled("Real"), "/shadow": titled("Shadow"),
		},
		pages: lines("200", "/", "/real", "/shadow"),
	},
	"frameset-home": {pages: lines("200", "/", "/menu.html", "/main.html", "/a")},
	"what leads on besides anchors": {
		site: elsewise(titled("There"), testkit.Site{
			"/": {Body: document("Home",
				`<link rel=next href="/next"><link rel=alternate hreflang=es href="/es"><link rel=stylesheet href="/no.css">`,
				`<iframe src="/frame"></iframe><iframe srcdoc="<a href=/no>x</a>"></iframe><form action="/no-form"></form>
				<svg><a xlink:href="/svg-old"><text>x</text></a><a href="/svg"><text>x</text></a></svg>
				<map><area href="/area" alt=x></map>`)},
		}),
		pages: lines("200", "/", "/next", "/es", "/frame", "/svg", "/svg-old", "/area"),
		found: []string{"soft-404 /{MISSING}"},
	},
	"index-words-script": {pages: lines("200", "/", "/api/index.html", "/b", "/a")},
	"a page whose text only a script writes": {
		site: testkit.Site{
			"/": linking("Home", "/app"),
			"/app": {
				Body: "<!doctype html><html lang=en><title>App</title><div id=root></div><script src=/app.js></script>",
			},
			"/app.js": typed("text/javascript", "document.write('x')"),
		},
		pages: []string{"200 /", "200 /app"}, found: []string{"content-needs-js /app"},
	},
	"directives": {
		site: testkit.Site{
			"/":            linking("Home", "/up", "/none", "/two", "/head", "/other", "/unavailable", "/space", "/body"),
			"/up":          robotsMeta("Upper", `<META NAME="ROBOTS" CONTENT="NOINDEX,FOLLOW">`),
			"/none":        robotsMeta("None", `<meta name=robots content=none>`),
			"/two":         robotsMeta("Two", `<meta name=robots content=index><meta name=robots content=noindex>`),
			"/head":        with("X-Robots-Tag", "otherbot: nofollow, googlebot: noindex", titled("Head")),
			"/other":       with("X-Robots-Tag", "otherbot: noindex, nofollow", titled("Other")),
			"/unavailable": with("X-Robots-Tag", "unavailable_after: 25 Jun 2010 15:00:00 PST", titled("Later")),
			"/space":       robotsMeta("Blank", `<meta name=robots content="noindex nofollow">`),
			"/body":        {Body: document("Body", "", `<meta name=robots content=noindex>`)},
		},
		pages: lines("200", "/", "/up", "/none", "/two", "/head", "/other", "/unavailable", "/space", "/body"),
		found: lines("page-noindex", "/up", "/none", "/two", "/head", "/body"), // words without a comma are one that nobody knows
	},
}

func robotsMeta(title, meta string) testkit.Answer {
	return testkit.Answer{Body: document(title, meta, "")}
}

var refreshCases = map[string]siteCase{
	"meta-refresh-home": {pages: lines("200", "/", "/production/index.html", "/a")},
	"meta refresh": {
		site: testkit.Site{
			"/": linking("Home", "/old"),
			"/old": {
				Body: `<!doctype html><html lang=en><title>Moved</title><META http-equiv="Refresh" content="0; URL='/new'">`,
			},
			"/new": linking("New", "/deep"), "/deep": linking("Deep", "/gone"),
			"/sitemap.xml": {Body: urlset("/new")},
		},
		pages: append(lines("200", "/", "/old", "/new", "/deep"), "404 /gone"), found: []string{"http-4xx /gone"},
	},
	"refresh in all its forms": {
		site: testkit.Site{
			"/":    linking("Home", "/r1", "/r2", "/r3", "/r4", "/r5"),
			"/r1":  with("Refresh", "0; url=/to1", titled("Header")),
			"/r2":  robotsMeta("Comma", `<meta http-equiv=refresh content="0,/to2">`),
			"/r3":  robotsMeta("Itself", `<meta http-equiv=refresh content="60">`),
			"/r4":  robotsMeta("Late", `<meta http-equiv=refresh content="3.5; URL = &quot;to4&quot; x">`),
			"/r5":  robotsMeta("No number", `<meta http-equiv=refresh content="soon; url=/to5">`),
			"/to1": titled("1"), "/to2": titled("2"), "/to4": titled("4"), "/to5": titled("5"),
		},
		pages: lines("200", "/", "/r1", "/r2", "/r3", "/r4", "/r5", "/to1", "/to2", "/to4"),
	},
}
