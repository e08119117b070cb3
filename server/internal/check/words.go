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
	visible, main, mainLink int // in wordUnit
	content                 uint64
	shingles                int
	prev, prev2             uint64
	bits                    [64]int32
}

func newWordCount() wordCount { return wordCount{content: fnvOffset} }

// add counts the words of one text node.
func (w *wordCount) add(s string, main, link bool) {
	var h uint64 // hash of the open word; 0: none is open
	end := func() {
		if h != 0 {
			w.count(h, wordUnit, main, link)
			h = 0
		}
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && isASCIIWord(byte(r)) || r >= utf8.RuneSelf && isWordRune(r):
			unit := unspacedWeight(r)
			if unit > 0 {
				end()
				w.count(hashRune(fnvOffset, r), unit, main, link)
				continue
			}
			if h == 0 {
				h = fnvOffset
			}
			h = hashRune(h, unicode.ToLower(r))
		case h != 0 && (r == '\'' || r == '’'):
			// joins: "don't" is one word
		default:
			end()
		}
	}
	end()
}

func (w *wordCount) count(h uint64, unit int, main, link bool) {
	w.visible += unit
	if !main {
		return
	}
	w.main += unit
	if link {
		w.mainLink += unit
	}
	w.content = hashUint(w.content, h)
	if w.shingles < maxSimhashWords {
		w.shingle(h)
	}
}

// shingle adds the last three words to the similarity hash: with single words
// alone, texts on one subject would look alike.
func (w *wordCount) shingle(h uint64) {
	w.shingles++
	x := hashUint(hashUint(h, w.prev), w.prev2)
	w.prev, w.prev2 = h, w.prev
	for i := range w.bits {
		w.bits[i] += int32(x>>i&1)*2 - 1
	}
}

// simhash is the 64-bit similarity hash of the main text: texts that share most
// of their three-word runs differ in few bits.
func (w *wordCount) simhash() uint64 {
	var x uint64
	for i, n := range w.bits {
		if n > 0 {
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
		0xF900 <= r && r <= 0xFAFF, 0x20000 <= r && r <= 0x3FFFF:
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

// sanitise makes text of a page fit to be stored and shown: valid UTF-8, white
// space squeezed, without control characters and without the format characters
// that reorder what stands beside them. max is in bytes; a cut is marked.
func sanitise(s string, max int) string {
	var b strings.Builder
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
