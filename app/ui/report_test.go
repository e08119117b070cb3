//go:build !js

package ui

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"atalaya/shared"
	"atalaya/shared/text"
)

func placeAt(t *testing.T, query string) shared.ReportPlace {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return shared.ReadReportPlace(q)
}

// The filters of the checks, and the two orders.
func TestReportChecksAreChosen(t *testing.T) {
	loc, audit := localeAt(t, text.EN, "15:00:00"), *sample(t, "completed")
	check := func(id string, s shared.Severity, c shared.Category, lost int, page string) shared.CheckResult {
		return shared.CheckResult{ID: id, Severity: s, Category: c, PointsLost: lost, Outcome: shared.OutcomeFail, Failed: 1,
			Samples: []shared.Finding{{PageURL: page}}}
	}
	r := &shared.Report{Audit: audit, Checks: []shared.CheckResult{
		check("title-missing", shared.SeverityNotice, shared.CategoryMetadata, 300, "https://www.example.com/a"),
		check("http-4xx", shared.SeverityError, shared.CategoryLinks, 20, "https://www.example.com/B"),
		check("h1-missing", shared.SeverityNotice, shared.CategoryContent, 20, "https://www.example.com/c"),
		{ID: "http-5xx", Outcome: shared.OutcomePass},
	}}
	for query, want := range map[string]string{
		"":                           "title-missing http-4xx h1-missing",
		"order=gravest":              "http-4xx title-missing h1-missing",
		"sev=notice":                 "title-missing h1-missing",
		"sev=notice&cat=content":     "h1-missing",
		"q=/b":                       "http-4xx",
		"q=PAGE+HAS":                 "title-missing h1-missing",
		"q=H1-":                      "h1-missing",
		"q=nowhere":                  "",
		"view=passed&q=nowhere":      "title-missing http-4xx h1-missing",
		"open=http-4xx,h1-missing,x": "title-missing http-4xx+ h1-missing+",
	} {
		var got []string
		for _, c := range loc.report(r, placeAt(t, query), new(checkModels)).Checks {
			if c.Out {
				continue
			}
			if c.Open {
				c.ID += "+"
			}
			got = append(got, c.ID)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: got %s, want %s", query, s, want)
		}
	}
	var chips []string
	for _, c := range loc.report(r, placeAt(t, "sev=notice"), new(checkModels)).Filter.Chips {
		chips = append(chips, c.Name+" "+c.Count)
	}
	if want := []string{"All 3", "Critical 1", "Notice 2"}; !slices.Equal(chips, want) {
		t.Errorf("chips: got %q, want %q", chips, want)
	}
}

// The browser draws the titles of the first checks that the filters leave in, and the other
// parts of the report once it has all.
func TestReportTitles(t *testing.T) {
	loc, r := localeAt(t, text.EN, "15:00:00"), &shared.Report{Audit: *sample(t, "completed")}
	for i, id := range []string{"http-4xx", "http-5xx", "title-missing", "h1-missing"} {
		severity := shared.SeverityError
		if i%2 == 0 {
			severity = shared.SeverityNotice
		}
		r.Checks = append(r.Checks, shared.CheckResult{ID: id, Severity: severity, Outcome: shared.OutcomeFail})
	}
	for name, c := range map[string]struct {
		query  string
		titles int
		drawn  int
		none   bool
	}{
		"none yet":        {"", 0, 0, false},
		"the first":       {"", 1, 1, false},
		"some left out":   {"sev=notice", 1, 3, false}, // the errors come first
		"up to the last":  {"sev=notice", 2, 4, false},
		"more than there": {"sev=notice", 9, 4, false},
		"all left out":    {"q=nowhere", 1, 4, true},
	} {
		m := loc.report(r, placeAt(t, c.query), &checkModels{titles: c.titles})
		if m.Drawn != c.drawn || m.Others != (c.drawn == 4) || (m.NoMatch != "") != c.none {
			t.Errorf("%s: got %d, others %v, %q; want %d", name, m.Drawn, m.Others, m.NoMatch, c.drawn)
		}
	}
}

