package audit

import (
	"strings"
	"unicode/utf8"
)

// storable makes text of the site fit for any database and cuts it to n characters.
func storable(s string, n int) string {
	return cutRunes(strings.ReplaceAll(s, "\x00", "\uFFFD"), n)
}

// cutRunes cuts s to at most n characters, marks the cut, and mends broken UTF-8.
func cutRunes(s string, n int) string {
	if len(s) <= n && utf8.ValidString(s) {
		return s
	}
	r := []rune(s)
	if len(r) > n {
		r = append(r[:n-1], '…')
	}
	return string(r)
}

// storableBytes makes text of the site fit for any database and cuts it to n bytes, which
// marks the cut.
func storableBytes(s string, n int) string {
	s = storable(s, n) // broken UTF-8 takes more bytes once it is mended
	if len(s) <= n {
		return s
	}
	end := n - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
