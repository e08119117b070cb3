package live

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"atalaya/shared"
)

func TestClassifyAnswer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		topic Topic
		r     Response
		err   error
		want  Answer
	}{
		{"state", Audit(7), Response{Status: 200, ContentType: "application/json; charset=utf-8"}, nil, Answer{}},
		{"unchanged", Audit(7), Response{Status: 304}, nil, Answer{}},
		{"captive portal", Audit(7), Response{Status: 200, ContentType: "text/html; charset=utf-8"}, nil, Answer{Fault: FaultForeign}},
		{"no type", Audit(7), Response{Status: 200}, nil, Answer{Fault: FaultForeign}},
		{"no answer", Audit(7), Response{}, fmt.Errorf("fetch: %w", ErrNetwork), Answer{Fault: FaultNetwork}},
		{"no answer in time", Audit(7), Response{}, fmt.Errorf("fetch: %w", context.DeadlineExceeded), Answer{Fault: FaultTimeout}},
		{"endless answer", Audit(7), Response{}, fmt.Errorf("fetch: %w", ErrTooLarge), Answer{Fault: FaultBadData}},
		{"log in", Audit(7), problemAnswer(401, ""), nil, Answer{Fault: FaultStatus, Status: 401, Refusal: ReasonUnauthorized}},
		{"not allowed", Audit(7), problemAnswer(403, ""), nil, Answer{Fault: FaultStatus, Status: 403, Refusal: ReasonForbidden}},
		{"no such audit", Audit(7), problemAnswer(404, shared.CodeNotFound), nil,
			Answer{Fault: FaultStatus, Status: 404, Refusal: ReasonNotFound}},
		{"gone", Audit(7), problemAnswer(410, ""), nil, Answer{Fault: FaultStatus, Status: 410, Refusal: ReasonDeleted}},
		{"a list is never not found", List(), problemAnswer(404, ""), nil, Answer{Fault: FaultStatus, Status: 404}},
		{"a list may be forbidden", List(), problemAnswer(403, ""), nil,
			Answer{Fault: FaultStatus, Status: 403, Refusal: ReasonForbidden}},
		{"a proxy's 404", Audit(7), Response{Status: 404, ContentType: "text/html"}, nil, Answer{Fault: FaultStatus, Status: 404}},
		{
			"overloaded", Audit(7), Response{Status: 503, ContentType: shared.ProblemType, RetryAfter: "7"}, nil,
			Answer{Fault: FaultStatus, Status: 503, RetryAfter: 7 * time.Second},
		},
		{"bad gateway", Audit(7), Response{Status: 502, ContentType: "text/html", RetryAfter: "soon"}, nil,
			Answer{Fault: FaultStatus, Status: 502}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := classifyAnswer(tt.topic, tt.r, tt.err); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestReadResult(t *testing.T) {
	refused := Response{
		Status: 422, ContentType: shared.ProblemType, RetryAfter: "3",
		Body: []byte(`{"status":200,"code":"bad_url","detail":"no host","field":"url"}`),
	}
	status, _, err := readResult(refused, nil)
	problem, ok := errors.AsType[*ProblemError](err)
	if !ok || status != 422 || problem.Problem.Status != 422 || problem.Problem.Code != shared.CodeBadURL {
		t.Errorf("a problem became %d, %v", status, err)
	}
	for _, tt := range []struct {
		name string
		r    Response
		err  error
		want error
	}{
		{"created", Response{Status: 201, ContentType: "application/json", Body: []byte(`{}`)}, nil, nil},
		{"no content", Response{Status: 204}, nil, nil},
		{"portal", Response{Status: 200, ContentType: "text/html", Body: []byte("<p>")}, nil, ErrForeign},
		{"proxy", Response{Status: 502, ContentType: "text/html"}, nil, ErrForeign},
		{"a problem that is none", Response{Status: 500, ContentType: shared.ProblemType, Body: []byte("<p>")}, nil, ErrForeign},
		{"nobody", Response{}, ErrNetwork, ErrNetwork},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := readResult(tt.r, tt.err); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestDecodeAnswerOfAList(t *testing.T) {
	skipped := 0
	skip := func(error) { skipped++ }
	body := `{"audits":[` + encode(progressOf(9, 1, 1)) + `,{"audit_id":"x"},` + encode(progressOf(7, 1, 1)) +
		`],"next_cursor":null}`
	audits, err := decodeAnswer(List(), []byte(body), skip)
	if err != nil || len(audits) != 2 || skipped != 1 {
		t.Errorf("%d audits, %d skipped, %v", len(audits), skipped, err)
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"audits":null}`, `{"audits":{}}`} {
		if _, err := decodeAnswer(List(), []byte(bad), skip); !errors.Is(err, shared.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", bad, err)
		}
	}
	if _, err := decodeAnswer(Audit(7), []byte(encode(progressOf(8, 1, 1))), skip); !errors.Is(err, shared.ErrInvalid) {
		t.Errorf("another audit's answer: %v, want ErrInvalid", err)
	}
}
