package access

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOutsideOrigin(t *testing.T) {
	public := []string{"https://audits.example", "http://lan.example:8000"}
	for _, tc := range []struct {
		name, host, remote, proto string
		tls                       bool
		public                    []string
		want                      string
	}{
		{"plain", "127.0.0.1:8000", "127.0.0.1:1", "", false, nil, "http://127.0.0.1:8000"},
		{"our own TLS", "127.0.0.1:8000", "127.0.0.1:1", "", true, nil, "https://127.0.0.1:8000"},
		{"a proxy's", "10.0.0.9", "10.0.0.1:1", "https", false, nil, "https://10.0.0.9"},
		{"the nearest proxy's", "10.0.0.9", "10.0.0.1:1", "https, http", false, nil, "http://10.0.0.9"},
		{"anybody's word", "10.0.0.9", "192.0.2.1:1", "https", false, nil, "http://10.0.0.9"},
		{"over a unix socket", "localhost", "@", "https", false, nil, "https://localhost"},
		{"public", "audits.example", "127.0.0.1:1", "", false, public, "https://audits.example"},
		{"another public one", "LAN.example:8000", "127.0.0.1:1", "https", true, public, "http://lan.example:8000"},
		{"passed on under another name", "127.0.0.1:8000", "127.0.0.1:1", "", false, public, "https://audits.example"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Host, r.RemoteAddr = tc.host, tc.remote
			if tc.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if tc.proto != "" {
				r.Header.Set("X-Forwarded-Proto", tc.proto)
			}
			o := Outside{Public: tc.public, Trusted: trusted}
			if got := o.Origin(r); got != tc.want || o.Secure(r) != (got[:6] == "https:") {
				t.Errorf("got %s, secure %v; want %s", got, o.Secure(r), tc.want)
			}
		})
	}
}

func TestHarden(t *testing.T) {
	o := Outside{Public: []string{"https://audits.example", "http://lan.example"}}
	for host, strict := range map[string]bool{
		"audits.example": true, "Audits.example:443": true, "lan.example": false, "127.0.0.1": false, "localhost": false,
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.Host = host
		o.Harden(http.NotFoundHandler()).ServeHTTP(w, r)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q", host, name, got)
			}
		}
		if got := w.Header().Get("Strict-Transport-Security"); (got != "") != strict {
			t.Errorf("%s: over TLS only: %q", host, got)
		}
	}
}
