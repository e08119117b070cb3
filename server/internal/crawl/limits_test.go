package crawl

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
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

// The first two requests after a rest come together; the third comes when it would have
// come anyway.
func TestLimitsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(5, 4), time.Now()
		var got []time.Duration
		for range 4 {
			got = append(got, turn(t, l, "a", start, Outcome{Status: 200}))
		}
		time.Sleep(time.Second - time.Since(start))
		for range 3 {
			got = append(got, turn(t, l, "a", start, Outcome{Status: 200}))
		}
		want := []time.Duration{
			0, 0, 400 * time.Millisecond, 600 * time.Millisecond,
			time.Second, time.Second, 1400 * time.Millisecond,
		}
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
		if got := l.budgets["a"].turns.held; got != 2 {
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
			second, third := turn(t, l, "a", start, Outcome{Status: 200}), turn(t, l, "a", start, Outcome{Status: 200})
			if want >= strictFrom && (second-want).Abs() > time.Microsecond {
				t.Errorf("crawl delay %v: second turn at %v, want %v", delay, second, want)
			}
			if (third - 2*want).Abs() > time.Microsecond {
				t.Errorf("crawl delay %v: third turn at %v, want %v", delay, third, 2*want)
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
		turn(t, l, "a", start, Outcome{Status: 200})
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
			func() {
				for range 2 {
					turn(t, l, "a", time.Now(), Outcome{Status: 200})
				}
			},
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
		if _, err := l.Acquire(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) ||
			time.Since(start) != time.Millisecond {
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
		for i := range manyBudgets {
			turn(t, l, fmt.Sprint(i), time.Now(), Outcome{Status: 200})
		}
		time.Sleep(idleBudget + time.Second)
		turn(t, l, "new", time.Now(), Outcome{Status: 200})
		if _, kept := l.budgets["slow"]; len(l.budgets) != 2 || !kept {
			t.Errorf("%d hosts remembered, the slow one among them: %v", len(l.budgets), kept)
		}
	})
}

// However many names a machine has, it gets no more than one budget.
func TestLimitsShareAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(5, 4), time.Now()
		lookUps := 0
		l.lookUp = func(_ context.Context, name string) ([]netip.Addr, error) {
			lookUps++
			if name == "gone.example" {
				return nil, errors.New("no such host")
			}
			// The order of the answer changes from one to the next.
			found := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
			if lookUps%2 == 0 {
				slices.Reverse(found)
			}
			return found, nil
		}
		const names = 50
		var last time.Duration
		for i := range names {
			last = turn(t, l, fmt.Sprintf("n%d.site%d.example:8080", i, i), start, Outcome{Status: 200})
		}
		if want := (names - 1) * time.Second / 5; (last - want).Abs() > time.Millisecond {
			t.Errorf("%d names of one address were asked within %v, want %v", names, last, want)
		}
		began := time.Now()
		turn(t, l, "n0.site0.example:8080", began, Outcome{Status: 200})
		turn(t, l, "192.0.2.1", began, Outcome{Status: 200})
		if at := turn(t, l, "192.0.2.1:81", began, Outcome{Status: 200}); at < 400*time.Millisecond {
			t.Errorf("the address itself is asked %v after a name of it", at)
		}
		if lookUps != names {
			t.Errorf("%d names were looked up %d times", names, lookUps)
		}
		if at := turn(t, l, "gone.example", time.Now(), Outcome{}); at != 0 {
			t.Errorf("a name without an address waited for %v", at)
		}
		// A name that had none at first, or whose asker left, is looked up again.
		l.lookUp = func(ctx context.Context, _ string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, ctx.Err()
		}
		left, leave := context.WithCancel(t.Context())
		leave()
		if _, err := l.Acquire(left, "late.example"); err == nil {
			t.Error("a turn for an asker that has left")
		}
		began = time.Now()
		turn(t, l, "gone.example", began, Outcome{Status: 200})
		if at := turn(t, l, "late.example", began, Outcome{Status: 200}); at < 200*time.Millisecond {
			t.Errorf("a name that found its address late is asked after %v", at)
		}
	})
}

// The names below one registrable domain share a budget, those of a public suffix do
// not.
func TestLimitsShareADomain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := NewLimits(5, 4), time.Now()
		for i, host := range []string{
			"www.example.co.uk", "shop.example.co.uk:8443", "example.co.uk", "www.example.co.uk",
		} {
			want := time.Duration(i) * 200 * time.Millisecond
			if i == 1 { // the first two come together
				want = 0
			}
			if at := turn(t, l, host, start, Outcome{Status: 200}); at != want {
				t.Errorf("%s is asked after %v, want %v", host, at, want)
			}
		}
		start = time.Now()
		for _, host := range []string{"one.github.io", "two.github.io", "localhost", "example.org"} {
			if at := turn(t, l, host, start, Outcome{Status: 200}); at != 0 {
				t.Errorf("%s waits for %v", host, at)
			}
		}
	})
}

// A host that was told to slow down waits for itself, and not in the turns of its
// domain.
func TestASlowHostDoesNotHoldUpItsNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(5, 1)
		turn(t, l, "slow.example.org", time.Now(), Outcome{Status: 429, RetryAfter: time.Minute})
		waiting := make(chan time.Duration)
		start := time.Now()
		go func() { waiting <- turn(t, l, "slow.example.org", start, Outcome{Status: 200}) }()
		synctest.Wait()
		if at := turn(t, l, "fast.example.org", start, Outcome{Status: 200}); at > time.Second {
			t.Errorf("the neighbour waits for %v", at)
		}
		if at := <-waiting; at < time.Minute {
			t.Errorf("the slow host was asked after %v", at)
		}
	})
}

func TestPaceReactsToTrouble(t *testing.T) {
	at := time.Unix(1e9, 0)
	usual := func() pace {
		p := newPace(8)
		for range 20 {
			p.observe(at, Outcome{Status: 200, Took: 200 * time.Millisecond})
		}
		return p
	}
	for name, test := range map[string]struct {
		outcome Outcome
		want    float64
	}{
		"as usual":                      {Outcome{Status: 200, Took: 250 * time.Millisecond}, 8},
		"a little slower":               {Outcome{Status: 200, Took: 550 * time.Millisecond}, 8},
		"much slower":                   {Outcome{Status: 200, Took: 2 * time.Second}, 4},
		"a slow error":                  {Outcome{Status: 404, Took: 2 * time.Second}, 4},
		"no answer in time":             {Outcome{GaveUp: true, Took: 15 * time.Second}, 4},
		"no answer for another reason":  {Outcome{}, 8},
		"overloaded and quick about it": {Outcome{Status: 503, Took: time.Millisecond}, 4},
	} {
		p := usual()
		if p.observe(at.Add(time.Minute), test.outcome); p.rate != test.want {
			t.Errorf("%s: rate %v, want %v", name, p.rate, test.want)
		}
	}
	p := usual()
	for i := range 200 { // slow from now on, which is no overload
		p.observe(at.Add(time.Duration(i)*2*time.Second), Outcome{Status: 200, Took: 2 * time.Second})
	}
	if p.rate != p.ceiling {
		t.Errorf("a site that is always slow is asked %v times a second, want %v", p.rate, p.ceiling)
	}
	quick := newPace(8)
	quick.observe(at, Outcome{Status: 200, Took: time.Millisecond})
	if quick.observe(at.Add(time.Minute), Outcome{Status: 200, Took: 100 * time.Millisecond}); quick.rate != 8 {
		t.Errorf("100 ms count as slow: rate %v", quick.rate)
	}
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
