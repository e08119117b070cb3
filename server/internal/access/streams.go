package access

import (
	"errors"
	"net/http"
	"net/netip"
	"sync"
)

// ErrTooMany says that the peer holds as many streams as one address may.
var ErrTooMany = errors.New("access: too many streams from one address")

// Streams counts open streams per address, but not those of peers that are exempt.
type Streams struct {
	max     int
	trusted proxies

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
	peer, exempt := s.trusted.peer(r)
	if s.max == 0 || exempt {
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
