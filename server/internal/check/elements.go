package check

import (
	"slices"

	"golang.org/x/net/html/atom"
)

// beginBody ends the head, which most pages do without saying so.
func (r *reader) beginBody() {
	r.popTo(0)
	r.body = true
	r.region &^= inHead
	r.place()
}

// place tells the collector where what follows stands.
func (r *reader) place() { r.c.cur = r.region | r.styled }

// start takes in a start tag. It reports whether the element is one of SVG or MathML.
func (r *reader) start(tag string, a atom.Atom, at attrs, selfClosing bool) bool {
	if a == atom.Image && !r.isForeign() {
		tag, a = "img", atom.Img
	}
	k := kindOf(a)
	if r.isForeign() {
		if !leadsOut(a, at) {
			r.push(tag, a, at, kindOfForeign(a), selfClosing)
			return true
		}
		for r.isForeign() {
			r.popTo(len(r.open) - 1)
		}
	}
	if r.templates == 0 {
		switch a {
		case atom.Html, atom.Head, atom.Body:
			r.startRoot(tag, a, at)
			return false
		}
		if !r.body && k&isOfHead == 0 {
			r.beginBody()
		}
	}
	if r.isMisplaced(a, k) {
		return false
	}
	r.endImplied(a, k)
	switch {
	case a == atom.Svg || a == atom.Math:
		r.push(tag, a, at, inForeign, selfClosing)
		return true
	case k&isFormatting != 0:
		r.startFormatting(tag, a, at)
	default:
		r.push(tag, a, at, k, k&isVoid != 0)
	}
	return false
}

// isMisplaced reports whether a start tag counts for nothing where it stands.
func (r *reader) isMisplaced(a atom.Atom, k kind) bool {
	switch {
	case k&(isCell|isRow|isRowGroup) != 0:
		return r.counts[bucket(atom.Table)] == 0 && r.counts[bucket(atom.Template)] == 0
	case a == atom.Frame:
		return r.counts[bucket(atom.Frameset)] == 0
	}
	return false
}

// startRoot takes in html, head and body: they are there without their tags, and
// end with the document.
func (r *reader) startRoot(tag string, a atom.Atom, at attrs) {
	if a == atom.Body && !r.body {
		r.beginBody()
	}
	if a != atom.Head {
		r.region = r.region.within(r.c.regionOf(tag, a, at))
		r.place()
		r.c.enter(tag, a, at)
	}
}

// push opens an element.
func (r *reader) push(tag string, a atom.Atom, at attrs, k kind, closed bool) {
	own := r.c.regionOf(tag, a, at)
	r.c.cur = r.region.within(own) | r.styled
	r.c.enter(tag, a, at)
	switch {
	case closed:
		r.c.close(tag)
		r.place()
		return
	case len(r.open) >= maxOpen:
		r.beyond++
		r.place()
		return
	}
	r.counts[bucket(a)]++
	r.open = append(r.open, openElement{tag, a, k, own&inTemplate != 0, r.region, r.shut})
	if own&inTemplate != 0 {
		r.templates++
	}
	if k&isBoundary != 0 {
		r.shut = len(r.formatting)
	}
	r.region = r.region.within(own)
}

// popTo closes the element at index i and all within.
func (r *reader) popTo(i int) {
	if len(r.open) <= i {
		return
	}
	r.beyond = 0
	for len(r.open) > i {
		e := r.open[len(r.open)-1]
		r.open = r.open[:len(r.open)-1]
		r.counts[bucket(e.atom)]--
		if e.inert {
			r.templates--
		}
		if e.kind&isBoundary != 0 {
			r.dropFormatting(r.shut, len(r.formatting))
			r.shut = e.shut
		}
		r.region = e.around
		r.c.close(e.tag)
	}
	r.place()
}

// find gives the index of the innermost open element that is wanted; -1 when there
// is none before one of a kind that stops the search.
func (r *reader) find(stop kind, wanted func(*openElement) bool) int {
	for i := len(r.open) - 1; i >= 0 && i >= len(r.open)-maxSearch; i-- {
		switch e := &r.open[i]; {
		case wanted(e):
			return i
		case e.kind&stop != 0:
			return -1
		}
	}
	return -1
}

// bucket is an atom's place in reader.counts; its lowest byte is only its length.
func bucket(a atom.Atom) uint8 { return uint8(a >> 8) }

// endNearest closes the innermost element of a name, if no element of a kind that
// stops the search stands within.
func (r *reader) endNearest(a atom.Atom, stop kind) {
	if r.counts[bucket(a)] == 0 {
		return
	}
	if i := r.find(stop, func(e *openElement) bool { return e.atom == a }); i >= 0 {
		r.popTo(i)
	}
}

// endImplied closes what the start of an element ends.
func (r *reader) endImplied(a atom.Atom, k kind) {
	switch a {
	case atom.Li:
		r.endItem(atom.Li, atom.Li)
	case atom.Dd, atom.Dt:
		r.endItem(atom.Dd, atom.Dt)
	case atom.Button:
		r.endNearest(atom.Button, isScope)
	case atom.Option, atom.Optgroup:
		if n := len(r.open); n > 0 && r.open[n-1].atom == atom.Option {
			r.popTo(n - 1)
		}
	case atom.Td, atom.Th:
		r.endParts(isCell)
	case atom.Tr:
		r.endParts(isCell | isRow)
	case atom.Tbody, atom.Thead, atom.Tfoot, atom.Caption, atom.Colgroup:
		r.endParts(isCell | isRow | isRowGroup)
	}
	if k&endsP != 0 {
		r.endNearest(atom.P, isScope|isButton)
	}
	if n := len(r.open); k&isHeading != 0 && n > 0 && r.open[n-1].kind&isHeading != 0 {
		r.popTo(n - 1)
	}
}

