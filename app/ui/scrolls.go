package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// scrolls is how far down the reader was at the addresses of this browser's history. What
// the browser remembers by itself is of no use: it looks before the page is drawn.
type scrolls map[string]int

// scrollsKept bounds it.
const scrollsKept = 50

// keep takes note of where the reader is.
func (s scrolls) keep(address string) {
	if _, known := s[address]; !known && len(s) >= scrollsKept {
		clear(s)
	}
	s[address] = app.Window().Get("scrollY").Int()
}

// restore goes to where the reader was, once the page is drawn. At an address that was not
// left yet it does nothing.
func (s scrolls) restore(ctx app.Context, address string) {
	top, known := s[address]
	if !known {
		return
	}
	ctx.Defer(func(app.Context) { app.Window().Call("scrollTo", 0, top) })
}
