package worker

import (
	"context"
	"errors"
	"net/http"

	"atalaya/shared"
)

// Job is an external audit that its holder reports on.
type Job struct {
	client *Client
	audit  shared.AuditProgress
}

// Progress is how far an audit is. What is zero stays as it was.
type Progress struct {
	// Percent is 0 to 99, and never less than before.
	Percent int
	// Message is one line for people, of at most [shared.MaxMessage] characters.
	Message string
	// Pages is how many pages were looked at.
	Pages int
}

// Result is what came of an audit.
type Result struct {
	// Score is 0 to 100; nil for none.
	Score *int
	// Pages is how many pages were looked at; 0 leaves it as it was.
	Pages int
}

// Audit is the state of the audit as the server answered last.
func (j *Job) Audit() shared.AuditProgress { return j.audit }

// Report tells how far the audit is; the first one has it running.
func (j *Job) Report(ctx context.Context, p Progress) error {
	return j.patch(ctx, shared.ProgressPatch{
		Progress: unlessZero(p.Percent), Message: unlessZero(p.Message), TotalPages: unlessZero(p.Pages),
	})
}

// Finish completes the audit.
func (j *Job) Finish(ctx context.Context, r Result) error {
	return j.patch(ctx, shared.ProgressPatch{
		Status: new(shared.StatusCompleted), GeoScore: r.Score, TotalPages: unlessZero(r.Pages),
	})
}

// Fail ends the audit without a result; why is told to people.
func (j *Job) Fail(ctx context.Context, why string) error {
	return j.patch(ctx, shared.ProgressPatch{Status: new(shared.StatusFailed), ErrorMessage: &why})
}

// unlessZero leaves out of a patch what is to stay.
func unlessZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// patch changes the audit as the job knows it.
func (j *Job) patch(ctx context.Context, p shared.ProgressPatch) error {
	changed, err := j.client.job(ctx, request{
		method: http.MethodPatch, path: shared.PathProgress(j.audit.AuditID), body: p, revision: j.audit.Revision,
	})
	if err == nil {
		j.audit = changed.audit
		return nil
	}
	problem, ok := errors.AsType[*ProblemError](err)
	if !ok {
		return err
	}
	switch problem.Code {
	case shared.CodeTerminal, shared.CodeNotFound:
		return ErrEnded
	case shared.CodePrecondition:
		return j.lost(ctx)
	}
	return err
}

// lost says why the audit has another revision than the job knows: it has ended, or somebody
// else reports on it.
func (j *Job) lost(ctx context.Context) error {
	now, err := j.client.Open(ctx, j.audit.AuditID)
	if problem, ok := errors.AsType[*ProblemError](err); ok && problem.Code == shared.CodeNotFound {
		return ErrEnded
	}
	if err != nil {
		return err
	}
	j.audit = now.audit
	if j.audit.Status.Terminal() {
		return ErrEnded
	}
	return ErrTaken
}

// job sends a request whose answer is the state of an audit.
func (c *Client) job(ctx context.Context, r request) (*Job, error) {
	body, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	audit, err := shared.DecodeAuditProgress(body)
	return &Job{client: c, audit: audit}, err
}
