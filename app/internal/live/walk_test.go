package live

import (
	"math/rand/v2"
	"testing"
	"time"

	"atalaya/shared"
)

// TestRandomWalk lets the machine loose in a world that sends anything at any
// time, and holds what must be true after every step.
func TestRandomWalk(t *testing.T) {
	visited := map[string]int{}
	for seed := range uint64(300) {
		w := walker{t: t, rnd: rand.New(rand.NewPCG(seed, 9))}
		w.step(Event{Kind: Started, Available: w.rnd.IntN(10) > 0, Online: w.rnd.IntN(10) > 0})
		for range 400 {
			w.at += w.pause()
			w.step(w.event())
			visited[string(w.s.Phase())+" "+string(w.s.Reason())]++
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
	for _, want := range []string{
		"connecting ", "live ", "retrying lost", "retrying silent", "retrying drain", "retrying unavailable",
		"polling lost", "polling blocked", "polling missing", "offline network", "offline server", "closed finished",
	} {
		if visited[want] < 20 {
			t.Errorf("the walk came to %q %d times only", want, visited[want])
		}
	}
}

type walker struct {
	t    *testing.T
	rnd  *rand.Rand
	at   time.Duration
	s    State
	src  int // the open source, or 0
	poll int // the fetch under way, or 0
	last time.Duration
}

func (w *walker) pause() time.Duration {
	switch w.rnd.IntN(10) {
	case 0:
		return 0
	case 1:
		return time.Duration(w.rnd.Int64N(int64(10 * time.Minute)))
	case 2, 3, 4:
		return time.Duration(w.rnd.Int64N(int64(time.Second)))
	}
	return max(w.s.NextDeadline()-w.at, 0)
}

func (w *walker) event() Event {
	source := w.s.source - w.rnd.IntN(8)/7 // sometimes an old one
	switch w.rnd.IntN(16) {
	case 0, 1:
		return opened(source)
	case 2, 3, 4:
		return beat(source)
	case 5, 6:
		return data(source)
	case 7:
		reasons := []shared.EndReason{shared.EndMaxAge, shared.EndDrain, shared.EndUnavailable, shared.EndFinished, "tea"}
		return ended(source, reasons[w.rnd.IntN(len(reasons))], w.rnd.IntN(5000))
	case 8:
		return broke(source)
	case 9:
		return shut(source)
	case 10:
		return woke(Wake(w.rnd.IntN(int(WakeUser) + 1)))
	case 11:
		return good(w.s.poll)
	case 12:
		return bad(w.s.poll, Answer{Fault: FaultStatus, Status: 503, RetryAfter: time.Duration(w.rnd.IntN(90)) * time.Second})
	case 13:
		if w.rnd.IntN(60) == 0 {
			return final(data(source))
		}
		if w.rnd.IntN(20) == 0 {
			return Event{Kind: SourceRefused, Source: source}
		}
	}
	return tick
}

func (w *walker) step(e Event) {
	e.At, e.Jitter = w.at+1, w.rnd.Float64()
	if e.Kind == PollAnswered && e.Poll == w.poll {
		w.poll = 0
	}
	before := w.s
	var commands []Command
	w.s, commands = Next(w.s, e)
	for _, c := range commands {
		w.obey(c, e.At)
	}
	s := w.s
	expect := func(ok bool, rule string) {
		if !ok {
			w.t.Errorf("%s\n at %v, event %+v\nbefore %+v\n after %+v\n%s", rule, w.at, e, before, s, tell(s, commands))
		}
	}
	phase := s.Phase()
	expect((w.src != 0) == s.open && (!s.open || w.src == s.source), "the source open is the one the machine thinks of")
	expect((w.poll != 0) == s.pollUnderWay && (!s.pollUnderWay || w.poll == s.poll),
		"the fetch under way is the one the machine thinks of")
	expect(!s.healthy() || w.poll == 0 && s.pollAt == 0, "nothing is fetched beside a healthy stream")
	expect(phase != Live || s.attempt == 0 && s.failures == 0, "live forgets failures")
	expect(s.failures < failuresBeforePolling, "too many failures end in polling")
	expect(before.Phase() != Closed || s == before && len(commands) == 0, "closed is final")
	expect(phase != Closed || w.src == 0 && w.poll == 0 && s.NextDeadline() == 0, "closed leaves nothing behind")
	expect(!s.paused || w.src == 0 && w.poll == 0 && s.NextDeadline() == 0, "a page in the cache keeps nothing")
	expect(phase == Closed || s.paused || s.NextDeadline() > e.At, "never gives up, never spins")
}

func (w *walker) obey(c Command, at time.Duration) {
	switch c.Do {
	case OpenSource:
		if w.src != 0 {
			w.t.Errorf("source %d opened beside %d", c.Source, w.src)
		}
		w.src = c.Source
	case CloseSource:
		if w.src != c.Source {
			w.t.Errorf("source %d closed, open is %d", c.Source, w.src)
		}
		w.src = 0
	case StartPoll:
		if w.poll != 0 || w.last != 0 && at-w.last < pollEvery {
			w.t.Errorf("fetch at %v beside %d, the last one at %v", at, w.poll, w.last)
		}
		w.poll, w.last = c.Poll, at
	case AbortPoll:
		if w.poll != c.Poll {
			w.t.Errorf("fetch %d aborted, under way is %d", c.Poll, w.poll)
		}
		w.poll = 0
	}
}
