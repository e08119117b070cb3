package access

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"atalaya/server/internal/netname"
)

// ErrHost says that the Host header does not name this server.
var ErrHost = errors.New("access: host header names another server")

// ErrOrigin says that the request comes from another site's page.
var ErrOrigin = errors.New("access: request from another site")

// Guard refuses what other sites' pages send through the user's browser.
type Guard struct {
	public  []string // origins
	readers Readers
	cross   *http.CrossOriginProtection
	fail    func(http.ResponseWriter, *http.Request, error)
}

// NewGuard returns a guard that answers to addresses, to the names of loopback, and to
// those of public: the origins, as [ParseOrigin] returns them, under which the server is
// known. readers are the other sites whose pages may read. fail answers refused
// requests; it gets [ErrHost] or [ErrOrigin].
func NewGuard(public []string, readers Readers, fail func(http.ResponseWriter, *http.Request, error)) *Guard {
	g := &Guard{public: public, readers: readers, cross: http.NewCrossOriginProtection(), fail: fail}
	for _, origin := range public {
		_ = g.cross.AddTrustedOrigin(origin) // it refuses only what is no origin
	}
	return g
}

// Wrap checks every request before next sees it.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		crossing := g.readers.meet(w.Header(), r)
		switch err := g.check(r, crossing); {
		case err != nil:
			g.fail(w, r, err)
		case crossing == preflight:
			w.WriteHeader(http.StatusNoContent)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (g *Guard) check(r *http.Request, crossing crossing) error {
	if !g.serves(r.Host) {
		return ErrHost
	}
	origins := r.Header.Values("Origin")
	if len(origins) > 1 { // others might look at another one of them
		return ErrOrigin
	}
	if crossing != neither {
		return nil
	}
	if err := g.cross.Check(r); err != nil { // methods that change something
		return ErrOrigin
	}
	if len(origins) == 1 && origins[0] != "" && !g.sameSite(origins[0], r) {
		return ErrOrigin
	}
	// What is not a navigation (a link followed, an address typed) has no
	// business coming from another site: not the stream, which would hold a
	// connection, nor a script or picture, which would tell that we run.
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return nil
	}
	if r.Header.Get("Sec-Fetch-Mode") == "navigate" {
		switch r.Header.Get("Sec-Fetch-Dest") {
		case "document", "empty": // empty where the app's service worker passes it on, and nowhere else
			return nil
		}
	}
	return ErrOrigin
}

// serves reports whether a Host header names this server. An address always does: no
// other site's name can resolve to a header that has one.
func (g *Guard) serves(host string) bool {
	name, ok := hostname(host)
	if !ok {
		return false
	}
	_, address := netname.Address(name)
	return address || netname.IsLoopback(name) || publicOrigin(g.public, name) != ""
}

// sameSite reports whether an Origin header names this server. A proxy may pass on
// another Host than it was asked for, so a public origin always does, and under a public
// name no other one. Elsewhere the Host header counts. A proxy in front may
// speak TLS for us, so without TLS of our own any scheme will do then; with it, a page
// that came over plain http was written by whoever is on the way.
func (g *Guard) sameSite(origin string, r *http.Request) bool {
	exact, ok := ParseOrigin(origin)
	if !ok {
		return false
	}
	if slices.Contains(g.public, exact) {
		return true
	}
	if name, _ := hostname(r.Host); publicOrigin(g.public, name) != "" {
		return false
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host) && (r.TLS == nil || u.Scheme == "https")
}

// publicOrigin is the first of some origins whose host has the name; empty if none has.
func publicOrigin(origins []string, name string) string {
	for _, origin := range origins {
		_, host, _ := strings.Cut(origin, "://")
		if own, _ := hostname(host); strings.EqualFold(own, name) {
			return origin
		}
	}
	return ""
}

// hostname cuts the port, and the brackets of IPv6, off a Host header. It reports false
// for what is no host, or has a port that is none. An address with a zone is none either:
// browsers send no zone, which may be any text.
func hostname(host string) (name string, ok bool) {
	name = host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		name = host[:i]
		if port, err := strconv.ParseUint(host[i+1:], 10, 16); err != nil || port == 0 {
			return "", false
		}
	}
	if inner, bracketed := strings.CutPrefix(name, "["); bracketed {
		name, ok = strings.CutSuffix(inner, "]")
		return name, ok && strings.Contains(name, ":") && !strings.Contains(name, "%")
	}
	return name, name != "" && !strings.Contains(name, ":")
}
