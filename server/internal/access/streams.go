package access

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// ErrTooMany says that the peer holds as many streams as one address may.
var ErrTooMany = errors.New("access: too many streams from one address")

// Streams counts open streams per address. Loopback peers are exempt, because
// a proxy on the same machine speaks for many; so that such a proxy's own peers
// are counted, name it as trusted.
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
	peer := s.Peer(r)
	if s.max == 0 || !peer.IsValid() || peer.IsLoopback() {
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

// Peer is the address that a request came from: the connection's, or, when
// that is a trusted proxy, the last one in X-Forwarded-For that is not. IPv6
// peers are one per /64, the smallest block a customer gets.
func (s *Streams) Peer(r *http.Request) netip.Addr {
	peer := remote(r.RemoteAddr)
	if s.trusts(peer) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			if peer = hop.Unmap(); !s.trusts(peer) {
				break
			}
		}
	}
	if peer.Is6() && !peer.IsLoopback() {
		if block, err := peer.WithZone("").Prefix(64); err == nil {
			return block.Addr()
		}
	}
	return peer
}

func (s *Streams) trusts(a netip.Addr) bool {
	for _, p := range s.trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func remote(addr string) netip.Addr {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}
