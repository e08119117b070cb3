package crawl

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// MaxURLLength is the longest canonical URL in bytes that is crawled.
const MaxURLLength = 2048

// Reasons why text is not a URL this package fetches; test with errors.Is.
var (
	// ErrNoHost says that the URL names no host.
	ErrNoHost = errors.New("the URL names no host")
	// ErrScheme says that the URL is neither http nor https.
	ErrScheme = errors.New("the URL is neither http nor https")
	// ErrUserinfo says that the URL carries a user name or password.
	ErrUserinfo = errors.New("the URL carries a user name or password")
	// ErrTooLong says that the URL is longer than MaxURLLength.
	ErrTooLong = errors.New("the URL is longer than 2,048 characters")
	// ErrSyntax says that the host, port, path or characters of the URL are malformed.
	ErrSyntax = errors.New("the URL is malformed")
)

// Canonical returns the one form of href that stands for the page it names:
// resolved against base (canonical, or nil for an absolute href), scheme and
// host in lower case, the host in ASCII, no default port, no fragment, no dot
// segments, "/" for an empty path, percent escapes in upper case and only where
// they are needed. Query, trailing slashes, empty segments and the case of the
// path carry meaning and are kept. Like a browser it ignores blanks around href
// and line breaks within, and reads "\" before the query as "/".
//
// The error is one of ErrNoHost, ErrScheme, ErrUserinfo, ErrTooLong, ErrSyntax,
// with href quoted.
func Canonical(base *url.URL, href string) (*url.URL, error) {
	u, err := canonical(base, href)
	if err != nil {
		return nil, urlError(href, err)
	}
	return u, nil
}

func urlError(text string, err error) error {
	const shown = 120
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + "…"
	}
	return fmt.Errorf("crawl: url %q: %w", text, err)
}

