package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// What browsers tell is added up, under names that they cannot choose.
func TestClientStories(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	for _, told := range []string{
		`{"useful_after_ms":340,"reconnects":2,"stalls":1,"fallback":null}`,
		`{"useful_after_ms":null,"reconnects":0,"stalls":0,"fallback":"blocked"}`,
		`{"useful_after_ms":60,"reconnects":1,"stalls":0,"fallback":"x\"} 1"}`,
		`{"fallback":"of a later release"}`,
	} {
		if status, body := p.request("POST", shared.PathStory, told); status != 204 {
			t.Fatalf("%s: %d %s", told, status, body)
		}
	}
	for _, want := range []struct {
		name, label string
		sum         float64
	}{
		{"visits_total", "", 4},
		{"useful_stream_seconds_count", "", 2},
		{"useful_stream_seconds_sum", "", 0.4},
		{"reconnects_total", "", 3},
		{"stalls_total", "", 1},
		{"fallbacks_total", `cause="blocked"`, 1},
		{"fallbacks_total", `cause="lost"`, 0},
		{"fallbacks_total", `cause="other"`, 2},
		{"fallbacks_total", "", 3},
	} {
		if got := p.metric("atalaya_client_"+want.name, want.label); got != want.sum {
			t.Errorf("%s %s: got %v, want %v", want.name, want.label, got, want.sum)
		}
	}
}

// A browser tells of its visit when that ends, once, and not if it or its reader minds.
func TestBrowserTellsItsStory(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	visits := func(want float64) {
		t.Helper()
		testkit.Eventually(t, 60*time.Second, "the visits", func() bool { return s.metric("atalaya_client_visits_total") >= want })
		if got := s.metric("atalaya_client_visits_total"); got != want {
			t.Errorf("%v visits, want %v", got, want)
		}
	}
	p := openTab(t, chromium)
	p.before(`Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => localStorage.private})`)
	visit := func() {
		t.Helper()
		p.do(chromedp.Navigate(s.url + "/"))
		p.sees(liveDot)
		p.do(chromedp.Click(`.nav a[href="/settings"]`)) // the visit goes on
		p.sees(`document.querySelector('.settings') !== null`)
		p.sees(liveDot)
	}
	visit()
	visit()
	visits(1)
	if got := s.metric("atalaya_client_useful_stream_seconds_count"); got != 1 {
		t.Errorf("%v useful streams, want 1", got)
	}
	p.do(presses("story.off"))
	visit() // after one that is not told
	p.do(presses("story."))
	visit()
	visits(2)
	p.eval(`localStorage.private = '1'`)
	visit() // likewise
	p.says("Your browser asks not to be tracked")
	p.shot("settings-not-tracked")
	p.eval(`localStorage.removeItem('private')`)
	visit()
	visits(3)
	if got := s.metric("atalaya_client_reconnects_total") + s.metric("atalaya_client_fallbacks_total"); got != 0 {
		t.Errorf("%v reconnections and fallbacks of visits without trouble", got)
	}
	p.clean()
}
