package worker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/worker"
	"atalaya/shared"
)

// TestWorkerDoesAnAudit has the audit that has waited longest done from its start to its end.
func TestWorkerDoesAnAudit(t *testing.T) {
	ctx, s := t.Context(), newServer(t)
	c := s.client(t, nil)
	if _, err := c.Claim(ctx); !errors.Is(err, worker.ErrNothing) {
		t.Errorf("claimed of nothing: %v", err)
	}
	first, err := c.Create(ctx, "nightly import")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(ctx, "later"); err != nil {
		t.Fatal(err)
	}
	job, err := c.Claim(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if a := job.Audit(); a.AuditID != first.Audit().AuditID || a.Status != shared.StatusRunning ||
		!strings.HasPrefix(*a.Message, "Taken up by a test") {
		t.Errorf("claimed %d, which is %s: %s", a.AuditID, a.Status, *a.Message)
	}
	if err := job.Report(ctx, worker.Progress{Percent: 40, Message: "reading page 12", Pages: 12}); err != nil {
		t.Fatal(err)
	}
	if err := job.Report(ctx, worker.Progress{Percent: 50}); err != nil {
		t.Fatal(err)
	}
	if a := job.Audit(); a.Progress != 50 || a.TotalPages != 12 || *a.Message != "reading page 12" {
		t.Errorf("reported %d %%, %d pages, %s", a.Progress, a.TotalPages, *a.Message)
	}
	if err := job.Finish(ctx, worker.Result{Score: new(0), Pages: 310}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Progress(ctx, job.Audit().AuditID)
	if err != nil || got.Status != shared.StatusCompleted || got.GeoScore == nil || *got.GeoScore != 0 ||
		got.TotalPages != 310 {
		t.Errorf("finished: %+v, %v", got, err)
	}
	if err := job.Report(ctx, worker.Progress{Percent: 60}); !errors.Is(err, worker.ErrEnded) {
		t.Errorf("after its end: %v", err)
	}
}

// TestOneWorkerGetsAnAudit has more workers than audits claim at once.
func TestOneWorkerGetsAnAudit(t *testing.T) {
	ctx, s := t.Context(), newServer(t)
	const audits, workers = 3, 8
	c := s.client(t, nil)
	for range audits {
		if _, err := c.Create(ctx, "x"); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var claimed []int64
	for range workers {
		all.Go(func() {
			job, err := s.client(t, nil).Claim(ctx)
			if errors.Is(err, worker.ErrNothing) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			claimed = append(claimed, job.Audit().AuditID)
		})
	}
	all.Wait()
	slices.Sort(claimed)
	if !slices.Equal(claimed, []int64{1, 2, 3}) {
		t.Errorf("claimed were %v, want each once", claimed)
	}
}

// TestWorkerLearnsOfOthers has somebody else change an audit while a worker is at it.
func TestWorkerLearnsOfOthers(t *testing.T) {
	ctx, s := t.Context(), newServer(t)
	cancel := func(id int64) error {
		_, err := s.Cancel(ctx, id)
		return err
	}
	for name, tc := range map[string]struct {
		others func(id int64) error
		want   error
	}{
		"cancelled": {cancel, worker.ErrEnded},
		"deleted":   {func(id int64) error { return errors.Join(cancel(id), s.Delete(ctx, id)) }, worker.ErrEnded},
		"another worker": {func(id int64) error {
			_, err := s.Patch(ctx, id, shared.ProgressPatch{Progress: new(30)}, 0)
			return err
		}, worker.ErrTaken},
	} {
		job, err := s.client(t, nil).Create(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := tc.others(job.Audit().AuditID); err != nil {
			t.Fatal(err)
		}
		if err := job.Report(ctx, worker.Progress{Percent: 40}); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
	job, err := s.client(t, nil).Create(ctx, "too much")
	if err != nil {
		t.Fatal(err)
	}
	problem, _ := errors.AsType[*worker.ProblemError](job.Report(ctx, worker.Progress{Percent: 101}))
	if problem == nil || problem.Code != shared.CodeOutOfRange {
		t.Errorf("101 %%: got %v", problem)
	}
	if err := job.Fail(ctx, "no answer"); err != nil || *job.Audit().ErrorMessage != "no answer" {
		t.Errorf("failed: %+v, %v", job.Audit(), err)
	}
}

// TestAnswersAreLost loses the first answer to each write: it is sent again, and done once.
func TestAnswersAreLost(t *testing.T) {
	ctx, s := t.Context(), newServer(t)
	seen := map[string]bool{}
	c := s.client(t, way(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		what := r.Method + r.Header.Get("If-Match")
		if err != nil || r.Method == http.MethodGet || seen[what] {
			return answer, err
		}
		seen[what] = true
		answer.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}))
	job, err := c.Create(ctx, "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, percent := range []int{20, 40} {
		if err := job.Report(ctx, worker.Progress{Percent: percent}); err != nil {
			t.Fatal(err)
		}
	}
	if err := job.Finish(ctx, worker.Result{}); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(ctx, shared.ListQuery{})
	if err != nil || len(list.Audits) != 1 || list.Audits[0].Status != shared.StatusCompleted || len(seen) != 4 {
		t.Errorf("lost %d answers, and there are %+v, %v", len(seen), list.Audits, err)
	}
}

// script answers one request after the other, and notes when each came.
type script struct {
	answers []string // a status with its Retry-After, or what went wrong
	at      []time.Duration
	begun   time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.at = append(s.at, time.Since(s.begun))
	said := s.answers[min(len(s.at), len(s.answers))-1]
	var status int
	var after string
	if _, err := fmt.Sscanf(said, "%d %s", &status, &after); err != nil {
		return nil, errors.New(said)
	}
	header := http.Header{}
	if after != "-" {
		header.Set("Retry-After", after)
	}
	body := io.NopCloser(strings.NewReader("<html>"))
	return &http.Response{StatusCode: status, Header: header, Body: body, Request: r}, nil
}

// TestRequestsAreRepeated measures the pauses between tries in virtual time.
func TestRequestsAreRepeated(t *testing.T) {
	type span struct{ from, to time.Duration }
	ms := time.Millisecond
	for name, tc := range map[string]struct {
		answers []string
		pauses  []span // one less than the tries
	}{
		"refused for good": {[]string{"403 -"}, nil},
		"internal error":   {[]string{"500 -"}, nil},
		"no answer": {
			[]string{"refused", "reset", "reset", "reset", "reset", "reset", "reset", "404 -"},
			[]span{{250 * ms, 500 * ms}, {500 * ms, 1000 * ms}, {1000 * ms, 2000 * ms}, {2000 * ms, 4000 * ms},
				{4000 * ms, 8000 * ms}, {5000 * ms, 10000 * ms}, {5000 * ms, 10000 * ms}},
		},
		"as the server says": {
			[]string{"503 7", "429 90", "502 -", "504 soon", "404 -"},
			[]span{{7 * time.Second, 7 * time.Second}, {90 * time.Second, 90 * time.Second},
				{1000 * ms, 2000 * ms}, {2000 * ms, 4000 * ms}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: tc.answers, begun: time.Now()}
				_, err := scripted(t, s).Open(t.Context(), 7)
				if problem, ok := errors.AsType[*worker.ProblemError](err); !ok || problem.Title == "" {
					t.Fatalf("got %v", err)
				}
				if len(s.at) != len(tc.pauses)+1 {
					t.Fatalf("tries were at %v", s.at)
				}
				for i, want := range tc.pauses {
					if got := s.at[i+1] - s.at[i]; got < want.from || got > want.to {
						t.Errorf("pause %d was %v, want %v to %v", i, got, want.from, want.to)
					}
				}
			})
		})
	}
}

// TestContextEndsTries gives up a request that nobody answers, between two tries and in one.
func TestContextEndsTries(t *testing.T) {
	for name, answers := range map[string][]string{"between": {"reset"}, "for long": {"503 3600"}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			begun := time.Now()
			_, err := scripted(t, &script{answers: answers, begun: begun}).Open(ctx, 7)
			if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took != time.Minute {
				t.Errorf("%s: %v after %v", name, err, took)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		silent := way(func(r *http.Request) (*http.Response, error) {
			tries++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := scripted(t, silent).Open(ctx, 7); !errors.Is(err, context.DeadlineExceeded) || tries != 2 {
			t.Errorf("silence: %v after %d tries", err, tries)
		}
	})
}

func scripted(t *testing.T, transport http.RoundTripper) *worker.Client {
	t.Helper()
	c, err := worker.New(worker.Config{
		URL: "http://audits.example", HTTP: &http.Client{Transport: transport}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []worker.Config{
		{}, {URL: "audits.example"}, {URL: "ftp://audits.example"}, {URL: "https:///x"},
		{URL: "https://audits.example", Token: "a\nb"}, {URL: "https://audits.example", Name: strings.Repeat("x", 101)},
	} {
		if _, err := worker.New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
