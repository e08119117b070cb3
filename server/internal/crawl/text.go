package crawl

import "strings"

// cutBytes cuts text of a site to n bytes of valid UTF-8, without a mark.
func cutBytes(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) > n { // the mark for what was no text is longer than that
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}
