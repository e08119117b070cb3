package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// firstRow is the path that the first row of the list leads to.
const firstRow = `document.querySelector('.list tbody a').pathname`

// first is the path of the audit that comes first in an order.
func (p *process) first(o shared.Order) string {
	p.t.Helper()
	_, body := p.request("GET", shared.PathAudits+"?ended=true&limit=1&sort="+string(o), "")
	var list shared.AuditList
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Audits) == 0 {
		p.t.Fatalf("%s: %v", body, err)
	}
	return shared.PathPage(list.Audits[0].AuditID)
}

// Each order puts another audit first, a row leads to its audit wherever it is clicked, and its
// menu starts the audit again, compares it and copies its address.
func TestBrowserRows(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "200")
	for _, limit := range []int{30, 5, 12} {
		s.ends(s.create(fmt.Sprintf(`{"url":%q,"page_limit":%d}`, site, limit)).AuditID)
	}
	p := openTab(t, chromium)
	p.look("light", desktop)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running + ` && ` + listRows + ` === 3`)
	for _, o := range []shared.Order{shared.OrderScore, shared.OrderErrors, shared.OrderLength, shared.OrderNewest} {
		p.do(chromedp.SetValue(`select[name=sort]`, string(o)))
		p.eval(`void document.querySelector('select[name=sort]').dispatchEvent(new Event('change', {bubbles: true}))`)
		p.sees(`(new URLSearchParams(location.search).get('sort') || 'newest') === ` + jsString(string(o)))
		p.sees(firstRow + ` === ` + jsString(s.first(o)))
	}

	// A real click: a page may copy only when somebody pressed something.
	press := func(words string) {
		t.Helper()
		p.do(chromedp.Click(`.list tbody tr .c-more button`))
		p.sees(`document.querySelector('dialog.menu').open`)
		p.do(chromedp.Click(`//dialog[@open]//*[.='` + words + `']`))
	}
	p.eval(hearCopies)
	press("Copy link")
	p.says("Copied")
	p.sees(`window.copied === ` + jsString(s.url+shared.PathPage(3)))
	press("Compare with the previous")
	p.sees(`location.pathname === '/compare' && location.search === '?base=2&head=3'`)
	p.says("Persistent")
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running + ` && ` + listRows + ` === 3`)
	p.do(chromedp.Click(`.list tbody tr .c-pages`))
	p.sees(`location.pathname === ` + jsString(shared.PathPage(3)))
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running + ` && ` + listRows + ` === 3`)
	press("Run again")
	p.sees(`location.pathname === ` + jsString(shared.PathPage(4)))
	p.clean()
}

// The icon of the installed app has the number of audits that go on, whether the list is shown
// or one of them, to its end.
func TestBrowserBadge(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	begun := func() int64 {
		id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
		s.request("PATCH", shared.PathProgress(id), `{"progress":5}`)
		return id
	}
	first, second := begun(), begun()
	p := openTab(t, chromium)
	p.before(`const set = navigator.setAppBadge.bind(navigator);
		navigator.setAppBadge = (n) => { window.badge = n; return set(n); };`)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(`window.badge === 2`)
	third := begun()
	p.sees(`window.badge === 3`)
	s.request("PATCH", shared.PathProgress(third), `{"status":"completed"}`)
	p.sees(`window.badge === 2`)
	p.goes(shared.PathPage(first))
	p.sees(stripSays("Updates arrive as they happen"))
	s.request("PATCH", shared.PathProgress(first), `{"status":"completed"}`)
	p.sees(`window.badge === 1`)
	third = begun() // as many as the list knew of
	p.goes("/")
	p.sees(`window.badge === 2`)
	for _, id := range []int64{second, third} {
		s.request("PATCH", shared.PathProgress(id), `{"status":"completed"}`)
	}
	p.sees(`window.badge === 0`)
	p.clean()
}
