package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// Whatever brings the list, it holds an audit that runs, however old, and loses one that
// is deleted at once.
func TestBrowserListHoldsWhatRunsAndLosesWhatIsDeleted(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	old := s.create(`{"url":"the old import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(old.AuditID), `{"progress":37}`)
	for n := range shared.ListSnapshot + 5 {
		a := s.create(fmt.Sprintf(`{"url":"import %d","kind":"external"}`, n))
		s.request("PATCH", shared.PathProgress(a.AuditID), `{"status":"completed"}`)
	}
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(`document.querySelector('.pill .dot.live') !== null`)
	p.sees(`document.querySelector('.lc')?.innerText.includes('the old import')`)
	p.sees(fmt.Sprintf(`document.querySelectorAll('.list tbody tr').length === %d`, shared.ListSnapshot))
	// The script has heard the list, and the program is perhaps still about to start.
	s.request("DELETE", shared.PathAudit(old.AuditID+30), "")
	p.sees(fmt.Sprintf(`![...document.querySelectorAll('.list a')].some(a => a.pathname === '%s')`,
		shared.PathPage(old.AuditID+30)))

	relay := newRelay(t, s.url)
	relay.block(true)
	p.do(chromedp.Navigate(relay.URL + "/"))
	testkit.Eventually(t, 60*time.Second, "polling", func() bool { return p.logged("[SSE] Using fallback: polling") })
	s.request("DELETE", shared.PathAudit(old.AuditID+31), "")
	p.sees(fmt.Sprintf(`![...document.querySelectorAll('.list a')].some(a => a.pathname === '%s')`,
		shared.PathPage(old.AuditID+31)))
	p.sees(`document.querySelector('.lc')?.innerText.includes('the old import')`)
}

// manyAudits has n audits end: of example sites, with scores that repeat; every tenth fails.
func (p *process) manyAudits(n int) {
	p.t.Helper()
	for i := range n {
		a := p.create(fmt.Sprintf(`{"url":"https://www.site-%d.example/path/%d","kind":"external"}`, i%40, i))
		state := fmt.Sprintf(`{"status":"completed","geo_score":%d,"total_pages":%d}`, 30+i*7%70, i%500)
		if i%10 == 3 {
			state = `{"status":"failed","error_message":"Could not resolve the host name"}`
		}
		p.request("PATCH", shared.PathProgress(a.AuditID), state)
	}
}

const (
	listRows  = `document.querySelectorAll('.list tbody tr').length`
	listRange = `document.querySelector('.foot .num')?.innerText`
)

// find writes into the field of the search, letter by letter as far as a page can tell.
func (p *tab) find(text string) {
	p.t.Helper()
	p.eval(`(f => { f.value = ` + jsString(text) + `; f.dispatchEvent(new Event('input', {bubbles: true})); })` +
		`(document.getElementById('list-search'))`)
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.eval(`document.querySelector(` + jsString(selector) + `).click()`)
}

// Of many audits each can be found: by a text, a status, an order, and page by page. The
// address says what is shown, and shows it again.
func TestBrowserListFindsSortsAndTurnsPages(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	s.manyAudits(230)
	ongoing := s.create(`{"url":"the import that runs","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(ongoing.AuditID), `{"progress":37}`)
	p := openTab(t, chromium)
	p.look("light", desktop)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running)
	p.sees(listRange + ` === '1 to 50 of 230'`)
	p.sees(`document.querySelector('.chips').innerText.replace(/\s+/g, ' ') === 'All 230 Done 207 Failed 23 Cancelled 0'`)
	p.shot("list-desktop-light")
	p.click(`.btn-lang`)
	p.look("dark", phone)
	p.says("1 a 50 de 230")
	p.shot("list-phone-dark-es")
	p.click(`.btn-lang`)
	p.look("light", desktop)

	p.click(`.foot a:last-child`)
	p.sees(listRange + ` === '51 to 100 of 230'`)
	p.sees(`location.search.includes('from=51')`)
	p.do(chromedp.Navigate(s.url + "/" + p.eval(`location.search`)))
	p.sees(listRange + ` === '51 to 100 of 230'`)
	p.sees(running)
	p.click(`.foot a:first-child`)
	p.sees(listRange + ` === '1 to 50 of 230'`)
	p.sees(`location.search === ''`)

	p.find("site-17.")
	p.sees(listRange + ` === '1 to 6 of 6'`)
	p.sees(`location.search === '?q=site-17.'`)
	p.find("zebra")
	p.says("No audit matches")
	p.sees(`document.querySelector('.lc').innerText.includes('the import that runs')`)
	p.find("")
	p.sees(listRange + ` === '1 to 50 of 230'`)

	p.click(`.chip[href*=failed]`)
	p.sees(listRange + ` === '1 to 23 of 23'`)
	p.sees(`[...document.querySelectorAll('.list .badge')].every(b => b.innerText === 'Failed')`)
	p.click(`.chip`)
	p.eval(`(f => { f.value = 'score'; f.dispatchEvent(new Event('change', {bubbles: true})); })(document.querySelector('select'))`)
	p.sees(`document.querySelector('.list .mini')?.innerText.trim() === '30'`)
	p.sees(`location.search === '?sort=score'`)

	// One that ends meanwhile does not move what is read, and comes when it is asked for.
	s.request("PATCH", shared.PathProgress(ongoing.AuditID), `{"status":"completed","geo_score":1}`)
	p.sees(`document.querySelector('#history .card-h button')?.innerText === '1 new'`)
	p.sees(`document.querySelector('.list .mini').innerText.trim() === '30'`)
	p.click(`#history .card-h button`)
	p.sees(`document.querySelector('.list .mini').innerText.trim() === '1'`)
	p.eval(`document.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))`)
	p.sees(`document.activeElement.id === 'list-search'`)
	p.clean()
}

// What is deleted in the list can be taken back for a while, and is deleted then, or when
// the reader leaves.
func TestBrowserListDeletesWithUndo(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	s.manyAudits(5)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running)
	rows := func(n int) { p.sees(fmt.Sprintf(`%s === %d`, listRows, n)) }
	kept := func(id int64) bool {
		status, _ := s.request("GET", shared.PathAudit(id), "")
		return status == http.StatusOK
	}
	rows(5)
	p.click(`.list .c-more button`)
	p.sees(`document.querySelector('dialog.menu').open`)
	p.shot("list-menu")
	p.click(`dialog.menu .btn-danger`)
	rows(4)
	p.click(`.app-note button`)
	rows(5)

	p.click(`.list tbody .c-box input`)
	p.click(`.list tbody tr:nth-child(2) .c-box input`)
	p.says("2 selected")
	p.shot("list-selected")
	p.click(`.tools.chosen .btn-danger`)
	rows(3)
	p.says("2 audits deleted")
	if !kept(5) || !kept(4) {
		t.Error("deleted before it could be taken back")
	}
	testkit.Eventually(t, patience, "the deletion", func() bool { return !kept(5) && !kept(4) })
	rows(3)

	p.click(`.list .c-more button`)
	p.click(`dialog.menu .btn-danger`)
	rows(2)
	p.do(chromedp.Navigate("about:blank"))
	testkit.Eventually(t, patience, "the deletion of who leaves", func() bool { return !kept(3) })
}

