// Package netname says what the name of a host means before any server is asked:
// whether it is an address, and whether it is this machine.
//
//	netname.IsLoopback("app.localhost") // true: RFC 6761 keeps it for this machine
//
// Names are compared without regard to case, and a final dot counts for nothing. The
// functions look nothing up, and are safe for concurrent use.
package netname

import (
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host name or address always means this machine:
// 127.0.0.0/8, ::1, localhost and the names under it (RFC 6761).
func IsLoopback(host string) bool {
	if addr, is := Address(host); is {
		return addr.IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Address returns the IP address that a host is; an IPv4 address written as IPv6 is
// the IPv4 address. Most hosts are names, and cost nothing.
func Address(host string) (netip.Addr, bool) {
	host = strings.TrimSuffix(host, ".")
	if host == "" || !strings.Contains(host, ":") && (host[0] < '0' || host[0] > '9') {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(host)
	return addr.Unmap(), err == nil
}
