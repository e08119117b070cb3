package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

// liveDot is true while the program has the page and its pill says that it is live.
const liveDot = running + ` && document.querySelector('.pill .dot.live') !== null`

// coloured is true when no colour is on its way to that of another theme any more.
const coloured = `document.getAnimations().every((a) => !(a instanceof CSSTransition))`

// screen is a page in one of its states, to be looked at.
type screen struct {
	name    string
	address string
	ready   string     // true as soon as the state is there
	act     func(*tab) // what brings the page from its start to the state; may be nil
	reloads bool       // by itself, which axe forbids; it is what plain pages are for
}

// album takes the pictures of screens: each in every language, theme and window, and
// holds in each that nothing scrolls sideways and that axe finds nothing.
type album struct {
	*tab
	axeRules string
	tend     func() // keeps what is watched from changing by itself; may be nil
}

// take brings a page into a state in every language and takes its pictures.
func (a album) take(s screen) {
	a.t.Helper()
	for _, l := range text.Langs {
		a.speak(s.address, l.Tag())
		if a.tend != nil {
			a.tend()
		}
		a.do(chromedp.Navigate(s.address))
		if s.act != nil {
			a.sees(running)
			s.act(a.tab)
		}
		a.sees(s.ready)
		a.sees(`document.documentElement.lang === ` + jsString(l.Tag()))
		a.pictures(s.name, l.Tag(), !s.reloads)
	}
}

// speak chooses the language for the server and for the program.
func (a album) speak(address, lang string) {
	a.t.Helper()
	server, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "/")
	a.do(chromedp.Navigate("http://" + server + shared.PathHealth))
	a.eval(fmt.Sprintf(
		`(document.cookie='atalaya_lang=%[1]s; path=/', localStorage.setItem('atalaya.lang', '%[1]s'))`, lang))
}

// wholeAlbum is true when pictures are wanted, to be looked at (make screens). The tests
// hold that everything fits in each window, and let axe see each theme once.
func wholeAlbum() bool { return os.Getenv("ATALAYA_SCREENS") != "" }

// pictures takes the page as it is: only style sheets know of themes and windows. Themes
// differ in colours alone and no style sheet knows of languages, so that a test measures each
// window in one theme, and asks for contrasts, which take axe longer than any other rule, in
// one language.
func (a album) pictures(name, lang string, withAxe bool) {
	a.t.Helper()
	contrasts := lang == text.Langs[0].Tag()
	for _, w := range []viewport{smallPhone, phone, tablet, desktop} {
		for _, scheme := range []string{"light", "dark"} {
			if !wholeAlbum() && (scheme == "dark") != (w == desktop) {
				continue
			}
			a.look(scheme, w)
			picture := fmt.Sprintf("screen-%s-%d-%s-%s", name, w.width, scheme, lang)
			a.fits(picture)
			if !wholeAlbum() && w != phone && w != desktop {
				continue
			}
			a.sees(coloured)
			if withAxe {
				a.axe(picture, a.axeRules, contrasts)
			}
			if wholeAlbum() {
				a.shot(picture)
			}
		}
	}
	a.look("light", desktop)
}

// fits fails the test when the page is wider than its window. The inner width counts what
// hangs over, so it is no measure.
func (a album) fits(picture string) {
	a.t.Helper()
	if wide := a.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide != "0" {
		a.t.Errorf("%s is %s px too wide", picture, wide)
	}
	if hanging := a.eval(hanging); hanging != "" {
		a.t.Errorf("%s: hangs out of its card: %s", picture, hanging)
	}
}

// hanging are the first words of what stands beside the card that it is in, where nothing
// between the two scrolls.
const hanging = `[...document.querySelectorAll('.card')].flatMap((card) => {
	const room = card.getBoundingClientRect();
	return [...card.querySelectorAll('table, tr, button, a, input, select, .badge')].filter((e) => {
		const { left, right, width } = e.getBoundingClientRect();
		if (width < 2 || left >= room.left - 1 && right <= room.right + 1) return false;
		for (let up = e.parentElement; up !== card; up = up.parentElement) {
			if (getComputedStyle(up).overflowX !== 'visible') return false;
		}
		return true;
	}).map((e) => e.tagName + ' ' + e.textContent.trim().slice(0, 40));
}).slice(0, 3).join('; ')`

