package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
)

// The HTTP statuses that mean something here; net/http would double the client.
const (
	statusOK           = 200
	statusNotModified  = 304
	statusUnauthorized = 401
	statusForbidden    = 403
	statusNotFound     = 404
	statusGone         = 410
)

const jsonType = "application/json"

var (
	// ErrNetwork means that no answer came.
	ErrNetwork = errors.New("no answer")
	// ErrForeign means that something else than the server answered: a captive
	// portal or a proxy with a page of its own.
	ErrForeign = errors.New("not the server's answer")
	// ErrTooLarge means that an answer or a copy exceeds its bound.
	ErrTooLarge = errors.New("too large")
)

// ProblemError is an error answer of the server.
type ProblemError struct {
	Problem shared.Problem
	// RetryAfter is how long the server asks to be left alone; 0 when it does
	// not say.
	RetryAfter time.Duration
}

func (e *ProblemError) Error() string {
	return fmt.Sprintf("%d %s: %s", e.Problem.Status, e.Problem.Code, e.Problem.Detail)
}

// classifyAnswer says what a polling answer means for the machine. Only an Answer
// without fault may be read, and only with a status of 200.
func classifyAnswer(t Topic, r Response, err error) Answer {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Answer{Fault: FaultTimeout}
	case errors.Is(err, ErrTooLarge):
		return Answer{Fault: FaultBadData}
	case err != nil:
		return Answer{Fault: FaultNetwork}
	case r.Status == statusNotModified:
		return Answer{}
	case r.Status == statusOK && mediaType(r.ContentType) == jsonType:
		return Answer{}
	case r.Status == statusOK:
		return Answer{Fault: FaultForeign}
	}
	a := Answer{Fault: FaultStatus, Status: r.Status, RetryAfter: retryAfter(r.RetryAfter)}
	// A proxy between a deploy's two servers says 404, too. Only the server's
	// own word is final.
	if mediaType(r.ContentType) == shared.ProblemType {
		a.Refusal = refusal(t, r.Status)
	}
	return a
}

// refusal is the reason to close that lies in a status, or "".
func refusal(t Topic, status int) Reason {
	switch {
	case status == statusUnauthorized:
		return ReasonUnauthorized
	case status == statusForbidden:
		return ReasonForbidden
	case status == statusNotFound && !t.IsList():
		return ReasonNotFound
	case status == statusGone && !t.IsList():
		return ReasonDeleted
	}
	return ""
}

// result turns an answer to an API call into what its caller works with.
func result(r Response, err error) (int, []byte, error) {
	kind := mediaType(r.ContentType)
	switch {
	case err != nil:
		return 0, nil, err
	case r.Status >= 200 && r.Status < 300 && (kind == jsonType || len(r.Body) == 0):
		return r.Status, r.Body, nil
	case kind != shared.ProblemType:
		return r.Status, nil, fmt.Errorf("%w: status %d, %.40q", ErrForeign, r.Status, r.ContentType)
	}
	p := &ProblemError{RetryAfter: retryAfter(r.RetryAfter)}
	if err := json.Unmarshal(r.Body, &p.Problem); err != nil {
		return r.Status, nil, fmt.Errorf("%w: status %d: %v", ErrForeign, r.Status, err)
	}
	p.Problem.Status = r.Status
	return r.Status, r.Body, p
}

// mediaType is a content type without its parameters.
func mediaType(contentType string) string {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// retryAfter reads seconds, the only form that the server sends; 0 for others.
func retryAfter(header string) time.Duration {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, int(retryMax/time.Second))) * time.Second
}
