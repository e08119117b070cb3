package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"atalaya/shared"
)

// fakes put a browser on globalThis whose events the test fires. An EventSource
// keeps its listeners after they are removed, so that a late callback can be
// played; test.alive counts those not removed.
const fakes = `
globalThis.test = {sources: [], fetches: [], aborted: 0, errors: [], alive: 0, answer: null};
class FakeTarget {
	constructor() { this.on = {}; this.removed = {}; }
	addEventListener(name, f) { (this.on[name] ??= []).push(f); test.alive++; }
	removeEventListener(name, f) {
		const i = (this.on[name] ?? []).indexOf(f);
		if (i < 0) throw new Error("not a listener of " + name);
		this.on[name].splice(i, 1);
		(this.removed[name] ??= []).push(f);
		test.alive--;
	}
	fire(name, event, removed) { for (const f of ((removed ? this.removed : this.on)[name] ?? []).slice()) f(event); }
}
globalThis.EventSource = class extends FakeTarget {
	constructor(url) {
		super();
		if (url.includes("refused")) throw new Error("refused by policy");
		this.url = url; this.readyState = 0; this.closes = 0;
		test.sources.push(this);
	}
	close() { this.readyState = 2; this.closes++; }
};
globalThis.testWindow = new FakeTarget();
globalThis.addEventListener = (n, f) => testWindow.addEventListener(n, f);
globalThis.removeEventListener = (n, f) => testWindow.removeEventListener(n, f);
globalThis.document = new FakeTarget();
document.visibilityState = "visible";
globalThis.testFetch = globalThis.fetch;
globalThis.fetch = (path, init) => {
	test.fetches.push({path, init});
	init.signal.addEventListener("abort", () => { test.aborted++; });
	if (test.answer) return Promise.resolve(test.answer);
	return new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(new Error("aborted"))));
};
globalThis.respond = (status, type, body, more) => {
	test.answer = new Response([204, 304].includes(status) ? null : body, {status, headers: {"Content-Type": type, ...more}});
};
globalThis.testConsoleError = console.error;
console.error = (...words) => test.errors.push(words.join(" "));
`

// fakeBrowser installs the fakes for one test.
func fakeBrowser(t *testing.T) js.Value {
	t.Helper()
	js.Global().Call("eval", fakes)
	t.Cleanup(func() {
		js.Global().Call("eval", `console.error = testConsoleError; fetch = testFetch;
			for (const n of ["EventSource", "document", "addEventListener", "removeEventListener", "localStorage"]) delete globalThis[n];`)
	})
	return js.Global().Get("test")
}

func eval(script string) js.Value { return js.Global().Call("eval", script) }

// later lets the tasks run that the browser has queued, and those they queue.
func later() {
	for range 5 {
		done := make(chan struct{})
		task := js.FuncOf(func(js.Value, []js.Value) any { close(done); return nil })
		js.Global().Call("setTimeout", task, 1)
		<-done
		task.Release()
	}
}

func errorsSaid() string { return eval(`test.errors.join("\n")`).String() }

