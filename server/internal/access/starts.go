package access

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Starts counts how many audits each address starts in an hour, but not those of peers
// that are exempt. The hours are the same for all and begin with somebody's first
// audit; they are kept in memory, so each process counts for itself and a restart
// forgets. What an hour remembers is one number for each address that started an audit
// in it.
type Starts struct {
	max     int
	trusted proxies

	mu      sync.Mutex
	begun   time.Time // the hour
	started map[netip.Addr]int
}

// NewStarts allows max audits per address and hour; 0 allows any number. Addresses in
// X-Forwarded-For are believed only from peers in trusted.
func NewStarts(max int, trusted []netip.Prefix) *Starts {
	return &Starts{max: max, trusted: trusted, started: map[netip.Addr]int{}}
}

// TooManyStartsError says that a caller has started as many audits as one may in an
// hour.
type TooManyStartsError struct {
	Max int
	// Left is when the hour is over.
	Left time.Duration
}

func (e *TooManyStartsError) Error() string {
	return fmt.Sprintf("access: %d audits started by one address in an hour", e.Max)
}

type callerKey struct{}

// Wrap lets [Starts.Count] know whom the requests come from that may start an audit.
func (s *Starts) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			if peer, exempt := s.trusted.peer(r); !exempt {
				r = r.WithContext(context.WithValue(r.Context(), callerKey{}, peer))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// Count counts one more audit for the caller whose request's context ctx is, or fails
// with a *[TooManyStartsError].
func (s *Starts) Count(ctx context.Context) error {
	caller, counted := ctx.Value(callerKey{}).(netip.Addr)
	if s.max == 0 || !counted {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Sub(s.begun) >= time.Hour {
		s.begun = now
		clear(s.started)
	}
	if s.started[caller] >= s.max {
		return &TooManyStartsError{Max: s.max, Left: time.Hour - now.Sub(s.begun)}
	}
	s.started[caller]++
	return nil
}
