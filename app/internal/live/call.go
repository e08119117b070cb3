package live

import (
	"context"

	"atalaya/shared"
)

// GetJSON asks the server for a path of its own, such as those of package
// shared. It blocks until the answer is there or ctx ends.
//
// The error is nil for a status of 2xx; [*ProblemError] when the server
// refused, with the body beside it; otherwise it wraps [ErrNetwork],
// [ErrForeign], [ErrTooLarge] or the cause of ctx. The status is 0 when no
// answer came.
func GetJSON(ctx context.Context, path string) (status int, body []byte, err error) {
	return readResult(sendRequest(ctx, Request{Method: "GET", Path: path}))
}

// PostJSON is [GetJSON] for POST. body is JSON or nil. With an idempotencyKey a
// repeated request does its work once.
func PostJSON(
	ctx context.Context, path string, body []byte, idempotencyKey string,
) (status int, answer []byte, err error) {
	r := Request{Method: "POST", Path: path, Body: body, IdempotencyKey: idempotencyKey}
	return readResult(sendRequest(ctx, r))
}

// Ask is what the server says of a topic now; audits that break the contract are left
// out. Errors are those of [GetJSON] or wrap [shared.ErrInvalid].
func Ask(ctx context.Context, t Topic) ([]shared.AuditProgress, error) {
	_, body, err := GetJSON(ctx, t.pollURL())
	if err != nil {
		return nil, err
	}
	return decodeAnswer(t, body, func(error) {})
}
