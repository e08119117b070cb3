package pages

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

// run takes the audit up as a worker does and reports once.
func (s *site) run(advance work.Advance) work.Lease {
	s.t.Helper()
	job, ok, err := s.rows.Claim(s.t.Context(), "test", time.Minute)
	if err != nil || !ok {
		s.t.Fatalf("claim: %v, %v", ok, err)
	}
	if err := s.rows.Advance(s.t.Context(), job.Lease, advance); err != nil {
		s.t.Fatal(err)
	}
	return job.Lease
}

func (s *site) finish(lease work.Lease, result work.Result, report shared.Report) {
	s.t.Helper()
	b, err := json.Marshal(report)
	if err != nil {
		s.t.Fatal(err)
	}
	result.Report = b
	if err := s.rows.Finish(s.t.Context(), lease, result); err != nil {
		s.t.Fatal(err)
	}
}

func refresh(page *html.Node) string {
	for _, m := range elements(page, "meta") {
		if attribute(m, "http-equiv") == "refresh" {
			return attribute(m, "content")
		}
	}
	return ""
}

var halfway = work.Advance{
	Stage: shared.StageCrawl, Progress: 47, Message: work.Sentence{Text: "Crawling"}, TotalPages: 12, Discovered: 1_234,
	Findings: shared.Findings{Error: 1, Warning: 2, Notice: 3}, Responses: shared.Responses{OK: 12, ClientError: 1},
	Activity: &shared.Activity{
		Stages: []shared.StageSpan{{Name: shared.StageCrawl, StartedAt: shared.At(time.Unix(1_700_000_000, 0))}},
		Pages:  []shared.PageLine{{URL: "https://one.example/recetas", Status: 404, MS: 184}},
		Top:    []shared.TopCheck{},
	},
}

