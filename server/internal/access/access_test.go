package access

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	h := func(kv ...string) http.Header {
		header := http.Header{}
		for i := 0; i < len(kv); i += 2 {
			header.Set(kv[i], kv[i+1])
		}
		return header
	}
	for _, tc := range []struct {
		name, method, host string
		header             http.Header
		want               error
	}{
		{"curl", "GET", "127.0.0.1:8000", h(), nil},
		{"curl posts", "POST", "127.0.0.1:8000", h(), nil},
		{"by name", "GET", "localhost:8000", h(), nil},
		{"below localhost", "GET", "atalaya.localhost:8000", h(), nil},
		{"IPv6", "GET", "[::1]:8000", h(), nil},
		{"no port", "GET", "[::1]", h(), nil},
		{"another port of ours", "GET", "127.0.0.1:9", h(), nil},
		{"rebinding", "GET", "evil.example:8000", h(), ErrHost},
		{"rebinding by suffix", "GET", "127.0.0.1.evil.example", h(), ErrHost},
		{"rebinding to a LAN address", "GET", "192.168.1.5:8000", h(), ErrHost},
		{"no host", "GET", "", h(), ErrHost},
		{"our page", "POST", "127.0.0.1:8000", h("Origin", "http://127.0.0.1:8000", "Sec-Fetch-Site", "same-origin"), nil},
		{"our page reads", "GET", "127.0.0.1:8000", h("Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"), nil},
		{"another page posts", "POST", "127.0.0.1:8000", h("Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"), ErrOrigin},
		{"another page posts, old browser", "POST", "127.0.0.1:8000", h("Origin", "https://evil.example"), ErrOrigin},
		{"another port posts", "POST", "127.0.0.1:8000", h("Origin", "http://127.0.0.1:9000", "Sec-Fetch-Site", "same-site"), ErrOrigin},
		{"a sandboxed page", "POST", "127.0.0.1:8000", h("Origin", "null"), ErrOrigin},
		{"a sandboxed page reads", "GET", "127.0.0.1:8000", h("Origin", "null"), ErrOrigin},
		{"another page streams", "GET", "127.0.0.1:8000", h("Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"), ErrOrigin},
		{"another page embeds", "GET", "127.0.0.1:8000", h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"), ErrOrigin},
		{"another page frames", "GET", "127.0.0.1:8000", h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"), ErrOrigin},
		{"a link followed", "GET", "127.0.0.1:8000", h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), nil},
		{"a form of another page", "POST", "127.0.0.1:8000", h("Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), ErrOrigin},
		{"an address typed", "GET", "127.0.0.1:8000", h("Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got error
			g := NewGuard("127.0.0.1:8000", func(_ http.ResponseWriter, _ *http.Request, err error) { got = err })
			passed := false
			r := httptest.NewRequest(tc.method, "/api/v1/audits", nil)
			r.Host, r.Header = tc.host, tc.header
			g.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })).ServeHTTP(httptest.NewRecorder(), r)
			if !errors.Is(got, tc.want) || passed != (tc.want == nil) {
				t.Errorf("err = %v, passed = %v, want %v", got, passed, tc.want)
			}
		})
	}
}

func TestGuardBeyondLoopbackTakesAnyHost(t *testing.T) {
	g := NewGuard("0.0.0.0:8000", nil)
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "audits.example"
	if err := g.check(r); err != nil {
		t.Error(err)
	}
}

func TestStreams(t *testing.T) {
	s := NewStreams(2, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	from := func(remote, forwarded string) *http.Request {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = remote
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		return r
	}
	one, err := s.Admit(from("192.0.2.1:1", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Admit(from("192.0.2.1:2", "")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Admit(from("192.0.2.1:3", "")); !errors.Is(err, ErrTooMany) {
		t.Errorf("third stream: %v, want ErrTooMany", err)
	}
	if _, err := s.Admit(from("192.0.2.1:3", "198.51.100.9")); !errors.Is(err, ErrTooMany) {
		t.Errorf("a forged forwarded address was believed: %v", err)
	}
	one()
	if _, err := s.Admit(from("192.0.2.1:4", "")); err != nil {
		t.Errorf("after a release: %v", err)
	}
	for range 5 {
		if _, err := s.Admit(from("127.0.0.1:1", "")); err != nil {
			t.Errorf("loopback is exempt: %v", err)
		}
	}
	for remote, want := range map[[2]string]string{
		{"192.0.2.7:1", ""}:                              "192.0.2.7",
		{"10.1.1.1:1", "203.0.113.5"}:                    "203.0.113.5",
		{"10.1.1.1:1", "6.6.6.6, 203.0.113.5, 10.9.9.9"}: "203.0.113.5",
		{"10.1.1.1:1", "nonsense"}:                       "10.1.1.1",
		{"10.1.1.1:1", ""}:                               "10.1.1.1",
		{"[2001:db8:1:2:3:4:5:6]:1", ""}:                 "2001:db8:1:2::",
		{"[::ffff:192.0.2.9]:1", ""}:                     "192.0.2.9",
	} {
		if got := s.Peer(from(remote[0], remote[1])).String(); got != want {
			t.Errorf("Peer(%v) = %s, want %s", remote, got, want)
		}
	}
}
