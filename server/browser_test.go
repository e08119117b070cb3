package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"atalaya/web"
)

// browser starts a real Chromium, or skips the test where there is none and
// nobody insists. More options of its own go last.
func browser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	mayBrowse(t, "Chromium", program)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("mute-audio", true),
		chromedp.Flag("lang", "en-GB"), chromedp.WindowSize(1280, 900),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(options, more...)...)
	t.Cleanup(cancel)
	return ctx
}

// mayBrowse skips a test in a browser, of which program is the path, where something is
// missing and nobody insists.
func mayBrowse(t *testing.T, name, program string) {
	t.Helper()
	insist := os.Getenv("ATALAYA_REQUIRE_ALL") != ""
	for lacks, missing := range map[string]bool{
		name + " is not installed; make tools installs it":  program == "",
		"the client is not built in; make client builds it": !web.Embedded().HasClient(),
		"a browser is too slow for -short":                  testing.Short() && !insist,
	} {
		if missing && insist {
			t.Fatal(lacks)
		} else if missing {
			t.Skip(lacks)
		}
	}
}

// installed is the path of a program, or a skip as [mayBrowse] makes one.
func installed(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path = ""
	}
	mayBrowse(t, name, path)
	return path
}

// allDrawn holds once nothing that is seen waits for its rows: those of a part that is folded
// away are asked for when it is opened.
const allDrawn = `![...document.querySelectorAll('main [aria-busy=true]')].some((e) => e.checkVisibility())`

// tab is one page of a browser, with what it wrote to its console.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	console []chromedp.ConsoleMessage
}

// open opens a tab; the first of a browser starts it.
func openTab(t *testing.T, browser context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, options...)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	p.do(chromedp.Navigate("about:blank"))
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.console = append(p.console, m)
			p.mu.Unlock()
		}
	}()
	return p
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// eval runs a script that gives a text.
func (p *tab) eval(script string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+script+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return s
}

// patience is how long a test waits for what has no limit of its own: a browser that shares
// two cores with others is slow, and only what never comes has failed.
const patience = time.Minute

// sees waits until a script gives true. A page that is just being replaced
// counts as not yet.
func (p *tab) sees(script string) {
	p.t.Helper()
	p.seesWithin(patience, script)
}

// seesWithin is sees for what takes longer, or has promised to come sooner.
func (p *tab) seesWithin(limit time.Duration, script string) {
	p.t.Helper()
	if last := p.until(limit, script); last != "true" {
		p.shot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
		p.t.Fatalf("not within %v: %s (last %q); the page says:\n%s\nconsole: %v", limit, script, last,
			p.text(), p.lines())
	}
}

// until runs a script until it gives true, and returns what it gave last. The longer it
// takes the less often it looks, because what it looks at has a processor to share with it.
func (p *tab) until(limit time.Duration, script string) (last string) {
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	for pause := 20 * time.Millisecond; ; pause = min(pause*5/4, 150*time.Millisecond) {
		v, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+script+")"))
		if last = v; err == nil && v == "true" {
			return last
		}
		select {
		case <-ctx.Done():
			return last
		case <-time.After(pause):
		}
	}
}

// says waits until the page's text contains s.
func (p *tab) says(s string) {
	p.t.Helper()
	p.sees("document.body.innerText.includes(" + jsString(s) + ")")
}

func (p *tab) text() string {
	s, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body ? document.body.innerText : ''"))
	return s
}

func (p *tab) lines() (lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.console {
		lines = append(lines, string(m.Type)+": "+m.Text)
	}
	return lines
}

// logged reports whether a console line contains s.
func (p *tab) logged(s string) bool {
	return strings.Contains(strings.Join(p.lines(), "\n"), s)
}

// clean fails the test when the page wrote an error to its console.
func (p *tab) clean() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.console {
		if strings.Contains(m.Text, "status of 422") || strings.Contains(m.Text, "origin was untrustworthy") {
			continue // the browser reports every refused request, and plain HTTP; both were meant
		}
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException {
			p.t.Errorf("console %s: %s (%s)", m.Type, m.Text, m.URL)
		}
	}
}

// shot keeps a picture of the whole page among the test artefacts.
func (p *tab) shot(name string) {
	dir := "../artefacts"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Logf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// viewport is the size of a browser's window.
type viewport struct {
	width, height int64
	touch         bool
}

// The windows that pages are looked at in.
var (
	smallPhone = viewport{width: 320, height: 640, touch: true}
	phone      = viewport{width: 390, height: 844, touch: true}
	tablet     = viewport{width: 768, height: 1024, touch: true}
	desktop    = viewport{width: 1366, height: 768}
)

// look sets the colour scheme and the size.
func (p *tab) look(scheme string, w viewport) {
	p.t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	if w.touch {
		p.do(chromedp.EmulateViewport(w.width, w.height, chromedp.EmulateMobile))
		return
	}
	p.do(chromedp.EmulateViewport(w.width, w.height))
}

func jsString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// relay stands between the browser and the server and can take the stream
// away, as a proxy on the way would.
type relay struct {
	*httptest.Server
	blocked atomic.Bool
	streams sync.Map // cancels the streams that pass
}

// newRelay starts a relay; a fault stands before it and may answer in its place.
func newRelay(t *testing.T, target string, faults ...func(http.Handler) http.Handler) *relay {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Host = r.In.Host
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	r := &relay{}
	var passes http.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.URL.Path, "/sse/") {
			if r.blocked.Load() {
				http.Error(w, "blocked by the proxy", http.StatusForbidden)
				return
			}
			ctx, cancel := context.WithCancel(req.Context())
			defer cancel()
			r.streams.Store(&cancel, cancel)
			defer r.streams.Delete(&cancel)
			req = req.WithContext(ctx)
		}
		proxy.ServeHTTP(w, req)
	})
	for _, fault := range faults {
		passes = fault(passes)
	}
	r.Server = httptest.NewServer(passes)
	t.Cleanup(func() { r.block(true); r.CloseClientConnections(); r.Close() })
	return r
}

// block takes the stream away, also those that are open, or gives it back.
func (r *relay) block(on bool) {
	r.blocked.Store(on)
	if on {
		r.streams.Range(func(_, cancel any) bool { cancel.(context.CancelFunc)(); return true })
	}
}
