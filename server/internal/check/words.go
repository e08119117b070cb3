package check

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A word weighs wordUnit; a character of a script without spaces weighs a part
// of it, so that all scripts share one integer count.
const (
	wordUnit      = 10
	ideographUnit = wordUnit / 2
	seaUnit       = wordUnit / 5 // Thai, Lao, Khmer, Burmese
)

// maxSimhashWords bounds the cost of the similarity hash on huge pages.
const maxSimhashWords = 20_000

const (
	fnvOffset uint64 = 14695981039346656037
	fnvPrime  uint64 = 1099511628211
)

// wordCount counts words and hashes those of the main text, without allocating.
// The zero value is not ready; use newWordCount.
type wordCount struct {
	visible, main, mainLink, root, unquoted int // in wordUnit
	paragraph, entry                        int // of main
	content                                 uint64
	shingles                                int
	prev, prev2                             uint64
	// lanes count the ones at each bit of the shingles' hashes, eight bits to a number;
	// ones have what was counted before the lanes were full.
	lanes [8]uint64
	ones  [64]int32

	word uint64 // hash of the open word; 0: none is open
	at   place  // of the open word
}

// place says where a word stands.
type place struct{ main, link, root, paragraph, entry, unquoted bool }

func newWordCount() wordCount { return wordCount{content: fnvOffset} }

// end ends the open word.
func (w *wordCount) end() {
	if w.word != 0 {
		w.count(w.word, wordUnit)
		w.word = 0
	}
}

// add counts the words of a piece of text. The last one stays open: text may go on.
func (w *wordCount) add(s []byte, at place) {
	w.at = at
	h := w.word
	end := func() {
		if h != 0 {
			w.count(h, wordUnit)
			h = 0
		}
	}
	for len(s) > 0 {
		if b := s[0]; b < utf8.RuneSelf {
			s = s[1:]
			switch {
			case isASCIIWord(b):
				if h == 0 {
					h = fnvOffset
				}
				if 'A' <= b && b <= 'Z' {
					b |= 0x20
				}
				h = (h ^ uint64(b)) * fnvPrime
			case h != 0 && b == '\'':
				// joins: "don't" is one word
			default:
				end()
			}
			continue
		}
		r, size := utf8.DecodeRune(s)
		s = s[size:]
		switch {
		case isWordRune(r):
			if unit := unspacedWeight(r); unit > 0 {
				end()
				w.count(hashRune(fnvOffset, r), unit)
				continue
			}
			if h == 0 {
				h = fnvOffset
			}
			h = hashRune(h, unicode.ToLower(r))
		case h != 0 && r == '’':
			// joins as well
		default:
			end()
		}
	}
	w.word = h
}

func (w *wordCount) count(h uint64, unit int) {
	w.visible += unit
	if w.at.root {
		w.root += unit
	}
	if !w.at.main {
		return
	}
	w.main += unit
	if w.at.link {
		w.mainLink += unit
	}
	if w.at.unquoted {
		w.unquoted += unit
	}
	if w.at.paragraph {
		w.paragraph += unit
	}
	if w.at.entry {
		w.entry += unit
	}
	w.content = hashUint(w.content, h)
	if w.shingles < maxSimhashWords {
		w.shingle(h)
	}
}

// spread has, for each byte, its bits in the lowest bits of eight bytes.
var spread = func() (t [256]uint64) {
	for b := range t {
		for i := range 8 {
			t[b] |= uint64(b>>i&1) << (8 * i)
		}
	}
	return t
}()

// shingle adds the last three words to the similarity hash: with single words
// alone, texts on one subject would look alike.
func (w *wordCount) shingle(h uint64) {
	w.shingles++
	x := hashUint(hashUint(h, w.prev), w.prev2)
	w.prev, w.prev2 = h, w.prev
	for i := range w.lanes {
		w.lanes[i] += spread[byte(x>>(8*i))]
	}
	if w.shingles%255 == 0 {
		w.empty()
	}
}

// empty moves what the lanes counted to the ones.
func (w *wordCount) empty() {
	for i := range w.ones {
		w.ones[i] += int32(byte(w.lanes[i/8] >> (i % 8 * 8)))
	}
	w.lanes = [8]uint64{}
}

