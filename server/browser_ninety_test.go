package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// chromium90 is the oldest browser that the app promises to run in, which knows no
// 'wasm-unsafe-eval'; make tools brings it.
func chromium90(t *testing.T) chromedp.ExecAllocatorOption {
	t.Helper()
	program, err := filepath.Abs("../bin/chromium-90.0.4427.0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) && os.Getenv("ATALAYA_REQUIRE_ALL") == "" {
		t.Skip("Chromium 90 is not here; make tools installs it")
	} else if err != nil {
		t.Fatal(err)
	}
	return chromedp.ExecPath(program)
}

// In Chromium 90 the program runs: it starts an audit, follows it, polls while the stream
// is taken away, cancels it, and shows what it knew when the server is gone.
func TestBrowserOfTheYear2021(t *testing.T) {
	chromium := browser(t, chromium90(t))
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "2", "--heartbeat", "2s")
	way := newRelay(t, s.url)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(way.URL + "/"))
	p.sees(running + ` && document.querySelector('.pill .dot.live') !== null`)
	p.eval(`document.querySelector('form input').focus()`)
	p.do(chromedp.SendKeys("#start-url", site))
	p.eval(`document.querySelector('form [type=submit]').click()`)
	p.sees(`location.pathname === ` + jsString(shared.PathPage(1)))
	p.mount("Updates arrive as they happen")
	before := p.eval(percent)
	p.sees(percent + " > " + before)
	p.shot("chromium-90-live")

	way.block(true)
	testkit.Eventually(t, 60*time.Second, "polling", func() bool { return p.logged("[SSE] Using fallback: polling") })
	before = p.eval(percent)
	p.sees(percent + " > " + before)
	way.block(false)
	p.seesWithin(80*time.Second, stripSays("Updates arrive as they happen"))

	s.request("POST", shared.PathCancel(1), "")
	p.sees(stripSays("Cancelled"))
	p.controlled()
	p.keeps(60*time.Second, "audit.1", fmt.Sprintf("Date.parse(e.saved_at) >= %d", s.awaitEnd(1, time.Minute).FinishedAt.UnixMilli()))
	s.kill()
	p.do(chromedp.Reload())
	p.sees(stripSays("Cancelled"))
	p.shot("chromium-90-offline")
}
