package access

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"atalaya/server/internal/netname"
)

// ErrHost says that the Host header does not name this server.
var ErrHost = errors.New("access: host header names another server")

// ErrOrigin says that the request comes from another site's page.
var ErrOrigin = errors.New("access: request from another site")

// Guard refuses what other sites' pages send through the user's browser.
type Guard struct {
	loopback bool
	readers  Readers
	cross    *http.CrossOriginProtection
	fail     func(http.ResponseWriter, *http.Request, error)
}

// NewGuard returns a guard for a server bound to addr ("127.0.0.1:8000");
// bound to loopback it answers only to loopback host names. readers are the other
// sites whose pages may read. fail answers refused requests; it gets [ErrHost] or
// [ErrOrigin].
func NewGuard(addr string, readers Readers, fail func(http.ResponseWriter, *http.Request, error)) *Guard {
	host, _, err := net.SplitHostPort(addr)
	return &Guard{
		loopback: err == nil && netname.IsLoopback(host), readers: readers, cross: http.NewCrossOriginProtection(), fail: fail,
	}
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
	if g.loopback && !netname.IsLoopback(hostname(r.Host)) {
		return ErrHost
	}
	if crossing != neither {
		return nil
	}
	if err := g.cross.Check(r); err != nil { // methods that change something
		return ErrOrigin
	}
	if o := r.Header.Get("Origin"); o != "" && !sameSite(o, r) {
		return ErrOrigin
	}
	// What is not a navigation (a link followed, an address typed) has no
	// business coming from another site: not the stream, which would hold a
	// connection, nor a script or picture, which would tell that we run.
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return nil
	}
	if r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
		return nil
	}
	return ErrOrigin
}

// sameSite reports whether an Origin header names the server that was asked. A
// proxy in front may speak TLS for us, so without TLS of our own any scheme will
// do; with it, a page that came over plain http was written by whoever is on the
// way.
func sameSite(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) && (r.TLS == nil || u.Scheme == "https")
}

// hostname cuts the port, and the brackets of IPv6, off a Host header.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}
