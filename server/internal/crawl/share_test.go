package crawl

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRent(t *testing.T) {
	start := time.Unix(1e9, 0)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	others := func(n int) Others { return Others{Servers: n} }
	asked := askedFor(at(0))
	alone := asked.renewed(at(0), at(5), others(0))
	joined := asked.renewed(at(0), at(5), others(1))
	for _, test := range []struct {
		name string
		rent rent
		now  time.Time
		part float64
		wait time.Duration
	}{
		{"asked for", asked, at(0), 1.0 / slowestShare, rentLasts},
		{"without an answer", asked, at(3000), 1.0 / slowestShare, 0},
		{"alone", alone, at(5), 1, 0},
		{"alone, to the last", alone, at(2999), 1, 0},
		{"alone, and no answer since", alone, at(3000), 1.0 / slowestShare, 0},
		{"the lease counts from the question on", asked.renewed(at(-500), at(5), others(0)), at(2500),
			1.0 / slowestShare, 0},
		{"joined", joined, at(1000), 1.0 / 2, 2005 * time.Millisecond},
		{"joined and renewed", joined.renewed(at(1000), at(1010), others(1)), at(3005), 1.0 / 2, 0},
		{"joined by another", alone.renewed(at(1000), at(1010), others(1)), at(1010), 1.0 / 2, 0},
		{"joined by more", alone.renewed(at(1000), at(1010), others(3)), at(1010), 1.0 / 4, 0},
		{"left alone", joined.renewed(at(1000), at(1010), others(0)), at(3005), 1, 0},
		{"came too late", alone.renewed(at(2900), at(3000), others(1)), at(3000), 1.0 / 2, rentLasts},
	} {
		part, wait := test.rent.share(test.now)
		if part != test.part || max(wait, 0) != test.wait {
			t.Errorf("%s: a share of %v after %v, want %v after %v", test.name, part, wait, test.part, test.wait)
		}
	}
}

func TestSpacing(t *testing.T) {
	now := time.Unix(1e9, 0)
	for _, test := range []struct {
		name      string
		perSecond float64
		do        func(*spacing)
		wait      time.Duration
	}{
		{"the first", 5, func(*spacing) {}, 0},
		{"the second", 5, func(s *spacing) { s.take(now) }, 0},
		{"the third", 5, func(s *spacing) { s.take(now); s.take(now) }, 400 * time.Millisecond},
		{"asking in vain", 5, func(s *spacing) { s.take(now); s.take(now); s.take(now) }, 400 * time.Millisecond},
		{"the third after an hour", 5, func(s *spacing) {
			s.take(now.Add(-time.Hour))
			s.take(now)
			s.take(now)
		}, 400 * time.Millisecond},
		{"the second after too short a rest", 5, func(s *spacing) {
			s.take(now.Add(-399 * time.Millisecond))
			s.take(now)
		}, 200 * time.Millisecond},
		{"the second in time", 5, func(s *spacing) { s.take(now.Add(-200 * time.Millisecond)); s.take(now) }, 200 * time.Millisecond},
		{"the second of a slow pace", 1, func(s *spacing) { s.take(now) }, time.Second},
		{"slower", 5, func(s *spacing) { s.take(now); s.setRate(now, 1) }, time.Second},
		{"slower half way", 5, func(s *spacing) { s.take(now.Add(-time.Second / 10)); s.setRate(now, 1) }, time.Second / 2},
		{"faster", 1, func(s *spacing) {
			s.take(now.Add(-time.Second))
			s.take(now)
			s.setRate(now, 5)
		}, 200 * time.Millisecond},
		{"as before", 3, func(s *spacing) { s.setRate(now, 1); s.setRate(now, 3) }, 0},
		{"a burst", 30, func(s *spacing) { s.take(now); s.take(now) }, 0},
		{"after a burst", 30, func(s *spacing) { s.take(now); s.take(now); s.take(now) }, time.Second / 30},
	} {
		s := newSpacing(test.perSecond)
		test.do(&s)
		if wait := s.take(now); (wait - test.wait).Abs() > time.Microsecond {
			t.Errorf("%s: waits %v, want %v", test.name, wait, test.wait)
		}
	}
}

// However long the rests between them are, no n intervals have more than n requests.
func TestSpacingKeepsTheRate(t *testing.T) {
	const interval = time.Second / 5
	s, now := newSpacing(5), time.Unix(1e9, 0)
	var at []time.Time
	for i := range 2_000 {
		if wait := s.take(now); wait > 0 {
			now = now.Add(wait)
			continue
		}
		at = append(at, now)
		now = now.Add(time.Duration(i%13) * interval / 5)
	}
	for first := range at {
		for last := first + 2; last < min(first+50, len(at)); last++ {
			if took, atLeast := at[last].Sub(at[first]), time.Duration(last-first)*interval; took < atLeast {
				t.Fatalf("%d requests within %v, want %v at least", last-first+1, took, atLeast)
			}
		}
	}
}

