package pages

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

// reported is an audit of a site of n pages, of which each tenth is missing, with a report.
// v stands in every text that a site writes.
func (s *site) reported(n int, v string) (id int64) {
	s.t.Helper()
	const home = "https://one.example/"
	id = s.audit(home).AuditID
	lease := s.run(halfway)
	records := make([]work.PageRecord, n)
	in := work.LinksIn{From: make([][]int32, n)}
	leads := work.PageLinks{Outward: []work.TextLink{{URL: "https://two.example/" + v, Text: v}}}
	for i := range records {
		p := shared.Page{
			URL: fmt.Sprintf("%s%d%s", home, i, v), Referrer: home + "0" + v, Status: 200, MS: 20, Bytes: 4_000, Words: 300, Analysed: true,
			Title: "Page " + v, ContentType: v, FetchedAt: shared.At(time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)),
		}
		if in.Pages = append(in.Pages, p.URL); i > 0 {
			in.From[0] = append(in.From[0], int32(i)) //nolint:gosec // small
			leads.Links, leads.Texts = append(leads.Links, p.URL), append(leads.Texts, "To "+v)
		}
		if i%10 == 9 {
			p.Status, p.Analysed, p.Findings = 404, false, shared.Findings{Error: 1}
			records[i].Findings = []shared.Finding{{
				CheckID: "http-4xx", Category: shared.CategoryLinks, Severity: shared.SeverityError,
				Evidence: []shared.Evidence{{Name: "status", Value: "404" + v}},
			}}
		}
		records[i].Page = p
	}
	first := &records[0]
	first.State = packed(s.t, leads)
	first.Page.Redirects = []shared.Hop{{URL: first.Page.URL, Status: 302}, {URL: home + "end" + v, Status: 200}}
	first.Page.Headers = []shared.Header{{Name: "Cache-Control", Value: "max-age=60" + v}}
	if err := errors.Join(s.rows.SavePages(s.t.Context(), lease, records), s.rows.SaveLinksIn(s.t.Context(), lease, in)); err != nil {
		s.t.Fatal(err)
	}
	left := []work.Unvisited{
		{URL: home + "deep" + v, Referrer: home + "1" + v, Reason: "depth"}, {URL: home + "private" + v, Reason: "robots"},
	}
	if err := s.rows.SaveUnvisited(s.t.Context(), lease, left); err != nil {
		s.t.Fatal(err)
	}
	s.finish(lease, work.Result{Status: shared.StatusCompleted, Last: halfway}, shared.Report{
		Checks: []shared.CheckResult{
			{ID: "title-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
				Outcome: shared.OutcomeFail, Failed: 3, PointsLost: 400},
			{ID: "http-4xx", Category: shared.CategoryLinks, Severity: shared.SeverityError,
				Outcome: shared.OutcomeFail, Failed: n / 10, PointsLost: 120},
			{ID: "h1-missing", Category: shared.CategoryContent, Severity: shared.SeverityError, Outcome: shared.OutcomePass},
			{ID: "hreflang-invalid", Category: shared.CategoryMetadata, Severity: shared.SeverityError,
				Outcome: shared.OutcomeNotApplicable, Reason: "no-hreflang"},
		},
		Unvisited: []shared.Unvisited{{Reason: "depth", Count: 1}, {Reason: "robots", Count: 1}},
	})
	return id
}

