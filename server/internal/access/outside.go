package access

import (
	"net/http"
	"net/netip"
	"strings"
)

// Outside is the server as its callers see it, whatever stands in front.
type Outside struct {
	// Public are the origins under which the server is known, the canonical one first.
	Public []string
	// Trusted are the proxies whose X-Forwarded-Proto is believed.
	Trusted []netip.Prefix
}

// Origin is the origin that a request was made to: with public ones the one that it
// names, or the canonical one, else what the connection and the Host header give.
func (o Outside) Origin(r *http.Request) string {
	if len(o.Public) > 0 {
		name, _ := hostname(r.Host)
		if origin := publicOrigin(o.Public, name); origin != "" {
			return origin
		}
		return o.Public[0]
	}
	if r.TLS != nil || o.forwardedTLS(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Secure reports whether a request came over TLS, as far as its sender can tell.
func (o Outside) Secure(r *http.Request) bool { return strings.HasPrefix(o.Origin(r), "https:") }

// forwardedTLS reports whether a trusted proxy says that it was asked over TLS. What the
// nearest one says stands last.
func (o Outside) forwardedTLS(r *http.Request) bool {
	if from := parseHop(r.RemoteAddr); from.IsValid() && !proxies(o.Trusted).trust(from) {
		return false
	}
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-Proto"), ","), ",")
	return strings.EqualFold(strings.TrimSpace(said[len(said)-1]), "https")
}

// ParsePublic reads the address under which a server is known: an origin, with or without
// a slash behind it.
func ParsePublic(text string) (origin string, ok bool) {
	return ParseOrigin(strings.TrimSuffix(text, "/"))
}
