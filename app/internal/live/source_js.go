package live

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"atalaya/shared"
)

// A browser has one thread: goroutines and callbacks take turns and never run
// at once, so nothing here needs a lock.

const (
	// callWithin bounds every request, so that none can hang for ever.
	callWithin = time.Minute
	// maxAnswer bounds the body of an answer, in bytes.
	maxAnswer = 8 << 20
	// sourceClosed is EventSource.CLOSED.
	sourceClosed = 2
	// leftWithin is how soon a page is hidden whose stream was closed because it is being
	// left: Chromium closes streams, with an error, when the next page is there.
	leftWithin = 200 * time.Millisecond
)

// Browser is the browser that the program runs in.
func Browser() Platform { return browser{} }

// Console writes a line to the browser's console.
func Console(line string) { js.Global().Get("console").Call("log", line) }

type browser struct{}

func (browser) Available() bool { return has(js.Global(), "EventSource") }

func (browser) Fetch(ctx context.Context, r Request) (Response, error) { return sendRequest(ctx, r) }

// Online trusts the browser when it says no; where it says nothing there is a
// network.
func (browser) Online() bool {
	navigator := js.Global().Get("navigator")
	return !navigator.Truthy() || !navigator.Get("onLine").Equal(js.ValueOf(false))
}

func (browser) OpenStream(url string, hear func(Signal)) (stream Stream, err error) {
	defer recoverAsError(&err, "open "+url)
	s := &eventSource{source: js.Global().Get("EventSource").New(url), hear: hear}
	s.listen("open", SignalOpen)
	s.listen("message", SignalMessage)
	s.listen(shared.EventAudit, SignalAudit)
	s.listen(shared.EventHeartbeat, SignalHeartbeat)
	s.listen(shared.EventDeleted, SignalDeleted)
	s.listen(shared.EventEnd, SignalEnd)
	s.listen("error", SignalError)
	return s, nil
}

// eventSource is one EventSource with its callbacks.
type eventSource struct {
	source    js.Value
	hear      func(Signal)
	listeners listeners
	closed    bool
}

func (s *eventSource) listen(name string, kind SignalKind) {
	s.listeners.add(s.source, name, func(event js.Value) {
		// An event that was already queued when the source was closed.
		if s.closed {
			return
		}
		g := Signal{Kind: kind}
		switch kind {
		case SignalOpen:
		case SignalError:
			g.Closed = s.source.Get("readyState").Int() == sourceClosed
			if g.Closed {
				time.AfterFunc(leftWithin, func() { s.tell(g) })
				return
			}
		default:
			g.Data = frameText(event.Get("data"))
		}
		s.hear(g)
	})
}

// tell is what a timer calls, perhaps when nobody listens any more.
func (s *eventSource) tell(g Signal) {
	if !s.closed {
		s.hear(g)
	}
}

// Close is quiet about errors: there is nobody left to be told.
func (s *eventSource) Close() {
	s.closed = true
	s.listeners.remove()
	var ignored error
	defer recoverAsError(&ignored, "close stream")
	s.source.Call("close")
}

// frameText copies a frame's data; what is not text or longer than any frame may be
// becomes empty, which no decoder accepts.
func frameText(data js.Value) string {
	if data.Type() != js.TypeString || js.Global().Call("Object", data).Length() > shared.MaxProgressBytes {
		return ""
	}
	return data.String()
}

// Watch listens on window and document. A page that leaves for the back/forward cache, or
// that the browser freezes, is told to hide: an open stream would keep it out of the one, and
// in the other it would be open and bring nothing.
func (browser) Watch(tell func(Wake)) (stop func()) {
	window, document := js.Global(), js.Global().Get("document")
	var l listeners
	on := func(target js.Value, name string, w Wake, when func(event js.Value) bool) {
		l.add(target, name, func(event js.Value) {
			if when(event) {
				tell(w)
			}
		})
	}
	always := func(js.Value) bool { return true }
	on(window, "online", WakeOnline, always)
	on(window, "offline", WakeOffline, always)
	on(window, "focus", WakeVisible, always)
	on(window, "pagehide", WakeHide, always)
	on(window, "pageshow", WakeShow, func(event js.Value) bool { return event.Get("persisted").Truthy() })
	on(document, "visibilitychange", WakeVisible, func(js.Value) bool {
		return document.Get("visibilityState").Equal(js.ValueOf("visible"))
	})
	on(document, "freeze", WakeHide, always)
	on(document, "resume", WakeVisible, always)
	return l.remove
}

// Listen listens to target, if it can be listened to, until stop is called.
func Listen(target js.Value, name string, heard func(event js.Value)) (stop func()) {
	var l listeners
	l.add(target, name, heard)
	return l.remove
}

// listeners are event listeners that are removed together.
type listeners struct{ all []listener }

type listener struct {
	target   js.Value
	name     string
	callback Callback
}

