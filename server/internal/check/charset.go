package check

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"atalaya/shared"
)

const (
	// maxDecoded bounds the text of one page: other charsets take up to three times
	// as much space in UTF-8.
	maxDecoded = 16 << 20
	// maxPrescan is how far a declaration of the charset is looked for.
	maxPrescan = 256 << 10
)

// decodeBody gives the body as UTF-8.
func (p *Page) decodeBody(body []byte) []byte {
	p.HeaderCharset = charsetParam(p.Header.Get("Content-Type"))
	utf8Mark := bytes.HasPrefix(body, []byte("\xef\xbb\xbf"))
	p.BOM = utf8Mark || bytes.HasPrefix(body, []byte("\xff\xfe")) || bytes.HasPrefix(body, []byte("\xfe\xff"))
	valid := utf8.Valid(body)
	p.XMLCharset = strings.ToLower(sanitise(xmlCharset(body), maxText))
	p.Encoding = p.encoding(body, valid)
	if p.Encoding == "utf-8" {
		body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
		if valid {
			return body
		}
		return p.mendUTF8(body)
	}
	enc, _ := charset.Lookup(p.Encoding)
	text := make([]byte, min(3*len(body)+utf8.UTFMax, maxDecoded))
	n, read, _ := enc.NewDecoder().Transform(text, body, true)
	if read < len(body) && n > len(text)-utf8.UTFMax {
		p.Cut = CutBody
	}
	// No other charset has the sign itself: the decoder put it where it found none.
	p.BadBytes = bytes.Count(text[:n], []byte("\uFFFD"))
	if p.Truncated && bytes.HasSuffix(text[:n], []byte("\uFFFD")) {
		p.BadBytes--
	}
	return bytes.TrimPrefix(text[:n], []byte("\uFEFF"))
}

// mendUTF8 puts U+FFFD in the place of what is no UTF-8.
func (p *Page) mendUTF8(body []byte) []byte {
	text := make([]byte, 0, min(3*len(body), maxDecoded))
	bad := false
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if len(text)+utf8.UTFMax > maxDecoded {
			p.Cut = CutBody
			break
		}
		if r != utf8.RuneError || size > 1 {
			text = append(text, body[i:i+size]...)
			bad = false
		} else if !bad {
			text = append(text, "\uFFFD"...)
			bad = true
			if !p.Truncated || len(body)-i >= utf8.UTFMax { // else a letter was cut in two
				p.BadBytes++
			}
		}
		i += size
	}
	return text
}

// encoding is the charset of the body, by the order of the HTML standard. What
// nothing declares is UTF-8 if it can be.
func (p *Page) encoding(body []byte, valid bool) string {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return "utf-8"
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return "utf-16le"
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return "utf-16be"
	}
	if _, name := charset.Lookup(p.HeaderCharset); name != "" {
		return name
	}
	if p.ContentType != "application/xhtml+xml" { // XML knows no meta element
		if name := metaCharset(body); name != "" {
			return name
		}
	}
	switch {
	case bytes.HasPrefix(body, []byte("<\x00?\x00x\x00")):
		return "utf-16le"
	case bytes.HasPrefix(body, []byte("\x00<\x00?\x00x")):
		return "utf-16be"
	}
	if name := asDeclared(p.XMLCharset); name != "" {
		return name
	}
	if valid || p.ContentType == "application/xhtml+xml" {
		return "utf-8"
	}
	return "windows-1252"
}

// asDeclared is the charset that a label within a document stands for: one that
// could be read is no UTF-16.
func asDeclared(label string) string {
	_, name := charset.Lookup(label)
	switch name {
	case "utf-16le", "utf-16be":
		return "utf-8"
	case "x-user-defined":
		return "windows-1252"
	}
	return name
}

