package access

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

const (
	// requestsWindow is the time in which requests are counted.
	requestsWindow = time.Minute
	// requestsAccounts bounds what a window remembers, to some 10 MB. Whoever has more
	// addresses than that has more than can be counted for, so newcomers are not.
	requestsAccounts = 100_000
)

// Requests counts how many requests each address, and each token, sends in a minute: all but
// those of routes that are [Open], such as the program's files and the probes. A token counts wherever it
// is used from, an address not if it is exempt; wrong tokens count for their address. Answers
// say how many are left, unless they say it of something narrower.
type Requests struct {
	quota

	trusted proxies
	rules   Rules
	fail    func(http.ResponseWriter, *http.Request, error)
}

// NewRequests allows max requests per minute; 0 allows any number. Addresses in X-Forwarded-For
// are believed only from peers in trusted. Refused requests are answered by fail, which gets a
// *[TooManyRequestsError].
func NewRequests(
	max int, trusted []netip.Prefix, rules Rules, fail func(http.ResponseWriter, *http.Request, error),
) *Requests {
	return &Requests{
		quota:   quota{max: max, window: requestsWindow, most: requestsAccounts},
		trusted: trusted, rules: rules, fail: fail,
	}
}

// TooManyRequestsError says that a caller has sent as many requests as one may in a minute.
type TooManyRequestsError struct {
	Max int
	// Left is when the minute is over.
	Left time.Duration
}

func (e *TooManyRequestsError) Error() string {
	return fmt.Sprintf("access: %d requests of one caller in a minute", e.Max)
}

// OfAddresses counts requests for their addresses. The gate is inside of it, so that who tries
// tokens is counted too.
func (q *Requests) OfAddresses(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address := q.trusted.addressOf(r)
		if q.admit(w, r, address, address) {
			next.ServeHTTP(w, r)
		}
	})
}

// OfTokens counts requests for the tokens of their callers. The gate is outside of it.
func (q *Requests) OfTokens(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var token []account
		if id := CallerOf(r.Context()).Token; id != 0 {
			token = []account{{ofToken, strconv.FormatInt(id, 10)}}
		}
		if q.admit(w, r, token, append(q.trusted.addressOf(r), token...)) {
			next.ServeHTTP(w, r)
		}
	})
}

// admit counts a request on some accounts and says in its answer what is left of all. It
// answers the request itself when they are used up.
func (q *Requests) admit(w http.ResponseWriter, r *http.Request, on, all []account) bool {
	if q.max == 0 || len(on) == 0 || q.rules.right(r) == Open {
		return true
	}
	if err := q.count(w.Header(), on, all); err != nil {
		q.fail(w, r, err)
		return false
	}
	return true
}

// count counts one more request, or fails with a *[TooManyRequestsError].
func (q *Requests) count(h http.Header, on, all []account) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.announce(h, all)
	if left, full := q.isFull(on); full {
		return &TooManyRequestsError{Max: q.max, Left: left}
	}
	q.add(on)
	return nil
}
