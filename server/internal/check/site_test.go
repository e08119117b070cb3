package check

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/shared"
)

// rules block the paths under a prefix for each agent; "*" is for the others.
type rules map[string]string

func (r rules) Query(agent, url string) Decision {
	path := strings.TrimPrefix(url, "https://sitio.example")
	group := agent
	prefix, own := r[agent]
	if !own {
		group = "*"
		if prefix, own = r["*"]; !own {
			return Decision{Allowed: true}
		}
	}
	if prefix == "" || !strings.HasPrefix(path, prefix) {
		return Decision{Allowed: true, Agent: group}
	}
	return Decision{Agent: group, Line: 2, Rule: "Disallow: " + prefix}
}

// CrawlDelay is told by a prefix such as "delay 30".
func (r rules) CrawlDelay(agent string) (time.Duration, int) {
	value, own := r[agent]
	line := 3
	if !own || agent == "*" {
		value, line = r["*"], 2
	}
	seconds, _ := strconv.Atoi(strings.TrimPrefix(value, "delay "))
	return time.Duration(seconds) * time.Second, line
}

func robots(r rules) RobotsFacts {
	return RobotsFacts{
		URL: home + "robots.txt", State: StateFound, Status: 200, Rules: r,
		Signals: []Signal{{Line: 1, Text: "Content-Signal: search=yes", Values: map[string]string{"search": "yes"}}},
	}
}

