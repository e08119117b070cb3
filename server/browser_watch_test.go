package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"atalaya/shared"
	"atalaya/shared/text"
	"atalaya/web"
)

// running is true while the program has the page.
const running = `window.atalaya.running()`

// note is what stands in the line at the foot of the page.
const note = `(document.querySelector('.app-note')||{innerText:''}).innerText`

// before runs a script in every page of the tab, before those of the page.
func (p *tab) before(script string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		p.t.Fatal(err)
	}
}

// answers replaces what is answered at paths that end so.
func answers(suffix string, answer http.HandlerFunc) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, suffix) {
				answer(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// script answers with a script.
func script(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, body)
	}
}

// half answers with the first half of the program.
func half(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/wasm")
	rest := web.Embedded().ClientSize() / 2
	for rest > 0 {
		n, err := w.Write(make([]byte, min(rest, 1<<16)))
		if err != nil {
			return
		}
		rest -= n
	}
}

// strictest takes the compiling of WebAssembly out of the policy.
func strictest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(policyWriter{w}, r)
	})
}

type policyWriter struct{ http.ResponseWriter }

func (p policyWriter) WriteHeader(status int) {
	const header = "Content-Security-Policy"
	h := p.Header()
	h.Set(header, strings.ReplaceAll(h.Get(header), " 'wasm-unsafe-eval'", ""))
	p.ResponseWriter.WriteHeader(status)
}

func (p policyWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// follows fails the test unless the page shows the progress of an external audit
// soon after it was reported.
func (p *tab) follows(s *process, id int64, progress int) {
	p.t.Helper()
	s.request("PATCH", shared.PathProgress(id), `{"progress":`+strconv.Itoa(progress)+`}`)
	p.sees(percent + " === " + strconv.Itoa(progress))
	p.sees(`document.title.startsWith('` + strconv.Itoa(progress) + `%')`)
	p.sees(`document.querySelector('.pct').innerText.startsWith('` + strconv.Itoa(progress) + `')`)
}

// However the program is broken, two seconds later the page either works or is
// live without it, and says so.
func TestBrowserNeverStandsStill(t *testing.T) {
	chromium := browser(t)
	failed, stopped := text.EN.T(text.AppFailed), text.EN.T(text.AppStopped)
	for _, tt := range []struct {
		name   string
		fault  func(http.Handler) http.Handler
		before string // runs before the page's scripts
		after  string // runs in the running program
		says   string // empty when the program is to run
	}{
		{name: "the program is missing", says: failed,
			fault: answers("/app.wasm", http.NotFound)},
		{name: "the program is cut short", says: failed,
			fault: answers("/app.wasm", func(w http.ResponseWriter, _ *http.Request) { half(w) })},
		{name: "the program is aborted", says: failed,
			fault: answers("/app.wasm", func(w http.ResponseWriter, _ *http.Request) {
				half(w)
				panic(http.ErrAbortHandler)
			})},
		{name: "the loader is missing", says: failed, fault: answers("/wasm_exec.js", http.NotFound)},
		{name: "the policy refuses the program", says: failed, fault: strictest},
		{name: "memory is short", says: failed,
			before: `WebAssembly.instantiate = () => Promise.reject(new RangeError('Out of memory'))`},
		{name: "memory is short where it is compiled", says: failed,
			fault: answers("/compile.js", script(`postMessage('RangeError: Out of memory')`))},
		{name: "the compiler's script is missing", says: "", fault: answers("/compile.js", http.NotFound)},
		{name: "the module stays in its worker", says: "", fault: answers("/compile.js", script(`postMessage(null)`))},
		{name: "there are no workers", says: "", before: `delete window.Worker`},
		{name: "a handler panics", says: stopped,
			after: `(Object.defineProperty(document, 'cookie', {get: () => '', set() { throw Error('no cookies') }}),
				document.querySelector('.btn-lang').click())`},
		{name: "the program hangs", says: stopped, after: `(atalaya.beat = () => {})`},
		{name: "storage throws", says: "",
			before: `for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name,
				{configurable: true, get() { throw new DOMException('refused', 'SecurityError') }})`},
		{name: "storage is full", says: "",
			before: `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }`},
		{name: "there is no IndexedDB", says: "", before: `delete window.indexedDB`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, "--data-dir", t.TempDir())
			way := newRelay(t, s.url)
			if tt.fault != nil {
				way = newRelay(t, s.url, tt.fault)
			}
			id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
			s.request("PATCH", shared.PathProgress(id), `{"progress":5}`)
			p := openTab(t, chromium)
			if tt.before != "" {
				p.before(tt.before)
			}
			p.do(chromedp.Navigate(way.URL + shared.PathPage(id)))
			if tt.after != "" || tt.says == "" {
				p.sees(running)
			}
			if tt.after != "" {
				p.eval(tt.after)
			}
			if tt.says == "" {
				p.sees(stripSays("Updates arrive as they happen"))
				p.follows(s, id, 57)
				p.sees(running)
				return
			}
			p.seesWithin(3*time.Second, note+".includes("+jsString(tt.says)+")")
			p.sees(`document.querySelector('.app-note button').innerText === 'Reload'`)
			p.follows(s, id, 57)
			p.sees(stripSays("Updates arrive as they happen"))
			p.shot("watch-" + strings.ReplaceAll(tt.name, " ", "-"))
			s.request("PATCH", shared.PathProgress(id), `{"status":"completed"}`)
			p.sees(stripSays("Done in"))
			p.sees(percent + " === 100")
		})
	}
}

