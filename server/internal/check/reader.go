package check

import (
	"bytes"
	"io"
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
