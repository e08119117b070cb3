package tabs

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"atalaya/app/internal/live"
)

// commonName names the channel and the lock. Tabs that could not understand each other
// would have to have different ones.
const commonName = "atalaya.v2.streams"

// theBrowser is made when the first page asks, as part of the start that is cut in pieces.
var theBrowser live.Platform

// Browser is the browser that the program runs in, with streams that its tabs share or,
// where they cannot, with few streams in all.
func Browser() live.Platform {
	if theBrowser == nil {
		theBrowser = newBrowser()
	}
	return theBrowser
}

func newBrowser() live.Platform {
	if js.Global().Get("BroadcastChannel").Truthy() && locks().Truthy() {
		return newHub(live.Browser(), browser{}, randomName())
	}
	return &solo{
		Platform: live.Browser(), window: browser{}, kv: live.DeviceValues(), name: randomName(), now: time.Now,
	}
}

// randomName is a text that no other tab has.
func randomName() string { return strconv.FormatUint(rand.Uint64(), 36) }

// locks is the browser's lock manager, which only secure pages have.
func locks() js.Value {
	navigator := js.Global().Get("navigator")
	if !navigator.Truthy() {
		return js.Undefined()
	}
	return navigator.Get("locks")
}

type browser struct{}

// Connect implements [Commons] by a BroadcastChannel.
func (browser) Connect(hear func(text string)) (post func(text string), leave func()) {
	channel := js.Global().Get("BroadcastChannel").New(commonName)
	stop := live.Listen(channel, "message", func(event js.Value) {
		if data := event.Get("data"); data.Type() == js.TypeString {
			hear(data.String())
		}
	})
	return func(text string) { channel.Call("postMessage", text) }, func() {
		stop()
		channel.Call("close")
	}
}

// Acquire implements [Commons] by a Web Lock. It is held for as long as the promise that
// the callback returned does not settle.
func (browser) Acquire(steal bool, granted, lost func()) (release func()) {
	var settle js.Value
	executor := live.NewCallback("lock", func(resolve js.Value) any {
		settle = resolve
		return nil
	})
	held := js.Global().Get("Promise").New(executor.Value)
	options := map[string]any{"steal": true} // never together with a signal
	abort := js.Undefined()
	if !steal {
		abort = js.Global().Get("AbortController").New()
		options = map[string]any{"signal": abort.Get("signal")}
	}
	holds, released := false, false
	callback := live.NewCallback("lock", func(js.Value) any {
		if !released {
			holds = true
			granted()
		}
		return held
	})
	var ended, failed live.Callback
	finish := func() {
		for _, c := range [...]live.Callback{executor, callback, ended, failed} {
			c.Release()
		}
	}
	ended = live.NewCallback("lock", func(js.Value) any {
		finish()
		return nil
	})
	failed = live.NewCallback("lock", func(reason js.Value) any {
		finish()
		// A browser that refuses locks altogether has taken none away. WebKit tells of one
		// that is stolen before it tells that it was given.
		stolen := holds || reason.Get("name").Equal(js.ValueOf("AbortError"))
		if stolen && !released {
			released = true
			lost()
		}
		return nil
	})
	locks().Call("request", commonName, options, callback.Value).Call("then", ended.Value, failed.Value)
	return func() {
		if released {
			return
		}
		released = true
		settle.Invoke()
		if !steal {
			abort.Call("abort")
		}
	}
}

// WatchHidden implements [Window].
func (browser) WatchHidden(tell func(hidden bool)) (stop func()) {
	document := js.Global().Get("document")
	return live.Listen(document, "visibilitychange", func(js.Value) {
		tell(document.Get("visibilityState").Equal(js.ValueOf("hidden")))
	})
}

// WatchKept implements [Window]. The browser tells a tab what the others keep, and not
// what it keeps itself.
func (browser) WatchKept(prefix string, changed func()) (stop func()) {
	return live.Listen(js.Global(), "storage", func(event js.Value) {
		if key := event.Get("key"); key.Type() == js.TypeString && strings.HasPrefix(key.String(), prefix) {
			changed()
		}
	})
}
