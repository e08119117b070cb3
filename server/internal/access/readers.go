package access

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Readers are the other sites whose pages may read (CORS). The zero value allows none.
type Readers struct {
	// Origins are exact, as browsers send them; see [ParseOrigin].
	Origins []string
	// May reports whether a path is one that they may read.
	May func(path string) bool
}

// crossing is what a request is to another site's page.
type crossing int

const (
	neither   crossing = iota // no request of a reader
	read                      // may be served; the answer may be read by the page
	preflight                 // a browser asks what a page may do
)

// What a page may send and see beyond what every page may. Cache-Control is what
// EventSource and its polyfills send.
const (
	readMethods    = "GET, HEAD"
	requestHeaders = "Accept, Authorization, Cache-Control, If-None-Match, Last-Event-ID, Prefer"
	answerHeaders  = "Atalaya-Watching, ETag, Link, Location, Preference-Applied, Retry-After, X-Request-Id"
	preflightAge   = "600" // seconds for which a browser need not ask again
)

// meet says what a request is to a reader's page, and sets the headers of its answer that
// tell the browser what the page may do. They name the one origin that asked and allow
// no credentials.
func (rs Readers) meet(h http.Header, r *http.Request) crossing {
	if len(rs.Origins) == 0 || !rs.May(r.URL.Path) {
		return neither
	}
	h.Add("Vary", "Origin") // also without one: a cache must not give that answer to a page
	origin := r.Header.Get("Origin")
	if !slices.Contains(rs.Origins, origin) {
		return neither
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", answerHeaders)
		return read
	case http.MethodOptions:
		if r.Header.Get("Access-Control-Request-Method") == "" {
			return neither
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Methods", readMethods)
		h.Set("Access-Control-Allow-Headers", requestHeaders)
		h.Set("Access-Control-Max-Age", preflightAge)
		return preflight
	default:
		return neither
	}
}

// ParseOrigin reads an origin and returns it as browsers send it: scheme and host in
// small letters, without the port that the scheme has anyway. It reports false for
// whatever is not exactly one origin of http or https, such as * and null.
func ParseOrigin(text string) (origin string, ok bool) {
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		strings.ContainsAny(u.Host, "*,%") || u.Path != "" || strings.ContainsAny(text, "?#") {
		return "", false
	}
	for i := range len(u.Host) {
		if u.Host[i] >= 0x80 { // browsers send names as punycode
			return "", false
		}
	}
	host := u.Host
	if port := u.Port(); port == "" || port == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host = strings.TrimSuffix(strings.TrimSuffix(host, port), ":")
	}
	return u.Scheme + "://" + host, true
}
