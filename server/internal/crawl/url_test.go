package crawl

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	whatwg "github.com/nlnwa/whatwg-url/url"
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
		{href: "https:///x", want: "https://x/"},
		{href: "https:x", want: "https://example.com/a/b/x"},
		{href: "http:x", want: "http://x/"},
		{href: "https:/x", want: "https://example.com/x"},
		{href: "http://", err: ErrNoHost},
		{href: "http://@/", err: ErrNoHost},
		{href: "https://https://example.test/", want: "https://https//example.test/"},
		{href: "http://me@example.com/", want: "http://example.com/"},
		{href: "http://me:p@w@example.com/", want: "http://example.com/"},
		{href: "http://example.com:0/", want: "http://example.com:0/"},
		{href: "http://example.com:65536/", err: ErrPort},
		{href: "http://example.com:-1/", err: ErrSyntax},
		{href: "http://exa mple.com/", err: ErrSyntax},
		{href: "http://a..b/", want: "http://a..b/"},
		{href: "http://" + strings.Repeat("a", 64) + ".example/", want: "http://" + strings.Repeat("a", 64) + ".example/"},
		{href: "http://0x7f.0.0.1/", want: "http://127.0.0.1/"},
		{href: "http://2130706433/", want: "http://127.0.0.1/"},
		{href: "http://127.1/", want: "http://127.0.0.1/"},
		{href: "http://0x7f000001/", want: "http://127.0.0.1/"},
		{href: "http://1.2.3.256/", err: ErrHost},
		{href: "http://1.2.3.4/", want: "http://1.2.3.4/"},
		{href: "http://[fe80::1%25eth0]/", err: ErrSyntax},
		{href: "http://[1.2.3.4]/", err: ErrSyntax},
		{href: "http://[::1/", err: ErrSyntax},
		{href: "/%zz", want: "https://example.com/%25zz"},
		{href: "/a\x00b", want: "https://example.com/a%00b"},
		{href: "/a\xffb", want: "https://example.com/a%EF%BF%BDb"},
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
			if !s.Contains(mustURL(t, u)) || !s.ContainsAddress(u) {
				t.Errorf("the site of %s misses %s", tt.seed, u)
			}
		}
		for _, u := range tt.out {
			if s.Contains(mustURL(t, u)) || s.ContainsAddress(u) {
				t.Errorf("the site of %s contains %s", tt.seed, u)
			}
		}
	}
	if s := NewScope(mustURL(t, "https://a.example/")); !s.ContainsAddress("https://www.a.example/?at=//b.example/") ||
		s.ContainsAddress("https://b.example/?at=//a.example/") {
		t.Error("the query of a URL decides about its site")
	}
	if (Scope{}).Contains(mustURL(t, "http://x.example/")) || (Scope{}).ContainsAddress("http://x.example/") {
		t.Error("the zero Scope contains something")
	}
}

// What a page in another encoding than UTF-8 links to is asked for in that encoding.
func TestResolveEscapesTheQueryInTheEncodingOfTheDocument(t *testing.T) {
	base := mustURL(t, "https://example.com/a/")
	for _, tt := range []struct{ charset, href, want string }{
		{"windows-1251", "/s?q=чай", "https://example.com/s?q=%F7%E0%E9"},
		{"windows-1251", "/чай?q=чай#чай", "https://example.com/%D1%87%D0%B0%D0%B9?q=%F7%E0%E9"},
		{"ISO-8859-1", "?é&x=€", "https://example.com/a/?%E9&x=%80"}, // which browsers read as windows-1252
		{"iso-8859-2", "?€=ł", "https://example.com/a/?%26%238364%3B=%B3"},
		{"shift_jis", "?q=日本", "https://example.com/a/?q=%93%FA%96{"},
		{"iso-2022-jp", "?q=日本", "https://example.com/a/?q=%1B$BF|K\\%1B(B"},
		{"iso-2022-jp", "?q=日€本", "https://example.com/a/?q=%1B$BF|%1B(B%26%238364%3B%1B$BK\\%1B(B"},
		{"utf-16", "?é", "https://example.com/a/?%C3%A9"},
		{"replacement", "?é", "https://example.com/a/?%C3%A9"},
		{"no such thing", "?é", "https://example.com/a/?%C3%A9"},
		{"", "?é'\"<> %", "https://example.com/a/?%C3%A9%27%22%3C%3E%20%"},
		{"windows-1251", "?plain", "https://example.com/a/?plain"},
	} {
		u, err := Resolve(base, tt.href, tt.charset)
		if err != nil || u.String() != tt.want {
			t.Errorf("%q in %q is %v, %v, want %s", tt.href, tt.charset, u, err, tt.want)
		}
	}
}

