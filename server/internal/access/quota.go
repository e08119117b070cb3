package access

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// account is what is counted by itself.
type account struct{ kind, name string }

// The kinds of accounts, as answers name them.
const (
	ofAddress = "address" // of IPv6 the /64
	ofToken   = "token"
)

// retrySpread keeps those who were refused in the same window from coming back at once.
const retrySpread = 30 * time.Second

// quota counts, in windows of time, what is done on each account. The windows are the same
// for all and begin with somebody's first deed; they are kept in memory, so each process
// counts for itself and a restart forgets. What a window remembers is one number for each
// account that was used in it.
type quota struct {
	max    int // on one account in one window; 0 for any number
	window time.Duration
	most   int // accounts that one window remembers; 0 for any number

	mu    sync.Mutex
	begun time.Time
	used  map[account]int
}

// left is how long the window goes on that belongs to this moment; q.mu is held.
func (q *quota) left() time.Duration {
	now := time.Now()
	if now.Sub(q.begun) >= q.window {
		q.begun = now
		q.used = map[account]int{}
	}
	return q.window - now.Sub(q.begun)
}

// isFull reports whether one of some accounts is used up, and for how long it stays so; q.mu
// is held.
func (q *quota) isFull(accounts []account) (left time.Duration, full bool) {
	left = q.left()
	for _, a := range accounts {
		full = full || q.max != 0 && q.used[a] >= q.max
	}
	return left, full
}

// add counts one more deed on each of some accounts that are remembered; q.mu is held.
func (q *quota) add(accounts []account) {
	for _, a := range accounts {
		if q.most == 0 || q.used[a] > 0 || len(q.used) < q.most {
			q.used[a]++
		}
	}
}

// announce says in the header of an answer what may be done on some accounts, and what is
// left of it, as draft-ietf-httpapi-ratelimit-headers-10 has it; q.mu is held.
func (q *quota) announce(h http.Header, accounts []account) {
	if q.max == 0 || len(accounts) == 0 {
		return
	}
	var policies, limits []string
	reset := int(math.Ceil(q.left().Seconds()))
	for _, a := range accounts {
		policies = append(policies, fmt.Sprintf("%q;q=%d;w=%d", a.kind, q.max, int(q.window.Seconds())))
		limits = append(limits, fmt.Sprintf("%q;r=%d;t=%d", a.kind, max(0, q.max-q.used[a]), reset))
	}
	h.Set("RateLimit-Policy", strings.Join(policies, ", "))
	h.Set("RateLimit", strings.Join(limits, ", "))
}

// refuse says in the header of an answer when to come back; q.mu is held.
func (q *quota) refuse(h http.Header) {
	wait := q.left() + rand.N(retrySpread)
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// addressOf is the account of a request's peer; none for one that is exempt.
func (p proxies) addressOf(r *http.Request) []account {
	peer, exempt := p.peer(r)
	if exempt {
		return nil
	}
	return []account{{ofAddress, peer.String()}}
}
