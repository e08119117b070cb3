package main

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// A dialog closes when its matter has ended: nothing is left to stop.
func TestBrowserWithdrawsItsQuestion(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	a := s.create(`{"url":"nightly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":37,"message":"Reading page 12"}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	p.do(chromedp.Click(".head-a .btn-danger"))
	p.sees(`document.querySelector('dialog').open`)
	s.request("PATCH", shared.PathProgress(a.AuditID), `{"status":"completed","geo_score":80}`)
	p.sees(stripSays("Done"))
	p.sees(`!document.querySelector('dialog').open && document.activeElement.id === 'title'`)
	p.clean()
}

// Clicks on links with Shift or Alt are the browser's: the page stays where it is.
func TestBrowserKeepsItsModifiedClicks(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	a := s.create(`{"url":"nightly import","kind":"external"}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	// What the browser would do with the click is not at stake here.
	p.eval(`window.addEventListener('click', e => e.target.closest('a') && e.preventDefault(), true)`)
	click := func(options string) {
		p.eval(fmt.Sprintf(`document.querySelector('.brand').dispatchEvent(`+
			`new MouseEvent('click', {bubbles: true, cancelable: true%s}))`, options))
	}
	click(", shiftKey: true")
	click(", altKey: true")
	p.do(chromedp.Click(".btn-lang")) // handled after them
	p.sees(`document.documentElement.lang === 'es'`)
	if path := p.eval(`location.pathname`); path != shared.PathPage(a.AuditID) {
		t.Errorf("a modified click led to %s", path)
	}
	click("")
	p.sees(`location.pathname === '/'`)
	p.clean()
}

// Without a server an address with a slash at its end is the one without.
func TestBrowserReadsASlashOffline(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	a := s.create(`{"url":"nightly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":37}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	p.keeps(time.Minute, fmt.Sprintf("audit.%d", a.AuditID), "true")
	p.controlled()
	s.kill()
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID) + "/"))
	p.sees(stripSays("The server does not answer"))
	p.sees(percent + " === 37")
}

// The report of an audit that read no page says why and what would help, and has no tools
// for what is not there; nor has the plain one.
func TestBrowserEmptyReport(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	a := s.create(`{"url":"http://127.0.0.1:1/"}`)
	s.ends(a.AuditID)
	p := openTab(t, chromium)
	p.look("light", phone)
	for _, query := range []string{"?wasm=false", ""} {
		p.do(chromedp.Navigate(s.url + shared.PathReportPage(a.AuditID) + query))
		if query == "" {
			p.sees(running)
		}
		p.sees(stripSays("Start the web server"))
		p.says("Nothing was analysed")
		if tools := p.eval(`document.querySelectorAll('.tabs, .filters, .folds').length`); tools != "0" {
			t.Errorf("%q: %s tools for nothing", query, tools)
		}
	}
	p.shot("empty-report")
	p.do(chromedp.Click(".head-a .btn")) // run again
	p.sees(fmt.Sprintf(`location.pathname === %q`, shared.PathPage(a.AuditID+1)))
	p.do(chromedp.Navigate(s.url + shared.PathBasicReport(a.AuditID)))
	p.sees(fmt.Sprintf(`location.pathname === %q`, shared.PathBasicPage(a.AuditID)))
	p.clean()
}

// The navigation marks where the reader is, also where the list and the start of an audit
// are one page.
func TestBrowserMarksWhereTheReaderIs(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	p := openTab(t, chromium)
	p.look("light", phone)
	here := func(want string) {
		t.Helper()
		p.sees(`[...document.querySelectorAll('.nav [aria-current]')].map((a) => a.pathname).join() === ` + jsString(want))
	}
	for _, query := range []string{"?wasm=false", ""} {
		p.do(chromedp.Navigate(s.url + "/new" + query))
		if query == "" {
			p.sees(running)
		}
		here("/new")
	}
	p.do(chromedp.Click(`.nav a[href="/"]`))
	here("/")
	p.do(chromedp.Click(`.nav a[href="/new"]`))
	here("/new")
	p.clean()
}

// worstShift is the cumulative layout shift as browsers define it: the largest sum of
// the shifts that follow each other within a second, over at most five.
const worstShift = `(() => { let worst = 0, sum = 0, first = 0, last = -Infinity; for (const e of shifts) {
	if (e.startTime - last > 1000 || e.startTime - first > 5000) { sum = 0; first = e.startTime }
	last = e.startTime; sum += e.value; worst = Math.max(worst, sum) }; return worst })()`

// watchAudit follows an audit to its end, and returns how much the page moved, and what.
func watchAudit(p *tab, s *process, site string, w viewport) (sum float64, moved string) {
	p.t.Helper()
	a := s.create(fmt.Sprintf(`{"url":%q,"page_limit":60}`, site))
	p.look("light", w)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.eval(`(window.shifts = [], new PerformanceObserver(list => list.getEntries().forEach(e => shifts.push(e)))` +
		`.observe({type: 'layout-shift', buffered: true}), 0)`)
	p.seesWithin(90*time.Second, stripSays("Done in"))
	// The picture comes afterwards: taking it resizes the page.
	sum, err := strconv.ParseFloat(p.eval(worstShift), 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return sum, p.eval(`shifts.map(e => e.value.toFixed(4) + ' ' + ` +
		`Math.round(e.startTime) + ' ' + e.sources.map(s => s.node && (s.node.className || s.node.nodeName) + ' ' + ` +
		`['x', 'y', 'width'].map(k => Math.round(s.previousRect[k]) + '>' + Math.round(s.currentRect[k]))).join(', ')).join('\n')`)
}

// A page holds still while an audit goes by: nothing comes or goes that would move
// what somebody reads.
func TestBrowserHoldsStill(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "6")
	p := openTab(t, chromium)
	// The end of the later audits also says what changed since the one before.
	for _, w := range []viewport{desktop, tablet, phone, smallPhone} {
		sum, moved := watchAudit(p, s, site, w)
		t.Logf("%d px: layout shifts of %.4f", w.width, sum)
		if sum > 0.02 {
			t.Errorf("%d px: layout shifts of %v: %s", w.width, sum, moved)
		}
		p.shot(fmt.Sprint("still-", w.width))
	}
}
