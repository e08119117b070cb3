package main

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"atalaya/server/internal/store"
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