func TestAuditUntilItsEnd(t *testing.T) {
	s := newSite(t)
	path := shared.PathBasicPage(s.audit("https://one.example/").AuditID)

	page := parse(t, s.get(path))
	if got := refresh(page); got != "3" {
		t.Errorf("queued: refresh %q, want 3", got)
	}
	lease := s.run(halfway)
	r := s.get(path)
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q, want no-store", got)
	}
	page = parse(t, r)
	if got := refresh(page); got != "3" {
		t.Errorf("running: refresh %q, want 3", got)
	}
	for _, want := range []string{"https://one.example/", "Running", "Crawling pages", "47%",
		"[##############................]", "1,234", "1 critical, 2 warnings, 3 notices",
		"404 https://one.example/recetas 184 ms", "Reload"} {
		if got := words(page); !strings.Contains(got, want) {
			t.Errorf("running: %q is missing in\n%s", want, got)
		}
	}

	score, done := 76, halfway
	done.Progress = 100
	s.finish(lease, work.Result{Status: shared.StatusCompleted, GeoScore: &score, Last: done}, shared.Report{Score: &shared.Score{
		Value: 76, Caps: []shared.Cap{{ID: "not-https", Limit: 90, PointsLost: 210}},
		Fixes: []shared.Fix{{CheckID: "an-error", Score: 88}},
	}, Checks: []shared.CheckResult{
		{ID: "a-notice", Category: shared.CategoryContent, Severity: shared.SeverityNotice, Outcome: shared.OutcomeFail,
			Failed: 1, Samples: []shared.Finding{}},
		{ID: "passed-check", Category: shared.CategoryContent, Severity: shared.SeverityError,
			Outcome: shared.OutcomePass, Samples: []shared.Finding{}},
		{ID: "an-error", Category: shared.CategoryLinks, Severity: shared.SeverityError, Outcome: shared.OutcomeFail,
			Failed: 2, PointsLost: 250, Samples: []shared.Finding{
				{CheckID: "an-error", PageURL: "https://one.example/seen", Count: 2,
					Evidence: []shared.Evidence{{Name: "status", Value: "404"}}},
			}},
	}})
	page = parse(t, s.get(path))
	if got := refresh(page); got != "" {
		t.Errorf("done: refresh %q, want none", got)
	}
	got := words(page)
	for _, want := range []string{"Done", "100%", "76 of 100", "an-error", "2 pages · −2.5 points",
		"The site is served without encryption: With this the score cannot exceed 90: −2.1 points",
		"1 fix brings 76 to about 88", "an-error: to about 88", "https://one.example/seen and 1 more page", "a-notice",
		"For spreadsheets"} {
		if !strings.Contains(got, want) {
			t.Errorf("done: %q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "passed-check") || strings.Index(got, "an-error") > strings.Index(got, "a-notice") {
		t.Errorf("done: want the failed checks alone, the gravest first, in\n%s", got)
	}
}

// hostile is what an audited site or a foreign worker may choose to be called.
var hostile = []string{
	`"><script>alert(1)</script>`,
	`' onmouseover='alert(1)`,
	`</title><img src=x onerror=alert(1)>`,
	`javascript:alert(1)`,
	"{{.Frame}} \u202e \x7f </textarea>",
}

func TestHostileTexts(t *testing.T) {
	for _, evil := range hostile {
		s := newSite(t)
		id := s.audit("https://one.example/" + evil).AuditID
		running := halfway
		running.Message.Text = evil
		running.Activity = &shared.Activity{
			Stages: []shared.StageSpan{}, Top: []shared.TopCheck{},
			Pages: []shared.PageLine{{URL: "https://one.example/" + evil, Status: 200}},
		}
		lease := s.run(running)
		check := func(when string, targets ...string) {
			for _, target := range targets {
				page := parse(t, s.get(target))
				for _, e := range elements(page, "") {
					if (e.Data == "script" || e.Data == "img") && !strings.HasPrefix(attribute(e, "src"), "/") {
						t.Errorf("%s, %s: %q became <%s>", target, when, evil, e.Data)
					}
					for _, a := range e.Attr {
						runs := a.Key != "title" && // which is a text
							strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:")
						if strings.HasPrefix(a.Key, "on") || runs {
							t.Errorf("%s, %s: %q became %s=%q", target, when, evil, a.Key, a.Val)
						}
					}
				}
			}
		}
		check("running", "/", shared.PathPage(id), "/basic", shared.PathBasicPage(id))
		if got := words(parse(t, s.get(shared.PathBasicPage(id)))); strings.Count(got, strings.Join(strings.Fields(evil), " ")) < 2 {
			t.Errorf("%q is not shown as it is in\n%s", evil, got)
		}
		s.finish(lease, work.Result{Status: shared.StatusFailed, ErrorMessage: work.Sentence{Text: evil},
			Last: running}, shared.Report{Checks: []shared.CheckResult{{
			ID: evil, Category: shared.Category(evil), Severity: shared.SeverityError, Outcome: shared.OutcomeFail,
			Samples: []shared.Finding{{CheckID: evil, PageURL: evil, Evidence: []shared.Evidence{{Name: evil, Value: evil}}}},
		}}})
		check("failed", "/", shared.PathPage(id), shared.PathReportPage(id), "/basic", shared.PathBasicPage(id))
	}
}

func (s *site) post(form url.Values, target string) *http.Response {
	s.t.Helper()
	return s.do("POST", target, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestForm(t *testing.T) {
	s := newSite(t)
	form := url.Values{"url": {"  https://one.example/ "}, "key": {"abc"}}
	first := s.post(form, "/basic")
	if first.StatusCode != 303 || first.Header.Get("Location") != "/audits/1/basic" {
		t.Fatalf("got %d to %q, want 303 to /audits/1/basic", first.StatusCode, first.Header.Get("Location"))
	}
	p, err := s.rows.Progress(t.Context(), 1)
	if err != nil || p.URL != "https://one.example/" || p.PageLimit == nil || *p.PageLimit != 500 {
		t.Errorf("stored %+v, %v; want what Validate made of it", p, err)
	}
	if again := s.post(form, "/basic"); again.Header.Get("Location") != "/audits/1/basic" {
		t.Errorf("the same form sent twice led to %q", again.Header.Get("Location"))
	}
	seen := map[string]bool{"/audits/1/basic": true}
	for _, tt := range []struct {
		name, target string
		form         url.Values
	}{
		{"taken back and changed", "/basic", url.Values{"url": {"https://two.example/"}, "key": {"abc"}}},
		{"without a key, as the app's", "/basic?lang=es", url.Values{"url": {"https://one.example/"}}},
		{"with a key too long to count", "/basic", url.Values{"url": {"https://one.example/"}, "key": {strings.Repeat("k", 65)}}},
	} {
		r := s.post(tt.form, tt.target)
		to, err := url.Parse(r.Header.Get("Location"))
		if err != nil || r.StatusCode != 303 || seen[to.Path] || s.get(to.String()).StatusCode != 200 {
			t.Errorf("a form %s: got %d to %q, %v; want a page of its own", tt.name, r.StatusCode, to, err)
			continue
		}
		if got, _ := url.Parse(tt.target); to.RawQuery != got.RawQuery {
			t.Errorf("a form %s: the language %q was lost on the way to %q", tt.name, got.RawQuery, to)
		}
		seen[to.Path] = true
	}
}

func TestFormRefused(t *testing.T) {
	s := newSite(t)
	const urlencoded = "application/x-www-form-urlencoded"
	long := "url=" + strings.Repeat("x", shared.MaxBody)
	for _, tt := range []struct {
		name, kind, body string
		want             int
		kept             string
	}{
		{"not an address", urlencoded, "url=" + url.QueryEscape(`ftp://"><b>`), 422, `ftp://"><b>`},
		{"nothing typed", urlencoded, "url=+", 422, ""},
		{"no field", urlencoded, "", 422, ""},
		{"bad escape", urlencoded, "url=%zz", 400, ""},
		{"two addresses", urlencoded, "url=https://one.example/&url=https://two.example/", 400, ""},
		{"one address twice", urlencoded, "url=https://one.example/&url=https://one.example/", 400, ""},
		{"two keys", urlencoded, "url=https://one.example/&key=a&key=b", 400, ""},
		{"too large", urlencoded, long, 413, ""},
		{"JSON", "application/json", `{"url":"https://one.example/"}`, 415, ""},
		{"no type", "", "url=https://one.example/", 415, ""},
		{"a page's fetch", "text/plain", "url=https://one.example/", 415, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := s.do("POST", "/basic", tt.body, "Content-Type", tt.kind)
			page := parse(t, r)
			if r.StatusCode != tt.want {
				t.Errorf("got %d, want %d", r.StatusCode, tt.want)
			}
			wrong := false
			for _, e := range elements(page, "") {
				wrong = wrong || attribute(e, "role") == "alert" && words(e) != ""
				if attribute(e, "name") == "url" && attribute(e, "value") != tt.kept {
					t.Errorf("kept %q, want %q", attribute(e, "value"), tt.kept)
				}
			}
			if !wrong {
				t.Error("the page does not say what was wrong")
			}
		})
	}
	if all, err := s.rows.Newest(t.Context(), 10); err != nil || len(all) != 0 {
		t.Errorf("refused forms made %d audits, %v", len(all), err)
	}
}

// TestFormBeyondABound says why there is no further audit of a site, and keeps what was
// typed; the same form sent again still leads to the audit that it made.
func TestFormBeyondABound(t *testing.T) {
	s := newSite(t)
	first := url.Values{"url": {"https://one.example/"}, "key": {"abc"}}
	s.post(first, "/basic")
	s.audit("https://one.example/")
	s.audit("https://one.example/")
	for target, want := range map[string]string{
		"/basic": "As many audits of this site are waiting", "/basic?lang=es": "Este sitio ya tiene tantas auditorías",
	} {
		r := s.post(url.Values{"url": {"https://one.example/more"}}, target)
		if says := words(parse(t, r)); r.StatusCode != 429 || !strings.Contains(says, want) {
			t.Errorf("%s: got %d with\n%s\nwant 429 with %q", target, r.StatusCode, says, want)
		}
		if r.Header.Get("Retry-After") == "" {
			t.Errorf("%s: nobody says when to come back", target)
		}
	}
	if again := s.post(first, "/basic"); again.Header.Get("Location") != "/audits/1/basic" {
		t.Errorf("the form sent again: got %d to %q", again.StatusCode, again.Header.Get("Location"))
	}
}

func TestHomeLists(t *testing.T) {
	s := newSite(t)
	if got := words(parse(t, s.get("/basic"))); !strings.Contains(got, "No audits yet") {
		t.Errorf("empty list: got\n%s", got)
	}
	s.audit("https://one.example/")
	s.run(halfway)
	s.audit("https://two.example/")
	page := parse(t, s.get("/basic?lang=es"))
	var rows []string
	for _, tr := range elements(elements(page, "tbody")[0], "tr") {
		rows = append(rows, attribute(elements(tr, "a")[0], "href")+" "+words(tr))
	}
	want := []string{
		"/audits/2/basic?lang=es https://two.example/ En cola 0 % – 0",
		"/audits/1/basic?lang=es https://one.example/ En curso 47 % – 12",
	}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// A long address loses its middle in lists, where it would fill the screen; the whole of
// it stays at hand.
func TestPlainListsShortenAddresses(t *testing.T) {
	s := newSite(t)
	long := "https://one.example/" + strings.Repeat("añadidos/", 30) + "the-very-end"
	id := s.audit(long).AuditID
	last := halfway
	last.Activity = &shared.Activity{Pages: []shared.PageLine{{URL: long, Status: 200}}}
	s.run(last)
	for path, element := range map[string]string{shared.PathBasic: "a", shared.PathBasicPage(id): "td"} {
		found := slices.DeleteFunc(elements(parse(t, s.get(path)), element), func(e *html.Node) bool {
			return !strings.HasPrefix(words(e), "https://one.example/")
		})
		if len(found) != 1 {
			t.Fatalf("%s: the address stands in %d elements", path, len(found))
		}
		shown := words(found[0])
		if n := len([]rune(shown)); n != shortMost || !strings.HasSuffix(shown, "/the-very-end") {
			t.Errorf("%s: %d characters: %q", path, n, shown)
		}
		if whole := attribute(found[0], "title"); whole != long {
			t.Errorf("%s: the whole address is %q", path, whole)
		}
	}
}

// TestTextBrowser reads the pages in w3m, which knows neither style nor script.
func TestTextBrowser(t *testing.T) {
	w3m, err := exec.LookPath("w3m")
	if err != nil {
		if os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
			t.Fatal(err)
		}
		t.Skip("no w3m here")
	}
	s := newSite(t)
	path := shared.PathBasicPage(s.audit("https://one.example/").AuditID)
	s.run(halfway)
	server := httptest.NewServer(s)
	defer server.Close()
	for target, want := range map[string][]string{
		path:     {"Running: Crawling pages", "47%", "[##############................]", "Reload"},
		"/basic": {"Website address", "Start audit", "Status  Progress Score Pages", "https://one.example/ Running 47%      –     12"},
	} {
		cmd := exec.CommandContext(t.Context(), w3m, "-dump", "-cols", "80", server.URL+target)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+t.TempDir())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("w3m: %v", err)
		}
		for _, line := range want {
			if !strings.Contains(string(out), line) {
				t.Errorf("%s: %q is missing in\n%s", target, line, out)
			}
		}
	}
}

