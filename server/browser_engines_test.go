package main

import (
	"testing"

	"atalaya/shared"
)

// The engines that are not Chromium's do with the app what theirs does.
func TestBrowserFirefox(t *testing.T) {
	t.Parallel()
	followsToTheEnd(t, firefox(t))
}

func TestBrowserWebKit(t *testing.T) {
	t.Parallel()
	followsToTheEnd(t, webkit(t))
}

// followsToTheEnd starts an audit, follows it live, falls back to polling while the
// stream is taken away and returns, recovers from a killed server, cancels, and opens
// what it knew without any server.
func followsToTheEnd(t *testing.T, w *window) {
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "2", "--heartbeat", "2s") // it goes on for two minutes
	way := newRelay(t, s.url)
	w.navigate(way.URL + shared.PathBasic + "?lang=en") // whatever the browser's own language is
	w.navigate(way.URL + "/")
	w.sees(running + ` && document.querySelector('.pill .dot.live') !== null`)
	w.keys("#start-url", site)
	w.click(".start [type=submit]")
	w.sees(`location.pathname === ` + jsString(shared.PathPage(1)))
	w.sees(stripSays("Updates arrive as they happen"))
	w.grows()
	w.shot(w.name + "-live")

	// A link on another site leads in, also through the service worker.
	w.sees(`navigator.serviceWorker.controller !== null`)
	w.navigate(site)
	w.eval(`void setTimeout(() => { location.href = ` + jsString(way.URL+shared.PathPage(1)) + ` })`)
	w.sees(`location.pathname === ` + jsString(shared.PathPage(1)) + ` && ` + stripSays("Updates arrive as they happen"))

	way.block(true)
	w.sees(stripSays("so progress is fetched instead"))
	w.grows()
	w.shot(w.name + "-polling")
	way.block(false)
	w.eval(`void document.querySelector('.conn button')?.click()`) // it may have tried by itself: then there is none
	w.sees(stripSays("Updates arrive as they happen"))

	s.kill()
	w.sees(stripSays("Trying again"))
	if err := s.launch(); err != nil {
		t.Fatal(err)
	}
	w.sees(stripSays("Updates arrive as they happen"))
	w.grows()

	w.click(".head-a .btn-danger")
	w.sees(`document.querySelector('dialog').open`)
	w.click("dialog .btn-danger")
	w.sees(stripSays("Cancelled"))
	w.sees(`navigator.serviceWorker.ready.then(() => caches.match('/shell')).then(Boolean)`)
	way.CloseClientConnections()
	way.Close()
	s.kill()
	known := w.eval(percent)
	// Not by the driver's own command, which passes the service worker by in Firefox.
	w.eval(`void setTimeout(() => location.reload())`)
	w.sees(running + " && " + stripSays("Cancelled") + " && " + percent + " === " + known)
	w.shot(w.name + "-offline")
}

// grows waits until the percentage is higher than it is.
func (w *window) grows() {
	w.t.Helper()
	before := w.eval(percent)
	w.sees(percent + " > " + before)
}