// The list has the newest audit of each site where that is wished, and the older ones behind
// it; the address says so.
func TestBrowserListGroupsBySite(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	s.manyAudits(130)
	p := openTab(t, chromium)
	p.look("light", desktop)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running)
	p.sees(`document.querySelectorAll('.list .spark').length === 45`) // five have failed each time
	p.click(`.find .chip`)
	p.sees(`location.search === '?group=site'`)
	p.sees(listRows + ` === 40`)
	p.sees(`document.querySelector('.list .older').innerText.trim() === '3 older'`)
	p.shot("list-sites-desktop-light")
	p.click(`.list .older`)
	p.sees(listRows + ` === 43`)
	p.sees(`document.querySelectorAll('.list tr.behind').length === 3`)
	p.shot("list-sites-unfolded")
	p.look("dark", phone)
	p.click(`.btn-lang`)
	p.says("3 anteriores")
	p.shot("list-sites-phone-dark-es")
	p.click(`.btn-lang`)
	p.click(`.list .older`)
	p.sees(listRows + ` === 40`)
	p.do(chromedp.Navigate(s.url + "/" + p.eval(`location.search`)))
	p.sees(running)
	p.sees(listRows + ` === 40`)
	p.clean()
}

// On a phone a button brings the boxes, large enough for a finger, and takes them away with
// what was selected.
func TestBrowserListSelectsOnPhones(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	s.manyAudits(5)
	p := openTab(t, chromium)
	p.look("light", smallPhone)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running)
	const box = `.list tbody .c-box label`
	p.sees(`document.querySelector('` + box + `').getBoundingClientRect().height === 0`)
	p.sees(`document.querySelector('.pick').getBoundingClientRect().height >= 44`)
	p.click(`.pick`)
	p.sees(`(r => r.width >= 44 && r.height >= 44)(document.querySelector('` + box + `').getBoundingClientRect())`)
	p.sees(`document.documentElement.scrollWidth <= 320`)
	p.click(box)
	p.click(`.list tbody tr:nth-child(3) .c-box input`)
	p.says("2 selected")
	p.shot("list-selected-small-phone")
	p.click(`.pick`)
	p.sees(`document.querySelector('.tools.chosen') === null`)
	p.click(`.pick`)
	p.click(`.list tbody tr:nth-child(2) .c-box input`)
	p.says("1 selected")
	p.click(`.tools.chosen .btn-danger`)
	p.sees(listRows + ` === 4`)
	testkit.Eventually(t, patience, "the deletion", func() bool {
		status, _ := s.request("GET", shared.PathAudit(4), "")
		return status == http.StatusNotFound
	})
	p.clean()
}