// The spelling of a link is kept, and only its normal form is normal.
func TestResolveKeepsTheSpellingOfALink(t *testing.T) {
	for _, tt := range []struct{ base, href, wire, normal string }{
		{"", "http://h/100%", "http://h/100%", "http://h/100%25"},
		{"", "http://h/a|b", "http://h/a|b", "http://h/a%7Cb"},
		{"", "http://h/%7eme/%c3%b1", "http://h/%7eme/%c3%b1", "http://h/~me/%C3%B1"},
		{"", "http://h//50%?a=%", "http://h//50%?a=%", "http://h//50%25?a=%"},
		{"", "http://h./x", "http://h./x", "http://h/x"},
		{"", "http://h.:8080/50%", "http://h.:8080/50%", "http://h:8080/50%25"},
		{"http://h/50%-off/%7e/x?q", "y", "http://h/50%-off/%7e/y", "http://h/50%25-off/~/y"},
		{"http://h/50%-off/x?q=%7e", "", "http://h/50%-off/x?q=%7e", "http://h/50%25-off/x?q=~"},
		{"http://h/50%-off/x", "../%2E%2e/y", "http://h/y", "http://h/y"},
	} {
		var base *url.URL
		if tt.base != "" {
			base = mustResolve(t, tt.base)
		}
		u, err := Resolve(base, tt.href, "")
		if err != nil || u.String() != tt.wire || Normal(u).String() != tt.normal {
			t.Errorf("%q at %q is %v, %v, want %s", tt.href, tt.base, u, err, tt.wire)
		}
	}
}

func mustResolve(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := Resolve(nil, text, "")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Of what no browser opens the error says why; mail and telephone links are not of
// that kind, nor is what only we find too long.
func TestALinkThatNoBrowserOpensIsToldFromOthers(t *testing.T) {
	base := mustURL(t, "https://example.com/")
	for href, want := range map[string]error{
		"http://exa mple.test/":         ErrHost,
		"http://exa%20mple.test/":       ErrHost,
		"http://[::1/":                  ErrHost,
		"http://[fe80::1%25eth0]/":      ErrHost,
		"http://1.2.3.256/":             ErrHost,
		"http://a.0x1g.09/":             ErrHost,
		"http://<nil>/":                 ErrHost,
		"http://":                       ErrNoHost,
		"http:///":                      ErrNoHost,
		"http://me@/":                   ErrNoHost,
		"//":                            ErrNoHost,
		"http://:80/":                   ErrNoHost,
		"https://example.test:99999/":   ErrPort,
		"https://example.test:8o/":      ErrPort,
		"https://example.test:-1/":      ErrPort,
		"mailto:me@example.com":         ErrScheme,
		"tel:1":                         ErrScheme,
		"/" + strings.Repeat("x", 3000): ErrTooLong,
	} {
		_, err := Resolve(base, href, "")
		if !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", href, err, want)
		}
		if got, want := Unopenable(err), !errors.Is(want, ErrScheme) && !errors.Is(want, ErrTooLong); got != want {
			t.Errorf("%.40q: unopenable %v, want %v", href, got, want)
		}
	}
	if Unopenable(nil) {
		t.Error("what has no fault cannot be opened")
	}
}