func listedPage(path string, change ...func(*Facts)) Facts {
	f := Facts{
		URL: home + path, Depth: 1, Status: 200, Analysed: true, Title: "Página " + path, MainWords: 200,
		Content: hashString(path), Simhash: hashString(path) * fnvPrime, Outcomes: make(Outcomes, len(pageChecks)),
		Description: hashString("d" + path),
	}
	f.Home, f.Entity = path == "", path == ""
	if f.Home {
		f.Contact = ContactFound
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func linked(f *Facts) { f.Linked = true }

func canonical(path string) func(*Facts) { return func(f *Facts) { f.Canonical = home + path } }

func gone(f *Facts) { f.Status, f.Analysed = 404, false }

// alsoAt has a page name others as its versions in other languages.
func alsoAt(paths ...string) func(*Facts) {
	return func(f *Facts) {
		f.Alternates = &Alternates{Self: true}
		for _, path := range paths {
			f.Alternates.Targets = append(f.Alternates.Targets, hashString(home+path))
		}
	}
}

// has gives a page places, and links to so many of its own.
func has(jumps int, ids ...string) func(*Facts) {
	return func(f *Facts) {
		var hashes []uint32
		for _, id := range ids {
			hashes = append(hashes, hashID(id))
		}
		f.Places, f.Jumps = newIDSet(hashes), jumps
	}
}

// pointsTo has the home page link to places.
func pointsTo(places ...string) func(*SiteInput) {
	return func(in *SiteInput) {
		in.Fragments = nil
		for _, p := range places {
			in.Fragments = append(in.Fragments, ExternalLink{URL: home + p, Count: 1, Pages: []string{home}})
		}
	}
}

func unlisted(f *Facts) { f.Noindex = true }

// lonely are five pages of which none leads to those behind the site.
func lonely(c Contact) func(*SiteInput) {
	return pagesAre(listedPage("", func(f *Facts) { f.Contact = c }), listedPage("a"), listedPage("b"), listedPage("c"),
		listedPage("d"))
}

// dated is what the entries of a sitemap say of their pages, one after the other.
func dates(text ...string) func(*SiteInput) {
	return func(in *SiteInput) {
		in.Sitemap.Dates = nil
		for i, t := range text {
			in.Sitemap.Dates = append(in.Sitemap.Dates, SitemapDate{URL: home + strconv.Itoa(i), Text: t})
		}
	}
}

func unnamed(f *Facts) { f.Entity = false }

func typed(types ...string) func(*Facts) { return func(f *Facts) { f.Types = types } }

func describedAs(hash uint64) func(*Facts) { return func(f *Facts) { f.Description = hash } }

// movedTo has the home page link to an address that has moved for good.
func movedTo(path string) func(*Facts) {
	return func(f *Facts) { f.MovedFrom, f.FinalURL, f.Analysed = home, home+path, false }
}

func ending(f *Facts) { f.CertificateEnds = "2026-12-03" }

func unprotected(l lack) func(*Facts) { return func(f *Facts) { f.Lacks = l } }

func at(url string) func(*SiteInput) { return func(in *SiteInput) { in.Home = url } }

func icon(p *Probe) func(*SiteInput) { return func(in *SiteInput) { in.Probes.Icon = p } }

// sound is a site that passes every site check.
func sound(change ...func(*SiteInput)) SiteInput {
	in := SiteInput{
		Home:   home,
		Robots: robots(rules{"*": ""}),
		Sitemap: SitemapFacts{
			Files: []SitemapFile{{URL: home + "sitemap.xml", Status: 200}},
			URLs:  []string{home, home + "a", home + "b"},
			Dates: []SitemapDate{{home, "2026-05-03"}, {home + "a", "2026-05-03T10:00:00+02:00"}}, ReadAt: today,
		},
		Pages: []Facts{
			listedPage("", canonical("")), listedPage("a", linked, alsoAt("b"), has(0, "x")), listedPage("b", linked, alsoAt("a")),
			listedPage("cart", linked, unlisted),
		},
		External:     []ExternalLink{{URL: "https://otro.example/", Status: 200, Count: 1, Pages: []string{home}}},
		ExternalDone: true, Complete: true,
		Resources:     []ExternalLink{{URL: home + "x.png", Status: 200, Count: 1, Pages: []string{home}, Text: "script src"}},
		ResourcesDone: true,
		Fragments:     []ExternalLink{{URL: home + "a#x", Count: 1, Pages: []string{home}}},
		FragmentsDone: true,
		Probes: Probes{
			Insecure: &Probe{URL: "http://sitio.example/", FinalURL: home, Status: 301},
			Icon:     &Probe{URL: home + "favicon.ico", Status: 200},
			LLMs: &LLMs{
				Probe:   Probe{URL: home + "llms.txt", Status: 200},
				Heading: "Sitio", Links: []string{home + "a", "https://otro.example/"}, LinkTotal: 2,
			},
			Markdown: &Twin{Probe: Probe{URL: home, Status: 200}, MediaType: "text/html"},
			Agents:   []AgentProbe{asAgent("OAI-SearchBot", 200), asAgent("Claude-SearchBot", 200)},
			Missing:  []Missing{{Probe: Probe{URL: home + "no", Status: 404}, Page: listedPage("no")}},
		},
	}
	for _, c := range change {
		c(&in)
	}
	return in
}

func robotsAre(f RobotsFacts) func(*SiteInput) { return func(in *SiteInput) { in.Robots = f } }

func pagesAre(p ...Facts) func(*SiteInput) { return func(in *SiteInput) { in.Pages = p } }

func titled(title string) func(*Facts) { return func(f *Facts) { f.Title = title } }

func says(content, simhash uint64) func(*Facts) {
	return func(f *Facts) { f.Content, f.Simhash = content, simhash }
}

var unreachable = robotsAre(RobotsFacts{
	URL: home + "robots.txt", State: StateUnreachable, Status: 503, TTFB: 1200 * time.Millisecond,
})

// runSite asks every site check without an end.
func runSite(in SiteInput) []SiteResult {
	results, _ := RunSite(context.Background(), in)
	return results
}

// insecure is the answer of the site's start page by http.
func insecure(p Probe) func(*SiteInput) {
	p.URL = "http://sitio.example/"
	return func(in *SiteInput) { in.Probes.Insecure = &p }
}

// guide is what the site answers to /llms.txt.
func guide(l LLMs) func(*SiteInput) {
	l.URL = home + "llms.txt"
	return func(in *SiteInput) { in.Probes.LLMs = &l }
}

// asAgent is the start page as an agent is shown it.
func asAgent(token string, status int) AgentProbe {
	return AgentProbe{Probe: Probe{URL: home, Status: status}, Agent: token}
}

// challenged has it show a test for people.
func challenged(a AgentProbe, sign string) AgentProbe {
	a.Challenge = sign
	return a
}

// agents are the answers to agents, and that to ourselves.
func agents(control *AgentProbe, a ...AgentProbe) func(*SiteInput) {
	return func(in *SiteInput) { in.Probes.Agents, in.Probes.Control = a, control }
}

// missing are the answers to addresses that no page has.
func missing(m ...Missing) func(*SiteInput) { return func(in *SiteInput) { in.Probes.Missing = m } }

// shown is a page at an address that no page has.
func shown(path string, status int, change ...func(*Facts)) Missing {
	return Missing{Probe: Probe{URL: home + path, Status: status}, Page: listedPage(path, append(change, titled("Nada"))...)}
}

func unread(in *SiteInput) { in.Sitemap = SitemapFacts{Unread: true} }

// siteCases has for each site check what fails it, with grade and evidence, and
// what it does not apply to. The sound site passes all.
var siteCases = []struct {
	id     string
	in     SiteInput
	grade  int
	want   [][]shared.Evidence
	reason Reason
}{
	{id: "site-unreachable", in: sound(pagesAre(listedPage("", gone)), func(in *SiteInput) {
		in.Start = &Start{
			Probe: Probe{URL: "http://sitio.example/", FinalURL: home, Status: 404},
			Hops:  []Hop{{URL: "http://sitio.example/", Status: 301, Location: home}}, MediaType: "text/html",
		}
	}), want: [][]shared.Evidence{
		ev("url", "http://sitio.example/", "final-url", home, "status", "404", "hop", "301 "+home),
	}},
	{id: "site-unreachable", in: sound(pagesAre(), func(in *SiteInput) {
		in.Start = &Start{Probe: Probe{URL: home, Failure: FailTLSName, Detail: "otro.example"}}
	}), want: [][]shared.Evidence{ev("url", home, "failure", FailTLSName, "detail", "otro.example")}},
	{id: "site-unreachable", in: sound(pagesAre(), func(in *SiteInput) {
		in.Start = &Start{Probe: Probe{URL: home, Status: 200}, MediaType: "application/pdf"}
	}), want: [][]shared.Evidence{ev("url", home, "status", "200", "found-type", "application/pdf")}},
	{id: "site-unreachable", in: sound(pagesAre(listedPage("a"))), reason: NotAsked},
	{id: "robots-txt-unreachable", in: sound(unreachable),
		want: [][]shared.Evidence{ev("url", home+"robots.txt", "status", "503", "ms", "1200")}},
	{id: "robots-txt-unreachable", in: sound(robotsAre(RobotsFacts{})), reason: RobotsUnknown},
	{id: "robots-txt-invalid", in: sound(func(in *SiteInput) {
		in.Robots.Problems = []Problem{{Line: 3, Kind: "misspelt", Text: "Disalow: /x"}, {Kind: "html", Text: "<html>"}}
	}), grade: 2, want: [][]shared.Evidence{
		ev("url", home+"robots.txt", "misspelt", "3: Disalow: /x", "html", "<html>"),
	}},
	{id: "robots-txt-invalid", in: sound(robotsAre(RobotsFacts{State: StateAbsent, Status: 404})), reason: RobotsAbsent},
	{id: "robots-blocks-search", in: sound(robotsAre(robots(rules{"Googlebot": "/"}))), grade: 2,
		want: [][]shared.Evidence{ev("agent", "Googlebot", "line", "2", "rule", "Disallow: /")}},
	{id: "robots-blocks-search", in: sound(robotsAre(robots(rules{"*": "/"}))), grade: 0, want: [][]shared.Evidence{
		ev("agent", "Googlebot", "line", "2", "rule", "Disallow: /"),
		ev("agent", "Bingbot", "line", "2", "rule", "Disallow: /"),
	}},
	{id: "robots-blocks-search", in: sound(unreachable), reason: RobotsUnreachable},
	{id: "robots-blocks-assets", in: sound(robotsAre(robots(rules{"Googlebot": "/x"})), func(in *SiteInput) {
		in.Withheld = []ExternalLink{
			{URL: home + "x.css", Count: 3, Pages: []string{home}, Text: "link alternate stylesheet"},
			{URL: home + "x.jpg", Count: 2, Pages: []string{home}, Text: "img src"},
			{URL: "https://otro.example/x.css", Count: 2, Pages: []string{home}, Text: "link stylesheet"},
		}
		in.Resources = append(in.Resources, ExternalLink{URL: home + "y.js", Status: 200, Text: "script src"})
	}), want: [][]shared.Evidence{
		ev("url", home+"x.css", "markup", "link alternate stylesheet", "line", "2", "rule", "Disallow: /x",
			"page", home, "more", "2"),
		ev("url", home+"x.png", "markup", "script src", "line", "2", "rule", "Disallow: /x", "page", home),
	}},
	{id: "robots-blocks-assets", in: sound(robotsAre(robots(rules{"OtherBot": "/x"})), func(in *SiteInput) {
		in.Resources = nil
	}), reason: NoResources},
	{id: "robots-blocks-assets", in: sound(func(in *SiteInput) { in.Resources, in.ResourcesDone = nil, false }),
		reason: ResourcesUnchecked},
	{id: "robots-blocks-assets", in: sound(robotsAre(RobotsFacts{State: StateAbsent})), reason: RobotsAbsent},
	{id: "noindex-blocked-conflict", in: sound(robotsAre(robots(rules{"Googlebot": "/c"})), func(in *SiteInput) {
		in.Pages = append(in.Pages, listedPage("c2"), listedPage("d", unlisted))
	}), want: [][]shared.Evidence{
		ev("page", home+"cart", "directive", "noindex", "agent", "Googlebot", "line", "2", "rule", "Disallow: /c"),
	}},
	{id: "noindex-blocked-conflict", in: sound(pagesAre(listedPage(""))), reason: NoNoindex},
	{id: "noindex-blocked-conflict", in: sound(robotsAre(RobotsFacts{State: StateAbsent})), reason: RobotsAbsent},
	{id: "crawl-delay-high", in: sound(robotsAre(robots(rules{"*": "delay 11"}))), grade: 2,
		want: [][]shared.Evidence{ev("line", "2", "rule", "Crawl-delay: 11", "agent", "*")}},
	{id: "crawl-delay-high", grade: 2,
		in: sound(robotsAre(robots(rules{"*": "delay 10", "Bingbot": "delay 60", "YouBot": "delay 60", "Googlebot": "delay 60",
			"GPTBot": "delay 60"}))),
		want: [][]shared.Evidence{ev("line", "3", "rule", "Crawl-delay: 60", "agent", "Bingbot", "agent", "YouBot")}},
	{id: "crawl-delay-high", in: sound(unreachable), reason: RobotsUnreachable},
	{id: "sitemap-lastmod-bad", in: sound(dates("2026", "2026-11", "2026-05-03T10:00Z", "May 3rd", "2026-11-28")),
		want: [][]shared.Evidence{ev("bad-value", "May 3rd ("+home+"3)", "future", "2026-11-28 ("+home+"4)")}},
	{id: "sitemap-lastmod-bad", in: sound(dates(strings.Fields(strings.Repeat("2026-05-03 ", 10))...)), grade: 2,
		want: [][]shared.Evidence{ev("date", "2026-05-03", "count", "10")}},
	{id: "sitemap-lastmod-bad", in: sound(dates()), reason: NoLastMod},
	{id: "sitemap-lastmod-bad", in: sound(unread), reason: Incomplete},
	{id: "about-contact-missing", in: sound(lonely(ContactNone)),
		want: [][]shared.Evidence{ev("page", home, "tried", "about, contact, imprint")}},
	{id: "about-contact-missing", in: sound(lonely(ContactUnknown)), reason: LanguageUnknown},
	{id: "about-contact-missing", in: sound(lonely(ContactNone), func(in *SiteInput) { in.Complete = false }),
		reason: Incomplete},
	{id: "about-contact-missing", in: sound(pagesAre(listedPage("a"))), reason: TooFewPages},
	{id: "sitemap-missing", in: sound(func(in *SiteInput) {
		in.Sitemap = SitemapFacts{
			Files: []SitemapFile{
				{URL: home + "sitemap.xml", Status: 404}, {URL: home + "sitemap_index.xml", Status: 200},
				{URL: home + "s.xml", Failure: FailTimeout},
			},
			Problems: []Problem{{File: home + "sitemap_index.xml", Kind: "not-sitemap"}},
		}
	}), want: [][]shared.Evidence{
		ev("tried", home+"sitemap.xml (404)", "tried", home+"sitemap_index.xml (200)", "tried", home+"s.xml (timeout)"),
	}},
	{id: "sitemap-missing", in: sound(unread), reason: Incomplete},
	{id: "sitemap-invalid", in: sound(unread), reason: Incomplete},
	{id: "page-orphan", in: sound(unread), reason: Incomplete},
	{id: "sitemap-invalid", in: sound(func(in *SiteInput) {
		in.Sitemap.Problems = []Problem{
			{File: home + "sitemap.xml", Line: 7, Kind: "foreign-host", Text: "https://otro.example/"},
			{File: home + "sitemap.xml", Kind: "cap", Text: "our own limit"},
		}
	}), grade: 1, want: [][]shared.Evidence{
		ev("file", home+"sitemap.xml", "foreign-host", "7: https://otro.example/"),
	}},
	// Beside a good one: what robots.txt names, and what an index named before it broke off.
	{id: "sitemap-invalid", in: sound(func(in *SiteInput) {
		in.Sitemap.Files = append(in.Sitemap.Files, SitemapFile{URL: home + "index.xml", Status: 200, Failure: FailReset})
		in.Sitemap.Problems = []Problem{
			{File: home + "robots.txt", Kind: "unreadable", Text: home + "gone.xml answers 404"},
			{File: home + "gone.html", Kind: "not-sitemap", Text: "the document is <html>"},
			{File: home + "index.xml", Line: 2, Kind: "unreadable", Text: home + "child.xml answers 404"},
		}
	}), want: [][]shared.Evidence{
		ev("file", home+"robots.txt", "unreadable", home+"gone.xml answers 404"),
		ev("file", home+"index.xml", "unreadable", "2: "+home+"child.xml answers 404"),
	}},
	{id: "sitemap-invalid", in: sound(func(in *SiteInput) { in.Sitemap = SitemapFacts{} }), reason: SitemapAbsent},
	{id: "page-orphan", grade: 1,
		in:   sound(pagesAre(listedPage(""), listedPage("a", linked), listedPage("b"))),
		want: [][]shared.Evidence{ev("page", home+"b", "title", "Página b")}},
	{id: "page-orphan", in: sound(func(in *SiteInput) { in.Complete = false }), reason: Incomplete},
	{id: "page-orphan", in: sound(func(in *SiteInput) { in.Sitemap.URLs = nil }), reason: SitemapAbsent},
	{id: "ai-search-bot-blocked", in: sound(robotsAre(robots(rules{"YouBot": "/"}))), grade: 2,
		want: [][]shared.Evidence{ev("agent", "YouBot", "vendor", "You.com", "line", "2", "rule", "Disallow: /")}},
	{id: "ai-search-bot-blocked", in: sound(robotsAre(robots(rules{"PerplexityBot": "/", "YouBot": "/a"}))), grade: 1,
		want: [][]shared.Evidence{ev("agent", "PerplexityBot", "vendor", "Perplexity", "line", "2", "rule", "Disallow: /")}},
	{id: "ai-search-bot-blocked", grade: 2,
		in: sound(robotsAre(robots(rules{"Applebot": "/x"})), pagesAre(listedPage(""), listedPage("x1"), listedPage("x2"))),
		want: [][]shared.Evidence{
			ev("agent", "Applebot", "vendor", "Apple", "blocked-pages", "2 / 3", "line", "2", "rule", "Disallow: /x"),
		}},
	{id: "ai-search-bot-blocked", in: sound(unreachable), reason: RobotsUnreachable},
	{id: "ai-user-fetch-blocked", in: sound(robotsAre(robots(rules{"Claude-User": "/"}))), grade: 2,
		want: [][]shared.Evidence{ev("agent", "Claude-User", "vendor", "Anthropic", "line", "2", "rule", "Disallow: /")}},
	{id: "ai-user-fetch-blocked", in: sound(robotsAre(RobotsFacts{})), reason: RobotsUnknown},
	{id: "ai-training-policy", in: sound(unreachable), reason: RobotsUnreachable},
	{id: "markdown-twin", in: sound(func(in *SiteInput) { in.Probes.Markdown = nil }), reason: NotAsked},
	{id: "markdown-twin", in: sound(func(in *SiteInput) {
		in.Probes.Markdown = &Twin{Probe: Probe{URL: home, Failure: FailReset}}
	}), reason: NoAnswer},
	{id: "duplicate-content",
		in:   sound(pagesAre(listedPage(""), listedPage("b", says(7, 1<<40)), listedPage("a", says(7, 1<<40)))),
		want: [][]shared.Evidence{ev("title", "Página a", "count", "2", "page", home+"a", "page", home+"b")}},
	{id: "duplicate-content",
		in:   sound(pagesAre(listedPage(""), listedPage("a", says(7, 1<<40|7)), listedPage("b", says(8, 1<<40)))),
		want: [][]shared.Evidence{ev("title", "Página a", "count", "2", "page", home+"a", "page", home+"b")}},
	{id: "duplicate-content", in: sound(pagesAre(listedPage(""))), reason: TooFewPages},
	{id: "title-duplicate",
		in:   sound(pagesAre(listedPage("", titled("Inicio")), listedPage("b", titled("INICIO")), listedPage("a"))),
		want: [][]shared.Evidence{ev("title", "Inicio", "count", "2", "page", home, "page", home+"b")}},
	{id: "title-duplicate",
		in: sound(pagesAre(listedPage("", titled("Inicio")),
			listedPage("a", titled("Inicio"), func(f *Facts) { f.Canonical = home }))),
		reason: TooFewPages},
	{id: "organization-missing",
		in: sound(pagesAre(listedPage("", unnamed, typed("WebSite")), listedPage("a"), listedPage("es/Sobre-Nosotros.html",
			typed("WebSite", "AboutPage")))),
		want: [][]shared.Evidence{ev("page", home, "page", home+"es/Sobre-Nosotros.html", "found-item", "WebSite",
			"found-item", "AboutPage")}},
	{id: "organization-missing", in: sound(pagesAre(listedPage("a"))), reason: Incomplete},
	{id: "organization-missing", reason: Incomplete,
		in: sound(pagesAre(listedPage("", unnamed)), func(in *SiteInput) { in.Complete = false })},
	{id: "broken-external", in: sound(func(in *SiteInput) {
		in.External = append(in.External,
			ExternalLink{
				URL: "https://viejo.example/", Status: 404, Count: 3, Pages: []string{home + "b", home + "a"},
				Text: "fuente",
			},
			ExternalLink{URL: "https://nadie.example/", Failure: FailDNS, Count: 1, Pages: []string{home}},
			ExternalLink{URL: "https://huraño.example/", Status: 403, Count: 1},
			ExternalLink{URL: "https://lento.example/", Failure: FailTimeout, Count: 1})
	}), want: [][]shared.Evidence{
		ev("url", "https://viejo.example/", "status", "404", "text", "fuente", "page", home+"a", "page", home+"b",
			"more", "1"),
		ev("url", "https://nadie.example/", "failure", "dns", "page", home),
	}},
	{id: "broken-external", in: sound(func(in *SiteInput) { in.ExternalDone = false }), reason: LinksUnchecked},
	{id: "broken-external", in: sound(func(in *SiteInput) { in.External[0].Status = 999 }), reason: NoExternal},
	{id: "broken-resource", in: sound(func(in *SiteInput) {
		in.Resources[0].Status, in.ResourcesDone = 404, false
	}), want: [][]shared.Evidence{ev("url", home+"x.png", "status", "404", "markup", "script src", "page", home)}},
	{id: "broken-resource", in: sound(func(in *SiteInput) { in.ResourcesDone = false }), reason: ResourcesUnchecked},
	{id: "broken-resource", in: sound(func(in *SiteInput) { in.Resources = nil }), reason: NoResources},
	{id: "broken-fragment", grade: 1, in: sound(pagesAre(
		listedPage("", has(9)), listedPage("a", has(0, "b c", "x")), listedPage("moved", func(f *Facts) { f.Places = nil }),
	), pointsTo("a#b%20c", "a#gone", "moved#x", "never#x", "a#%zz"), func(in *SiteInput) {
		in.FragmentsDone = false
		in.Fragments = append(in.Fragments, ExternalLink{URL: "#lost", Count: 3, Pages: []string{home}, Text: "más"})
	}), want: [][]shared.Evidence{
		ev("url", "#lost", "text", "más", "page", home, "more", "2"), ev("url", home+"a#%zz", "page", home),
		ev("url", home+"a#gone", "page", home),
	}},
	{id: "broken-fragment", in: sound(func(in *SiteInput) { in.FragmentsDone = false }), reason: Incomplete},
	{id: "broken-fragment", in: sound(pointsTo("never#x")), reason: NoFragments},
	{id: "robots-blocks-page", in: sound(robotsAre(robots(rules{"Googlebot": "/a"}))), grade: 1,
		want: [][]shared.Evidence{ev("page", home+"a", "line", "2", "rule", "Disallow: /a")}},
	{id: "robots-blocks-page", in: sound(robotsAre(robots(rules{"*": "/x"})), func(in *SiteInput) {
		in.Forbidden = []ForbiddenURL{{home + "x2", home}, {home + "x1", ""}, {"https://otro.example/x", home}}
	}), want: [][]shared.Evidence{
		ev("page", home+"x1", "line", "2", "rule", "Disallow: /x"),
		ev("page", home+"x2", "line", "2", "rule", "Disallow: /x", "referrer", home),
	}},
	{id: "robots-blocks-page", in: sound(robotsAre(RobotsFacts{State: StateAbsent})), reason: RobotsAbsent},
	{id: "canonical-broken", in: sound(pagesAre(listedPage("", canonical("a")), listedPage("a", gone),
		listedPage("b", canonical("unseen")))), grade: 0,
		want: [][]shared.Evidence{ev("page", home, "target", home+"a", "status", "404")}},
	{id: "canonical-broken", in: sound(pagesAre(listedPage("", canonical("a")),
		listedPage("a", canonical("b"), func(f *Facts) { f.Noindex = true }),
		listedPage("b", func(f *Facts) { f.FinalURL, f.Analysed = home+"c", false }))), grade: 0,
		want: [][]shared.Evidence{
			ev("page", home, "target", home+"a", "directive", "noindex"),
			ev("page", home+"a", "target", home+"b", "final-url", home+"c"),
		}},
	{id: "canonical-broken", in: sound(pagesAre(listedPage("", canonical("a")), listedPage("b", canonical("c"))),
		func(in *SiteInput) {
			in.Probes.Canonicals = []Facts{listedPage("a", gone), listedPage("c", func(f *Facts) { f.Noindex = true })}
		}), grade: 0, want: [][]shared.Evidence{
		ev("page", home, "target", home+"a", "status", "404"),
		ev("page", home+"b", "target", home+"c", "directive", "noindex"),
	}},
	{id: "canonical-broken", in: sound(pagesAre(listedPage(""))), reason: NoCanonical},
	{id: "sitemap-bad-url", in: sound(func(in *SiteInput) {
		in.Sitemap.URLs = []string{home + "gone", home + "copy", home + "x", home, home + "unseen"}
		in.Pages = append(in.Pages, listedPage("gone", gone), listedPage("copy", canonical("a")))
		in.Robots, in.Forbidden = robots(rules{"*": "/x"}), []ForbiddenURL{{URL: home + "x"}}
	}), want: [][]shared.Evidence{
		ev("page", home+"copy", "canonical", home+"a"),
		ev("page", home+"gone", "status", "404"),
		ev("page", home+"x", "line", "2", "rule", "Disallow: /x"),
	}},
	{id: "sitemap-bad-url", in: sound(unread), reason: Incomplete},
	{id: "sitemap-bad-url", in: sound(func(in *SiteInput) { in.Sitemap.URLs = nil }), reason: SitemapAbsent},
	{id: "content-signal-restrictive", in: sound(func(in *SiteInput) {
		in.Robots.Signals = append(in.Robots.Signals,
			Signal{3, []string{"*"}, "Content-Signal: ai-input=no", map[string]string{"ai-input": "no"}},
			Signal{5, []string{"GPTBot"}, "Content-Signal: search=no", map[string]string{"search": "no"}},
			Signal{7, []string{"*"}, "Content-Signal: ai-train=no", map[string]string{"ai-train": "no"}})
	}), want: [][]shared.Evidence{ev("line", "3", "rule", "Content-Signal: ai-input=no", "agent", "*")}},
	{id: "content-signal-restrictive", in: sound(func(in *SiteInput) { in.Robots.Signals = nil }), reason: NoSignals},
	{id: "not-https", in: sound(func(in *SiteInput) { in.Home = "http://tienda.com/" }),
		want: [][]shared.Evidence{ev("url", "http://tienda.com/")}},
	{id: "not-https", in: sound(func(in *SiteInput) { in.Home = "http://127.0.0.1:8000/" }), reason: LocalSite},
	{id: "llms-txt", in: sound(guide(LLMs{Probe: Probe{Status: 200}, HTML: true})),
		want: [][]shared.Evidence{ev("url", home+"llms.txt", "status", "200", "found-type", "text/html")}},
	{id: "llms-txt", in: sound(guide(LLMs{Probe: Probe{Status: 503}})),
		want: [][]shared.Evidence{ev("url", home+"llms.txt", "status", "503")}},
	{id: "llms-txt", grade: 1, in: sound(guide(LLMs{Probe: Probe{Status: 200}})),
		want: [][]shared.Evidence{ev("url", home+"llms.txt", "missing", "# …", "missing", "[…](…)")}},
	{id: "llms-txt", grade: 2, in: sound(
		guide(LLMs{Probe: Probe{Status: 200}, Heading: "x", LinkTotal: 3, Links: []string{
			home + "gone", "https://viejo.example/", home + "unseen",
		}}),
		func(in *SiteInput) {
			in.Pages = append(in.Pages, listedPage("gone", gone))
			in.External = append(in.External, ExternalLink{URL: "https://viejo.example/", Failure: FailDNS})
		}), want: [][]shared.Evidence{
		ev("url", home+"llms.txt", "target", home+"gone (404)", "target", "https://viejo.example/ (dns)"),
	}},
	{id: "llms-txt", grade: 2, in: sound(guide(LLMs{
		Probe: Probe{Status: 200}, Heading: "x", LinkTotal: 2, Links: []string{home + "lost", home + "there"},
		Answers: []ExternalLink{{URL: home + "lost", Status: 410}, {URL: home + "there", Status: 200}},
	})), want: [][]shared.Evidence{ev("url", home+"llms.txt", "target", home+"lost (410)")}},
	{id: "llms-txt", in: sound(guide(LLMs{Probe: Probe{Status: 404}})), reason: LLMsAbsent},
	{id: "llms-txt", in: sound(guide(LLMs{Probe: Probe{Failure: FailTimeout}})), reason: NoAnswer},
	{id: "llms-txt", in: sound(guide(LLMs{Probe: Probe{Status: 200, FinalURL: home}, HTML: true})), reason: LLMsAbsent},
	// What shows a page everywhere shows one there too, which is one fault and not two.
	{id: "llms-txt", in: sound(guide(LLMs{Probe: Probe{Status: 200}, HTML: true}), missing(shown("no", 200))),
		reason: LLMsAbsent},
	{id: "soft-404", in: sound(missing(shown("no", 200, says(7, 1<<40)), shown("x/no", 200)),
		pagesAre(listedPage(""), listedPage("b", says(7, 1<<40), titled("Nada")), listedPage("a", says(7, 1<<40)))),
		want: [][]shared.Evidence{
			ev("url", home+"no", "status", "200", "title", "Nada", "tried", home+"x/no (200)", "page", home+"b"),
		}},
	{id: "soft-404", grade: 1, in: sound(missing(shown("no", 404), shown("x/no", 404), shown("y/no", 410), shown("z/no", 200))),
		want: [][]shared.Evidence{ev("url", home+"z/no", "status", "200", "title", "Nada")}},
	{id: "soft-404", in: sound(missing(Missing{Probe: Probe{URL: home + "no", Status: 200, FinalURL: home}})),
		want: [][]shared.Evidence{ev("url", home+"no", "final-url", home, "status", "200")}},
	// Pages that are gone, but answer as if they were not.
	{id: "soft-404", grade: 1, in: sound(missing(shown("no", 404, says(7, 1<<40))),
		pagesAre(listedPage(""), listedPage("a", says(8, 1<<40), titled("Nada")), listedPage("b"))),
		want: [][]shared.Evidence{ev("url", home+"no", "status", "404", "title", "Nada", "page", home+"a")}},
	{id: "soft-404", in: sound(missing()), reason: NotAsked},
	{id: "soft-404", in: sound(missing(Missing{Probe: Probe{Failure: FailTimeout}}, Missing{Probe: Probe{Status: 200}, Door: true},
		Missing{Probe: Probe{Status: 503}})), reason: NoAnswer},
	{id: "ai-bot-http-blocked", grade: 1, in: sound(agents(new(asAgent("", 200)),
		asAgent("OAI-SearchBot", 403), asAgent("PerplexityBot", 200))),
		want: [][]shared.Evidence{ev("agent", "OAI-SearchBot", "url", home, "status", "403", "status-to-us", "200")}},
	{id: "ai-bot-http-blocked", in: sound(agents(new(asAgent("", 200)), challenged(asAgent("PerplexityBot", 200), "cf-chl-"))),
		want: [][]shared.Evidence{
			ev("agent", "PerplexityBot", "url", home, "status", "200", "challenge", "cf-chl-", "status-to-us", "200"),
		}},
	{id: "ai-bot-http-blocked", in: sound(agents(new(asAgent("", 503)), asAgent("PerplexityBot", 503))), reason: NoAnswer},
	{id: "ai-bot-http-blocked", in: sound(agents(nil, asAgent("PerplexityBot", 503))), reason: NotAsked},
	{id: "ai-bot-http-blocked", in: sound(agents(nil)), reason: NotAsked},
	{id: "http-no-redirect", in: sound(insecure(Probe{Status: 200})),
		want: [][]shared.Evidence{ev("url", "http://sitio.example/", "status", "200")}},
	{id: "http-no-redirect", in: sound(insecure(Probe{FinalURL: "http://sitio.example/es", Status: 200})),
		want: [][]shared.Evidence{ev("url", "http://sitio.example/", "final-url", "http://sitio.example/es", "status", "200")}},
	{id: "http-no-redirect", in: sound(insecure(Probe{Failure: FailRefused})), reason: NoAnswer},
	{id: "http-no-redirect", in: sound(func(in *SiteInput) { in.Probes = Probes{} }), reason: NotAsked},
	{id: "http-no-redirect", in: sound(func(in *SiteInput) { in.Home = "http://sitio.example/" }), reason: NoHTTPS},
	{id: "description-duplicate", in: sound(pagesAre(listedPage("a", describedAs(7)), listedPage("b", describedAs(7)),
		listedPage("c"))),
		want: [][]shared.Evidence{ev("title", "Página a", "count", "2", "page", home+"a", "page", home+"b")}},
	{id: "description-duplicate", in: sound(pagesAre(listedPage("a"), listedPage("b", describedAs(0)))), reason: TooFewPages},
	{id: "description-duplicate", in: sound(func(in *SiteInput) { in.Complete = false }), reason: Incomplete},
	{id: "favicon-missing", in: sound(icon(&Probe{URL: home + "favicon.ico", Status: 404})),
		want: [][]shared.Evidence{ev("url", home+"favicon.ico", "status", "404")}},
	{id: "favicon-missing", in: sound(icon(nil)), reason: NotAsked},
	{id: "favicon-missing", in: sound(icon(&Probe{Failure: FailTimeout})), reason: NoAnswer},
	{id: "link-to-redirect", in: sound(pagesAre(listedPage(""), listedPage("a", linked, movedTo("b")), listedPage("b", linked))),
		want: [][]shared.Evidence{ev("url", home+"a", "final-url", home+"b", "referrer", home)}},
	{id: "link-to-redirect", in: sound(pagesAre(listedPage(""), listedPage("a", movedTo("b")))), reason: NoLinks},
	{id: "tls-expiring", in: sound(pagesAre(listedPage("", ending), listedPage("a", ending), listedPage("b"))),
		want: [][]shared.Evidence{ev("url", "https://sitio.example", "expires", "2026-12-03")}},
	{id: "tls-expiring", in: sound(at("http://sitio.example/")), reason: NoHTTPS},
	{id: "tls-expiring", in: sound(at("https://10.0.0.7/")), reason: LocalSite},
	{id: "hsts-missing", in: sound(pagesAre(listedPage("", unprotected(lacksHSTS)), listedPage("a"))),
		want: [][]shared.Evidence{ev("url", home, "missing", "Strict-Transport-Security")}},
	{id: "hsts-missing", in: sound(at("http://sitio.example/")), reason: NoHTTPS},
	{id: "hsts-missing", in: sound(at("https://localhost:8443/")), reason: LocalSite},
	{id: "hsts-missing", in: sound(at("https://203.0.113.9/")), reason: LocalSite},
	{id: "hsts-missing", in: sound(at("https://sitio.dev/")), reason: LocalSite},
	{id: "hsts-missing", in: sound(pagesAre(listedPage("a"))), reason: NoAnswer},
	{id: "security-headers-missing", grade: 1, in: sound(pagesAre(listedPage("", unprotected(lacksNosniff)),
		listedPage("a"), listedPage("b"))),
		want: [][]shared.Evidence{ev("missing", "X-Content-Type-Options", "count", "1", "page", home)}},
	{id: "security-headers-missing", in: sound(pagesAre(listedPage("", unprotected(lacksNosniff|lacksPolicy)),
		listedPage("a", unprotected(lacksPolicy)))),
		want: [][]shared.Evidence{
			ev("missing", "Content-Security-Policy", "count", "2", "page", home, "page", home+"a"),
			ev("missing", "X-Content-Type-Options", "count", "1", "page", home),
		}},
	{id: "security-headers-missing", in: sound(at("http://192.168.1.7/")), reason: LocalSite},
	{id: "security-headers-missing", in: sound(pagesAre(listedPage("a"))), reason: NoAnswer},
	{id: "hreflang-invalid", in: sound(pagesAre(listedPage("", alsoAt("a", "gone", "unseen")), listedPage("a"),
		listedPage("gone", func(f *Facts) { f.Status, f.Analysed = 404, false }))),
		want: [][]shared.Evidence{ev("page", home, "no-return", home+"a", "target", home+"gone", "status", "404")}},
	{id: "hreflang-invalid", in: sound(pagesAre(listedPage("a"))), reason: NoHreflang},
}

func TestSiteChecks(t *testing.T) {
	for _, c := range siteCases {
		i := slices.IndexFunc(siteChecks, func(k Check) bool { return k.ID == c.id })
		if i < 0 {
			t.Fatalf("no check %s", c.id)
		}
		want := SiteResult{ID: c.id, Outcome: shared.OutcomeFail, Grade: c.grade}
		if c.reason != applies {
			want = SiteResult{ID: c.id, Outcome: shared.OutcomeNotApplicable, Reason: c.reason}
		}
		for _, e := range c.want {
			want.Findings = append(want.Findings, shared.Finding{
				CheckID: c.id, Category: siteChecks[i].Category, Severity: siteChecks[i].Severity, Evidence: e,
			})
		}
		got := runSite(c.in)[i]
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.id, got, want)
		}
		for _, f := range got.Findings {
			checkBounds(t, f)
		}
	}
}