// TestPlainPageSaysWhyItIsShown opens the pages as those come that cannot run the app.
func TestPlainPageSaysWhyItIsShown(t *testing.T) {
	s := newSite(t)
	for _, target := range []string{"/basic", shared.PathBasicPage(s.audit("https://one.example/").AuditID)} {
		for query, want := range map[string]bool{"": false, "?old=1": true} {
			r := s.get(target+query, "Accept-Language", "es")
			if got := strings.Contains(words(parse(t, r)), text.ES.T(text.BasicOld)); got != want {
				t.Errorf("%s%s says why: %v, want %v", target, query, got, want)
			}
		}
	}
}

// TestPlacesOfACheck reads all places of a check, which are more than the report shows
// and more than one page carries, and what is no check or no audit.
func TestPlacesOfACheck(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	lease := s.run(halfway)
	findings := make([]shared.Finding, shared.ListLimitMax+45)
	for i := range findings {
		findings[i] = shared.Finding{CheckID: "title-duplicate", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning,
			Evidence: []shared.Evidence{{Name: "title", Value: "title " + strconv.Itoa(i)}}}
	}
	if err := s.rows.SaveFindings(t.Context(), lease, findings); err != nil {
		t.Fatal(err)
	}
	s.finish(lease, work.Result{Status: shared.StatusCompleted, Last: halfway}, shared.Report{Checks: []shared.CheckResult{{
		ID: "title-duplicate", Severity: shared.SeverityWarning, Outcome: shared.OutcomeFail, Failed: 1,
		Samples: findings[:shared.MaxSamples],
	}}})
	report := parse(t, s.get(shared.PathBasicPage(id)+"?lang=es"))
	link := ""
	for _, a := range elements(report, "a") {
		if words(a) == text.ES.T(text.ReportAllPlaces) {
			link = attribute(a, "href")
		}
	}
	if want := shared.PathBasicFindings(id, "title-duplicate") + "?lang=es"; link != want {
		t.Fatalf("the report leads to %q, want %q", link, want)
	}
	if got := words(report); strings.Contains(got, text.ES.T(text.WholeSite)) || !strings.Contains(got, text.ES.T(text.SomePages)) {
		t.Errorf("pages that share a title are called the whole site in\n%s", got)
	}
	var seen []int
	for link != "" {
		page := parse(t, s.get(link))
		seen = append(seen, len(elements(page, "li")))
		link = ""
		for _, a := range elements(page, "a") {
			if words(a) == text.ES.T(text.ReportMore) {
				link = attribute(a, "href")
			}
		}
	}
	if !slices.Equal(seen, []int{shared.ListLimitMax, 45}) {
		t.Errorf("pages of %v places", seen)
	}
	for target, want := range map[string]int{
		shared.PathBasicFindings(id, "none"):                            200,
		shared.PathBasicFindings(id, `"><b>`):                           200,
		shared.PathBasicFindings(99, "title-duplicate"):                 404,
		shared.PathBasicFindings(id, "title-duplicate") + "?cursor=%22": 404,
		"/audits/x/basic/title-duplicate":                               400,
	} {
		if got := s.get(target).StatusCode; got != want {
			t.Errorf("%s: got %d, want %d", target, got, want)
		}
	}
}

