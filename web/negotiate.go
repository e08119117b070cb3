package web

import "atalaya/shared"

// Encoding chooses a content coding for an Accept-Encoding header (RFC 9110,
// 12.5.3): the one of offers with the greatest weight, the first of equals, or
// "" to send the body as it is. Not compressing is chosen when nothing is
// offered that the client accepts, and when the client says that it prefers so;
// a client that refuses even that gets the plain body, which it can read.
func Encoding(accept string, offers ...string) string {
	weights := map[string]float64{}
	for _, member := range shared.Weights(accept) {
		if member.Name == "x-gzip" {
			member.Name = "gzip"
		}
		weights[member.Name] = member.Weight
	}
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