// A page begins with what its reader sees, asks then for what it lacks, and keeps a copy and
// draws what is folded last.
func TestReportUnrolls(t *testing.T) {
	r := &shared.Report{Audit: *sample(t, "completed")}
	for range 2 {
		r.Checks = append(r.Checks, shared.CheckResult{Outcome: shared.OutcomeFail})
	}
	shown := func(titles, bodies int, change ...func(*reportPage)) reportPage {
		p := reportPage{state: reportShown, report: r, checks: checkModels{titles: titles, bodies: bodies}}
		for _, do := range change {
			do(&p)
		}
		return p
	}
	rows := func(p *reportPage) { p.place.Part, p.rows.parts = shared.PartPages, make([][]pageRow, 2) }
	settled := func(p *reportPage) { p.settled = true }
	whole := func(p *reportPage) { p.settled, p.whole = true, true }
	unkept := func(p *reportPage) { p.whole, p.unkept = true, true }
	for name, c := range map[string]struct {
		page reportPage
		want unrollStep
	}{
		"no report":          {reportPage{state: reportLoading}, unrollNothing},
		"not ended":          {reportPage{state: reportNotReady, report: r, whole: true, unkept: true}, unrollNothing},
		"titles first":       {shown(0, 0), unrollTitles},
		"or rows":            {shown(0, 0, rows), unrollRows},
		"then the rest":      {shown(2, 0), unrollRest},
		"which is awaited":   {shown(2, 0, settled), unrollNothing},
		"unless it failed":   {shown(2, 0, settled, func(p *reportPage) { p.code = codeOffline }), unrollBodies},
		"then the copy":      {shown(2, 0, settled, unkept), unrollCopy},
		"then the bodies":    {shown(2, 0, whole), unrollBodies},
		"then nothing":       {shown(2, 2, whole), unrollNothing},
		"no body of a sheet": {shown(0, 0, whole, func(p *reportPage) { p.place.Page = "https://a.example/" }), unrollNothing},
	} {
		if got := c.page.nextStep(); got != c.want {
			t.Errorf("%s: got step %d, want %d", name, got, c.want)
		}
	}
}

// The first drawing names few places of each of many checks, and all of few.
func TestReportInBrief(t *testing.T) {
	for name, c := range map[string]struct {
		failed, samples, most int
		whole                 bool
	}{
		"few checks":  {20, 10, 10, true},
		"many checks": {100, 10, 2, false},
		"many, short": {100, 2, 2, true},
		"very many":   {300, 10, 1, false},
		"none":        {0, 0, 0, true},
	} {
		r := &shared.Report{}
		for range c.failed {
			places := make([]shared.Finding, c.samples)
			r.Checks = append(r.Checks, shared.CheckResult{Outcome: shared.OutcomeFail, Samples: places})
		}
		brief, whole := briefly(r)
		if whole != c.whole || len(brief.Checks) != c.failed {
			t.Errorf("%s: got whole %v with %d checks", name, whole, len(brief.Checks))
		}
		for i := range brief.Checks {
			if len(brief.Checks[i].Samples) != c.most || len(r.Checks[i].Samples) != c.samples {
				t.Fatalf("%s: got %d places of %d, want %d", name, len(brief.Checks[i].Samples), len(r.Checks[i].Samples), c.most)
			}
		}
	}
}

// Rows are put in words once, as long as they are those of the same list.
func TestReportRows(t *testing.T) {
	loc, site := localeAt(t, text.EN, "15:00:00"), "www.example.com"
	var s listing[shared.Page]
	var k pageRows
	follows := "more"
	part := func(path string, n int) {
		s.begin(path, true)
		s.receive(make([]shared.Page, n), &follows, nil)
	}
	sizes := func() (sizes []int) {
		for _, rows := range k.parts {
			sizes = append(sizes, len(rows))
		}
		return sizes
	}
	part("/all", rowsAtOnce+5)
	if m := loc.pageList(&s, &k, 9, site, false); len(m.Parts) != 1 {
		t.Errorf("at first: %d parts are drawn", len(m.Parts))
	}
	first := &k.parts[0][0]
	part("/all", 2*rowsAtOnce)
	k.after = 9
	m := loc.pageList(&s, &k, 9, site, false)
	if want := []int{rowsAtOnce, rowsAtOnce, rowsAtOnce, 5}; len(m.Parts) != 4 || !slices.Equal(sizes(), want) {
		t.Errorf("with more: %d parts are drawn of %v, want all of %v", len(m.Parts), sizes(), want)
	}
	if &k.parts[0][0] != first {
		t.Error("the first rows were made anew")
	}
	part("/some", 3)
	if m = loc.pageList(&s, &k, 9, site, true); len(m.Parts) != 1 || !slices.Equal(sizes(), []int{3}) {
		t.Errorf("of another list: %v", sizes())
	}
	spanish := localeAt(t, text.ES, "15:00:00")
	if first = &k.parts[0][0]; len(spanish.pageList(&s, &k, 9, site, true).Parts) != 1 || &k.parts[0][0] == first {
		t.Error("in another language the rows stay")
	}
}

