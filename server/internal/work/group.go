package work

import (
	"hash/fnv"
	"slices"
	"strconv"

	"atalaya/shared"
)

// GroupKey is equal for findings that belong together: those by which a check says the same
// of several pages, as it does of a fault in a template. The key is what was seen and not
// where; it never is 0.
func GroupKey(f *shared.Finding) uint64 {
	h := fnv.New64a()
	add := func(s string) { _, _ = h.Write(append([]byte(s), 0)) }
	add(f.CheckID)
	add(string(f.Severity))
	seen := slices.DeleteFunc(slices.Clone(f.Evidence), func(e shared.Evidence) bool { return isMeasure(e.Name) })
	if len(seen) == 0 {
		seen = f.Evidence // nothing but a measure was seen
	}
	for _, e := range seen {
		add(e.Name)
		add(e.Value)
		if isAnswer(e.Name) {
			add(f.PageURL)
		}
	}
	return max(h.Sum64(), 1)
}

// GroupName is how readers see a key.
func GroupName(key uint64) string { return strconv.FormatUint(key, 16) }

// ParseGroup reads a name; what is none gives 0, which no group has.
func ParseGroup(name string) uint64 {
	key, err := strconv.ParseUint(name, 16, 64)
	if err != nil {
		return 0
	}
	return key
}

// isMeasure reports whether evidence says how much there is, or how one comes to the page,
// and not what it is.
func isMeasure(name string) bool {
	switch name {
	case "count", "share", "ms", "attempts", "bytes", "words", "referrer":
		return true
	}
	return false
}

// isAnswer reports whether evidence says how an address answered: then the address is what is
// at fault, and no template.
func isAnswer(name string) bool {
	switch name {
	case "status", "failure", "answer", "hop":
		return true
	}
	return false
}
