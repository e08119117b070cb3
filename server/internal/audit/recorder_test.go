package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

// ledger notes what a recorder writes, and when.
type ledger struct {
	mu       sync.Mutex
	began    time.Time
	pages    int
	advances []noted
	fail     error
	slow     time.Duration
}

type noted struct {
	at    time.Duration
	stage shared.Stage
	total int
	saved int // pages saved by then
}

func (l *ledger) Advance(_ context.Context, _ work.Lease, a work.Advance) error {
	time.Sleep(l.slow)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.advances = append(l.advances, noted{time.Since(l.began) - l.slow, a.Stage, a.TotalPages, l.pages})
	return l.fail
}

func (l *ledger) SavePages(_ context.Context, _ work.Lease, pages []work.PageRecord) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages += len(pages)
	return l.fail
}

// recording runs test beside a recorder in a bubble of virtual time and closes it.
func recording(t *testing.T, l *ledger, test func(*testing.T, *recorder)) (err error) {
	synctest.Test(t, func(t *testing.T) {
		l.began = time.Now()
		once := func(ctx context.Context, _ string, do func(context.Context) error) error { return do(ctx) }
		r := newRecorder(l, work.Lease{}, newBoard(allRules, 0, nil), once)
		ended := make(chan error)
		go func() { ended <- r.run(t.Context()) }()
		test(t, r)
		synctest.Wait()
		r.close()
		err = <-ended
	})
	return err
}

func addPage(t *testing.T, r *recorder) {
	if err := r.add(t.Context(), work.PageRecord{}, func(b *board) { b.total++ }); err != nil {
		t.Error(err)
	}
}

func TestRecorderWritesFourTimesASecond(t *testing.T) {
	l := &ledger{}
	err := recording(t, l, func(t *testing.T, r *recorder) {
		r.enter(shared.StageCrawl, work.Sentence{})
		for range 100 { // a page every 20 ms for 2 s
			addPage(t, r)
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Second)
	})
	if err != nil {
		t.Fatal(err)
	}
	// The stage at once, the first page at once, then every 250 ms; the last one
	// has everything.
	if got, want := len(l.advances), 10; got != want {
		t.Errorf("%d writes, want %d: %v", got, want, l.advances)
	}
	for i, n := range l.advances[2:] {
		if got, want := n.at-l.advances[i+1].at, writeEvery; got < want {
			t.Errorf("writes %v apart, want at least %v", got, want)
		}
	}
	for _, n := range l.advances {
		if n.saved < n.total {
			t.Errorf("%d pages shown while %d were saved", n.total, n.saved)
		}
	}
	if last := l.advances[len(l.advances)-1]; last.total != 100 {
		t.Errorf("the last write shows %d pages", last.total)
	}
}

func TestRecorderShowsTheFirstPageAtOnce(t *testing.T) {
	l := &ledger{}
	err := recording(t, l, func(t *testing.T, r *recorder) {
		r.enter(shared.StageDiscover, work.Sentence{})
		synctest.Wait()
		r.update(func(b *board) { b.say(work.Sentence{Text: "Fetching the start page"}) })
		time.Sleep(10 * time.Millisecond)
		addPage(t, r)
		time.Sleep(10 * time.Millisecond)
		addPage(t, r) // the second one waits for its turn
		time.Sleep(time.Second)
	})
	if err != nil {
		t.Fatal(err)
	}
	var shown []time.Duration
	for _, n := range l.advances {
		if n.total > len(shown) {
			shown = append(shown, n.at)
		}
	}
	if want := []time.Duration{10 * time.Millisecond, 10*time.Millisecond + writeEvery}; !slices.Equal(shown, want) {
		t.Errorf("pages are shown after %v, want %v", shown, want)
	}
}

