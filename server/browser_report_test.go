package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// What the test looks at in a report.
const (
	shownChecks = `[...document.querySelectorAll('.checks > details')].filter((d) => !d.hidden)`
	shownRows   = `document.querySelectorAll('.panel:not(.off) .tbl tbody tr').length`
	isFirst     = `location.search === ''`
)

// TestBrowserReport goes through a report as a reader does: it filters, unfolds, goes to a
// page and back, and finds everything where it was.
func TestBrowserReport(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1000")
	site := gitDoc(t)
	var a shared.AuditProgress
	for range 2 { // the second has something to be compared with
		a = s.awaitEnd(s.create(fmt.Sprintf(`{"url":%q,"page_limit":150}`, site)).AuditID, time.Minute)
	}
	p := openTab(t, chromium)
	p.look("light", desktop)
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(a.AuditID)))
	p.sees(running + ` && document.querySelector('.first .chart') !== null`)
	p.says("0 new")
	p.shot("report-first")
	all := p.eval(shownChecks + `.length`)

	// The filters are in the address, and a reload keeps them.
	press := func(name string) {
		t.Helper()
		p.eval(fmt.Sprintf(`[...document.querySelectorAll('.filters .chip')].find((b) => b.innerText.startsWith(%q)).click()`, name))
	}
	press("Warning")
	p.sees(`location.search === '?sev=warning'`)
	p.sees(shownChecks + `.every((d) => d.querySelector('.sev.w') !== null)`)
	p.do(chromedp.SendKeys("#filter", "title"))
	p.sees(`location.search === '?q=title&sev=warning'`)
	p.do(chromedp.Navigate(p.eval(`location.href`)))
	p.sees(running + ` && document.getElementById('filter').value === 'title'`)
	p.sees(shownChecks + `.length < ` + all)
	p.eval(`(document.getElementById('filter').value = 'no such thing',
		document.getElementById('filter').dispatchEvent(new Event('input', {bubbles: true})))`)
	p.says("Nothing matches")
	p.do(chromedp.Click(".checks .empty button"))
	p.sees(isFirst + ` && document.getElementById('filter').value === '' && ` + shownChecks + `.length === ` + all)

	// A check is unfolded by its key, keeps its place in another order, and can be copied.
	check := p.eval(shownChecks + `[2].id`)
	p.do(chromedp.Focus("#"+check+" summary"), chromedp.KeyEvent("\r"))
	p.sees(`document.getElementById('` + check + `').open && location.search.includes('open=')`)
	press("Gravest")
	p.sees(`location.search.includes('order=gravest') && document.getElementById('` + check + `').open &&
		document.querySelectorAll('.checks > details[open]').length === 1`)
	p.do(chromedp.Click("#" + check + " .copy button"))
	p.says("Copied")

	// To a page and back, by a check.
	p.eval(`document.querySelector('#` + check + ` .sheet-link').scrollIntoView({block: 'center'})`)
	top := p.eval(`Math.round(scrollY)`)
	p.eval(`document.querySelector('#` + check + ` .sheet-link').click()`)
	p.sees(`document.querySelector('.facts-l') !== null && scrollY === 0`)
	p.says("Findings on this page")
	p.shot("report-sheet")
	p.eval(`history.back()`)
	p.sees(`document.getElementById('` + check + `')?.open && Math.abs(scrollY - ` + top + `) < 3`)

	// By page: the server filters, the list grows, and the way back leads into the middle of it.
	p.eval(`document.querySelectorAll('.tabs a')[1].click()`)
	p.sees(shownRows + ` === 100 && location.search === '?view=page'`)
	p.do(chromedp.Click(".panel:not(.off) .more button"))
	p.sees(shownRows + ` > 125`) // the last part of them
	rows := p.eval(shownRows)
	p.eval(`document.querySelectorAll('.panel:not(.off) .tbl tbody a')[105].scrollIntoView({block: 'center'})`)
	top = p.eval(`Math.round(scrollY)`)
	page := p.eval(`document.querySelectorAll('.panel:not(.off) .tbl tbody a')[105].textContent`)
	p.eval(`document.querySelectorAll('.panel:not(.off) .tbl tbody a')[105].click()`)
	p.sees(`document.querySelector('.sheet-h h2')?.textContent === ` + jsString(page))
	p.eval(`history.back()`)
	p.sees(shownRows + ` === ` + rows + ` && Math.abs(scrollY - ` + top + `) < 3`)
	p.do(chromedp.SendKeys("#filter", "git-a"))
	p.sees(shownRows + ` > 0 && ` + shownRows + ` < 50 &&
		[...document.querySelectorAll('.panel:not(.off) .tbl .path')].every((e) => e.title.includes('git-a'))`)
	p.shot("report-pages")

	// What was left out, and what passed.
	p.eval(`document.querySelectorAll('.tabs a')[4].click()`)
	p.sees(`document.querySelectorAll('.panel:not(.off) .samples li').length > 0`)
	p.eval(`document.querySelectorAll('.tabs a')[2].click()`)
	p.says("Every page has a title")
	p.eval(`history.go(-2)`)
	p.sees(`location.search.includes('git-a') && document.getElementById('filter').value === 'git-a'`)
	p.clean()
}

// TestBrowserReportScreens keeps pictures of the parts of a report, and holds them to axe.
func TestBrowserReportScreens(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1000")
	site := gitDoc(t)
	var done shared.AuditProgress
	for range 3 {
		done = s.awaitEnd(s.create(fmt.Sprintf(`{"url":%q,"page_limit":40}`, site)).AuditID, time.Minute)
	}
	report := s.url + shared.PathReportPage(done.AuditID)
	a := album{tab: openTab(t, chromium), axeRules: axeScript(t)}
	for name, at := range map[string]struct{ query, ready string }{
		"page":      {"?view=page", shownRows + ` > 30`},
		"sheet":     {"?page=" + site, `document.querySelector('.facts-l') !== null`},
		"unvisited": {"?view=unvisited", `document.querySelectorAll('.panel:not(.off) .samples li').length > 0`},
	} {
		a.take(screen{name: "report-" + name, address: report + at.query, ready: running + " && " + at.ready})
	}
}
