package live

// The HTTP statuses that mean something to the client. They are written here and
// not taken from net/http, because importing that would double the client.
const (
	StatusOK           = 200
	StatusNotModified  = 304
	StatusUnauthorized = 401
	StatusForbidden    = 403
	StatusNotFound     = 404
	StatusGone         = 410
	StatusUnavailable  = 503
)
