package access

import "net/http"

// strictTransport has browsers ask for a name over TLS only, for half a year.
const strictTransport = "max-age=15552000"

// nothing is the policy of what is no page: opened as one, it may load and do nothing.
const nothing = "default-src 'none'; frame-ancestors 'none'"

// Harden sets the headers that every answer has, whatever it is: what it says it is, for
// our own pages only, and without telling other sites where its reader was. What is a page
// gives itself a policy that lets it work. Names that the operator calls public, with https,
// are to be asked over TLS only; others may be somebody else's tomorrow.
func (o Outside) Harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Content-Security-Policy", nothing)
		if name, _ := hostname(r.Host); publicOrigin(o.Public, name) != "" && o.Secure(r) {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}
