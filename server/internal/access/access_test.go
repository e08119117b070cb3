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
		{"an address of the LAN", "GET", "192.168.1.5:8000", h(), nil},
		{"no name in brackets", "GET", "[localhost]:8000", h(), ErrHost},
		{"an open bracket", "GET", "[::1:8000", h(), ErrHost},
		{"IPv6 without brackets", "GET", "::1", h(), ErrHost},
		{"a port that is none", "GET", "127.0.0.1:http", h(), ErrHost},
		{"a port too large", "GET", "127.0.0.1:65536", h(), ErrHost},
		{"an empty port", "GET", "127.0.0.1:", h(), ErrHost},
		{"a port with a name behind", "GET", "127.0.0.1:80@evil.example", h(), ErrHost},
		{"two origins", "GET", "127.0.0.1:8000",
			http.Header{"Origin": {"http://127.0.0.1:8000", "https://evil.example"}}, ErrOrigin},
		{"one origin twice", "POST", "127.0.0.1:8000",
			http.Header{"Origin": {"http://127.0.0.1:8000", "http://127.0.0.1:8000"}}, ErrOrigin},
		{"no host", "GET", "", h(), ErrHost},
		{"our page", "POST", "127.0.0.1:8000", h("Origin", "http://127.0.0.1:8000", "Sec-Fetch-Site", "same-origin"), nil},
		{"our page reads", "GET", "127.0.0.1:8000", h("Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"), nil},
		{"another page posts", "POST", "127.0.0.1:8000", h("Origin", "https://evil.example", "Sec-Fetch-Site",
			"cross-site"), ErrOrigin},
		{"another page posts, old browser", "POST", "127.0.0.1:8000", h("Origin", "https://evil.example"), ErrOrigin},
		{"another port posts", "POST", "127.0.0.1:8000", h("Origin", "http://127.0.0.1:9000", "Sec-Fetch-Site",
			"same-site"), ErrOrigin},
		{"a sandboxed page", "POST", "127.0.0.1:8000", h("Origin", "null"), ErrOrigin},
		{"a sandboxed page reads", "GET", "127.0.0.1:8000", h("Origin", "null"), ErrOrigin},
		{"another page streams", "GET", "127.0.0.1:8000",
			h("Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"), ErrOrigin},
		{"another page embeds", "GET", "127.0.0.1:8000",
			h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"), ErrOrigin},
		{"another page frames", "GET", "127.0.0.1:8000",
			h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"), ErrOrigin},
		{"a link followed", "GET", "127.0.0.1:8000",
			h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), nil},
		{"a link followed where the service worker of the app is", "GET", "127.0.0.1:8000",
			h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "empty"), nil},
		{"a request of another page's script", "GET", "127.0.0.1:8000",
			h("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty"), ErrOrigin},
		{"a form of another page", "POST", "127.0.0.1:8000", h("Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site",
			"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), ErrOrigin},
		{"an address typed", "GET", "127.0.0.1:8000",
			h("Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got error
			g := NewGuard(nil, Readers{}, func(_ http.ResponseWriter, _ *http.Request, err error) { got = err })
			passed := false
			r := httptest.NewRequest(tc.method, "/api/v1/audits", nil)
			r.Host, r.Header = tc.host, tc.header
			g.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				passed = true
			})).ServeHTTP(httptest.NewRecorder(), r)
			if !errors.Is(got, tc.want) || passed != (tc.want == nil) {
				t.Errorf("err = %v, passed = %v, want %v", got, passed, tc.want)
			}
		})
	}
}

