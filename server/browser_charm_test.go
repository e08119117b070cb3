package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// lamp is the state that the tower's lamp shows, and beam what moves of it.
const (
	lamp = `document.querySelector('.brand .dot').className.trim()`
	beam = `document.querySelector('.brand .beam').getAnimations().length`
)

// The lamp of the tower tells the connection, with the program and before it, and holds
// still for whoever wants no motion.
func TestBrowserLampTellsTheConnection(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--heartbeat", "2s")
	way := newRelay(t, s.url)
	a := s.create(`{"url":"nightly import","kind":"external"}`)
	works := 0
	work := func() { // of a worker who is silent for a minute, the lamp tells that
		works++
		s.request("PATCH", shared.PathProgress(a.AuditID), fmt.Sprintf(`{"progress":37,"message":"Reading page %d"}`, works))
	}
	p := openTab(t, chromium)
	for name, query := range map[string]string{"program": "", "script": "?wasm=false"} {
		work()
		p.do(chromedp.Navigate(way.URL + shared.PathPage(a.AuditID) + query))
		p.sees(lamp + " === 'dot live' && " + beam + " === 1")
		if query == "" {
			p.sees(running)
		}
		p.sees(lamp + " === 'dot live' && " + beam + " === 0") // it sweeps and rests
		p.shot("lamp-live-" + name)
		way.block(true)
		p.sees(lamp + " === 'dot info' || " + lamp + " === 'dot warn'")
		p.shot("lamp-lost-" + name)
		way.block(false)
		work()
		p.seesWithin(80*time.Second, lamp+" === 'dot live'")
	}
	work()
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	p.seesWithin(120*time.Second, beam+" === 1") // once more after a minute
	features := []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	p.sees(lamp + " === 'dot live' && " + beam + " === 0")
}

// The icon of the tab is the progress as a ring while an audit runs, and the policy lets
// the browser draw it.
func TestBrowserTabIconIsTheProgress(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	a := s.create(`{"url":"nightly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":25}`)
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathPage(a.AuditID)))
	p.mount("Updates arrive as they happen")
	const icon = `(document.querySelector('link#tab-icon')||{href:''}).href`
	p.sees(icon + `.includes("stroke-dasharray='15.7 99'")`)
	p.eval(`(window.drawn = '', Object.assign(new Image(), {src: ` + icon + `, onload() { drawn = this.naturalWidth > 0 },
		onerror() { drawn = 'refused' }}), 0)`)
	p.sees(`window.drawn`)
	s.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":50}`)
	p.sees(icon + `.includes("stroke-dasharray='31.4 99'")`)
	p.do(chromedp.Click(".brand"))
	p.sees(`location.pathname === '/' && ` + icon + ` === ''`)
	p.eval(`history.back()`)
	p.sees(icon + ` !== ''`)
	s.request("PATCH", shared.PathProgress(a.AuditID), `{"status":"completed","geo_score":80}`)
	p.sees(stripSays("Done") + " && " + icon + ` === ''`)
	p.clean()
}

// The end of an audit that somebody watches is a scene, which names the last time.
func TestBrowserEndIsAScene(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "5", "--page-limit", "30")
	first := s.create(fmt.Sprintf(`{"url":%q}`, site))
	testkit.Eventually(t, 60*time.Second, "the first audit's end",
		func() bool { return s.progress(first.AuditID).Status.Terminal() })
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/")) // from which this device knows the first one
	p.sees(running)
	p.keeps(60*time.Second, "list", "true")
	p.do(chromedp.SendKeys("#start-url", site+"\r"))
	p.sees(fmt.Sprintf(`location.pathname === %q`, shared.PathPage(first.AuditID+1)))
	p.sees(stripSays("Updates arrive as they happen"))
	p.sees(`document.querySelector('.arrives .score') !== null`)
	score := *s.progress(first.AuditID + 1).GeoScore
	p.sees(fmt.Sprintf(`document.querySelector('.score').innerText.startsWith('%d')`, score))
	p.says("The same score as last time")
	p.sees(`document.querySelectorAll('.worst li').length === 3`)
	p.sees(`document.querySelectorAll('main .btn-primary').length === 1`)
	p.do(chromedp.Reload()) // the server says the same, without a performance
	p.says("The same score as last time")
	p.sees(running + ` && document.querySelector('.arrives') === null`)
	p.clean()
}

// A page that is not there starts an audit.
func TestBrowserMissingPageStartsAnAudit(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir())
	p := openTab(t, chromium)
	for _, query := range []string{"", "?wasm=false"} {
		p.do(chromedp.Navigate(s.url + "/nothing/here" + query))
		if query == "" {
			p.sees(running)
		}
		p.do(chromedp.SendKeys("#start-url", "http://127.0.0.1:1/\r"))
		p.sees(`/^\/audits\/[0-9]+$/.test(location.pathname)`)
		p.sees(stripSays("Start the web server"))
	}
}
