package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/stream"
	"atalaya/shared"
	"atalaya/shared/text"
)

// "Cannot be reached" is said of a database only when it cannot.
func TestTheTroubleOfADatabaseIsCalledByItsName(t *testing.T) {
	p := problems(slog.New(slog.DiscardHandler))
	for _, c := range []struct {
		err  error
		code shared.Code
		says string
	}{
		{store.ErrFull, shared.CodeDatabaseFull, "no room left"},
		{store.ErrReadOnly, shared.CodeDatabaseRead, "can only be read"},
		{store.ErrStandby, shared.CodeDatabaseStandby, "is a standby"},
		{store.ErrMoved, shared.CodeDatabaseMoved, "removed or replaced"},
		{store.ErrBusy, shared.CodeUnavailable, "too busy"},
		{store.ErrTimeout, shared.CodeUnavailable, "took too long"},
		{store.ErrUnavailable, shared.CodeUnavailable, "cannot be reached"},
	} {
		got := p.Describe(fmt.Errorf("store: create audit: %w: a driver's words", c.err))
		if got.Code != c.code || got.Status != 503 || !strings.Contains(got.Detail, c.says) {
			t.Errorf("%v: %+v, want %q", c.err, got, c.says)
		}
	}
	for _, l := range text.Langs { // one sentence for those that share the code
		for _, untrue := range []string{"reach", "answer", "llega", "responde"} {
			if says := text.Problem(l, string(shared.CodeUnavailable)); strings.Contains(says, untrue) {
				t.Errorf("%q is not true of a database that is busy", says)
			}
		}
	}
}

// What a client reads names no function of ours.
func TestRefusalsNameNoInternals(t *testing.T) {
	p := problems(slog.New(slog.DiscardHandler))
	got := p.Describe(fmt.Errorf("store: patch 3: %w: progress is 0 to 100", store.ErrOutOfRange))
	if want := "out of range: progress is 0 to 100"; got.Detail != want {
		t.Errorf("got %q, want %q", got.Detail, want)
	}
}

// TestRefusedStreamsSayWhy has the database's own reasons reach whoever wants a stream.
func TestRefusedStreamsSayWhy(t *testing.T) {
	fail := failStream(problems(slog.New(slog.DiscardHandler)))
	for cause, want := range map[error]shared.Code{
		store.ErrMoved:        shared.CodeDatabaseMoved,
		store.ErrFull:         shared.CodeDatabaseFull,
		store.ErrStandby:      shared.CodeDatabaseStandby,
		store.ErrTimeout:      shared.CodeUnavailable,
		store.ErrUnavailable:  shared.CodeUnavailable,
		errors.New("unknown"): shared.CodeUnavailable,
	} {
		w := httptest.NewRecorder()
		refusal := &stream.Refusal{Code: shared.CodeUnavailable, RetryAfter: 7 * time.Second,
			Err: fmt.Errorf("store: changes: %w", cause)}
		fail(w, httptest.NewRequest("GET", "/sse/audits", nil), refusal)
		var got shared.Problem
		if err := json.NewDecoder(w.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if got.Code != want || w.Code != 503 || w.Header().Get("Retry-After") != "7" {
			t.Errorf("%v: got %d %s, Retry-After %s; want 503 %s", cause, w.Code, got.Code, w.Header().Get("Retry-After"), want)
		}
	}
}
