//go:build !js

package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
	"golang.org/x/net/html"

	"atalaya/shared"
	"atalaya/shared/text"
)

var errMissing = errors.New("missing")

// shelf is a Data that holds what it is given.
type shelf struct {
	audits []shared.AuditProgress
	report *shared.Report
	// schedule and result are nil for none.
	schedule *shared.Schedule
	result   *shared.Comparison
	err      error
}

func (s shelf) Progress(_ context.Context, id int64) (shared.AuditProgress, error) {
	for _, a := range s.audits {
		if a.AuditID == id {
			return a, s.err
		}
	}
	return shared.AuditProgress{}, cmpErr(s.err)
}

func (s shelf) Newest(context.Context, int) ([]shared.AuditProgress, error) { return s.audits, s.err }

// List sorts and filters nothing.
func (s shelf) List(_ context.Context, q shared.ListQuery) (shared.AuditList, error) {
	list := shared.AuditList{Counts: &shared.StatusCounts{}}
	for _, a := range s.audits {
		switch {
		case q.Site != "" && q.Site != shared.SiteName(a.URL), q.Status != "" && q.Status != a.Status:
		case a.Status.Terminal() || q.Site != "":
			list.Audits = append(list.Audits, a)
		}
		list.Counts.Set(a.Status, list.Counts.Of(a.Status)+1)
	}
	return list, s.err
}

func (s shelf) Report(_ context.Context, id int64) (shared.Report, error) {
	if s.report == nil || s.report.Audit.AuditID != id {
		return shared.Report{}, cmpErr(s.err)
	}
	return *s.report, s.err
}

func (s shelf) Sites(context.Context, shared.SiteQuery) (shared.SiteList, error) {
	return shared.SiteList{Sites: s.sites()}, s.err
}

// sites are those of the audits, which are the newest first, each with its schedule.
func (s shelf) sites() (sites []shared.Site) {
	for _, a := range s.audits {
		name := shared.SiteName(a.URL)
		i := slices.IndexFunc(sites, func(s shared.Site) bool { return s.Name == name })
		if i < 0 {
			i = len(sites)
			sites = append(sites, shared.Site{Name: name, Latest: a})
		}
		sites[i].Audits++
		if s.schedule != nil && s.schedule.Site == name {
			sites[i].NextAt = &s.schedule.NextAt
		}
		if a.GeoScore != nil && a.FinishedAt != nil {
			sites[i].Trend = slices.Insert(sites[i].Trend, 0, shared.Verdict{
				AuditID: a.AuditID, GeoScore: *a.GeoScore, Errors: a.Findings.Error, FinishedAt: *a.FinishedAt,
			})
		}
	}
	return sites
}

func (s shelf) Site(_ context.Context, name string) (shared.Site, error) {
	for _, site := range s.sites() {
		if site.Name == name {
			return site, s.err
		}
	}
	return shared.Site{}, cmpErr(s.err)
}

func (s shelf) Schedule(_ context.Context, site string) (shared.Schedule, error) {
	if s.schedule == nil || s.schedule.Site != site {
		return shared.Schedule{}, cmpErr(s.err)
	}
	return *s.schedule, s.err
}

func (s shelf) Settings(_ context.Context, id int64) (shared.NewAudit, shared.Status, error) {
	p, err := s.Progress(context.Background(), id)
	return shared.NewAudit{URL: p.URL, Kind: p.Kind, PageLimit: 120, Include: []string{"/docs/"}}, p.Status, err
}

func (s shelf) Compare(_ context.Context, base, head int64, _ shared.ChangeQuery) (shared.Comparison, error) {
	if s.result == nil || s.result.Base.AuditID != base || s.result.Head.AuditID != head {
		return shared.Comparison{}, cmpErr(s.err)
	}
	return *s.result, s.err
}

func cmpErr(err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("shelf: %w", errMissing)
}

