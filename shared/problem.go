package shared

// Code names an error for programs. Codes are stable: they are never renamed
// and never translated.
type Code string

const (
	CodeBadJSON         Code = "bad_json"               // the body is not JSON of the right types
	CodeUnknownField    Code = "unknown_field"          // the body has a field the request does not know
	CodeBadID           Code = "bad_id"                 // an audit id is a positive whole number
	CodeBadQuery        Code = "bad_query"              // a query parameter cannot be read
	CodeBadHeader       Code = "bad_header"             // a header cannot be read
	CodeBadURL          Code = "bad_url"                // not an address that can be audited
	CodePrivateTarget   Code = "private_target"         // the address points to a private network
	CodeOutOfRange      Code = "out_of_range"           // a number or text is outside its bounds
	CodeUnauthorized    Code = "unauthorized"           // the caller must sign in, or give a token that is good
	CodeForbidden       Code = "forbidden"              // the caller's role does not allow this
	CodeForbiddenOrigin Code = "forbidden_origin"       // the request came from another site's page
	CodeForbiddenHost   Code = "forbidden_host"         // the Host header does not name this server
	CodeNotFound        Code = "not_found"              // no such audit or path
	CodeMethod          Code = "method_not_allowed"     // the path does not take this method
	CodeNotAcceptable   Code = "not_acceptable"         // there is no such form of it
	CodeTerminal        Code = "audit_terminal"         // the audit has ended; nothing changes any more
	CodeConflict        Code = "conflict"               // the request contradicts the audit's state
	CodePrecondition    Code = "precondition_failed"    // If-Match names another revision
	CodeTooLarge        Code = "body_too_large"         // the body exceeds 1 MiB
	CodeMediaType       Code = "unsupported_media_type" // the body must be application/json
	CodeDifferentSites  Code = "different_sites"        // two audits of different sites have nothing to compare
	CodeHeadersNotKept  Code = "headers_not_kept"       // the audit had headers, which only whoever starts it again can give
	CodeIdempotency     Code = "idempotency_mismatch"   // the key was used with another body
	CodeTooManyStreams  Code = "too_many_streams"       // the connection cap is reached
	CodeQueueFull       Code = "queue_full"             // as many audits wait as may
	CodeHostBusy        Code = "host_busy"              // the host has as many unfinished audits as one may
	CodeRateLimited     Code = "rate_limited"           // the caller has sent as many requests as one may in a minute
	CodeCallerLimited   Code = "caller_limited"         // the caller has started as many audits as one may in an hour
	CodeStoryLimited    Code = "story_limited"          // the address has told as many stories as one may in an hour
	CodeSignInLimited   Code = "sign_in_limited"        // too many attempts to sign in failed; come back after Retry-After
	CodeProviderDown    Code = "provider_down"          // the sign-in provider cannot be reached
	CodeProviderSlow    Code = "provider_slow"          // the sign-in provider took too long
	CodeProviderOdd     Code = "provider_odd"           // the sign-in provider's answer cannot be used
	CodeSignInState     Code = "sign_in_state"          // the browser has begun no such sign-in, or too long ago
	CodeSignInReplayed  Code = "sign_in_replayed"       // this sign-in is over
	CodeSignInCode      Code = "sign_in_code"           // the provider does not take its code any more
	CodeSignInDenied    Code = "sign_in_denied"         // the provider, or the person there, said no
	CodeIDSignature     Code = "id_token_signature"     // the ID token is not signed by the provider
	CodeIDIssuer        Code = "id_token_issuer"        // the ID token is from another provider
	CodeIDAudience      Code = "id_token_audience"      // the ID token is for another client
	CodeIDNonce         Code = "id_token_nonce"         // the ID token is of another sign-in
	CodeIDTime          Code = "id_token_time"          // the ID token is not good at this time
	CodeEmailUnverified Code = "email_unverified"       // the provider has not verified the address
	CodeNoRole          Code = "no_role"                // the provider's people have roles here, but not this one
	CodePersonRevoked   Code = "person_revoked"         // an admin here has taken this person's access away
	CodeInternal        Code = "internal"               // the server's own fault
	CodeUnavailable     Code = "unavailable"            // the database cannot do that at present
	CodeDatabaseFull    Code = "database_full"          // the database has no room left
	CodeDatabaseRead    Code = "database_read_only"     // the database takes no changes
	CodeDatabaseStandby Code = "database_standby"       // another server is the primary
	CodeDatabaseMoved   Code = "database_moved"         // the database's files were removed or replaced
	CodeDraining        Code = "draining"               // the server is shutting down
	CodeOverloaded      Code = "overloaded"             // as many streams as may be; come back after Retry-After
	CodeDescriptors     Code = "descriptors"            // as many streams as the limit of open files has room for
)

// Codes lists every code. What hangs on a code (its status and title in package
// api, the enum of openapi.json, the words people read) is held against this
// list by tests.
var Codes = [...]Code{
	CodeBadJSON,
	CodeUnknownField,
	CodeBadID,
	CodeBadQuery,
	CodeBadHeader,
	CodeBadURL,
	CodePrivateTarget,
	CodeOutOfRange,
	CodeUnauthorized,
	CodeForbidden,
	CodeForbiddenOrigin,
	CodeForbiddenHost,
	CodeNotFound,
	CodeMethod,
	CodeNotAcceptable,
	CodeTerminal,
	CodeConflict,
	CodePrecondition,
	CodeTooLarge,
	CodeMediaType,
	CodeDifferentSites,
	CodeHeadersNotKept,
	CodeIdempotency,
	CodeTooManyStreams,
	CodeQueueFull,
	CodeHostBusy,
	CodeRateLimited,
	CodeCallerLimited,
	CodeStoryLimited,
	CodeSignInLimited,
	CodeProviderDown,
	CodeProviderSlow,
	CodeProviderOdd,
	CodeSignInState,
	CodeSignInReplayed,
	CodeSignInCode,
	CodeSignInDenied,
	CodeIDSignature,
	CodeIDIssuer,
	CodeIDAudience,
	CodeIDNonce,
	CodeIDTime,
	CodeEmailUnverified,
	CodeNoRole,
	CodePersonRevoked,
	CodeInternal,
	CodeUnavailable,
	CodeDatabaseFull,
	CodeDatabaseRead,
	CodeDatabaseStandby,
	CodeDatabaseMoved,
	CodeDraining,
	CodeOverloaded,
	CodeDescriptors,
}

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
