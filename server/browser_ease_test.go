package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"atalaya/shared"
)

// press gives a key to what a selector finds.
func (p *tab) press(selector, key string) {
	p.t.Helper()
	p.eval(`document.querySelector(` + jsString(selector) + `).focus()`)
	p.do(chromedp.KeyEvent(key))
}

// TestBrowserListsByKeyboard does with lists by keys what a pointer does: it selects, opens and
// leaves menus, deletes and takes back, and unfolds.
func TestBrowserListsByKeyboard(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	s.ends(s.create(fmt.Sprintf(`{"url":%q,"page_limit":12}`, gitDoc(t))).AuditID)
	s.manyAudits(3)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running + ` && ` + listRows + ` === 4`)
	const menu, more = `document.querySelector('dialog.menu')`, `.list .c-more button`
	p.press(`.list tbody .c-box input`, " ")
	p.says("1 selected")
	p.press(`.list tbody .c-box input`, " ")
	p.sees(`document.querySelector('.tools.chosen') === null`)
	p.press(more, kb.Enter)
	p.sees(menu + `.open && ` + menu + `.contains(document.activeElement)`)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.sees(`!` + menu + `.open && document.activeElement === document.querySelector(` + jsString(more) + `)`)
	p.press(more, kb.Enter)
	p.sees(menu + `.open`)
	p.press(`dialog.menu .btn-danger`, kb.Enter)
	p.sees(listRows + ` === 3`)
	p.press(`.app-note button`, kb.Enter)
	p.sees(listRows + ` === 4`)

	p.goes(shared.PathReportPage(1))
	p.sees(openReport)
	p.press(`.checks > details > summary`, kb.Enter)
	p.sees(`document.querySelector('.checks > details').open`)
	p.goes("/settings")
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(1) + "?view=page"))
	p.sees(running + ` && ` + shownRows + ` === 12`)
	p.press(`.panel:not(.off) .tbl tbody a`, kb.Enter)
	p.sees(`document.querySelector('.facts-l') !== null && document.activeElement.id === 'title'`)
	p.clean()
}

// alike finds what can be told apart by its background alone, which forced colours take away:
// bars from their ground, and buttons that are pressed from those that are not.
const alike = `(() => {
	const style = (e) => getComputedStyle(e);
	const wrong = [...document.querySelectorAll('.fill')]
		.filter((e) => e.checkVisibility() && (style(e).backgroundColor === style(e.parentElement).backgroundColor && style(e).fill === style(e.parentElement).fill))
		.map((e) => 'bar ' + e.parentElement.className.baseVal + e.parentElement.className);
	const looks = (e) => [style(e).borderTopColor, style(e).borderTopWidth, style(e).color, style(e).backgroundColor, style(e).fontWeight,
		style(e).textDecorationLine, style(e).outlineStyle].join();
	for (const on of document.querySelectorAll('[aria-pressed=true], [aria-current]')) {
		const off = [...on.parentElement.children].find((e) => e.nodeName === on.nodeName && e !== on &&
			e.getAttribute('aria-pressed') !== 'true' && !e.hasAttribute('aria-current'));
		if (off && looks(on) === looks(off)) wrong.push(on.outerHTML.slice(0, 100));
	}
	return wrong.join('\n');
})()`

// TestBrowserInForcedColours holds that nothing says by its background alone what it says.
func TestBrowserInForcedColours(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	for range 2 {
		s.ends(s.create(fmt.Sprintf(`{"url":%q,"page_limit":12}`, gitDoc(t))).AuditID)
	}
	ongoing := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(ongoing), `{"progress":37,"message":"Reading page 12"}`)
	p := openTab(t, chromium)
	features := []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	for name, path := range map[string]string{
		"list": "/", "audit": shared.PathPage(ongoing), "done": shared.PathPage(2), "settings": "/settings",
		"report": shared.PathReportPage(2), "compare": shared.PathDiffPage(1, 2),
	} {
		p.do(chromedp.Navigate(s.url + path))
		p.sees(running + ` && matchMedia('(forced-colors: active)').matches && ` + allDrawn)
		if wrong := p.eval(alike); wrong != "" {
			t.Errorf("%s: told apart by the background alone:\n%s", path, wrong)
		}
		p.shot("forced-colours-" + name)
	}
}

// zoomed is what a window of 1280 by 1024 has left at 400 %.
var zoomed = viewport{width: 320, height: 256}

