package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// keeps waits until this browser keeps what has a key for reading offline, and a condition
// holds for its entry e.
func (p *tab) keeps(limit time.Duration, key, condition string) {
	p.t.Helper()
	p.sees(limit, fmt.Sprintf(`(() => {
		const opened = indexedDB.open('atalaya');
		opened.onupgradeneeded = () => opened.transaction.abort();
		opened.onsuccess = () => {
			const database = opened.result;
			const entry = database.transaction('kept').objectStore('kept').get(%s);
			entry.onsuccess = () => { window.entryKept = entry.result; database.close(); };
		};
		const e = window.entryKept;
		return e !== undefined && e.key === %[1]s && (%s);
	})()`, jsString(key), condition))
}

// rowsOf follows a list to its end in the browser, and gives its rows as JSON.
func (p *tab) rowsOf(path string) string {
	p.t.Helper()
	rows, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(async (path) => {
		const list = /(\w+)\?/.exec(path)[1];
		const rows = [];
		for (let cursor = ''; cursor !== null;) {
			const answer = await fetch(cursor ? path + '&cursor=' + encodeURIComponent(cursor) : path);
			const body = await answer.json();
			rows.push(...body[list]);
			cursor = body.next_cursor;
		}
		return JSON.stringify(rows);
	})(%s).catch(String)`, jsString(path)), chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", path, err)
	}
	return rows
}

// TestBrowserAnswersForTheServer compares what the server says of the lists of a report with
// what the browser says of them once the server is gone.
func TestBrowserAnswersForTheServer(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1000")
	const id = 1
	s.ends(s.create(fmt.Sprintf(`{"url":%q,"page_limit":450}`, gitDoc(t))).AuditID)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(60*time.Second, liveDot)
	p.controlled()
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(id)))
	p.keeps(2*time.Minute, "report.1", "true")
	p.keeps(2*time.Minute, "report.1/lists", "e.whole")

	var pages shared.PageList
	_, body := s.request("GET", shared.PathPages(id, shared.PageQuery{Limit: 200}), "")
	if err := json.Unmarshal(body, &pages); err != nil || len(pages.Pages) < 100 {
		t.Fatalf("%d pages, %v", len(pages.Pages), err)
	}
	var findings shared.FindingList
	_, body = s.request("GET", shared.PathGroups(id, ""), "")
	if err := json.Unmarshal(body, &findings); err != nil || len(findings.Findings) == 0 {
		t.Fatalf("%d findings, %v", len(findings.Findings), err)
	}
	page, found := pages.Pages[99], findings.Findings[0]
	paths := []string{
		shared.PathPages(id, shared.PageQuery{Limit: 100}),
		shared.PathPages(id, shared.PageQuery{Limit: 50, Text: "GIT-c"}),
		shared.PathPages(id, shared.PageQuery{Limit: 100, Answer: shared.AnswerOK}),
		shared.PathPages(id, shared.PageQuery{Limit: 100, Answer: shared.AnswerClientError}),
		shared.PathPages(id, shared.PageQuery{Limit: 100, Answer: shared.AnswerFailed}),
		shared.PathPages(id, shared.PageQuery{Limit: 100, Found: shared.SeverityError}),
		shared.PathPages(id, shared.PageQuery{Limit: 100, Found: shared.SeverityWarning}),
		shared.PathPages(id, shared.PageQuery{URL: page.URL}) + "&limit=10",
		shared.PathPages(id, shared.PageQuery{Referrer: page.Referrer, Limit: 200}),
		shared.PathPageFindings(id, page.URL),
		shared.PathGroups(id, found.CheckID),
		shared.PathGroup(id, found.CheckID, found.Group),
		shared.PathUnvisited(id, shared.UnvisitedQuery{Limit: 100}),
		shared.PathUnvisited(id, shared.UnvisitedQuery{Limit: 100, Reason: "external", Text: "HTTP"}),
	}
	online := map[string]string{}
	for _, path := range paths {
		online[path] = p.rowsOf(path)
	}
	s.kill()
	some := 0
	for _, path := range paths {
		offline := p.rowsOf(path)
		if offline != online[path] {
			t.Errorf("%s: offline %.300s…\nonline %.300s…", path, offline, online[path])
		}
		if len(offline) > 2 {
			some++
		}
	}
	if some < len(paths)/2 {
		t.Errorf("only %d of %d lists have rows", some, len(paths))
	}
	const refused = `(async () => (await Promise.all(['/api/v1/audits/2/pages?limit=9', '/api/v1/audits/1/report',
		'/api/v1/audits/1/pages?limit=9&cursor=of-the-server'].map((path) => fetch(path).then(() => 'answered', (e) => e.name)))).join())()`
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](refused, chromedp.EvalAwaitPromise))
	if want := "TypeError,TypeError,TypeError"; err != nil || got != want {
		t.Errorf("what is not kept: %s, %v", got, err)
	}
}
