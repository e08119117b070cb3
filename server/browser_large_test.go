package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

// largePages is how many pages the largest audit has, each with largeFindings findings.
const largePages, largeFindings = shared.PageLimitMax, 5

// atFirst is how many rows of a long list are drawn at once.
const atFirst = 25

// What a report of that size may take. The times are for a machine of its own; shared, it
// may be many times slower.
const (
	largeOpens   = time.Second
	largeExports = 3 * time.Second
	largeGrowth  = 100 // MB
	timesSlower  = 30

	// largeStarts is how much longer than the start of the program, on the same machine at the
	// same time, a report may take to open.
	largeStarts = 4
)

// TestBrowserReportOfManyPages opens and exports the largest report that there is, beside
// one before it, and says how long each took (go test -v).
func TestBrowserReportOfManyPages(t *testing.T) {
	chromium := browser(t)
	dir := t.TempDir()
	ids := [2]int64{}
	for i := range ids {
		ids[i] = storeLarge(t, dir, i)
	}
	s := start(t, "--data-dir", dir)
	p := openTab(t, chromium)
	p.look("light", desktop)
	within := func(what string, limit time.Duration, do func()) (took time.Duration) {
		t.Helper()
		begun := time.Now()
		do()
		took = time.Since(begun)
		t.Logf("%-28s %6d ms (at most %d)", what, took.Milliseconds(), limit.Milliseconds())
		if took > limit*timesSlower {
			t.Errorf("%s took %v", what, took)
		}
		return took
	}
	address := s.url + shared.PathReportPage(ids[1])
	drawn := `document.querySelectorAll('.checks > details').length > 10`
	within("the server draws the report", largeOpens, func() {
		p.do(chromedp.Navigate(address))
		p.sees(drawn)
	})
	p.sees(running + " && " + drawn)
	var starts time.Duration
	for range 2 { // the longer, for a machine that is not equally busy all the time
		starts = max(starts, within("a page without data", largeOpens, func() {
			p.do(chromedp.Navigate(s.url + "/settings"))
			p.sees(running)
		}))
	}
	open := func(what, query, seen string) {
		t.Helper()
		took := within(what, largeOpens, func() {
			p.do(chromedp.Navigate(address + query))
			p.sees(running + " && " + seen)
		})
		if took > largeStarts*starts {
			t.Errorf("%s took %v, where the program starts in %v", what, took, starts)
		}
	}
	open("it opens in the app", "", drawn)
	open("by page", "?view=page", shownRows+` >= `+fmt.Sprint(atFirst))
	p.sees(shownRows + ` === 100`)
	within("the last of all pages", largeOpens, func() {
		p.do(chromedp.SendKeys("#filter", fmt.Sprintf("/page-%d", largePages-1)))
		p.sees(shownRows + ` === 1`)
	})
	within("its sheet", largeOpens, func() {
		p.eval(`document.querySelector('.panel:not(.off) .tbl tbody a').click()`)
		p.sees(`document.querySelectorAll('.finds li').length === ` + fmt.Sprint(largeFindings))
	})
	before := s.footprint("VmRSS")
	for _, file := range text.Files(text.EN) {
		within("the file "+file.Format, largeExports, func() {
			answer, err := http.Get(s.url + shared.PathFile(ids[1], file.Format, "en"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			if n, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != 200 || n < 1000 {
				t.Errorf("%s: %d, %d bytes, %v", file.Format, answer.StatusCode, n, err)
			}
		})
	}
	growth := s.footprint("VmHWM") - before
	t.Logf("%-28s %6d MB (at most %d)", "the server grew by", growth, largeGrowth)
	if growth > largeGrowth {
		t.Errorf("the server grew by %d MB", growth)
	}
}

// largeSite is what the large audits audit.
const largeSite = "https://large.example/"

// storeLarge stores an audit as its worker would. Those after the first lack one finding.
func storeLarge(t *testing.T, dir string, turn int) int64 {
	t.Helper()
	rows, lease := storePages(t, dir, turn)
	defer func() { _ = rows.Close() }()
	score := 70 + turn
	last := work.Advance{TotalPages: largePages, Discovered: largePages, Findings: shared.Findings{Warning: largePages * largeFindings}}
	if err := rows.Finish(t.Context(), lease, work.Result{
		Status: shared.StatusCompleted, GeoScore: &score, Last: last, Report: largeReport(t, largeSite, score, text.CheckIDs()),
	}); err != nil {
		t.Fatal(err)
	}
	return lease.AuditID
}

// storePages stores the pages of an audit that goes on; the first of them lacks so many findings.
func storePages(t *testing.T, dir string, lacks int) (*store.Store, work.Lease) {
	t.Helper()
	rows, err := store.Open(t.Context(), store.Config{DataDir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := rows.Create(t.Context(), shared.NewAudit{URL: largeSite, Kind: shared.KindSite, PageLimit: largePages}, ""); err != nil {
		t.Fatal(err)
	}
	job, ok, err := rows.Claim(t.Context(), "test", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	checks := text.CheckIDs()
	for from := 0; from < largePages; from += 500 {
		records := make([]work.PageRecord, 500)
		for i := range records {
			records[i] = largePage(largeSite, from+i, checks)
		}
		if from == 0 {
			records[0].Findings = records[0].Findings[lacks:]
		}
		if err := rows.SavePages(t.Context(), job.Lease, records); err != nil {
			t.Fatal(err)
		}
	}
	return rows, job.Lease
}

// largeHeaders are those of a page of GitHub Pages.
var largeHeaders = []shared.Header{
	{Name: "Cache-Control", Value: "max-age=600"}, {Name: "Content-Type", Value: "text/html; charset=utf-8"},
	{Name: "ETag", Value: `W/"68f2a1c3-9c40"`}, {Name: "Last-Modified", Value: "Fri, 17 Oct 2025 20:13:55 GMT"},
	{Name: "Server", Value: "GitHub.com"}, {Name: "Strict-Transport-Security", Value: "max-age=31556952"},
	{Name: "Vary", Value: "Accept-Encoding"}, {Name: "X-Served-By", Value: "cache-fra-etou8220094-FRA"},
}

func largePage(seed string, n int, checks []string) work.PageRecord {
	r := work.PageRecord{Page: shared.Page{
		URL: fmt.Sprintf("%spage-%d", seed, n), Depth: n % 9, Referrer: seed, Status: 200, MS: 20, Bytes: 40_000,
		ContentType: "text/html", Title: fmt.Sprint("Page ", n), Words: 700, Analysed: true,
		Findings: shared.Findings{Warning: largeFindings}, FetchedAt: shared.At(time.Now()), Headers: largeHeaders,
	}}
	if n%10 == 9 {
		r.Page.Redirects = []shared.Hop{{URL: r.Page.URL, Status: 301}, {URL: r.Page.URL + "/", Status: 200}}
	}
	for i := range largeFindings {
		r.Findings = append(r.Findings, largeFinding(checks[(n+i*7)%len(checks)], ""))
	}
	return r
}

func largeFinding(check, page string) shared.Finding {
	return shared.Finding{
		CheckID: check, Category: shared.CategoryContent, Severity: shared.SeverityWarning, PageURL: page,
		Evidence: []shared.Evidence{{Name: "length", Value: "312"}, {Name: "referrer", Value: "https://large.example/a/long/way/to/it"}},
	}
}

// largeReport is a report in which every check failed.
func largeReport(t *testing.T, seed string, score int, checks []string) []byte {
	t.Helper()
	r := shared.Report{Version: shared.ReportVersion, Score: &shared.Score{Value: score, Pages: largePages}}
	for _, id := range checks {
		c := shared.CheckResult{ID: id, Category: shared.CategoryContent, Severity: shared.SeverityWarning,
			Outcome: shared.OutcomeFail, Applied: largePages, Failed: largePages * largeFindings / len(checks), PointsLost: 30}
		for i := range shared.MaxSamples {
			c.Samples = append(c.Samples, largeFinding(id, fmt.Sprintf("%spage-%d", seed, i)))
		}
		r.Checks = append(r.Checks, c)
	}
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
