package feed

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// start runs f until the test ends.
func start(t *testing.T, f *Feed) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: got %v, want nil", err)
		}
	})
}

// woken counts the signals received during d.
func woken(f *Feed, d time.Duration) int {
	end := time.After(d)
	for n := 0; ; n++ {
		select {
		case <-f.C():
		case <-end:
			return n
		}
	}
}

func TestWakeUpsAreMerged(t *testing.T) {
	f := New(Config{})
	for range 100 {
		f.Wake()
	}
	<-f.C()
	select {
	case <-f.C():
		t.Error("a second signal for wake-ups that came before the first was read")
	default:
	}
}

func TestSweepTickOnlyWhileActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := New(Config{})
		start(t, f)
		if got := woken(f, time.Hour); got != 0 {
			t.Errorf("never active: got %d signals in an hour, want 0", got)
		}
		f.SetActive(true)
		f.SetActive(true)
		if got, want := woken(f, 10*time.Second+time.Millisecond), 40; got != want {
			t.Errorf("active: got %d signals in 10 s, want %d", got, want)
		}
		f.SetActive(false)
		if got := woken(f, time.Hour); got != 0 {
			t.Errorf("inactive again: got %d signals in an hour, want 0", got)
		}
	})
}

func TestVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var version, asked atomic.Int64
		f := New(Config{Sweep: time.Hour, Version: func(context.Context) (int64, error) {
			asked.Add(1)
			return version.Load(), nil
		}})
		start(t, f)
		time.Sleep(time.Minute)
		if got := asked.Load(); got != 0 {
			t.Errorf("inactive: asked %d times, want 0", got)
		}
		f.SetActive(true)
		if got := woken(f, time.Second+time.Millisecond); got != 1 { // the first look
			t.Errorf("same version: got %d signals, want 1", got)
		}
		if got, want := asked.Load(), int64(50); got != want {
			t.Errorf("active: asked %d times in a second, want %d", got, want)
		}
		began := time.Now()
		version.Add(1)
		<-f.C()
		if got := time.Since(began); got > PollDefault {
			t.Errorf("another version: signal after %v, want at most %v", got, PollDefault)
		}
	})
}

func TestVersionErrorsBackOffAndTheSweepGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var down atomic.Bool
		var asked atomic.Int64
		f := New(Config{Log: slog.New(slog.NewTextHandler(&log, nil)), Version: func(context.Context) (int64, error) {
			asked.Add(1)
			if down.Load() {
				return 0, errors.New("disk gone")
			}
			return 1, nil
		}})
		down.Store(true)
		f.SetActive(true)
		start(t, f)
		if got, want := woken(f, 31*time.Second+time.Millisecond), 124; got != want {
			t.Errorf("got %d signals in 31 s, want %d sweep ticks", got, want)
		}
		if got, want := asked.Load(), int64(6); got != want { // at 0, 1, 3, 7, 15, 25 s
			t.Errorf("asked %d times in 31 s of outage, want %d", got, want)
		}
		down.Store(false)
		woken(f, 10*time.Second)
		if got := strings.Count(log.String(), "disk gone"); got != 1 {
			t.Errorf("the outage was logged %d times, want once:\n%s", got, &log)
		}
		if !strings.Contains(log.String(), "recovered") {
			t.Errorf("no word of the recovery:\n%s", &log)
		}
	})
}

