package shared

import (
	"strconv"
	"strings"
)

// Weighted is one member of a header by which a client says what it prefers.
type Weighted struct {
	Name   string // in lower case
	Weight float64
}

// Weights reads a header such as Accept-Encoding or Accept-Language (RFC 9110,
// section 12.4.2), in its order. A member without a weight has 1; one whose weight
// cannot be read is left out.
func Weights(header string) (members []Weighted) {
	for part := range strings.SplitSeq(header, ",") {
		name, param, given := strings.Cut(part, ";")
		member := Weighted{Name: strings.ToLower(strings.TrimSpace(name)), Weight: 1}
		if member.Name == "" {
			continue
		}
		if given {
			var ok bool
			if member.Weight, ok = parseWeight(param); !ok {
				continue
			}
		}
		members = append(members, member)
	}
	return members
}

func parseWeight(param string) (weight float64, ok bool) {
	name, value, _ := strings.Cut(param, "=")
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return weight, err == nil && strings.EqualFold(strings.TrimSpace(name), "q") && weight >= 0 && weight <= 1
}

// SplitUnquoted splits a header at the separators that stand outside its quoted strings
// (RFC 9110, section 5.6). It returns at least one part.
func SplitUnquoted(header string, separator byte) (parts []string) {
	start, quoted := 0, false
	for i := 0; i < len(header); i++ {
		switch {
		case header[i] == '"':
			quoted = !quoted
		case quoted && header[i] == '\\':
			i++
		case !quoted && header[i] == separator:
			parts = append(parts, header[start:i])
			start = i + 1
		}
	}
	return append(parts, header[start:])
}
