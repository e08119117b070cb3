package stream

import (
	"fmt"
	"time"

	"atalaya/shared"
)

// Refusal is why a request got no stream and no progress. It is what Config.Fail
// gets, to be written as a problem.
type Refusal struct {
	Code shared.Code
	// Detail says in words what was wrong.
	Detail string
	// Field is the request's field at fault, empty when there is none.
	Field string
	// RetryAfter, when positive, belongs in the header of that name, in seconds
	// rounded up. It is jittered already.
	RetryAfter time.Duration
	// Err is the cause; nil when the request itself is.
	Err error
}

func (r *Refusal) Error() string {
	if r.Err != nil {
		return fmt.Sprintf("stream: %s: %v", r.Code, r.Err)
	}
	return fmt.Sprintf("stream: %s: %s", r.Code, r.Detail)
}

func (r *Refusal) Unwrap() error { return r.Err }

func badID(id string) *Refusal {
	return &Refusal{Code: shared.CodeBadID, Field: shared.ParamID,
		Detail: fmt.Sprintf("An audit id is a positive whole number, not %.40q.", id)}
}

func badQuery(field, detail string) *Refusal {
	return &Refusal{Code: shared.CodeBadQuery, Field: field, Detail: detail}
}

func withBody() *Refusal {
	return &Refusal{Code: shared.CodeBadQuery, Detail: "A stream request has no body."}
}

func notFound() *Refusal {
	return &Refusal{Code: shared.CodeNotFound, Detail: "There is no such audit."}
}

func unauthorized() *Refusal {
	return &Refusal{Code: shared.CodeUnauthorized, Detail: "You are signed out."}
}

func unavailable(err error) *Refusal {
	return comeBack(shared.CodeUnavailable, "The database does not answer.", between(refusedFirst, refusedLast), err)
}

func draining(window time.Duration) *Refusal {
	return comeBack(shared.CodeDraining, "The server is shutting down.", between(refusedFirst, window), nil)
}

// full says what bounds the streams: what its operator wants, or what there is room for.
func (c *Config) full() *Refusal {
	code, detail := shared.CodeOverloaded, "The server holds as many streams as it may; poll instead, or come back later."
	if c.FewDescriptors {
		code, detail = shared.CodeDescriptors,
			"The server's limit of open files has no room for another stream; poll instead, or come back later."
	}
	return comeBack(code, detail, between(refusedFirst, 2*refusedLast), nil)
}

// TooMany is the refusal of a peer that has as many streams as it may, for
// Config.Admit: 429 with a jittered Retry-After.
func TooMany(detail string, err error) *Refusal {
	return &Refusal{Code: shared.CodeTooManyStreams, Detail: detail,
		RetryAfter: between(refusedFirst, 2*refusedLast), Err: err}
}

func comeBack(code shared.Code, detail string, after time.Duration, err error) *Refusal {
	return &Refusal{Code: code, Detail: detail, RetryAfter: after, Err: err}
}

func internal(err error) *Refusal {
	return &Refusal{Code: shared.CodeInternal,
		Detail: "The server cannot stream over this connection.", Err: err}
}