// get serves a page as the server does.
func get(t *testing.T, path string, r *Request) *html.Node {
	t.Helper()
	Register()
	r.Ctx = t.Context()
	r.Missing = func(err error) bool { return errors.Is(err, errMissing) }
	r.Problem = func(err error) *shared.Problem {
		if errors.Is(err, errMissing) {
			return &shared.Problem{Status: http.StatusNotFound, Code: shared.CodeNotFound}
		}
		return &shared.Problem{Status: http.StatusServiceUnavailable, Code: shared.CodeUnavailable}
	}
	token, done := Prerender(r)
	defer done()
	answer := httptest.NewRecorder()
	handler := &app.Handler{Name: "Atalaya", Version: "test", Domain: "example.com",
		Icon: app.Icon{Default: "/i.png", Large: "/i.png", SVG: "/i.svg", Maskable: "/i.png"}}
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path+joint+ParamRequest+"="+token, nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("%s: go-app answered %d", path, answer.Code)
	}
	if strings.Contains(answer.Body.String(), token) {
		t.Errorf("%s: the token leaks into the page", path)
	}
	return parse(t, answer.Body.String())
}

func bootOf(t *testing.T, doc *html.Node) boot {
	t.Helper()
	b, ok := decodeBoot(value(first(t, class(doc, "page")), "data-boot"))
	if !ok {
		t.Fatal("no boot record")
	}
	return b
}

func TestPrerender(t *testing.T) {
	running, done, keyed := sample(t, "running"), sample(t, "completed"), sample(t, "keyed")
	running.UpdatedAt, keyed.UpdatedAt = shared.At(time.Now()), shared.At(time.Now()) // their workers are heard
	said := shelf{audits: []shared.AuditProgress{*keyed}}
	full := shelf{audits: []shared.AuditProgress{*done, *running},
		report: &shared.Report{Audit: *done, Score: &shared.Score{Value: 76}}}
	broken := shelf{err: errors.New("no database")}
	reason, failed := "The host name is unknown", *running
	failed.Status, failed.TotalPages, failed.ErrorMessage, failed.FinishedAt = shared.StatusFailed, 0, &reason, running.StartedAt
	unfinished, failedReport := shelf{report: &shared.Report{Audit: *running}}, shelf{report: &shared.Report{Audit: failed}}
	for name, c := range map[string]struct {
		path   string
		data   Data
		lang   text.Lang
		status int
		failed bool
		title  string
		h1     string
		says   string
	}{
		"dashboard":    {"/", full, text.EN, 0, false, "1 running · Atalaya", "Audits", "example.com 48%"},
		"dashboard es": {"/", full, text.ES, 0, false, "1 en curso · Atalaya", "Auditorías", "Rastreando páginas"},
		"empty dashboard": {"/", shelf{}, text.EN, 0, false, "Audits · Atalaya", "Audits",
			"No audits yet Paste an address above to start the first one, and watch every page as it is read."},
		"no database": {"/", broken, text.EN, 503, true, "Audits · Atalaya", "Audits", "Loading the audits"},
		"audit":       {"/audits/7", full, text.EN, 0, false, "48% example.com · Atalaya", "example.com", "287 pages analysed"},
		"audit es": {"/audits/7", full, text.ES, 0, false, "48 % example.com · Atalaya", "example.com",
			"287 páginas analizadas"},
		"said by key": {"/audits/7", said, text.EN, 0, false, "48% example.com · Atalaya", "example.com",
			"Fetched https://www.example.com/recetas/pan"},
		"said by key es": {"/audits/7", said, text.ES, 0, false, "48 % example.com · Atalaya", "example.com",
			"Descargada https://www.example.com/recetas/pan"},
		"done": {"/audits/9", full, text.EN, 0, false, "Done: 76, example.com · Atalaya", "example.com",
			"340 pages, 93 findings, score 76"},
		"unknown audit": {"/audits/8", full, text.EN, 404, false, "Not found · Atalaya", "There is no audit 8",
			"It was deleted, or the address is mistyped."},
		"id too large": {"/audits/9999999999999999999", full, text.EN, 404, false, "Not found · Atalaya",
			"There is nothing at this address", ""},
		"audit unread": {"/audits/7", broken, text.ES, 503, true, "Auditoría 7 · Atalaya", "Auditoría 7",
			"Conectando Abriendo el canal en directo…"},
		"report": {"/audits/9/report", full, text.EN, 0, false, "Report: example.com · Atalaya", "example.com",
			"Partial report The page limit was reached: 340 of 900 known addresses were analysed as pages."},
		"no report": {"/audits/7/report", full, text.EN, 404, false, "Not found · Atalaya", "There is no audit 7", ""},
		"no script": {"/audits/7", full, text.EN, 0, false, "48% example.com · Atalaya", "example.com",
			"Without JavaScript this page stands still. Plain version"},
		"not ready": {"/audits/7/report", unfinished, text.ES, 0, false, "Informe: example.com · Atalaya",
			"example.com", "Aún no hay informe"},
		"failed report": {"/audits/7/report", failedReport, text.EN, 0, false, "Report: example.com · Atalaya",
			"example.com", "Failed after 0 s The host name is unknown"},
		"nothing seen": {"/audits/7/report", failedReport, text.EN, 0, false, "Report: example.com · Atalaya",
			"example.com", "This audit gave no score Nothing was analysed."},
		"report unread": {"/audits/9/report", broken, text.EN, 503, true, "Report: Audit 9 · Atalaya", "Audit 9",
			"Loading the report"},
		"settings": {"/settings", broken, text.ES, 0, false, "Ajustes · Atalaya", "Ajustes", "Copias de lo que has abierto"},
		"shell":    {"/shell", broken, text.ES, 0, false, "Cargando · Atalaya", "Cargando", ""},
		"nothing":  {"/nothing/here", full, text.ES, 404, false, "No encontrada · Atalaya", "No hay nada en esta dirección", ""},
	} {
		r := &Request{Data: c.data, Lang: c.lang}
		doc := get(t, c.path, r)
		if r.Status != c.status || (r.Err != nil) != c.failed {
			t.Errorf("%s: got status %d, error %v; want %d, %v", name, r.Status, r.Err, c.status, c.failed)
		}
		got := []string{words(first(t, tag(doc, "title"))), words(first(t, tag(doc, "h1"))), value(first(t, tag(doc, "html")), "lang")}
		if want := []string{c.title, c.h1, c.lang.Tag()}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if page := words(first(t, tag(doc, "main"))); !strings.Contains(page, c.says) {
			t.Errorf("%s does not say %q: %s", name, c.says, page)
		}
		if b := bootOf(t, doc); b.Lang != c.lang || b.At.IsZero() {
			t.Errorf("%s: boot record %+v", name, b)
		}
	}
}

