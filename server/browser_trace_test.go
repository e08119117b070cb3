package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/chromedp"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// accountant counts from within the page what could stay behind: listeners of the window,
// the document and its other long-lived targets, and what the program holds of JavaScript,
// its callbacks among it. The class of the program is seen as wasm_exec.js defines it.
const accountant = `
window.account = { listeners: 0, go: null };
for (const [name, by] of [["addEventListener", 1], ["removeEventListener", -1]]) {
	const original = EventTarget.prototype[name];
	EventTarget.prototype[name] = function (...words) {
		if (!(this instanceof Element)) account.listeners += by;
		return original.apply(this, words);
	};
}
let Class;
Object.defineProperty(window, "Go", {
	get: () => Class,
	set(original) {
		Class = class extends original {
			constructor(...words) {
				super(...words);
				account.go = this;
			}
		};
	},
});`

// ledger is what a page holds.
type ledger struct {
	Heap, Memory, Held, Listeners, Nodes int
}

// account collects the garbage and counts what is left.
func (p *tab) account() (l ledger) {
	p.t.Helper()
	call(p, heapprofiler.CollectGarbage, cdp.Empty{})
	err := json.Unmarshal([]byte(p.eval(`JSON.stringify({
		heap: performance.memory.usedJSHeapSize, memory: account.go._inst.exports.mem.buffer.byteLength,
		held: account.go._values.filter((v) => v != null).length,
		listeners: account.listeners, nodes: document.querySelectorAll('*').length,
	})`)), &l)
	if err != nil {
		p.t.Fatal(err)
	}
	return l
}

// TestBrowserLeavesNoTrace goes two hundred times from screen to screen within the app:
// heap, memory, what the program holds, listeners and streams are then what they were.
func TestBrowserLeavesNoTrace(t *testing.T) {
	t.Parallel()
	chromium := browser(t, chromedp.Flag("enable-precise-memory-info", true))
	s := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	site := gitDoc(t)
	var done []int64
	for range 2 {
		id := s.create(fmt.Sprintf(`{"url":%q,"page_limit":10}`, site)).AuditID
		s.ends(id)
		done = append(done, id)
	}
	ongoing := s.create(`{"url":"nightly import","kind":"external"}`).AuditID
	s.request("PATCH", shared.PathProgress(ongoing), `{"progress":37}`)
	p := openTab(t, chromium)
	p.before(accountant)
	p.do(chromedp.Navigate(s.url + "/"))
	p.sees(liveDot)
	routes := []string{
		"/", shared.PathPage(ongoing), shared.PathSitesPage, "/settings", shared.PathReportPage(done[0]),
		shared.PathSitesPage + "/" + shared.SiteName(site), shared.PathPage(done[1]), shared.PathDiffPage(done[0], done[1]), "/new",
		shared.PathReportPage(done[1]) + "?view=page",
	}
	round := func() ledger {
		for _, route := range routes {
			p.eval(fmt.Sprintf(`void goappNav(%q)`, route))
			p.sees(fmt.Sprintf(`location.pathname + location.search === %q && document.querySelector('main h1, #drawn h1') !== null
				&& document.querySelector('.card[aria-busy=true]') === null`, route))
		}
		p.sees(`document.querySelector('.panel:not(.off) .tbl tbody tr') !== null &&
			[...document.querySelectorAll('.checks .chk-b')].every((b) => b.childElementCount > 0)`) // drawn to its end
		return p.account()
	}
	round() // what is made once is there
	const rounds = 20
	var ledgers [rounds]ledger
	for n := range ledgers {
		ledgers[n] = round()
		t.Logf("%d: %+v", n, ledgers[n])
	}
	median := func(of []ledger, what func(ledger) int) int {
		of = slices.SortedFunc(slices.Values(of), func(a, b ledger) int { return what(a) - what(b) })
		return what(of[len(of)/2])
	}
	// Go's collector gives back what it holds of JavaScript when it likes: one value for each
	// navigation would be 150.
	for name, c := range map[string]struct {
		what  func(ledger) int
		grows int // at most
	}{
		"heap":      {func(l ledger) int { return l.Heap }, 1 << 20},
		"memory":    {func(l ledger) int { return l.Memory }, 2 << 20},
		"held":      {func(l ledger) int { return l.Held }, 150},
		"listeners": {func(l ledger) int { return l.Listeners }, 0},
		"nodes":     {func(l ledger) int { return l.Nodes }, 0},
	} {
		before, after := median(ledgers[:rounds/4], c.what), median(ledgers[rounds*3/4:], c.what)
		if after-before > c.grows {
			t.Errorf("%s: %d after, %d before", name, after, before)
		}
	}
	testkit.Eventually(t, patience, "one stream, if any", func() bool { return s.metric("atalaya_streams") <= 1 })
	p.clean()
}
