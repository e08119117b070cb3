package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

// This file holds what the app does on a device that keeps less than it is asked to: it is
// full, forgets with the window, or another tab has its database.

// room bounds what the browser keeps for a server, in bytes. A browser looks seldom how much it
// has left, so this comes before the first visit.
func (p *tab) room(s *process, bytes float64) {
	p.t.Helper()
	call(p, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{Origin: s.url, QuotaSize: &bytes})
}

// await gives what the promise of a script brings, as a text.
func (p *tab) await(script string) string {
	p.t.Helper()
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("Promise.resolve("+script+").then(String)", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return got
}

// goes leads to another page within the app.
func (p *tab) goes(path string) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`void goappNav(%q)`, path))
	p.sees(fmt.Sprintf(`location.pathname === %q`, path))
}

const openReport = `document.querySelectorAll('.checks > details').length > 5`

// works starts an audit as a reader does, sees it live to its end, and opens its report.
func (p *tab) works(s *process, site string) (id int64) {
	p.t.Helper()
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.do(chromedp.SendKeys("#start-url", site+"\r"))
	p.sees(`/^\/audits\/\d+$/.test(location.pathname)`)
	id, err := strconv.ParseInt(p.eval(`location.pathname.split('/').pop()`), 10, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	p.seesWithin(90*time.Second, stripSays("Done in"))
	p.goes(shared.PathReportPage(id))
	p.sees(openReport)
	p.sees(running)
	return id
}

// admits holds that the app says that it keeps nothing, and does not take what it could only
// lose: what is asked for without a server stays in its field.
func (p *tab) admits(s *process) {
	p.t.Helper()
	p.goes("/settings")
	p.says(text.EN.T(text.AppForgets))
	if !p.logged("Nothing is kept on this device") {
		p.t.Errorf("console: %v", p.lines())
	}
	p.goes("/")
	s.kill()
	const asked = "http://127.0.0.1:1/asked-for-in-vain"
	p.fills("start-url", asked)
	p.click(".start button")
	p.sees(`document.getElementById('start-error').innerText.length > 10`)
	p.sees(fmt.Sprintf(`%s === 0 && document.getElementById('start-url').value === %q`, waitingRows, asked))
}

// A device without any room keeps nothing, and the app does all that needs none.
func TestBrowserOnADeviceWithoutRoom(t *testing.T) {
	t.Parallel()
	p := openTab(t, browser(t))
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100", "--page-limit", "20")
	p.room(s, 1)
	p.works(s, gitDoc(t))
	p.admits(s)
}

// keptKeys are those of what this browser keeps, as a list.
const keptKeys = `new Promise((resolve) => {
	const opened = indexedDB.open('atalaya');
	opened.onsuccess = () => {
		const all = opened.result.transaction('kept').objectStore('kept').getAllKeys();
		all.onsuccess = () => { opened.result.close(); resolve(all.result.join()); };
	};
})`

// A private window keeps what it has seen for as long as it is open, and no longer.
func TestBrowserInAPrivateWindow(t *testing.T) {
	t.Parallel()
	owner := openTab(t, browser(t))
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100", "--page-limit", "20")
	p := openTab(t, owner.ctx, chromedp.WithNewBrowserContext())
	id := p.works(s, gitDoc(t))
	p.controlled()
	p.keeps(60*time.Second, fmt.Sprintf("report.%d/lists", id), "e.whole")
	s.kill()
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(id)))
	p.sees(running + " && " + openReport)
	p.says("A copy saved at")
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	next := openTab(t, owner.ctx, chromedp.WithNewBrowserContext())
	next.do(chromedp.Navigate(s.url + shared.PathHealth))
	if kept := next.await(`indexedDB.databases().then((all) => all.length)`); kept != "0" {
		t.Errorf("another private window has %s databases", kept)
	}
}

// Firefox has no service worker in a private window, but a database.
func TestBrowserInAPrivateWindowOfFirefox(t *testing.T) {
	t.Parallel()
	w := firefox(t, `user_pref("browser.privatebrowsing.autostart", true);`)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "20", "--page-limit", "40")
	w.navigate(s.url + shared.PathBasic + "?lang=en") // whatever the browser's own language is
	w.navigate(s.url + "/")
	w.sees(liveDot)
	w.keys("#start-url", gitDoc(t))
	w.click(".start [type=submit]")
	w.sees(`location.pathname === ` + jsString(shared.PathPage(1)))
	w.seesWithin(90*time.Second, stripSays("Done in"))
	w.eval(fmt.Sprintf(`void goappNav(%q)`, shared.PathReportPage(1)))
	w.sees(openReport)
	w.sees(keptKeys + `.then((all) => all.split(',').includes('report.1'))`)
	w.eval(`void goappNav('/')`)
	w.sees(liveDot)
	s.kill()
	w.eval(fmt.Sprintf(`void goappNav(%q)`, shared.PathReportPage(1)))
	w.sees(openReport + ` && document.body.innerText.includes('A copy saved at')`)
}