// A list of addresses, pasted, dropped or shared, starts audits after one question.
func TestBrowserStartsAListOfAddresses(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--max-per-host", "1")
	p := openTab(t, chromium)
	p.look("light", phone)
	p.before(`window.confirm = question => { window.asked = question; return window.agreed === true; }`)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running)
	list := jsString("site-1.example\nsite-2.example\nsite-2.example\nno address\nsite-1.example/other\n")
	asked := func(first, last string) {
		t.Helper()
		p.sees(`(window.asked || '').startsWith(` + jsString(first) + `) && window.asked.endsWith(` + jsString(last) + `)`)
		p.eval(`window.asked = ''`)
	}
	p.eval(`(d => { d.setData('text', ` + list + `);
		document.getElementById('start-url').dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})) })(new DataTransfer())`)
	asked("Start 3 audits?\n\nsite-1.example\nsite-2.example\n", "site-2.example\nno address")
	p.eval(`window.agreed = true`)
	drop := func() {
		t.Helper()
		p.eval(`(d => { d.items.add(new File([` + list + `], 'sites.txt'));
			document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: d, bubbles: true, cancelable: true})) })(new DataTransfer())`)
		asked("Start 3 audits?", "no address")
		p.says("2 of 3 audits started")
		p.says("site-1.example/other: ")
		p.sees(`document.querySelectorAll('.lc').length === 2`)
	}
	drop()
	p.shot("list-of-addresses")
	p.do(chromedp.Reload()) // and the same list once more starts nothing twice
	p.sees(running)
	p.eval(`window.agreed = true`)
	drop()
	if status, _ := s.request("GET", shared.PathAudit(3), ""); status != http.StatusNotFound {
		t.Errorf("a third audit of a list of two that was dropped twice: %d", status)
	}
	p.do(chromedp.Navigate(s.url + "/new?text=site-8.example%0Asite-9.example"))
	p.sees(running)
	asked("Start 2 audits?", "site-9.example")
}

