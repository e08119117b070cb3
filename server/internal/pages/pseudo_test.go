package pages

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"

	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

// TestPlainPagesSpeakThroughText draws every plain page in the pseudo-language:
// outside its marks stand the product's name, the data and nothing else.
func TestPlainPagesSpeakThroughText(t *testing.T) {
	pseudo, remove := text.AddPseudo()
	defer remove()
	s := newSite(t)
	const in = "?lang=" + text.PseudoTag
	speaks := func(name string, page *html.Node) {
		t.Helper()
		if got := attribute(elements(page, "html")[0], "lang"); got != pseudo.Tag() {
			t.Errorf("%s is in %q", name, got)
		}
		known := strings.NewReplacer("Atalaya", "", "https://one.example/recetas", "", "https://one.example/", "",
			"one.example", "", "Crawling", "", "2xx", "", "3xx", "", "4xx", "", "5xx", "")
		said := 0
		var look func(n *html.Node)
		look = func(n *html.Node) {
			if n.Type == html.ElementNode {
				if own := attribute(n, "lang"); own != "" && own != pseudo.Tag() {
					return // the switch to another language, which speaks that one
				}
			}
			if n.Type == html.TextNode {
				said++
				rest := known.Replace(text.Undisguised(n.Data))
				if strings.IndexFunc(rest, unicode.IsLetter) >= 0 || strings.Contains(n.Data, "%!") {
					t.Errorf("%s: %q has not passed through package text", name, n.Data)
				}
			}
			for c := range n.ChildNodes() {
				look(c)
			}
		}
		look(page)
		if said < 5 {
			t.Errorf("%s: only %d texts seen: the test looks past them", name, said)
		}
	}

	speaks("the empty list", parse(t, s.get("/basic"+in)))
	speaks("a form refused", parse(t, s.post(url.Values{"url": {"ftp://"}}, "/basic"+in)))
	speaks("an empty form", parse(t, s.post(url.Values{}, "/basic"+in)))
	speaks("a form that cannot be read", parse(t, s.do("POST", "/basic"+in, "{}", "Content-Type", "application/json")))
	for _, target := range []string{"/audits/99/basic", "/audits/x/basic", "/sitemap.xml"} {
		speaks(target, parse(t, s.get(target+in)))
	}

	id := s.audit("https://one.example/").AuditID
	path := shared.PathBasicPage(id) + in
	speaks("a queued audit", parse(t, s.get(path)))
	lease := s.run(halfway)
	speaks("a running audit", parse(t, s.get(path)))
	said := halfway
	said.Message = work.Say("fetched", "https://one.example/recetas")
	if err := s.rows.Advance(t.Context(), lease, said); err != nil {
		t.Fatal(err)
	}
	speaks("a running audit of the engine", parse(t, s.get(path)))
	speaks("a list", parse(t, s.get("/basic"+in)))
	report := shared.Report{}
	for i, check := range text.CheckIDs() {
		report.Checks = append(report.Checks, shared.CheckResult{
			ID: check, Category: shared.Categories[i%len(shared.Categories)], Severity: shared.SeverityWarning,
			Outcome: shared.OutcomeFail, Failed: 2,
			Samples: []shared.Finding{{CheckID: check, Evidence: []shared.Evidence{{Name: "status", Value: "404"}}}},
		})
	}
	for _, outcome := range []shared.Outcome{shared.OutcomePass, shared.OutcomeNotApplicable} {
		report.Checks = append(report.Checks, shared.CheckResult{ID: text.CheckIDs()[0], Outcome: outcome, Reason: "no-hreflang"})
	}
	report.Unvisited = []shared.Unvisited{{Reason: "depth", Count: 1}}
	const page = "https://one.example/recetas"
	for _, err := range []error{
		s.rows.SavePages(t.Context(), lease, []work.PageRecord{{
			Page:     shared.Page{URL: page, Referrer: page, Status: 200, MS: 4, Bytes: 900, Words: 3, Analysed: true, FetchedAt: shared.At(time.Now())},
			Findings: []shared.Finding{{CheckID: text.CheckIDs()[0], Severity: shared.SeverityError}},
		}}),
		s.rows.SaveUnvisited(t.Context(), lease, []work.Unvisited{{URL: page, Referrer: page, Reason: "depth"}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	score := 76
	result := work.Result{
		Status: shared.StatusCompleted, GeoScore: &score, Partial: true, StopReason: "limit", Last: halfway,
		Report:  raw,
		Message: work.Say("analysed-limit", 12, 500),
	}
	if err := s.rows.Finish(t.Context(), lease, result); err != nil {
		t.Fatal(err)
	}
	speaks("an audit done", parse(t, s.get(path)))
	for _, query := range []string{
		"", "&view=page", "&view=passed", "&view=na", "&view=unvisited", "&view=page&sev=notice", "&page=" + page,
		"&page=https://one.example/",
	} {
		speaks("a report "+query, parse(t, s.get(shared.PathBasicReport(id)+in+query)))
	}
	path = shared.PathBasicPage(s.audit("https://one.example/").AuditID) + in
	result = work.Result{Status: shared.StatusFailed, ErrorMessage: work.Say("no-answer-in-time", "one.example"), Last: said}
	if err := s.rows.Finish(t.Context(), s.run(said), result); err != nil {
		t.Fatal(err)
	}
	speaks("a failed audit", parse(t, s.get(path)))

	if err := s.rows.Close(); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"/basic", "/audits/1/basic"} {
		speaks(target+" without data", parse(t, s.get(target+in)))
	}
}

// TestSwitchListsTheOtherLanguages holds that every page offers every language
// but its own, whatever their number.
func TestSwitchListsTheOtherLanguages(t *testing.T) {
	_, remove := text.AddPseudo()
	defer remove()
	s := newSite(t)
	for _, l := range text.Langs {
		var want []string
		for _, other := range text.Langs {
			if other != l {
				want = append(want, other.Tag())
			}
		}
		for target, kind := range map[string]string{"/?x=1": "button", "/basic?lang=" + l.Tag(): "a"} {
			var got []string
			for _, e := range elements(parse(t, s.get(target, "Accept-Language", l.Tag())), kind) {
				tag := attribute(e, "lang")
				if tag == "" {
					continue
				}
				got = append(got, tag)
				if href := attribute(e, "href"); kind == "a" && href != "/basic?lang="+tag {
					t.Errorf("%s in %s: the link to %s leads to %q", target, l.Tag(), tag, href)
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s in %s offers %q, want %q", target, l.Tag(), got, want)
			}
		}
	}
}
