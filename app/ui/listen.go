package ui

import (
	"net/url"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// keepClicks keeps from go-app, which listens on the window, the clicks that it takes for
// its own. Those on links with Shift or Alt are the browser's, which opens another window or
// saves the page; go-app leaves it only those with Ctrl and Meta. On the link into the content
// go-app would scroll, and leave the focus before all that is to be skipped.
func keepClicks() {
	document := app.Window().Get("document")
	document.Call("addEventListener", "click", app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		modified := e.Get("shiftKey").Bool() || e.Get("altKey").Bool()
		target := e.Get("target")
		switch {
		case !target.Get("closest").Truthy():
		case modified:
			if target.Call("closest", "a").Truthy() {
				e.Call("stopPropagation")
			}
		case target.Call("closest", ".skip").Truthy():
			e.Call("preventDefault")
			e.Call("stopPropagation")
			document.Call("getElementById", mainID).Call("focus")
		}
		return nil
	}))
}

// keepOffline has go-app register the service worker, which loads all that the app needs
// without a network. On a first visit it would take network and processors from the start.
func keepOffline() { app.Window().Call("goappInitServiceWorker") }

// tellUpdates has go-app tell its components when another version of the program has
// taken the place of the one whose files this page has. The first service worker that
// comes to a page is no other version.
func tellUpdates() {
	workers := app.Window().Get("navigator").Get("serviceWorker")
	if !workers.Truthy() {
		return
	}
	known := workers.Get("controller").Truthy()
	workers.Call("addEventListener", "controllerchange", app.FuncOf(func(app.Value, []app.Value) any {
		if known {
			app.Window().Call("goappOnUpdate")
		}
		known = true
		return nil
	}))
}

// tellKeys gives the keys pressed outside of fields, alone and once, to the page shown.
func tellKeys(d *device) {
	app.Window().Get("document").Call("addEventListener", "keydown", app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		for _, held := range [...]string{"ctrlKey", "metaKey", "altKey", "repeat", "isComposing", "defaultPrevented"} {
			if e.Get(held).Truthy() {
				return nil
			}
		}
		const typing = "input, textarea, select, [contenteditable], dialog[open] *"
		if target := e.Get("target"); target.Get("closest").Truthy() && target.Call("closest", typing).Truthy() {
			return nil
		}
		// Keys that write nothing have names of several letters, and autofill sends none at all.
		if key := e.Get("key"); d.pressed != nil && key.Truthy() && len(key.String()) == 1 {
			d.pressed(key.String())
		}
		return nil
	}))
}

// onPaste takes an address, or a list of them, that is pasted outside of fields to the start
// box of the list, which hears of what is pasted there itself.
func (d *device) onPaste(e windowEvent) {
	list := strings.TrimSpace(e.pasted())
	if d.visit == nil || e.inField() || onDashboard() || !isList(list) {
		return
	}
	e.prevent()
	d.visit(pathNew + "?" + url.Values{paramShared: {list}}.Encode())
}

// node is something of the browser's: a document or an element.
type node = app.Value

// windowEvent is what a page hears from its whole window.
type windowEvent struct{ event app.Value }

// hear calls do at every such event, until stop is called.
func hear(name string, do func(windowEvent)) (stop func()) {
	heard := app.FuncOf(func(_ app.Value, args []app.Value) any {
		do(windowEvent{args[0]})
		return nil
	})
	app.Window().Call("addEventListener", name, heard)
	return func() {
		app.Window().Call("removeEventListener", name, heard)
		heard.Release()
	}
}

// key is the key that was pressed without another one.
func (e windowEvent) key() string {
	if e.event.Get("ctrlKey").Bool() || e.event.Get("metaKey").Bool() || e.event.Get("altKey").Bool() {
		return ""
	}
	return e.event.Get("key").String()
}

// pasted is the text that is pasted; empty for none.
func (e windowEvent) pasted() string {
	if data := e.event.Get("clipboardData"); data.Truthy() {
		return data.Call("getData", "text").String()
	}
	return ""
}

// inField reports whether the event is meant for something that takes keys.
func (e windowEvent) inField() bool {
	target := e.event.Get("target")
	return target.Truthy() && target.Get("closest").Truthy() &&
		target.Call("closest", "input,select,textarea,dialog").Truthy()
}

// prevent keeps the browser from doing what it does at such an event.
func (e windowEvent) prevent() { e.event.Call("preventDefault") }

// on reports whether the event is meant for the element with an id.
func (e windowEvent) on(id string) bool {
	target := e.event.Get("target")
	return target.Truthy() && target.Get("id").String() == id
}

// allowDrop lets a file or a text be dropped where the browser would open it instead.
func (e windowEvent) allowDrop() {
	if !e.inField() && e.event.Get("dataTransfer").Truthy() {
		e.prevent()
	}
}

// dropped gives the text that was dropped, or that of the file, of which it reads no more
// than most bytes.
func (e windowEvent) dropped(most int, take func(string)) {
	data := e.event.Get("dataTransfer")
	if e.inField() || !data.Truthy() {
		return
	}
	e.prevent()
	if file := data.Get("files").Get("0"); file.Truthy() {
		file.Call("slice", 0, most).Call("text").Then(func(v app.Value) { take(v.String()) })
		return
	}
	take(data.Call("getData", "text").String())
}
