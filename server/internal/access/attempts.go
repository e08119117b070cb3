package access

import (
	"net/http"
	"net/netip"
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
// with tokens that begin alike from wherever. Exempt peers are counted by their tokens only.
// Answers say how many attempts are left.
type Attempts struct {
	quota

	trusted proxies
}

// NewAttempts believes X-Forwarded-For from peers in trusted.
func NewAttempts(trusted []netip.Prefix) *Attempts {
	return &Attempts{quota: quota{max: attemptsMax, window: attemptsWindow}, trusted: trusted}
}

// Check fails with a *[TooManyAttemptsError] if too many attempts were wrong; h is the header
// of the answer.
func (a *Attempts) Check(h http.Header, r *http.Request, token string) error {
	accounts := a.accounts(r, token)
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce(h, accounts)
	if left, full := a.isFull(accounts); full {
		a.refuse(h)
		return &TooManyAttemptsError{Left: left}
	}
	return nil
}

// Wrong counts an attempt that was wrong.
func (a *Attempts) Wrong(h http.Header, r *http.Request, token string) {
	accounts := a.accounts(r, token)
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce(h, accounts)
	a.left() // begins a window if the last is over
	a.add(accounts)
}

// accounts are what an attempt is counted under. What is no token has no beginning that
// anybody else could be kept from.
func (a *Attempts) accounts(r *http.Request, token string) []account {
	accounts := a.trusted.addressOf(r)
	if prefix, ok := prefixOf(token); ok {
		accounts = append(accounts, account{ofToken, prefix})
	}
	return accounts
}