// metaCharset is the charset that the first meta element of the head declares.
func metaCharset(body []byte) string {
	body = body[:min(len(body), maxPrescan)]
	if !holdsFold(body, "charset") {
		return ""
	}
	z := html.NewTokenizer(bytes.NewReader(body))
	for raw := false; raw || !isOverloaded(body); {
		kind := z.Next()
		body = body[len(z.Raw()):]
		raw = false
		switch kind {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			raw = isRaw(a)
			if a == atom.Body {
				return ""
			}
			if a != atom.Meta {
				continue
			}
			var at attrs
			for more {
				var next attr
				next.key, next.val, more = z.TagAttr()
				at = append(at, next)
			}
			label := at.get("charset")
			if label == "" && strings.EqualFold(at.get("http-equiv"), "content-type") {
				label = charsetParam(at.get("content"))
			}
			if name := asDeclared(label); name != "" {
				return name
			}
		}
	}
	return ""
}

// holdsFold reports whether text holds word, which is in lower case, in any case.
func holdsFold(text []byte, word string) bool {
	for {
		i := bytes.IndexAny(text, word[:1]+strings.ToUpper(word[:1]))
		if i < 0 || len(text)-i < len(word) {
			return false
		}
		if strings.EqualFold(string(text[i:i+len(word)]), word) {
			return true
		}
		text = text[i+1:]
	}
}

// xmlCharset is the label in an XML declaration.
func xmlCharset(body []byte) string {
	rest, ok := bytes.CutPrefix(body, []byte("<?xml"))
	if !ok {
		return ""
	}
	rest = rest[:min(len(rest), 1024)]
	declaration, _, ok := bytes.Cut(rest, []byte(">"))
	if !ok {
		return ""
	}
	_, after, ok := bytes.Cut(declaration, []byte("encoding"))
	if !ok {
		return ""
	}
	after, ok = bytes.CutPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte("="))
	after = bytes.TrimLeft(after, " \t\r\n")
	if !ok || len(after) == 0 || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	label, _, ok := bytes.Cut(after[1:], after[:1])
	if !ok {
		return ""
	}
	return string(label)
}

// charsetParam is the first charset parameter of a content type, in lower case. Like
// browsers it reads what is not quite well-formed.
func charsetParam(contentType string) string {
	_, params, _ := strings.Cut(contentType, ";")
	for params != "" {
		name, rest, ok := strings.Cut(params, "=")
		if !ok {
			return ""
		}
		if i := strings.LastIndexByte(name, ';'); i >= 0 {
			name = name[i+1:]
		}
		rest = strings.TrimLeft(rest, " \t")
		var value string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			value, params, _ = strings.Cut(quoted, `"`)
		} else {
			value, params, _ = strings.Cut(rest, ";")
		}
		if strings.EqualFold(strings.TrimSpace(name), "charset") {
			return strings.ToLower(sanitise(value, maxText))
		}
	}
	return ""
}

// charsetProblem finds pages that do not say what their bytes stand for, say several
// things, or do not keep to it.
func charsetProblem(p *Page) *Fault {
	ev, names := p.declaredCharsets()
	xml := p.ContentType == "application/xhtml+xml" // which is UTF-8 where nothing is said
	if p.BadBytes == 0 && (len(names) == 1 && names[0] != "" || len(names) == 0 && xml) {
		return nil
	}
	ev = append(ev, fact("charset-used", p.Encoding))
	if p.BadBytes > 0 {
		ev = append(ev, number("bad-bytes", p.BadBytes))
	}
	return &Fault{Evidence: ev}
}

// declaredCharsets are the charsets that the page is declared to be in, each once; a label
// that stands for none is the empty one.
func (p *Page) declaredCharsets() (ev []shared.Evidence, names []string) {
	add := func(evidence, label, name string) {
		if label == "" {
			return
		}
		ev = append(ev, fact(evidence, label))
		if name == "utf-16be" {
			name = "utf-16le" // which of them it is, the mark says
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	_, header := charset.Lookup(p.HeaderCharset)
	add("charset-header", p.HeaderCharset, header)
	if p.BOM {
		add("charset-mark", p.Encoding, p.Encoding)
	}
	if p.ContentType != "application/xhtml+xml" { // XML knows no meta element
		add("charset-meta", p.MetaCharset, asDeclared(p.MetaCharset))
	}
	add("charset-xml", p.XMLCharset, asDeclared(p.XMLCharset))
	return ev, names
}
