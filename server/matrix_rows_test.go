package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
)

// shown is a page in a browser, whatever that is.
type shown interface {
	// use has what fails from now on fail t.
	use(t *testing.T)
	visit(url string)
	// says waits until the page contains a text.
	says(text string)
	shot(name string)
}

// driven is a page that runs scripts, whatever drives its browser.
type driven interface {
	shown
	// eval gives the value of an expression as a text, and waits for it if it is a promise.
	eval(expression string) string
	sees(expression string)
	// numbered goes to the n-th tab of the browser, counted from 0, which this page is in.
	numbered(n int) driven
	// errors are what went wrong in the browser's own eyes, as far as it tells.
	errors() []string
}

var chromiumShows = []string{"chromium", "--version"}

// without is a row of Chromium in which a script has taken something away.
func without(name, script string, w way) matrixRow {
	return matrixRow{name: "Chromium without " + name, how: measured, shows: chromiumShows, way: w, lacks: script,
		open: func(t *testing.T) shown { return newChromiumPage(t, script) }}
}

// matrixRows are the rows in the order of the table.
var matrixRows = []matrixRow{
	{name: "Chromium", how: measured, shows: chromiumShows, every: true, way: live,
		open: func(t *testing.T) shown { return newChromiumPage(t, "") }},
	{name: "Oldest Chromium", how: measured, shows: []string{"basename", "chromium-90.0.4427.0"}, way: live,
		open: func(t *testing.T) shown { return newChromiumPage(t, "", chromium90(t)) }},
	{name: "Edge 90 and later", how: sameEngine + " as Chromium"},
	{name: "Firefox ESR", how: measured, shows: []string{"firefox-esr", "--version"}, every: true, way: live,
		open: newFirefoxPage},
	{name: "Firefox 88 to the ESR before", how: notMeasured},
	{name: "WebKitGTK", how: measured, shows: []string{"dpkg-query", "-W", "webkit2gtk-driver"}, way: live,
		open: func(t *testing.T) shown { return &webDriverPage{window: webkit(t)} }},
	{name: "WPE WebKit", how: measured, shows: []string{"dpkg-query", "-W", "wpewebkit-driver"}, way: live,
		open: func(t *testing.T) shown { return &webDriverPage{window: wpe(t)} }},
	{name: "Safari 15 and later", how: approximated + " by WebKitGTK"},
	without("EventSource", `delete window.EventSource`, polling),
	without("service workers", `delete Navigator.prototype.serviceWorker`, live),
	without("Web Locks", `delete Navigator.prototype.locks`, live),
	without("BroadcastChannel", `delete window.BroadcastChannel`, live),
	without("IndexedDB", `delete window.indexedDB`, live),
	without("WebAssembly", `delete window.WebAssembly`, sent),
	{name: "Chromium without JavaScript", how: measured, shows: chromiumShows, every: true, way: plain,
		open: newScriptlessPage},
	{name: "QtWebKit in wkhtmltopdf", how: measured, shows: []string{"wkhtmltopdf", "--version"}, way: sent,
		open: textPageOf("wkhtmltopdf", "bash", "-c", `wkhtmltopdf --quiet "$0" - | pdftotext -layout - -`)},
	{name: "w3m", how: measured, shows: []string{"w3m", "-version"}, every: true, way: byHand,
		open: textPageOf("w3m", "w3m", "-dump", "-cols", "120")},
	{name: "Lynx", how: measured, shows: []string{"lynx", "-version"}, way: byHand,
		open: textPageOf("lynx", "lynx", "-dump", "-nolist", "-width=120")},
	{name: "Dillo", how: measured, shows: []string{"dpkg-query", "-W", "dillo"}, way: byHand,
		open: screenPageOf("primary", "key ctrl+r sleep 1 mousemove 4 110 mousedown 1 sleep 0.1 "+
			"mousemove 300 400 sleep 0.1 mousemove 1380 1960 mouseup 1 sleep 0.2", "dillo", "-g", "1390x1980")},
	{name: "NetSurf", how: measured, shows: []string{"dpkg-query", "-W", "netsurf-gtk"}, way: plain,
		open: screenPageOf("clipboard", "mousemove 4 600 click 1 key ctrl+a sleep 0.3 key ctrl+c sleep 0.2",
			"netsurf-gtk")},
	{name: "Internet Explorer 11, Safari 14", how: approximated + " by Chromium without WebAssembly, and a parser of ES5"},
}

// chromiumPage is a page that speaks Chromium's protocol.
type chromiumPage struct {
	*tab
	all        *[]*chromiumPage // the tabs of the browser
	lacks      string           // runs before the scripts of every page
	scriptless bool
}

func newChromiumPage(t *testing.T, lacks string, options ...chromedp.ExecAllocatorOption) *chromiumPage {
	t.Helper()
	p := &chromiumPage{tab: openTab(t, browser(t, options...)), lacks: lacks}
	p.before(lacks)
	p.all = &[]*chromiumPage{p}
	return p
}