// A newer program in another tab gets the database at once. The older one goes on without, and
// says so.
func TestBrowserBesideANewerProgram(t *testing.T) {
	t.Parallel()
	p := openTab(t, browser(t))
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100", "--page-limit", "20")
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.keeps(60*time.Second, "list", "true")
	newer := openTab(t, p.ctx)
	newer.do(chromedp.Navigate(s.url + shared.PathHealth))
	newer.eval(`void (() => {
		const opened = indexedDB.open('atalaya', 99);
		opened.onsuccess = () => { window.held = opened.result; };
	})()`)
	newer.sees(`window.held !== undefined`)
	p.works(s, gitDoc(t))
	p.admits(s)
}

// While another tab holds the database of an older program, the newer one goes on without,
// and says so. Once that tab goes it keeps what it has seen, and sends what waited there, in
// the page that is open.
func TestBrowserBesideAnOlderProgram(t *testing.T) {
	t.Parallel()
	p := openTab(t, browser(t))
	older := openTab(t, p.ctx)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100", "--page-limit", "20")
	site := gitDoc(t)
	older.do(chromedp.Navigate(s.url + shared.PathHealth))
	older.eval(fmt.Sprintf(`void (() => {
		const opened = indexedDB.open('atalaya', 1);
		opened.onupgradeneeded = () => opened.result.createObjectStore('outbox', { keyPath: 'key' })
			.put({ key: 'waited-in-the-first-version', body: JSON.stringify({ url: %q }), at: Date.now(), refused: '' });
		opened.onsuccess = () => { window.held = opened.result; };
	})()`, site+"?waited"))
	older.sees(`window.held !== undefined`)
	id := p.works(s, site)
	p.goes("/settings")
	p.says(text.EN.T(text.AppForgets))

	if err := chromedp.Cancel(older.ctx); err != nil {
		t.Fatal(err)
	}
	p.keeps(60*time.Second, "list", "true")
	testkit.Eventually(t, 60*time.Second, "the audit that waited", func() bool {
		status, _ := s.request(http.MethodGet, shared.PathAudit(id+1), "")
		return status == http.StatusOK
	})
	p.goes(shared.PathReportPage(id))
	p.keeps(60*time.Second, fmt.Sprintf("report.%d", id), "true")
	p.goes("/settings")
	p.sees(`!document.body.innerText.includes(` + jsString(text.EN.T(text.AppForgets)) + `)`)
}

// fill leaves less than a kilobyte of the room that a device has.
const fill = `(async () => {
	const settled = (r) => new Promise((resolve, reject) => {
		r.onsuccess = () => resolve(r.result);
		r.onerror = () => reject(r.error);
	});
	const database = await settled(indexedDB.open('atalaya'));
	for (let size = 1 << 22, n = 0; size >= 512; n++) {
		const data = new Uint8Array(size); // of noise, which no browser can press together
		for (let at = 0; at < size; at += 1 << 16) {
			crypto.getRandomValues(data.subarray(at, at + (1 << 16)));
		}
		const written = database.transaction('parts', 'readwrite');
		written.objectStore('parts').put({ key: 'filling/' + n, data });
		const full = await new Promise((resolve) => {
			written.oncomplete = () => resolve(false);
			written.onabort = () => resolve(true);
		});
		size = full ? size / 2 : size;
	}
	database.close();
})()`

// A full device does not lose all that it keeps for one report more. Chromium finds the room
// that it is given back only when it tidies up, so the new one may not be kept at all: then the
// settings say so.
func TestBrowserOnAFullDevice(t *testing.T) {
	t.Parallel()
	p := openTab(t, browser(t))
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	p.room(s, 24<<20)
	const kept = 4
	for range kept + 1 {
		s.ends(s.create(fmt.Sprintf(`{"url":%q,"page_limit":20}`, gitDoc(t))).AuditID)
	}
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.controlled()
	for id := int64(1); id <= kept; id++ {
		p.goes(shared.PathReportPage(id))
		p.keeps(60*time.Second, fmt.Sprintf("report.%d/lists", id), "e.whole")
	}
	p.await(fill)
	p.goes(shared.PathReportPage(kept + 1))
	p.sees(openReport)
	p.goes("/settings")
	p.says(text.EN.T(text.AppForgets))
	if keys := p.await(keptKeys); !strings.Contains(keys, fmt.Sprintf("report.%d/lists", kept)) {
		t.Errorf("kept: %s", keys)
	}
	s.kill()
	p.goes(shared.PathReportPage(kept))
	p.sees(openReport)
	p.says("A copy saved at")
}
