package shared

import (
	"slices"
	"strings"
)

// EntityTags is a parsed If-None-Match header. The zero value matches nothing.
type EntityTags struct {
	// Any says that every tag matches (*).
	Any bool
	// Tags are those named, in their quotes and without W/.
	Tags []string
}

// IfNoneMatch reads the lines of an If-None-Match header (RFC 9110, section
// 13.1.2). It skips what is not a tag, and the rest of a line after a quote that is
// not closed, because a false match would hide a change.
func IfNoneMatch(lines []string) (t EntityTags) {
	for _, line := range lines {
		for line != "" {
			var member string
			switch member, line = cutMember(line); {
			case member == "*":
				t.Any = true
			case strings.HasPrefix(member, `"`):
				t.Tags = append(t.Tags, member)
			}
		}
	}
	return t
}

// Match reports whether a tag such as [ETag] makes is among them. W/ makes no
// difference: the header asks for the weak comparison. Nor does the coding that a proxy
// which compresses writes into our tags.
func (t EntityTags) Match(etag string) bool {
	etag = strings.TrimPrefix(etag, "W/")
	return t.Any || slices.ContainsFunc(t.Tags, func(tag string) bool { return WithoutCoding(tag) == etag })
}

// codings are what proxies append to a tag: Apache "-gzip" and "-br", others with ";".
var codings = [...]string{"-gzip", ";gzip", "-br", ";br"}

// WithoutCoding is a tag in quotes as it was before a proxy compressed its answer.
func WithoutCoding(tag string) string {
	for _, coding := range codings {
		if own, ok := strings.CutSuffix(tag, coding+`"`); ok {
			return own + `"`
		}
	}
	return tag
}

// cutMember takes the first member off a list of tags. A tag is returned in its
// quotes; within them a comma does not separate and a backslash does not escape. A
// member that is neither a tag nor * is returned as "".
func cutMember(list string) (member, rest string) {
	const space = " \t"
	list = strings.TrimLeft(list, space)
	if tag, ok := strings.CutPrefix(strings.TrimPrefix(list, "W/"), `"`); ok {
		opaque, after, closed := strings.Cut(tag, `"`)
		after = strings.TrimLeft(after, space)
		if !closed || after != "" && after[0] != ',' {
			return "", ""
		}
		return `"` + opaque + `"`, strings.TrimPrefix(after, ",")
	}
	member, rest, _ = strings.Cut(list, ",")
	if strings.TrimRight(member, space) == "*" {
		return "*", rest
	}
	return "", rest
}
