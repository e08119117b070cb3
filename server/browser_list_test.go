package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// Whatever brings the list, it holds an audit that runs, however old, and loses one that
// is deleted at once.
func TestBrowserListHoldsWhatRunsAndLosesWhatIsDeleted(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	old := s.create(`{"url":"the old import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(old.AuditID), `{"progress":37}`)
	for n := range shared.ListSnapshot + 5 {
		a := s.create(fmt.Sprintf(`{"url":"import %d","kind":"external"}`, n))
		s.request("PATCH", shared.PathProgress(a.AuditID), `{"status":"completed"}`)
	}
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(60*time.Second, `document.querySelector('.pill .dot.live') !== null`)
	p.sees(time.Second, `document.querySelector('.lc')?.innerText.includes('the old import')`)
	p.sees(time.Second, fmt.Sprintf(`document.querySelectorAll('.list tbody tr').length === %d`, shared.ListSnapshot))
	// The script has heard the list, and the program is perhaps still about to start.
	s.request("DELETE", shared.PathAudit(old.AuditID+30), "")
	p.sees(10*time.Second, fmt.Sprintf(`document.querySelectorAll('.list tbody tr').length === %d`, shared.ListSnapshot-1))

	relay := newRelay(t, s.url)
	relay.block(true)
	p.do(chromedp.Navigate(relay.URL + "/"))
	testkit.Eventually(t, 60*time.Second, "polling", func() bool { return p.logged("[SSE] Using fallback: polling") })
	s.request("DELETE", shared.PathAudit(old.AuditID+31), "")
	p.sees(10*time.Second, fmt.Sprintf(`![...document.querySelectorAll('.list a')].some(a => a.pathname === '%s')`,
		shared.PathPage(old.AuditID+31)))
	p.sees(time.Second, `document.querySelector('.lc')?.innerText.includes('the old import')`)
}

// The report shows ten places of a check first, and all of them when asked.
func TestBrowserShowsAllPlaces(t *testing.T) {
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "500")
	a := s.create(fmt.Sprintf(`{"url":%q,"page_limit":60}`, gitDoc(t)))
	testkit.Eventually(t, 60*time.Second, "the audit's end", func() bool { return s.progress(a.AuditID).Status.Terminal() })
	check, failed, samples := "", 0, 0
	for _, c := range s.report(a.AuditID).Checks {
		if c.Outcome == shared.OutcomeFail && c.Failed > failed {
			check, failed, samples = c.ID, c.Failed, len(c.Samples)
		}
	}
	if failed <= shared.MaxSamples {
		t.Fatalf("no check failed on more than %d pages", failed)
	}
	p := openTab(t, chromium)
	p.do(chromedp.Navigate(s.url + shared.PathReportPage(a.AuditID)))
	within := func(script string) string { return fmt.Sprintf(`document.getElementById('check-%s')%s`, check, script) }
	places := within(`.querySelectorAll('.samples li').length`)
	p.sees(20*time.Second, fmt.Sprintf("%s === %d", places, samples))
	// Before the client has taken the page over the button does nothing.
	p.sees(60*time.Second, fmt.Sprintf("(%s, %s === %d)", within(`.querySelector('.more button')?.click()`), places, failed))
	p.eval(within(`.open = true`))
	p.sees(time.Second, within(`.querySelector('.more button') === null`))
	p.shot("report-all-places")
	p.clean()
}
