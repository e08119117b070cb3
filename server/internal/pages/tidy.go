package pages

import (
	"bytes"
	"slices"
)

// tidy makes a page that go-app wrote compress better, by a seventh where it is long: it
// takes the indentation out of it, and gives the attributes of all elements one order.
// go-app takes them from a map, so that equal elements differ. What a browser reads stays
// the same.
func tidy(page []byte) []byte {
	tidied := make([]byte, 0, len(page))
	for {
		text, rest, _ := bytes.Cut(page, []byte("<"))
		tidied = appendOutdented(tidied, text)
		end := tagEnd(rest)
		if end < 0 {
			return append(tidied, page[len(text):]...)
		}
		tidied = appendTag(append(tidied, '<'), rest[:end])
		page = rest[end:]
	}
}

// appendOutdented appends a text without the spaces at the beginning of its lines.
func appendOutdented(to, text []byte) []byte {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if i > 0 {
			to = append(to, '\n')
			line = bytes.TrimLeft(line, " ")
		}
		to = append(to, line...)
	}
	return to
}

// tagEnd is where the tag ends at whose inside s begins, the first > that stands in no
// quotes; -1 if there is none.
func tagEnd(s []byte) int {
	quoted := false
	for i, c := range s {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '>' && !quoted:
			return i
		}
	}
	return -1
}

// appendTag appends the inside of a tag with its attributes in the order of their names.
// Of two with one name browsers take the first, which stays the first.
func appendTag(to, tag []byte) []byte {
	parts := splitTag(tag)
	slices.SortStableFunc(parts[1:], func(a, b []byte) int { return bytes.Compare(attributeName(a), attributeName(b)) })
	return append(to, bytes.Join(parts, []byte(" "))...)
}

// splitTag cuts the inside of a tag at every space that stands in no quotes.
func splitTag(tag []byte) (parts [][]byte) {
	quoted, from := false, 0
	for i, c := range tag {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ' ' && !quoted:
			parts = append(parts, tag[from:i])
			from = i + 1
		}
	}
	return append(parts, tag[from:])
}

func attributeName(attribute []byte) []byte {
	name, _, _ := bytes.Cut(attribute, []byte("="))
	return name
}
