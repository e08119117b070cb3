package check

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html/atom"
)

// Bounds of an XML document: its elements that are open, and its bytes, which cost
// more than those of HTML.
const (
	maxXMLDepth = 512
	maxXML      = 4 << 20
)

const xhtmlSpace = "http://www.w3.org/1999/xhtml"

// errBound ends reading at a bound.
var errBound = errors.New("a bound was reached")

// readXML reads the document as XML. It reports false, and leaves nothing but the
// reason, when the document is not well-formed.
func (p *Page) readXML(text []byte, final *url.URL) bool {
	if len(text) > maxXML {
		text, p.Cut = text[:maxXML], CutBody
	}
	before := *p
	c := newCollector(p, final)
	err := c.readXML(text)
	var syntax *xml.SyntaxError
	if p.Cut == CutBody && errors.As(err, &syntax) && syntax.Msg == "unexpected EOF" {
		err = nil // its end was cut off
	}
	if err != nil && !errors.Is(err, errBound) {
		*p = before
		p.BrokenXML = sanitise(err.Error(), maxText)
		return false
	}
	c.finish()
	return true
}

// readXML gives the events of an XML document to c.
func (c *collector) readXML(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is decoded
	type element struct {
		tag    string
		around region
	}
	var open []element
	attributes, rooted := 0, false
	for n := 1; ; n++ {
		if n%stopEvery == 0 && c.p.isStopped() {
			c.p.Cut = CutStop
			return errBound
		}
		if isOverloaded(text[d.InputOffset():]) || attributes > maxAllAttributes {
			c.p.Cut = CutMarkup
			return errBound
		}
		t, err := d.Token()
		if err != nil {
			if errors.Is(err, io.EOF) && rooted {
				return nil
			}
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if !rooted && t.Name != (xml.Name{Space: xhtmlSpace, Local: "html"}) {
				return errors.New("the document's element is not html of XHTML")
			}
			rooted = true
			if len(open) >= maxXMLDepth {
				c.p.Cut = CutDepth
				return errBound
			}
			attributes += len(t.Attr)
			tag, a, at := elementOf(t)
			open = append(open, element{tag, c.cur})
			c.cur = c.cur.within(c.regionOf(tag, a, at))
			if a == atom.Head {
				c.cur |= inHead
			}
			c.enter(tag, a, at)
		case xml.EndElement:
			last := open[len(open)-1]
			open = open[:len(open)-1]
			c.close(last.tag)
			c.cur = last.around
		case xml.CharData:
			c.text(t)
		case xml.Comment:
			c.comment(t)
		}
	}
}

// elementOf gives an element of XML the names it has in HTML. Elements of unknown
// namespaces have no meaning, only their text.
func elementOf(t xml.StartElement) (tag string, a atom.Atom, at attrs) {
	tag = t.Name.Local
	switch {
	case t.Name.Space == xhtmlSpace:
		a = atom.Lookup([]byte(tag))
	case t.Name.Space == "http://www.w3.org/2000/svg" && (tag == "svg" || tag == "a"):
		a = atom.Lookup([]byte(tag))
	default:
		tag = "x-" + tag
	}
	for _, x := range t.Attr {
		name := x.Name.Local
		switch x.Name.Space {
		case "":
		case "http://www.w3.org/1999/xlink":
			name = "xlink:" + name
		case "xml", "http://www.w3.org/XML/1998/namespace":
			if name != "lang" || strings.Contains(tag, "x-") {
				continue
			}
		default:
			continue
		}
		at = append(at, attr{[]byte(name), []byte(x.Value)})
	}
	return tag, a, at
}
