package access

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks whose X-Forwarded-For is believed.
type proxies []netip.Prefix

// peer is the address that a request is counted for: that of the connection, or, when
// that is a trusted proxy, the last one in X-Forwarded-For that is not; whatever stands
// before it anybody may have written. IPv6 peers are one per /64, the smallest block a
// customer gets, and IPv4 in IPv6 is IPv4. It is the zero Addr for a connection without
// an IP address and without a forwarded one. Over a unix socket, which has none, a proxy
// on this machine speaks: it is believed, or all its peers would be exempt.
//
// A connection from loopback is exempt from bounds, because a proxy on the same machine
// speaks for many; so that such a proxy's own peers are counted, name it as trusted. An
// address that a proxy names is never exempt: its loopback is not ours.
func (p proxies) peer(r *http.Request) (peer netip.Addr, exempt bool) {
	peer = parseHop(r.RemoteAddr)
	exempt = !peer.IsValid() || peer.IsLoopback()
	if !peer.IsValid() || p.trust(peer) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop := parseHop(strings.TrimSpace(hops[i]))
			if !hop.IsValid() {
				break
			}
			if peer, exempt = hop, false; !p.trust(peer) {
				break
			}
		}
	}
	if peer.Is6() && !peer.IsLoopback() {
		block, _ := peer.Prefix(64) // every IPv6 address has one
		return block.Addr(), exempt
	}
	return peer, exempt
}

func (p proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(a) })
}

// parseHop reads an address with or without a port, as connections have it and as
// proxies write it; the zero Addr if it is none.
func parseHop(hop string) netip.Addr {
	if host, _, err := net.SplitHostPort(hop); err == nil {
		hop = host
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}
