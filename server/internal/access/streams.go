package access

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// ErrTooMany says that the peer holds as many streams as one address may.
var ErrTooMany = errors.New("access: too many streams from one address")

// Streams counts open streams per address. A connection from loopback is exempt,
// because a proxy on the same machine speaks for many; so that such a proxy's own
// peers are counted, name it as trusted. An address that a proxy names is never
// exempt: its loopback is not ours.
type Streams struct {
	max     int
	trusted []netip.Prefix

	mu   sync.Mutex
	open map[netip.Addr]int
}

// NewStreams allows max streams per address; 0 allows any number. Addresses in
// X-Forwarded-For are believed only from peers in trusted.
func NewStreams(max int, trusted []netip.Prefix) *Streams {
	return &Streams{max: max, trusted: trusted, open: make(map[netip.Addr]int)}
}

// Admit counts one more stream of the request's peer. The caller calls release
// once, when the stream ends. It fails with [ErrTooMany].
func (s *Streams) Admit(r *http.Request) (release func(), err error) {
	peer, forwarded := s.peer(r)
	if s.max == 0 || !peer.IsValid() || peer.IsLoopback() && !forwarded {
		return func() {}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[peer] >= s.max {
		return nil, ErrTooMany
	}
	s.open[peer]++
	return func() { s.release(peer) }, nil
}

func (s *Streams) release(peer netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[peer]--; s.open[peer] <= 0 {
		delete(s.open, peer)
	}
}

// peer is the address that the request's stream is counted for: that of the
// connection, or, when that is a trusted proxy, the last one in X-Forwarded-For
// that is not (forwarded); whatever stands before it anybody may have written.
// IPv6 peers are one per /64, the smallest block a customer gets, and IPv4 in IPv6
// is IPv4. It is the zero Addr for a connection without an IP address.
func (s *Streams) peer(r *http.Request) (peer netip.Addr, forwarded bool) {
	peer = parseHop(r.RemoteAddr)
	if s.trusts(peer) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop := parseHop(strings.TrimSpace(hops[i]))
			if !hop.IsValid() {
				break
			}
			if peer, forwarded = hop, true; !s.trusts(peer) {
				break
			}
		}
	}
	if peer.Is6() && !peer.IsLoopback() {
		block, _ := peer.Prefix(64) // every IPv6 address has one
		return block.Addr(), forwarded
	}
	return peer, forwarded
}

func (s *Streams) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(s.trusted, func(p netip.Prefix) bool { return p.Contains(a) })
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