// A server that is known by name answers to its names too, and to pages under exactly
// its own origins, also when a proxy passes on another Host.
func TestGuardOfPublicNames(t *testing.T) {
	for _, tc := range []struct {
		host, origin string
		want         error
	}{
		{"audits.example", "", nil},
		{"Audits.Example:8000", "", nil},
		{"audits.example", "https://audits.example", nil},
		{"127.0.0.1:8000", "https://audits.example", nil},
		{"127.0.0.1:8000", "http://127.0.0.1:8000", nil},
		{"[2001:db8::1]:8000", "http://[2001:db8::1]:8000", nil},
		{"lan.example:8000", "http://lan.example:8000", nil},
		{"audits.example", "http://audits.example", ErrOrigin}, // whoever is on the way may have written that page
		{"audits.example", "https://audits.example:8443", ErrOrigin},
		{"audits.example:8443", "https://audits.example:8443", ErrOrigin},
		{"audits.example", "https://lan.example:8000", ErrOrigin},
		{"audits.example", "https://evil.example", ErrOrigin},
		{"127.0.0.1:8000", "https://evil.example", ErrOrigin},
		{"evil.example", "https://evil.example", ErrHost},
		{"evil.example", "https://audits.example", ErrHost},
		{"audits.example.evil.example", "", ErrHost},
		{"audits.example:x", "", ErrHost},
	} {
		g := NewGuard([]string{"https://audits.example", "http://lan.example:8000"}, Readers{}, nil)
		for _, method := range []string{"GET", "POST"} {
			r := httptest.NewRequest(method, "/api/v1/audits", nil)
			if r.Host = tc.host; tc.origin != "" {
				r.Header.Set("Origin", tc.origin)
			}
			if err := g.check(r, neither); !errors.Is(err, tc.want) {
				t.Errorf("%s to %s from %q: got %v, want %v", method, tc.host, tc.origin, err, tc.want)
			}
		}
	}
}

func TestGuardOverTLS(t *testing.T) {
	g := NewGuard(nil, Readers{}, nil)
	for origin, want := range map[string]error{
		"":                         nil,
		"https://localhost:8443":   nil,
		"https://LOCALHOST:8443":   nil,
		"http://localhost:8443":    ErrOrigin, // whoever is on the way may have written that page
		"https://localhost:9000":   ErrOrigin,
		"https://evil.example":     ErrOrigin,
		"null":                     ErrOrigin,
		"https:localhost:8443":     ErrOrigin,
		"https://localhost:8443@a": ErrOrigin,
	} {
		r := httptest.NewRequest("GET", "https://localhost:8443/sse/audits", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if err := g.check(r, neither); !errors.Is(err, want) {
			t.Errorf("origin %q: got %v, want %v", origin, err, want)
		}
	}
}

// asked is a request as it arrives; forwarded may be empty.
func asked(remote, forwarded string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = remote
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	return r
}

var trusted = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.2/32"), netip.MustParsePrefix("fd00::/8"),
}