func canonical(base *url.URL, href string) (*url.URL, error) {
	href = strings.TrimFunc(href, func(r rune) bool { return r <= ' ' })
	scheme, rest := cutScheme(href)
	if scheme != "" && scheme != "http" && scheme != "https" {
		return nil, ErrScheme
	}
	// Bounds the work before the exact length is known: escapes only shrink.
	if len(rest) > 3*MaxURLLength {
		return nil, ErrTooLong
	}
	rest = lineBreaks.Replace(rest)
	if !utf8.ValidString(rest) || strings.ContainsFunc(rest, isControl) {
		return nil, ErrSyntax
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	rest = strings.ReplaceAll(rest, `\`, "/")

	u, path, err := resolve(base, scheme, rest)
	if err != nil {
		return nil, err
	}
	if rest == "" && !hasQuery {
		query, hasQuery = base.RawQuery, base.ForceQuery
	}
	u.RawQuery = normaliseEscapes(query, queryByte)
	u.ForceQuery = hasQuery && query == ""
	if err := setPath(u, path); err != nil {
		return nil, err
	}
	if len(u.String()) > MaxURLLength {
		return nil, ErrTooLong
	}
	return u, nil
}

var lineBreaks = strings.NewReplacer("\t", "", "\n", "", "\r", "")

// resolve returns scheme and host of a reference without query and fragment,
// and its path as written.
func resolve(base *url.URL, scheme, ref string) (*url.URL, string, error) {
	after, hasAuthority := strings.CutPrefix(ref, "//")
	if !hasAuthority {
		if base == nil || scheme != "" {
			return nil, "", ErrNoHost
		}
		u := &url.URL{Scheme: base.Scheme, Host: base.Host}
		path := base.EscapedPath()
		switch {
		case strings.HasPrefix(ref, "/"):
			path = ref
		case ref != "":
			path = path[:strings.LastIndexByte(path, '/')+1] + ref
		}
		return u, path, nil
	}
	if scheme == "" {
		if base == nil {
			return nil, "", ErrNoHost
		}
		scheme = base.Scheme
	}
	authority, path := after, ""
	if i := strings.IndexByte(after, '/'); i >= 0 {
		authority, path = after[:i], after[i:]
	}
	host, err := canonicalHost(scheme, authority)
	return &url.URL{Scheme: scheme, Host: host}, path, err
}

func cutScheme(s string) (scheme, rest string) {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i]), s[i+1:]
		default:
			return "", s
		}
	}
	return "", s
}

// hostProfile maps names as browsers do: "_" and "r3---sn" labels are in use.
var hostProfile = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false), idna.CheckHyphens(false))

func canonicalHost(scheme, authority string) (string, error) {
	if strings.Contains(authority, "@") {
		return "", ErrUserinfo
	}
	var name, port string
	if bracketed, ok := strings.CutPrefix(authority, "["); ok {
		inner, after, closed := strings.Cut(bracketed, "]")
		addr, err := netip.ParseAddr(inner)
		if !closed || err != nil || !addr.Is6() || addr.Zone() != "" || after != "" && after[0] != ':' {
			return "", ErrSyntax
		}
		name, port = "["+addr.String()+"]", strings.TrimPrefix(after, ":")
	} else {
		var err error
		name, port, _ = strings.Cut(authority, ":")
		if name, err = canonicalName(name); err != nil {
			return "", err
		}
	}
	if port == "" {
		return name, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", ErrSyntax
	}
	if scheme == "http" && n == 80 || scheme == "https" && n == 443 {
		return name, nil
	}
	return name + ":" + strconv.FormatUint(n, 10), nil
}

func canonicalName(name string) (string, error) {
	if name == "" {
		return "", ErrNoHost
	}
	name, err := hostProfile.ToASCII(name)
	if err != nil {
		return "", ErrSyntax
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if len(name) > 253 {
		return "", ErrSyntax
	}
	last := ""
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, notHostChar) {
			return "", ErrSyntax
		}
		last = label
	}
	// A host that ends in a number is an IPv4 address to every browser; the short,
	// octal, hex and decimal spellings only serve to disguise one.
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || strings.Trim(last, "0123456789") == "" {
		if addr, err := netip.ParseAddr(name); err != nil || !addr.Is4() {
			return "", ErrSyntax
		}
	}
	return name, nil
}

func notHostChar(r rune) bool {
	return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_')
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// setPath sets the path of u from its escaped spelling.
func setPath(u *url.URL, path string) error {
	escaped := removeDotSegments(normaliseEscapes(path, pathByte))
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		return ErrSyntax
	}
	u.Path = plain
	if u.EscapedPath() != escaped {
		u.RawPath = escaped
	}
	return nil
}

// removeDotSegments is RFC 3986 section 5.2.4 for an absolute path.
func removeDotSegments(path string) string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	kept := segments[:0]
	for i, s := range segments {
		switch s {
		case ".", "..":
			if s == ".." && len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if i == len(segments)-1 {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, s)
		}
	}
	return "/" + strings.Join(kept, "/")
}

// normaliseEscapes gives equal spellings one form (RFC 3986 section 6.2.2): escapes in
// upper case, unreserved characters bare, every byte that allowed refuses
// escaped. A "%" that starts no escape stays as it is.
func normaliseEscapes(s string, allowed func(byte) bool) string {
	clean := true
	for i := range len(s) {
		clean = clean && s[i] != '%' && allowed(s[i])
	}
	if clean {
		return s
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); i++ {
		c, escaped := s[i], false
		if c == '%' {
			if i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
				c, escaped = unhex(s[i+1])<<4|unhex(s[i+2]), true
				i += 2
			}
			if !escaped {
				b.WriteByte('%')
				continue
			}
		}
		if escaped && !unreserved(c) || !escaped && !allowed(c) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func pathByte(c byte) bool  { return unreserved(c) || strings.IndexByte("/!$&'()*+,;=:@[]", c) >= 0 }
func queryByte(c byte) bool { return c > ' ' && c < 0x7f && strings.IndexByte(`"<>#`, c) < 0 }

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
