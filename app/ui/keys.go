package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared/text"
)

// keys are the shortcuts of one or two characters. They can be switched off, because
// some people speak to their computer, and it types what it hears.
type keys struct {
	off bool
	// first is the first of two characters while the second is awaited.
	first string
}

const keysKey = "atalaya.keys" // in localStorage

// switchedOff reports whether the reader has switched something off on this device, by its key
// in localStorage.
func switchedOff(key string) bool {
	kept := live.DeviceValues()
	if kept == nil {
		return false
	}
	v, _ := kept.Get(key)
	return v == valueOff
}

// saveSwitch keeps whether something is switched off.
func saveSwitch(key string, off bool) {
	kept := live.DeviceValues()
	switch {
	case kept == nil:
	case off:
		_ = kept.Set(key, valueOff) // a browser that keeps nothing asks again
	default:
		kept.Remove(key)
	}
}

// next takes a key and returns the shortcut that it completes, or "" while there is none.
func (k keys) next(key string) (after keys, shortcut string) {
	switch {
	case k.off:
		return k, ""
	case k.first != "":
		return keys{}, k.first + " " + key
	case key == "g":
		return keys{first: key}, ""
	}
	return keys{}, key
}

// shortcut is a line of the list of shortcuts.
type shortcut struct {
	Keys string
	Does text.Key
}

// shortcuts lists all, those of every page first.
var shortcuts = []shortcut{
	{"g a", text.NavAudits}, {"g s", text.NavSites}, {"g p", text.NavSettings}, {"n", text.NavNew},
	{"c", text.CopyLink}, {"p", text.KeyPause}, {"k", text.KeyKiosk}, {"?", text.KeysHeading},
}

// shortcutPages are the pages that shortcuts lead to.
var shortcutPages = map[string]string{"g a": "/", "g s": pathSites, "g p": pathSettings, "n": pathNew}

const keysDialogID = "keys"

// press does what a shortcut of every page asks for, and leaves the others to the page.
func (b *base) press(ctx app.Context, pressed string) {
	var done string
	b.device.keys, done = b.device.keys.next(pressed)
	switch page := shortcutPages[done]; {
	case page != "":
		ctx.Navigate(page)
	case done == "?":
		b.showKeys(ctx)
	case done != "" && b.keyed != nil:
		b.keyed(ctx, done)
	}
}

// keysDialog lists the shortcuts.
func keysDialog(l text.Lang, closing app.EventHandler) app.UI {
	return elWith("dialog", "dialog", at{"id", keysDialogID, "aria-labelledby", "keys-title"},
		elWith("h2", "", at{"id", "keys-title"}, app.Text(l.T(text.KeysHeading))),
		shortcutsView(l),
		elText("p", "sm", l.T(text.KeysSwitch)),
		el("div", "dialog-a", button("", nil, closing, "keys", app.Text(l.T(text.Close)))),
	)
}

func shortcutsView(l text.Lang) app.UI {
	rows := make([]app.UI, len(shortcuts))
	for i, s := range shortcuts {
		rows[i] = el("div", "", el("dt", "", elText("kbd", "", s.Keys)), elText("dd", "", l.T(s.Does)))
	}
	return el("dl", "facts", rows...)
}

// showKeys opens the list of shortcuts. It is a quarter of a page's elements, so that no
// start draws it.
func (b *base) showKeys(ctx app.Context) {
	b.keysAsked = true
	ctx.Defer(func(app.Context) { showDialog(keysDialogID) }) // when it is drawn
}

func (b *base) onShowKeys(ctx app.Context, _ app.Event) { b.showKeys(ctx) }

func (b *base) onCloseKeys(app.Context, app.Event) { closeDialog(keysDialogID) }
