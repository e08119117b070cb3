package check

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// reader turns the tags of a document into the events of a collector, placed as a
// browser's tree would have them: elements that nobody closes end where the HTML
// standard ends them. It keeps the open elements only, never the tree: a tree
// costs a hundred bytes for a tag of four, and a few formatting elements left open
// make it grow with the square of the page.
type reader struct {
	c    *collector
	open []openElement
	// region is that of the open elements, styled that of the formatting elements.
	region, styled region
	// beyond counts the elements that are open beside those in open, which is full.
	beyond int
	// formatting are the open formatting elements. They do not end with the elements
	// around them but with their own end tags. Those before the index shut stand
	// before a boundary, where end tags do not reach.
	formatting []formattingElement
	shut       int
	body       bool // the body has begun
	templates  int  // inert ones that are open
	attributes int  // so far
	// counts says how many elements are open, by a hash of their names: most searches
	// need not begin.
	counts [256]uint16
}

// openElement is an element that is open.
type openElement struct {
	tag    string
	atom   atom.Atom
	kind   kind
	inert  bool
	around region // what reader.region was before
	shut   int    // what reader.shut was before
}

type formattingElement struct {
	atom   atom.Atom
	region region
}

// The bounds of a document. Ordinary pages of the largest size that is fetched
// stay far below them.
const (
	// maxOpen is the depth; what is nested deeper counts as standing there, as in
	// browsers (theirs is 512).
	maxOpen       = 4_096
	maxFormatting = 64
	// maxSearch is how far up an end tag looks for its element.
	maxSearch = 128
	// maxAttributes is how many attributes a tag may have, and maxAllAttributes how many
	// a page: reading ends there. The tokenizer pays for each of them.
	maxAttributes    = 1_024
	maxAllAttributes = 1_000_000
	// manyAttributes is from where on the tokenizer is replaced: it empties a table
	// of that size before every tag that follows.
	manyAttributes = 64
	// maxRenewals is from where on all is left to one tokenizer: a page that has so much that
	// is not plain would have more of them than it has tags.
	maxRenewals = 1_000
	// maxToken is how much of a text is read at once.
	maxToken = 1 << 20
	// stopEvery is how many tokens are read between two looks at Input.Stopped.
	stopEvery = 4_096
	// shortTag is a length up to which a tag cannot have too many attributes.
	shortTag = 2 * maxAttributes
)

func newReader(c *collector) *reader {
	r := &reader{c: c, region: inHead}
	r.place()
	return r
}

// read reads a whole document. It returns the bound at which it ended early, or "".
func (r *reader) read(text []byte) Cut {
	var z *html.Tokenizer
	var plain plainToken
	at := make(attrs, 0, 16)
	raw := "" // the element whose content is raw text and comes next
	renew, renewals := true, 0
	for off, n := 0, 1; ; n++ {
		if n%stopEvery == 0 && r.c.p.isStopped() {
			return CutStop
		}
		if raw == "" && renewals < maxRenewals && plain.read(text[off:]) {
			if r.attributes += len(plain.at); r.attributes > maxAllAttributes {
				return CutMarkup
			}
			r.plain(&plain)
			off += plain.size
			renew = true
			continue
		}
		if renew {
			z, renew = newTokenizer(text[off:], raw), false
			z.AllowCDATA(r.isForeign())
			renewals++
		}
		switch {
		case raw != "" || !isTag(text[off:]):
			z.SetMaxBuf(maxToken)
		case isOverloaded(text[off:]):
			return CutMarkup
		default:
			z.SetMaxBuf(0) // a picture may stand in an attribute
		}
		kind := z.Next()
		read := len(z.Raw())
		if read >= maxToken && kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			renew = true // the tokenizer stopped there
		} else {
			raw = ""
		}
		switch kind {
		case html.ErrorToken:
			if !renew {
				return ""
			}
		case html.TextToken:
			r.text(textOf(z))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag, a := intern(name)
			for at = at[:0]; more; {
				var next attr
				next.key, next.val, more = z.TagAttr()
				at = append(at, next)
			}
			renew = len(at) > manyAttributes
			if r.attributes += len(at); r.attributes > maxAllAttributes {
				return CutMarkup
			}
			if !r.start(tag, a, at, kind == html.SelfClosingTagToken) && isRaw(a) {
				raw = tag
			} else {
				z.NextIsNotRawText()
			}
			z.AllowCDATA(r.isForeign())
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(intern(name))
			z.AllowCDATA(r.isForeign())
		case html.CommentToken:
			r.c.comment(z.Raw())
			if renew {
				read = max(read, commentSize(text[off:]))
			}
		}
		off += read
	}
}