// Turns are given in the order in which they were asked for, also when their number
// changes and those who wait leave.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2)
		var (
			mu  sync.Mutex
			got []string
		)
		ask := func(ctx context.Context, name string) {
			go func() {
				if turns.take(ctx) == nil {
					mu.Lock()
					defer mu.Unlock()
					got = append(got, name)
				}
			}()
			synctest.Wait()
		}
		impatient, leave := context.WithCancel(t.Context())
		for _, name := range []string{"a", "b", "c"} {
			ask(t.Context(), name)
		}
		ask(impatient, "left")
		ask(t.Context(), "d")
		ask(t.Context(), "e")
		leave()
		turns.allow(1)
		turns.give() // one of a, b; the other goes on
		synctest.Wait()
		if want := []string{"a", "b"}; !slices.Equal(got, want) {
			t.Errorf("%v have a turn, want %v", got, want)
		}
		turns.give()
		synctest.Wait()
		if want := []string{"a", "b", "c"}; !slices.Equal(got, want) {
			t.Errorf("%v have had a turn, want %v", got, want)
		}
		turns.allow(3)
		synctest.Wait()
		slices.Sort(got) // d and e came together
		if want := []string{"a", "b", "c", "d", "e"}; !slices.Equal(got, want) || turns.held != 3 {
			t.Errorf("%v have had a turn, %d held, want %v and 3", got, turns.held, want)
		}
	})
}

// notes is a ledger in memory, which several servers use.
type notes struct {
	mu   sync.Mutex
	told map[string]map[string]note // by key and server
}

type note struct {
	Use
	at, until time.Time
}

// of is the ledger as one server sees it; it takes its time, and fails while down.
func (n *notes) of(server string, takes time.Duration, down func() bool) Ledger {
	return notesOf{n, server, takes, down}
}

type notesOf struct {
	*notes
	server string
	takes  time.Duration
	down   func() bool
}

func (n notesOf) Rent(ctx context.Context, uses []Use, lasts time.Duration) ([]Others, error) {
	if err := sleep(ctx, n.takes/2); err != nil {
		return nil, err
	}
	if n.down() {
		return nil, errors.New("down")
	}
	others := n.exchange(uses, lasts)
	return others, sleep(ctx, n.takes/2)
}

func (n notesOf) exchange(uses []Use, lasts time.Duration) (others []Others) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	for _, u := range uses {
		if n.told[u.Key] == nil {
			n.told[u.Key] = map[string]note{}
		}
		n.told[u.Key][n.server] = note{u, now, now.Add(lasts)}
		o := Others{Key: u.Key}
		for server, told := range n.told[u.Key] {
			if server == n.server {
				continue
			}
			o.Pause = max(o.Pause, told.Pause-now.Sub(told.at))
			if told.until.After(now) {
				o.Servers++
				if o.Rate == 0 || told.Rate < o.Rate {
					o.Rate = told.Rate
				}
			}
		}
		others = append(others, o)
	}
	return others
}

// fleet is several servers on one ledger, and a host that notes who asked and when.
type fleet struct {
	t     *testing.T
	notes notes
	start time.Time
	wg    sync.WaitGroup

	mu    sync.Mutex
	asked []request
}

type request struct {
	server string
	at     time.Duration
}

func newFleet(t *testing.T) *fleet {
	return &fleet{t: t, notes: notes{told: map[string]map[string]note{}}, start: time.Now()}
}

// member is one server, which asks the host with four workers until it is stopped.
type member struct {
	limits *Limits
	stop   func()
}

func (f *fleet) join(name string, answer func() Outcome, down func() bool) member {
	ctx, stop := context.WithCancel(f.t.Context())
	m := member{NewSharedLimits(5, 4, f.notes.of(name, 20*time.Millisecond, down)), stop}
	f.wg.Go(func() { m.limits.KeepShares(ctx) })
	for range 4 {
		f.wg.Go(func() {
			for {
				release, err := m.limits.Acquire(ctx, "host.example")
				if err != nil {
					return
				}
				f.mu.Lock()
				f.asked = append(f.asked, request{name, time.Since(f.start)})
				f.mu.Unlock()
				time.Sleep(50 * time.Millisecond)
				release(answer())
			}
		})
	}
	return m
}

// count is how many requests came from a server, or "" for all, in a stretch of time.
func (f *fleet) count(server string, from, to time.Duration) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.asked {
		if r.at >= from && r.at < to && (server == "" || r.server == server) {
			n++
		}
	}
	return n
}

// mostIn is the greatest number of requests in any stretch of that length.
func (f *fleet) mostIn(stretch time.Duration) (most int) {
	for _, r := range f.asked {
		most = max(most, f.count("", r.at, r.at+stretch))
	}
	return most
}

func good() Outcome { return Outcome{Status: 200} }
func never() bool   { return false }