func TestRecorderShowsAStageAtOnce(t *testing.T) {
	l := &ledger{}
	err := recording(t, l, func(t *testing.T, r *recorder) {
		for _, s := range shared.Stages {
			r.enter(s, work.Sentence{})
			synctest.Wait()
			r.update(func(b *board) { b.say(work.Sentence{Text: "within " + string(s)}) })
			time.Sleep(10 * time.Millisecond)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []shared.Stage
	for _, n := range l.advances {
		if !slices.Contains(got, n.stage) {
			got = append(got, n.stage)
			if want := time.Duration(n.stage.Index()) * 10 * time.Millisecond; n.at != want {
				t.Errorf("stage %s shown after %v, want %v", n.stage, n.at, want)
			}
		}
	}
	if !slices.Equal(got, shared.Stages[:]) {
		t.Errorf("stages shown: %v", got)
	}
}

func TestRecorderShowsTheLastChange(t *testing.T) {
	l := &ledger{}
	_ = recording(t, l, func(t *testing.T, r *recorder) {
		r.update(func(b *board) { b.total = 1 })
		synctest.Wait()
		r.update(func(b *board) { b.total = 2 })
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := l.advances, []noted{{0, "", 1, 0}, {writeEvery, "", 2, 0}}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestRecorderSavesPagesInBatchesAndAtTheEnd(t *testing.T) {
	l := &ledger{}
	err := recording(t, l, func(t *testing.T, r *recorder) {
		addPage(t, r)
		synctest.Wait()
		for range batchPages {
			addPage(t, r)
		}
		synctest.Wait()
		if got, want := l.pages, 1+batchPages; got != want {
			t.Errorf("%d pages saved ahead of the next write, want %d", got, want)
		}
		addPage(t, r)
	})
	if got, want := l.pages, batchPages+2; err != nil || got != want {
		t.Errorf("%d pages saved at the end, want %d (%v)", got, want, err)
	}
}

func TestRecorderBoundsWhatWaits(t *testing.T) {
	l := &ledger{slow: time.Hour}
	_ = recording(t, l, func(t *testing.T, r *recorder) {
		r.update(func(b *board) { b.total = 1 })
		synctest.Wait() // the write hangs
		for range pendingPages {
			addPage(t, r)
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errTimeUp)
		defer cancel()
		if err := r.add(ctx, work.PageRecord{}, noChange); !errors.Is(err, errTimeUp) {
			t.Errorf("one page too many: %v", err)
		}
	})
}

func TestRecorderEndsWithTheFirstFailure(t *testing.T) {
	l := &ledger{fail: fmt.Errorf("wrapped: %w", errLeaseExpired)}
	err := recording(t, l, func(t *testing.T, r *recorder) {
		r.enter(shared.StageCrawl, work.Sentence{})
		synctest.Wait()
		r.enter(shared.StageLinks, work.Sentence{})
		time.Sleep(time.Minute)
		for range pendingPages {
			addPage(t, r)
		}
		if err := r.add(t.Context(), work.PageRecord{}, noChange); !errors.Is(err, errRecorder) {
			t.Errorf("add after the end: %v", err)
		}
	})
	if !errors.Is(err, errLeaseExpired) || len(l.advances) != 1 {
		t.Errorf("got %v after %d writes", err, len(l.advances))
	}
}

// renewer answers renewals as told.
type renewer struct {
	asked  int
	answer func(n int) (bool, error)
}

func (r *renewer) Renew(context.Context, work.Lease, time.Duration) (bool, error) {
	r.asked++
	return r.answer(r.asked)
}

func TestKeeper(t *testing.T) {
	lost, away := errors.New("lost"), errors.New("away")
	for _, test := range []struct {
		name      string
		answer    func(n int) (bool, error)
		drop      error
		after     time.Duration // of the drop or the cancel
		cancelled bool
	}{
		{"kept", func(int) (bool, error) { return false, nil }, nil, 0, false},
		{"cancelled", func(n int) (bool, error) { return n >= 2, nil }, nil, 2 * renewEvery, true},
		{"lost", func(n int) (bool, error) { return false, map[bool]error{true: lost}[n == 3] }, lost, 3 * renewEvery, false},
		{"away for long", func(int) (bool, error) { return false, away }, errLeaseExpired, 10 * time.Second, false},
		{"away for a while", func(n int) (bool, error) { return false, map[bool]error{true: away}[n > 1 && n < 24] }, nil, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				writeCtx, giveUp := context.WithCancelCause(t.Context())
				var at time.Duration
				cancelled := false
				k := &keeper{
					store: &renewer{answer: test.answer}, lasts: 10 * time.Second, lost: lost,
					cancel: func() {
						if !cancelled {
							cancelled, at = true, time.Since(began)
						}
					},
					giveUp: func(err error) { at = time.Since(began); giveUp(err) },
				}
				go k.keep(writeCtx, began)
				time.Sleep(30 * time.Second)
				synctest.Wait()
				if got := context.Cause(writeCtx); !errors.Is(got, test.drop) || cancelled != test.cancelled || at != test.after {
					t.Errorf("got %v, cancelled %v after %v; want %v, %v, %v", got, cancelled, at, test.drop, test.cancelled, test.after)
				}
				giveUp(nil)
				synctest.Wait()
			})
		})
	}
}