// packed is the state of a page with links, as an engine leaves it.
func packed(t *testing.T, links work.PageLinks) []byte {
	t.Helper()
	plain, err := json.Marshal(links)
	var b bytes.Buffer
	w, flateErr := flate.NewWriter(&b, flate.BestSpeed)
	if err := errors.Join(err, flateErr); err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(plain)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// linkOf is where the link with these words leads; empty if there is none.
func linkOf(page *html.Node, says string) string {
	for _, a := range elements(page, "a") {
		if words(a) == says {
			return attribute(a, "href")
		}
	}
	return ""
}

// rowsOf counts the rows of the lists that begin with an address of the site, over all parts
// of the list.
func (s *site) rowsOf(target string) (rows []int) {
	s.t.Helper()
	for target != "" {
		page, n := parse(s.t, s.get(target)), 0
		for _, kind := range [...]string{"td", "li"} {
			for _, e := range elements(page, kind) {
				if strings.HasPrefix(words(e), "https://one.example/") {
					n++
				}
			}
		}
		rows = append(rows, n)
		target = linkOf(page, text.EN.T(text.ReportMore))
	}
	return rows
}

// TestPlainReportParts reads every part of a report with filters, to its end.
func TestPlainReportParts(t *testing.T) {
	s := newSite(t)
	path := shared.PathBasicReport(s.reported(250, ""))
	for query, want := range map[string][]int{
		"?view=page":                      {100, 100, 50},
		"?view=page&sev=error":            {25},
		"?view=page&code=4xx":             {25},
		"?view=page&code=2xx":             {100, 100, 25},
		"?view=page&q=example/9":          {11},
		"?view=page&q=nothing":            {0},
		"?view=unvisited":                 {2},
		"?view=unvisited&why=robots":      {1},
		"?view=unvisited&q=deep&why=":     {1},
		"?view=unvisited&why=robots&q=de": {0},
		"?page=https://one.example/1":     {0}, // no page leads there, and it is not known where it leads
	} {
		if got := s.rowsOf(path + query); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got parts of %v rows, want %v", query, got, want)
		}
	}
	for query, says := range map[string]string{
		"":                    "By check (2) By page Passed (1) Not applicable (1) Not visited (2)",
		"?view=passed":        text.Passed(text.EN, "h1-missing"),
		"?view=na":            text.Reason(text.EN, "no-hreflang"),
		"?view=unvisited":     "https://one.example/deep Too many clicks from the start · Found first on: https://one.example/1",
		"?sev=warning":        "Page has no title",
		"?sev=notice":         "Nothing matches what is chosen. Show everything",
		"?q=LINKS&order=x":    "Page not found or refused",
		"?lang=es&view=page":  "Por página",
		"?view=page&lang=xx":  "By page",
		"?view=nothing&sev=x": "By check",
	} {
		if got := words(parse(t, s.get(path+query))); !strings.Contains(got, says) {
			t.Errorf("%s: %q is missing in\n%s", query, says, got)
		}
	}
	dear, grave := words(parse(t, s.get(path))), words(parse(t, s.get(path+"?order=gravest")))
	before := func(page string) bool {
		return strings.Index(page, "Page has no title") < strings.Index(page, "Page not found or refused")
	}
	if !before(dear) || before(grave) {
		t.Errorf("the order is wrong in\n%s\nor in\n%s", dear, grave)
	}
}