// The client starts from exactly what the server drew.
func TestBootRecord(t *testing.T) {
	running, done := sample(t, "running"), sample(t, "completed")
	done.URL = `https://x.example/"><script>alert(1)</script>`
	report := &shared.Report{Audit: *done, Checks: []shared.CheckResult{{ID: "http-4xx", Outcome: shared.OutcomeFail}}}
	data := shelf{audits: []shared.AuditProgress{*running, *done}, report: report}

	b := bootOf(t, get(t, "/audits/7", &Request{Data: data}))
	if b.Page != pageAudit || b.ID != 7 || !reflect.DeepEqual(b.Progress, running) {
		t.Errorf("audit: got %+v, want %+v", b.Progress, running)
	}
	if b := bootOf(t, get(t, "/", &Request{Data: data})); b.Page != pageDashboard || !reflect.DeepEqual(b.Audits, data.audits) {
		t.Errorf("dashboard: got %+v", b.Audits)
	}
	if b := bootOf(t, get(t, "/", &Request{Data: shelf{}})); b.Audits == nil || len(b.Audits) != 0 {
		t.Errorf("an empty list is known to be empty: got %#v", b.Audits)
	}
	if b := bootOf(t, get(t, "/audits/9/report", &Request{Data: data})); b.ID != 9 || !reflect.DeepEqual(b.Report, report) {
		t.Errorf("report: got %+v, want %+v", b.Report, report)
	}
	if b := bootOf(t, get(t, "/audits/8", &Request{Data: data})); !b.Missing || b.Progress != nil {
		t.Errorf("unknown audit: got %+v", b)
	}
}

func TestDecodeBoot(t *testing.T) {
	invalid := *sample(t, "running")
	invalid.Progress = 400
	for _, s := range []string{
		"", "!", "e30", "[]", "{", `"{}"`,
		boot{Page: pageAudit, Progress: &invalid}.encode(),
		boot{Page: pageDashboard, Audits: []shared.AuditProgress{invalid}}.encode(),
		boot{Page: pageReport, Report: &shared.Report{Audit: invalid}}.encode(),
	} {
		if b, ok := decodeBoot(s); ok {
			t.Errorf("%.30q was accepted: %+v", s, b)
		}
	}
}