func TestEventSourceIsHeard(t *testing.T) {
	fakeBrowser(t)
	var got []Signal
	s, err := Browser().OpenStream("/sse/audits/7/progress", func(g Signal) { got = append(got, g) })
	if err != nil {
		t.Fatal(err)
	}
	eval(`{
		const s = test.sources[0];
		s.fire("open", {});
		s.fire("heartbeat", {data: "beat"});
		s.fire("message", {data: "état"});
		s.fire("message", {data: 7});
		s.fire("message", {data: "x".repeat(65537)});
		s.fire("message", {data: "x".repeat(65536)});
		s.fire("error", {});
		s.readyState = 2;
		s.fire("error", {});
		s.fire("end", {data: "bye"});
	}`)
	want := []Signal{
		{Kind: SignalOpen}, {Kind: SignalHeartbeat, Data: "beat"}, {Kind: SignalMessage, Data: "état"},
		{Kind: SignalMessage}, {Kind: SignalMessage}, {Kind: SignalMessage, Data: strings.Repeat("x", shared.MaxProgressBytes)},
		{Kind: SignalError}, {Kind: SignalEnd, Data: "bye"}, {Kind: SignalError, Closed: true},
	}
	for range 1000 {
		if later(); len(got) == len(want) {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %.300v\nwant %.300v", got, want)
	}
	s.Close()
	if eval(`test.sources[0].closes`).Int() != 1 || eval(`test.alive`).Int() != 0 {
		t.Errorf("%v closes, %v listeners left", eval(`test.sources[0].closes`), eval(`test.alive`))
	}
}

// A browser that leaves a page closes its streams before it says so.
func TestStreamOfPageThatIsLeftFailsUnheard(t *testing.T) {
	fakeBrowser(t)
	var got []string
	for i, name := range []string{"left", "lost"} {
		s, err := Browser().OpenStream("/sse/audits", func(Signal) { got = append(got, name) })
		if err != nil {
			t.Fatal(err)
		}
		js.Global().Get("test").Get("sources").Index(i).Set("readyState", sourceClosed)
		eval(fmt.Sprintf(`test.sources[%d].fire("error", {})`, i))
		if name == "left" {
			s.Close()
		}
	}
	for range 1000 {
		if later(); len(got) > 0 {
			break
		}
	}
	if !slices.Equal(got, []string{"lost"}) {
		t.Errorf("heard %q", got)
	}
}

func TestLateCallbacksAreIgnored(t *testing.T) {
	fakeBrowser(t)
	heard, before := 0, len(callbacks)
	s, err := Browser().OpenStream("/sse/audits", func(Signal) { heard++ })
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if n := len(callbacks) - before; n != 0 {
		t.Errorf("%d callbacks were not released", n)
	}
	for range 2 {
		eval(`for (const name of ["open", "message", "heartbeat", "deleted", "end", "error"]) test.sources[0].fire(name, {}, true)`)
		later()
	}
	if heard != 0 || errorsSaid() != "" {
		t.Errorf("late events were heard %d times, console: %q", heard, errorsSaid())
	}
}

// TestAPromiseThatSettlesTwice is one that only looks like a promise, and lets go of the
// other branch as well.
func TestAPromiseThatSettlesTwice(t *testing.T) {
	fakeBrowser(t)
	before := len(callbacks)
	v, err := Await(t.Context(), eval(`({then(ok, no) { ok("first"); no("second"); ok() }})`))
	if err != nil || v.String() != "first" {
		t.Errorf("got %v, %v, want the first outcome", v, err)
	}
	if n := len(callbacks) - before; n != 0 || errorsSaid() != "" {
		t.Errorf("%d callbacks were not released, console: %q", n, errorsSaid())
	}
}

func TestCloseFromWithinACallback(t *testing.T) {
	fakeBrowser(t)
	var s Stream
	heard := 0
	s, err := Browser().OpenStream("/sse/audits", func(Signal) { heard++; s.Close() })
	if err != nil {
		t.Fatal(err)
	}
	eval(`test.sources[0].fire("end", {data: "{}"}); test.sources[0].fire("error", {})`)
	later()
	if heard != 1 || errorsSaid() != "" {
		t.Errorf("heard %d, console: %q", heard, errorsSaid())
	}
}

func TestNoPanicEscapes(t *testing.T) {
	fakeBrowser(t)
	if _, err := Browser().OpenStream("refused", nil); err == nil || !strings.Contains(err.Error(), "refused by policy") {
		t.Errorf("got %v, want the exception's words", err)
	}
	s, err := Browser().OpenStream("/sse/audits", func(Signal) { panic("oops") })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	eval(`test.sources[0].fire("open", {})`)
	if !strings.Contains(errorsSaid(), "oops") {
		t.Errorf("the console was not told: %q", errorsSaid())
	}
}

func TestAvailable(t *testing.T) {
	fakeBrowser(t)
	if !Browser().Available() {
		t.Error("EventSource was not found")
	}
	eval(`delete globalThis.EventSource`)
	if Browser().Available() {
		t.Error("EventSource was found although it is missing")
	}
}

func TestWakes(t *testing.T) {
	fakeBrowser(t)
	var got []Wake
	stop := Browser().Watch(func(w Wake) { got = append(got, w) })
	eval(`
		testWindow.fire("online", {});
		testWindow.fire("offline", {});
		testWindow.fire("focus", {});
		testWindow.fire("pageshow", {persisted: false});
		testWindow.fire("pageshow", {persisted: true});
		testWindow.fire("pagehide", {persisted: true});
		document.fire("visibilitychange", {});
		document.visibilityState = "hidden";
		document.fire("visibilitychange", {});
		document.fire("freeze", {});
		document.fire("resume", {});
	`)
	want := []Wake{WakeOnline, WakeOffline, WakeVisible, WakeShow, WakeHide, WakeVisible, WakeHide, WakeVisible}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	stop()
	if n := eval(`test.alive`).Int(); n != 0 {
		t.Errorf("%d listeners left", n)
	}
}

func TestFetchAsksAndReads(t *testing.T) {
	fakeBrowser(t)
	eval(`respond(200, "application/json", '{"é":1}', {"Retry-After": "7"})`)
	r, err := Browser().Fetch(t.Context(), Request{
		Method: "POST", Path: "/api/v1/audits", Body: []byte(`{"url":"ñ"}`), ETag: `"3"`, Hold: 25 * time.Second, IdempotencyKey: "k",
	})
	if err != nil || r.Status != 200 || r.ContentType != "application/json" || r.RetryAfter != "7" || string(r.Body) != `{"é":1}` {
		t.Errorf("got %+v %s, %v", r, r.Body, err)
	}
	got := eval(`JSON.stringify([test.fetches[0].path, test.fetches[0].init.method, test.fetches[0].init.body, test.fetches[0].init.cache,
		Object.entries(test.fetches[0].init.headers).sort()])`).String()
	want := `["/api/v1/audits","POST","{\"url\":\"ñ\"}","no-store",[["Accept","application/json"],["Content-Type","application/json"],` +
		`["Idempotency-Key","k"],["If-None-Match","\"3\""],["Prefer","wait=25"]]]`
	if got != want {
		t.Errorf("asked %s\nwant  %s", got, want)
	}
	later()
	if n := eval(`test.aborted`).Int(); n != 0 {
		t.Error("a finished request was aborted")
	}
}

func TestFetchEnds(t *testing.T) {
	fakeBrowser(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := Browser().Fetch(ctx, Request{Path: "/api/v1/audits"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of its context", err)
	}
	later()
	if n := eval(`test.aborted`).Int(); n != 1 {
		t.Errorf("%d aborts, want 1", n)
	}
	for _, path := range []string{"", "audits", "//elsewhere/audits", "http://elsewhere"} {
		if _, err := Browser().Fetch(t.Context(), Request{Path: path}); err == nil {
			t.Errorf("%q was asked for", path)
		}
	}
	eval(`fetch = () => Promise.reject(new TypeError("Failed to fetch"))`)
	if _, err := Browser().Fetch(t.Context(), Request{Path: "/x"}); !errors.Is(err, ErrNetwork) ||
		!strings.Contains(err.Error(), "Failed to fetch") {
		t.Errorf("got %v, want ErrNetwork", err)
	}
	eval(`fetch = () => { throw new Error("thrown") }`)
	if _, err := Browser().Fetch(t.Context(), Request{Path: "/x"}); !errors.Is(err, ErrNetwork) {
		t.Errorf("got %v, want ErrNetwork", err)
	}
	if _, _, err := GetJSON(t.Context(), "/x"); !errors.Is(err, ErrNetwork) {
		t.Errorf("GetJSON: got %v, want ErrNetwork", err)
	}
}

func TestFetchRefusesTooMuch(t *testing.T) {
	fakeBrowser(t)
	eval(`respond(200, "application/json", "x", {"Content-Length": "9000000"})`)
	if _, err := Browser().Fetch(t.Context(), Request{Path: "/x"}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("announced: got %v, want ErrTooLarge", err)
	}
	eval(`respond(200, "application/json", "x".repeat(9000000))`)
	if _, err := Browser().Fetch(t.Context(), Request{Path: "/x"}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("unannounced: got %v, want ErrTooLarge", err)
	}
}

func TestAPICalls(t *testing.T) {
	fakeBrowser(t)
	eval(`respond(422, "application/problem+json", '{"code":"bad_url","detail":"no host"}')`)
	_, _, err := PostJSON(t.Context(), shared.PathAudits, []byte(`{}`), "")
	if p, ok := errors.AsType[*ProblemError](err); !ok || p.Problem.Code != shared.CodeBadURL {
		t.Errorf("got %v, want the problem", err)
	}
	eval(`respond(200, "text/html", "<h1>Welcome to the hotel</h1>")`)
	if _, _, err := GetJSON(t.Context(), shared.PathAudits); !errors.Is(err, ErrForeign) {
		t.Errorf("got %v, want ErrForeign", err)
	}
	eval(`respond(204, "", "")`)
	if status, _, err := GetJSON(t.Context(), shared.PathAudit(7)); status != 204 || err != nil {
		t.Errorf("got %d, %v", status, err)
	}
}

// TestSessionInABrowser plays one story with the real platform: a stream, the
// back/forward cache, the end.
func TestSessionInABrowser(t *testing.T) {
	fakeBrowser(t)
	var view View
	s := Open(Options{Topic: Audit(7), Platform: Browser(), OnChange: func(v View) { view = v }, Log: Console})
	later()
	js.Global().Set("frame", encode(progressOf(7, 3, 10)))
	eval(`test.sources[0].fire("open", {}); test.sources[0].fire("message", {data: frame})`)
	later()
	if view.Phase != Live || view.Progress.Revision != 3 {
		t.Fatalf("shown: %+v", view)
	}
	// The page must have nothing open when the handler returns.
	if n := eval(`testWindow.fire("pagehide", {persisted: true}); test.sources[0].closes`).Int(); n != 1 {
		t.Errorf("%d closes when pagehide returned, want 1", n)
	}
	eval(`testWindow.fire("pageshow", {persisted: true})`)
	later()
	if got, want := eval(`test.sources[1].url`).String(), "/sse/audits/7/progress?last_event_id=3"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	js.Global().Set("frame", encode(completed(7, 4)))
	eval(`test.sources[1].fire("open", {}); test.sources[1].fire("message", {data: frame})`)
	<-s.Done()
	if view.Phase != Closed || !view.Terminal() {
		t.Errorf("shown: %+v", view)
	}
	if eval(`test.alive`).Int() != 0 || eval(`test.sources[1].closes`).Int() != 1 || errorsSaid() != "" {
		t.Errorf("%v listeners left, console: %q", eval(`test.alive`), errorsSaid())
	}
}

func TestSessionRefusesACaptivePortal(t *testing.T) {
	fakeBrowser(t)
	eval(`respond(200, "text/html", "<h1>Welcome to the hotel</h1>"); delete globalThis.EventSource`)
	var view View
	s := Open(Options{Topic: Audit(7), Platform: Browser(), OnChange: func(v View) { view = v }})
	defer s.Close()
	later()
	if view.Phase != Polling || view.Fault != FaultForeign || view.PollFailures != 1 {
		t.Errorf("shown: %+v", view)
	}
	s.Close()
	<-s.Done()
}

func TestDeviceValues(t *testing.T) {
	fakeBrowser(t)
	if kv := DeviceValues(); kv != nil {
		t.Errorf("without localStorage: %v", kv)
	}
	eval(`Object.defineProperty(globalThis, "localStorage", {configurable: true, get() { throw new Error("SecurityError") }})`)
	if kv := DeviceValues(); kv != nil {
		t.Errorf("forbidden: %v", kv)
	}
	eval(`class FakeStorage {
		getItem(k) { return Object.hasOwn(this, k) ? this[k] : null }
		setItem(k, v) { if (v.length > 4000) throw new Error("QuotaExceededError"); this[k] = v }
		removeItem(k) { delete this[k] }
	}
	Object.defineProperty(globalThis, "localStorage", {configurable: true, value: new FakeStorage()})`)
	kv := DeviceValues()
	if err := kv.Set("key", "value"); err != nil {
		t.Error(err)
	}
	if v, ok := kv.Get("key"); !ok || v != "value" || len(kv.Keys()) != 1 {
		t.Errorf("got %q, %v, %v", v, ok, kv.Keys())
	}
	if err := kv.Set("key", strings.Repeat("x", 5000)); err == nil {
		t.Error("a full storage kept it")
	}
	kv.Remove("key")
	if _, ok := kv.Get("key"); ok {
		t.Error("it is still there")
	}
}