// endItem closes the item of a list that another one follows.
func (r *reader) endItem(a, b atom.Atom) {
	if r.counts[bucket(a)]+r.counts[bucket(b)] == 0 {
		return
	}
	for i := len(r.open) - 1; i >= 0 && i >= len(r.open)-maxSearch; i-- {
		e := &r.open[i]
		if e.atom == a || e.atom == b {
			r.popTo(i)
			return
		}
		if e.kind&isSpecial != 0 && e.atom != atom.Address && e.atom != atom.Div && e.atom != atom.P {
			return
		}
	}
}

// endParts closes the parts of the innermost table that are of the kinds given.
func (r *reader) endParts(k kind) {
	outer := len(r.open)
	for i := outer - 1; i >= 0 && i >= len(r.open)-maxSearch; i-- {
		e := &r.open[i]
		if e.kind&k != 0 {
			outer = i
		}
		if e.kind&isTableScope != 0 {
			break
		}
	}
	r.popTo(outer)
}

// end takes in an end tag.
func (r *reader) end(tag string, a atom.Atom) {
	k := kindOf(a)
	switch {
	case a == atom.Body, a == atom.Html, a == atom.Head:
		// what follows the body stands in it nevertheless
	case k&isVoid != 0:
		r.c.endLine() // an end tag of br is a line break
	case r.isForeign():
		r.endForeign(tag)
	case k&isFormatting != 0:
		r.endFormatting(a)
	case r.beyond > 0:
		r.beyond--
		r.c.close(tag)
	case k&(isCell|isRow|isRowGroup) != 0, a == atom.Table:
		r.endNearest(a, isTableScope)
	case a == atom.Template:
		r.endNearest(a, 0)
	case k&isHeading != 0:
		if i := r.find(isScope, func(e *openElement) bool { return e.kind&isHeading != 0 }); i >= 0 {
			r.popTo(i)
		}
	case a == atom.P:
		r.endNearest(a, isScope|isButton)
		r.c.endLine() // without a paragraph it is an empty one
	case a == atom.Form:
		r.endForm()
	case a == atom.Li:
		r.endNearest(a, isScope|isList)
	case k&isBlock != 0:
		r.endNearest(a, isScope)
	case a != 0:
		r.endNearest(a, isSpecial|isScope)
	default:
		if i := r.find(isSpecial|isScope, func(e *openElement) bool { return e.tag == tag }); i >= 0 {
			r.popTo(i)
		}
	}
}

// endForm takes in the end tag of a form, which leaves what is open within open.
func (r *reader) endForm() {
	if r.counts[bucket(atom.Form)] == 0 {
		return
	}
	i := r.find(isScope, func(e *openElement) bool { return e.atom == atom.Form })
	if i < 0 {
		return
	}
	for n := len(r.open) - 1; n > i && r.open[n].kind&endsItself != 0; n-- {
		r.popTo(n)
	}
	if i == len(r.open)-1 {
		r.popTo(i)
		return
	}
	r.counts[bucket(atom.Form)]--
	r.counts[bucket(0)]++
	r.open[i].tag, r.open[i].atom, r.open[i].kind = "", 0, 0
}

// endForeign takes in an end tag within SVG or MathML.
func (r *reader) endForeign(tag string) {
	if i := r.find(isSpecial|isIsland, func(e *openElement) bool { return e.tag == tag }); i >= 0 {
		r.popTo(i)
	}
}

func (r *reader) startFormatting(tag string, a atom.Atom, at attrs) {
	if a == atom.A || a == atom.Nobr {
		r.endFormatting(a)
	}
	if n := len(r.formatting); n >= maxFormatting && n > r.shut {
		r.dropFormatting(r.shut, min(r.shut+maxFormatting/2, n))
	}
	own := region(0).within(r.c.regionOf(tag, a, at)) // it may be closed anywhere, and so shows nothing again
	r.c.cur |= own
	r.c.enter(tag, a, at)
	if len(r.formatting) >= maxFormatting {
		r.place()
		return
	}
	r.styled |= own
	r.formatting = append(r.formatting, formattingElement{a, own})
}

func (r *reader) endFormatting(a atom.Atom) {
	for i := len(r.formatting) - 1; i >= r.shut; i-- {
		if r.formatting[i].atom == a {
			r.dropFormatting(i, i+1)
			return
		}
	}
}

// dropFormatting closes the formatting elements from i up to j and leaves the others
// open.
func (r *reader) dropFormatting(i, j int) {
	gone := region(0)
	for _, e := range r.formatting[i:j] {
		gone |= e.region
		r.c.close(e.atom.String())
	}
	r.formatting = slices.Delete(r.formatting, i, j)
	if gone == 0 {
		return
	}
	r.styled = 0
	for _, e := range r.formatting {
		r.styled |= e.region
	}
	r.place()
}