// TestPagesOfAGroup reads one fault of many pages as one place, and then its pages.
func TestPagesOfAGroup(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	lease := s.run(halfway)
	fault := func(i int, heading string) work.PageRecord {
		url := "https://one.example/" + strconv.Itoa(i)
		return work.PageRecord{Page: shared.Page{URL: url, Status: 200, FetchedAt: shared.At(time.Now())}, Findings: []shared.Finding{{
			CheckID: "h1-missing", Category: shared.CategoryMetadata, Severity: shared.SeverityWarning, PageURL: url,
			Evidence: []shared.Evidence{{Name: "heading", Value: heading}},
		}}}
	}
	var records []work.PageRecord
	for i := range 12 {
		records = append(records, fault(i, "Bread"))
	}
	if err := s.rows.SavePages(t.Context(), lease, append(records, fault(12, "Rye"))); err != nil {
		t.Fatal(err)
	}
	list, err := s.rows.Findings(t.Context(), id, shared.FindingQuery{CheckID: "h1-missing", Grouped: true})
	if err != nil {
		t.Fatal(err)
	}
	s.finish(lease, work.Result{Status: shared.StatusCompleted, Last: halfway}, shared.Report{Checks: []shared.CheckResult{{
		ID: "h1-missing", Severity: shared.SeverityWarning, Outcome: shared.OutcomeFail, Failed: 13, Groups: 2, Samples: list.Findings,
	}}})
	for _, target := range []string{shared.PathBasicPage(id), shared.PathBasicFindings(id, "h1-missing")} {
		link, offers := "", 0
		for _, a := range elements(parse(t, s.get(target+"?lang=es")), "a") {
			if words(a) == text.ES.T(text.ReportAll, "12") {
				link = attribute(a, "href")
				offers++
			}
		}
		if offers != 1 || !strings.Contains(link, "&lang=es") {
			t.Fatalf("%s: %d groups of more than one page, at %q", target, offers, link)
		}
		if page := parse(t, s.get(link)); len(elements(page, "li")) != 12 || strings.Contains(words(page), "Rye") {
			t.Errorf("%s: %s", link, words(page))
		}
	}
	if got := s.get(shared.PathBasicGroup(id, "h1-missing", `"><b>`)).StatusCode; got != 200 {
		t.Errorf("a group of no such name: %d", got)
	}
}

