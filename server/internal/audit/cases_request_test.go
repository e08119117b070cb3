package audit

import (
	"fmt"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/testkit"
)

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
		pages: append(lines("200", "/", "/works-50%25-off", "/q?sale=50%", "/%25zz", "/end%25"),
			"301 /moved > /works-50%25-off", "404 /gone-50%25-off"),
		found: []string{"http-4xx /gone-50%25-off"},
	},
	"letters beyond ASCII in paths": {
		site: testkit.Site{
			"/": linking("Home", "/café", "/a b", "/caf%e9"), "/caf%C3%A9": titled("UTF-8"), "/a%20b": titled("Blank"),
			"/caf%e9": titled("As written"),
		},
		pages: lines("200", "/", "/caf%C3%A9", "/a%20b", "/caf%E9"),
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
			"/": typed("text/html; charset=iso-8859-1",
				"<!doctype html><title>Home</title><h1>x</h1><a href='/s?q=&#1095;\xe9'>x</a>"),
			"/s?q=%26%231095%3B%E9": titled("As a reference"),
		},
		pages: []string{"200 /", "200 /s?q=%26%231095%3B%E9"},
	},
	"user names": {
		site: testkit.Site{
			"/": linking("Home", "http://me@{HOST}/inside", "http://me@{OTHER_HOST}/dead",
				"http://me:word@{OTHER_HOST}/alive"),
			"/inside": titled("Inside"),
		},
		elsewhere: testkit.Site{"/alive": titled("Alive")},
		pages:     []string{"200 /", "200 /inside"}, found: []string{"broken-external {ELSEWHERE}/dead"},
		asked: []string{"GET /inside", "HEAD {ELSEWHERE}/alive"},
	},
	"one slash, three, and the wrong ones": {
		site: testkit.Site{
			"/": linking("Home", "http:/one", "http:///{HOST}/three", `\back\slash`, `http:\\{HOST}\both`,
				"/tab\t/new\nline"),
			"/one": titled("One"), "/three": titled("Three"), "/back/slash": titled("Back"), "/both": titled("Both"),
			"/tab/newline": titled("Left out"),
		},
		pages: lines("200", "/", "/one", "/three", "/back/slash", "/both", "/tab/newline"),
	},
	"dot segments and odd addresses of a host": {
		site: testkit.Site{
			"/":  linking("Home", "/a/../b", "/%2e%2E/c", "http://0x7f.1:{PORT}/d", "http://2130706433:{PORT}/e"),
			"/b": titled("B"), "/c": titled("C"), "/d": titled("D"), "/e": titled("E"),
		},
		pages: lines("200", "/", "/b", "/c", "/d", "/e"),
	},
	"links that no browser opens": {
		site: testkit.Site{
			"/":   linking("Home", "http://exa mple.test/", "http://", "https://example.test:99999/", "http://[::1/", "/ok"),
			"/ok": titled("Fine"),
		},
		pages: []string{"200 /", "200 /ok"}, found: []string{"link-malformed /"},
	},
	"names of hosts": {
		// Names that do not exist: what matters is that each is known as a link.
		site: testkit.Site{"/": linking("Home", "{ELSEWHERE}/ok", "http://straße.invalid/0", "http://i❤.invalid/1",
			"http://a_b.invalid/2", "http://ab--cd.invalid/3", "http://d．invalid/4", "http://xn--a.invalid/5",
			"http://😀.invalid/6")},
		elsewhere: testkit.Site{"/ok": titled("Fine")},
		pages:     []string{"200 /"},
		found: lines("broken-external", "http://xn--strae-oqa.invalid/0", "http://xn--i-7iq.invalid/1",
			"http://a_b.invalid/2", "http://ab--cd.invalid/3", "http://d.invalid/4", "http://xn--a.invalid/5",
			"http://xn--e28h.invalid/6"),
	},
}

