package shared

// Code names an error for programs. Codes are stable: they are never renamed
// and never translated.
type Code string

const (
	CodeBadJSON         Code = "bad_json"               // 400: the body is not JSON of the right types
	CodeUnknownField    Code = "unknown_field"          // 400: the body has a field the request does not know
	CodeBadID           Code = "bad_id"                 // 400: an audit id is a positive whole number
	CodeBadQuery        Code = "bad_query"              // 400: a query parameter cannot be read
	CodeBadHeader       Code = "bad_header"             // 400: a header cannot be read
	CodeBadURL          Code = "bad_url"                // 422: not an address that can be audited
	CodePrivateTarget   Code = "private_target"         // 422: the address points to a private network
	CodeOutOfRange      Code = "out_of_range"           // 422: a number or text is outside its bounds
	CodeForbiddenOrigin Code = "forbidden_origin"       // 403: the request came from another site's page
	CodeForbiddenHost   Code = "forbidden_host"         // 403: the Host header does not name this server
	CodeNotFound        Code = "not_found"              // 404: no such audit or path
	CodeMethod          Code = "method_not_allowed"     // 405
	CodeNotAcceptable   Code = "not_acceptable"         // 406
	CodeTerminal        Code = "audit_terminal"         // 409: the audit has ended; nothing changes any more
	CodeConflict        Code = "conflict"               // 409: the request contradicts the audit's state
	CodePrecondition    Code = "precondition_failed"    // 412: If-Match names another revision
	CodeTooLarge        Code = "body_too_large"         // 413: the body exceeds 1 MiB
	CodeMediaType       Code = "unsupported_media_type" // 415: the body must be application/json
	CodeIdempotency     Code = "idempotency_mismatch"   // 422: the key was used with another body
	CodeTooManyStreams  Code = "too_many_streams"       // 429: the connection cap is reached
	CodeInternal        Code = "internal"               // 500
	CodeUnavailable     Code = "unavailable"            // 503: the database does not answer
	CodeDraining        Code = "draining"               // 503: the server is shutting down
	CodeOverloaded      Code = "overloaded"             // 503: come back after Retry-After
)

// ProblemType is the media type of every error answer (RFC 9457).
const ProblemType = "application/problem+json"

// Problem is the body of every error answer, after RFC 9457.
type Problem struct {
	// Type is a stable path under /problems/ that names the kind of problem.
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail says in words what was wrong and how to mend it.
	Detail    string `json:"detail,omitempty"`
	Instance  string `json:"instance,omitempty"`
	Code      Code   `json:"code"`
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}
