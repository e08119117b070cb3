package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// signsIn signs a tab in as somebody, and waits for the app.
func (p *tab) signsIn(m *team, who string) {
	p.t.Helper()
	p.do(
		chromedp.Navigate(m.url+shared.PathSignIn), chromedp.SendKeys("#token", m.tokens[who]),
		chromedp.Click(`form[action="/signin"] button`),
	)
	p.sees(liveDot)
}

// comesFrom follows a link in a page of another site, with which ours, at an address, shares
// no cookies.
func (p *tab) comesFrom(site, address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(strings.Replace(site, "127.0.0.1", "localhost", 1)))
	p.eval(`void setTimeout(() => { location.href = ` + jsString(address) + ` })`)
	p.sees(`location.hostname === '127.0.0.1'`)
}

// foot is a script that gives whether the foot of the page leads to an address.
func foot(path string) string {
	return fmt.Sprintf(`!!document.querySelector('footer a[href="%s"]')`, path)
}

// The app leads an admin to the team, also from a page that the server did not draw, and a viewer
// nowhere.
func TestBrowserLeadsToTheTeam(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	m := newTeam(t)
	id := m.startsAs("auditor")
	p := openTab(t, chromium)
	p.signsIn(m, "admin")
	p.sees(foot(shared.PathTeam))
	p.do(chromedp.Click(`.nav a[href="/settings"]`))
	p.sees(`!!document.querySelector('.settings a[href="/team"]') && ` + foot(shared.PathTeam))
	p.do(chromedp.Navigate(m.url + "/audits/" + id))
	p.sees(liveDot + " && " + foot("/audits/"+id+"/basic/shares"))
	p.do(chromedp.Navigate(m.url + shared.PathTeam))
	p.says("Make a token")
	p.pictures("tokens")
	p.do(chromedp.Click(`td a[href="/team?ask=revoke&id=3"]`))
	p.says("Revoke this token?")
	p.pictures("tokens-ask")
	p.do(chromedp.Click(`button[value="revoke"]`))
	p.sees(`location.search === '' && !document.querySelector('td a[href="/team?ask=revoke&id=3"]')`)

	p.do(chromedp.Navigate(m.url+shared.PathSignIn), chromedp.Click(`form[action="/signout"] button`))
	p.sees(`document.readyState === 'complete' && !document.querySelector('form[action="/signout"]')`)
	p.signsIn(m, "viewer")
	p.do(chromedp.Navigate(m.url + "/audits/" + id))
	p.sees(liveDot + " && !(" + foot(shared.PathTeam) + ") && !(" + foot("/audits/"+id+"/basic/shares") + ")")
	p.do(chromedp.Click(`.nav a[href="/settings"]`))
	p.says("Data on this device")
	p.sees(`!document.querySelector('.settings a[href="/team"]')`)
	p.clean()
}

// An admin adds a webhook by its form, tests it, and finds in its log what came of that and of an
// audit.
func TestBrowserWebhooks(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	m := newTeam(t)
	hook := newReceiver(t)
	hook.answer.Store(http.StatusGone)
	p := openTab(t, chromium)
	p.signsIn(m, "admin")
	p.do(
		chromedp.Navigate(m.url+shared.PathHooksPage), chromedp.SendKeys("#url", "ftp://x"),
		chromedp.Click(`button[value="make"]`),
	)
	p.says("This is no address for this kind of webhook.")
	p.pictures("hooks-refused")
	p.do(
		chromedp.Clear("#url"), chromedp.SendKeys("#url", hook.URL+`/"><b>`), chromedp.Click(`button[value="make"]`),
	)
	p.sees(`document.querySelector('code').innerText.startsWith('whsec_')`)
	p.pictures("hooks-secret")
	p.do(chromedp.Click(`td a[href="/team/webhooks/1"]`))
	p.says("Nothing was sent yet.")
	p.do(chromedp.Click(`button[value="test"]`))
	p.says("given up")
	p.says("410")
	hook.answer.Store(http.StatusNoContent)
	p.do(chromedp.Click(`button[value="again"]`))
	p.says("delivered")
	m.send("worker", "PATCH", shared.PathAudits+"/"+m.startsAs("auditor")+"/progress", `{"status":"failed"}`)
	hook.wait(t, 3)
	p.do(chromedp.Click(`footer a`)) // again
	p.sees(`document.querySelectorAll('td a[href="/audits/1/basic"]').length === 1`)
	p.pictures("hook")
	p.do(chromedp.Navigate(m.url + shared.PathHooksPage))
	p.says("delivered (204)")
	p.pictures("hooks")
	p.do(chromedp.Navigate(m.url+shared.PathHookPage(1)), chromedp.Click(`a[href$="ask=change"]`),
		chromedp.WaitVisible(`button[value="change"]`))
	p.pictures("hook-change")
	p.do(chromedp.Click(`input[name="worker.silent"]`), chromedp.Click(`button[value="change"]`))
	p.sees(`location.search === '' && document.querySelectorAll('tbody tr').length === 2 &&
		!document.querySelector('dl').innerText.includes('A worker is silent')`)
	p.do(chromedp.Click(`a[href$="ask=remove"]`))
	p.says("Remove webhook 1?")
	p.pictures("hook-ask")
	p.do(chromedp.Click(`main p a[href="/team/webhooks/1"]`)) // leaves it
	p.says("delivered")
	p.do(chromedp.Click(`a[href$="ask=remove"]`), chromedp.Click(`button[value="remove"]`))
	p.says("There is no webhook yet.")
	p.clean()
}

