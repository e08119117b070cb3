package outbox

import (
	"errors"
	"slices"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// Entry is an audit that somebody asked for and the server has not heard of.
type Entry struct {
	// Key is the Idempotency-Key that it is sent with.
	Key  string
	Wish shared.NewAudit
	// At is when it was asked for.
	At time.Time
	// Refused is the code of the problem with which the server refused it; empty while it
	// waits.
	Refused string
}

// Waits reports whether the entry is to be sent.
func (e Entry) Waits() bool { return e.Refused == "" }

// Started reports whether the server knows an earlier form of the entry, so that it can
// only be removed.
func (e Entry) Started() bool { return e.Refused == string(shared.CodeIdempotency) }

// verdict is what the answer to an entry means for it.
type verdict uint8

const (
	waits verdict = iota
	taken
	refused
)

// passing are the statuses of refusals that are over some time. The service worker has the
// same list.
var passing = []int{401, 408, 425, 429}

// judge says what the outcome of sending an entry means, and with which code the server
// refused it. Only the server's own word is final: a portal or a proxy may answer in its
// place.
func judge(err error) (v verdict, code string) {
	problem, ok := errors.AsType[*live.ProblemError](err)
	switch {
	case err == nil:
		return taken, ""
	case ok && problem.Problem.Status < 500 && !slices.Contains(passing, problem.Problem.Status):
		return refused, string(problem.Problem.Code)
	}
	return waits, ""
}
