package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// listen has the page hear what is meant for no field: "/" goes to the search, and an
// address that is pasted goes into the start box. What waits to be deleted is deleted when
// the window closes.
func (d *dashboardPage) listen() {
	if app.IsServer || d.heard != nil {
		return
	}
	d.heard = []func(){
		hear("keydown", d.onKey),
		hear("paste", d.onPaste),
		hear("pagehide", func(windowEvent) { d.leaveDeleting() }),
	}
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
	if e.inField() || !field.Truthy() || pasted == "" || strings.ContainsAny(pasted, "\r\n") {
		return
	}
	e.prevent()
	field.Set("value", pasted)
	field.Call("focus")
}
