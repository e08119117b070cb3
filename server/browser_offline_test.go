package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// fills writes into a field, as a reader does.
func (p *tab) fills(id, value string) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`(f => { f.value = %s; f.dispatchEvent(new Event('input', {bubbles: true})); })(document.getElementById(%s))`,
		jsString(value), jsString(id)))
}

// audits is how many audits the server has.
func (p *process) audits() int {
	p.t.Helper()
	status, body := p.request("GET", shared.PathAudits+"?limit=100", "")
	var list shared.AuditList
	if err := json.Unmarshal(body, &list); err != nil || status != 200 {
		p.t.Fatalf("list: %d, %v", status, err)
	}
	return len(list.Audits)
}

const (
	waitingRows = `document.querySelectorAll('#waiting li').length`
	waitingText = `(document.querySelector('#waiting')||{innerText:''}).innerText`
)

// TestBrowserOfflineDay is a day without the server: reports that were opened are read, with
// their pages, an audit is asked for, changed, and still there after a reload; when the server is back it is started,
// once for all tabs, and seen to its end.
func TestBrowserOfflineDay(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	const known = 3
	for _, limit := range [known]int{300, 10, 10} {
		s.ends(s.create(fmt.Sprintf(`{"url":%q,"page_limit":%d}`, site, limit)).AuditID)
	}
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.controlled()
	for id := range int64(known) {
		p.do(chromedp.Navigate(s.url + shared.PathReportPage(id+1)))
		p.keeps(60*time.Second, fmt.Sprintf("report.%d/lists", id+1), "e.whole")
	}
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.keeps(60*time.Second, "list", "true")

	s.kill()
	for id := range int64(known) {
		p.do(chromedp.Navigate(s.url + shared.PathReportPage(id+1)))
		p.sees(running + ` && document.querySelectorAll('details').length > 5`)
	}
	p.readsPagesOffline(s.url + shared.PathReportPage(1))
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(fmt.Sprintf(`%s && %s === %d`, running, listRows, known))

	p.fills("start-url", site)
	p.fills("start-page_limit", "7")
	p.click(".start button")
	p.sees(waitingRows + ` === 1 && ` + waitingText + `.includes('Pages at most: 7')`)
	p.says("It waits and starts by itself.")
	p.shot("offline-waiting")
	p.fills("start-url", "http://127.0.0.1:1/")
	p.click(".start button")
	p.sees(waitingRows + ` === 2`)
	p.click("#waiting li:nth-child(2) button:last-child")
	p.sees(waitingRows + ` === 1`)
	p.click("#waiting li button")
	p.sees(`document.getElementById('start-page_limit').value === '7'`)
	p.sees(`document.querySelector('.start button').innerText === 'Save'`)
	p.fills("start-page_limit", "9")
	p.click(".start button")
	p.sees(waitingText + `.includes('Pages at most: 9')`)
	p.sees(`document.querySelector('.start button').innerText === 'Start audit'`)

	p.do(chromedp.Reload())
	p.sees(running + ` && ` + waitingText + `.includes('Pages at most: 9')`)
	other := openTab(t, p.ctx)
	other.do(chromedp.Navigate(s.url + shared.PathReportPage(1)))
	other.sees(running)

	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	const started = known + 1
	p.seesWithin(2*time.Minute, waitingRows+` === 0`)
	p.sees(fmt.Sprintf(`[...document.querySelectorAll('main a')].some((a) => a.pathname === %q)`, shared.PathPage(started)))
	s.ends(started)
	p.sees(fmt.Sprintf(`[...document.querySelectorAll('.list a')].some((a) => a.pathname === %q)`, shared.PathPage(started)))
	if a := s.progress(started); a.PageLimit == nil || *a.PageLimit != 9 {
		t.Errorf("started with the limit %v, want 9", a.PageLimit)
	}
	if n := s.audits(); n != started {
		t.Errorf("the server has %d audits, want %d", n, started)
	}
	p.shot("offline-started")
}

// readsPagesOffline goes through the pages of a report that has many, as a reader does, and to
// the sheet of one.
func (p *tab) readsPagesOffline(address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(address + "?view=page"))
	p.sees(running + ` && ` + shownRows + ` >= 100`)
	p.says("A copy saved at")
	p.do(chromedp.SendKeys("#filter", "git-c"))
	p.sees(shownRows + ` > 0 && ` + shownRows + ` < 50 &&
		[...document.querySelectorAll('.panel:not(.off) .tbl .path')].every((e) => e.title.includes('git-c'))`)
	p.shot("offline-pages")
	p.eval(`document.querySelector('.panel:not(.off) .tbl tbody a').click()`)
	p.sees(`document.querySelector('.facts-l') !== null`)
	p.says("Findings on this page")
	p.shot("offline-sheet")
}

// atHome is true when a page offers nothing but what it can do without the server, and says
// why wherever it does not; otherwise it is what it offers.
const atHome = `(() => {
	const can = /^(start-\w+|Start audit|ES: .*|Keyboard shortcuts|Try again|Retry now|Try live again|Copy link|Notify me|Close|Pause|` +
	`Select .*|Actions for .*|Clear the selection)$/; // and what this device has by itself
	const open = document.querySelector('dialog[open]');
	const seen = [...document.querySelectorAll('button, input, select, textarea, a[download], a[href^="/api"]')]
		.filter((e) => e.checkVisibility() && !e.closest('.settings') && !(location.pathname.endsWith('/report') && e.closest('.filters')) &&
			(!open || open.contains(e)));
	const name = (e) => (e.getAttribute('aria-label') || e.innerText || e.id || e.name).trim();
	const wrong = seen.filter((e) => e.disabled ? !e.title : !can.test(name(e)));
	return wrong.length === 0 || [...new Set(wrong.map(name))].join(', ');
})()`

// TestBrowserOffersWhatCanBeDone walks over all screens without the server: what only the
// server can do is off and says why, on each of them.
func TestBrowserOffersWhatCanBeDone(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	site := gitDoc(t)
	done := s.create(fmt.Sprintf(`{"url":%q,"page_limit":20}`, site)).AuditID
	s.ends(done)
	failed := s.create(`{"url":"http://127.0.0.1:1/"}`).AuditID
	s.ends(failed)
	ongoing := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(ongoing), `{"progress":37}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.controlled()
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(done)))
	p.keeps(60*time.Second, fmt.Sprintf("report.%d/lists", done), "e.whole")
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.keeps(60*time.Second, "list", "true")
	s.kill()

	for _, path := range []string{
		"/", "/new", "/settings", shared.PathSitesPage, shared.PathSitesPage + "/" + shared.SiteName(site), shared.PathDiffPage(done, failed),
		shared.PathPage(done), shared.PathPage(failed), shared.PathPage(ongoing), shared.PathReportPage(done),
		shared.PathReportPage(done) + "?view=page", shared.PathReportPage(failed), "/nothing-here",
	} {
		p.do(chromedp.Navigate(s.url + path))
		p.sees(running + ` && ` + allDrawn)
		p.eval(`document.querySelectorAll('details').forEach((d) => { d.open = true })`)
		if offers := p.until(60*time.Second, atHome); offers != "true" {
			t.Errorf("%s offers %s", path, offers)
		}
		if path == "/" {
			p.sees(`document.querySelector('.list .c-box input') !== null`)
			p.click(`.list .c-box input`)
			p.sees(`document.querySelector('.tools.chosen') !== null && ` + atHome)
			p.click(`.list .c-more button`)
			p.sees(`document.querySelector('dialog.menu').open && ` + atHome)
			p.shot("offline-menu")
		}
	}
}
