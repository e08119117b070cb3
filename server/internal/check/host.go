package check

import (
	"net/url"
	"strings"

	"atalaya/server/internal/netname"
)

// LacksHTTPS reports whether a home page is public but came without TLS. An address, a
// loopback name and the names reserved for tests and local networks (RFC 6761, RFC 6762,
// RFC 8375) cannot be expected to have it.
func LacksHTTPS(home *url.URL) bool {
	host := strings.ToLower(home.Hostname())
	if _, is := netname.Address(host); is || home.Scheme != "http" || isPrivateHost(host) {
		return false
	}
	switch topLabel(host) {
	case "test", "example", "invalid", "arpa":
		return false
	}
	return strings.Contains(host, ".")
}

// isPrivateHost reports whether a host, in lower case, can only be reached from the
// machine or the network it stands in. For names it is what RFC 6761, RFC 6762 and
// RFC 8375 say, and internal, which will never be a public domain.
func isPrivateHost(host string) bool {
	if addr, is := netname.Address(host); is {
		return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsUnspecified()
	}
	switch topLabel(host) {
	case "localhost", "local", "internal":
		return true
	}
	return strings.HasSuffix(host, ".home.arpa")
}

// hostOf is the host of an absolute URL in its canonical form, without port. It costs
// little, for pages of many links.
func hostOf(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	if literal, ok := strings.CutPrefix(rest, "["); ok {
		host, _, _ := strings.Cut(literal, "]")
		return host
	}
	host, _, _ := strings.Cut(rest, ":")
	return host
}

// originOf is the scheme and the host of an absolute URL in its canonical form.
func originOf(raw string) string {
	scheme, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return scheme + "://" + rest
}

// topLabel is the last part of a host name, after its last dot.
func topLabel(host string) string { return host[strings.LastIndexByte(host, '.')+1:] }
