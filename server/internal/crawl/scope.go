package crawl

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Scope decides which URLs belong to the audited site. A site is the registrable
// domain of its seed with every name below it (example.co.uk, www.example.co.uk).
// A seed without one (an IP address, localhost, a single label, a public suffix
// such as github.io) is a site of exactly that host.
//
// Ports belong to the site too: the default ports of http and https count as one
// port, so a site may move from http to https; any other port must be the seed's,
// because it is another service. The zero Scope contains nothing.
type Scope struct {
	site  string
	port  string
	exact bool
}

// NewScope returns the scope of a canonical seed URL.
func NewScope(seed *url.URL) Scope {
	host := seed.Hostname()
	_, notAddress := netip.ParseAddr(host)
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && notAddress != nil {
		return Scope{site: domain, port: seed.Port()}
	}
	return Scope{site: host, port: seed.Port(), exact: true}
}

// ContainsAddress is [Scope.Contains] of a URL in its normal form, as text: most of what
// pages link to is known as such, and parsing it again takes longer than all else here.
func (s Scope) ContainsAddress(normal string) bool {
	_, rest, _ := strings.Cut(normal, "://")
	host := rest[:max(strings.IndexAny(rest, "/?"), 0)]
	return s.Contains(&url.URL{Host: host})
}

// Contains reports whether the canonical URL u belongs to the site.
func (s Scope) Contains(u *url.URL) bool {
	if s.site == "" || u.Port() != s.port {
		return false
	}
	host := u.Hostname()
	return host == s.site || !s.exact && strings.HasSuffix(host, "."+s.site)
}
