package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared/text"
)

// copyText puts a text on the clipboard and reports whether the browser did it. It is the
// old way: the new one is missing where the page came over plain HTTP from another machine,
// and answers later. A field holds the text meanwhile.
func copyText(s string) bool {
	document := app.Window().Get("document")
	field := document.Call("createElement", "textarea")
	field.Set("value", s)
	field.Set("readOnly", true)
	field.Set("className", "vh")
	focused := document.Get("activeElement")
	document.Get("body").Call("appendChild", field)
	field.Call("select")
	done := document.Call("execCommand", "copy").Bool()
	field.Call("remove")
	if focused.Truthy() {
		focused.Call("focus")
	}
	return done
}

// copyButton copies a text and says whether that worked.
type copyButton struct {
	app.Compo
	Lang  text.Lang
	Words string
	// Check is the id of the check to copy; empty for the address of the page.
	Check string
	Page  *reportPage

	said text.Key
	// about is the check that said is about: the button may come to stand for another.
	about   string
	pressed bool
}

func (b *copyButton) Render() app.UI {
	said := ""
	if b.pressed && b.about == b.Check {
		said = b.Lang.T(b.said)
	}
	return el("span", "row copy no-print",
		button("btn-sm", nil, b.onPress, b.Check, iconLink.draw("i-s"), elText("span", "", b.Words)),
		elWith("span", "sm t2", at{"role", "status"}, app.Text(said)))
}

func (b *copyButton) onPress(app.Context, app.Event) {
	b.said, b.about, b.pressed = text.CopyFailed, b.Check, true
	if copyText(b.Page.toCopy(b.Check)) {
		b.said = text.Copied
	}
}
