package crawl

import "net/url"

// Paths decide by the path and query of an address whether it is wanted. Patterns are
// those of robots.txt (RFC 9309 section 2.2.3): they begin where the path does, "*" stands
// for any characters, and "$" at the end for the end. The zero value wants everything.
type Paths struct{ include, exclude []pattern }

// NewPaths wants what a pattern of include matches, or everything if there is none, but
// for what a pattern of exclude matches.
func NewPaths(include, exclude []string) Paths {
	return Paths{newPatterns(include), newPatterns(exclude)}
}

func newPatterns(texts []string) []pattern {
	patterns := make([]pattern, len(texts))
	for i, text := range texts {
		patterns[i] = newPattern(text)
	}
	return patterns
}

// Want reports whether the canonical URL u is wanted.
func (p Paths) Want(u *url.URL) bool {
	if len(p.include) == 0 && len(p.exclude) == 0 {
		return true
	}
	m := robotsMatcher{path: robotsPath(u)}
	included := len(p.include) == 0 || anyMatches(&m, p.include)
	return included && !anyMatches(&m, p.exclude)
}

func anyMatches(m *robotsMatcher, patterns []pattern) bool {
	for i := range patterns {
		if m.matches(&patterns[i]) {
			return true
		}
	}
	return false
}