// Each line fills the two places of one address, and the third is refused.
func TestStreamsOfOneAddress(t *testing.T) {
	for name, three := range map[string][3]*http.Request{
		"IPv4":         {asked("192.0.2.1:1", ""), asked("192.0.2.1:2", ""), asked("192.0.2.1:3", "")},
		"forged":       {asked("192.0.2.1:1", ""), asked("192.0.2.1:2", "198.51.100.8"), asked("192.0.2.1:3", "198.51.100.9")},
		"one /64":      {asked("[2001:db8::1]:1", ""), asked("[2001:db8::2]:1", ""), asked("[2001:db8::ffff:0:0:1]:1", "")},
		"IPv4 in IPv6": {asked("192.0.2.1:1", ""), asked("[::ffff:192.0.2.1]:1", ""), asked("[::ffff:c000:201]:1", "")},
		"behind a proxy": {asked("10.0.0.1:1", "203.0.113.5"), asked("10.0.0.2:1", "203.0.113.5"),
			asked("127.0.0.2:1", "1.1.1.1, 203.0.113.5")},
		"behind a proxy, and not": {asked("10.0.0.1:1", "203.0.113.5"), asked("203.0.113.5:9", ""),
			asked("[fd00::1]:1", "203.0.113.5")},
		"over a unix socket": {asked("@", "203.0.113.5"), asked("", "1.1.1.1, 203.0.113.5"), asked("@", "203.0.113.5")},
		"a proxy's own loopback": {asked("10.0.0.1:1", "127.0.0.1"), asked("10.0.0.1:1", "127.0.0.1"),
			asked("10.0.0.1:1", "127.0.0.1")},
		"a proxy that hides":      {asked("10.0.0.1:1", ""), asked("10.0.0.1:1", "unknown"), asked("10.0.0.1:1", "")},
		"a link of several zones": {asked("[fe80::1%eth0]:1", ""), asked("[fe80::1%eth1]:1", ""), asked("[fe80::2%eth0]:1", "")},
		"a proxy that names ports": {asked("10.0.0.1:1", "203.0.113.5:81"), asked("10.0.0.1:1", "203.0.113.5"),
			asked("10.0.0.1:1", "203.0.113.5:82")},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewStreams(2, trusted)
			first, err := s.Admit(three[0])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Admit(three[1]); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := s.Admit(three[2]); !errors.Is(err, ErrTooMany) {
					t.Fatalf("third stream: got %v, want %v", err, ErrTooMany)
				}
			}
			if _, err := s.Admit(asked("198.51.100.1:1", "")); err != nil {
				t.Errorf("another address: %v", err)
			}
			first()
			if _, err := s.Admit(three[2]); err != nil {
				t.Errorf("after one has left: %v", err)
			}
		})
	}
}

func TestStreamsWithoutBound(t *testing.T) {
	one, none := NewStreams(1, trusted), NewStreams(0, nil)
	for range 5 {
		for _, remote := range []string{"127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "127.0.0.2:1", "@"} {
			if _, err := one.Admit(asked(remote, "")); err != nil {
				t.Errorf("%s is exempt: %v", remote, err)
			}
		}
		if _, err := none.Admit(asked("192.0.2.1:1", "")); err != nil {
			t.Errorf("no bound: %v", err)
		}
	}
}

// Nothing is kept of an address that holds no stream.
func TestStreamsForget(t *testing.T) {
	s := NewStreams(3, nil)
	for i := range 100 {
		release, err := s.Admit(asked(netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 1).String(), ""))
		if err != nil {
			t.Fatal(err)
		}
		release()
	}
	if len(s.open) != 0 {
		t.Errorf("%d addresses are kept", len(s.open))
	}
}

func TestPeer(t *testing.T) {
	for from, want := range map[[2]string]string{
		{"192.0.2.7:1", ""}:                               "192.0.2.7",
		{"10.1.1.1:1", "203.0.113.5"}:                     "203.0.113.5",
		{"10.1.1.1:1", "6.6.6.6, 203.0.113.5, 10.9.9.9"}:  "203.0.113.5",
		{"10.1.1.1:1", "203.0.113.5, nonsense, 10.9.9.9"}: "10.9.9.9",
		{"10.1.1.1:1", "10.3.3.3,10.2.2.2"}:               "10.3.3.3",
		{"10.1.1.1:1", "nonsense"}:                        "10.1.1.1",
		{"10.1.1.1:1", ""}:                                "10.1.1.1",
		{"10.1.1.1:1", "[2001:db8:1:2:3::4]:443"}:         "2001:db8:1:2::",
		{"10.1.1.1:1", "::ffff:203.0.113.5"}:              "203.0.113.5",
		{"[::ffff:10.1.1.1]:1", "203.0.113.5"}:            "203.0.113.5",
		{"[2001:db8:1:2:3:4:5:6]:1", ""}:                  "2001:db8:1:2::",
		{"[::1]:1", ""}:                                   "::1",
		{"[::ffff:192.0.2.9]:1", ""}:                      "192.0.2.9",
		{"@", ""}:                                         "invalid IP",
	} {
		if got, _ := proxies(trusted).peer(asked(from[0], from[1])); got.String() != want {
			t.Errorf("peer of %v: got %s, want %s", from, got, want)
		}
	}
}