// TestPlainPageCallsASiteAsTheAppDoes reads the title of a site with www.
func TestPlainPageCallsASiteAsTheAppDoes(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	m := newAuditModel(r, text.EN, shared.AuditProgress{URL: "https://www.example.com/", Status: shared.StatusRunning}, nil)
	if !strings.HasSuffix(m.Title, ": example.com") || m.Site != "https://www.example.com/" {
		t.Errorf("title %q, site %q", m.Title, m.Site)
	}
}

// TestPlainListFindsAndTurnsPages walks through more audits than a page holds, in a chosen
// language, and looks for one.
func TestPlainListFindsAndTurnsPages(t *testing.T) {
	s := newSite(t)
	for i := range shared.ListSnapshot + 3 {
		external := shared.NewAudit{URL: fmt.Sprintf("import %d.", i), Kind: shared.KindExternal}
		if _, _, err := s.rows.Create(t.Context(), external, ""); err != nil {
			t.Fatal(err)
		}
	}
	target, seen := shared.PathBasic+"?lang=es&sort=errors&q=import", []int{}
	for target != "" {
		doc := parse(t, s.get(target))
		seen = append(seen, len(elements(doc, "tr"))-1)
		target = ""
		for _, a := range elements(doc, "a") {
			if strings.TrimSpace(words(a)) == text.ES.T(text.ListNext) {
				target = attribute(a, "href")
			}
		}
	}
	if want := []int{shared.ListSnapshot, 3}; !slices.Equal(seen, want) {
		t.Errorf("rows of the pages: got %v, want %v", seen, want)
	}
	for query, want := range map[string]int{"?q=IMPORT+7.": 1, "?status=pending": shared.ListSnapshot + 3, "?status=x&sort=x": shared.ListSnapshot + 3} {
		if got := len(elements(parse(t, s.get(shared.PathBasic+query)), "tr")) - 1; got != want {
			t.Errorf("%s: got %d rows, want %d", query, got, want)
		}
	}
	if r := s.get(shared.PathBasic + "?cursor=x"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a cursor of nobody: got %d", r.StatusCode)
	}
}