// However servers come and go, a host is asked no more than the rate, and once more for
// each of them.
func TestServersShareARate(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(13, seed))
			f := newFleet(t)
			var members []member
			for i := range 4 { // some at the very same moment
				members = append(members, f.join(fmt.Sprint(i), good, never))
				time.Sleep(time.Duration(rng.IntN(3)) * time.Duration(rng.IntN(4000)) * time.Millisecond)
			}
			for _, m := range members[1:] {
				time.Sleep(time.Duration(rng.IntN(4000)) * time.Millisecond)
				m.stop()
			}
			killed := time.Since(f.start)
			time.Sleep(10 * time.Second)
			members[0].stop()
			f.wg.Wait()
			for _, stretch := range []time.Duration{time.Second, 3 * time.Second, 10 * time.Second} {
				if most, bound := f.mostIn(stretch), int(5*stretch.Seconds())+4; most > bound {
					t.Errorf("seed %d: %d requests within %v, want no more than %d", seed, most, stretch, bound)
				}
			}
			// What the others had is free after their lease.
			from := killed + rentLasts + 2*rentEvery
			if n := f.count("0", from, from+4*time.Second); n < 19 {
				t.Errorf("seed %d: the one that is left asked %d times in 4 s, want 20", seed, n)
			}
		})
	}
}

func TestServersShareFairly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		first := f.join("first", good, never)
		time.Sleep(10 * time.Second)
		second := f.join("second", good, never)
		time.Sleep(20 * time.Second)
		first.stop()
		second.stop()
		f.wg.Wait()
		if n := f.count("first", 0, 10*time.Second); n < 49 {
			t.Errorf("alone, the first asked %d times in 10 s, want 50", n)
		}
		for _, name := range []string{"first", "second"} {
			if n := f.count(name, 15*time.Second, 30*time.Second); n < 36 || n > 39 {
				t.Errorf("%s asked %d times in 15 s, want half of 75", name, n)
			}
		}
	})
}

// A pause and a slower pace that one server learns hold for the others a second later.
func TestServersTellOfTrouble(t *testing.T) {
	for name, trouble := range map[string]struct {
		outcome Outcome
		most    int // requests in the ten seconds from a second after the news
	}{
		"pause":    {Outcome{Status: 429, RetryAfter: 11*time.Second + 500*time.Millisecond}, 0},
		"overload": {Outcome{Status: 503}, 30}, // 2.5 a second, recovering slowly
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t)
			var told atomic.Int64 // when, once
			first := f.join("first", func() Outcome {
				now := time.Since(f.start)
				if now > 10*time.Second && told.CompareAndSwap(0, int64(now)) {
					return trouble.outcome
				}
				return good()
			}, never)
			second := f.join("second", good, never)
			time.Sleep(60 * time.Second)
			first.stop()
			second.stop()
			f.wg.Wait()
			from := time.Duration(told.Load()) + rentEvery + 50*time.Millisecond
			if n := f.count("", from, from+10*time.Second); n > trouble.most {
				t.Errorf("%s: %d requests in the ten seconds after, want no more than %d", name, n, trouble.most)
			}
			if n := f.count("second", from+40*time.Second, from+45*time.Second); n < 11 {
				t.Errorf("%s: later on, the second asked %d times in 5 s, want 12", name, n)
			}
		})
	}
}

// A server whose ledger is away goes on at the slowest pace, and as before when it is
// back.
func TestServerWithoutItsLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		away := func() bool {
			at := time.Since(f.start)
			return at > 10*time.Second && at < 60*time.Second
		}
		cut := f.join("cut", good, away)
		other := f.join("other", good, never)
		time.Sleep(90 * time.Second)
		cut.stop()
		other.stop()
		f.wg.Wait()
		if n := f.count("cut", 15*time.Second, 60*time.Second); n < 2 || n > 4 {
			t.Errorf("cut off, it asked %d times in 45 s, want once every 12.8 s", n)
		}
		if n := f.count("", 20*time.Second, 60*time.Second); n < 190 || n > 206 {
			t.Errorf("%d requests in 40 s, want 200 of the other and a few", n)
		}
		if n := f.count("cut", 70*time.Second, 80*time.Second); n < 24 {
			t.Errorf("back again, it asked %d times in 10 s, want 25", n)
		}
	})
}

// What the servers tell each other costs no more than one exchange a second and one for
// new hosts, however many requests there are, and nothing when there are none.
func TestExchangesAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		counted := &counting{Ledger: (&notes{told: map[string]map[string]note{}}).of("one", 0, never)}
		l := NewSharedLimits(100, 4, counted)
		done := make(chan struct{})
		go func() { l.KeepShares(ctx); close(done) }()
		for i := range 1000 {
			turn(t, l, (&url.URL{Host: fmt.Sprintf("n%d.example.org", i%10)}).Host, time.Now(), Outcome{Status: 200})
		}
		if n := counted.calls.Load(); n > 10+10+1 {
			t.Errorf("%d exchanges for 1,000 requests to 10 hosts in 10 s", n)
		}
		time.Sleep(4 * time.Second)
		before := counted.calls.Load()
		time.Sleep(time.Minute)
		if n := counted.calls.Load() - before; n > 0 {
			t.Errorf("%d exchanges while nothing is asked", n)
		}
		stop()
		<-done
	})
}

type counting struct {
	Ledger
	calls atomic.Int64
}

func (c *counting) Rent(ctx context.Context, uses []Use, lasts time.Duration) ([]Others, error) {
	c.calls.Add(1)
	return c.Ledger.Rent(ctx, uses, lasts)
}
