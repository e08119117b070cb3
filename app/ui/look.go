package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The cookies that carry how the reader wants pages to look, so that the server draws
// them so and nothing changes its colours after the first paint. web/static/old.js reads
// them too, for the shell that the service worker keeps.
const (
	ThemeCookie   = "atalaya_theme"
	DensityCookie = "atalaya_density"
)

// Theme is the reader's choice of colours; the empty one follows the system.
type Theme string

// The themes.
const (
	ThemeSystem Theme = ""
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Density is the reader's choice of room between things.
type Density string

// The densities.
const (
	DensityRoomy   Density = ""
	DensityCompact Density = "compact"
)

// Look is how the reader wants pages to look.
type Look struct {
	Theme   Theme
	Density Density
}

// ChooseLook is the look of a request by the values of its cookies. What is no choice of
// ours counts as none, so that no text of a request reaches a page.
func ChooseLook(theme, density string) (l Look) {
	if t := Theme(theme); t == ThemeLight || t == ThemeDark {
		l.Theme = t
	}
	if Density(density) == DensityCompact {
		l.Density = DensityCompact
	}
	return l
}

// Attributes are those of the document's root element, as they stand in HTML.
func (l Look) Attributes() string {
	attributes := ""
	if l.Theme != ThemeSystem {
		attributes += ` data-theme="` + string(l.Theme) + `"`
	}
	if l.Density != DensityRoomy {
		attributes += ` data-density="` + string(l.Density) + `"`
	}
	return attributes
}

// The colours of the page behind everything (--bg in the stylesheet).
const (
	paperLight = "#f5f4f0"
	paperDark  = "#0e1115"
)

// Papers are the colours that a browser draws around the page, under a light and under a
// dark system.
func (l Look) Papers() (light, dark string) {
	switch l.Theme {
	case ThemeLight:
		return paperLight, paperLight
	case ThemeDark:
		return paperDark, paperDark
	}
	return paperLight, paperDark
}

// deviceLook is the look of the document, which the server or the first script gave it.
func deviceLook() Look {
	drawn := app.Window().Get("document").Get("documentElement").Get("dataset")
	value := func(name string) string {
		if v := drawn.Get(name); v.Truthy() {
			return v.String()
		}
		return ""
	}
	return ChooseLook(value("theme"), value("density"))
}

// save gives the document the look, and keeps the choice for the server.
func (l Look) save() {
	document := app.Window().Get("document")
	root := document.Get("documentElement")
	mark := func(name, value string) {
		if value == "" {
			root.Call("removeAttribute", name)
			return
		}
		root.Call("setAttribute", name, value)
	}
	mark("data-theme", string(l.Theme))
	mark("data-density", string(l.Density))
	setCookie(ThemeCookie, string(l.Theme))
	setCookie(DensityCookie, string(l.Density))
	light, dark := l.Papers()
	metas := document.Call("querySelectorAll", "meta[name=theme-color]")
	for i, colour := range []string{light, dark} {
		if i < metas.Length() {
			metas.Index(i).Set("content", colour)
		}
	}
}