// What checks hide is drawn for the first of them, and for those that are unfolded.
func TestReportBodies(t *testing.T) {
	loc, r := localeAt(t, text.EN, "15:00:00"), &shared.Report{Audit: *sample(t, "completed")}
	for _, id := range []string{"http-4xx", "http-5xx", "title-missing", "h1-missing"} {
		r.Checks = append(r.Checks, shared.CheckResult{ID: id, Outcome: shared.OutcomeFail,
			Samples: []shared.Finding{{PageURL: "https://www.example.com/"}}})
	}
	var got []string
	for _, c := range loc.report(r, placeAt(t, "open=title-missing"), &checkModels{bodies: 1}).Checks {
		if c.Body && len(c.Samples) == 1 {
			got = append(got, c.ID)
		}
	}
	if want := []string{"http-4xx", "title-missing"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// hiddenHere reports whether an element or one around it is not for the screen.
func hiddenHere(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if value(n, "hidden") != "" || slices.Contains(strings.Fields(value(n, "class")), "off") {
			return true
		}
	}
	return false
}

// Each part is shown at its own address; the others wait for paper.
func TestReportParts(t *testing.T) {
	loc, audit := localeAt(t, text.EN, "15:00:00"), *sample(t, "completed")
	r := &shared.Report{Audit: audit, Checks: []shared.CheckResult{
		{ID: "http-4xx", Outcome: shared.OutcomeFail, Severity: shared.SeverityError, Failed: 1},
		{ID: "title-missing", Outcome: shared.OutcomePass},
		{ID: "no-author", Outcome: shared.OutcomeNotApplicable, Reason: "no-article"},
	}, Unvisited: []shared.Unvisited{{Reason: "depth", Count: 2}, {Reason: "limit", Count: 1200}}}
	for query, want := range map[string]string{
		"":                    "Page not found or refused",
		"view=passed":         "Every page has a title",
		"view=na":             "Articles name their author",
		"view=page":           "/gone",
		"view=unvisited":      "/deep",
		"q=nothing+like+this": "Nothing matches what is chosen. Show everything",
	} {
		p := reportAt(r, placeAt(t, query))
		p.pages.begun, p.pages.rows = true, []shared.Page{{URL: "https://www.example.com/gone", Status: 404}}
		p.left.begun, p.left.rows = true, []shared.UnvisitedURL{{URL: "https://www.example.com/deep", Reason: "depth"}}
		doc := draw(t, p.shown(loc))
		if !slices.ContainsFunc(class(doc, "panel"), func(e *html.Node) bool {
			return !hiddenHere(e) && strings.Contains(words(e), want)
		}) {
			t.Errorf("%q does not show %q", query, want)
		}
		if !strings.Contains(words(doc), "Every page has a title") {
			t.Errorf("%q: what passed is not there for paper", query)
		}
		tabs := first(t, class(doc, "tabs"))
		if got, want := words(tabs), "By check 1 By page Passed 1 Not applicable 1 Not visited 1,202"; got != want {
			t.Errorf("%q: tabs %q, want %q", query, got, want)
		}
		current := all(tabs, func(e *html.Node) bool { return value(e, "aria-current") == "page" })
		if len(current) != 1 {
			t.Errorf("%q: %d tabs are the current one", query, len(current))
		}
	}
}

// What changed since the last audit, and the scores of the site.
func TestReportStory(t *testing.T) {
	loc, audit := localeAt(t, text.EN, "15:00:00"), *sample(t, "completed")
	audit.Previous = &shared.Verdict{AuditID: 3, GeoScore: 60, FinishedAt: shared.At(moment(t, "14:00:00"))}
	r := &shared.Report{Audit: audit, Score: &shared.Score{Value: 66, Categories: []shared.CategoryScore{
		{Category: shared.CategoryContent, Score: 49}, {Category: shared.CategoryLinks, Score: 80},
		{Category: shared.CategorySecurity, Score: 70},
	}}}
	p := reportAt(r, shared.ReportPlace{})
	since := func() string { return words(first(t, class(draw(t, p.shown(loc)), "since"))) }
	if got, want := since(), "6 points more than last time, 1 h ago Compare the two audits"; got != want {
		t.Errorf("before the server has answered: got %q, want %q", got, want)
	}
	p.change = &shared.Comparison{
		Counts: shared.ChangeCounts{Fixed: shared.Findings{Error: 2, Notice: 16}, New: shared.Findings{Warning: 1}},
		Categories: []shared.CategoryChange{{Category: shared.CategoryContent, Base: new(52), Head: new(49)},
			{Category: shared.CategoryLinks, Base: new(75), Head: new(80)}, {Category: shared.CategorySecurity, Head: new(70)}},
	}
	at := func(hour string) shared.Time { return shared.At(moment(t, hour)) }
	p.scores = []shared.Verdict{
		{AuditID: 2, GeoScore: 100, FinishedAt: at("11:00:00")}, {AuditID: 3, GeoScore: 60, FinishedAt: at("14:00:00")},
		{AuditID: audit.AuditID, GeoScore: 0, FinishedAt: at("15:00:00")},
	}
	if got, want := since(), "6 points more than last time, 1 h ago 18 fixed 1 new Compare the two audits"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	doc := draw(t, p.shown(loc))
	if got, want := words(first(t, class(doc, "cat"))), "Content −3 49 Links +5 80 Security 70"; got != want {
		t.Errorf("categories: got %q, want %q", got, want)
	}
	trend := first(t, class(doc, "chart"))
	if got, want := value(first(t, tag(first(t, class(trend, "line")), "path")), "d"), "M0 0L750 400L1000 1000"; got != want {
		t.Errorf("the line is %s, want %s", got, want)
	}
	if got, want := value(first(t, class(trend, "here")), "d"), "M1000 1000h0"; got != want {
		t.Errorf("this audit is marked at %s, want %s", got, want)
	}
	if got, want := value(trend, "aria-label"), "100, 60, 0"; !strings.HasSuffix(got, want) {
		t.Errorf("in words: %q, want %q at the end", got, want)
	}
	p.scores = p.scores[:1]
	if n := len(class(draw(t, p.shown(loc)), "chart")); n != 0 {
		t.Error("one score is drawn as a trend")
	}
}

// The sheet of a page says what is known, and no more.
func TestSheet(t *testing.T) {
	loc, r := localeAt(t, text.EN, "15:00:00"), &shared.Report{Audit: *sample(t, "completed")}
	const address = "https://www.example.com/old"
	p := reportAt(r, placeAt(t, "view=page&sev=error&page="+url.QueryEscape(address)))
	see := func() string { return words(draw(t, p.shown(loc))) }
	head := "/old " + address + " Back to the report"
	if got := see(); got != head {
		t.Errorf("at first: %q", got)
	}
	back := all(draw(t, p.shown(loc)), func(e *html.Node) bool { return e.Data == "a" && words(e) == "Back to the report" })
	if got := value(first(t, back), "href"); got != "/audits/9/report?sev=error&view=page" {
		t.Errorf("it leads back to %s", got)
	}
	p.sheet = sheet{url: address, code: "network"}
	if got, want := see(), head+" "+text.Problem(text.EN, "network")+" Try again"; got != want {
		t.Errorf("after a failure: %q, want %q", got, want)
	}
	p.sheet = sheet{url: address, known: true}
	if got, want := see(), head+" This audit did not fetch a page of this address."; got != want {
		t.Errorf("of no page: %q, want %q", got, want)
	}
	p.sheet.page = &shared.Page{
		URL: address, Status: 301, MS: 12, Bytes: 2048, FinalURL: "https://www.example.com/new", Depth: 2,
		Referrer: "https://www.example.com/", ContentType: "text/html", FetchedAt: shared.At(moment(t, "14:00:00")),
	}
	want := head + " Answer 301 Time until the first byte 12 ms Leads to /new Type text/html Size 2.1 kB" +
		" Clicks from the start 2 Found first on / Fetched 15:00" +
		" Findings on this page No check found anything on this page."
	if got := see(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	p.sheet.findings = []shared.Finding{{CheckID: "redirect-chain", Severity: shared.SeverityWarning,
		Evidence: []shared.Evidence{{Name: "hop", Value: "/a"}}}}
	p.sheet.leads = []shared.Page{{URL: "https://www.example.com/deeper", Status: 200}}
	p.out.begun = true // the server does not know
	if got := see(); !strings.Contains(got, "Several redirects in a row") || !strings.Contains(got, "/deeper") {
		t.Errorf("with findings: %q", got)
	}

	p.sheet.page.Redirects = []shared.Hop{{URL: address, Status: 301}, {URL: "https://other.example/new"}}
	p.sheet.page.Headers = []shared.Header{{Name: "Vary", Value: "Accept"}}
	none, two, cursor := 0, 1_002, "on"
	p.in = linkList{listing[shared.Link]{parts: parts{begun: true}}, &none}
	p.out = linkList{listing[shared.Link]{parts{begun: true, cursor: &cursor}, []shared.Link{
		{URL: "https://www.example.com/new", Text: "News", Fetched: true, Status: 404}, {URL: "https://other.example/new"},
	}}, &two}
	got := see()
	for _, want := range []string{
		"Redirects 301 /old none https://other.example/new Headers Vary Accept Links to this page (0) No page of this audit links here.",
		"Links on this page (1,002) /new 404 News https://other.example/new Show more",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if strings.Contains(got, "/deeper") {
		t.Errorf("a part of the links beside all: %q", got)
	}
	p.in = linkList{listing: listing[shared.Link]{parts: parts{code: "network"}}}
	if got, want := see(), "Links to this page (?) "+text.Problem(text.EN, "network"); !strings.Contains(got, "Try again") && strings.Contains(got, want) {
		t.Errorf("without a network: %q", got)
	}
}

// The report of an audit that came to nothing offers no ways through nothing and no files.
func TestEmptyReport(t *testing.T) {
	loc, ended := localeAt(t, text.EN, "15:00:00"), *sample(t, "completed")
	ended.Progress, ended.GeoScore, ended.TotalPages = 0, nil, 0
	for _, status := range []shared.Status{shared.StatusFailed, shared.StatusCancelled} {
		ended.Status = status
		got := words(draw(t, reportAt(&shared.Report{Audit: ended}, shared.ReportPlace{}).shown(loc)))
		if want := text.EN.T(text.ReportNoScore) + " " + text.EN.T(text.ReportNothing); got != want {
			t.Errorf("%s: got %q, want %q", status, got, want)
		}
	}
}

// What the copy button of a check gives.
func TestTicket(t *testing.T) {
	r := &shared.Report{Audit: *sample(t, "completed"), Checks: []shared.CheckResult{{ID: "http-4xx", Failed: 3,
		Severity: shared.SeverityError, Outcome: shared.OutcomeFail, PointsLost: 120, Samples: []shared.Finding{{
			PageURL: "https://www.example.com/<x>", Evidence: []shared.Evidence{{Name: "status", Value: "404 `@me`"}}}}}}}
	got := reportAt(r, shared.ReportPlace{}).toCopy("http-4xx")
	for _, want := range []string{"### Page not found or refused\n", "−1.2 points", "- <https://www.example.com/%3Cx%3E>: ``", "2 more"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// An audit that its page limit stopped can be run again with a limit that suffices.
func TestHigherLimit(t *testing.T) {
	for _, c := range []struct {
		reason       string
		limit, found int
		want         int
	}{
		{"limit", 150, 199, 200}, {"limit", 500, 340, 1000}, {"limit", 50, 6000, 10_000}, {"limit", 10_000, 20_000, 0},
		{"time", 150, 199, 0},
	} {
		p := shared.AuditProgress{StopReason: &c.reason, PageLimit: &c.limit, Discovered: c.found}
		if got := higherLimit(&p); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}
