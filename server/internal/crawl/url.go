package crawl

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// MaxURLLength is the longest URL in bytes that is crawled, in either form.
const MaxURLLength = 2048

// Reasons why text is not a URL this package fetches; test with errors.Is.
var (
	// ErrNoHost says that the URL names no host.
	ErrNoHost = errors.New("the URL names no host")
	// ErrScheme says that the URL is neither http nor https.
	ErrScheme = errors.New("the URL is neither http nor https")
	// ErrUserinfo says that a seed URL carries a user name or password.
	ErrUserinfo = errors.New("the URL carries a user name or password")
	// ErrTooLong says that the URL is longer than MaxURLLength: our own bound, no browser's.
	ErrTooLong = errors.New("the URL is longer than 2,048 characters")
	// ErrSyntax says that the URL is malformed. ErrHost and ErrPort are kinds of it.
	ErrSyntax = errors.New("the URL is malformed")
	// ErrHost says that what stands for the host is no host name and no address.
	ErrHost = fmt.Errorf("%w: its host is neither a name nor an address", ErrSyntax)
	// ErrPort says that the port is no number up to 65,535.
	ErrPort = fmt.Errorf("%w: its port is not a number up to 65,535", ErrSyntax)
)

// Unopenable reports whether err, of Resolve or Canonical, says that no browser
// opens the link: a click on it leads nowhere. Links of other schemes lead
// somewhere, and so do those that are only too long for us.
func Unopenable(err error) bool { return errors.Is(err, ErrNoHost) || errors.Is(err, ErrSyntax) }

// Canonical returns the one form of href that stands for the page it names, the
// key of a page everywhere: what Resolve returns for a document in UTF-8, with
// percent escapes in upper case and only where they are needed, and no dot at the
// end of the host. Query, trailing slashes, empty segments and the case of the
// path carry meaning and are kept.
//
// To ask a site for the page, use the URL that Resolve returns: the normal form is
// for comparing, and some servers know only the spelling of their own links.
func Canonical(base *url.URL, href string) (*url.URL, error) {
	u, err := Resolve(base, href, "")
	if err != nil {
		return nil, err
	}
	return Normal(u), nil
}

// Resolve returns the URL that a browser asks for when it follows href in a
// document of the URL base, spelt as it would be on the wire, by the URL standard
// (url.spec.whatwg.org). base is nil for an absolute href. charset names the encoding of
// the document, which letters outside ASCII in the query are escaped in; "" is
// UTF-8. Fragment, user name and password are dropped.
//
// A spelling that net/url does not represent, such as a "%" that starts no escape,
// stands in URL.Opaque; String, Host, Path and RawQuery are right all the same.
//
// The error is one of ErrNoHost, ErrScheme, ErrTooLong, ErrHost, ErrPort, with href
// quoted; see Unopenable.
func Resolve(base *url.URL, href, charset string) (*url.URL, error) {
	u, err := resolve(base, href, charset)
	if err != nil {
		return nil, urlError(href, err)
	}
	return u, nil
}

// resolveLocation resolves the value of a Location header. Its bytes beyond ASCII
// have no charset: browsers escape them one by one.
func resolveLocation(base *url.URL, location string) (*url.URL, error) {
	return Resolve(base, appendEscaped(nil, location, func(c byte) bool { return c < 0x80 }), "")
}

func urlError(text string, err error) error {
	const shown = 120
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + "…"
	}
	return fmt.Errorf("crawl: url %q: %w", text, err)
}

