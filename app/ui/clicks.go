package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// leaveModifiedClicks gives clicks on links with Shift or Alt back to the browser,
// which opens another window or saves the page. go-app, which listens on the window,
// leaves it only those with Ctrl and Meta.
func leaveModifiedClicks() {
	app.Window().Get("document").Call("addEventListener", "click", app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		modified := e.Get("shiftKey").Bool() || e.Get("altKey").Bool()
		target := e.Get("target")
		if modified && target.Get("closest").Truthy() && target.Call("closest", "a").Truthy() {
			e.Call("stopPropagation")
		}
		return nil
	}))
}