func TestSoundSitePasses(t *testing.T) {
	for _, r := range runSite(sound()) {
		info := r.ID == "ai-training-policy"
		if r.Outcome != shared.OutcomePass || r.Grade != fullMarks || r.Reason != "" || len(r.Findings) > 0 != info {
			t.Errorf("got %+v, want a pass", r)
		}
	}
}

func TestEverySiteCheckHasCases(t *testing.T) {
	for _, k := range siteChecks {
		fails, skips := false, false
		for _, c := range siteCases {
			if c.id == k.ID {
				fails, skips = fails || c.reason == applies, skips || c.reason != applies
			}
		}
		if neverFails := k.Severity == shared.SeverityInfo; fails == neverFails || !skips {
			t.Errorf("%s: fails %v, does not apply %v", k.ID, fails, skips)
		}
	}
}

// The sound site and the cases notice every site check that is switched off, and every one that
// is always on, as the corpus does for those of pages. Checks that state a fact never fail.
func TestSiteCasesNoticeMutants(t *testing.T) {
	never := func(*site) (int, []Fault) { return fullMarks, nil }
	always := func(*site) (int, []Fault) { return 0, []Fault{{}} }
	for _, k := range siteChecks {
		if noticedOfSite(k) {
			t.Errorf("%s is noticed as it is", k.ID)
		}
		for name, mutant := range map[string]SiteRule{
			"does not apply": {func(*site) Reason { return NotAsked }, k.Site.Run},
			"always applies": {func(*site) Reason { return applies }, k.Site.Run},
			"passes":         {k.Site.Applies, never},
			"fails":          {k.Site.Applies, always},
		} {
			isFact := k.Severity == shared.SeverityInfo
			k.Site = &mutant
			if !noticedOfSite(k) && (name != "passes" || !isFact) {
				t.Errorf("%s that always %s is not noticed", k.ID, strings.TrimPrefix(name, "always "))
			}
		}
	}
}