// TestPlainFormTakesOptions starts an audit with a page limit, and refuses what is no number.
func TestPlainFormTakesOptions(t *testing.T) {
	for form, want := range map[string]int{
		"url=https://a.example/&max_depth=2&skip_ai_agents=true&include=/docs/": http.StatusSeeOther,
		"url=https://a.example/&max_depth=":                                     http.StatusSeeOther,
		"url=https://a.example/&max_depth=two":                                  http.StatusUnprocessableEntity,
		"url=https://a.example/&include=docs":                                   http.StatusUnprocessableEntity,
		"url=https://a.example/&max_depth=2&max_depth=3":                        http.StatusBadRequest,
	} {
		s := newSite(t)
		r := s.do("POST", shared.PathBasic, form, "Content-Type", "application/x-www-form-urlencoded")
		if r.StatusCode != want {
			t.Errorf("%s: got %d, want %d", form, r.StatusCode, want)
		}
		if !strings.Contains(form, "skip") {
			continue
		}
		if got, _, err := s.rows.Settings(t.Context(), 1); err != nil || got.MaxDepth != 2 || !got.SkipAIAgents ||
			!slices.Equal(got.Include, []string{"/docs/"}) {
			t.Errorf("stored %+v, %v", got, err)
		}
	}
}

// The form takes a pace and headers. What was refused is shown again, but for headers, which
// are no more in the page than in what is stored for the form's key.
func TestPlainFormTakesHeaders(t *testing.T) {
	s := newSite(t)
	post := func(form string) *http.Response {
		return s.do("POST", shared.PathBasic, "url=https://a.example/&key=one&"+form, "Content-Type", "application/x-www-form-urlencoded")
	}
	for form, says := range map[string]string{
		"rate=0.5&max_depth=4&headers=s3cret":    text.Option(text.EN, shared.FieldHeaders),
		"rate=fast&max_depth=4&headers=A:s3cret": text.Option(text.EN, shared.FieldRate),
	} {
		r := post(form)
		page := read(t, r)
		if r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, html.EscapeString(says)) ||
			!strings.Contains(page, `name="max_depth" min="1" max="100" value="4"`) || strings.Contains(page, "s3cret") {
			t.Errorf("%s: %d %s", form, r.StatusCode, page)
		}
	}
	for _, form := range []string{"A:+s3cret", "A:+0ther"} {
		r := post("rate=0.5&headers=" + form)
		if again := post("rate=0.5&headers=" + form); r.StatusCode != http.StatusSeeOther ||
			r.Header.Get("Location") != again.Header.Get("Location") {
			t.Errorf("%s: %d %s, then %s", form, r.StatusCode, r.Header.Get("Location"), again.Header.Get("Location"))
		}
	}
	list, err := s.rows.List(t.Context(), shared.ListQuery{})
	if err != nil || len(list.Audits) != 2 {
		t.Errorf("%d audits, %v: other headers are another audit", len(list.Audits), err)
	}
	for _, p := range list.Audits {
		had, err := s.rows.HadHeaders(t.Context(), p.AuditID)
		if asked, _, err2 := s.rows.Settings(t.Context(), p.AuditID); err != nil || err2 != nil || !had || asked.Rate != 0.5 {
			t.Errorf("audit %d: had headers %v, at %v; %v, %v", p.AuditID, had, asked.Rate, err, err2)
		}
	}
}

// The facts of an audit name its stages, in order, each with its time.
func TestPlainLog(t *testing.T) {
	s := newSite(t)
	id := s.audit("https://one.example/").AuditID
	s.run(halfway)
	page := read(t, s.get(shared.PathBasicPage(id)))
	started, crawl := strings.Index(page, "<dt>Started:</dt>"), strings.Index(page, "<dt>Crawling pages:</dt><dd>2023-11-14 22:13:20 UTC")
	if started < 0 || crawl < started {
		t.Errorf("started at %d, crawled at %d of %s", started, crawl, page)
	}
}