// hearing notes what of a page hears clicks.
const hearing = `window.hearing = new Set();
	const listen = EventTarget.prototype.addEventListener;
	EventTarget.prototype.addEventListener = function (name, ...words) {
		if (name === 'click' && this instanceof Element) hearing.add(this);
		return listen.call(this, name, ...words);
	};`

// reach looks at what has the focus: it says "over" once the keyboard has been everywhere,
// and otherwise what is wrong there. The focus must be seen, and nothing may lie over it; of
// what is wider than its row, Chromium holds 32 px to be enough.
const reach = `(() => {
	const e = document.activeElement;
	window.reached = window.reached || new Set();
	if (e === document.body || reached.has(e)) return 'over';
	reached.add(e);
	let ring = e;
	while (ring && (getComputedStyle(ring).outlineStyle === 'none' || getComputedStyle(ring).outlineWidth === '0px')) ring = ring.parentElement;
	const r = e.getBoundingClientRect();
	const over = document.elementFromPoint(Math.min(r.x + r.width / 2, innerWidth - 40), r.y + r.height / 2);
	const name = e.outerHTML.slice(0, 120);
	if (!ring) return name + ' shows no focus';
	if (!over || !e.contains(over) && !over.contains(e)) return name + ' lies under ' + (over ? over.outerHTML.slice(0, 80) : 'the edge');
	return '';
})()`

// missed is what a keyboard cannot get to, though a pointer can.
const missed = `(() => {
	const native = 'a[href], button, input, select, textarea, summary, label, #drawn'; // which hears for what is in it
	const there = (e) => e.isConnected && e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
	const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
		.filter((e) => there(e) && !e.disabled && e.tabIndex >= 0 && !reached.has(e));
	const deaf = [...hearing].filter((e) => there(e) && !e.matches(native));
	return [...all, ...deaf].map((e) => e.outerHTML.slice(0, 120)).join('\n');
})()`

// walk goes through a page by the Tab key.
func (p *tab) walk(name string) {
	p.t.Helper()
	const most = 400
	for n := range most {
		p.do(chromedp.KeyEvent(kb.Tab))
		wrong := p.eval(reach)
		if wrong == "over" {
			break
		}
		if wrong != "" {
			p.t.Errorf("%s: %s", name, wrong)
		}
		if first := p.eval(`document.activeElement.className`); n == 0 && first != "skip" {
			p.t.Errorf("%s: the first key leads to %q", name, first)
		}
		if n == most-1 {
			p.t.Errorf("%s: the keyboard does not come to an end", name)
		}
	}
	p.press(".skip", kb.Enter)
	p.do(chromedp.KeyEvent(kb.Tab))
	if p.eval(`document.getElementById('main').contains(document.activeElement)`) != "true" {
		p.t.Errorf("%s: what leads into the content led to %s", name, p.eval(`document.activeElement.outerHTML.slice(0, 120)`))
	}
	if not := p.eval(missed); not != "" {
		p.t.Errorf("%s: out of reach for a keyboard:\n%s", name, not)
	}
}

// TestBrowserByKeyboard goes through all screens by the Tab key alone, in a window of usual size
// and at 400 %: all that a pointer can press is reached, its focus is seen, and nothing that
// stays in its place hides it.
func TestBrowserByKeyboard(t *testing.T) {
	t.Parallel()
	p, s, ongoing := twoAndOne(t)
	p.before(hearing)
	for path, ready := range screensOf(ongoing) {
		for name, w := range map[string]viewport{"": desktop, " at 400 %": zoomed} {
			p.look("light", w)
			p.opensScreen(s, ongoing, path, ready)
			p.walk(path + name)
			p.fits(path + name)
		}
	}
}

// screensOf are the addresses of all screens of a server that has two audits of a site with
// twelve pages and one that goes on; each with the script that says when it is ready.
func screensOf(ongoing int64) map[string]string {
	const drawn = `document.querySelector('#drawn h1, main h1') !== null`
	return map[string]string{
		"/":                                     listRows + ` === 2`,
		"/settings":                             `true`,
		shared.PathPage(ongoing):                stripSays("Updates arrive as they happen"),
		shared.PathPage(2):                      stripSays("Done in"),
		shared.PathReportPage(2):                openReport,
		shared.PathSitesPage:                    drawn,
		shared.PathDiffPage(1, 2):               drawn,
		shared.PathReportPage(2) + "?view=page": shownRows + ` === 12`,
	}
}

