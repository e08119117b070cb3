package crawl

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"
)

// removeDotSegments removes "." and "..", in any spelling, from an escaped path.
func removeDotSegments(path string) string {
	path = strings.TrimPrefix(path, "/")
	if !hasDotSegment(path) {
		return "/" + path
	}
	segments := strings.Split(path, "/")
	kept := segments[:0]
	for i, s := range segments {
		dots := dotSegment(s)
		if dots == 2 && len(kept) > 0 {
			kept = kept[:len(kept)-1]
		}
		if dots == 0 {
			kept = append(kept, s)
		} else if i == len(segments)-1 {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

func hasDotSegment(path string) bool {
	for s := range strings.SplitSeq(path, "/") {
		if dotSegment(s) > 0 {
			return true
		}
	}
	return false
}

// dotSegment returns 1 for a segment that is a dot, 2 for two dots, else 0. A dot
// may be escaped.
func dotSegment(s string) int {
	dots := 0
	for s != "" {
		switch {
		case s[0] == '.':
			s = s[1:]
		case len(s) >= 3 && s[0] == '%' && s[1] == '2' && s[2]|0x20 == 'e':
			s = s[3:]
		default:
			return 0
		}
		if dots++; dots > 2 {
			return 0
		}
	}
	return dots
}

// appendEscaped appends s to b with every byte escaped that allowed refuses, and
// returns it as a string.
func appendEscaped(b []byte, s string, allowed func(byte) bool) string {
	clean := b == nil
	for i := 0; clean && i < len(s); i++ {
		clean = allowed(s[i])
	}
	if clean {
		return s
	}
	b = slices.Grow(b, len(s)+16)
	for i := range len(s) {
		if c := s[i]; allowed(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return string(b)
}

const upperHex = "0123456789ABCDEF"

// escapeQuery escapes a query as a form of the given charset would: letters outside
// ASCII become its bytes, and those it lacks become numeric character references.
func escapeQuery(query, label string) string {
	if label != "" && strings.ContainsFunc(query, func(r rune) bool { return r >= 0x80 }) {
		query = encodeText(query, label)
	}
	return appendEscaped(nil, query, wireQueryByte)
}

func encodeText(text, label string) string {
	enc, name := charset.Lookup(label)
	switch name {
	case "", "utf-8", "utf-16le", "utf-16be", "replacement":
		return text // the output encoding of those is UTF-8
	}
	// The encoder writes a reference for what the encoding lacks. Its "&#;" would be
	// mistaken for the page's own, so it is written here, escaped.
	var b strings.Builder
	lacking := map[rune]bool{}
	for _, r := range text {
		lacks, seen := lacking[r]
		if !seen && r >= 0x80 {
			encoded, err := enc.NewEncoder().String(string(r))
			lacks = err != nil || encoded == fmt.Sprintf("&#%d;", r)
			lacking[r] = lacks
		}
		if lacks {
			fmt.Fprintf(&b, "%%26%%23%d%%3B", r)
		} else {
			b.WriteRune(r)
		}
	}
	encoded, err := enc.NewEncoder().String(b.String())
	if err != nil {
		return text
	}
	return encoded
}

// normaliseEscapes gives equal spellings one form (RFC 3986 section 6.2.2): escapes in
// upper case, unreserved characters bare, every byte that allowed refuses
// escaped. A "%" that starts no escape becomes stray.
func normaliseEscapes(s string, allowed func(byte) bool, stray string) string {
	clean := true
	for i := 0; clean && i < len(s); i++ {
		clean = s[i] != '%' && allowed(s[i])
	}
	if clean {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); i++ {
		c, escaped := s[i], false
		if c == '%' {
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				b.WriteString(stray)
				continue
			}
			c, escaped = unhex(s[i+1])<<4|unhex(s[i+2]), true
			i += 2
		}
		if escaped && !unreserved(c) || !escaped && !allowed(c) {
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// wirePathByte and wireQueryByte are what the URL standard leaves bare.
func wirePathByte(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte("\"#<>?^`{}", c) < 0
}

func wireQueryByte(c byte) bool { return c > ' ' && c < 0x7f && strings.IndexByte("\"#<>'", c) < 0 }

func unreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func pathByte(c byte) bool  { return unreserved(c) || strings.IndexByte("/!$&'()*+,;=:@[]", c) >= 0 }
func queryByte(c byte) bool { return c > ' ' && c < 0x7f && strings.IndexByte(`"<>#`, c) < 0 }

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
