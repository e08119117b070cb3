package browser

import (
	"context"
	"syscall/js"
	"time"

	"atalaya/app/internal/live"
)

// Notify shows a notification. A click on it opens path; one with the same tag takes its
// place. Where there is a service worker it shows it, because browsers on phones allow
// no other way.
func Notify(title, body, tag, path string) (shown bool) {
	defer refused(&shown)
	options := map[string]any{
		"body": body, "tag": tag, "icon": "/web/static/icons/icon-192.png", "data": map[string]any{"path": path},
	}
	if workers := js.Global().Get("navigator").Get("serviceWorker"); workers.Truthy() {
		registration, err := live.Await(context.Background(), workers.Call("getRegistration"))
		if err == nil && registration.Truthy() {
			_, err = live.Await(context.Background(), registration.Call("showNotification", title, options))
			return err == nil
		}
	}
	js.Global().Get("Notification").New(title, options)
	return true
}

// pushPatience bounds what waits for a push service.
const pushPatience = 30 * time.Second

// Push asks for w about an audit, or about all if it is 0, and reports how far its reader is
// notified then. To be told, the user is asked to allow it.
func Push(w Wish, audit int64, lang string) Reach {
	switch {
	case !js.Global().Get("isSecureContext").Truthy():
		return Insecure
	case w == Tell && !askToNotify():
		return Nowhere
	case askWorker(w, audit, lang):
		return Everywhere
	case w == Tell:
		return Here
	}
	return Nowhere
}

func askToNotify() (allowed bool) {
	defer refused(&allowed)
	answer, err := live.Await(context.Background(), js.Global().Get("Notification").Call("requestPermission"))
	return err == nil && answer.String() == "granted"
}

// askWorker asks the service worker (web/worker.js), which speaks with the server, and
// reports whether this browser is told with no page open.
func askWorker(w Wish, audit int64, lang string) (told bool) {
	defer refused(&told)
	ctx, cancel := context.WithTimeout(context.Background(), pushPatience)
	defer cancel()
	registration, err := live.Await(ctx, js.Global().Get("navigator").Get("serviceWorker").Call("getRegistration"))
	if err != nil {
		return false
	}
	channel, answers := js.Global().Get("MessageChannel").New(), make(chan bool, 1)
	port := channel.Get("port1")
	defer live.Listen(port, "message", func(event js.Value) { answers <- event.Get("data").Bool() })()
	port.Call("start")
	registration.Get("active").Call("postMessage",
		map[string]any{"push": string(w), "audit": audit, "lang": lang}, []any{channel.Get("port2")})
	select {
	case told = <-answers:
	case <-ctx.Done():
	}
	return told
}

// Badge shows a number on the icon of the installed app; 0 takes it away.
func Badge(n int) {
	var done bool
	defer refused(&done)
	if navigator := js.Global().Get("navigator"); navigator.Get("setAppBadge").Truthy() {
		navigator.Call("setAppBadge", n)
	}
}

// AsksForPrivacy reports whether the browser asks not to be tracked: Do Not Track, or Global
// Privacy Control.
func AsksForPrivacy() (asks bool) {
	defer refused(&asks)
	navigator := js.Global().Get("navigator")
	return navigator.Get("globalPrivacyControl").Truthy() || navigator.Get("doNotTrack").Equal(js.ValueOf("1"))
}

// Beacon sends JSON to a path of the server, also while the page goes away. Nobody hears whether
// it arrives.
func Beacon(path string, body []byte) {
	var sent bool
	defer refused(&sent)
	kind := map[string]any{"type": "application/json"}
	js.Global().Get("navigator").Call("sendBeacon", path, js.Global().Get("Blob").New([]any{string(body)}, kind))
}

// refused turns what the browser throws into a no.
func refused(done *bool) {
	if recover() != nil {
		*done = false
	}
}
