package escape

import "strings"

// MarkdownText escapes words of ours. What the site wrote stands in [MarkdownCode], because a
// mention (@name) or a bare address works in spite of a backslash. (A strings.Replacer would
// do the same, and cost the client 26 KB.)
func MarkdownText(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte("\\`*_[]<>#|~&", s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// MarkdownCode makes any text a span of code, in which Markdown means nothing: the fence is
// longer than any run of backticks inside.
func MarkdownCode(s string) string {
	s = Visible(s)
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.TrimSpace(s) == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}

// MarkdownAddress makes an address a link, or a span of code where it cannot be one.
func MarkdownAddress(raw string) string {
	if address, ok := Address(raw); ok {
		return "<" + address + ">"
	}
	return MarkdownCode(raw)
}
