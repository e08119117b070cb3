package worker

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"atalaya/shared"
)

const (
	// tryTimeout is how long an answer may take; then the request is sent again.
	tryTimeout = 30 * time.Second
	// The pauses between tries are drawn from the upper half of what begins with firstPause
	// and doubles up to longestPause.
	firstPause   = 500 * time.Millisecond
	longestPause = 10 * time.Second
	// maxAnswer bounds an answer: a list of as many audits as there may be in one.
	maxAnswer = shared.ListLimitMax * shared.MaxProgressBytes
)

// ProblemError is a refusal of the server.
type ProblemError struct {
	shared.Problem

	retryAfter time.Duration // 0 if the server does not say
}

func (e *ProblemError) Error() string {
	return fmt.Sprintf("worker: the server answered %d: %s", e.Status, cmp.Or(e.Detail, e.Title))
}

// temporary reports whether the same request may be answered otherwise later.
func (e *ProblemError) temporary() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// request is what is asked of the server. It may be sent any number of times.
type request struct {
	method, path string
	body         any    // sent as JSON; nil for none
	key          string // Idempotency-Key of what creates
	revision     int64  // If-Match of what changes; 0 for any
}

// send sends a request until it is answered for good, and returns the answer.
func (c *Client) send(ctx context.Context, r request) ([]byte, error) {
	sent, err := c.build(ctx, r)
	if err != nil {
		return nil, err
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		answer, err := c.try(sent)
		var wait time.Duration
		switch problem, refused := errors.AsType[*ProblemError](err); {
		case err == nil || refused && !problem.temporary():
			return answer, err
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case refused:
			wait = problem.retryAfter
		}
		wait = max(wait, pause/2+rand.N(pause/2))
		c.Log.Warn("request is sent again", "method", r.method, "path", r.path, "in", wait, "err", err)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w, after: %w", context.Cause(ctx), err)
		case <-time.After(wait):
		}
	}
}

func (c *Client) build(ctx context.Context, r request) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("worker: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	sent, err := http.NewRequestWithContext(ctx, r.method, c.URL+r.path, body)
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	set := func(name, value string, wanted bool) {
		if wanted {
			sent.Header.Set(name, value)
		}
	}
	set("Accept", "application/json", true)
	set("Content-Type", "application/json", r.body != nil)
	set("Authorization", "Bearer "+c.Token, c.Token != "")
	set("Idempotency-Key", r.key, r.key != "")
	set("If-Match", shared.ETag(r.revision), r.revision != 0)
	return sent, nil
}

// try sends a request once. A refusal is a *[ProblemError]; every other error says that
// there is no answer.
func (c *Client) try(r *http.Request) ([]byte, error) {
	ctx, cancel := context.WithTimeout(r.Context(), tryTimeout)
	defer cancel()
	r = r.Clone(ctx)
	if r.GetBody != nil {
		r.Body, _ = r.GetBody() // a reader of bytes always gives another
	}
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 == 2 {
		return body, nil
	}
	return nil, refusal(answer, body)
}

// refusal is what an answer says that is no success. A proxy may have given it, in words of
// its own.
func refusal(answer *http.Response, body []byte) *ProblemError {
	e := &ProblemError{}
	_ = json.Unmarshal(body, &e.Problem) // without a problem there is still the status
	e.Status = answer.StatusCode
	e.Title = cmp.Or(e.Title, http.StatusText(answer.StatusCode))
	said := answer.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(said); err == nil && seconds > 0 {
		e.retryAfter = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(said); err == nil {
		e.retryAfter = time.Until(at)
	}
	return e
}
