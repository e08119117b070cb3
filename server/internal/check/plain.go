package check

import (
	"bytes"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainToken is a token of the kind that nearly all of a page consists of. The
// tokenizer pays for what such a token cannot have, as a table of the attributes' names
// and a copy of each value: it reads the others alone.
type plainToken struct {
	size int // in bytes, as written
	// text is what it says; nil for a tag.
	text             []byte
	tag              string
	atom             atom.Atom
	at               attrs
	end, selfClosing bool
}

// read takes in the token that s begins with, and reports whether it is plain.
func (t *plainToken) read(s []byte) bool {
	*t = plainToken{at: t.at[:0]}
	if len(s) > 0 && s[0] == '<' {
		return t.readTag(s)
	}
	return t.readText(s)
}

// readText takes in a text up to a tag; comments and what else "<" may begin are not plain.
func (t *plainToken) readText(s []byte) bool {
	n := bytes.IndexByte(s[:min(len(s), maxToken)], '<')
	if n <= 0 || !isTag(s[n:min(len(s), n+len("</a"))]) {
		return false
	}
	t.size, t.text = n, s[:n]
	if bytes.IndexByte(t.text, '\r') >= 0 {
		t.text = bytes.ReplaceAll(t.text, []byte("\r\n"), []byte("\n"))
		t.text = bytes.ReplaceAll(t.text, []byte("\r"), []byte("\n"))
	}
	if bytes.IndexByte(t.text, '&') >= 0 {
		t.text = []byte(html.UnescapeString(string(t.text)))
	}
	return bytes.IndexByte(s[:n], 0) < 0
}

// readTag takes in a tag whose names are in lower case and whose values need no decoding. A
// tag before raw text is for the tokenizer, which reads that text too.
func (t *plainToken) readTag(s []byte) bool {
	i := len("<")
	if t.end = i < len(s) && s[i] == '/'; t.end {
		i++
	}
	if i == len(s) || s[i] < 'a' || 'z' < s[i] {
		return false
	}
	start := i
	for i < len(s) && isPlainNameByte(s[i]) {
		i++
	}
	if t.tag, t.atom = intern(s[start:i]); isRaw(t.atom) && !t.end {
		return false
	}
	for {
		start = i
		for i < len(s) && isBlank(s[i]) {
			i++
		}
		switch {
		case i == len(s):
			return false
		case s[i] == '>':
			t.size = i + 1
			return true
		case s[i] == '/':
			t.size, t.selfClosing = i+2, true
			return !t.end && i+1 < len(s) && s[i+1] == '>'
		case t.end || i == start || len(t.at) == manyAttributes:
			return false
		}
		n, ok := t.readAttribute(s[i:])
		if !ok {
			return false
		}
		i += n
	}
}

// readAttribute takes in the attribute that s begins with and returns its length.
func (t *plainToken) readAttribute(s []byte) (size int, ok bool) {
	i := 0
	for i < len(s) && isPlainNameByte(s[i]) {
		i++
	}
	a := attr{key: s[:i]}
	if i == 0 || i == len(s) || t.at.has(string(a.key)) {
		return 0, false
	}
	if s[i] == '=' {
		if a.val, ok = plainValue(s[i+1:]); !ok {
			return 0, false
		}
		i += len(`=""`) + len(a.val)
	}
	t.at = append(t.at, a)
	return i, true
}

// plainValue is the quoted value that s begins with.
func plainValue(s []byte) (val []byte, ok bool) {
	if len(s) == 0 || s[0] != '"' && s[0] != '\'' {
		return nil, false
	}
	n := bytes.IndexByte(s[1:], s[0])
	if n < 0 {
		return nil, false
	}
	val = s[1 : 1+n]
	return val, standsForItself(val)
}

// standsForItself reports whether there is nothing to decode in a text or in a value.
func standsForItself(s []byte) bool {
	return bytes.IndexByte(s, '&') < 0 && bytes.IndexByte(s, '\r') < 0 && bytes.IndexByte(s, 0) < 0
}

// isPlainNameByte reports whether a byte is one of most names of tags and attributes.
func isPlainNameByte(b byte) bool {
	return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '-' || b == ':' || b == '_'
}