// plain takes in a plain token.
func (r *reader) plain(t *plainToken) {
	switch {
	case t.text != nil:
		r.text(t.text)
	case t.end:
		r.end(t.tag, t.atom)
	default:
		r.start(t.tag, t.atom, t.at, t.selfClosing)
	}
}

// newTokenizer reads on within a document. raw names the element whose content comes next,
// if that is raw text, which a tokenizer knows by a start tag alone.
func newTokenizer(text []byte, raw string) *html.Tokenizer {
	if raw == "" {
		return html.NewTokenizer(bytes.NewReader(text))
	}
	z := html.NewTokenizer(io.MultiReader(strings.NewReader("<"+raw+">"), bytes.NewReader(text)))
	z.Next()
	return z
}

// textOf is the text of the tokenizer's token; most texts stand there as they are.
func textOf(z *html.Tokenizer) []byte {
	raw := z.Raw()
	if standsForItself(raw) {
		return raw
	}
	return z.Text()
}

// commentSize is the length of the comment that text begins with.
func commentSize(text []byte) int {
	ends := []string{">"}
	if bytes.HasPrefix(text, []byte("<!--")) {
		ends = []string{"-->", "--!>"}
	}
	size := len(text)
	for _, end := range ends {
		if i := bytes.Index(text[:size], []byte(end)); i >= 0 {
			size = i + len(end)
		}
	}
	return size
}

// intern gives the name of an element, without a copy where it is a known one.
func intern(name []byte) (string, atom.Atom) {
	if a := atom.Lookup(name); a != 0 {
		return a.String(), a
	}
	return string(name), 0
}

// isOverloaded reports whether text begins with a tag of more attributes than are
// read. Every tag is looked at once.
func isOverloaded(text []byte) bool {
	if len(text) < shortTag || !isTag(text) || bytes.IndexByte(text[:shortTag], '>') >= 0 {
		return false
	}
	n, quote, blank := 0, byte(0), false
	for i := 1; i < len(text); i++ {
		switch b := text[i]; {
		case quote != 0:
			if b == quote {
				quote = 0
				blank = true
			}
		case b == '>':
			return false
		case (b == '"' || b == '\'') && isAfterEquals(text[:i]):
			quote = b
		case b == '/' || isBlank(b):
			blank = true
		case blank && b != '=':
			blank = false
			if n++; n > maxAttributes {
				return true
			}
		}
	}
	return false
}

// isTag reports whether text begins with a tag.
func isTag(text []byte) bool {
	return len(text) >= 3 && text[0] == '<' && (isLetter(text[1]) || text[1] == '/' && isLetter(text[2]))
}

// isAfterEquals reports whether a quote after text opens a value.
func isAfterEquals(text []byte) bool {
	for i := len(text) - 1; i >= 0 && i > len(text)-64; i-- {
		if !isBlank(text[i]) {
			return text[i] == '='
		}
	}
	return false
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func isBlank(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' || b == '\f' }

// isForeign reports whether what follows stands in SVG or MathML.
func (r *reader) isForeign() bool {
	return len(r.open) > 0 && r.open[len(r.open)-1].kind&(inForeign|isIsland) == inForeign
}

func (r *reader) text(s []byte) {
	raw := len(r.open) > 0 && isRaw(r.open[len(r.open)-1].atom)
	if !raw {
		if !r.body && r.templates == 0 && !isAllBlank(s) {
			r.beginBody()
		}
		if bytes.IndexByte(s, 0) >= 0 {
			s = bytes.ReplaceAll(s, []byte{0}, nil)
		}
	}
	r.c.text(s)
}

func isAllBlank(s []byte) bool {
	for _, b := range s {
		if !isBlank(b) && b != 0 {
			return false
		}
	}
	return true
}

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
