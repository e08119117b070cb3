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
		says string
	}{
		{store.ErrFull, "no room left"},
		{store.ErrReadOnly, "can only be read"},
		{store.ErrBusy, "too busy"},
		{store.ErrTimeout, "took too long"},
		{store.ErrUnavailable, "cannot be reached"},
	} {
		got := p.Describe(fmt.Errorf("store: create audit: %w: a driver's words", c.err))
		if got.Code != shared.CodeUnavailable || got.Status != 503 || !strings.Contains(got.Detail, c.says) {
			t.Errorf("%v: %+v, want %q", c.err, got, c.says)
		}
	}
	for _, l := range text.Langs { // one sentence for all of them
		for _, untrue := range []string{"reach", "answer", "llega", "responde"} {
			if says := text.Problem(l, string(shared.CodeUnavailable)); strings.Contains(says, untrue) {
				t.Errorf("%q is not true of a database that is full", says)
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
