//go:build !js

package ui

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
	"golang.org/x/net/html"

	"atalaya/app/internal/kept"
	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// hostile are texts that would break out of an attribute or a text.
var hostile = []string{
	`" onmouseover="alert(1)`,
	`' onmouseover='alert(1)`,
	`"><script>alert(1)</script>`,
	`</title><script>alert(1)</script>`,
	`<img src=x onerror=alert(1)>`,
	`\" onx=\"1`,
	`\`, `a\`, `\\`, `\u0022`, `\x22`,
	`&quot; onx=&quot;1`, `&#34; x=1`, `&lt;b&gt;`, `&amp;amp;`,
	"a\nb\tc", "line\u2028sep\u2029", "zero\u200bwidth\u202ertl", "bell\x07", "\u00ad", "\ufffd",
	`true`, `false`, `javascript:alert(1)`, "ñandú 漢字 🜚", "`${x}`", `{{.}}`, `%s %d %!`,
}

// legible reports whether a text survives HTML: C1 controls given as character
// references are read as Windows-1252.
func legible(v string) bool {
	return utf8.ValidString(v) && strings.IndexFunc(v, func(r rune) bool {
		return r == 0 || r == '\r' || unicode.IsControl(r) && r >= 0x80 || r == 0xfffd
	}) < 0
}

func checkAttr(t *testing.T, v string) {
	t.Helper()
	doc := draw(t, elWith("p", v, at{"title", v, "aria-label", v}, app.Text(v)))
	p := first(t, tag(doc, "p"))
	for _, a := range p.Attr {
		if a.Key != "class" && a.Key != "title" && a.Key != "aria-label" {
			t.Fatalf("%q brought the attribute %s", v, a.Key)
		}
	}
	if n := all(p, func(*html.Node) bool { return true }); len(n) != 0 {
		t.Fatalf("%q brought the element %s", v, n[0].Data)
	}
	if legible(v) {
		// go-app trims what it writes.
		if got, want := value(p, "aria-label"), strings.Trim(v, " "); got != want {
			t.Fatalf("the browser reads %q, want %q", got, want)
		}
	}
}

func TestAttr(t *testing.T) {
	for _, v := range hostile {
		checkAttr(t, v)
	}
}

func FuzzAttr(f *testing.F) {
	for _, v := range hostile {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) { checkAttr(t, v) })
}

func TestHref(t *testing.T) {
	for v, want := range map[string]string{
		"/":                            "/",
		"/audits/7":                    "/audits/7",
		"#main":                        "#main",
		"https://example.com/a?b=c":    "https://example.com/a?b=c",
		"http://example.com":           "http://example.com",
		"HTTPS://example.com/":         "HTTPS://example.com/",
		"//evil.example/":              "",
		`/\evil.example/`:              "",
		"javascript:alert(1)":          "",
		"JaVaScRiPt:alert(1)":          "",
		" javascript:alert(1)":         "",
		"java\nscript:alert(1)":        "",
		"data:text/html,<script>":      "",
		"vbscript:x":                   "",
		"ftp://example.com/":           "",
		"https:opaque":                 "",
		"http://":                      "",
		"example.com":                  "",
		"":                             "",
		"nightly import «ñandú»":       "",
		"\x00javascript:alert(1)":      "",
		"https://example.com/\"onx=\"": "https://example.com/\"onx=\"",
	} {
		got := value(first(t, tag(draw(t, elWith("a", "", at{"href", v})), "a")), "href")
		if got != want {
			t.Errorf("href %q: got %q, want %q", v, got, want)
		}
	}
}

// Every page drawn from hostile data has only the elements and attributes that
// the same page has with harmless data.
func TestHostilePages(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	allowed := map[string]bool{}
	for _, e := range all(draw(t, el("div", "", everyPart(t, loc, "https://www.example.com/x", "harmless")...)),
		func(*html.Node) bool { return true }) {
		allowed[e.Data] = true
		for _, a := range e.Attr {
			allowed[e.Data+" "+a.Key] = true
		}
	}
	for _, v := range hostile {
		for _, url := range []string{v, "https://www.example.com/" + v} {
			doc := draw(t, el("div", "", everyPart(t, loc, url, v)...))
			for _, e := range all(doc, func(*html.Node) bool { return true }) {
				if !allowed[e.Data] {
					t.Errorf("%q brought the element %s", v, e.Data)
				}
				for _, a := range e.Attr {
					if !allowed[e.Data+" "+a.Key] {
						t.Errorf("%q brought the attribute %s of %s", v, a.Key, e.Data)
					}
					if a.Key == "href" && !strings.HasPrefix(a.Val, "/") &&
						!strings.HasPrefix(a.Val, "https://www.example.com/") && a.Val != "#main" {
						t.Errorf("%q leads to %q", v, a.Val)
					}
				}
			}
		}
	}
}

