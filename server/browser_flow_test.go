package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

// What the tests look at on a live page.
const (
	percent = `Number((document.querySelector('.bar[role=progressbar]')||{getAttribute(){}}).getAttribute('aria-valuenow'))`
	atRest  = `document.getAnimations().every((a) => a.playState !== 'running')`
	strip   = `(document.querySelector('.conn')||{innerText:''}).innerText`
)

func stripSays(s string) string { return strip + ".includes(" + jsString(s) + ")" }

// mount waits until the WebAssembly client has taken the page over and says how it
// is connected.
func (p *tab) mount(status string) {
	p.t.Helper()
	p.sees(running + " && " + stripSays(status))
}

// controlled waits until the service worker controls the page and has kept the
// shell. The program has it registered, so it must have run in this browser before.
func (p *tab) controlled() {
	p.t.Helper()
	ready, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](
		`Promise.race([navigator.serviceWorker.ready.then(() => caches.match('/shell')).then(Boolean),
			new Promise((_, late) => setTimeout(late, 60000, Error('none within a minute')))])`, chromedp.EvalAwaitPromise))
	if err != nil || !ready {
		p.t.Fatalf("service worker: %v, %v", ready, err)
	}
}

func TestBrowserWatchesAnAuditLive(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "12")
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.says("No audits yet")
	p.sees(running + ` && document.querySelector('.pill').innerText.includes('Live')`)
	p.eval(`window.mark = 'still here'`)

	p.do(chromedp.SendKeys("#start-url", "ftp://nothing"), chromedp.Click(".start button"))
	p.sees(`document.querySelector('#start-error').innerText.length > 10`)
	p.eval(`document.querySelector('#start-url').value = ''`)
	p.do(chromedp.SendKeys("#start-url", site+"\r"))
	p.sees(`location.pathname === '/audits/1'`)
	p.sees(stripSays("Live"))
	p.sees(percent + " >= 10")
	first := p.eval(percent)
	p.sees(percent + " > " + first)
	p.sees(percent + " >= 40")
	p.shot("live-running")
	p.seesWithin(90*time.Second, stripSays("Done in"))
	p.sees(percent + " === 100")
	if mark := p.eval(`window.mark`); mark != "still here" {
		t.Errorf("the page was loaded anew (mark %q)", mark)
	}
	if !p.logged("[SSE] Connection established") {
		t.Errorf("console: %v", p.lines())
	}
	p.do(chromedp.Click(".head-a a"))
	p.sees(
		`location.pathname === '/audits/1/report' && document.querySelectorAll('details').length > 5`)
	p.says("Page has no description")
	p.clean()
}

