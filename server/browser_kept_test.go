package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// keeps waits until this browser keeps what has a key for reading offline, and a condition
// holds for its entry e.
func (p *tab) keeps(limit time.Duration, key, condition string) {
	p.t.Helper()
	p.seesWithin(limit, kept(key, condition))
}

// kept is true once a page's browser keeps what [tab.keeps] waits for.
func kept(key, condition string) string {
	return fmt.Sprintf(`(() => {
		const opened = indexedDB.open('atalaya');
		opened.onupgradeneeded = () => opened.transaction.abort();
		opened.onsuccess = () => {
			const database = opened.result;
			const entry = database.transaction('kept').objectStore('kept').get(%s);
			entry.onsuccess = () => { window.entryKept = entry.result; database.close(); };
		};
		const e = window.entryKept;
		return e !== undefined && e.key === %[1]s && (%s);
	})()`, jsString(key), condition)
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
	p.sees(liveDot)
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
	const refused = `(async () => (await Promise.all(
		['/api/v1/audits/2/pages?limit=9', '/api/v1/audits/1/report', '/api/v1/audits/1/pages?limit=9&cursor=of-the-server']
			.map((path) => fetch(path).then(() => 'answered', (e) => e.name)))).join())()`
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](refused, chromedp.EvalAwaitPromise))
	if want := "TypeError,TypeError,TypeError"; err != nil || got != want {
		t.Errorf("what is not kept: %s, %v", got, err)
	}
}

// largeTask is how long the page of the largest report may be held up by one thing while it
// draws what hides in it and the report is kept, on a machine of its own.
const largeTask = 200 * time.Millisecond

// TestBrowserKeepsAReportOfManyPages keeps the largest report that there is, and reads its last
// page without the server. It says how long a task of the page took meanwhile, beside how long
// one takes on a visit when there is nothing left to keep (go test -v).
func TestBrowserKeepsAReportOfManyPages(t *testing.T) {
	chromium := browser(t)
	dir := t.TempDir()
	id := storeLarge(t, dir, 0)
	s := start(t, "--data-dir", dir)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.controlled()
	address := s.url + shared.PathReportPage(id)
	var tasks [2]float64
	for visit := range tasks {
		tasks[visit] = p.longestTask(address, func() {
			p.keeps(5*time.Minute, fmt.Sprintf("report.%d/lists", id), "e.whole")
			p.seesWithin(5*time.Minute, `document.querySelectorAll('.checks > details .samples').length > 20`) // what hides in it
		})
	}
	t.Logf("kept %s bytes; longest task %.0f ms, with nothing to keep %.0f ms",
		p.eval("window.entryKept.bytes"), tasks[0], tasks[1])
	if most := float64((largeTask * timesSlower).Milliseconds()); tasks[0] > most {
		t.Errorf("the page was held up for %.0f ms while the report was kept", tasks[0])
	}
	s.kill()
	last := fmt.Sprintf("/page-%d", shared.PageLimitMax-1)
	p.do(chromedp.Navigate(address + "?view=page&q=" + last))
	p.sees(running + " && " + shownRows + ` === 1`)
	p.eval(`document.querySelector('.panel:not(.off) .tbl tbody a').click()`)
	p.sees(`document.querySelectorAll('.finds li').length === ` + fmt.Sprint(largeFindings))
}

// longestTask opens a page and gives the length of its longest task, in milliseconds, from when
// the program runs until something is done.
func (p *tab) longestTask(address string, do func()) float64 {
	p.t.Helper()
	p.do(chromedp.Navigate(address))
	p.sees(running)
	p.eval(`(window.longest = 0, new PerformanceObserver((tasks) => {
		window.longest = Math.max(window.longest, ...tasks.getEntries().map((task) => task.duration));
	}).observe({ type: 'longtask' }))`)
	do()
	longest, err := strconv.ParseFloat(p.eval("window.longest"), 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return longest
}
