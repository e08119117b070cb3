package crawl

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := Canonical(nil, text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestCanonical(t *testing.T) {
	base := mustURL(t, "https://example.com/a/b/c?q=1")
	long := "https://example.com/" + strings.Repeat("x", MaxURLLength-len("https://example.com/"))
	tests := []struct {
		href, want string
		err        error
	}{
		{href: "HTTPS://EXAMPLE.com:443", want: "https://example.com/"},
		{href: "http://example.com:80/x", want: "http://example.com/x"},
		{href: "http://example.com:443/", want: "http://example.com:443/"},
		{href: "https://example.com:08443/", want: "https://example.com:8443/"},
		{href: "https://example.com./", want: "https://example.com/"},
		{href: "https://bücher.example/", want: "https://xn--bcher-kva.example/"},
		{href: "https://foo_bar.example/", want: "https://foo_bar.example/"},
		{href: "https://r3---sn-x.example/", want: "https://r3---sn-x.example/"},
		{href: "http://[::1]:80/", want: "http://[::1]/"},
		{href: "http://[2001:DB8:0::1]:81/", want: "http://[2001:db8::1]:81/"},
		{href: "d", want: "https://example.com/a/b/d"},
		{href: "./d/", want: "https://example.com/a/b/d/"},
		{href: "../d", want: "https://example.com/a/d"},
		{href: "../../../../d", want: "https://example.com/d"},
		{href: "..", want: "https://example.com/a/"},
		{href: "/x/./y/../z/.", want: "https://example.com/x/z/"},
		{href: "/x/%2e%2E/y", want: "https://example.com/y"},
		{href: "/a//b", want: "https://example.com/a//b"},
		{href: "//other.example", want: "https://other.example/"},
		{href: "//other.example?x", want: "https://other.example/?x"},
		{href: "", want: "https://example.com/a/b/c?q=1"},
		{href: "#top", want: "https://example.com/a/b/c?q=1"},
		{href: "?", want: "https://example.com/a/b/c?"},
		{href: "?b=2&a=1#x", want: "https://example.com/a/b/c?b=2&a=1"},
		{href: "/?next=/a/../b", want: "https://example.com/?next=/a/../b"},
		{href: "  /x \n", want: "https://example.com/x"},
		{href: "/lo\n\tng", want: "https://example.com/long"},
		{href: `\x\y?a\b`, want: `https://example.com/x/y?a\b`},
		{href: "/a b/ñ?q=ñ ó", want: "https://example.com/a%20b/%C3%B1?q=%C3%B1%20%C3%B3"},
		{href: "/%7Euser/%c3%b1%2f", want: "https://example.com/~user/%C3%B1%2F"},
		{href: "/a|b{c}^", want: "https://example.com/a%7Cb%7Bc%7D%5E"},
		{href: "/x?100%&y=%zz", want: "https://example.com/x?100%&y=%zz"},
		{href: "/x;jsessionid=1", want: "https://example.com/x;jsessionid=1"},
		{href: "x:y/z", err: ErrScheme},
		{href: "./x:y", want: "https://example.com/a/b/x:y"},
		{href: long, want: long},
		{href: long + "y", err: ErrTooLong},
		{href: "mailto:me@example.com", err: ErrScheme},
		{href: " JavaScript:void(0)", err: ErrScheme},
		{href: "data:," + strings.Repeat("x", 1<<20), err: ErrScheme},
		{href: "ftp://example.com/", err: ErrScheme},
		{href: "https:///x", err: ErrNoHost},
		{href: "https:x", err: ErrNoHost},
		{href: "http://me@example.com/", err: ErrUserinfo},
		{href: "http://me:pw@example.com/", err: ErrUserinfo},
		{href: "http://example.com:0/", err: ErrSyntax},
		{href: "http://example.com:65536/", err: ErrSyntax},
		{href: "http://example.com:-1/", err: ErrSyntax},
		{href: "http://exa mple.com/", err: ErrSyntax},
		{href: "http://a..b/", err: ErrSyntax},
		{href: "http://" + strings.Repeat("a", 64) + ".example/", err: ErrSyntax},
		{href: "http://0x7f.0.0.1/", err: ErrSyntax},
		{href: "http://2130706433/", err: ErrSyntax},
		{href: "http://127.1/", err: ErrSyntax},
		{href: "http://0x7f000001/", err: ErrSyntax},
		{href: "http://1.2.3.4/", want: "http://1.2.3.4/"},
		{href: "http://[fe80::1%25eth0]/", err: ErrSyntax},
		{href: "http://[1.2.3.4]/", err: ErrSyntax},
		{href: "http://[::1/", err: ErrSyntax},
		{href: "/%zz", err: ErrSyntax},
		{href: "/a\x00b", err: ErrSyntax},
		{href: "/a\xffb", err: ErrSyntax},
	}
	for _, tt := range tests {
		got, err := Canonical(base, tt.href)
		if !errors.Is(err, tt.err) || (got != nil) != (tt.err == nil) {
			t.Errorf("Canonical(%.60q) = %v, %v; want error %v", tt.href, got, err, tt.err)
		} else if tt.err == nil && got.String() != tt.want {
			t.Errorf("Canonical(%.60q) = %s, want %s", tt.href, got, tt.want)
		}
	}
}

func TestParseSeed(t *testing.T) {
	tests := []struct {
		raw, want string
		err       error
	}{
		{raw: "example.com", want: "https://example.com/"},
		{raw: " Example.COM/Path?q#f ", want: "https://example.com/Path?q"},
		{raw: "example.com:8443/x", want: "https://example.com:8443/x"},
		{raw: "//example.com", want: "https://example.com/"},
		{raw: "http://example.com", want: "http://example.com/"},
		{raw: "intranet", want: "https://intranet/"},
		{raw: "localhost:3000", want: "http://localhost:3000/"},
		{raw: "127.0.0.1:80/x", want: "http://127.0.0.1/x"},
		{raw: "[::1]:8000", want: "http://[::1]:8000/"},
		{raw: "https://localhost", want: "https://localhost/"},
		{raw: "españa.example", want: "https://xn--espaa-rta.example/"},
		{raw: "", err: ErrNoHost},
		{raw: "https://", err: ErrNoHost},
		{raw: "/path", err: ErrNoHost},
		{raw: "?q", err: ErrNoHost},
		{raw: "ftp://example.com", err: ErrScheme},
		{raw: "javascript:alert(1)", err: ErrScheme},
		{raw: "mailto:me@example.com", err: ErrScheme},
		{raw: "me:secret@example.com", err: ErrUserinfo},
		{raw: "me@example.com", err: ErrUserinfo},
		{raw: "https://me:secret@example.com", err: ErrUserinfo},
		{raw: "exa\nmple.com", err: ErrSyntax},
		{raw: "https://example.com/\x1b[0m", err: ErrSyntax},
		{raw: "two words", err: ErrSyntax},
		{raw: "example.com/" + strings.Repeat("x", 3000), err: ErrTooLong},
	}
	for _, tt := range tests {
		got, err := ParseSeed(tt.raw)
		if !errors.Is(err, tt.err) || (got != nil) != (tt.err == nil) {
			t.Errorf("ParseSeed(%.60q) = %v, %v; want error %v", tt.raw, got, err, tt.err)
		} else if tt.err == nil && got.String() != tt.want {
			t.Errorf("ParseSeed(%.60q) = %s, want %s", tt.raw, got, tt.want)
		}
	}
}

func TestScope(t *testing.T) {
	tests := []struct {
		seed string
		in   []string
		out  []string
	}{
		{"https://www.example.co.uk/",
			[]string{"https://example.co.uk/", "http://a.b.example.co.uk/"},
			[]string{
				"https://other.co.uk/", "https://notexample.co.uk/", "https://example.co.uk:8443/",
				"https://example.co.uk.evil.example/",
			}},
		{"https://me.github.io/", []string{"http://me.github.io/x"}, []string{"https://you.github.io/", "https://github.io/"}},
		{"https://example.com:8443/", []string{"http://www.example.com:8443/"}, []string{"https://example.com/"}},
		{"http://localhost:3000/", []string{"http://localhost:3000/x"},
			[]string{"http://localhost/", "http://localhost:3001/", "http://a.localhost:3000/"}},
		{"http://127.0.0.1:3000/", []string{"http://127.0.0.1:3000/x"},
			[]string{"http://127.0.0.1/", "http://127.0.0.2:3000/", "http://localhost:3000/"}},
		{"http://[2001:db8::1]/", []string{"https://[2001:db8::1]/"}, []string{"http://[2001:db8::2]/"}},
		{"http://10.0.0.1/", []string{"http://10.0.0.1/"}, []string{"http://1.10.0.0.1.example/", "http://11.0.0.1/"}},
		{"https://github.io/", []string{"https://github.io/x"}, []string{"https://me.github.io/"}},
		{"https://intranet/", []string{"http://intranet/"}, []string{"https://wiki.intranet/"}},
	}
	for _, tt := range tests {
		s := NewScope(mustURL(t, tt.seed))
		for _, u := range tt.in {
			if !s.Contains(mustURL(t, u)) {
				t.Errorf("the site of %s misses %s", tt.seed, u)
			}
		}
		for _, u := range tt.out {
			if s.Contains(mustURL(t, u)) {
				t.Errorf("the site of %s contains %s", tt.seed, u)
			}
		}
	}
	if (Scope{}).Contains(mustURL(t, "http://x.example/")) {
		t.Error("the zero Scope contains something")
	}
}

// A canonical URL is its own canonical form, and net/url reads it back as it is.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"/a/../b?x#y", "//h:80", "http://[::1]:8", `\\x\..\y`, "?%", "https://ñ.example/%C3%b1%7e|", ".", "a:b@c",
	} {
		f.Add(s)
	}
	base, err := Canonical(nil, "https://example.com/a/b?c")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, href string) {
		u, err := Canonical(base, href)
		if err != nil {
			return
		}
		key := u.String()
		again, err := Canonical(nil, key)
		if err != nil || again.String() != key {
			t.Errorf("%q gives %q, and that %v, %v", href, key, again, err)
		}
		parsed, err := url.Parse(key)
		if err != nil || parsed.Host != u.Host || parsed.EscapedPath() != u.EscapedPath() ||
			parsed.RawQuery != u.RawQuery {
			t.Errorf("%q: net/url reads %q as %#v, %v", href, key, parsed, err)
		}
		if u.Host == "" || u.User != nil || len(key) > MaxURLLength {
			t.Errorf("%q gives %q", href, key)
		}
	})
}