// What a browser reads in the attribute is what the server knew, to the last character.
func TestBootSurvivesHTML(t *testing.T) {
	for _, v := range append([]string{"\u0080\u0085\u009f C1", "a\r\nb", "🜚 \U000e0001", "\x00"}, hostile...) {
		p := *sample(t, "running")
		p.Message = &v
		b := bootOf(t, get(t, "/audits/7", &Request{Data: shelf{audits: []shared.AuditProgress{p}}}))
		if b.Progress == nil || *b.Progress.Message != v {
			t.Errorf("message %q: got %+v", v, b.Progress)
		}
	}
}

// A report too large for the page is left to a request of its own.
func TestLargeReport(t *testing.T) {
	r := &shared.Report{Audit: *sample(t, "completed")}
	for range 500 {
		r.Checks = append(r.Checks, shared.CheckResult{ID: strings.Repeat("x", 1000)})
	}
	b, ok := decodeBoot(boot{Page: pageReport, ID: 9, Report: r}.encode())
	if !ok || b.ID != 9 || b.Report != nil {
		t.Errorf("got %v, report %v", ok, b.Report != nil)
	}
}

func TestHostileTitle(t *testing.T) {
	for _, v := range hostile {
		p := *sample(t, "running")
		p.URL = v
		doc := get(t, "/audits/7", &Request{Data: shelf{audits: []shared.AuditProgress{p}}})
		for _, m := range tag(doc, "meta") {
			for _, a := range m.Attr {
				if k := a.Key; k != "name" && k != "content" && k != "property" && k != "charset" {
					t.Errorf("%q brought the attribute %s of meta", v, k)
				}
			}
		}
		for _, s := range tag(doc, "script") {
			if value(s, "src") == "" {
				t.Errorf("%q brought a script", v)
			}
		}
	}
}

