package web

import (
	"strconv"
	"strings"
)

// Encoding chooses a content coding for an Accept-Encoding header (RFC 9110,
// 12.5.3): the one of offers with the greatest weight, the first of equals, or
// "" to send the body as it is. Not compressing is chosen when nothing is
// offered that the client accepts, and when the client says that it prefers so;
// a client that refuses even that gets the plain body, which it can read.
func Encoding(accept string, offers ...string) string {
	weights := parseWeights(accept)
	best, greatest := "", weights["identity"]
	for _, offer := range offers {
		q, named := weights[offer]
		if !named {
			q = weights["*"]
		}
		if q > greatest {
			best, greatest = offer, q
		}
	}
	return best
}

// parseWeights reads a list of codings with weights; what cannot be read is
// skipped, which is to say refused.
func parseWeights(accept string) map[string]float64 {
	weights := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		coding, param, weighted := strings.Cut(part, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding == "x-gzip" {
			coding = "gzip"
		}
		q := 1.0
		if weighted {
			name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
			f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if !strings.EqualFold(strings.TrimSpace(name), "q") || err != nil || !(f >= 0 && f <= 1) {
				continue
			}
			q = f
		}
		if coding != "" {
			weights[coding] = q
		}
	}
	return weights
}

// Matches reports whether an If-None-Match header names the entity tag, by the
// weak comparison that the header asks for (RFC 9110, 13.1.2).
func Matches(ifNoneMatch, etag string) bool {
	for part := range strings.SplitSeq(ifNoneMatch, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == etag {
			return true
		}
	}
	return false
}
