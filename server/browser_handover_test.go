package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

// watchHandOver runs before the page's own scripts. It notes where every text stands when
// the program takes the page over and three frames later, when the largest things were
// painted, and how much moved since all of the page was there: a browser may paint the first
// half of one that comes slowly. Left out is what is folded.
const watchHandOver = `
window.handOver = { at: 0, before: [], after: null, largest: [], moved: 0, shifts: [], drawn: false };
const frames = (n, then) => n ? requestAnimationFrame(() => frames(n - 1, then)) : then();
addEventListener("load", () => frames(3, () => { handOver.drawn = true; }));
new PerformanceObserver((list) => list.getEntries().forEach((paint) => {
  handOver.largest.push({ At: paint.startTime, Text: paint.element ? paint.element.innerText : "" });
})).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((shift) => {
  if (!handOver.drawn) return;
  handOver.moved += shift.value;
  const place = ({ left, top, width, height }) => [left, top, width, height].map(Math.round).join(" ");
  shift.sources.forEach(({ node, previousRect, currentRect }) => handOver.shifts.push(
    Math.round(shift.startTime) + " ms: " + (node ? node.nodeName + " " + node.textContent.trim().slice(0, 40) : "gone") +
    " from " + place(previousRect) + " to " + place(currentRect)));
}))
  .observe({ type: "layout-shift", buffered: true });
const lines = (root) => [...root.querySelectorAll("*")].filter((e) => !e.closest("noscript, dialog, .vh, details:not([open]) > :not(summary)") &&
  [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())).map((e) => {
  const { top, height } = e.getBoundingClientRect();
  return e.nodeName + " at " + Math.round(top + scrollY) + ", high " + Math.round(height);
});
const replaceChild = Node.prototype.replaceChild;
Node.prototype.replaceChild = function (fresh, old) {
  if (this === document.body) {
    handOver.at = performance.now();
    handOver.before = lines(old);
    frames(3, () => { handOver.after = lines(fresh); });
  }
  return replaceChild.call(this, fresh, old);
};`

// handOver is what watchHandOver noted.
type handOver struct {
	At            float64
	Before, After []string
	Moved         float64
	Shifts        []string
	Largest       []struct {
		At   float64
		Text string
	}
}

// TestBrowserTakesOverInPlace holds that what the program draws when it takes a page over
// stood there before: nothing moves, and nothing larger is painted than the server drew.
func TestBrowserTakesOverInPlace(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	site := gitDoc(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	silent := s.create(`{"url":"weekly import","kind":"external"}`)
	s.request("PATCH", shared.PathProgress(silent.AuditID), `{"progress":18,"message":"Reading page 4"}`)
	var done shared.AuditProgress
	for range 2 {
		done = s.create(fmt.Sprintf(`{"url":%q,"page_limit":30}`, site))
		s.ends(done.AuditID)
	}
	failed := s.create(`{"url":"http://127.0.0.1:1/"}`)
	s.ends(failed.AuditID)
	queued := s.create(`{"url":"monthly import","kind":"external"}`)
	external := s.create(`{"url":"nightly import","kind":"external"}`)
	testkit.Eventually(t, 2*time.Minute, "a silent worker", func() bool {
		return time.Since(s.progress(silent.AuditID).UpdatedAt.Time) > time.Minute
	})
	for _, w := range []viewport{{width: 360, height: 740, touch: true}, desktop} {
		for name, path := range map[string]string{
			"stalled": shared.PathPage(silent.AuditID), "done": shared.PathPage(done.AuditID),
			"failed": shared.PathPage(failed.AuditID), "queued": shared.PathPage(queued.AuditID),
			"running": shared.PathPage(external.AuditID),
			"list":    "/", "report": shared.PathReportPage(done.AuditID), "no report": shared.PathReportPage(failed.AuditID),
			"sites": shared.PathSitesPage, "site": shared.PathSitePage(shared.SiteName(site)),
			"compare": shared.PathDiffPage(done.AuditID-1, done.AuditID),
		} {
			s.request("PATCH", shared.PathProgress(external.AuditID), `{"progress":37,"message":"Reading page 12"}`)
			t.Run(fmt.Sprint(name, " ", w.width), func(t *testing.T) { takesOverInPlace(t, openTab(t, chromium), s, w, path) })
		}
	}
}

// TestBrowserTellsTimesInPlace holds that phones in another zone than the server's, which tell
// times in fewer letters than it does, move nothing of an audit that was cancelled.
func TestBrowserTellsTimesInPlace(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "--data-dir", t.TempDir(), "--rate", "1", "--workers", "1")
	site := gitDoc(t)
	kept := s.create(fmt.Sprintf(`{"url":%q}`, site))
	early := s.create(fmt.Sprintf(`{"url":%q}`, site+"?early"))
	testkit.Eventually(t, time.Minute, "a page", func() bool { return s.progress(kept.AuditID).TotalPages > 0 })
	for _, a := range []shared.AuditProgress{early, kept} {
		s.request("POST", shared.PathCancel(a.AuditID), "")
		s.ends(a.AuditID)
	}
	for _, l := range text.Langs {
		for _, width := range []int64{320, 360, 390} {
			for name, path := range map[string]string{
				"kept": shared.PathPage(kept.AuditID), "early": shared.PathPage(early.AuditID),
				"empty report": shared.PathReportPage(early.AuditID),
			} {
				t.Run(fmt.Sprint(name, " ", width, " ", l.Tag()), func(t *testing.T) {
					p := openTab(t, chromium)
					call(p, network.Enable, network.EnableParams{})
					call(p, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
						Headers: network.Headers{"Accept-Language": l.Tag()}})
					call(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Kolkata"})
					h := takesOverInPlace(t, p, s, viewport{width: width, height: 740, touch: true}, path)
					if h.Moved > 0.001 { // some lines are a fraction of a pixel higher
						t.Errorf("the program came after %.0f ms; layout shifts of %v:\n%s", h.At, h.Moved, strings.Join(h.Shifts, "\n"))
					}
					p.sees(`document.documentElement.lang === ` + jsString(l.Tag()) +
						` && /\d\d:\d\d$/.test(document.querySelector('.meta>span:last-child').innerText)`) // without UTC
				})
			}
		}
	}
}

// takesOverInPlace opens a page from an address of its own, so that nothing of the program
// is kept from before, and lets the program come once the page is painted.
func takesOverInPlace(t *testing.T, p *tab, s *process, w viewport, path string) (h handOver) {
	painted := make(chan struct{})
	way := newRelay(t, s.url, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/app.wasm") {
				<-painted
			}
			next.ServeHTTP(rw, r)
		})
	})
	p.t = t
	p.before(watchHandOver)
	p.look("light", w)
	p.do(chromedp.Navigate(way.URL + path))
	p.sees(`handOver.drawn && handOver.largest.length > 0 &&
		(atalaya.phase() === 'live' || !/"stream"/.test(document.body.firstElementChild.dataset.watch))`)
	close(painted)
	p.sees(`handOver.after !== null`)
	if err := json.Unmarshal([]byte(p.eval(`JSON.stringify(handOver)`)), &h); err != nil {
		t.Fatal(err)
	}
	for _, paint := range h.Largest {
		if paint.At > h.At {
			t.Errorf("the program came after %.0f ms, and after %.0f ms something larger: %q", h.At, paint.At, paint.Text)
		}
	}
	if before, after := strings.Join(h.Before, "\n"), strings.Join(h.After, "\n"); before != after {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	return h
}
