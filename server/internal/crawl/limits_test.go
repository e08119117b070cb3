package crawl

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// turn takes one turn at a host and reports how long after start it came.
func turn(t *testing.T, l *Limits, host string, start time.Time, o Outcome) time.Duration {
	t.Helper()
	release, err := l.Acquire(t.Context(), host)
	if err != nil {
		t.Error(err)
		return 0
	}
	at := time.Since(start)
	release(o)
	return at
}

func TestLimitsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(5, 4), time.Now()
		var got []time.Duration
		for range 4 {
			got = append(got, turn(t, l, "a", start, Outcome{Status: 200}))
		}
		want := []time.Duration{0, 200 * time.Millisecond, 400 * time.Millisecond, 600 * time.Millisecond}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("turns at %v, want %v", got, want)
		}
		if at := turn(t, l, "b", time.Now(), Outcome{}); at != 0 {
			t.Errorf("another host waited %v", at)
		}
	})
}

func TestLimitsParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(1000, 2)
		var releases []func(Outcome)
		for range 2 {
			release, err := l.Acquire(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			releases = append(releases, release)
		}
		got := make(chan struct{})
		go func() {
			turn(t, l, "a", time.Now(), Outcome{})
			close(got)
		}()
		time.Sleep(time.Hour)
		select {
		case <-got:
			t.Error("a third request went beside two")
		default:
		}
		if got := len(l.hosts["a"].turns); got != 2 {
			t.Errorf("%d in flight, want 2", got)
		}
		releases[0](Outcome{Status: 200})
		<-got
		releases[1](Outcome{Status: 200})
	})
}

// Two audits of one host together get the rate of one.
func TestLimitsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(5, 4), time.Now()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for range 10 {
					turn(t, l, "a", start, Outcome{Status: 200})
				}
			})
		}
		wg.Wait()
		if got, want := time.Since(start), 19*200*time.Millisecond; got != want {
			t.Errorf("20 turns took %v, want %v", got, want)
		}
	})
}

func TestLimitsHighRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(10_000, 4), time.Now()
		for range 11_000 {
			turn(t, l, "a", start, Outcome{Status: 200})
		}
		if got := time.Since(start); got < time.Second || got > 1100*time.Millisecond {
			t.Errorf("11,000 turns with a burst of 1,000 took %v", got)
		}
	})
}

func TestLimitsCrawlDelay(t *testing.T) {
	for delay, want := range map[time.Duration]time.Duration{
		3 * time.Second:      3 * time.Second,
		time.Hour:            10 * time.Second,
		time.Millisecond:     200 * time.Millisecond,
		0:                    200 * time.Millisecond,
		maxCrawlDelay + 1:    10 * time.Second,
		-5 * time.Second:     200 * time.Millisecond,
		500 * time.Second:    10 * time.Second,
		250 * time.Minute:    10 * time.Second,
		20 * time.Nanosecond: 200 * time.Millisecond,
	} {
		synctest.Test(t, func(t *testing.T) {
			l, start := NewLimits(5, 4), time.Now()
			l.SetCrawlDelay("a", delay)
			turn(t, l, "a", start, Outcome{Status: 200})
			if got := turn(t, l, "a", start, Outcome{Status: 200}); (got - want).Abs() > time.Microsecond {
				t.Errorf("crawl delay %v: second turn at %v, want %v", delay, got, want)
			}
			l.SetCrawlDelay("a", 0)
			if got := l.Pace("a").Rate; got != 5 {
				t.Errorf("after the delay of %v was lifted: rate %v", delay, got)
			}
		})
	}
}

func TestLimitsRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(5, 4), time.Now()
		// One request is already waiting for the rate when the pause begins.
		first, err := l.Acquire(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		at := make(chan time.Duration)
		go func() { at <- turn(t, l, "a", start, Outcome{Status: 200}) }()
		synctest.Wait()
		first(Outcome{Status: 429, RetryAfter: 30 * time.Second})
		if got := <-at; got < 30*time.Second || got > 31*time.Second {
			t.Errorf("turn at %v, want after the pause of 30 s", got)
		}
		turn(t, l, "a", start, Outcome{Status: 503, RetryAfter: 24 * time.Hour})
		if got, want := time.Until(l.Pace("a").PausedUntil), maxPause; got != want {
			t.Errorf("paused for %v, want %v", got, want)
		}
	})
}

func TestLimitsCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(5, 1)
		reason := errors.New("cancelled by a person")
		for _, block := range []func(){
			func() { turn(t, l, "a", time.Now(), Outcome{Status: 200}) },
			func() { turn(t, l, "a", time.Now(), Outcome{Status: 429, RetryAfter: time.Minute}) },
			func() {
				if _, err := l.Acquire(t.Context(), "a"); err != nil {
					t.Fatal(err)
				}
			},
		} {
			block()
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Millisecond, func() { cancel(reason) })
			if _, err := l.Acquire(ctx, "a"); !errors.Is(err, reason) {
				t.Errorf("got %v, want %v", err, reason)
			}
		}
	})
}

// A turn that nobody takes costs those behind it nothing.
func TestLimitsCancelGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(1, 4), time.Now()
		turn(t, l, "a", start, Outcome{Status: 200})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := l.Acquire(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Millisecond {
			t.Errorf("gave up after %v with %v", time.Since(start), err)
		}
		if at := turn(t, l, "a", start, Outcome{Status: 200}); at != time.Second {
			t.Errorf("next turn at %v, want 1 s", at)
		}
	})
}

func TestLimitsForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(5, 4)
		l.SetCrawlDelay("slow", time.Second)
		for i := range manyHosts {
			turn(t, l, fmt.Sprint(i), time.Now(), Outcome{Status: 200})
		}
		time.Sleep(idleHost + time.Second)
		turn(t, l, "new", time.Now(), Outcome{Status: 200})
		if _, kept := l.hosts["slow"]; len(l.hosts) != 2 || !kept {
			t.Errorf("%d hosts remembered, the slow one among them: %v", len(l.hosts), kept)
		}
	})
}

func TestPace(t *testing.T) {
	now := time.Unix(1e9, 0)
	p := newPace(8)
	var got []float64
	for range 3 { // at once: one overload
		p.observe(now, Outcome{Status: 429})
	}
	got = append(got, p.rate)
	p.observe(now.Add(backOffEvery), Outcome{Status: 503})
	got = append(got, p.rate)
	for range 9 {
		p.observe(now, Outcome{Status: 200})
	}
	got = append(got, p.rate)
	p.observe(now, Outcome{Status: 404})
	got = append(got, p.rate)
	if want := []float64{4, 2, 2, 2.8}; !reflect.DeepEqual(got, want) {
		t.Errorf("rates %v, want %v", got, want)
	}
	for range 200 {
		p.observe(now, Outcome{Status: 200})
	}
	if p.rate != 8 {
		t.Errorf("recovered to %v, want 8", p.rate)
	}
	for i := range 100 {
		p.observe(now.Add(time.Duration(i)*time.Minute), Outcome{Status: 429})
	}
	if p.rate != 8.0/slowestShare || math.IsNaN(p.rate) {
		t.Errorf("slowest rate %v", p.rate)
	}
	q := newPace(8)
	for _, o := range []Outcome{{Status: 500}, {}, {Status: 200, RetryAfter: time.Hour}} {
		q.observe(now, o)
	}
	if q != newPace(8) {
		t.Errorf("an answer that tells nothing of overload changed the pace: %+v", q)
	}
}