func TestReport(t *testing.T) {
	loc, p := localeAt(t, text.EN, "15:00:00"), *sample(t, "completed")
	finding := func(url string) shared.Finding {
		return shared.Finding{PageURL: url, Evidence: []shared.Evidence{{Name: "length", Value: "3"}}}
	}
	report := &shared.Report{
		Audit: p,
		Score: &shared.Score{Value: 60, Categories: []shared.CategoryScore{{Category: shared.CategoryContent,
			Score: 49}}, Caps: []shared.Cap{{ID: "content-needs-js", Limit: 60, PointsLost: 1234},
			{ID: "not-https", Limit: 90}},
			Fixes: []shared.Fix{{CheckID: "robots-txt-invalid", Score: 60}, {CheckID: "dear", Score: 71}}},
		Checks: []shared.CheckResult{
			{ID: "cheap", Severity: shared.SeverityNotice, Outcome: shared.OutcomeFail, Failed: 1, PointsLost: 1,
				Samples: []shared.Finding{finding("https://www.example.com/a")}},
			{ID: "robots-txt-invalid", Severity: shared.SeverityError, Outcome: shared.OutcomeFail, Failed: 1,
				PointsLost: 120, Samples: []shared.Finding{finding("")}},
			{ID: "dear", Severity: shared.SeverityNotice, Outcome: shared.OutcomeFail, Failed: 21, PointsLost: 250,
				Samples: []shared.Finding{finding("https://www.example.com/b")}},
			{ID: "http-4xx", Outcome: shared.OutcomePass},
			{ID: "http-5xx", Outcome: shared.OutcomeNotApplicable, Reason: "no-title"},
		},
		Unvisited: []shared.Unvisited{{Reason: "limit", Count: 400}, {Reason: "robots"}},
	}
	doc := draw(t, reportAt(report, shared.ReportPlace{Gravest: true}).shown(loc))
	var got []string
	for _, s := range tag(doc, "summary") {
		got = append(got, words(s))
	}
	want := []string{
		"Take the report away 5",
		"Critical robots.txt has faulty lines −1.2 points Whole site", "Notice dear −2.5 points 21 pages",
		"Notice cheap −0.1 points 1 page",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got, want := words(first(t, class(doc, "caps"))),
		"What limits the score On most pages the text appears only with JavaScript With this the score cannot exceed 60: −12.4 points The site is served without encryption With this the score cannot exceed 90"; got != want {
		t.Errorf("caps: got %q, want %q", got, want)
	}
	if got, want := words(first(t, class(doc, "fixes"))),
		"These 2 fixes bring 60 to about 71 robots.txt has faulty lines to about 60 dear to about 71"; got != want {
		t.Errorf("fixes: got %q, want %q", got, want)
	}
	if got, want := value(first(t, class(doc, "f-bad")), "width"), "49%"; got != want {
		t.Errorf("bar: got %s, want %s", got, want)
	}
	links := map[string]string{}
	for _, a := range tag(doc, "a") {
		if value(a, "download") != "" {
			links[value(a, "download")] = value(a, "href")
		}
	}
	if csv := shared.PathReport(9) + "?format=csv&bom=true&lang=en"; len(links) != 5 || links["report.csv"] != csv {
		t.Errorf("files: got %v, want five, and %s", links, csv)
	}
	if n := len(all(doc, func(e *html.Node) bool { return e.Data == "details" && value(e, "open") != "" })); n != 0 {
		t.Errorf("%d checks are unfolded", n)
	}
}

// The skew that a boot record brings is a plain number of the server's clock.
func TestBootTime(t *testing.T) {
	raw, err := json.Marshal(boot{At: shared.At(moment(t, "14:00:00"))})
	if err != nil || !strings.Contains(string(raw), `"at":"2026-11-23T14:00:00.000Z"`) {
		t.Errorf("got %s, %v", raw, err)
	}
}

// Server and client choose in one order, so that a page keeps its language.
func TestChosenLang(t *testing.T) {
	for _, c := range []struct {
		cookies, kept, drawn string
		want                 text.Lang
	}{
		{"", "", "es", text.ES}, {"", "", "", text.EN}, {"", "en", "es", text.EN}, {"a=b; atalaya_lang=es", "en", "en", text.ES},
		{"atalaya_lang=xx", "es", "en", text.ES}, {"xatalaya_lang=es", "", "en", text.EN},
	} {
		if got := chosenLang(c.cookies, c.kept, c.drawn); got != c.want {
			t.Errorf("%q, %q, %q: got %s", c.cookies, c.kept, c.drawn, got.Tag())
		}
	}
}

func TestChooseLang(t *testing.T) {
	for _, c := range []struct {
		cookie, header string
		want           text.Lang
	}{{"", "", text.EN}, {"", "es", text.ES}, {"en", "es", text.EN}, {"es", "en", text.ES}, {"xx", "es", text.ES}} {
		if got := ChooseLang(c.cookie, c.header); got != c.want {
			t.Errorf("%q, %q: got %s", c.cookie, c.header, got.Tag())
		}
	}
}

// What is for some roles alone is offered to nobody else, and in the shell, which a browser keeps,
// to nobody at all.
func TestRolesAreOfferedWhatTheyMay(t *testing.T) {
	data := shelf{audits: []shared.AuditProgress{*sample(t, "running")}}
	for _, c := range []struct {
		role         shared.Role
		path         string
		team, shares bool
	}{
		{shared.RoleAdmin, "/audits/7", true, true},
		{shared.RoleAdmin, "/audits/7/report", true, true},
		{shared.RoleAdmin, "/", true, false},
		{shared.RoleAdmin, pathSettings, true, false},
		{shared.RoleAdmin, "/nothing", true, false},
		{shared.RoleAdmin, "/shell", false, false},
		{shared.RoleAuditor, "/audits/7", false, true},
		{shared.RoleViewer, "/audits/7", false, false},
		{shared.RoleWorker, "/audits/7", false, false},
		{"", "/audits/7", false, false},
	} {
		doc := get(t, c.path, &Request{Data: data, Role: c.role})
		var team, shares bool
		for _, a := range tag(first(t, tag(doc, "footer")), "a") {
			team = team || value(a, "href") == shared.PathTeam
			shares = shares || value(a, "href") == shared.PathBasicShares(7)
		}
		if team != c.team || shares != c.shares {
			t.Errorf("%s as %q: team %t, shares %t", c.path, c.role, team, shares)
		}
		want := c.role
		if c.path == "/shell" {
			want = ""
		}
		if got := bootOf(t, doc).Role; got != want {
			t.Errorf("%s as %q: the client starts as %q", c.path, c.role, got)
		}
	}
}