// add listens to target, if it can be listened to.
func (l *listeners) add(target js.Value, name string, heard func(event js.Value)) {
	if !target.Truthy() || !has(target, "addEventListener") {
		return
	}
	callback := NewCallback(name, func(event js.Value) any {
		heard(event)
		return nil
	})
	target.Call("addEventListener", name, callback.Value)
	l.all = append(l.all, listener{target, name, callback})
}

// remove removes all of them.
func (l *listeners) remove() {
	for _, x := range l.all {
		x.target.Call("removeEventListener", x.name, x.callback.Value)
		x.callback.Release()
	}
	l.all = nil
}

// sendRequest sends a request to the own server and waits for the whole answer.
func sendRequest(ctx context.Context, r Request) (answer Response, err error) {
	defer recoverAsError(&err, "fetch "+r.Path)
	if !strings.HasPrefix(r.Path, "/") || strings.HasPrefix(r.Path, "//") {
		return Response{}, fmt.Errorf("live: fetch %q: not a path of this server", r.Path)
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	abort := js.Global().Get("AbortController").New()
	defer context.AfterFunc(ctx, func() {
		var ignored error
		defer recoverAsError(&ignored, "abort")
		abort.Call("abort")
	})()

	response, err := Await(ctx, js.Global().Call("fetch", r.Path, fetchOptions(r, abort.Get("signal"))))
	if err != nil {
		return Response{}, fmt.Errorf("live: fetch %s: %w", r.Path, err)
	}
	answer.Status = response.Get("status").Int()
	answer.ContentType = headerOf(response, "Content-Type")
	answer.RetryAfter = headerOf(response, "Retry-After")
	answer.Watching = headerOf(response, shared.HeaderWatching)
	if n, err := strconv.Atoi(headerOf(response, "Content-Length")); err == nil && n > maxAnswer {
		abort.Call("abort")
		return Response{}, fmt.Errorf("live: fetch %s: %w: %d bytes", r.Path, ErrTooLarge, n)
	}
	buffer, err := Await(ctx, response.Call("arrayBuffer"))
	if err != nil {
		return Response{}, fmt.Errorf("live: fetch %s: body: %w", r.Path, err)
	}
	bytes := js.Global().Get("Uint8Array").New(buffer)
	if bytes.Length() > maxAnswer {
		return Response{}, fmt.Errorf("live: fetch %s: %w: %d bytes", r.Path, ErrTooLarge, bytes.Length())
	}
	answer.Body = make([]byte, bytes.Length())
	js.CopyBytesToGo(answer.Body, bytes)
	return answer, nil
}

func fetchOptions(r Request, signal js.Value) map[string]any {
	headers := map[string]any{"Accept": jsonType}
	set := func(name, value string) {
		if value != "" {
			headers[name] = value
		}
	}
	set("If-None-Match", r.ETag)
	set("Idempotency-Key", r.IdempotencyKey)
	if r.Hold > 0 {
		set("Prefer", "wait="+strconv.Itoa(int(r.Hold/time.Second)))
	}
	o := map[string]any{
		"method": "GET", "headers": headers, "signal": signal,
		"cache": "no-store", "credentials": "same-origin",
	}
	if r.Method != "" {
		o["method"] = r.Method
	}
	if r.Body != nil {
		set("Content-Type", jsonType)
		o["body"] = string(r.Body)
	}
	return o
}

func headerOf(response js.Value, name string) string {
	v := response.Get("headers").Call("get", name)
	if v.Type() != js.TypeString {
		return ""
	}
	return v.String()
}

// Await waits for a promise or for ctx. The callbacks are released when the
// promise settles, which the abort that follows the end of ctx sees to.
func Await(ctx context.Context, promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var fulfilled, rejected Callback
	settle := func(o outcome) {
		settled <- o
		fulfilled.Release()
		rejected.Release()
	}
	fulfilled = NewCallback("await", func(value js.Value) any {
		settle(outcome{value: value})
		return nil
	})
	rejected = NewCallback("await", func(reason js.Value) any {
		settle(outcome{err: fmt.Errorf("%w: %s", ErrNetwork, thrownText(reason))})
		return nil
	})
	promise.Call("then", fulfilled.Value, rejected.Value)
	select {
	case o := <-settled:
		return o.value, o.err
	case <-ctx.Done():
		return js.Value{}, context.Cause(ctx)
	}
}

// thrownText is what a thrown value says.
func thrownText(thrown js.Value) string { return js.Global().Get("String").Invoke(thrown).String() }

func has(object js.Value, function string) bool {
	return object.Get(function).Type() == js.TypeFunction
}

// recoverAsError turns a panic, such as a JavaScript exception, into an error: a panic
// that leaves a callback would kill the whole program.
func recoverAsError(err *error, doing string) {
	p := recover()
	if p == nil {
		return
	}
	thrown, ok := p.(error)
	if !ok {
		thrown = errors.New(fmt.Sprint(p))
	}
	*err = fmt.Errorf("live: %s: %w: %v", doing, ErrNetwork, thrown)
	js.Global().Get("console").Call("error", (*err).Error())
}