func newScriptlessPage(t *testing.T) shown {
	t.Helper()
	p := newChromiumPage(t, "")
	p.scriptless = true
	call(p.tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return p
}

func (p *chromiumPage) use(t *testing.T) {
	for _, other := range *p.all {
		other.t = t
	}
}

func (p *chromiumPage) visit(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

func (p *chromiumPage) eval(expression string) string {
	p.t.Helper()
	s, err := p.run(expression)
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return s
}

func (p *chromiumPage) says(text string) {
	p.t.Helper()
	p.sees(pageSays(text))
}

// run gives the value of an expression. Where no script runs, no promise ever ends.
func (p *chromiumPage) run(expression string) (string, error) {
	if p.scriptless {
		return chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	}
	return chromedp.Run(p.ctx, chromedp.Evaluate[string]("Promise.resolve("+expression+").then(String)",
		chromedp.EvalAwaitPromise))
}

func (p *chromiumPage) sees(expression string) {
	p.t.Helper()
	var last string
	var err error
	begun, tick := time.Now(), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for ; time.Since(begun) < patience; <-tick.C {
		if last, err = p.run(expression); err == nil && last == "true" {
			return
		}
	}
	p.shot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
	p.t.Fatalf("not within %v: %s (last %q, %v); the page says:\n%s\nconsole: %v", patience, expression, last, err,
		p.text(), p.lines())
}

func (p *chromiumPage) numbered(n int) driven {
	p.t.Helper()
	for len(*p.all) <= n {
		other := &chromiumPage{tab: openTab(p.t, p.ctx), all: p.all, lacks: p.lacks}
		other.before(p.lacks)
		*p.all = append(*p.all, other)
	}
	return (*p.all)[n]
}

func (p *chromiumPage) errors() (found []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.console {
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException {
			found = append(found, m.Text+" ("+m.URL+")")
		}
	}
	return found
}

// webDriverPage is a page that is driven by WebDriver.
type webDriverPage struct {
	*window
	handles []string // of the tabs
}

// newFirefoxPage has service workers end early, unless the row stays for as long as they
// live: 30 s.
func newFirefoxPage(t *testing.T) shown {
	t.Helper()
	if wholeMatrix() {
		return &webDriverPage{window: firefox(t)}
	}
	return &webDriverPage{window: firefox(t, `user_pref("dom.serviceWorkers.idle_timeout", 4000);`,
		`user_pref("dom.serviceWorkers.idle_extended_timeout", 4000);`)}
}

func (p *webDriverPage) use(t *testing.T) { p.t = t }

func (p *webDriverPage) visit(url string) {
	p.t.Helper()
	p.navigate(url)
}

func (p *webDriverPage) says(text string) {
	p.t.Helper()
	p.sees(pageSays(text))
}

func (p *webDriverPage) numbered(n int) driven {
	p.t.Helper()
	if len(p.handles) == 0 {
		p.decode(p.do("GetWindowHandles", nil), &p.handles)
	}
	for len(p.handles) <= n {
		var made struct{ Handle string }
		p.decode(p.do("NewWindow", map[string]any{"type": "tab"}), &made)
		p.handles = append(p.handles, made.Handle)
	}
	p.do("SwitchToWindow", map[string]any{"handle": p.handles[n]})
	return p
}

func (p *webDriverPage) decode(value json.RawMessage, to any) {
	p.t.Helper()
	if err := json.Unmarshal(value, to); err != nil {
		p.t.Fatal(err)
	}
}

// errors are those that the pages noted themselves ([noteErrors]).
func (p *webDriverPage) errors() []string {
	p.t.Helper()
	return slices.Collect(strings.Lines(p.eval(`sessionStorage.getItem('errors') || ''`)))
}

// noteErrors puts a script before all others of a page which notes what fails in it.
func noteErrors(next http.Handler) http.Handler {
	const address = "/note-errors.js"
	const script = `
const note = (what) => sessionStorage.setItem("errors", (sessionStorage.getItem("errors") || "") + what + "\n");
const log = console.error;
console.error = (...what) => { note(what.join(" ")); log(...what); };
addEventListener("error", (e) => note(e.message || "not loaded: " + (e.target.src || e.target.href)), true);
addEventListener("unhandledrejection", (e) => note("rejected: " + e.reason));
addEventListener("securitypolicyviolation", (e) => note("policy: " + e.blockedURI + " " + e.violatedDirective));`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == address {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, script)
			return
		}
		if !strings.Contains(r.Header.Get("Accept"), "text/html") {
			next.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		made := httptest.NewRecorder()
		next.ServeHTTP(made, r)
		page := strings.Replace(made.Body.String(), "<head>", `<head><script src="`+address+`"></script>`, 1)
		maps.Copy(w.Header(), made.Header())
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		w.WriteHeader(made.Code)
		fmt.Fprint(w, page)
	})
}

// textPage is a page in a program that writes its text and ends.
type textPage struct {
	t       *testing.T
	command []string // the address comes last
	home    string
	url     string
}

// textPageOf opens pages by a command, if program is installed.
func textPageOf(program string, command ...string) func(t *testing.T) shown {
	return func(t *testing.T) shown {
		testkit.Program(t, program)
		return &textPage{t: t, command: command, home: t.TempDir()}
	}
}

func (p *textPage) use(t *testing.T) { p.t = t }

func (p *textPage) visit(url string) { p.url = url }

// says reads the page until it contains a text, as one does who follows its Reload link.
func (p *textPage) says(text string) {
	p.t.Helper()
	testkit.Eventually(p.t, patience, text, func() bool {
		return strings.Contains(strings.Join(strings.Fields(p.dump()), " "), text) // wherever lines end
	})
}

func (p *textPage) dump() string {
	p.t.Helper()
	c := exec.CommandContext(p.t.Context(), p.command[0], append(slices.Clone(p.command[1:]), p.url)...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+p.home)
	out, err := c.Output()
	if err != nil {
		p.t.Fatalf("%s %s: %v", p.command[0], p.url, err)
	}
	return string(out)
}

func (p *textPage) shot(name string) {
	if err := os.WriteFile(filepath.Join("../artefacts", name+".txt"), []byte(p.dump()), 0o644); err != nil {
		p.t.Logf("%s: %v", name, err)
	}
}
