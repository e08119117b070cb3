package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// heap is a store with so many old audits, and rows of them.
type heap struct {
	sync.Mutex
	old, rows int
	err       error
	calls     int
	keep      time.Duration
}

func take(from *int, most int) int {
	n := min(*from, most)
	*from -= n
	return n
}

func (h *heap) Expire(_ context.Context, keep time.Duration) (int, error) {
	h.Lock()
	defer h.Unlock()
	h.calls++
	h.keep = keep
	if h.err != nil {
		return 0, h.err
	}
	n := take(&h.old, 100)
	h.rows += 3 * n
	return n, nil
}

func (h *heap) Purge(context.Context) (int, error) {
	h.Lock()
	defer h.Unlock()
	h.calls++
	return take(&h.rows, 200), nil
}

func TestOldAuditsAreDeletedLittleByLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := &heap{old: 250}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- keeper{h, 720 * time.Hour, slog.New(slog.NewTextHandler(&log, nil))}.run(ctx) }()

		h.Lock()
		pass := func(d time.Duration) {
			h.Unlock()
			time.Sleep(d)
			synctest.Wait()
			h.Lock()
		}
		pass(0)
		if h.calls != 1 || h.old != 150 || h.keep != 720*time.Hour {
			t.Errorf("at once: %d calls with keep %v left %d old audits, want one that left 150", h.calls, h.keep, h.old)
		}
		pass(keepPause / 2)
		if h.calls != 1 {
			t.Error("there was no pause for other writers")
		}
		pass(keepEvery / 2)
		if h.old != 0 || h.rows != 0 || h.calls != 4+5 {
			t.Errorf("after a while: %d old audits and %d rows are left after %d calls, want none after 9",
				h.old, h.rows, h.calls)
		}
		pass(3 * keepEvery) // nothing is old: no more lines
		if h.calls != 9+3*2 {
			t.Errorf("in three more runs: %d calls, want 6", h.calls-9)
		}
		h.err = errors.New("the disk is on fire")
		pass(keepEvery)
		h.err, h.old = nil, 1
		pass(keepEvery)
		h.Unlock()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for text, want := range map[string]int{
			"\n": 3, "msg=\"old audits deleted\" deleted=250 removed_rows=750 keep=720h0m0s": 1,
			"msg=\"old audits deleted\" deleted=1 removed_rows=3":                         1,
			"could not be deleted\" deleted=0 removed_rows=0 err=\"the disk is on fire\"": 1,
		} {
			if got := strings.Count(log.String(), text); got != want {
				t.Errorf("the log has %q %d times, want %d:\n%s", text, got, want, &log)
			}
		}
	})
}

// TestAShutdownIsNoFailure ends in the middle of a run.
func TestAShutdownIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*keepPause/2, cancel)
		h := &heap{old: 1000}
		if err := (keeper{h, time.Hour, slog.New(slog.NewTextHandler(&log, nil))}).run(ctx); err != nil {
			t.Error(err)
		}
		if h.old != 800 || log.Len() != 0 {
			t.Errorf("%d old audits are left, want 800; the log says %q", h.old, &log)
		}
	})
}
