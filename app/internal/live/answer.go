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
type ProblemError struct{ Problem shared.Problem }

func (e *ProblemError) Error() string {
	return fmt.Sprintf("%d %s: %s", e.Problem.Status, e.Problem.Code, e.Problem.Detail)
}

// classifyAnswer says what the answer to a poll means for the machine. Its body may
// be read when there is no fault and the status is 200.
func classifyAnswer(t Topic, r Response, err error) Answer {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Answer{Fault: FaultTimeout}
	case errors.Is(err, ErrTooLarge):
		return Answer{Fault: FaultBadData}
	case err != nil:
		return Answer{Fault: FaultNetwork}
	case r.Status == StatusNotModified:
		return Answer{}
	case r.Status == StatusOK && mediaType(r.ContentType) == jsonType:
		return Answer{}
	case r.Status == StatusOK:
		return Answer{Fault: FaultForeign}
	}
	a := Answer{Fault: FaultStatus, Status: r.Status, RetryAfter: retryAfter(r.RetryAfter)}
	// A proxy may answer 404 while a deploy replaces the server. Only a refusal in
	// the server's own form is final.
	if mediaType(r.ContentType) == shared.ProblemType {
		a.Refusal = refusal(t, r.Status)
	}
	return a
}

// refusal is the reason to close that follows from a status, or "".
func refusal(t Topic, status int) Reason {
	switch {
	case status == StatusUnauthorized:
		return ReasonUnauthorized
	case status == StatusForbidden:
		return ReasonForbidden
	case status == StatusNotFound && !t.IsList():
		return ReasonNotFound
	case status == StatusGone && !t.IsList():
		return ReasonDeleted
	}
	return ""
}

// ReadAnswer reads the state of a topic from what the server once said of it. Audits of a list
// that break the contract are left out.
func ReadAnswer(t Topic, body []byte) ([]shared.AuditProgress, error) {
	return decodeAnswer(t, body, func(error) {})
}

// decodeAnswer reads the body of the answer to a poll. Audits of a list that break
// the contract are left out, and skipped is called for each.
func decodeAnswer(t Topic, body []byte, skipped func(error)) ([]shared.AuditProgress, error) {
	if !t.IsList() {
		p, err := shared.DecodeAuditProgress(body)
		if err == nil && p.AuditID != t.id {
			err = fmt.Errorf("%w: audit %d instead of %d", shared.ErrInvalid, p.AuditID, t.id)
		}
		if err != nil {
			return nil, err
		}
		return []shared.AuditProgress{p}, nil
	}
	var list struct {
		Audits *[]json.RawMessage `json:"audits"`
	}
	if err := json.Unmarshal(body, &list); err != nil || list.Audits == nil {
		return nil, fmt.Errorf("%w: list of audits: %v", shared.ErrInvalid, err)
	}
	audits := make([]shared.AuditProgress, 0, len(*list.Audits))
	for _, raw := range *list.Audits {
		p, err := shared.DecodeAuditProgress(raw)
		if err != nil {
			skipped(err)
			continue
		}
		audits = append(audits, p)
	}
	return audits, nil
}

// readResult turns the answer to an API call into the results of [GetJSON].
func readResult(r Response, err error) (int, []byte, error) {
	kind := mediaType(r.ContentType)
	switch {
	case err != nil:
		return 0, nil, err
	case r.Status >= 200 && r.Status < 300 && (kind == jsonType || len(r.Body) == 0):
		return r.Status, r.Body, nil
	case kind != shared.ProblemType:
		return r.Status, nil, fmt.Errorf("%w: status %d, %.40q", ErrForeign, r.Status, r.ContentType)
	}
	p := new(ProblemError)
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

// retryAfter reads a Retry-After header in seconds, the only form that the server
// sends. Other forms give 0.
func retryAfter(header string) time.Duration {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, int(retryMax/time.Second))) * time.Second
}
