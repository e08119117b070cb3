package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// listen has the page hear what is meant for no field: "/" goes to the search, an address
// that is pasted or dropped into the start box, and of a list of them audits are started.
// What waits to be deleted is deleted when the window closes. What waits for the connection
// is drawn as it changes.
func (d *dashboardPage) listen(ctx app.Context) {
	if app.IsServer || d.heard != nil {
		return
	}
	d.heard = []func(){
		hear("keydown", d.onKey),
		hear("paste", d.onPaste),
		hear("dragover", windowEvent.allowDrop),
		hear("drop", d.onDrop),
		hear("pagehide", func(windowEvent) { d.leaveDeleting() }),
		d.watchOutbox(ctx),
	}
}

// onDashboard reports whether the page shown is the list.
func onDashboard() bool {
	here := app.Window().URL().Path
	return here == "/" || here == pathNew
}

func (d *dashboardPage) unlisten() {
	for _, stop := range d.heard {
		stop()
	}
	d.heard = nil
}

func (d *dashboardPage) onKey(e windowEvent) {
	if e.key() != "/" || e.inField() {
		return
	}
	if field := app.Window().GetElementByID(searchFieldID); field.Truthy() {
		e.prevent()
		field.Call("focus")
		field.Call("select")
	}
}

func (d *dashboardPage) onPaste(e windowEvent) {
	field, pasted := app.Window().GetElementByID(startFieldID), strings.TrimSpace(e.pasted())
	if !e.inField() || e.on(startFieldID) { // a field takes a list for one line
		if d.takeList(d.here, pasted) {
			e.prevent()
			return
		}
	}
	if e.inField() || !field.Truthy() || pasted == "" || strings.ContainsAny(pasted, "\r\n") {
		return
	}
	e.prevent()
	field.Set("value", pasted)
	field.Call("focus")
}

// onDrop takes a file or a text with addresses.
func (d *dashboardPage) onDrop(e windowEvent) {
	e.dropped(batchBytes, func(list string) {
		d.here.Dispatch(func(ctx app.Context) {
			if d.takeList(ctx, list) {
				return
			}
			if field := app.Window().GetElementByID(startFieldID); field.Truthy() && addressIn(list) != "" {
				field.Set("value", addressIn(list))
				field.Call("focus")
			}
		})
	})
}
