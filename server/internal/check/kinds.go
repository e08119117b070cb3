package check

import "golang.org/x/net/html/atom"

// kind says how an element of HTML behaves among the others, in the words of the
// standard's section on tree construction.
type kind uint32

const (
	isVoid       kind = 1 << iota // never open
	isFormatting                  // outlives the elements around it
	isSpecial                     // stops a search for an element without rules of its own
	isScope                       // stops the search for an element of the same scope
	isTableScope                  // and for a part of a table
	isButton                      // stops the search for a paragraph
	isList                        // and for an item
	isHeading
	isCell
	isRow
	isRowGroup
	isBoundary  // shuts the formatting elements before it out
	isBlock     // its end tag looks through elements that are special
	endsP       // ends an open paragraph
	endsForeign // leads out of SVG and MathML
	endsItself  // needs no end tag where an element around it ends
	isOfHead    // does not begin the body
	inForeign   // an element of SVG or MathML
	isIsland    // the content of such an element is HTML
)

// kindOf is the kind of an element of HTML.
func kindOf(a atom.Atom) kind {
	switch a {
	case atom.A, atom.Font:
		return isFormatting
	case atom.B, atom.Big, atom.Code, atom.Em, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike, atom.Strong,
		atom.Tt, atom.U:
		return isFormatting | endsForeign
	case atom.Span, atom.Sub, atom.Sup, atom.Var, atom.Ruby:
		return endsForeign
	case atom.Blockquote, atom.Center, atom.Div, atom.Dl, atom.Menu, atom.Pre:
		return isSpecial | isBlock | endsP | endsForeign
	case atom.P:
		return isSpecial | endsP | endsForeign | endsItself
	case atom.Option, atom.Optgroup, atom.Rb, atom.Rp, atom.Rt, atom.Rtc:
		return endsItself
	case atom.Ol, atom.Ul:
		return isSpecial | isBlock | isList | endsP | endsForeign
	case atom.Li, atom.Dd, atom.Dt:
		return isSpecial | isBlock | endsP | endsForeign | endsItself
	case atom.Address, atom.Article, atom.Aside, atom.Details, atom.Dialog, atom.Dir, atom.Fieldset, atom.Figcaption,
		atom.Figure, atom.Footer, atom.Form, atom.Header, atom.Hgroup, atom.Listing, atom.Main, atom.Nav, atom.Section,
		atom.Summary:
		return isSpecial | isBlock | endsP
	case atom.Plaintext, atom.Xmp:
		return isSpecial | endsP
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return isSpecial | isHeading | endsP | endsForeign
	case atom.Hr:
		return isVoid | endsP | endsForeign
	case atom.Br, atom.Embed, atom.Img:
		return isVoid | endsForeign
	case atom.Area, atom.Col, atom.Frame, atom.Input, atom.Keygen, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return isVoid
	case atom.Meta:
		return isVoid | isOfHead | endsForeign
	case atom.Base, atom.Basefont, atom.Bgsound, atom.Link:
		return isVoid | isOfHead
	case atom.Title, atom.Noscript, atom.Noframes, atom.Style, atom.Script:
		return isSpecial | isOfHead
	case atom.Template:
		return isSpecial | isScope | isTableScope | isBoundary | isOfHead
	case atom.Table:
		return isSpecial | isScope | isTableScope | endsP | endsForeign
	case atom.Td, atom.Th:
		return isSpecial | isScope | isCell | isBoundary
	case atom.Tr:
		return isSpecial | isRow
	case atom.Tbody, atom.Thead, atom.Tfoot:
		return isSpecial | isRowGroup
	case atom.Colgroup: // like a caption it ends where any other part begins
		return isSpecial | isCell
	case atom.Caption:
		return isSpecial | isScope | isCell | isBoundary
	case atom.Applet, atom.Marquee, atom.Object:
		return isSpecial | isBlock | isScope | isBoundary
	case atom.Button:
		return isSpecial | isBlock | isButton
	case atom.Body, atom.Head, atom.Frameset, atom.Iframe, atom.Noembed, atom.Select, atom.Textarea:
		return isSpecial
	}
	return 0
}

// kindOfForeign is the kind of an element of SVG or MathML.
func kindOfForeign(a atom.Atom) kind {
	switch a {
	case atom.Foreignobject, atom.ForeignObject, atom.Desc, atom.Title, atom.Mi, atom.Mo, atom.Mn, atom.Ms, atom.Mtext:
		return inForeign | isIsland | isScope
	}
	return inForeign
}

// isRaw reports whether the content of an element is text without tags.
func isRaw(a atom.Atom) bool {
	switch a {
	case atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Script, atom.Style,
		atom.Textarea, atom.Title, atom.Xmp:
		return true
	}
	return false
}

// leadsOut reports whether a start tag leads out of SVG and MathML.
func leadsOut(a atom.Atom, at attrs) bool {
	if a == atom.Font {
		return at.has("color") || at.has("face") || at.has("size")
	}
	return kindOf(a)&endsForeign != 0
}
