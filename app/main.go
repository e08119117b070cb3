// Command app is the client: compiled to WebAssembly, it runs the pages of
// package ui in the browser. Built for anything else it does nothing.
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/ui"
)

func main() {
	ui.Register()
	app.RunWhenOnBrowser()
}
