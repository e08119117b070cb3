package browser

import (
	"context"
	"syscall/js"

	"atalaya/app/internal/live"
)

// AskToNotify asks the user to allow notifications and reports whether they are.
func AskToNotify() (allowed bool) {
	defer refused(&allowed)
	n := js.Global().Get("Notification")
	if !n.Truthy() {
		return false
	}
	answer, err := live.Await(context.Background(), n.Call("requestPermission"))
	return err == nil && answer.String() == "granted"
}

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

// Tell sends JSON to a path of the server, also while the page goes away. Nobody hears whether
// it arrives.
func Tell(path string, body []byte) {
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
