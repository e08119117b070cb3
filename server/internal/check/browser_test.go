package check

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// targets are the URLs of a page's links, without the test's own site.
func targets(p *Page) []string {
	var urls []string
	for _, l := range p.Links {
		urls = append(urls, strings.TrimPrefix(l.URL, "https://sitio.example"))
	}
	return urls
}

func TestLinksAreThoseOfABrowser(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"a base counts for links before it", `<a href="early">z</a><base href="/sub/">`, []string{"/sub/early"}},
		{"a base in the body counts", `<body><p>x</p><base href="/late/"><a href="a">a</a>`, []string{"/late/a"}},
		{"the first base with an address counts",
			`<base target="_top"><base href=" /b/ "><base href="/c/"><a href="x">x</a>`, []string{"/b/x"}},
		{"an empty base is the page's own address", `<base href=""><base href="/c/"><a href="x">x</a>`, []string{"/x"}},
		{"a base of another scheme counts for nothing", `<base href="data:text/plain,x"><a href="x">x</a>`, []string{"/x"}},
		{"a base within a template counts for nothing", `<template><base href="/c/"></template><a href="x">x</a>`, []string{"/x"}},
		{"a base counts for the canonical URL", `<link rel=next href=2><base href="/b/">`, []string{"/b/2"}},
		{"a link element before all else leads on", `<link rel=next href=/2>`, []string{"/2"}},
		{"a template is inert",
			`<a href=/real>r</a><template id=row><a href="/item/{{ id }}">{{ name }}</a><iframe src=/f></iframe></template>`, []string{"/real"}},
		{"templates within templates are inert",
			`<body><template><template></template><a href=/no>x</a></template><a href=/real>r</a>`, []string{"/real"}},
		{"a shadow root is part of the page",
			`<body><div><template shadowrootmode=OPEN><a href=/s>s</a></template></div>`, []string{"/s"}},
		{"an unknown shadow root is a template", `<body><div><template shadowrootmode=x><a href=/s>s</a></template></div>`, nil},
		{"a template of the head is no shadow root", `<template shadowrootmode=open><a href=/s>s</a></template>`, nil},
		{"frames lead on",
			`<title>x</title><frameset cols="20%,80%"><frame src="/menu.html"><frame src="/main.html"></frameset>`,
			[]string{"/menu.html", "/main.html"}},
		{"an iframe leads on",
			`<p>x</p><iframe src=/in#x></iframe><iframe src="about:blank"></iframe><iframe></iframe>`, []string{"/in"}},
		{"links of drawings lead on",
			`<svg><a href=/new><text>n</text></a><a xlink:href="/old"/><a xlink:href=/no href=/yes></a></svg>`,
			[]string{"/new", "/old", "/yes"}},
		{"related pages lead on",
			`<link rel=next href=/2><link rel="PREV" href=/0><link rel=alternate hreflang=de href=/de>`,
			[]string{"/2", "/0", "/de"}},
		{"feeds and styles do not",
			`<link rel=alternate type=application/rss+xml href=/feed><link rel="alternate stylesheet" href=/s.css><link rel=stylesheet href=/t.css>`, nil},
		{"the alternate of another type of page leads on",
			`<link rel=alternate type="text/html; charset=utf-8" media=handheld href=/m>`, []string{"/m"}},
		{"links to nowhere on the web are passed over",
			`<a href="mailto:a@b.example">x</a><a href="tel:1">x</a><a href="#x">x</a>`, nil},
		{"what scripts would show is not there", `<noscript><a href=/n>x</a></noscript><a href=/y>y</a>`, []string{"/y"}},
	} {
		if got := targets(Parse(on(c.body))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestOnlyAnchorsAreSources(t *testing.T) {
	p := Parse(on(`<iframe src=https://a.example/></iframe><link rel=next href=https://b.example/><a href=https://c.example/ rel=nofollow>c</a>`))
	var kinds []string
	for _, l := range p.Links {
		kinds = append(kinds, fmt.Sprintf("%s %d %v", l.URL, l.Kind, l.NoFollow))
	}
	want := []string{"https://a.example/ 1 false", "https://b.example/ 2 false", "https://c.example/ 0 true"}
	if p.Outbound != 1 || !slices.Equal(kinds, want) {
		t.Errorf("got %d outbound, %q, want 1, %q", p.Outbound, kinds, want)
	}
}

func TestRefreshIsARedirect(t *testing.T) {
	meta := func(content string) Input {
		return on(`<title>Se ha mudado</title><META http-equiv="Refresh" content="` + content + `">`)
	}
	header := func(value string) Input {
		return on(good, func(in *Input) { in.Header.Set("Refresh", value) })
	}
	for _, c := range []struct {
		in   Input
		want *Refresh
	}{
		{meta("0;url=production/index.html"), &Refresh{"https://sitio.example/production/index.html", 0, "meta"}},
		{meta("0; URL='/new'"), &Refresh{"https://sitio.example/new", 0, "meta"}},
		{meta(" 5 , /to2"), &Refresh{"https://sitio.example/to2", 5, "meta"}},
		{meta("0 /to2"), &Refresh{"https://sitio.example/to2", 0, "meta"}},
		{meta("1.5;url = /to2 "), &Refresh{"https://sitio.example/to2", 1, "meta"}},
		{meta("0;urlaub.html"), &Refresh{"https://sitio.example/urlaub.html", 0, "meta"}},
		{meta("0;url=&quot;/a b&quot;c"), &Refresh{"https://sitio.example/a%20b", 0, "meta"}},
		{meta("60"), nil},
		{meta("60;"), nil},
		{meta("60; url=/a"), nil}, // the page itself
		{meta("60; url=#x"), nil},
		{meta("x; url=/b"), nil},
		{meta("5x; url=/b"), nil},
		{meta("0; url=javascript:x()"), nil},
		{meta("0; url=mailto:a@b.example"), nil},
		{header("0; url=/to1"), &Refresh{"https://sitio.example/to1", 0, "header"}},
		{on(`<noscript><meta http-equiv=refresh content="0;url=/b"></noscript>`), nil},
		{on(`<meta http-equiv=refresh content="0;url=/b"><meta http-equiv=refresh content="0;url=/c">`),
			&Refresh{"https://sitio.example/b", 0, "meta"}},
		{on(`<meta http-equiv=refresh content="0;url=b"><base href=/x/>`), &Refresh{"https://sitio.example/x/b", 0, "meta"}},
	} {
		p := Parse(c.in)
		if !reflect.DeepEqual(p.Refresh, c.want) {
			t.Errorf("%s %q: got %+v, want %+v", c.in.Body[:40], c.in.Header["Refresh"], p.Refresh, c.want)
			continue
		}
		facts := RunPage(p).Facts
		if c.want == nil {
			if facts.Refresh != "" {
				t.Errorf("the facts lead to %q", facts.Refresh)
			}
			continue
		}
		if facts.Refresh != c.want.URL || !slices.ContainsFunc(p.Links, func(l Link) bool { return l.URL == c.want.URL }) {
			t.Errorf("%s: facts %q, links %q", c.in.Body, facts.Refresh, targets(p))
		}
	}
	many := Parse(on(`<meta http-equiv=refresh content="0;url=/on">` + kinds("<a href=/p%d>x</a>", MaxLinks)))
	if n := len(many.Links); n != MaxLinks || many.Links[n-1].URL != "https://sitio.example/on" || many.Cut != CutLinks {
		t.Errorf("among many links: %d, %q, cut %q", n, many.Links[n-1].URL, many.Cut)
	}
}

func TestCharsetIsDeclaredInManyWays(t *testing.T) {
	const title = "Привет, мир и люди" // in windows-1251 an offset away
	cyrillic := func(s string) string {
		var b []byte
		for _, r := range s {
			if r >= 'А' && r <= 'я' {
				r -= 'А' - 0xC0
			}
			b = append(b, byte(r))
		}
		return string(b)
	}
	filler := "<style>" + strings.Repeat("/* filler */", 100) + "</style>"
	for _, c := range []struct{ name, header, before string }{
		{"early", "text/html", `<meta charset="windows-1251">`},
		{"after 1 KiB", "text/html", filler + `<meta charset="windows-1251">`},
		{"after 1 KiB, the old way", "text/html", filler + `<META content="text/html; charset=windows-1251" HTTP-EQUIV=content-type>`},
		{"unknown label before a known one", "text/html", `<meta charset=klingon><meta charset=CP1251>`},
		{"not in a comment or a script", "text/html",
			`<!--<meta charset=koi8-r>--><script>"<meta charset=koi8-r>"</script><meta charset=x-cp1251>`},
		{"twice in the header", "text/html; charset=windows-1251; charset=windows-1251", ``},
		{"two in the header", "text/html; charset=windows-1251; charset=utf-8", ``},
		{"quoted and with blanks", `text/html;  Charset = "windows-1251"`, ``},
		{"in an XML declaration", "text/html", `<?xml version="1.0" encoding='windows-1251' ?>`},
		{"meta wins over an XML declaration", "text/html", `<?xml version="1.0" encoding="koi8-r"?><meta charset=windows-1251>`},
	} {
		p := Parse(on(c.before+"<title>"+cyrillic(title)+"</title>",
			func(in *Input) { in.Header = http.Header{"Content-Type": {c.header}} }))
		if p.Title != title || p.Encoding != "windows-1251" {
			t.Errorf("%s: got %q in %s", c.name, p.Title, p.Encoding)
		}
	}
}

func TestResolveIsGivenWhatThePageWrote(t *testing.T) {
	var refs []string
	p := Parse(on("<meta charset=windows-1251><a href=' /s?q=\xf7\xe0\xe9#x '>x</a>", func(in *Input) {
		in.Header, in.Resolve = nil, recorded(&refs)
	}))
	if want := []string{"/s?q=чай windows-1251"}; !slices.Equal(refs, want) || p.Links[0].Ref != "/s?q=чай" {
		t.Errorf("got %q and %+v, want %q", refs, p.Links, want)
	}
}

func TestXHTMLIsReadByTheRulesOfXML(t *testing.T) {
	const start = `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en"><head>`
	xhtml := func(s string) Input {
		return on(s, func(in *Input) { in.ContentType = "application/xhtml+xml"; in.Header = nil })
	}
	p := Parse(xhtml(start + `<script src="/a.js"/><title>An honest &lt;page&gt; &eacute;</title></head><body><h1>Heading</h1>` +
		`<p hidden=""/><p>two words<a id="here"/><a href="/next">next</a><br/></p><svg xmlns="http://www.w3.org/2000/svg"><title>no</title><a href="/s"/></svg><!-- no --></body></html>`))
	got := []any{p.Title, p.Headings, targets(p), p.MainWords, p.Lang, p.BrokenXML, p.Scripts}
	want := []any{"An honest <page> é", []Heading{{Level: 1, Text: "Heading", Main: true}}, []string{"/next", "/s"}, 4, "en", "", 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %#v\nwant %#v", got, want)
	}
	for _, broken := range []string{
		start + `<title>x</title></head><body><p>one<p>two</body></html>`,
		start + `<title>x</title></head><body><br></body></html>`,
		start + `<title>x</title></head><body>a & b</body></html>`,
		`<html><head><title>x</title></head></html>`,
		start + `<title>x</title>`,
	} {
		if p := Parse(xhtml(broken)); p.BrokenXML == "" || p.Title != "x" || !p.HTML {
			t.Errorf("%q: broken %q, title %q", broken, p.BrokenXML, p.Title)
		}
	}
	long := Parse(xhtml(start + `<title>x</title></head><body><p>` + strings.Repeat("a <b>b</b> ", maxXML/10) +
		`</p></body></html>`))
	if long.BrokenXML != "" || long.Cut != CutBody || long.Title != "x" {
		t.Errorf("a long document: broken %q, cut %q", long.BrokenXML, long.Cut)
	}
}

func TestLinksThatNoBrowserOpensAreReported(t *testing.T) {
	p := Parse(on(`<a href="http://exa mple.test/">a</a> <a href="http://[::1/">d</a> <a href="//[x">e</a><a href="mailto:%zz">m</a><a href="/ok">f</a><iframe src="//[y"></iframe>`))
	var refs []string
	for _, u := range p.Unopenable {
		if u.Reason == "" {
			t.Errorf("%q has no reason", u.Ref)
		}
		refs = append(refs, u.Ref+" "+u.Text)
	}
	want := []string{"http://exa mple.test/ a", "http://[::1/ d", "//[x e", "//[y "}
	if !slices.Equal(refs, want) || p.UnopenableTotal != len(want) || p.UncrawlableTotal != 0 {
		t.Errorf("got %q, %d, want %q", refs, p.UnopenableTotal, want)
	}
	if f := linkMalformed(p); f == nil || f.Evidence[1].Value != "http://exa mple.test/ (a)" {
		t.Errorf("got %+v", f)
	}
}

// An address that only we find too long is not malformed, but what it leads to is not
// known.
func TestALinkTooLongForUsIsNotMalformed(t *testing.T) {
	p := Parse(on(`<a href="/long">a</a><a href="/b">b</a>`, func(in *Input) {
		in.Resolve = func(base *url.URL, ref, encoding string) (*url.URL, error) {
			if ref == "/long" {
				return nil, fmt.Errorf("%w: as a test says", ErrTooLong)
			}
			return resolve(base, ref, encoding)
		}
	}))
	if p.UnopenableTotal != 0 || p.Cut != CutLinks || len(p.Links) != 1 {
		t.Errorf("%d malformed, cut %q, links %+v", p.UnopenableTotal, p.Cut, p.Links)
	}
}

func TestTextThatIsThereNeedsNoScript(t *testing.T) {
	code := "<script>" + strings.Repeat("// asciidoc footnotes ", 150) + "</script>"
	const app, notice = `<script src=/app.js></script>`, `<noscript>You need to enable JavaScript.</noscript>`
	for _, c := range []struct {
		name, body string
		want       bool
	}{
		{"a short index with much code", code +
			`<h1>API documents</h1><p>This collection documents them.</p><ul><li><a href="/a">Error reporting</a></ul>`,
			false},
		{"a short page with much code", code + `<p>Closed today.</p>`, false},
		{"a short page with a notice", app + notice + `<h1>Contact</h1><p>Call us.</p>`, false},
		{"an application that was rendered", app +
			`<div id=app><h1>Contact</h1><p>Call us any day between nine and five, or write to us.</p></div>`, false},
		{"an application beside text", app + `<p>Call us any day between nine and five, or write to us.</p><div id=app></div>`, false},
		{"no script", `<div id=app></div>`, false},
		{"an empty application", app + `<div id=app></div>`, true},
		{"an application that is loading", app + `<div id=root><p>Loading, please wait</p></div>`, true},
		{"an empty application with a menu", app + `<nav><a href=/a>Home</a> <a href=/b>News</a></nav><app-root></app-root>`, true},
		{"nothing but a notice", app + notice, true},
		{"nothing but code", code, true},
	} {
		if got := Parse(on("<title>x</title><body>" + c.body)).needsJS(); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestBoundsAreSaid(t *testing.T) {
	links := func(n int) Input { return on(kinds(`<a href="/p%d">x</a>`, n)) }
	for _, c := range []struct {
		name string
		in   Input
		want Cut
	}{
		{"an ordinary page", on(good), ""},
		{"a body cut by the fetcher", on(good, func(in *Input) { in.Truncated = true }), CutBody},
		{"6,000 links", links(6_000), ""},
		{"as many links as there may be", links(MaxLinks), ""},
		{"more links than there may be", links(MaxLinks + 1), CutLinks},
		{"attributes", on("<p " + kinds("a%d ", 2_000) + ">"), CutMarkup},
		{"attributes of many tags", on(strings.Repeat("<p a b c d e f g h i j k l m n o p>", 70_000)), CutMarkup},
		{"long links", on(kinds("<a href=/"+strings.Repeat("a", 1_000)+"%d>x</a>", 5_000)), CutLinks},
		{"a picture in an attribute", on(`<img alt="" src="data:image/png;base64,` + strings.Repeat("aA/= ", 1<<20) +
			`"><a href=/x>x</a>`), ""},
	} {
		p := Parse(c.in)
		if f := RunPage(p).Facts; p.Cut != c.want || f.Cut != c.want {
			t.Errorf("%s: got %q, in the facts %q, want %q", c.name, p.Cut, f.Cut, c.want)
		}
	}
}

func TestACutPageMakesTheSiteIncomplete(t *testing.T) {
	in := SiteInput{Home: home, Complete: true, Sitemap: SitemapFacts{URLs: []string{home + "o"}}, Pages: []Facts{
		{URL: home, Home: true, Analysed: true, Title: "a"},
		{URL: home + "o", Analysed: true, Title: "a"},
	}}
	reasons := func() map[string]Reason {
		m := map[string]Reason{}
		for _, r := range runSite(in) {
			m[r.ID] = r.Reason
		}
		return m
	}
	whole := reasons()
	in.Pages[0].Cut = CutLinks
	cut := reasons()
	for _, id := range []string{"page-orphan", "title-duplicate", "duplicate-content"} {
		if whole[id] != applies || cut[id] != Incomplete {
			t.Errorf("%s: got %q when whole, %q when cut", id, whole[id], cut[id])
		}
	}
}

func TestDirectivesAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		body, header string
		want         bool
	}{
		{`<META NAME="ROBOTS" CONTENT="NOINDEX,FOLLOW">`, "", true},
		{`<meta name=robots content=none>`, "", true},
		{`<meta name=robots content=index><meta name=robots content=noindex>`, "", true},
		{`<body><p>x</p><meta name=robots content=noindex>`, "", true},
		{`<template><meta name=robots content=noindex></template>`, "", false},
		{``, "otherbot: nofollow, googlebot: noindex", true},
		{``, "otherbot: noindex, nofollow", false},
		{``, "max-snippet: 20, noindex", true},
		{``, "unavailable_after: 25 Jun 2030 15:00:00 PST", false},
	} {
		p := Parse(on("<title>x</title>"+c.body, func(in *Input) { in.Header.Set("X-Robots-Tag", c.header) }))
		if p.Noindex != c.want {
			t.Errorf("%s %s: got %v, %+v", c.body, c.header, p.Noindex, p.Directives)
		}
	}
}

// recorded is a Resolve that notes what it is asked for.
func recorded(refs *[]string) func(*url.URL, string, string) (*url.URL, error) {
	return func(base *url.URL, ref, encoding string) (*url.URL, error) {
		*refs = append(*refs, ref+" "+encoding)
		return resolve(base, ref, encoding)
	}
}