var redirectCases = map[string]siteCase{
	"raw bytes in a location": {
		site: testkit.Site{
			"/":      linking("Home", "/latin", "/utf8", "/blank"),
			"/latin": moved(301, "/caf\xe9"), "/utf8": moved(302, "/caf\xc3\xa9"), "/blank": moved(308, "/a b"),
			"/caf%E9": titled("One byte"), "/caf%C3%A9": titled("Two"), "/a%20b": titled("Blank"),
		},
		pages: append(lines("200", "/", "/caf%E9", "/caf%C3%A9", "/a%20b"),
			"301 /latin > /caf%E9", "302 /utf8 > /caf%C3%A9", "308 /blank > /a%20b"),
	},
	"cookie-gate": {
		site: testkit.Site{
			"/": linking("Home", "/area", "{ELSEWHERE}/shop"), "/deep": titled("Deep"),
			"/area": {NeedCookie: "seen", Body: document("Inside", "", `<a href="/deep">deep</a>`)},
		},
		elsewhere: testkit.Site{"/shop": {NeedCookie: "seen", Body: document("Shop", "", "")}},
		pages:     lines("200", "/", "/area", "/deep"), titles: map[string]string{"/area": "Inside"},
	},
	"start page behind a cookie": {
		site: testkit.Site{
			"/": {NeedCookie: "seen", Body: document("Inside", "", `<a href="/a">a</a>`)}, "/a": titled("A"),
		},
		pages: []string{"200 /", "200 /a"},
	},
	"cookie set on the way": {
		site: testkit.Site{
			"/": linking("Home", "/set", "/door"), "/area": {NeedCookie: "seen", Body: document("Inside", "", "")},
			"/set":   {Status: 302, Headers: map[string]string{"Location": "/area", "Set-Cookie": "seen=1; Path=/"}},
			"/door":  {Times: []testkit.Answer{moved(302, "/login"), titled("Behind the door")}},
			"/login": {Status: 302, Headers: map[string]string{"Location": "/door", "Set-Cookie": "key=1; Path=/"}},
		},
		pages: []string{"200 /", "302 /set > /area", "200 /area", "200 /door"}, found: []string{"redirect-chain /door"},
	},
	"redirects that grow for ever": {
		site:  growing(),
		pages: []string{"200 /", "too-many-redirects /r0/ > /r0/xxxxxxxxxx", "200 /end"},
		found: []string{"redirect-loop /r0/"},
	},
	"a circle of three": {
		site: testkit.Site{
			"/": linking("Home", "/1"), "/1": moved(302, "/2"), "/2": moved(302, "/3"), "/3": moved(302, "/1"),
		},
		pages: []string{"200 /", "redirect-loop /1 > /3"}, found: []string{"redirect-loop /1"},
	},
	"links that lead to another site by a redirect": {
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
		pages: []string{"200 /", "204 /204", "300 /300", "304 /304", "302 /302noloc", "999 /999"},
		found: lines("http-odd-status", "/204", "/300", "/304", "/302noloc", "/999"),
	},
	"answers that are no page": {
		site: testkit.Site{
			"/":     linking("Home", "/r205", "/r305", "/r307", "/r600", "/r418", "/r507"),
			"/r205": {Status: 205}, "/r305": {Status: 305}, "/r307": {Status: 307, Body: "<p>nowhere</p>"},
			"/r600": {Status: 600}, "/r418": {Status: 418}, "/r507": {Status: 507},
		},
		pages: []string{"200 /", "205 /r205", "305 /r305", "307 /r307", "600 /r600", "418 /r418", "507 /r507"},
		found: append(lines("http-odd-status", "/r205", "/r305", "/r307", "/r600"), "http-4xx /r418", "http-5xx /r507"),
	},
	"home-429-once": {pages: []string{"200 /", "200 /a"}},
	"page-429-once": {pages: lines("200", "/", "/a", "/b", "/c")},
	"pages that are busy once": {
		site: testkit.Site{
			"/":    linking("Home", "/503", "/date"),
			"/503": {Times: []testkit.Answer{busy(503, "1"), titled("Back")}},
			// A time that is over asks for no pause.
			"/date": {Times: []testkit.Answer{busy(429, "Wed, 21 Oct 2015 07:28:00 GMT"), titled("Back")}},
		},
		pages: lines("200", "/", "/503", "/date"),
	},
	"one path of many is always busy": {
		site: testkit.Site{
			"/": linking("Home", "/a", "/b", "/c", "/login"), "/a": titled("A"), "/b": titled("B"), "/c": titled("C"),
			"/login": busy(429, "1"),
		},
		stop: "busy", pages: lines("200", "/", "/a", "/b", "/c"), left: []string{"busy /login"},
	},
	"429-forever": {
		site:   elsewise(busy(429, "3600"), testkit.Site{"/": linking("Home", "/a")}),
		engine: impatient, stop: "busy", pages: lines("200", "/"), left: lines("busy", "/a"),
	},
	"start page asks for an hour": {
		site:  testkit.Site{"/": busy(429, "3600")},
		pages: []string{"429 /"}, failed: "home-status", found: []string{"site-unreachable /"},
	},
	"a start page that leads to an error": {
		site:  testkit.Site{"/": moved(301, "/es"), "/es": moved(302, "/gone")},
		pages: []string{"301 / > /gone", "404 /gone"}, failed: "home-status",
		found: []string{"site-unreachable /", "redirect-chain /", "http-4xx /", "http-4xx /gone"},
	},
	"a start page that nobody may see": {
		site: testkit.Site{"/robots.txt": {Body: "User-agent: *\nDisallow: /\n"}}, failed: "robots-forbids",
	},
	"a body cut short": {
		site: testkit.Site{
			"/": linking("Home", "/cut", "/ok"), "/ok": titled("Fine"),
			"/cut": {Headers: map[string]string{"Content-Length": "100000"}, Body: "<title>Cut</title>"},
		},
		pages: []string{"200 /", "200 /ok", "reset /cut"}, found: []string{"fetch-failed /cut"},
	},
	"hosts that answer only to one method": {
		site: testkit.Site{
			"/": linking("Home", "{ELSEWHERE}/405", "{ELSEWHERE}/501", "{ELSEWHERE}/gone", "{ELSEWHERE}/head404"),
		},
		elsewhere: testkit.Site{
			"/405":     {Body: "x", Head: &testkit.Answer{Status: 405}},
			"/501":     {Body: "x", Head: &testkit.Answer{Status: 501}},
			"/head404": {Body: "x", Head: &testkit.Answer{Status: 404}},
		},
		pages: []string{"200 /"}, found: []string{"broken-external {ELSEWHERE}/gone"},
	},
	"a body that drips for ever": {
		site: testkit.Site{
			"/": linking("Home", "/drip", "/ok"), "/drip": {Body: "<p>more</p>", DripMS: 100}, "/ok": titled("Fine"),
		},
		engine: hasty, pages: []string{"200 /", "200 /ok", "timeout /drip"}, found: []string{"fetch-timeout /drip"},
	},
	"pages without an answer in time": {
		site: testkit.Site{
			"/": linking("Home", "/hang", "/ok", "{ELSEWHERE}/head-hangs"), "/ok": titled("Fine"),
			"/hang": {DelayMS: 60_000},
		},
		elsewhere: testkit.Site{
			"/head-hangs": {Body: "x", Head: &testkit.Answer{DelayMS: 60_000}},
		},
		engine: hasty, pages: []string{"200 /", "200 /ok", "timeout /hang"}, found: []string{"fetch-timeout /hang"},
		asked: []string{"GET {ELSEWHERE}/head-hangs"},
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

// hasty has an engine wait for an answer no longer than a test does.
func hasty(e *Engine) {
	e.fetcher.Close()
	e.fetcher = crawl.NewFetcher(crawl.Config{AllowPrivate: true, Limits: e.limits, Timeout: 2 * time.Second})
}

// dead are the findings for n dead links of the case ext150: as many as a check keeps,
// the last with the number of those that it does not.
func dead(n int) (found []string) {
	for i := range check.MaxSiteFindings - 1 {
		found = append(found, fmt.Sprintf("broken-external {ELSEWHERE}/e%03d", i))
	}
	return append(found, fmt.Sprintf("broken-external %d", n-check.MaxSiteFindings))
}