// TestBrowserStartsInPieces looks into the pauses of the start: what happens in one is
// not lost, and the drawn page stands until the whole mounted one takes its place.
func TestBrowserStartsInPieces(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	audit := s.create(`{"url":"nightly import","kind":"external"}`)
	p := openTab(t, chromium)
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
window.roots = [];
new MutationObserver(() => {
  const root = document.body && document.body.firstElementChild;
  if (root && roots.at(-1) !== root) roots.push(root);
}).observe(document, { subtree: true, childList: true });
const drawn = () => document.querySelector("[data-boot]:not([data-boot=''])") !== null;
(function look() {
  if (!window.onresize) return setTimeout(look);
  // go-app listens; that it has not mounted yet is what the pauses make visible.
  window.early = drawn();
  goappNav("` + shared.PathPage(audit.AuditID) + `");
})();`})
	call(p, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4})
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(`location.pathname === ` + jsString(shared.PathPage(audit.AuditID)))
	p.sees(stripSays("Live"))
	if got := p.eval("window.early"); got != "true" {
		t.Errorf("no pause before the first page was mounted (%s): this test tests nothing", got)
	}
	if got := p.eval("roots.map((root) => root.querySelectorAll('main h1').length).join()"); got != "1,1,1" {
		t.Errorf("headings in the roots that followed each other: got %s, want one in each of drawn, dashboard, audit", got)
	}
	p.clean()
}

// Chromium closes the streams of a page that is left, with an error, before it says that the
// page is. That is no failure: nothing is asked because of it.
func TestBrowserLeavesInSilence(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	s.create(`{"url":"nightly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(1), `{"progress":37}`)
	p := openTab(t, chromium)
	p.before(`{
		addEventListener('unload', () => {}); // keeps the page out of the back/forward cache
		const asked = window.fetch;
		window.fetch = (what, ...how) => {
			localStorage.asked = (localStorage.asked || '') + (what.url || what) + ' ';
			return asked(what, ...how);
		};
	}`)
	for range 3 {
		p.do(chromedp.Navigate(s.url + "/audits/1"))
		p.mount("Live")
		p.eval(`localStorage.asked = ''`)
		p.do(chromedp.Navigate(s.url + shared.PathBasic))
		if asked := p.eval(`localStorage.asked`); asked != "" {
			t.Errorf("a page that was left asked for %s", asked)
		}
	}
	p.clean()
}

// TestBrowserRests holds that a live page on which nothing happens does no more than write
// its ages, and that what moves before is what a browser moves without painting.
func TestBrowserRests(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	audit := s.create(`{"url":"nightly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(audit.AuditID), `{"progress":37}`)
	waiting := s.create(`{"url":"http://127.0.0.1:1/"}`)
	p := openTab(t, chromium)
	p.before(`(function look() { // at every frame: some of it is over before a test could ask
		window.moved = document.getAnimations().length > 0;
		window.moved || requestAnimationFrame(look);
	})()`)
	for _, path := range []string{shared.PathPage(audit.AuditID), shared.PathPage(waiting.AuditID), "/"} {
		p.do(chromedp.Navigate(s.url + path))
		p.sees(`document.querySelector('.pill .dot.live') !== null`)
		p.sees(`window.moved && ` + running) // or this test tests nothing
		p.sees(atRest)
		if got := p.eval(`[...document.styleSheets].flatMap((s) => [...s.cssRules])
			.filter((r) => r instanceof CSSKeyframesRule && !r.name.startsWith('fresh')) // one flash of a new row
			.flatMap((r) => [...r.cssRules]).flatMap((r) => [...r.style])
			.filter((name) => name !== 'transform' && name !== 'opacity').join()`); got != "" {
			t.Errorf("%s: the style sheet animates %s", path, got)
		}
		s.request("PATCH", shared.PathProgress(audit.AuditID), `{"message":"so that its worker is not silent"}`)
		p.rests(path)
	}
	p.do(chromedp.Navigate(s.url + shared.PathPage(audit.AuditID)))
	p.sees(running + ` && /\d\d s/.test(document.querySelector('.age').textContent)`)
	p.eval(`void (window.ages = [], new MutationObserver((records) => ages.push(...records.map((r) => r.target.data)))
		.observe(document.querySelector('.age'), { subtree: true, characterData: true }))`)
	s.request("PATCH", shared.PathProgress(audit.AuditID), `{"progress":38}`)
	p.sees(`ages.some((age) => /now|\D\d s/.test(age))`)
}

// restBeats is for how many beats of the program a page that rests is looked at.
const restBeats = 6

// rests holds that nothing changes in a page but ages and durations, each at most once in a
// beat of the program, and that it draws no frame for anything else. Where motion is reduced
// the lamp does not sweep, which it does once a minute.
func (p *tab) rests(path string) {
	p.t.Helper()
	still := []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: still})
	p.sees(running + ` && ` + atRest)
	frames := p.frames(func() {
		p.eval(`void (() => {
			const beat = atalaya.beat;
			window.beats = 0;
			atalaya.beat = () => { beats++; beat(); };
			window.wrote = 0;
			window.moved = [];
			new MutationObserver((records) => records.forEach((r) => {
				if (r.type === 'characterData' && r.target.parentElement.dataset.since) wrote++;
				else if (!r.target.classList || !r.target.classList.contains('mark')) moved.push(r.type + ' ' + r.target.nodeName);
			})).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
		})()`)
		p.sees(fmt.Sprintf(`beats >= %d`, restBeats))
	})
	if moved := p.eval(`moved.join()`); moved != "" {
		p.t.Errorf("%s: moved while nothing happened: %s", path, moved)
	}
	if more := p.eval(`wrote > (beats + 1) * document.querySelectorAll('[data-since]').length`); more != "false" {
		p.t.Errorf("%s: %s texts were written in %s beats", path, p.eval(`wrote`), p.eval(`beats`))
	}
	if most := 3 * restBeats; frames > most {
		p.t.Errorf("%s: %d frames in %d beats, want at most %d", path, frames, restBeats, most)
	}
}

func TestBrowserFallsBackToPollingAndReturns(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1", "--heartbeat", "2s")
	way := newRelay(t, s.url)
	way.block(true)
	a := s.create(fmt.Sprintf(`{"url":%q}`, site))
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(way.URL + shared.PathPage(a.AuditID)))
	p.mount("The live channel")
	p.sees(stripSays("so progress is fetched instead"))
	p.shot("live-polling")
	if !p.logged("[SSE] Using fallback: polling") {
		t.Errorf("console: %v", p.lines())
	}
	before := p.eval(percent)
	p.sees(percent + " > " + before)
	way.block(false)
	p.seesWithin(80*time.Second, stripSays("Updates arrive as they happen"))
	before = p.eval(percent)
	p.sees(percent + " > " + before)
}

func TestBrowserRecoversFromAKilledServer(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "3")
	a := s.create(fmt.Sprintf(`{"url":%q,"page_limit":150}`, site))
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	p.eval(`window.mark = 'still here'`)
	s.kill()
	p.sees(stripSays("Trying again"))
	p.shot("live-retrying")
	// The browser's own retry comes first and would suffice, were the server
	// back by then.
	testkit.Eventually(t, patience, "an attempt of our own",
		func() bool { return p.logged("[SSE] Reconnection attempt 1") })
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	p.sees(stripSays("Live"))
	p.seesWithin(90*time.Second, stripSays("Done in"))
	if mark := p.eval(`window.mark`); mark != "still here" {
		t.Errorf("the page was loaded anew (mark %q)", mark)
	}
}

func TestBrowserShowsTheLastStateOffline(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "3")
	a := s.create(fmt.Sprintf(`{"url":%q}`, site))
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	p.sees(percent + " >= 8")
	p.controlled()
	// The copy is written at most every 2 s.
	p.keeps(time.Minute, fmt.Sprintf("audit.%d", a.AuditID), "Date.parse(e.saved_at) > "+p.eval("Date.now()"))
	s.kill()
	p.do(chromedp.Reload())
	p.sees(stripSays("The server does not answer"))
	p.sees(percent + " >= 8")
	p.sees(strip + `.match(/\d\d:\d\d/) !== null`)
	p.shot("live-offline")
	p.do(chromedp.Navigate(s.url + "/"))
	p.says("127.0.0.1")
	p.shot("dashboard-offline")
}

// A page that nothing follows any more is kept as well, and so is what only
// the list said.
func TestBrowserShowsEndedAuditsOffline(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	for range 2 {
		a := s.create(fmt.Sprintf(`{"url":%q,"page_limit":20}`, site))
		testkit.Eventually(t, 60*time.Second, "the audit's end",
			func() bool { return s.progress(a.AuditID).Status.Terminal() })
	}
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(running + ` && document.querySelector('.pill .dot.live') !== null`)
	p.keeps(60*time.Second, "list", "true")
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(1)))
	p.keeps(60*time.Second, "report.1", "true")
	p.do(chromedp.Navigate(s.url + shared.PathPage(1)))
	p.keeps(60*time.Second, "audit.1", "true")
	p.controlled()
	s.kill()
	p.do(chromedp.Reload())
	p.sees(stripSays("Done in"))
	p.sees(percent + " === 100")
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(`document.querySelectorAll('.list tbody tr').length === 2`)
	p.sees(strip + `.match(/Last data from \d\d:\d\d/) !== null`) // once, and not beside the list too
	p.sees(`!document.body.innerText.includes('Copy saved at')`)
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(1)))
	p.sees(`document.querySelectorAll('details').length > 5`)
	p.do(chromedp.Navigate(s.url + shared.PathPage(2))) // never opened here
	p.sees(percent + " === 100")
	p.shot("list-copy-offline")
}

// The page of a report that is not written yet shows it when it is, in the
// language chosen elsewhere.
func TestBrowserAwaitsAReport(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1")
	a := s.create(fmt.Sprintf(`{"url":%q}`, gitDoc(t)))
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathBasic + "?lang=es"))
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(a.AuditID)))
	p.eval(`window.mark = 'still here'`)
	p.says("Aún no hay informe")
	p.sees(running + ` && document.querySelector('.pill .dot.live') !== null`)
	p.says("Aún no hay informe")
	p.shot("report-waiting")
	testkit.Eventually(t, 60*time.Second, "two pages", func() bool { return s.progress(a.AuditID).TotalPages >= 2 })
	s.request("POST", shared.PathCancel(a.AuditID), "")
	p.sees(`document.querySelectorAll('details').length > 5`)
	p.sees(`document.title.startsWith('Informe: ')`)
	p.do(chromedp.Click(".btn-lang"))
	p.sees(`document.title.startsWith('Report: ') && document.documentElement.lang === 'en'`)
	p.sees(`document.querySelector('meta[name=description]').content.startsWith('Report of')`)
	if mark := p.eval(`window.mark`); mark != "still here" {
		t.Errorf("the page was loaded anew (mark %q)", mark)
	}
	p.do(chromedp.Reload())
	p.says("By check")
	p.clean()
}

// A cancelled audit keeps the reader's place: the focus goes to the heading.
func TestBrowserCancels(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1")
	a := s.create(fmt.Sprintf(`{"url":%q}`, gitDoc(t)))
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	p.do(chromedp.Click(".head-a .btn-danger"))
	p.sees(`document.querySelector('dialog').open`)
	p.do(chromedp.Click("dialog .btn-danger"))
	p.sees(`document.activeElement.id === 'title'`)
	p.sees(stripSays("Cancelled"))
	p.sees(`document.querySelector('.btn-danger:not(dialog *)') === null`)
	p.clean()
}

// An audit that is stopped to be discarded is deleted by the list, which offers to take that
// back; on the plain page it is deleted at once.
func TestBrowserDiscards(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1")
	kept := func(id int64) bool {
		status, _ := s.request("GET", shared.PathAudit(id), "")
		return status == http.StatusOK
	}
	p := openTab(t, chromium)
	discard := func() shared.AuditProgress {
		t.Helper()
		a := s.create(fmt.Sprintf(`{"url":%q}`, gitDoc(t)))
		p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
		p.mount("Updates arrive as they happen")
		p.do(chromedp.Click(".head-a .btn-danger"))
		p.sees(`document.querySelector('#cancel').open`)
		p.shot("cancel-question")
		p.do(chromedp.Click("#cancel .btn:last-child"))
		p.sees(`location.pathname === '/'`)
		p.says("1 audit deleted")
		return a
	}
	a := discard()
	p.click(".app-note button") // Undo
	p.sees(fmt.Sprintf(`document.querySelector('.list a[href^="/audits/%d"]') !== null`, a.AuditID))
	if got := s.progress(a.AuditID); got.Status != shared.StatusCancelled {
		t.Errorf("taken back: %s, want cancelled", got.Status)
	}
	a = discard()
	testkit.Eventually(t, 60*time.Second, "the deletion", func() bool { return !kept(a.AuditID) })
	p.clean()

	a = s.create(fmt.Sprintf(`{"url":%q}`, gitDoc(t)))
	p.do(chromedp.Navigate(s.url + shared.PathBasicPage(a.AuditID)))
	p.do(chromedp.Click(`a[href*="ask=cancel"]`))
	p.says("Stop this audit?")
	p.shot("cancel-question-plain")
	p.do(chromedp.Click(`button[value=discard]`))
	p.sees(`location.pathname === '/basic'`)
	if kept(a.AuditID) {
		t.Error("the plain page kept what it was asked to discard")
	}
}

func TestBrowserWithoutJavaScript(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "12")
	a := s.create(fmt.Sprintf(`{"url":%q,"page_limit":100}`, site))
	p := openTab(t, chromium)
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.shot("live-noscript")
	hidden := `![...document.querySelectorAll('.pill, button[type=button]')].some(e => e.checkVisibility())`
	p.sees(hidden)
	p.sees(`document.querySelector('main a[href$="/basic"]').getBoundingClientRect().top < 200`)
	link, err := chromedp.Run(p.ctx, chromedp.AttributeValue(`a[href$="/basic"]`, "href"))
	if err != nil || link.Value != shared.PathBasicPage(a.AuditID) {
		t.Fatalf("link to the plain page: %+v, %v", link, err)
	}
	p.do(chromedp.Navigate(s.url + link.Value))
	p.shot("basic-running")
	p.sees(
		`!document.querySelector('meta[http-equiv=refresh]') && document.body.innerText.includes('100')`)
	p.shot("basic-done")
	if !s.progress(a.AuditID).Status.Terminal() {
		t.Error("the plain page stopped before the end")
	}
	p.do(chromedp.Navigate(s.url+shared.PathBasic), chromedp.SendKeys("#url", site+"\r"))
	p.sees(`location.pathname === ` + jsString(shared.PathBasicPage(a.AuditID+1)))
}

func TestBrowserSeesPlainSQL(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	dir := t.TempDir()
	s := start(t, "--data-dir", dir)
	a := s.create(`{"url":"nightly \"import\" <b>","kind":"external"}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	sqlite(t, dir, fmt.Sprintf("UPDATE audits SET progress = 40 WHERE id = %d", a.AuditID))
	p.sees(percent + " === 40")
	p.says(`nightly "import" <b>`)
	p.clean()
}

// sqlite has another program write into the database of a server.
func sqlite(t *testing.T, dir, statement string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.db"))
	if out, err := exec.Command("sqlite3", strings.Join(files, ""), statement).CombinedOutput(); err != nil {
		if _, missing := exec.LookPath("sqlite3"); missing != nil && os.Getenv("ATALAYA_REQUIRE_ALL") == "" {
			t.Skip("sqlite3 is not installed")
		}
		t.Fatalf("%v: %s", err, out)
	}
}

// TestBrowserFitsLongerWords holds that nothing scrolls sideways on a small
// phone in a language whose words are longer by 40 %. The client does not know
// the pseudo-language, so the pages are looked at as the server draws them.
func TestBrowserFitsLongerWords(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := startWith(t, []string{withPseudo + "=1"}, "--data-dir", t.TempDir(), "--rate", "100")
	done := s.create(fmt.Sprintf(`{"url":%q,"page_limit":30}`, site))
	failed := s.create(`{"url":"http://127.0.0.1:1/"}`)
	testkit.Eventually(t, 60*time.Second, "the ends", func() bool {
		return s.progress(done.AuditID).Status.Terminal() && s.progress(failed.AuditID).Status.Terminal()
	})
	external := s.create(`{"url":"nightly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(external.AuditID), `{"progress":37,"message":"Reading page 12"}`)

	p := openTab(t, chromium)
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(320, 640, chromedp.EmulateMobile))
	p.do(chromedp.Navigate(s.url + shared.PathBasic + "?lang=" + text.PseudoTag)) // its cookie goes for all pages
	for name, path := range map[string]string{
		"dashboard": "/", "running": shared.PathPage(external.AuditID), "done": shared.PathPage(done.AuditID),
		"failed": shared.PathPage(failed.AuditID), "report": shared.PathReportPage(done.AuditID),
		"no report": shared.PathReportPage(failed.AuditID), "missing": shared.PathPage(9999), "shell": "/shell",
		"basichome": shared.PathBasic, "basic": shared.PathBasicPage(done.AuditID),
		"basicnote": shared.PathBasicPage(9999),
	} {
		p.do(chromedp.Navigate(s.url + path))
		p.sees(`document.documentElement.lang === ` + jsString(text.PseudoTag))
		// Folded texts take their room as well.
		p.eval(`document.querySelectorAll('details').forEach(d => d.open = true)`)
		if wide := p.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide != "0" {
			out := p.eval(`[...document.body.querySelectorAll('*')].filter(e => ` +
				`e.getBoundingClientRect().right > document.documentElement.clientWidth` +
				`).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40)).slice(0, 9).join('\n')`)
			t.Errorf("%s is %s px too wide:\n%s", name, wide, out)
		}
		p.shot(name + "-narrow-" + text.PseudoTag)
	}
}
