package tabs

import "atalaya/app/internal/live"

// Role is a tab's part among the tabs of its browser.
type Role uint8

// The roles.
const (
	Alone    Role = iota // it shares no streams
	Leader               // its streams feed the other tabs
	Follower             // another tab's streams feed it
)

// RoleOf is the role of the tab that has a platform.
func RoleOf(p live.Platform) Role {
	h, ok := p.(*hub)
	if !ok {
		return Alone
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.member.leading:
		return Leader
	case h.member.leader != "":
		return Follower
	}
	return Alone
}
