package access

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// startsWindow is the time in which audits are counted.
const startsWindow = time.Hour

// Starts counts how many audits each address, and each token, starts in an hour. A token
// counts wherever it is used from, an address not if it is exempt. Answers say how many are
// left.
type Starts struct {
	quota

	trusted proxies
}

// NewStarts allows max audits per hour; 0 allows any number. Addresses in X-Forwarded-For
// are believed only from peers in trusted.
func NewStarts(max int, trusted []netip.Prefix) *Starts {
	return &Starts{quota: quota{max: max, window: startsWindow}, trusted: trusted}
}

// TooManyStartsError says that a caller has started as many audits as one may in an
// hour.
type TooManyStartsError struct {
	Max int
	// Left is when the hour is over.
	Left time.Duration
}

func (e *TooManyStartsError) Error() string {
	return fmt.Sprintf("access: %d audits started by one caller in an hour", e.Max)
}

// starter is who may start an audit, and the header of the answer.
type starter struct {
	accounts []account
	header   http.Header
}

type starterKey struct{}

// Wrap lets [Starts.Count] know whom the requests come from that may start an audit. The
// gate is outside of it.
func (s *Starts) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			who := starter{s.trusted.addressOf(r), w.Header()}
			if token := CallerOf(r.Context()).Token; token != 0 {
				who.accounts = append(who.accounts, account{ofToken, strconv.FormatInt(token, 10)})
			}
			r = r.WithContext(context.WithValue(r.Context(), starterKey{}, who))
		}
		next.ServeHTTP(w, r)
	})
}

// Count counts one more audit for the caller whose request's context ctx is, or fails
// with a *[TooManyStartsError].
func (s *Starts) Count(ctx context.Context) error {
	who, ok := ctx.Value(starterKey{}).(starter)
	if !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.announce(who.header, who.accounts)
	if left, full := s.isFull(who.accounts); full {
		s.refuse(who.header)
		return &TooManyStartsError{Max: s.max, Left: left}
	}
	s.add(who.accounts)
	return nil
}
