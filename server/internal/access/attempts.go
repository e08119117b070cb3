package access

import (
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	// attemptsMax is how many wrong tokens one address, or one beginning of a token, may
	// present in attemptsWindow.
	attemptsMax    = 10
	attemptsWindow = 15 * time.Minute
)

// TooManyAttemptsError says that too many tokens were wrong.
type TooManyAttemptsError struct {
	// Left is when the next may be tried.
	Left time.Duration
}

func (*TooManyAttemptsError) Error() string { return "access: too many tokens were wrong" }

// Attempts bounds how often somebody may sign in with a wrong token: from one address, and
// with tokens that begin alike from wherever. As with [Starts] the windows are the same
// for all, and kept in memory; exempt peers are counted by their tokens only.
type Attempts struct {
	trusted proxies

	mu    sync.Mutex
	begun time.Time
	wrong map[string]int
}

// NewAttempts believes X-Forwarded-For from peers in trusted.
func NewAttempts(trusted []netip.Prefix) *Attempts {
	return &Attempts{trusted: trusted, wrong: map[string]int{}}
}

// Check fails with a *[TooManyAttemptsError] if too many attempts were wrong.
func (a *Attempts) Check(r *http.Request, token string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if now.Sub(a.begun) >= attemptsWindow {
		a.begun = now
		clear(a.wrong)
	}
	for _, key := range a.keys(r, token) {
		if a.wrong[key] >= attemptsMax {
			return &TooManyAttemptsError{Left: attemptsWindow - now.Sub(a.begun)}
		}
	}
	return nil
}

// Wrong counts an attempt that was wrong.
func (a *Attempts) Wrong(r *http.Request, token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, key := range a.keys(r, token) {
		a.wrong[key]++
	}
}

// keys are what an attempt is counted under. What is no token has no beginning that
// anybody else could be kept from.
func (a *Attempts) keys(r *http.Request, token string) (keys []string) {
	if peer, exempt := a.trusted.peer(r); !exempt {
		keys = append(keys, peer.String())
	}
	if prefix, ok := prefixOf(token); ok {
		keys = append(keys, prefix)
	}
	return keys
}