// TestPlainSheet reads the sheet of a page, which the list of pages leads to.
func TestPlainSheet(t *testing.T) {
	s := newSite(t)
	id := s.reported(20, "")
	list := parse(t, s.get(shared.PathBasicReport(id)+"?view=page&lang=es"))
	sheet := parse(t, s.get(linkOf(list, "https://one.example/9")))
	for _, want := range []string{
		"https://one.example/9", "Respuesta: 404", "https://one.example/0", "2026-11-26 14:00 UTC", "Página no encontrada o rechazada Crítico", "Estado: 404",
	} {
		if got := words(sheet); !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	start := words(parse(t, s.get(shared.PathBasicReport(id)+"?page=https://one.example/0")))
	for _, want := range []string{
		"Redirects 302: https://one.example/0 200: https://one.example/end", "Headers Cache-Control: max-age=60",
		"Links to this page (19)", "https://one.example/9 404", "Links on this page (20)", "https://one.example/1 200 To", "https://two.example/",
	} {
		if !strings.Contains(start, want) {
			t.Errorf("%q is missing in\n%s", want, start)
		}
	}
	if got := words(parse(t, s.get(shared.PathBasicReport(id)+"?page=https://one.example/1"))); !strings.Contains(got, "No page of this audit links here.") ||
		strings.Contains(got, "Links on this page") {
		t.Errorf("of links that are not known: %s", got)
	}
	for query, want := range map[string]int{
		"?page=https://one.example/none":            http.StatusNotFound,
		"?view=page&cursor=%22":                     http.StatusNotFound,
		"?page=https://one.example/0&cursor=%22":    http.StatusNotFound,
		"?page=https://one.example/0&view=anything": http.StatusOK,
	} {
		if got := s.get(shared.PathBasicReport(id) + query).StatusCode; got != want {
			t.Errorf("%s: got %d, want %d", query, got, want)
		}
	}
}

// TestPlainSheetGoesOn reads all links to a page and on it, each list beside the first part of
// the other.
func TestPlainSheetGoesOn(t *testing.T) {
	s := newSite(t)
	id := s.reported(230, "")
	next := func(page *html.Node) (targets []string) {
		for _, a := range elements(page, "a") {
			if words(a) == text.EN.T(text.ReportMore) {
				targets = append(targets, attribute(a, "href"))
			}
		}
		return targets
	}
	const last = "https://one.example/229"
	for list := range 2 {
		target, parts := shared.PathBasicReport(id)+"?page=https://one.example/0", 0
		for ; parts < 10; parts++ {
			page := parse(t, s.get(target))
			if strings.Contains(words(page), last) {
				break
			}
			more := next(page)
			if len(more) != 2 {
				t.Fatalf("list %d, part %d: more is at %q", list, parts, more)
			}
			target = more[list]
		}
		if parts != 2 {
			t.Errorf("list %d: its last link is in part %d", list, parts)
		}
	}
}

// TestPlainReportThatIsNone asks for reports that are not there.
func TestPlainReportThatIsNone(t *testing.T) {
	s := newSite(t)
	running := s.audit("https://one.example/").AuditID
	s.run(halfway)
	r := s.get(shared.PathBasicReport(running) + "?view=page&lang=es")
	if want := shared.PathBasicPage(running) + "?lang=es"; r.StatusCode != 303 || r.Header.Get("Location") != want {
		t.Errorf("of a running audit: got %d to %q, want 303 to %q", r.StatusCode, r.Header.Get("Location"), want)
	}
	for path, want := range map[string]int{"/audits/x/basic/report": 400, shared.PathBasicReport(99): 404} {
		if got := s.get(path).StatusCode; got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
}

// TestReportsLeadToEachOther goes from the app's report to the plain one and back: the
// addresses of both say what is shown in the same words.
func TestReportsLeadToEachOther(t *testing.T) {
	s := newSite(t)
	id := s.reported(20, "")
	for _, query := range []string{
		"code=4xx&q=9&sev=error&view=page", "q=deep&view=unvisited&why=depth", "cat=links&order=gravest&q=page&sev=error",
		"page=" + url.QueryEscape("https://one.example/9"), "view=passed", "view=na",
	} {
		app, plain := shared.PathReportPage(id)+"?"+query, shared.PathBasicReport(id)+"?"+query
		if got := linkOf(parse(t, s.get(app)), text.EN.T(text.PlainVersion)); got != plain {
			t.Errorf("%s leads to %s, want %s", app, got, plain)
		}
		page := parse(t, s.get(plain+"&lang=en"))
		if got := linkOf(page, text.EN.T(text.BasicFull)); got != app {
			t.Errorf("%s leads to %s, want %s", plain, got, app)
		}
		for _, field := range elements(page, "select") { // the form shows what is chosen
			name := attribute(field, "name")
			for _, o := range elements(field, "option") {
				chosen := strings.Contains(query, name+"="+attribute(o, "value"))
				if marked := hasAttribute(o, "selected"); attribute(o, "value") != "" && marked != chosen {
					t.Errorf("%s: option %q of %s is chosen: %v, want %v", plain, attribute(o, "value"), name, marked, chosen)
				}
			}
		}
	}
}

func hasAttribute(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// TestPlainReportsBringNoMarkup draws every part of a report from what a site wrote.
func TestPlainReportsBringNoMarkup(t *testing.T) {
	draw := func(v string) map[string][]string {
		s := newSite(t)
		path, drawn := shared.PathBasicReport(s.reported(10, v)), map[string][]string{}
		for i, query := range []url.Values{
			{}, {"view": {"page"}}, {"view": {"unvisited"}}, {"view": {"unvisited"}, "why": {v}, "q": {v}},
			{"page": {"https://one.example/9" + v}}, {"page": {v}}, {"cat": {v}, "q": {v}, "order": {v}},
		} {
			drawn[fmt.Sprint("view ", i)] = shapeOf(t, s.get(path+"?"+query.Encode()))
		}
		return drawn
	}
	want := draw("x")
	for _, v := range markup {
		for what, got := range draw(v) {
			sameShape(t, what+" of "+v, got, want[what])
		}
	}
}
