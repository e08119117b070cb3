package access

import (
	"net/http"

	"atalaya/shared"
)

// Right is what a route asks of its caller.
type Right uint8

// The rights.
const (
	// Manage is for admins. It is the zero value, so that a route which nobody thought of
	// is closed.
	Manage Right = iota
	// Open is for everybody, signed in or not.
	Open
	// Read is for all who are signed in.
	Read
	// ReadAudit is Read for a route of one audit, which a link to that audit is enough for.
	ReadAudit
	// Start is for those who start audits.
	Start
	// Work is for those who report the progress of audits.
	Work
)

// allows reports whether a role has a right.
func allows(role shared.Role, right Right) bool {
	switch right {
	case Open:
		return true
	case Read, ReadAudit:
		return role != ""
	case Start:
		return role == shared.RoleAuditor || role == shared.RoleAdmin
	case Work:
		return role == shared.RoleWorker || role == shared.RoleAdmin
	default:
		return role == shared.RoleAdmin
	}
}

// Rules say which right each route asks for. Routes are patterns of [http.ServeMux] with a
// method; one of GET holds for HEAD too.
type Rules struct{ mux *http.ServeMux }

// NewRules makes rules of a table. It panics where two routes contradict each other.
func NewRules(table map[string]Right) Rules {
	rules := Rules{http.NewServeMux()}
	for route, right := range table {
		rules.mux.Handle(route, right)
	}
	return rules
}

// ServeHTTP does nothing: a right is a handler only so that a ServeMux can find it.
func (Right) ServeHTTP(http.ResponseWriter, *http.Request) {}

// right is what a request asks for. A path in another than its clean form asks for the
// highest, whatever it may become.
func (rs Rules) right(r *http.Request) Right {
	h, _ := rs.mux.Handler(r)
	right, _ := h.(Right) // else it is a redirect, or there is no such route
	return right
}
