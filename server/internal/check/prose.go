package check

import (
	"bytes"
	"iter"
)

// Bounds of the text that is kept while a page is judged.
const (
	maxMainProse  = 256 << 10
	maxApartProse = 64 << 10
	maxRestProse  = 64 << 10
)

// lineEnd ends a line of prose. No document has this character: readers leave it out.
const lineEnd = 0

// Prose is the visible text of a page in lines, as its block elements break it and with
// single blanks, as browsers show it.
type Prose struct {
	// Main is the main text, but for Apart: its tables and examples, which say things that
	// the page does not say of itself.
	Main, Apart []byte
	// Rest is the text of navigation, header and footer.
	Rest []byte
	Cut  bool // some was left out
}

// add adds a piece of text to the line of Main, Apart or Rest that is open.
func (t *Prose) add(s []byte, main, apart bool) {
	switch {
	case !main:
		t.Rest = t.grow(t.Rest, s, maxRestProse)
	case apart:
		t.Apart = t.grow(t.Apart, s, maxApartProse)
	default:
		t.Main = t.grow(t.Main, s, maxMainProse)
	}
}

// grow adds s, with one blank for any number of them. The end of a line may stand beyond
// the bound.
func (t *Prose) grow(to, s []byte, bound int) []byte {
	for len(s) > 0 {
		if n := wordEnd(s); n > 0 {
			room := max(bound-len(to), 0)
			if n > room {
				t.Cut = true
				return append(to, s[:room]...)
			}
			to, s = append(to, s[:n]...), s[n:]
			continue
		}
		s = s[1:]
		if len(to) == 0 || to[len(to)-1] == lineEnd || to[len(to)-1] == ' ' {
			continue
		}
		if len(to) >= bound {
			t.Cut = true
			break
		}
		to = append(to, ' ')
	}
	return to
}

// wordEnd is how many bytes of s come before its first blank.
func wordEnd(s []byte) int {
	for i, b := range s {
		if b == ' ' || '\t' <= b && b <= '\r' {
			return i
		}
	}
	return len(s)
}

// endLine ends the open line of each text.
func (t *Prose) endLine() {
	t.Main = endLine(t.Main)
	t.Apart = endLine(t.Apart)
	t.Rest = endLine(t.Rest)
}

func endLine(s []byte) []byte {
	if len(s) == 0 || s[len(s)-1] == lineEnd {
		return s
	}
	return append(s, lineEnd)
}

// finish ends the text: how its last line ended says nothing.
func (t *Prose) finish() {
	t.Main = trimLines(t.Main)
	t.Apart = trimLines(t.Apart)
	t.Rest = trimLines(t.Rest)
}

// trimLines leaves nothing of a text that has only line ends.
func trimLines(s []byte) []byte {
	if s = bytes.TrimRight(s, string(rune(lineEnd))); len(s) == 0 {
		return nil
	}
	return s
}

// lines gives the lines of a text, without the blanks around them.
func lines(s []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for line := range bytes.SplitSeq(s, []byte{lineEnd}) {
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(line) {
				return
			}
		}
	}
}

// breaksLine reports whether the text before and after a tag stands in different lines.
func breaksLine(tag string) bool {
	switch tag {
	case "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
		"figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
		"nav", "ol", "p", "pre", "section", "summary", "table", "td", "th", "tr", "ul":
		return true
	}
	return false
}
