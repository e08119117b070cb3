package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

const (
	// everyRow is the rows of the list of all pages that are drawn.
	everyRow = `document.querySelectorAll('#every-page .path')`
	// everyDrawn is the most that are, with the window of a desktop.
	everyDrawn = 150
	// toTheEnd scrolls to the end of the page.
	toTheEnd = `scrollTo(0, document.documentElement.scrollHeight)`
)

// All pages of an audit that goes on can be gone through, ten thousand too: few of them are
// drawn, each where it would stand among all, and those that come meanwhile move nothing.
func TestBrowserShowsEveryPage(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	dir := t.TempDir()
	id := storeRunning(t, dir)
	s := start(t, "--data-dir", dir, "--workers", "0")
	p := openTab(t, chromium)
	p.look("light", desktop)
	p.do(chromedp.Navigate(s.url + shared.PathPage(id)))
	p.sees(running)
	p.says(text.EN.T(text.PagesShowEvery, "10,000"))
	p.shot("newest-pages")
	p.do(chromedp.Click(".foot .btn"))
	p.sees(everyRow + `.length > 0`)
	p.sees(everyRow + `[0].title.endsWith('/page-0')`)
	p.sees(`document.activeElement.innerText === ` + jsString(text.EN.T(text.PagesNewest)))
	p.shot("every-page")
	last := fmt.Sprintf(`%s.length > 0 && %[1]s[%[1]s.length-1].title.endsWith('/page-%d')`, everyRow, largePages-1)
	p.seesWithin(3*time.Minute, `(`+toTheEnd+`, `+last+`)`)
	p.sees(everyRow + `.length < ` + fmt.Sprint(everyDrawn))
	p.sees(lastRow("aria-rowindex") + ` === '` + fmt.Sprint(largePages+1) + `'`)
	p.sees(`document.getElementById('every-page').getAttribute('aria-rowcount') === '` + fmt.Sprint(largePages+1) + `'`)

	p.eval(`scrollTo(0, scrollY / 2)`)
	middle := `[...` + everyRow + `].find((e) => e.getBoundingClientRect().top > 100).title`
	p.sees(`(() => { const n = parseInt(` + middle + `.split('-').pop()); return n > 4000 && n < 6000; })()`)
	seen := p.eval(middle)
	sqlite(t, dir, fmt.Sprintf(threeMore, id))
	p.sees(`document.body.innerText.includes('10,003 addresses fetched')`)
	if now := p.eval(middle); now != seen {
		t.Errorf("new pages moved the list from %s to %s", seen, now)
	}
	p.sees(`(` + toTheEnd + `, ` + lastRow("aria-rowindex") + ` === '` + fmt.Sprint(largePages+4) + `')`)
	p.eval(`scrollTo(0, 0)`)
	p.sees(everyRow + `[0].title.endsWith('/page-0')`)
	p.do(chromedp.Click(".card-h .btn"))
	p.says(text.EN.N(text.PagesLatest, 1))
	p.clean()
}

// lastRow is an attribute of the last row of all pages.
func lastRow(attribute string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('#every-page tr[aria-rowindex]')].pop().getAttribute(%q)`, attribute)
}

// storeRunning stores an audit of ten thousand pages as a worker that is at it would.
func storeRunning(t *testing.T, dir string) (id int64) {
	t.Helper()
	rows, lease := storePages(t, dir, 0)
	defer func() { _ = rows.Close() }()
	newest := largePage(largeSite, largePages-1, text.CheckIDs())
	if err := rows.Advance(t.Context(), lease, work.Advance{
		Stage: shared.StageCrawl, TotalPages: largePages, Discovered: largePages, Responses: shared.Responses{OK: largePages},
		Activity: &shared.Activity{Pages: []shared.PageLine{newest.Page.Line()}},
	}); err != nil {
		t.Fatal(err)
	}
	return lease.AuditID
}

// threeMore are the last three pages of an audit under other addresses.
const threeMore = `CREATE TEMP TABLE more AS SELECT * FROM pages WHERE audit_id = %d ORDER BY id DESC LIMIT 3;
	UPDATE more SET id = id + 3, url = url || '-again'; INSERT INTO pages SELECT * FROM more ORDER BY id;
	UPDATE audits SET responses_2xx = responses_2xx + 3 WHERE id = %[1]d`