// TestWatch plays a commit that can be seen some time after the file is touched.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var version, asked atomic.Int64
		touch, failed := make(chan struct{}), make(chan error)
		f := New(Config{Sweep: time.Hour, Log: slog.New(slog.DiscardHandler),
			Version: func(context.Context) (int64, error) {
				asked.Add(1)
				return version.Load(), nil
			},
			Watch: func(ctx context.Context, touched func()) error {
				for {
					touched()
					select {
					case <-ctx.Done():
						return nil
					case err := <-failed:
						return err
					case <-touch:
					}
				}
			},
		})
		start(t, f)
		f.SetActive(true)
		if got := woken(f, time.Second); got != 1 {
			t.Errorf("the first look: got %d signals, want 1", got)
		}
		before := asked.Load()
		if got := woken(f, time.Hour-2*time.Second); got != 0 || asked.Load() != before {
			t.Errorf("untouched: got %d signals, asked %d times", got, asked.Load()-before)
		}
		for _, late := range []time.Duration{0, 3 * time.Millisecond, 30 * time.Millisecond} {
			began := time.Now()
			touch <- struct{}{}
			time.AfterFunc(late, func() { version.Add(1) })
			<-f.C()
			if got, bound := time.Since(began), 2*late+2*time.Millisecond; got > bound {
				t.Errorf("a commit seen %v after the touch: signal after %v, want at most %v", late, got, bound)
			}
			time.Sleep(time.Second)
		}
		// The touches that follow one commit do not delay the next.
		for range 20 {
			began := time.Now()
			version.Add(1)
			for range 3 {
				touch <- struct{}{}
			}
			<-f.C()
			if got, bound := time.Since(began), looks[0]; got > bound {
				t.Errorf("a commit 50 ms after another: signal after %v, want at most %v", got, bound)
			}
			touch <- struct{}{}
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(time.Second)
		go func() {
			for range 1000 {
				version.Add(1)
				touch <- struct{}{}
				time.Sleep(time.Millisecond)
			}
		}()
		if got := woken(f, 2*time.Second); got < 40 || got > 50 {
			t.Errorf("1000 commits in a second: got %d signals, want one in 20 ms at most", got)
		}
		before = asked.Load()
		touch <- struct{}{} // that changes nothing
		time.Sleep(time.Minute)
		if got, want := asked.Load()-before, int64(len(looks)); got != want {
			t.Errorf("a touch without a commit: asked %d times, want %d", got, want)
		}

		// While nobody watches, it is asked as if there were no Watch.
		failed <- errors.New("no more watches")
		time.Sleep(10 * time.Millisecond)
		began := time.Now()
		version.Add(1)
		<-f.C()
		if got := time.Since(began); got > PollDefault {
			t.Errorf("watching failed: signal after %v, want at most %v", got, PollDefault)
		}
		time.Sleep(10 * time.Second) // watching works again
		before = asked.Load()
		time.Sleep(time.Minute)
		if got := asked.Load() - before; got != 0 {
			t.Errorf("watching again: asked %d times in a minute, want 0", got)
		}
	})
}

func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notify := make(chan struct{})
		var begun atomic.Int64
		cfg := Config{Sweep: time.Hour, Log: slog.New(slog.DiscardHandler)}
		cfg.Listen = func(ctx context.Context, wake func()) error {
			begun.Add(1)
			for {
				select {
				case <-ctx.Done():
					return nil
				case _, ok := <-notify:
					if !ok {
						return errors.New("connection lost")
					}
					wake()
				}
			}
		}
		f := New(cfg)
		start(t, f)
		notify <- struct{}{}
		if got := woken(f, trailing-time.Millisecond); got != 1 {
			t.Errorf("one notification: got %d signals at once, want 1", got)
		}
		if got := woken(f, time.Minute); got != 1 {
			t.Errorf("one notification: got %d signals later, want 1", got)
		}
		go func() {
			for range 50 { // as close as the trigger lets them come
				notify <- struct{}{}
				time.Sleep(20 * time.Millisecond)
			}
		}()
		if got, want := woken(f, time.Minute), 51; got != want {
			t.Errorf("50 notifications in a second: got %d signals, want %d", got, want)
		}
		close(notify)
		// What was said while nobody listened went unheard: each loss wakes.
		if got, want := woken(f, 6*time.Second), 3; got != want { // at 0, 1, 3 s
			t.Errorf("lost connections: got %d signals in 6 s, want %d", got, want)
		}
		if got, want := begun.Load(), int64(3); got != want {
			t.Errorf("listening began %d times, want %d", got, want)
		}
	})
}

func TestListenThatReturnsIsAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int64
		f := New(Config{Log: slog.New(slog.DiscardHandler), Listen: func(context.Context, func()) error {
			begun.Add(1)
			return nil
		}})
		start(t, f)
		time.Sleep(time.Minute)
		if got, want := begun.Load(), int64(9); got != want { // at 0, 1, 3, 7, 15, 25, 35, 45, 55 s
			t.Errorf("listening began %d times in a minute, want %d", got, want)
		}
	})
}

func TestBackoff(t *testing.T) {
	var got []time.Duration
	for n := range 6 {
		got = append(got, backoff(n+1)/time.Second)
	}
	want := []time.Duration{1, 2, 4, 8, 10, 10}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v s, want %v s", got, want)
		}
	}
}

func TestWakeupsAreCountedBySource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var version atomic.Int64
		notify := make(chan struct{})
		f := New(Config{
			Log:     slog.New(slog.DiscardHandler),
			Version: func(context.Context) (int64, error) { return version.Load(), nil },
			Listen: func(ctx context.Context, wake func()) error {
				for {
					select {
					case <-ctx.Done():
						return nil
					case _, ok := <-notify:
						if !ok {
							return errors.New("connection lost")
						}
						wake()
					}
				}
			},
		})
		check := func(what string, want map[Source]uint64) {
			t.Helper()
			synctest.Wait()
			for _, s := range Sources {
				if got := f.Wakeups(s); got != want[s] {
					t.Errorf("%s: %d wake-ups from %v, want %d", what, got, s, want[s])
				}
			}
		}
		start(t, f)
		for range 3 { // merged into one signal
			f.Wake()
		}
		check("commits", map[Source]uint64{Commit: 3})
		notify <- struct{}{}
		time.Sleep(trailing + time.Millisecond)
		check("a notification and its second look", map[Source]uint64{Commit: 3, Notify: 1, Timer: 1})
		f.SetActive(true)
		time.Sleep(time.Second + time.Millisecond)
		check("a second of ticks, and the first version",
			map[Source]uint64{Commit: 3, Notify: 1, Timer: 5, DataVersion: 1})
		version.Add(1)
		time.Sleep(PollDefault)
		f.SetActive(false)
		close(notify)
		check("another version, and the end of listening",
			map[Source]uint64{Commit: 3, Notify: 2, Timer: 5, DataVersion: 2})
	})
	names := ""
	for _, s := range Sources {
		names += s.String() + " "
	}
	if want := "commit notify data_version timer "; names != want {
		t.Errorf("got %q, want %q", names, want)
	}
}

// TestAListenOutageIsLoggedOnce has a server that is down from the start, and
// again later for longer.
func TestAListenOutageIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var down atomic.Bool
		down.Store(true)
		cfg := Config{Log: slog.New(slog.NewTextHandler(&log, nil))}
		cfg.Listen = func(ctx context.Context, wake func()) error {
			for !down.Load() {
				wake()
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(time.Second):
				}
			}
			return errors.New("connection refused")
		}
		f := New(cfg)
		start(t, f)
		check := func(what string, outages, recoveries int) {
			t.Helper()
			synctest.Wait()
			if got := strings.Count(log.String(), "connection refused"); got != outages {
				t.Errorf("%s: %d outages are logged, want %d:\n%s", what, got, outages, &log)
			}
			if got := strings.Count(log.String(), "wake-up source recovered"); got != recoveries {
				t.Errorf("%s: %d recoveries are logged, want %d:\n%s", what, got, recoveries, &log)
			}
		}
		time.Sleep(10 * time.Second)
		check("down from the start", 1, 0)
		down.Store(false)
		time.Sleep(time.Minute)
		check("up", 1, 1)
		down.Store(true)
		time.Sleep(10 * time.Minute)
		check("down again", 2, 1)
		down.Store(false)
		time.Sleep(time.Minute)
		check("up again", 2, 2)
	})
}