// An address that is pasted anywhere else is in the list's start box, and is not started; other
// text stays where it is.
func TestBrowserTakesAPastedAddressAnywhere(t *testing.T) {
	t.Parallel()
	p := openTab(t, browser(t))
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	paste := func(text string) string {
		return `(d => { d.setData('text', ` + jsString(text) + `);
			document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})) })(new DataTransfer())`
	}
	for _, page := range []string{"/settings", "/nowhere"} { // which has a start box of its own
		p.do(chromedp.Navigate(s.url + page))
		p.sees(running)
		p.eval(paste("see site-0.example for more"))
		// Pasted again as long as nothing comes of it: a page that is just being taken over is deaf.
		p.sees(`location.pathname === '/new' || (` + paste("https://site-1.example/docs?a=1&b=2\n") + `, false)`)
		p.sees(`document.getElementById('start-url').value === 'https://site-1.example/docs?a=1&b=2'`)
		if page == "/settings" { // the other's status is an error in the console
			p.clean()
		}
	}
	if status, _ := s.request("GET", shared.PathAudit(1), ""); status != http.StatusNotFound {
		t.Errorf("an audit is started: %d", status)
	}
}

// The box that starts an audit tells of the one before it, and of one that runs.
func TestBrowserStartKnowsTheSite(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	done := s.create(`{"url":"https://www.site-1.example/","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(done.AuditID), `{"status":"completed","geo_score":70}`)
	s.create(`{"url":"https://site-2.example/","kind":"external"}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/new?url=site-1.example"))
	p.sees(running)
	p.sees(`document.getElementById('start-url').value === 'site-1.example'`)
	write := func(address string) {
		p.eval(`(f => { f.value = ` + jsString(address) + `; f.dispatchEvent(new Event('input', {bubbles: true})); })` +
			`(document.getElementById('start-url'))`)
	}
	write("https://site-1.example/shop")
	p.sees(`document.querySelector('.met').innerText.endsWith(': 70')`)
	write("site-2.example")
	p.says("This site is being audited now: 0 %")
	p.eval(`document.querySelector('details.more').open = true`)
	p.eval(`document.getElementById('start-page_limit').value = '7'`)
	p.click(`.start button`)
	p.says("Start anyway")
	p.shot("start-known")
	p.click(`.start button`)
	p.sees(`location.pathname === '/audits/3'`)
	if a := s.progress(3); a.PageLimit == nil || *a.PageLimit != 7 {
		t.Errorf("page limit: %v", a.PageLimit)
	}
	p.clean()
}

// The report shows ten groups of a check first, and all of them and the pages of each when
// asked.
func TestBrowserShowsAllPlaces(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "500")
	a := s.create(fmt.Sprintf(`{"url":%q,"page_limit":60}`, gitDoc(t)))
	testkit.Eventually(t, 60*time.Second, "the audit's end", func() bool { return s.progress(a.AuditID).Status.Terminal() })
	var many, alike shared.CheckResult // the check of most groups, and that whose first group is the largest
	alike.Samples = []shared.Finding{{}}
	for _, c := range s.report(a.AuditID).Checks {
		if c.Groups > many.Groups && shared.ExtentOf(c.ID) == shared.ExtentPages {
			many = c
		}
		if len(c.Samples) > 0 && c.Samples[0].Count > alike.Samples[0].Count {
			alike = c
		}
	}
	size := alike.Samples[0].Count
	if many.Groups <= shared.MaxSamples || size <= shared.MaxSamples {
		t.Fatalf("the check of most groups: %+v\nthat of the largest: %+v", many, alike)
	}
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(a.AuditID)))
	within := func(c shared.CheckResult, script string) string {
		return fmt.Sprintf(`document.getElementById('check-%s')%s`, c.ID, script)
	}
	const groups, lastButton = `.querySelectorAll('.chk-b > div > .samples > li').length`, `.querySelector('.chk-b > div > .more button')`
	p.sees(fmt.Sprintf("%s === %d", within(many, groups), len(many.Samples)))
	// Before the client has taken the page over the button does nothing.
	p.sees(fmt.Sprintf("(%s, %s === %d)", within(many, lastButton+`?.click()`), within(many, groups), many.Groups))
	p.sees(within(many, lastButton+` === null`))
	const ofGroup = `.querySelector('.samples > li')`
	p.eval(within(alike, `.open = true`))
	p.eval(within(alike, ofGroup+`.querySelector('.more button').click()`))
	p.sees(fmt.Sprintf("%s === %d", within(alike, ofGroup+`.querySelectorAll('.samples li').length`), size))
	p.sees(within(alike, ofGroup+`.querySelector('.more button') === null`))
	p.shot("report-all-places")
	p.clean()
}