// noticedOfSite reports whether a check has another result than a case, or the sound site,
// wants. A rule that is asked where it does not apply may panic, which nobody overlooks.
func noticedOfSite(k Check) (is bool) {
	defer func() { is = is || recover() != nil }()
	result := func(in SiteInput) shared.Outcome {
		s := newSite(in)
		s.stopped = func() bool { return false }
		return k.runSite(s).Outcome
	}
	if result(sound()) != shared.OutcomePass {
		return true
	}
	for _, c := range siteCases {
		want := shared.OutcomeFail
		if c.reason != applies {
			want = shared.OutcomeNotApplicable
		}
		if c.id == k.ID && result(c.in) != want {
			return true
		}
	}
	return false
}

func TestTrainingPolicyIsAFact(t *testing.T) {
	in := sound(robotsAre(robots(rules{"GPTBot": "/", "CCBot": "", "*": "/"})))
	i := slices.IndexFunc(siteChecks, func(k Check) bool { return k.ID == "ai-training-policy" })
	got := runSite(in)[i]
	if got.Outcome != shared.OutcomePass || len(got.Findings) != 1 || got.Findings[0].Severity != shared.SeverityInfo {
		t.Fatalf("got %+v", got)
	}
	checkBounds(t, got.Findings[0])
	e := got.Findings[0].Evidence
	want := ev("allowed", "CCBot", "blocked", "GPTBot (2: Disallow: /)", "blocked-by-wildcard",
		"ClaudeBot (2: Disallow: /)")
	if !slices.Equal(e[:3], want) {
		t.Errorf("got %v", e[:3])
	}
	if last := e[len(e)-1]; last != fact("reviewed", AgentsReviewed) {
		t.Errorf("last is %v: some agents are not told of", last)
	}
}