// TestBrowserStartsAlone looks at a first visit: what loads the app for a time without a
// network waits until the program runs, and the program is set up in the worker that compiles
// it, by the script that the page has already.
func TestBrowserStartsAlone(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	compiler, err := os.ReadFile("../web/static/compile.js")
	if err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	var asked atomic.Int32
	const told = `const instantiate = WebAssembly.instantiate; WebAssembly.instantiate = async (...given) => {
		const made = await instantiate(...given); new BroadcastChannel('set up').postMessage(''); return made; };`
	way := newRelay(t, s.url, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/app.wasm"):
				select {
				case <-release:
				case <-r.Context().Done():
				}
			case strings.HasSuffix(r.URL.Path, "/compile.js"):
				script(told+string(compiler))(w, r)
				return
			case strings.HasSuffix(r.Referer(), "/compile.js") && strings.HasSuffix(r.URL.Path, "/wasm_exec.js"):
				asked.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	})
	id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(id), `{"progress":5}`)
	p := openTab(t, chromium)
	p.before(`new BroadcastChannel('set up').onmessage = () => { window.setUp = true }`)
	p.do(chromedp.Navigate(way.URL + shared.PathPage(id)))
	p.sees(stripSays("Updates arrive as they happen"))
	workers, err := chromedp.Run(p.ctx, chromedp.Evaluate[int](
		`navigator.serviceWorker.getRegistrations().then((all) => all.length)`, chromedp.EvalAwaitPromise))
	if err != nil || workers != 0 {
		t.Errorf("%d service workers before the program, %v", workers, err)
	}
	close(release)
	p.sees(running)
	p.sees(`window.setUp`)
	p.controlled()
	if n := asked.Load(); n > 0 {
		t.Errorf("the compiler's worker asked for what the page had, %d times", n)
	}
}

// slowPauses has the program wait for more than a second whenever it gives the browser its turn
// while it starts, as on a machine that has too much to do.
const slowPauses = `const post = MessagePort.prototype.postMessage;
	MessagePort.prototype.postMessage = function (...words) { setTimeout(() => post.apply(this, words), 1200) };`

