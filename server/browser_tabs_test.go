package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// isLive is true while the program has the page and says that it is live.
const isLive = running + ` && document.querySelector('.pill .dot.live') !== null`

// apiTime asks the API from within the page, and gives the milliseconds that it took.
func (p *tab) apiTime() float64 {
	p.t.Helper()
	ms, err := chromedp.Run(p.ctx, chromedp.Evaluate[float64](`(async () => {
		const begun = performance.now();
		await (await fetch('/api/v1/audits?limit=1', {cache: 'no-store'})).text();
		return performance.now() - begun;
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return ms
}

// Twenty tabs over HTTP/1.1, of which a browser opens six connections, are all live over
// two streams, one for the list and one for the audits, and the API answers in each.
// Whichever tab goes, the others stay live.
func TestBrowserSharesStreams(t *testing.T) {
	owner := openTab(t, browser(t))
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	var all []*tab
	var ids []int64
	for n := range 20 {
		address := s.url + "/"
		if n%4 != 3 {
			id := s.create(fmt.Sprintf(`{"url":"import %d","kind":"external"}`, n)).AuditID
			s.request("PATCH", shared.PathProgress(id), `{"progress":5}`)
			ids, address = append(ids, id), s.url+shared.PathPage(id)
		}
		p := openTab(t, owner.ctx)
		p.do(chromedp.Navigate(address))
		p.sees(60*time.Second, isLive)
		all = append(all, p)
	}
	streams := func(want float64) func() bool {
		return func() bool { return s.metric("atalaya_streams") == want }
	}
	testkit.Eventually(t, 10*time.Second, "two streams", streams(2))
	slowest := 0.0
	for _, p := range all {
		slowest = max(slowest, p.apiTime())
	}
	t.Logf("the slowest of %d API calls took %.0f ms", len(all), slowest)
	if slowest > 2000 {
		t.Errorf("an API call took %.0f ms", slowest)
	}
	move := func(progress int) {
		for _, id := range ids {
			s.request("PATCH", shared.PathProgress(id), fmt.Sprintf(`{"progress":%d}`, progress))
		}
	}
	shows := func(tabs []*tab, progress int) {
		for _, p := range tabs {
			p.sees(5*time.Second, fmt.Sprintf(`(location.pathname === '/'
				? document.querySelector('.lc .p').innerText === '%d%%' : %s === %d)`, progress, percent, progress))
		}
	}
	move(20)
	shows(all, 20)

	// The first is the leader: it was there before the others.
	leader, all := all[0], all[1:]
	leader.do(chromedp.Navigate("about:blank"))
	left := time.Now()
	move(40)
	shows(all, 40)
	t.Logf("all show %v later what came after the leader had left", time.Since(left))
	for n, p := range all {
		move(41 + n) // a page without news for a minute says so in place of its connection
		// On a busy machine a tab may have turned to polling, which it tries to leave after
		// 30 s and leaves with the second heartbeat; package tabs holds what is due at once.
		p.sees(60*time.Second, isLive)
		if p.logged("Reconnection attempt") || p.logged("fallback") {
			t.Logf("a tab noticed: %v", p.lines())
		}
	}
	testkit.Eventually(t, 10*time.Second, "two streams", streams(2))
	all[0].shot("twenty-tabs")
}
