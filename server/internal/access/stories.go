package access

import (
	"net/http"
	"net/netip"
	"time"
)

// storiesMax is how many stories of visits one address tells in storiesWindow at most: a team
// behind one address, and more pages than it opens.
const (
	storiesMax    = 600
	storiesWindow = time.Hour
)

// Stories counts how many stories of visits each address tells in an hour, so that nobody alone
// makes up what the metrics say of all. Exempt peers tell as many as they want.
type Stories struct {
	quota

	trusted proxies
}

// NewStories believes X-Forwarded-For from peers in trusted.
func NewStories(trusted []netip.Prefix) *Stories {
	return &Stories{quota: quota{max: storiesMax, window: storiesWindow}, trusted: trusted}
}

// Count counts one more story of a request's peer, unless that has told as many as it may; then
// left is when it may go on.
func (s *Stories) Count(r *http.Request) (left time.Duration, full bool) {
	accounts := s.trusted.addressOf(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if left, full = s.isFull(accounts); !full {
		s.add(accounts)
	}
	return left, full
}
