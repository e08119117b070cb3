package crawl

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// ErrBlockedAddress says that a connection was refused before it was made,
// because its address is not publicly routable or its port is not a web port.
var ErrBlockedAddress = errors.New("the address is not on the public web")

// publicIPv6 is what IANA has allocated for unicast; everything else of IPv6
// (loopback, link-local, unique local, multicast, mapped, compatible …) is
// refused by not being in it.
var publicIPv6 = netip.MustParsePrefix("2000::/3")

// nat64 embeds an IPv4 address in its last 32 bits (RFC 6052); on networks with
// IPv6 only, every IPv4 site is reached through it.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

var blockedPrefixes = parsePrefixes(
	"0.0.0.0/8",        // this network
	"10.0.0.0/8",       // private
	"100.64.0.0/10",    // carrier-grade NAT
	"127.0.0.0/8",      // loopback
	"168.63.129.16/32", // Azure's metadata and DNS address, routable in name only
	"169.254.0.0/16",   // link-local, cloud metadata
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // protocol assignments
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // benchmarking
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved, broadcast
	"2001::/23",        // protocol assignments: Teredo, ORCHID, benchmarking
	"2001:db8::/32",    // documentation
	"2002::/16",        // 6to4: embeds an IPv4 address
	"3fff::/20",        // documentation
)

func parsePrefixes(texts ...string) []netip.Prefix {
	prefixes := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		prefixes[i] = netip.MustParsePrefix(text)
	}
	return prefixes
}

// BlockedAddress reports whether a is anything but a publicly routable unicast
// address. IPv4 addresses inside IPv6 ones (mapped, NAT64) are judged as IPv4; an IPv6 address
// with a zone is not public.
func BlockedAddress(a netip.Addr) bool {
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsValid() || a.Is6() && !publicIPv6.Contains(a) {
		return true
	}
	for _, p := range blockedPrefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// guardPublic refuses every destination but the web ports of public addresses.
func guardPublic(to netip.AddrPort) error {
	if BlockedAddress(to.Addr()) {
		return fmt.Errorf("%w: %s is a private or reserved address", ErrBlockedAddress, to.Addr())
	}
	if p := to.Port(); p != 80 && p != 443 {
		return fmt.Errorf("%w: port %d is neither 80 nor 443", ErrBlockedAddress, p)
	}
	return nil
}

// NewDialer returns a dialer for requests that are no crawl's. It refuses the destinations
// that a [Fetcher] with the same setting refuses.
func NewDialer(allowPrivate bool) *net.Dialer {
	d := newDialer(guardOf(allowPrivate), nil)
	d.Timeout = dialTimeout
	return d
}

// dialTimeout bounds connecting, name resolution included.
const dialTimeout = 10 * time.Second

func guardOf(allowPrivate bool) func(netip.AddrPort) error {
	if allowPrivate {
		return nil
	}
	return guardPublic
}

// newDialer returns a dialer that asks guard about every address it is about to
// connect to, after name resolution; a nil guard allows everything.
func newDialer(guard func(netip.AddrPort) error, resolver *net.Resolver) *net.Dialer {
	d := &net.Dialer{Resolver: resolver}
	if guard != nil {
		d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("%w: %q", ErrBlockedAddress, address)
			}
			return guard(to)
		}
	}
	return d
}
