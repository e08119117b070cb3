package tabs

import (
	"strings"
	"syscall/js"
	"testing"
)

// fakes are a lock manager that gives a lock when the test says so, and a document. Node
// has a BroadcastChannel of its own.
const fakes = `
globalThis.test = {errors: [], asked: []};
globalThis.testLocks = {request(name, options, callback) {
	return new Promise((resolve, reject) => {
		const r = {name, options, callback, grant() { r.held = callback({}); r.held.then(resolve, reject); }, reject};
		options.signal?.addEventListener("abort", () => reject(new Error("aborted")));
		test.asked.push(r);
	});
}};
Object.defineProperty(globalThis, "navigator", {configurable: true, value: {locks: testLocks}});
globalThis.document = {visibilityState: "visible", on: null,
	addEventListener(name, f) { this.on = f }, removeEventListener() { this.on = null }};
globalThis.testConsoleError = console.error;
console.error = (...words) => test.errors.push(words.join(" "));
`

func fakeWindow(t *testing.T) {
	t.Helper()
	eval(fakes)
	t.Cleanup(func() {
		if said := eval(`test.errors.join("\n")`).String(); said != "" {
			t.Errorf("console: %s", said)
		}
		eval(`console.error = testConsoleError; delete globalThis.document`)
	})
}

func eval(script string) js.Value { return js.Global().Call("eval", script) }

// later lets promises settle and messages arrive.
func later() {
	done := make(chan struct{})
	task := js.FuncOf(func(js.Value, []js.Value) any { close(done); return nil })
	js.Global().Call("setTimeout", task, 50)
	<-done
	task.Release()
}

func TestLocks(t *testing.T) {
	fakeWindow(t)
	granted, lost := 0, 0
	acquire := func(steal bool) func() {
		return browser{}.Acquire(steal, func() { granted++ }, func() { lost++ })
	}
	release := acquire(false)
	if granted != 0 {
		t.Error("granted before the browser did")
	}
	eval(`test.asked[0].grant()`)
	release()
	release()
	later()
	if granted != 1 || lost != 0 {
		t.Errorf("granted %d, lost %d after a lock was given back", granted, lost)
	}
	eval(`test.ended = false; test.asked[0].held.then(() => { test.ended = true })`)
	later()
	if !eval(`test.ended`).Bool() {
		t.Error("the lock is still held")
	}

	acquire(false)() // leaves the line
	later()
	if granted != 1 || lost != 0 {
		t.Errorf("granted %d, lost %d after the line was left", granted, lost)
	}

	release = acquire(true)
	if got := eval(`JSON.stringify(test.asked[2].options)`).String(); got != `{"steal":true}` {
		t.Errorf("asked with %s", got)
	}
	eval(`test.asked[2].grant(); test.asked[2].reject(new Error("stolen"))`)
	later()
	release()
	if granted != 2 || lost != 1 {
		t.Errorf("granted %d, lost %d after the lock was taken away", granted, lost)
	}

	acquire(false)
	eval(`test.asked[3].reject(new Error("SecurityError"))`)
	later()
	if lost != 1 {
		t.Error("a lock that was never given was lost")
	}
}

// TestALockStolenOnItsWay plays WebKit, where a tab hears that its lock was stolen before
// it hears that it has it.
func TestALockStolenOnItsWay(t *testing.T) {
	fakeWindow(t)
	granted, lost := 0, 0
	release := browser{}.Acquire(true, func() { granted++ }, func() { lost++ })
	eval(`test.asked[0].reject(new DOMException("stolen", "AbortError"))`)
	later()
	if lost != 1 {
		t.Errorf("lost %d, want to hear of the theft once", lost)
	}
	late := eval(`test.asked[0].callback({})`)
	release()
	if granted != 0 || !late.IsNull() {
		t.Errorf("granted %d, and the browser was given %v to wait for", granted, late)
	}
}

func TestChannel(t *testing.T) {
	fakeWindow(t)
	var first, second []string
	post, leave := browser{}.Connect(func(text string) { first = append(first, text) })
	postSecond, leaveSecond := browser{}.Connect(func(text string) { second = append(second, text) })
	defer leaveSecond()
	post("été")
	postSecond("x")
	later()
	leave()
	postSecond("late")
	later()
	if strings.Join(first, " ") != "x" || strings.Join(second, " ") != "été" {
		t.Errorf("heard %q and %q", first, second)
	}
}

func TestWatchHidden(t *testing.T) {
	fakeWindow(t)
	var got []bool
	stop := browser{}.WatchHidden(func(hidden bool) { got = append(got, hidden) })
	eval(`document.visibilityState = "hidden"; document.on({}); document.visibilityState = "visible"; document.on({})`)
	stop()
	if len(got) != 2 || !got[0] || got[1] || !eval(`document.on`).IsNull() {
		t.Errorf("told %v", got)
	}
}

func TestWithoutLocksTabsAreAlone(t *testing.T) {
	fakeWindow(t)
	if _, shared := newBrowser().(*hub); !shared {
		t.Error("tabs with locks share nothing")
	}
	eval(`Object.defineProperty(globalThis, "navigator", {configurable: true, value: {}})`)
	p := newBrowser()
	if _, alone := p.(*solo); !alone {
		t.Error("tabs without locks share")
	}
}