// A canonical URL is its own canonical form, and net/url reads it back as it is. Its
// other form is what the library makes of the same link.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"/a/../b?x#y", "//127.0.0.1:8/x", "//127.0.0.01/", "//h:80", "http://[::1]:8", `\\x\..\y`, "?%",
		"https://ñ.example/%C3%b1%7e|", ".", "a:b@c",
		"/100%", "http:/x", "https:x", "http:///h", "//u:p@h@i:", "//0x7f.1", "//1.2.3.4.5", "//ß.xn--a", "//a%41.", "///%2e%2E/..",
		" \t/x\n", "//[::ffff:1.2.3.4]/", "//a_b--c..d/", "/a\x00b", "//h/{}`^", "?'\"", "//h{/", "//[1:2:3:4:5:6:7:8]:x", "//-0", "//1.0x+1", "http:+0.00",
	} {
		f.Add(s)
	}
	for _, c := range readWPT(f) {
		f.Add(c.Input)
	}
	base, err := Canonical(nil, "https://example.com/a/b?c")
	if err != nil {
		f.Fatal(err)
	}
	reference, err := whatwg.Parse(base.String())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, href string) {
		u, err := Resolve(base, href, "")
		compareToLibrary(t, reference, href, u, err)
		if err != nil {
			return
		}
		wire := u.String()
		if again, err := Resolve(nil, wire, ""); err != nil || again.String() != wire {
			t.Errorf("%q is spelt %q, and that %v, %v", href, wire, again, err)
		}
		n := Normal(u)
		key := n.String()
		again, err := Canonical(nil, key)
		if err != nil || again.String() != key {
			t.Errorf("%q gives %q, and that %v, %v", href, key, again, err)
		}
		if n.Opaque != "" && !strings.ContainsFunc(n.Host, isOddHostRune) {
			t.Errorf("%q gives %#v", href, n)
		}
		parsed, err := url.Parse(key)
		if n.Opaque == "" && (err != nil || parsed.Host != n.Host || parsed.EscapedPath() != n.EscapedPath() ||
			parsed.RawQuery != n.RawQuery) {
			t.Errorf("%q: net/url reads %q as %#v, %v", href, key, parsed, err)
		}
		if n.Host == "" || n.User != nil || u.User != nil || len(wire) > MaxURLLength {
			t.Errorf("%q gives %q", href, key)
		}
	})
}

// compareToLibrary holds u, or err, against the library's reading of href. The
// library differs from the standard in three points: "^" in a path, names in ASCII whose
// Punycode stands for nothing, and "-0", which it takes for a number.
func compareToLibrary(t *testing.T, base *whatwg.Url, href string, u *url.URL, err error) {
	t.Helper()
	if errors.Is(err, ErrTooLong) || !utf8.ValidString(href) || strings.Contains(strings.ToLower(href), "xn--") {
		return
	}
	if strings.Count(href, "[") > 1 || strings.Count(href, "]") > 1 {
		return // it takes any number of them
	}
	want, wantErr := base.Parse(href)
	if wantErr != nil {
		if err == nil && !strings.ContainsAny(u.Host, "+-") {
			t.Errorf("%q is %s, want %v", href, u, wantErr)
		}
		return
	}
	if scheme := want.Scheme(); scheme != "http" && scheme != "https" {
		if !errors.Is(err, ErrScheme) {
			t.Errorf("%q: %v, want %v", href, err, ErrScheme)
		}
		return
	}
	if want.IsIPv4() && strings.ContainsAny(href, "+-") {
		return
	}
	path, rest, query := strings.Cut(want.Href(true), "?")
	path = strings.ReplaceAll(path, "^", "%5E")
	if want.Username() != "" || want.Password() != "" {
		scheme, after, _ := strings.Cut(path, "//")
		_, after, _ = strings.Cut(after, "@")
		path = scheme + "//" + after
	}
	if query {
		path += "?" + rest
	}
	if err != nil || u.String() != path {
		t.Errorf("%q is %v, %v, want %s", href, u, err, path)
	}
}

// Resolution sees every link of every page.
func BenchmarkResolve(b *testing.B) {
	base := mustURL(b, "https://www.example.com/docs/guide/")
	for _, href := range []string{"../api/index.html#top", "https://other.example/path?x=1", "/caña/ñ?q=ñ"} {
		b.Run(href, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Resolve(base, href, "")
			}
		})
	}
}