// TestBrowserScreens keeps pictures of what every page looks like while all is well.
func TestBrowserScreens(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	slow := start(t, "--data-dir", t.TempDir(), "--rate", "1", "--workers", "1")
	crawl := slow.create(fmt.Sprintf(`{"url":%q}`, site))
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	var done shared.AuditProgress
	for range 2 { // the second can be compared with the first
		done = s.create(fmt.Sprintf(`{"url":%q,"page_limit":60}`, site))
		s.ends(done.AuditID)
	}
	failed := s.create(`{"url":"http://127.0.0.1:1/"}`)
	long := s.create(`{"url":"http://127.0.0.1:1/` + strings.Repeat("a-long-path-without-end", 20) + `"}`)
	s.ends(failed.AuditID)
	s.ends(long.AuditID)
	external := s.create(`{"url":"nightly import","kind":"external"}`)
	stalled := s.create(`{"url":"weekly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(stalled.AuditID), `{"progress":18,"message":"Reading page 4"}`)
	empty := start(t, "--data-dir", t.TempDir())
	waiting := slow.create(fmt.Sprintf(`{"url":%q}`, site+"?waits"))
	kept := slow.create(fmt.Sprintf(`{"url":%q}`, site+"?kept"))
	slow.request("POST", shared.PathCancel(kept.AuditID), "")

	a := album{tab: openTab(t, chromium), axeRules: axeScript(t), tend: func() {
		s.request("PATCH", shared.PathProgress(external.AuditID), `{"progress":37,"message":"Reading page 12"}`)
	}}
	good, bad := `document.querySelector('.conn.good') !== null`, `document.querySelector('.conn.bad') !== null`
	for _, screen := range []screen{
		{name: "crawl", address: slow.url + shared.PathPage(crawl.AuditID), ready: liveDot},
		{name: "waiting", address: slow.url + shared.PathPage(waiting.AuditID), ready: liveDot},
		{name: "question", address: slow.url + shared.PathPage(crawl.AuditID), ready: `document.querySelector('dialog').open`,
			act: func(p *tab) { p.do(chromedp.Click(".head-a .btn-danger")) }},
		{name: "no-report-yet", address: slow.url + shared.PathReportPage(crawl.AuditID), ready: liveDot},
		{name: "cancelled", address: slow.url + shared.PathPage(kept.AuditID), ready: running},
		{name: "dashboard", address: s.url + "/", ready: liveDot},
		{name: "refused", address: s.url + "/", ready: `document.querySelector('#start-error').innerText.length > 10`,
			act: func(p *tab) { p.do(chromedp.SendKeys("#start-url", "ftp://nothing\r")) }},
		{name: "external", address: s.url + shared.PathPage(external.AuditID), ready: liveDot},
		{name: "done", address: s.url + shared.PathPage(done.AuditID), ready: good + " && " + atRest},
		{name: "report", address: s.url + shared.PathReportPage(done.AuditID),
			ready: running + ` && document.querySelectorAll('details').length > 5`},
		{name: "report-open", address: s.url + shared.PathReportPage(done.AuditID),
			ready: `document.querySelectorAll('details').length > 5`,
			act:   func(p *tab) { p.eval(`document.querySelectorAll('details').forEach((d) => d.open = true)`) }},
		{name: "failed", address: s.url + shared.PathPage(failed.AuditID), ready: bad},
		{name: "no-report", address: s.url + shared.PathReportPage(failed.AuditID), ready: bad},
		{name: "long", address: s.url + shared.PathPage(long.AuditID), ready: bad},
		{name: "missing-audit", address: s.url + shared.PathPage(9999), ready: running},
		{name: "missing", address: s.url + "/nothing/here", ready: running},
		{name: "empty", address: empty.url + "/", ready: liveDot},
		{name: "basic-home", address: s.url + shared.PathBasic, ready: `true`},
		{name: "basic-done", address: s.url + shared.PathBasicPage(done.AuditID), ready: `true`},
		{name: "basic-running", address: slow.url + shared.PathBasicPage(crawl.AuditID), ready: `true`, reloads: true},
		{name: "basic-failed", address: s.url + shared.PathBasicPage(failed.AuditID), ready: `true`},
		{name: "basic-long", address: s.url + shared.PathBasicPage(long.AuditID), ready: `true`},
		{name: "basic-missing", address: s.url + shared.PathBasicPage(9999), ready: `true`},
		{name: "sites", address: s.url + shared.PathSitesPage, ready: running},
		{name: "site", address: s.url + shared.PathSitePage(shared.SiteName(site)), ready: running},
		{name: "site-refused", address: s.url + shared.PathSitePage(shared.SiteName(site)) + "?said=count&count=0&unit=days",
			ready: running},
		{name: "compare", address: s.url + shared.PathDiffPage(done.AuditID-1, done.AuditID), ready: running},
		{name: "compare-missing", address: s.url + shared.PathDiffPage(done.AuditID, 9999), ready: running},
		{name: "compare-none", address: s.url + shared.PathComparePage, ready: running},
		{name: "basic-sites", address: s.url + shared.PathBasicSites, ready: `true`},
		{name: "basic-site", address: s.url + shared.PathBasicSite(shared.SiteName(site)), ready: `true`},
		{name: "basic-compare", address: s.url + shared.PathBasicPair(done.AuditID-1, done.AuditID), ready: `true`},
		{name: "stalled", address: s.url + shared.PathPage(stalled.AuditID), ready: `document.querySelector('.conn.warn') !== null`},
	} {
		a.take(screen)
	}
}

// TestBrowserScreensOfTrouble keeps pictures of what pages say when something is not well.
func TestBrowserScreensOfTrouble(t *testing.T) {
	if !wholeAlbum() {
		t.Skip("what the pages say is tested elsewhere: make screens takes the pictures")
	}
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1")
	way := newRelay(t, s.url)
	crawl := s.create(fmt.Sprintf(`{"url":%q}`, gitDoc(t)))
	page := way.URL + shared.PathPage(crawl.AuditID)
	a := album{tab: openTab(t, chromium), axeRules: axeScript(t)}
	offline := func(on bool) {
		call(a.tab, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: on, DownloadThroughput: -1, UploadThroughput: -1,
		})
	}
	for _, l := range text.Langs {
		for _, address := range []string{page, way.URL + "/"} {
			name := map[bool]string{true: "audit", false: "dashboard"}[address == page]
			a.speak(address, l.Tag())
			a.do(chromedp.Navigate(address))
			a.sees(liveDot)
			a.controlled()
			way.block(true)
			a.seesWithin(time.Minute, stripSays(l.T(text.ConnPolling)))
			a.pictures(name+"-polling", l.Tag(), true)
			s.kill()
			a.sees(stripSays(l.T(text.ConnServer)))
			a.pictures(name+"-unanswered", l.Tag(), true)
			offline(true)
			a.sees(stripSays(l.T(text.ConnOffline)))
			a.pictures(name+"-offline", l.Tag(), true)
			offline(false)
			if err := s.launch(); err != nil {
				t.Fatal(err)
			}
			way.block(false)
			a.do(chromedp.Navigate(address + "?wasm=false"))
			a.pictures(name+"-without-program", l.Tag(), true)
		}
	}
}

// ends waits until an audit has ended.
func (p *process) ends(id int64) {
	p.t.Helper()
	testkit.Eventually(p.t, 60*time.Second, fmt.Sprintf("the end of audit %d", id),
		func() bool { return p.progress(id).Status.Terminal() })
}