// simhash is the 64-bit similarity hash of the main text: texts that share most
// of their three-word runs differ in few bits.
func (w *wordCount) simhash() uint64 {
	w.empty()
	var x uint64
	for i, n := range w.ones {
		if 2*int(n) > w.shingles {
			x |= 1 << i
		}
	}
	return x
}

func hashRune(h uint64, r rune) uint64 {
	for ; r >= 0x80; r >>= 8 {
		h = (h ^ uint64(byte(r))) * fnvPrime
	}
	return (h ^ uint64(r)) * fnvPrime
}

func hashUint(h, v uint64) uint64 {
	h = (h ^ v) * fnvPrime
	return h ^ h>>29 // the multiplication alone never moves a high bit down
}

func hashString(s string) uint64 {
	h := fnvOffset
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

func isASCIIWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// unspacedWeight is the weight of a character of a script written without spaces, or 0.
func unspacedWeight(r rune) int {
	switch {
	case r < 0x0E00:
		return 0
	case r <= 0x0EFF, 0x1000 <= r && r <= 0x109F, 0x1780 <= r && r <= 0x17FF:
		return seaUnit
	case 0x3040 <= r && r <= 0x30FF, 0x3400 <= r && r <= 0x4DBF, 0x4E00 <= r && r <= 0x9FFF,
		0xF900 <= r && r <= 0xFAFF, 0xFF66 <= r && r <= 0xFF9D, 0x20000 <= r && r <= 0x3FFFF:
		return ideographUnit
	}
	return 0
}

// hasWord reports whether a list of words separated by spaces, such as a rel
// attribute, holds one, in upper or lower case.
func hasWord(list, word string) bool {
	for s := range strings.FieldsSeq(list) {
		if strings.EqualFold(s, word) {
			return true
		}
	}
	return false
}

// characters is the length of s as a reader counts it.
func characters(s string) int {
	n := 0
	for _, r := range s {
		if r < utf8.RuneSelf || !unicode.IsMark(r) && !unicode.Is(unicode.Cf, r) {
			n++
		}
	}
	return n
}

// columns is the length of s where wide characters count two, as they say twice as much in
// twice the room: ideographs, kana and the syllables of Korean.
func columns(s string) int {
	n := characters(s)
	for _, r := range s {
		if isWide(r) {
			n++
		}
	}
	return n
}

// isWide reports whether a character is as wide as two letters.
func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) && !isHalfWidth(r) ||
		0x3000 <= r && r <= 0x303F || 0xFF01 <= r && r <= 0xFF60 // their punctuation
}

// isHalfWidth reports whether a character is one of the narrow kana and parts of Korean
// syllables that old computers had.
func isHalfWidth(r rune) bool { return 0xFF61 <= r && r <= 0xFFDC }

// sanitise makes text of a page fit to be stored and shown: valid UTF-8, white
// space squeezed, without control characters and without the format characters
// that reorder what stands beside them. max is in bytes; a cut is marked.
func sanitise(s string, max int) string {
	if len(s) <= max && isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), max+utf8.UTFMax))
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r), 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069:
			continue
		}
		if b.Len() > max {
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return cutMarked(b.String(), max)
}

// legible is a sanitised text, or empty where people see no sign of it.
func legible(s string, max int) string {
	if s = sanitise(s, max); !strings.ContainsFunc(s, isSign) {
		return ""
	}
	return s
}

// isSign reports whether a rune is seen by itself, as no blank and nothing that only joins or
// parts others is.
func isSign(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' '
	}
	return !unicode.IsSpace(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Cf, r)
}

// isPlain reports whether sanitise has nothing to do: ASCII with single blanks
// between words.
func isPlain(s string) bool {
	blank := true
	for i := range len(s) {
		b := s[i]
		if b < ' ' || b >= 0x7f || b == ' ' && blank {
			return false
		}
		blank = b == ' '
	}
	return !blank || s == ""
}

// cutMarked cuts s to at most max bytes, 3 or more, without splitting a character.
func cutMarked(s string, max int) string {
	const mark = "…"
	if len(s) <= max {
		return s
	}
	end := max - len(mark)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}