// everyPart draws every part of every page with url and v in every place that
// an audited site, a worker or a client can fill.
func everyPart(t *testing.T, loc locale, url, v string) []app.UI {
	p := sample(t, "running")
	p.URL, p.Message, p.StopReason, p.ErrorMessage = url, &v, &v, &v
	p.Stage = shared.Stage(v)
	p.Activity.Pages = append(p.Activity.Pages, shared.PageLine{URL: url, Status: 200}, shared.PageLine{URL: v})
	p.Activity.Top = append(p.Activity.Top, shared.TopCheck{ID: v, Severity: shared.Severity(v), Count: 3, Example: v},
		shared.TopCheck{ID: v, Severity: shared.Severity(v), Count: 3, Example: url})
	p.Activity.Stages = append(p.Activity.Stages, shared.StageSpan{Name: shared.Stage(v), StartedAt: p.CreatedAt})
	failed := *p
	failed.Status, failed.FinishedAt = shared.StatusFailed, &p.UpdatedAt
	finding := shared.Finding{CheckID: v, PageURL: url, Evidence: []shared.Evidence{{Name: v, Value: v}}, Group: v, Count: 2}
	done := failed
	done.Partial = true
	report := shared.Report{
		Audit: done,
		Score: &shared.Score{Value: 40, Categories: []shared.CategoryScore{{Category: shared.Category(v), Score: 40}},
			Caps: []shared.Cap{{ID: v, Limit: 60}}},
		Checks: []shared.CheckResult{
			{ID: v, Category: shared.Category(v), Severity: shared.Severity(v), Outcome: shared.OutcomeFail, Failed: 12,
				PointsLost: 33, Samples: []shared.Finding{finding, {CheckID: v}}},
			{ID: v, Outcome: shared.OutcomePass},
			{ID: v, Outcome: shared.OutcomeNotApplicable, Reason: v},
		},
		Unvisited: []shared.Unvisited{{Reason: v, Count: 3}},
	}
	var parts []app.UI
	for _, state := range []*shared.AuditProgress{p, &failed} {
		view := live.View{Topic: live.Audit(7), Phase: live.Live, Progress: state, ConfirmedAt: loc.Now}
		parts = append(parts,
			&part{M: loc.head(7, state, pulse{})}, &part{M: loc.hero(state, pulse{}, pace{})}, &part{M: loc.strip(connection{View: view})},
			&part{M: loc.pages(state)}, &part{M: loc.score(state)}, &part{M: loc.findings(state)}, &part{M: loc.responses(state)},
			&part{M: loc.card(state, pulse{})}, &listRow{M: loc.row(state)},
			cancelDialog(loc.Lang, state, nil, nil, nil))
	}
	parts = append(parts, hostileReport(loc, &report, url, v)...)
	seen := settingsState{View: live.View{Phase: live.Live}, Version: v, Copied: v,
		Trouble: trouble{At: loc.Now, Reason: live.Reason(v)}}
	parts = append(parts, settingsParts(loc, seen)...)
	parts = append(parts,
		startView(startModel{Lang: loc.Lang, Code: v}, nil, nil),
		missingView(v, v, loc.Lang, nil),
		frameView(frameModel{Lang: loc.Lang, Boot: boot{Page: pageAudit, Progress: p}.encode(), Say: v,
			Pill: pillModel{Text: v}, Plain: url, Broken: true}, (&base{}).actions()))
	return parts
}

// hostileReport draws every part of a report, and the sheet of a page.
func hostileReport(loc locale, r *shared.Report, url, v string) (drawn []app.UI) {
	begun := parts{begun: true}
	page := shared.Page{URL: url, Referrer: url, FinalURL: v, Title: v, ContentType: v, Failure: v, Status: 301, Bytes: 9,
		Redirects: []shared.Hop{{URL: v, Status: 301}, {URL: url}}, Headers: []shared.Header{{Name: v, Value: v}}}
	found := shared.Finding{CheckID: v, PageURL: url, Evidence: []shared.Evidence{{Name: v, Value: v}}}
	for _, part := range shared.ReportParts {
		p := reportAt(r, shared.ReportPlace{Part: part, Text: v, Category: shared.Category(v), Reason: v, Open: []string{v}})
		p.pages = listing[shared.Page]{begun, []shared.Page{page}}
		p.left = listing[shared.UnvisitedURL]{begun, []shared.UnvisitedURL{{URL: url, Referrer: v, Reason: v}}}
		p.scores = []shared.Verdict{{GeoScore: 3}, {GeoScore: 4}}
		drawn = append(drawn, p.shown(loc))
	}
	p := reportAt(r, shared.ReportPlace{Page: url})
	p.sheet = sheet{url: url, known: true, page: &page, findings: []shared.Finding{found}, leads: []shared.Page{page}}
	two := 2
	links := linkList{listing[shared.Link]{begun, []shared.Link{{URL: url, Text: v, Fetched: true}, {URL: v, Text: v}}}, &two}
	p.in, p.out = links, links
	return append(drawn, p.shown(loc))
}

// reportAt is the page of a report at a place in it.
func reportAt(r *shared.Report, place shared.ReportPlace) *reportPage {
	return &reportPage{
		base: base{device: &device{scrolls: scrolls{}}}, id: r.Audit.AuditID, report: r, state: reportShown, place: place,
		places: map[string]*listing[shared.Finding]{},
	}
}

// settingsParts draws every part of the settings, in every state, and the shortcuts.
func settingsParts(loc locale, seen settingsState) (drawn []app.UI) {
	seen.Usage, seen.Cleared = kept.Usage{Audits: 1, Bytes: 1}, true
	for _, how := range []installable{installNever, installAsks, installApple, installDone} {
		seen.Install = how
		for _, path := range []*live.PathTest{nil, {}, {Answer: time.Second}, {Answer: time.Second, Event: time.Second}} {
			seen.Path, seen.Testing = path, path == nil
			for _, m := range loc.panels(seen) {
				drawn = append(drawn, panelView(m, nil))
			}
		}
	}
	return append(drawn, keysDialog(loc.Lang, nil))
}

func TestPlain(t *testing.T) {
	for _, v := range hostile {
		if got := plain(v); strings.ContainsAny(got, "\"'<>&\\`\n\t") || !utf8.ValidString(got) {
			t.Errorf("plain(%q) = %q", v, got)
		}
	}
	if got, want := utf8.RuneCountInString(plain(strings.Repeat("ñ", 500))), 120; got != want {
		t.Errorf("got %d characters, want %d", got, want)
	}
}