// opensScreen opens one of [screensOf].
func (p *tab) opensScreen(s *process, ongoing int64, path, ready string) {
	p.t.Helper()
	s.request("PATCH", shared.PathProgress(ongoing), `{"progress":37,"message":"Reading page 12"}`) // a sign of life
	p.do(chromedp.Navigate(s.url + path))
	p.sees(running + ` && ` + allDrawn + ` && ` + ready)
}

// fits holds that nothing of a page lies beside its window.
func (p *tab) fits(name string) {
	p.t.Helper()
	if wide := p.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide != "0" {
		p.t.Errorf("%s: %s px too wide", name, wide)
	}
}

// wall is a window as wide as screens on desks are.
var wall = viewport{width: 2560, height: 1440}

// longLines are the texts of a page that fill lines of more than 120 letters, each taken to be
// half as wide as high: nobody finds the next line behind one of those.
const longLines = `[...document.querySelectorAll('p, li, dd, td, .msg')]
	.filter((e) => e.checkVisibility() && e.innerText.length > 150)
	.map((e) => [e, Math.round(2 * e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize))])
	.filter(([, letters]) => letters > 120)
	.map(([e, letters]) => letters + ': ' + e.innerText.slice(0, 80)).join('\n')`

// moving names what of a page moves: what is animated or in transition, for longer than an
// eye takes to see it.
const moving = `document.getAnimations().filter((a) => a.playState === 'running' && a.effect.getComputedTiming().duration > 20)
	.map((a) => (a.animationName || a.transitionProperty) + ' of ' + a.effect.target.outerHTML.slice(0, 100)).join('\n')`

// TestBrowserOnAWideScreen looks at all screens in a window of 2560 px: nothing is stretched over
// it, and lines of text end where they can be read.
func TestBrowserOnAWideScreen(t *testing.T) {
	t.Parallel()
	p, s, ongoing := twoAndOne(t)
	p.look("light", wall)
	for path, ready := range screensOf(ongoing) {
		p.opensScreen(s, ongoing, path, ready)
		p.fits(path)
		if long := p.eval(longLines); long != "" {
			t.Errorf("%s: lines of so many letters:\n%s", path, long)
		}
		p.shot("wide" + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path))
	}
}

// TestBrowserWithoutMotion has all screens stand still for those who asked for that: while they
// are opened, and while what is in them is pressed.
func TestBrowserWithoutMotion(t *testing.T) {
	t.Parallel()
	p, s, ongoing := twoAndOne(t)
	p.look("light", desktop)
	p.before(`window.moved = new Set();
		window.looks = 0;
		const look = () => { looks++; for (const m of (` + moving + `).split('\n')) if (m) moved.add(m); requestAnimationFrame(look); };
		document.addEventListener('DOMContentLoaded', () => requestAnimationFrame(look));`)
	live := shared.PathPage(ongoing)
	p.opensScreen(s, ongoing, live, screensOf(ongoing)[live])
	p.sees(`moved.size > 0`) // as long as nobody asks for rest
	features := []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	for path, ready := range screensOf(ongoing) {
		p.opensScreen(s, ongoing, path, ready)
		s.request("PATCH", shared.PathProgress(ongoing), `{"progress":38,"message":"Reading page 13"}`)
		p.eval(`void document.querySelectorAll('main summary, .head-a .btn-danger, .list .c-more button').forEach((e) => e.click())`)
		p.eval(`window.looks = 0`)
		p.sees(`looks > 10`)
		if moved := p.eval(`[...moved].join('\n')`); moved != "" {
			t.Errorf("%s: moves:\n%s", path, moved)
		}
	}
}

// twoAndOne is a tab of a browser and a server for [screensOf].
func twoAndOne(t *testing.T) (p *tab, s *process, ongoing int64) {
	t.Helper()
	chromium := browser(t)
	s = start(t, "--data-dir", t.TempDir(), "--rate", "100")
	site := gitDoc(t)
	for range 2 {
		s.ends(s.create(fmt.Sprintf(`{"url":%q,"page_limit":12}`, site)).AuditID)
	}
	return openTab(t, chromium), s, s.create(`{"url":"nightly import","kind":"external"}`).AuditID
}
