package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

// presses is a step that presses the control of the settings which does something.
func presses(do string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(fmt.Sprintf(`.settings button[value="%s"]`, do))
}

// types gives the page a key, as a keyboard does whose focus is in no field.
func (p *tab) types(keys string) {
	p.t.Helper()
	for _, r := range keys {
		p.eval(key(r))
	}
}

// key is a script that gives the page a key.
func key(r rune) string {
	return fmt.Sprintf(`document.body.dispatchEvent(new KeyboardEvent('keydown', {key: %q, bubbles: true}))`, string(r))
}

// The settings change the page at once, and the server draws what was chosen from then on.
func TestBrowserSettings(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	s.create(`{"url":"nightly import","kind":"external"}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.keeps(60*time.Second, "list", "true")
	p.do(chromedp.Click(`.nav a[href="/settings"]`))
	p.says("Data on this device")
	p.sees(`document.querySelector('.nav a[aria-current]').pathname === '/settings'`)

	const drawn = `[document.documentElement.dataset.theme, document.documentElement.dataset.density,
		getComputedStyle(document.body).backgroundColor, getComputedStyle(document.documentElement).colorScheme,
		[...document.querySelectorAll('meta[name=theme-color]')].map((m) => m.content)].flat().join()`
	const dark = `"dark,compact,rgb(14, 17, 21),dark,#0e1115,#0e1115"`
	p.do(presses("theme.dark"), presses("density.compact"))
	p.sees(drawn + ` === ` + dark)
	p.do(chromedp.Navigate(s.url + "/settings?wasm=false")) // the server alone
	p.sees(drawn + ` === ` + dark)
	p.do(chromedp.Navigate(s.url + shared.PathBasic))
	p.sees(`getComputedStyle(document.documentElement).colorScheme === 'dark'`)
	p.do(chromedp.Navigate(s.url + "/settings"))
	p.sees(liveDot)
	p.do(presses("theme."), presses("density."))
	p.sees(drawn + `.startsWith(',,') && document.cookie.indexOf('theme') < 0`)

	p.do(presses("test"))
	p.says("nothing holds it back")
	p.says("Carries the channel of all tabs")
	p.eval(hearCopies)
	p.do(presses("copy"))
	p.says("Copied")
	p.sees(`['Diagnostics', 'Carries the channel of all tabs', 'nothing holds it back'].every((w) => window.copied.includes(w))`)
	p.do(presses("bookmark"))
	p.sees(`window.copied.startsWith('javascript:')`)
	bookmark := strings.TrimPrefix(p.eval(`window.copied`), "javascript:")
	p.do(presses("forget"))
	p.says("The copies were deleted.")
	p.do(presses("lang.es"))
	p.says("Datos en este dispositivo")

	p.types("?")
	p.sees(`document.querySelector('#keys').open`)
	p.do(chromedp.Click("#keys button"))
	p.do(presses("keys.off"))
	p.types("ga")
	p.do(presses("keys."))
	p.sees(`location.pathname === '/settings'`)
	p.types("ga")
	p.sees(`location.pathname === '/'`)
	p.clean()

	site := gitDoc(t)
	p.do(chromedp.Navigate(site))
	p.eval(`void setTimeout(() => { ` + bookmark + ` })`)
	p.sees(`location.pathname === '/new' && document.getElementById('start-url').value === ` + jsString(site))
}

// hearCopies notes what the page copies last.
const hearCopies = `void document.addEventListener('copy', () => { window.copied = document.activeElement.value })`

// timeLeft is how a page says about how long an audit still takes.
const timeLeft = `/TIME LEFT\s+about \d+ (s|min)/i`

// A browser that can install the app asks its reader when the settings are told to.
func TestBrowserInstalls(t *testing.T) {
	t.Parallel()
	p := openTab(t, browser(t, chromedp.Flag("bypass-app-banner-engagement-checks", true)))
	s := start(t, "--data-dir", t.TempDir())
	p.do(chromedp.Navigate(s.url + "/settings"))
	p.sees(liveDot)
	p.sees(`document.querySelector('.settings button[value=install]') !== null`)
	p.do(presses("install"))
	p.clean()
}

// What the live page offers beside following: its link, a list that stands still, a wall.
func TestBrowserToolsOfTheLivePage(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "4")
	a := s.create(fmt.Sprintf(`{"url":%q}`, site))
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	const newest = `document.querySelector('.roomy .path').title`
	p.sees(`document.querySelectorAll('.roomy .path').length > 2`)
	p.types("p")
	p.says("The list stands still")
	held := p.eval(newest)
	p.sees(`parseInt(document.querySelector('.sub').innerText) > 6`)
	if now := p.eval(newest); now != held {
		t.Errorf("the list that stands still went from %s to %s", held, now)
	}
	p.do(chromedp.Click(".roomy .card-h .btn"))
	p.sees(newest + ` !== ` + jsString(held))
	const log = `.card-h .btn[aria-pressed]`
	p.do(chromedp.Click(log))
	p.sees(`document.querySelector('ol.finds').innerText.includes('Crawling pages')`)
	p.shot("log")
	p.do(chromedp.Click(log))
	p.sees(`document.querySelectorAll('.roomy .path').length > 2`)
	p.sees(timeLeft + `.test(document.body.innerText)`)
	const unfolded = `document.querySelectorAll('.side .chk[open] .samples .target').length`
	p.sees(`document.querySelectorAll('.side .chk').length > 1`)
	p.do(chromedp.Click(".side .chk summary"))
	p.sees(unfolded + ` > 0`)
	p.shot("found")
	p.sees(`document.querySelectorAll('.side .chk[open]').length === 1`)
	p.do(chromedp.Click(".side .chk[open] summary"))
	p.sees(unfolded + ` === 0`)
	p.eval(hearCopies)
	p.do(chromedp.Click(".head-a .btn:last-child"))
	p.sees(fmt.Sprintf(`window.copied === %q`, s.url+shared.PathPage(a.AuditID)))
	p.says("Copied")
	p.types("k")
	p.sees(`document.querySelector('.page.kiosk') !== null && location.search === '?kiosk'`)
	p.sees(`getComputedStyle(document.querySelector('.top')).display === 'none'`)
	p.clean()
	s.request("POST", shared.PathCancel(a.AuditID), "")
	s.ends(a.AuditID)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Stopped")
	p.do(chromedp.Click(".head-a .btn:first-child")) // run again
	p.sees(fmt.Sprintf(`location.pathname === %q`, shared.PathPage(a.AuditID+1)))
	p.clean()
}

// TestBrowserScreensOfSettings keeps pictures of the settings, of the list of shortcuts and
// of a page on a wall.
func TestBrowserScreensOfSettings(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1")
	crawl := s.create(fmt.Sprintf(`{"url":%q}`, gitDoc(t)))
	a := album{tab: openTab(t, chromium), axeRules: axeScript(t)}
	for _, screen := range []screen{
		{name: "settings", address: s.url + "/settings", ready: liveDot},
		// Again, because a page that has just come hears no keys yet.
		{name: "shortcuts", address: s.url + "/settings",
			ready: `document.querySelector('#keys')?.open || (` + key('?') + `, false)`},
		{name: "kiosk", address: s.url + shared.PathPage(crawl.AuditID) + "?kiosk", ready: liveDot},
		{name: "tools", address: s.url + shared.PathPage(crawl.AuditID), ready: liveDot},
	} {
		a.take(screen)
	}
}
