package check

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// region says what kind of place a node stands in; an element adds its own to
// its parent's.
type region uint32

const (
	inHead    region = 1 << iota
	inHidden         // not shown, or not text
	inChrome         // navigation, the page's header and footer, asides
	inArticle        // article or main: headers in here are text
	inControl        // form controls
	inLink
	inSVG
	inTemplate // inert: nothing in there is part of the page
	inAppRoot
	inLabel       // of a form's field
	inSilent      // shown, but not to screen readers
	inUnshown     // not shown as it stands
	inTiny        // too small to be seen
	inCamouflaged // of the colour around it
	inUnquoted    // not for the snippets of search engines
	inParagraph
	inApart  // a table or an example
	inEntry  // of a list
	inRemark // of a reader, as markup says

	// What an element shows again of what those around it conceal: no place is in these.
	showsSize
	showsColour

	inConcealed = inTiny | inCamouflaged
)

// within is the region of an element that stands in r and adds own to it.
func (r region) within(own region) region {
	if own&showsSize != 0 {
		r &^= inTiny
	}
	if own&showsColour != 0 {
		r &^= inCamouflaged
	}
	return (r | own) &^ (showsSize | showsColour)
}

// regionOf is what an element adds to the region it stands in. The first marker of
// a client-side application is noted.
func (c *collector) regionOf(tag string, a atom.Atom, at attrs) region {
	r, open := regionByAttribute(at)
	if c.p.AppRoot == "" && c.cur&(inTemplate|inSVG) == 0 {
		if c.p.AppRoot = appRoot(tag, at); c.p.AppRoot != "" {
			r |= inAppRoot
		}
	}
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes, atom.Object:
		return r | inHidden
	case atom.Template:
		if !isShadowRoot(at) || c.cur&inHead != 0 {
			return r | inHidden | inTemplate
		}
	case atom.Dialog:
		if !open {
			return r | inHidden
		}
	case atom.Svg:
		return r | inSVG
	case atom.A:
		return r | inLink
	case atom.Button, atom.Select, atom.Textarea, atom.Option, atom.Datalist:
		return r | inControl
	case atom.Label:
		return r | inLabel
	case atom.Nav, atom.Aside:
		return r | inChrome
	case atom.Article, atom.Main:
		return r | inArticle
	case atom.P:
		return r | inParagraph
	case atom.Table, atom.Pre:
		return r | inApart
	case atom.Li, atom.Dt, atom.Dd:
		return r | inEntry
	case atom.Header, atom.Footer:
		if c.cur&inArticle == 0 {
			return r | inChrome
		}
	}
	return r
}

// isShadowRoot reports whether a template is a declarative shadow root: what it
// holds is shown.
func isShadowRoot(at attrs) bool {
	mode := at.get("shadowrootmode")
	return strings.EqualFold(mode, "open") || strings.EqualFold(mode, "closed")
}

// regionByAttribute is what the attributes alone say of an element's region, and
// whether it carries open.
func regionByAttribute(at attrs) (r region, open bool) {
	for i := range at {
		switch string(at[i].key) {
		case "hidden":
			r |= inHidden | inUnshown
		case "style":
			r |= regionOfStyle(at[i].val)
		case "data-nosnippet":
			r |= inUnquoted
		case "open":
			open = true
		case "itemtype", "typeof":
			if isRemark(schemaName(string(at[i].val))) {
				r |= inRemark
			}
		case "itemprop", "property":
			if hasRemarks(schemaName(string(at[i].val))) {
				r |= inRemark
			}
		case "aria-hidden":
			if string(at[i].val) == "true" {
				r |= inSilent
			}
		case "role":
			switch string(at[i].val) {
			case "navigation", "banner", "contentinfo", "complementary", "search":
				r |= inChrome
			case "main", "article":
				r |= inArticle
			}
		}
	}
	return r, open
}

// appRoot names the marker of a client-side application, or is empty.
func appRoot(tag string, at attrs) string {
	if tag == "app-root" {
		return "<app-root>"
	}
	for i := range at {
		switch string(at[i].key) {
		case "data-reactroot", "ng-app", "ng-version", "data-server-rendered", "data-v-app":
			return string(at[i].key)
		case "id":
			switch id := string(at[i].val); id {
			case "root", "app", "__next", "__nuxt", "___gatsby", "svelte", "q-app", "react-root", "app-root":
				return "#" + id
			}
		}
	}
	return ""
}
