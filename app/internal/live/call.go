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

// GetText asks for a path that answers with a text of a media type, such as text/html, also
// where it refuses. Errors are those of [GetJSON].
func GetText(ctx context.Context, path, kind string) (status int, text string, err error) {
	r, err := sendRequest(ctx, Request{Method: "GET", Path: path})
	if err == nil && mediaType(r.ContentType) == kind {
		return r.Status, string(r.Body), nil
	}
	if status, _, err = readResult(r, err); err == nil {
		err = ErrForeign
	}
	return status, "", err
}

// Delete is [GetJSON] for DELETE.
func Delete(ctx context.Context, path string) (status int, answer []byte, err error) {
	return readResult(sendRequest(ctx, Request{Method: "DELETE", Path: path}))
}

// Ask is what the server says of a topic now; audits that break the contract are left
// out. Errors are those of [GetJSON] or wrap [shared.ErrInvalid].
func Ask(ctx context.Context, t Topic) ([]shared.AuditProgress, error) {
	_, body, err := GetJSON(ctx, t.pollURL())
	if err != nil {
		return nil, err
	}
	return ReadAnswer(t, body)
}