// An auditor makes a link by its form, with which somebody else reads that audit until it is
// revoked.
func TestBrowserShares(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.startsAs("auditor")
	p, guest := openTab(t, browser(t)), openTab(t, browser(t))
	p.signsIn(m, "auditor")
	p.sees(running)
	p.do(chromedp.Navigate(m.url+"/audits/"+id+"/basic/shares"), chromedp.SendKeys("#days", "0"),
		chromedp.Click(`button[value="make"]`))
	p.says("Give a whole number of days")
	p.pictures("shares-refused")
	p.do(chromedp.Clear("#days"), chromedp.SendKeys("#days", "3"), chromedp.Click(`button[value="make"]`))
	p.sees(`document.querySelector('code').innerText.includes('/share/atls_')`)
	p.pictures("shares")
	link := p.eval(`document.querySelector('code').innerText`)
	guest.do(chromedp.Navigate(link))
	guest.sees(`location.pathname === '/audits/` + id + `' && ` + liveDot)
	guest.sees("!(" + foot(shared.PathTeam) + ")")
	p.clean()
	guest.clean()
	p.controlled()
	guest.controlled()
	site := gitDoc(t)
	guest.comesFrom(site, link)
	guest.sees(`location.pathname === '/audits/` + id + `' && ` + liveDot)
	p.comesFrom(site, m.url+"/audits/"+id)
	p.sees(`location.pathname === '/audits/` + id + `' && ` + liveDot)
	p.do(chromedp.Navigate(m.url+"/audits/"+id+"/basic/shares"), chromedp.Click(`td a[href*="ask=revoke"]`))
	p.says("Revoke this link?")
	p.pictures("shares-ask")
	p.do(chromedp.Click(`button[value="revoke"]`))
	p.says("revoked")
	p.pictures("shares-revoked")
	guest.do(chromedp.Navigate(m.url + "/audits/" + id + "/basic"))
	guest.sees(`location.pathname === '/signin'`)
}

// The trail is searched by its form.
func TestBrowserTrail(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	id := m.startsAs("auditor")
	m.share(id)
	p := openTab(t, browser(t))
	p.signsIn(m, "admin")
	p.do(chromedp.Navigate(m.url + shared.PathTrailPage))
	p.says("started an audit")
	p.pictures("trail")
	p.do(
		chromedp.SendKeys("#who", "auditor"), chromedp.SetValue("#deed", "shared"), chromedp.Click("form button"),
	)
	p.sees(`document.querySelectorAll('tbody tr').length === 1 && document.querySelector('#who').value === 'auditor'`)
	p.do(chromedp.SetValue("input[name=until]", "2020-01-01"), chromedp.Click("form button"))
	p.says("Nothing like this has been noted.")
	p.pictures("trail-nothing")
	p.do(chromedp.Navigate(m.url + shared.PathSharesPage))
	p.says("auditor")
	p.pictures("shares-all")
	p.clean()
}

// pictures keeps the page on the smallest phone, in the dark, and on a desk, and holds that nothing
// of it stands out.
func (p *tab) pictures(name string) {
	p.t.Helper()
	for scheme, window := range map[string]viewport{"dark": smallPhone, "light": desktop} {
		p.look(scheme, window)
		p.sees(`document.documentElement.scrollWidth <= innerWidth`)
		p.shot(strings.Join([]string{"team", name, scheme}, "-"))
	}
}
