package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"

	"atalaya/shared"
)

const (
	// benchRounds is how often everything is measured; the table shows medians.
	benchRounds = 5
	// slowdown makes the page's processor as slow as Lighthouse makes it for a phone.
	slowdown = 4
	// settled is how long a page must have been live before it is called idle, in ms: the
	// browser goes on compiling the program, in threads of its own, while it runs already.
	settled = 20_000
	// idleTime is how long a live page on which nothing happens is looked at.
	idleTime = 5 * time.Second
)

// TestBenchApp measures the start and the idling of a live page in a real browser
// and prints a table. ATALAYA_BENCH_APP names the built servers to measure, in turn,
// so that two of them can be compared on a machine that is never quiet. It is run by
// `make bench-app`.
func TestBenchApp(t *testing.T) {
	programs := strings.Fields(os.Getenv("ATALAYA_BENCH_APP"))
	if len(programs) == 0 {
		t.Skip("a measurement, not a test: make bench-app")
	}
	measured := make([]measures, len(programs))
	for range benchRounds {
		for i, program := range programs {
			if measured[i] == nil {
				measured[i] = measures{}
			}
			t.Run("round", func(t *testing.T) { benchRound(t, program, measured[i]) })
		}
	}
	fmt.Print(benchTable(programs, measured))
}

// measures are the rows of the table, each with a value of every round.
type measures map[string][]float64

func (m measures) add(row string, value float64) { m[row] = append(m[row], value) }

// benchRound opens the page of a running audit in a browser that has never seen the
// program, and again in one that has.
func benchRound(t *testing.T, program string, m measures) {
	s := startProgram(t, program, nil, "--data-dir", t.TempDir())
	audit := s.create(`{"url":"nightly import","kind":"external"}`)
	path := shared.PathProgress(audit.AuditID)
	s.request("PATCH", path, `{"progress":37,"message":"Reading page 12"}`)
	address := s.url + shared.PathPage(audit.AuditID)

	p := openTab(t, browser(t))
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchStart})
	first := p.watchStart(address)
	m.add("first visit: live, ms", first.Live)
	m.add("first visit: bytes on the wire, KB", (first.Bytes+p.clientBytes())/1000)
	p.controlled()
	m.add("second visit: live, ms", p.watchStart(address).Live)
	p.watchIdle(m)

	call(p, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slowdown})
	p.addSlow(m, "slow second visit: ", address)

	p = openTab(t, browser(t))
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchStart})
	call(p, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slowdown})
	p.addSlow(m, "slow first visit: ", address)
}

func (p *tab) addSlow(m measures, visit, address string) {
	c := p.watchStart(address)
	m.add(visit+"first paint, ms", c.Paint)
	m.add(visit+"live, ms", c.Live)
	m.add(visit+"long tasks", c.Tasks)
	m.add(visit+"longest task, ms", c.Longest)
	m.add(visit+"blocking time, ms", c.Blocking)
}

// startCost is what the start of a page costs; times count from the moment its
// address was asked for.
type startCost struct {
	Paint, Live, Blocking, Longest, Tasks, Bytes float64
}

// watchStart runs before the page's own scripts and notes what cannot be asked for
// afterwards. The blocking time is what Lighthouse calls so: of every task, what
// goes beyond 50 ms.
const watchStart = `
window.bench = { tasks: [], live: 0 };
new PerformanceObserver((list) => {
  bench.tasks.push(...list.getEntries().map((task) => task.duration));
}).observe({ type: "longtask", buffered: true });
new MutationObserver(() => {
  if (!bench.live && document.querySelector(".pill .dot.live")) bench.live = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });`

const readStart = `JSON.stringify({
  Paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  Live: bench.live,
  Blocking: bench.tasks.reduce((sum, ms) => sum + ms - 50, 0),
  Longest: Math.max(0, ...bench.tasks),
  Tasks: bench.tasks.length,
  Bytes: performance.getEntries().reduce((sum, e) => sum + (e.transferSize || 0), 0),
})`

// watchStart opens a page and waits until it is live and a second has passed.
func (p *tab) watchStart(address string) (c startCost) {
	p.t.Helper()
	p.do(chromedp.Navigate(address))
	p.sees("bench.live > 0 && performance.now() > bench.live + 1000")
	if err := json.Unmarshal([]byte(p.eval(readStart)), &c); err != nil {
		p.t.Fatal(err)
	}
	return c
}

// clientBytes is what of the program came over the wire, where the page has no record of it,
// because a worker fetched it: the page asks the browser's cache.
func (p *tab) clientBytes() float64 {
	p.t.Helper()
	bytes, err := strconv.ParseFloat(p.await(`(async () => {
		const { wasm } = document.querySelector('script[data-wasm]').dataset;
		const recorded = () => performance.getEntriesByType('resource').find((e) => e.name.endsWith(wasm));
		if (recorded()) return 0;
		await (await fetch(wasm)).arrayBuffer();
		return recorded().encodedBodySize;
	})()`), 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return bytes
}

// watchIdle measures what the live page that is open costs while nothing happens: the
// frames that it draws, and the time of the process that runs it.
func (p *tab) watchIdle(m measures) {
	p.t.Helper()
	p.sees(fmt.Sprintf("%s && performance.now() > bench.live + %d", atRest, settled))
	before := p.rendererTime()
	frames := p.frames(func() { p.passes(idleTime) })
	m.add("idle for 5 s: frames", float64(frames))
	m.add("idle for 5 s: time of the page's process, ms", 1000*(p.rendererTime()-before))
}

// passes waits for that time.
func (p *tab) passes(d time.Duration) {
	p.t.Helper()
	select {
	case <-time.After(d):
	case <-p.ctx.Done():
		p.t.Fatal(context.Cause(p.ctx))
	}
}

// frames counts what the page draws meanwhile.
func (p *tab) frames(meanwhile func()) (drawn int) {
	p.t.Helper()
	events := chromedp.Events(p.ctx, tracing.DataCollected)
	complete := chromedp.Events(p.ctx, tracing.TracingComplete)
	call(p, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{
		IncludedCategories: []string{"disabled-by-default-devtools.timeline.frame", "devtools.timeline.frame"},
	}})
	meanwhile()
	call(p, tracing.End, cdp.Empty{})
	for range complete {
		break
	}
	for data, err := range events { // a single one: what is traced is little
		if err != nil {
			p.t.Fatal(err)
		}
		for _, event := range data.Value {
			if strings.Contains(string(event), `"DrawFrame"`) {
				drawn++
			}
		}
		break
	}
	return drawn
}

// rendererTime is the processor's time in seconds that the processes which run pages
// have used.
func (p *tab) rendererTime() (seconds float64) {
	p.t.Helper()
	info, err := chromedp.CallBrowser(p.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, process := range info.ProcessInfo {
		if process.Type == "renderer" {
			seconds += process.CPUTime
		}
	}
	return seconds
}

// call calls a command of the browser's protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	r, err := chromedp.Call(p.ctx, command, params)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// benchTable is a table for the README, a column per program.
func benchTable(programs []string, measured []measures) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| medians of %d | %s |\n|---|%s\n", benchRounds, strings.Join(programs, " | "),
		strings.Repeat("---|", len(programs)))
	for _, row := range slices.Sorted(maps.Keys(measured[0])) {
		fmt.Fprintf(&b, "| %s |", row)
		for _, m := range measured {
			values := slices.Sorted(slices.Values(m[row]))
			fmt.Fprintf(&b, " %.0f |", values[len(values)/2])
		}
		b.WriteByte('\n')
	}
	return b.String()
}
