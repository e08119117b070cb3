package access

import "net/http"

// strictTransport has browsers ask for a name over TLS only, for half a year.
const strictTransport = "max-age=15552000"

// nothing is the policy of what is no page: opened as one, it may load and do nothing.
const nothing = "default-src 'none'; frame-ancestors 'none'"

// Hardening is the headers that every answer has, with their values.
var Hardening = [...][2]string{
	{"X-Content-Type-Options", "nosniff"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Referrer-Policy", "same-origin"},
	{"Content-Security-Policy", nothing},
}

// Harden sets the headers that every answer has, whatever it is: what it says it is, for
// our own pages only, and without telling other sites where its reader was. What is a page
// gives itself a policy that lets it work. Names that the operator calls public, with https,
// are to be asked over TLS only; others may be somebody else's tomorrow.
func (o Outside) Harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for _, header := range Hardening {
			h.Set(header[0], header[1])
		}
		if name, _ := hostname(r.Host); publicOrigin(o.Public, name) != "" && o.Secure(r) {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}