func resolve(base *url.URL, href, charset string) (*url.URL, error) {
	href = strings.TrimFunc(href, func(r rune) bool { return r <= ' ' })
	scheme, ref := cutScheme(href)
	if scheme != "" && scheme != "http" && scheme != "https" {
		return nil, ErrScheme
	}
	ref, _, _ = strings.Cut(ref, "#")
	// Bounds the work before the exact length is known: dot segments may shorten a path.
	if len(ref) > 3*MaxURLLength {
		return nil, ErrTooLong
	}
	if !utf8.ValidString(ref) {
		ref = string([]rune(ref))
	}
	if strings.ContainsAny(ref, "\t\n\r") {
		ref = lineBreaks.Replace(ref)
	}
	ref, query, hasQuery := strings.Cut(ref, "?")
	ref = strings.ReplaceAll(ref, `\`, "/")
	query = escapeQuery(query, charset)

	u := &url.URL{Scheme: scheme}
	sameScheme := base != nil && (scheme == "" || scheme == base.Scheme)
	path := ref
	switch {
	case strings.HasPrefix(ref, "//") && (scheme != "" || base != nil), !sameScheme && scheme != "":
		authority := strings.TrimLeft(ref, "/")
		authority, path, _ = strings.Cut(authority, "/")
		path = "/" + path
		if scheme == "" {
			u.Scheme = base.Scheme
		}
		host, err := parseAuthority(u.Scheme, authority)
		if err != nil {
			return nil, err
		}
		u.Host = host
	case base == nil:
		return nil, ErrNoHost
	default:
		u.Scheme, u.Host = base.Scheme, base.Host
		switch basePath := wirePath(base); {
		case strings.HasPrefix(ref, "/"):
		case ref != "":
			path = basePath[:strings.LastIndexByte(basePath, '/')+1] + ref
		default:
			path = basePath
			if !hasQuery {
				query, hasQuery = base.RawQuery, base.ForceQuery || base.RawQuery != ""
			}
		}
	}
	u.RawQuery, u.ForceQuery = query, hasQuery && query == ""
	path = removeDotSegments(appendEscaped(nil, path, wirePathByte))
	setWirePath(u, path)
	length := len(u.Scheme) + len("://") + len(u.Host) + len(path) + len(query)
	if hasQuery {
		length++
	}
	if length > MaxURLLength {
		return nil, ErrTooLong
	}
	return u, nil
}

var lineBreaks = strings.NewReplacer("\t", "", "\n", "", "\r", "")

func cutScheme(s string) (scheme, rest string) {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i]), s[i+1:]
		case c == '\t' || c == '\n' || c == '\r': // ignored everywhere
			if strings.IndexByte(s, ':') < 0 {
				return "", s
			}
			return cutScheme(lineBreaks.Replace(s))
		default:
			return "", s
		}
	}
	return "", s
}

// parseAuthority returns host and port as they stand in a URL: without the default
// port and user info.
func parseAuthority(scheme, authority string) (string, error) {
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	end, bracketed := len(authority), false
	for i := range len(authority) {
		switch authority[i] {
		case '[':
			bracketed = true
		case ']':
			bracketed = false
		case ':':
			if !bracketed {
				end = i
			}
		}
		if end < len(authority) {
			break
		}
	}
	name, port := authority[:end], strings.TrimPrefix(authority[end:], ":")
	if name == "" {
		return "", ErrNoHost
	}
	host, err := parseHost(name)
	if err != nil || port == "" {
		return host, err
	}
	if strings.Trim(port, "0123456789") != "" {
		return "", ErrPort
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", ErrPort
	}
	if scheme == "http" && n == 80 || scheme == "https" && n == 443 {
		return host, nil
	}
	return host + ":" + strconv.FormatUint(n, 10), nil
}

// parseHost returns the host as browsers understand it. Plain names and addresses are
// their own form; everything else (letters outside ASCII, escapes, other spellings of
// IPv4 addresses) is for the library, and a fuzz test holds both equal.
func parseHost(name string) (string, error) {
	if len(name) > MaxURLLength {
		return "", ErrTooLong
	}
	if isPlainName(name) {
		return strings.ToLower(name), nil
	}
	if isDottedQuad(name) {
		return name, nil
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		if !ok || err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", ErrHost
		}
		if addr.Is4In6() { // the standard has no dots in an address
			b := addr.As16()
			return fmt.Sprintf("[::ffff:%x:%x]", uint(b[12])<<8|uint(b[13]), uint(b[14])<<8|uint(b[15])), nil
		}
		return "[" + addr.String() + "]", nil
	}
	u, err := whatwg.Parse("http://" + name + "/")
	if err == nil && u.Hostname() != "" && !(u.IsIPv4() && strings.ContainsAny(name, "+-")) {
		return u.Hostname(), nil
	}
	// The library takes "-0" for a number, and Punycode that stands for nothing for no
	// name, which the standard has since allowed. Without both it judges the rest.
	decoded, err := url.PathUnescape(name)
	if err != nil {
		return "", ErrHost
	}
	decoded = strings.ToLower(decoded)
	plain := misread.Replace(decoded)
	if u, err := whatwg.Parse("http://" + plain + "/"); err != nil || plain == decoded || u.Hostname() != plain {
		return "", ErrHost
	}
	return decoded, nil
}

var misread = strings.NewReplacer("xn--", "xnxx", "-", "z", "+", "z")

// isPlainName reports whether a host consists of letters, digits and hyphens in
// labels without Punycode, and cannot be an IPv4 address in any spelling.
func isPlainName(name string) bool {
	start := 0 // of the last label
	for i := range len(name) {
		switch c := name[i]; {
		case c == '.':
			if i == start || i+1 == len(name) {
				return false
			}
			start = i + 1
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
			if c == '-' && i == start+3 && strings.EqualFold(name[start:i], "xn-") {
				return false
			}
		default:
			return false
		}
	}
	return start < len(name) && (name[start] < '0' || name[start] > '9')
}

// isDottedQuad reports whether a host is an IPv4 address as the URL standard spells it.
func isDottedQuad(name string) bool {
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Is4()
}

// wirePath returns the path of a URL that Resolve or Canonical returned.
func wirePath(u *url.URL) string {
	if u.Opaque != "" {
		return strings.TrimPrefix(u.Opaque, "//"+u.Host)
	}
	if u.Path == "" {
		return "/"
	}
	return u.EscapedPath()
}

// setWirePath sets the path of u from its escaped spelling; see Resolve.
func setWirePath(u *url.URL, escaped string) {
	if isPlainPath(escaped) && !strings.ContainsFunc(u.Host, isOddHostRune) {
		u.Path = escaped
		return
	}
	plain, err := url.PathUnescape(escaped)
	if err == nil && !strings.ContainsFunc(u.Host, isOddHostRune) {
		u.Path = plain
		if u.EscapedPath() == escaped {
			return
		}
		if u.RawPath = escaped; u.EscapedPath() == escaped {
			return
		}
	}
	u.Path, u.RawPath = escaped, ""
	if plain, err := url.PathUnescape(normaliseEscapes(escaped, pathByte, "%25")); err == nil {
		u.Path = plain
	}
	u.Opaque = "//" + u.Host + escaped
}

// isPlainPath reports whether net/url spells a path as it is.
func isPlainPath(path string) bool {
	for i := range len(path) {
		if c := path[i]; c != '/' && !unreserved(c) {
			return false
		}
	}
	return true
}

// isOddHostRune reports whether the URL standard leaves r in a host and net/url does not.
func isOddHostRune(r rune) bool { return strings.ContainsRune("{}`^|%", r) }

// Normal returns the normal form of a URL that Resolve returned; see Canonical.
func Normal(u *url.URL) *url.URL {
	n := &url.URL{
		Scheme: u.Scheme, Host: normalHost(u.Host), ForceQuery: u.ForceQuery,
		RawQuery: normaliseEscapes(u.RawQuery, queryByte, "%"),
	}
	setWirePath(n, normaliseEscapes(wirePath(u), pathByte, "%25"))
	return n
}

// normalHost drops the dot after which a name is complete.
func normalHost(host string) string {
	name, port, hasPort := strings.Cut(host, ":")
	if !strings.HasSuffix(name, ".") || strings.HasSuffix(name, "..") || name == "." {
		return host
	}
	name = strings.TrimSuffix(name, ".")
	if hasPort {
		name += ":" + port
	}
	return name
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
