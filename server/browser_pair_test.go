package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// pair is a browser with two tabs that share a stream: first leads and shows the list, and
// second shows the only audit.
type pair struct {
	t             *testing.T
	server        *process
	way           *relay
	portal        atomic.Bool // between them and the server is a network that wants a signature
	id            int64
	progress      int
	first, second *tab
}

// shownProgress is the progress that a tab of a pair shows.
const shownProgress = `(location.pathname === '/' ? parseInt(document.querySelector('.lc .p').innerText) : ` + percent + `)`

func newPair(t *testing.T, more ...chromedp.ExecAllocatorOption) *pair {
	t.Helper()
	chromium := browser(t, more...)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "2s")
	d := &pair{t: t, server: s, progress: 4}
	d.way = newRelay(t, s.url, d.asksToSignIn)
	d.id = s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	d.move()
	d.first = openTab(t, chromium)
	d.second = openTab(t, d.first.ctx)
	d.open(d.first, "/")
	d.open(d.second, shared.PathPage(d.id))
	d.current(d.first, d.second)
	testkit.Eventually(t, patience, "one stream", func() bool { return s.metric("atalaya_streams") == 1 })
	return d
}

func (d *pair) open(p *tab, path string) {
	d.t.Helper()
	p.do(chromedp.Navigate(d.way.URL + path))
	p.sees(isLive)
}

// asksToSignIn answers everything as a network in a hotel does.
func (d *pair) asksToSignIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.portal.Load() {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<h1>Welcome to Hotel Example</h1><p>Your room number, please.")
	})
}

// move commits the next state of the audit.
func (d *pair) move() {
	d.t.Helper()
	d.progress++
	d.server.request("PATCH", shared.PathProgress(d.id), fmt.Sprintf(`{"progress":%d}`, d.progress))
}

// current has the audit move until tabs are live and show that: one that goes without news
// for a minute is said to be silent.
func (d *pair) current(tabs ...*tab) {
	d.t.Helper()
	for range 6 {
		d.move()
		if slices.IndexFunc(tabs, func(p *tab) bool { return !d.shows(p) }) < 0 {
			return
		}
	}
	for _, p := range tabs {
		d.t.Logf("a tab says:\n%s\nconsole: %v", p.text(), p.lines())
	}
	d.t.Fatalf("not all tabs are live and show %d %%", d.progress)
}

// shows waits until a tab is live and shows the newest state.
func (d *pair) shows(p *tab) bool {
	return p.until(20*time.Second, fmt.Sprintf(`%s && %s === %d`, isLive, shownProgress, d.progress)) == "true"
}

// lifecycle freezes a tab as a browser does that wants to save power, or lets it go on.
func (d *pair) lifecycle(p *tab, state page.SetWebLifecycleStateState) {
	d.t.Helper()
	if _, err := chromedp.Call(p.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state}); err != nil {
		d.t.Fatal(err)
	}
}

// online has both tabs be told by the browser whether there is a network.
func (d *pair) online(yes bool) {
	d.t.Helper()
	for _, p := range []*tab{d.first, d.second} {
		if _, err := chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: !yes, DownloadThroughput: -1, UploadThroughput: -1,
		}); err != nil {
			d.t.Fatal(err)
		}
	}
	d.way.block(!yes)
}

// Whatever happens to two tabs that share a stream, or to the one that has it, what they say
// is true while it lasts, and afterwards both show the newest.
func TestBrowserPair(t *testing.T) {
	t.Parallel()
	d := newPair(t)
	both := []*tab{d.first, d.second}
	notLive := `document.querySelector('.pill .dot.live') === null`

	// The page of one goes into the back/forward cache, and comes back.
	d.second.do(chromedp.Navigate(d.way.URL + shared.PathHealth))
	d.current(d.first)
	d.second.eval(`void setTimeout(() => history.back())`) // chromedp waits for a load, of which there is none
	d.current(both...)

	// There is no network for a while.
	d.online(false)
	for _, p := range both {
		p.sees(notLive)
	}
	d.move()
	d.online(true)
	d.current(both...)

	// The network answers for the server.
	d.portal.Store(true)
	d.way.block(true) // which cuts what is open
	for _, p := range both {
		p.sees(notLive + ` && !document.body.innerText.includes('Hotel')`)
	}
	d.move()
	d.way.block(false)
	d.portal.Store(false)
	d.current(both...)

	// The clock of the one that has the stream goes three hours ahead.
	d.first.eval(`void (Date = class extends Date {
		constructor(...of) { if (of.length) super(...of); else super(Date.now()); }
		static now() { return super.now() + 3 * 3600e3; }
	})`)
	d.current(both...)
	d.first.sees(`!document.body.innerText.includes('3 h')`)

	// It freezes, and the other takes over; it wakes up, and follows.
	d.lifecycle(d.first, page.SetWebLifecycleStateStateFrozen)
	frozen := time.Now()
	d.current(d.second)
	t.Logf("%v after the leader froze the other tab showed what came", time.Since(frozen).Round(time.Millisecond))
	d.lifecycle(d.first, page.SetWebLifecycleStateStateActive)
	d.current(both...)

	// The one that has the stream now crashes.
	crashed := time.Now()
	go func() { _, _ = chromedp.Call(d.second.ctx, page.Crash, struct{}{}) }()
	d.current(d.first)
	t.Logf("%v after the new one crashed the first showed what came", time.Since(crashed).Round(time.Millisecond))
}

// minimised puts away the window of a tab, so that the browser holds it to be hidden.
func (p *tab) minimised() {
	p.t.Helper()
	w, err := chromedp.Call(p.ctx, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	call(p, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{
		WindowID: w.WindowID, Bounds: &cdpbrowser.Bounds{WindowState: cdpbrowser.WindowStateMinimized},
	})
}

// While the tab that has the stream is out of sight, and the browser wakes it up once a minute,
// the other one shows what comes at once, and is not told to wait for that minute when the
// stream breaks.
func TestBrowserPairThrottled(t *testing.T) {
	t.Parallel()
	d := newPair(t, // a driven browser throttles nothing of itself
		chromedp.Flag("disable-background-timer-throttling", false), chromedp.Flag("disable-renderer-backgrounding", false),
		chromedp.Flag("disable-backgrounding-occluded-windows", false),
		chromedp.Flag("intensive-wake-up-throttling-policy", "force-enable"))
	d.first.eval(`void (window.woke = performance.now(), setInterval(() => { woke = performance.now() }, 100))`)
	d.first.minimised()
	d.first.sees(`document.hidden`)
	d.first.seesWithin(3*time.Minute, `performance.now() - woke > 5000`) // Chromium begins after a minute
	d.move()
	if !d.shows(d.second) {
		t.Errorf("what came is not shown:\n%s", d.second.text())
	}
	d.way.block(true)
	d.second.sees(`document.querySelector('.pill .dot.live') === null`)
	d.way.block(false)
	back := time.Now()
	d.move()
	if !d.shows(d.second) {
		t.Errorf("what came after the stream was opened anew is not shown:\n%s", d.second.text())
	}
	t.Logf("%v after the stream could be opened again the tab showed what came", time.Since(back).Round(time.Millisecond))
}