func TestMarkdownIsAFact(t *testing.T) {
	twin := func(p Probe, mediaType string) SiteInput {
		return sound(func(in *SiteInput) { in.Probes.Markdown = &Twin{Probe: p, MediaType: mediaType} })
	}
	i := slices.IndexFunc(siteChecks, func(k Check) bool { return k.ID == "markdown-twin" })
	served := runSite(twin(Probe{URL: home, FinalURL: home + "index.md", Status: 200}, Markdown))[i]
	want := ev("url", home, "final-url", home+"index.md", "status", "200", "found-type", Markdown)
	if served.Outcome != shared.OutcomePass || len(served.Findings) != 1 || !slices.Equal(served.Findings[0].Evidence, want) {
		t.Errorf("got %+v", served)
	}
	for name, in := range map[string]SiteInput{
		"an error in Markdown": twin(Probe{URL: home, Status: 404}, Markdown), "refused": twin(Probe{URL: home, Status: 406}, ""),
	} {
		if r := runSite(in)[i]; r.Outcome != shared.OutcomePass || r.Findings != nil {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

func TestEveryAgentBlocked(t *testing.T) {
	for _, r := range runSite(sound(robotsAre(robots(rules{"*": "/"})))) {
		ofRobots := strings.HasSuffix(r.ID, "-blocked") && r.ID != agentsRefusedRule.ID
		if ofRobots && (r.Grade != 0 || r.Outcome != shared.OutcomeFail) {
			t.Errorf("%s: got grade %d", r.ID, r.Grade)
		}
	}
}

// A redirecting link still leads to its target, over several steps too.
func TestRedirectedLinkIsALink(t *testing.T) {
	moved := func(to string) func(*Facts) {
		return func(f *Facts) { f.FinalURL, f.Analysed = home+to, false }
	}
	in := sound(pagesAre(listedPage(""), listedPage("z", linked, moved("y")), listedPage("y", moved("b")),
		listedPage("b"), listedPage("a", linked)))
	for _, r := range runSite(in) {
		if r.ID == "page-orphan" && r.Outcome != shared.OutcomePass {
			t.Errorf("got %+v, want a pass", r)
		}
	}
}

// A redirect that was not followed leads somewhere all the same.
func TestUnfollowedRedirectIsAFact(t *testing.T) {
	for _, c := range []struct{ location, want string }{
		{"/b#x", home + "b"}, {"https://otro.example", "https://otro.example/"}, {"", ""}, {"http://[", ""}, {"/a", ""},
	} {
		in := status(301)
		in.Hops = []Hop{{URL: in.URL, Status: 301, Location: c.location}}
		if got := RunPage(Parse(in)).Facts.FinalURL; got != c.want {
			t.Errorf("%q: got %q, want %q", c.location, got, c.want)
		}
	}
}

func TestOrderOfPagesDoesNotMatter(t *testing.T) {
	in := sound()
	in.Pages, in.Sitemap.URLs = nil, nil
	for i := range 120 {
		path := strconv.Itoa(i)
		f := listedPage(path, titled("Título "+strconv.Itoa(i%40)), says(uint64(i%30), uint64(i%30)<<20),
			func(f *Facts) { f.Linked = i%50 < 40 })
		in.Pages = append(in.Pages, f)
		in.Sitemap.URLs = append(in.Sitemap.URLs, f.URL)
		in.External = append(in.External, ExternalLink{
			URL: "https://x.example/" + path, Status: 404, Count: i % 5, Pages: []string{home + "b", home + "a"},
		})
	}
	want := runSite(in)
	r := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		in.Pages = append(slices.Clone(in.Pages), in.Pages[r.IntN(len(in.Pages))]) // a page stored twice counts once
		r.Shuffle(len(in.Pages), func(i, j int) { in.Pages[i], in.Pages[j] = in.Pages[j], in.Pages[i] })
		r.Shuffle(len(in.External), func(i, j int) { in.External[i], in.External[j] = in.External[j], in.External[i] })
		if got := runSite(in); !reflect.DeepEqual(got, want) {
			t.Fatalf("\n got %+v\nwant %+v", got, want)
		}
	}
}

func TestSiteFindingsAreBounded(t *testing.T) {
	in := sound()
	for i := range 500 {
		in.External = append(in.External,
			ExternalLink{URL: "https://x.example/" + strconv.Itoa(i), Status: 410, Count: 1})
	}
	for _, r := range runSite(in) {
		if r.ID != "broken-external" {
			continue
		}
		if len(r.Findings) != MaxSiteFindings ||
			r.Findings[MaxSiteFindings-1].Evidence[0] != fact("more-findings", "400") {
			t.Errorf("got %d findings, the last %+v", len(r.Findings), r.Findings[len(r.Findings)-1])
		}
	}
}

// More pages that pass never lower a grade, nor does a fault repaired.
func TestGradeIsMonotone(t *testing.T) {
	for total := range 60 {
		for bad := range total + 1 {
			if grade(bad, total) > grade(bad, total+1) || bad > 0 && grade(bad, total) > grade(bad-1, total) {
				t.Errorf("grade(%d, %d) breaks the order", bad, total)
			}
		}
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct {
		status           int
		failure          string
		broken, verified bool
	}{
		{200, "", false, true}, {204, "", false, true}, {300, "", false, true},
		{302, "", false, false}, {304, "", false, false}, {101, "", false, false}, {404, "", true, true},
		{410, "", true, true}, {500, "", true, true},
		{401, "", false, false}, {403, "", false, false}, {429, "", false, false}, {503, "", false, false}, {999, "", false, false},
		{0, FailDNS, true, true}, {0, FailRefused, true, true}, {0, FailTLS, true, true},
		{0, FailTLSName, true, true}, {0, FailTLSDate, true, true}, {0, FailTLSChain, true, true}, {0, FailEncoding, false, false},
		{0, FailTimeout, false, false}, {0, FailReset, false, false}, {0, FailBlocked, false, false}, {0, "", false, false},
	} {
		broken, verified := Broken(ExternalLink{Status: c.status, Failure: c.failure})
		if broken != c.broken || verified != c.verified {
			t.Errorf("%d %q: got %v, %v, want %v, %v", c.status, c.failure, broken, verified, c.broken, c.verified)
		}
	}
}

// The numbers of a large site must stay affordable: pages are compared in pairs
// and each agent is asked about many.
func BenchmarkSite(b *testing.B) {
	in := sound(robotsAre(robots(rules{"*": "/x"})))
	for i := range 5_000 {
		in.Pages = append(in.Pages, listedPage(strconv.Itoa(i), linked))
	}
	for b.Loop() {
		runSite(in)
	}
}