// A start that takes long is not the program's death, without a server too: the script would
// take the page back, and there is nobody then who could draw it anew.
func TestBrowserStartsSlowly(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	done := s.create(fmt.Sprintf(`{"url":%q,"page_limit":20}`, gitDoc(t))).AuditID
	s.ends(done)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	p.controlled()
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(done)))
	p.keeps(60*time.Second, fmt.Sprintf("report.%d/lists", done), "e.whole")
	s.kill()
	p.before(slowPauses)
	call(p, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4})
	for _, query := range []string{"", "?view=page"} {
		p.do(chromedp.Navigate(s.url + shared.PathReportPage(done) + query))
		p.seesWithin(2*time.Minute, `(`+note+`.includes(`+jsString(text.EN.T(text.AppStopped))+`) ||
			`+running+` && document.querySelector('.filters') !== null && `+allDrawn+`)`)
		p.sees(running)
	}
}

// A browser that blocks all cookies refuses storage; the program runs, and the
// page says that nothing is kept.
func TestBrowserRunsWithoutCookies(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o755); err != nil {
		t.Fatal(err)
	}
	blocked := `{"profile":{"default_content_setting_values":{"cookies":2}}}`
	if err := os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(blocked), 0o644); err != nil {
		t.Fatal(err)
	}
	chromium := browser(t, chromedp.UserDataDir(dir))
	s := start(t, "--data-dir", t.TempDir())
	id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(id), `{"progress":5}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(id)))
	p.sees(running)
	p.follows(s, id, 57)
	p.sees(note + ".includes(" + jsString(text.EN.T(text.AppForgets)) + ")")
	p.shot("watch-without-cookies")
}

// Without the program the page is live all the same: by the stream, and by
// fetching while that is refused, in the reader's language.
func TestBrowserIsLiveWithoutTheProgram(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--heartbeat", "2s")
	way := newRelay(t, s.url)
	id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(id), `{"progress":5}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(way.URL + shared.PathPage(id) + "?wasm=false"))
	p.seesWithin(2500*time.Millisecond, stripSays("Updates arrive as they happen"))
	p.follows(s, id, 20)
	p.do(chromedp.Click(".btn-lang"))
	p.sees(stripSays(text.ES.T(text.ConnLiveText)))
	p.sees(`document.documentElement.lang === 'es'`)
	way.block(true)
	p.sees(stripSays(text.ES.T(text.ConnPolling)))
	s.request("PATCH", shared.PathProgress(id), `{"progress":40}`)
	p.sees(percent + " === 40")
	p.shot("watch-polling-es")
	s.kill()
	p.seesWithin(15*time.Second, stripSays(text.ES.T(text.ConnServer)))
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	way.block(false)
	p.sees(stripSays(text.ES.T(text.ConnLiveText)))
	s.request("PATCH", shared.PathProgress(id), `{"status":"failed","error_message":"out of paper"}`)
	p.says("out of paper")

	// The list: an audit moves, another one appears, and Start and Cancel work.
	p.eval(`document.cookie = 'atalaya_lang=en; Path=/'`)
	second := s.create(`{"url":"second import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(second), `{"progress":10}`)
	p.do(chromedp.Navigate(way.URL + "/?wasm=false"))
	p.says("second import")
	p.do(chromedp.SendKeys("#start-url", "exam"))
	s.request("PATCH", shared.PathProgress(second), `{"progress":33}`)
	p.sees(`document.querySelector('.lc .p').innerText === '33%'`)
	s.create(`{"url":"third import","kind":"external"}`)
	p.seesWithin(6*time.Second, `document.body.innerText.includes('third import')`)
	p.sees(`document.querySelector('#start-url').value === 'exam' && document.activeElement.id === 'start-url'`)
	p.do(chromedp.SendKeys("#start-url", ":/\r"))
	p.sees(`document.querySelector('#start-error').innerText.length > 10`)
	p.eval(`document.querySelector('#start-url').value = ''`)
	p.do(chromedp.SendKeys("#start-url", "http://127.0.0.1:1/\r"))
	p.sees(`/^\/audits\/[0-9]+$/.test(location.pathname)`)

	p.do(chromedp.Navigate(way.URL + shared.PathPage(second) + "?wasm=false"))
	p.do(chromedp.Click(".head-a .btn-danger"))
	p.sees(`document.querySelector('dialog').open`)
	p.do(chromedp.Click("dialog .btn-danger"))
	p.sees(stripSays("Cancelled"))
}

// The program takes the page over without a lost letter, a jump, a second stream,
// or a word about a connection that was there all the time.
func TestBrowserHandsOver(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	release := make(chan struct{})
	streams := make(chan string, 100)
	way := newRelay(t, s.url, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/app.wasm"):
				<-release
			case strings.HasPrefix(r.URL.Path, "/sse/"):
				streams <- r.URL.Path
			}
			next.ServeHTTP(w, r)
		})
	})
	for range 30 {
		s.create(`{"url":"nightly import","kind":"external"}`)
	}
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(way.URL + "/"))
	p.sees(`document.querySelector('.pill').innerText.includes('Live')`)
	p.eval(`(window.pills = [], new MutationObserver(() => {
		const said = document.querySelector('.pill').innerText;
		if (said !== pills[pills.length - 1]) pills.push(said);
	}).observe(document.body, {subtree: true, childList: true, characterData: true}))`)
	p.do(chromedp.SendKeys("#start-url", "https://www.exa"))
	p.eval(`(scrollTo(0, 40), document.querySelector('#start-url').setSelectionRange(8, 8))`)
	s.request("PATCH", shared.PathProgress(30), `{"progress":44}`)
	p.sees(`document.querySelector('.lc .p').innerText === '44%'`)
	close(release)
	keys := 0
	for ; keys < 40 || p.eval(running) != "true"; keys++ {
		p.do(chromedp.KeyEvent("x"))
	}
	want := "https://" + strings.Repeat("x", keys) + "www.exa"
	p.sees(`document.querySelector('#start-url').value === ` + jsString(want))
	p.sees(`document.activeElement.id === 'start-url' && scrollY === 40`)
	p.sees(`document.querySelector('.lc .p').innerText === '44%'`)
	if pills := p.eval(`pills.join()`); pills != "" && pills != "Live" {
		t.Errorf("the pill said in turn: %s", pills)
	}
	if n := len(streams); n != 1 {
		t.Errorf("%d streams were opened, want the one that was handed over", n)
	}
	s.request("PATCH", shared.PathProgress(30), `{"progress":55}`)
	p.sees(`document.querySelector('.lc .p').innerText === '55%'`)
}

// A page that comes back from the back/forward cache goes on.
func TestBrowserComesBack(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	id := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(id), `{"progress":5}`)
	for name, query := range map[string]string{"with the program": "", "without it": "?wasm=false"} {
		t.Run(name, func(t *testing.T) {
			p := openTab(t, chromium)
			p.before(`addEventListener('pageshow', (e) => { if (e.persisted) window.restored = true })`)
			p.do(chromedp.Navigate(s.url + shared.PathPage(id) + query))
			p.sees(stripSays("Updates arrive as they happen"))
			if query == "" {
				p.sees(running)
			}
			p.eval(`void (location.href = '/basic')`)
			p.sees(`location.pathname === '/basic' && document.readyState === 'complete'`)
			p.sees(`performance.now() > 3000`) // longer than the script waits for a beat
			p.eval(`void history.back()`)
			p.sees(`location.pathname !== '/basic'`)
			if p.eval(`window.restored`) != "true" {
				t.Log("the browser loaded the page anew")
			}
			p.sees(stripSays("Updates arrive as they happen"))
			next := s.progress(id).Progress + 7
			p.follows(s, id, next)
			if query == "" {
				p.sees(running)
			}
		})
	}
}
