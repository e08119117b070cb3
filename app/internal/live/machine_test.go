package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"atalaya/shared"
)

// step is one event of a story, its time in seconds, and what must follow: the
// phase, its reason and the commands.
type step struct {
	at    float64
	event Event
	want  string
}

// The events of the stories. Jitter is 0.5 throughout: waits are half of their
// bounds.
var (
	start   = Event{Kind: Started, Available: true, Online: true}
	tick    = Event{Kind: Ticked}
	stopped = Event{Kind: Stopped}
)

func opened(n int) Event { return Event{Kind: SourceOpened, Source: n} }
func beat(n int) Event   { return Event{Kind: SourceBeat, Source: n} }
func data(n int) Event   { return Event{Kind: SourceData, Source: n} }
func broke(n int) Event  { return Event{Kind: SourceFailed, Source: n} }
func shut(n int) Event   { return Event{Kind: SourceFailed, Source: n, Closed: true} }
func woke(w Wake) Event  { return Event{Kind: Woke, Wake: w} }
func good(n int) Event   { return Event{Kind: PollAnswered, Poll: n} }

func ended(n int, r shared.EndReason, retryMS int) Event {
	return Event{Kind: SourceEnded, Source: n, End: shared.End{Reason: r, RetryMS: retryMS}}
}

func bad(n int, a Answer) Event { return Event{Kind: PollAnswered, Poll: n, Answer: a} }

func final(e Event) Event {
	e.Final = true
	return e
}

var noAnswer = Answer{Fault: FaultNetwork}

// blocked is the beginning of every story about polling: a proxy holds the
// stream back.
var blocked = []step{
	{0, start, "connecting: open 1"},
	{5, tick, "polling blocked: close 1, fallback, hold 1"},
}

// running is the beginning of every story about a stream.
var running = []step{
	{0, start, "connecting: open 1"},
	{0.1, opened(1), "connecting:"},
	{0.1, beat(1), "live: established"},
	{0.2, data(1), "live:"},
}

// after joins a beginning and what follows it.
func after(beginning []step, more ...step) []step {
	return append(beginning[:len(beginning):len(beginning)], more...)
}

var stories = map[string][]step{
	"audit already over": {
		{0, final(start), "closed finished:"},
		{1, tick, "closed finished:"},
	},
	"a whole audit": after(running,
		step{1, data(1), "live:"},
		step{2, final(data(1)), "closed finished: close 1"},
		step{3, broke(1), "closed finished:"},
		step{4, woke(WakeUser), "closed finished:"},
	),
	"closed by its owner": after(running, step{1, stopped, "closed stopped: close 1"}),
	"the browser recovers by itself": after(running,
		step{60, beat(1), "live:"},
		step{61, broke(1), "retrying lost:"},
		step{63, opened(1), "retrying lost:"},
		step{63, beat(1), "live: established"},
	),
	"the browser does not recover within the grace": after(running,
		step{5, broke(1), "retrying lost:"},
		step{19.9, tick, "retrying lost:"},
		step{20, tick, "retrying lost: close 1"},
		step{20.5, tick, "retrying lost: attempt 1, open 2"},
		step{21, beat(2), "live: established"},
	),
	"five failures with own backoff, then polling": after(running,
		step{5, broke(1), "retrying lost:"},
		step{7, broke(1), "retrying lost: close 1"},
		step{7.5, tick, "retrying lost: attempt 1, open 2"},
		step{7.6, broke(2), "retrying lost: close 2"},
		step{8.6, tick, "retrying lost: attempt 2, open 3"},
		step{8.7, broke(3), "retrying lost: close 3"},
		step{10.7, tick, "retrying lost: attempt 3, open 4"},
		step{10.8, broke(4), "retrying lost: close 4"},
		step{14.8, tick, "retrying lost: attempt 4, open 5"},
		step{14.9, broke(5), "polling lost: close 5, fallback, hold 1"},
	),
	"the count starts again after a beat": after(running,
		step{5, broke(1), "retrying lost:"},
		step{7, broke(1), "retrying lost: close 1"},
		step{7.5, tick, "retrying lost: attempt 1, open 2"},
		step{7.6, opened(2), "retrying lost:"},
		step{7.6, beat(2), "live: established"},
		step{20, broke(2), "retrying lost:"},
		step{22, broke(2), "retrying lost: close 2"},
		step{22.5, tick, "retrying lost: attempt 1, open 3"},
	),
	"opening alone does not reset the count": {
		{0, start, "connecting: open 1"},
		{0.1, shut(1), "retrying lost: close 1, poll 1"},
		{0.6, tick, "retrying lost: attempt 1, open 2"},
		{0.7, opened(2), "retrying lost:"},
		{2.7, broke(2), "retrying lost: close 2"},
		{3.7, tick, "retrying lost: attempt 2, open 3"},
	},
	"refused: the fetch tells that there is no such audit": {
		{0, start, "connecting: open 1"},
		{0.1, shut(1), "retrying lost: close 1, poll 1"},
		{0.2, bad(1, Answer{Fault: FaultStatus, Status: 404, Refusal: ReasonNotFound}), "closed not_found:"},
	},
	"refused: the fetch tells to log in": {
		{0, start, "connecting: open 1"},
		{0.1, shut(1), "retrying lost: close 1, poll 1"},
		{0.6, tick, "retrying lost: attempt 1, open 2"},
		{0.7, bad(1, Answer{Fault: FaultStatus, Status: 401, Refusal: ReasonUnauthorized}), "closed unauthorized: close 2"},
	},
	"refused: the fetch brings the last state": {
		{0, start, "connecting: open 1"},
		{0.1, shut(1), "retrying lost: close 1, poll 1"},
		{0.2, final(good(1)), "closed finished:"},
	},
	"refused: the server asks to be left alone": {
		{0, start, "connecting: open 1"},
		{0.1, shut(1), "retrying lost: close 1, poll 1"},
		{0.2, bad(1, Answer{Fault: FaultStatus, Status: 503, RetryAfter: 4 * time.Second}), "retrying lost:"},
		{4.1, tick, "retrying lost:"},
		{4.2, tick, "retrying lost: attempt 1, open 2"},
	},
	"refused again: the fetch is not repeated within 3 s": {
		{0, start, "connecting: open 1"},
		{0.1, shut(1), "retrying lost: close 1, poll 1"},
		{0.2, good(1), "retrying lost:"},
		{0.6, tick, "retrying lost: attempt 1, open 2"},
		{0.7, shut(2), "retrying lost: close 2"},
		{1.7, tick, "retrying lost: attempt 2, open 3"},
		{3.2, shut(3), "retrying lost: close 3, poll 2"},
	},
	"a 204 after the end is no failure": after(running, step{1, final(shut(1)), "closed finished: close 1"}),
	"no EventSource": {
		{0, Event{Kind: Started, Online: true}, "polling missing: fallback, hold 1"},
		{1, good(1), "polling missing:"},
		{2.9, tick, "polling missing:"},
		{3, tick, "polling missing: hold 2"},
		{5, woke(WakeUser), "polling missing:"},
		{40, final(good(2)), "closed finished:"},
	},
	"EventSource cannot be constructed": {
		{0, start, "connecting: open 1"},
		{0, Event{Kind: SourceRefused, Source: 1}, "polling blocked: close 1, fallback, hold 1"},
	},
	"three streams that live under a second": {
		{0, start, "connecting: open 1"},
		{0.1, opened(1), "connecting:"},
		{0.1, beat(1), "live: established"},
		{0.2, broke(1), "retrying lost:"},
		{2.0, opened(1), "retrying lost:"},
		{2.0, beat(1), "live: established"},
		{2.1, broke(1), "retrying lost:"},
		{4.0, opened(1), "retrying lost:"},
		{4.0, beat(1), "live: established"},
		{4.1, broke(1), "polling blocked: close 1, fallback, hold 1"},
	},
	"short streams with a long one among them": {
		{0, start, "connecting: open 1"},
		{0.1, opened(1), "connecting:"},
		{0.1, beat(1), "live: established"},
		{0.2, broke(1), "retrying lost:"},
		{2.0, opened(1), "retrying lost:"},
		{2.0, beat(1), "live: established"},
		{3.5, broke(1), "retrying lost:"},
		{5.0, opened(1), "retrying lost:"},
		{5.0, beat(1), "live: established"},
		{5.1, broke(1), "retrying lost:"},
	},
	"renewals without end are not taken for life": {
		{0, start, "connecting: open 1"},
		{0, opened(1), "connecting:"},
		{0, beat(1), "live: established"},
		{0, ended(1, shared.EndMaxAge, 0), "live: close 1, open 2"},
		{0, opened(2), "live:"},
		{0, beat(2), "live:"},
		{0, ended(2, shared.EndMaxAge, 0), "live: close 2, open 3"},
		{0, opened(3), "live:"},
		{0, ended(3, shared.EndMaxAge, 0), "polling blocked: close 3, fallback, hold 1"},
	},
	"the lifetime is renewed in silence": after(running,
		step{40, beat(1), "live:"},
		step{80, ended(1, shared.EndMaxAge, 0), "live: close 1, open 2"},
		step{80, broke(1), "live:"},
		step{80.1, opened(2), "live:"},
		step{80.1, beat(2), "live:"},
		step{81, data(2), "live:"},
	),
	"a renewal that fails is no longer silent": after(running,
		step{40, ended(1, shared.EndMaxAge, 0), "live: close 1, open 2"},
		step{40.1, broke(2), "retrying lost:"},
		step{42, broke(2), "retrying lost: close 2"},
	),
	"a renewal without a beat": after(running,
		step{40, ended(1, shared.EndMaxAge, 0), "live: close 1, open 2"},
		step{45, tick, "polling blocked: close 2, fallback, hold 1"},
	),
	"drain": after(running,
		step{40, ended(1, shared.EndDrain, 3000), "retrying drain: close 1"},
		step{43.4, tick, "retrying drain:"},
		step{43.5, tick, "retrying drain: attempt 1, open 2"},
		step{43.6, broke(2), "retrying lost:"},
		step{46, opened(2), "retrying lost:"},
		step{46, beat(2), "live: established"},
	),
	"drain asks for an absurd wait": after(running,
		step{40, ended(1, shared.EndDrain, 1<<40), "retrying drain: close 1"},
		step{100.5, tick, "retrying drain: attempt 1, open 2"},
	),
	"unavailable counts as a failure": after(running,
		step{40, ended(1, shared.EndUnavailable, 3000), "retrying unavailable: close 1"},
		step{42.9, tick, "retrying unavailable:"},
		step{43, tick, "retrying unavailable: attempt 1, open 2"},
		step{43.1, broke(2), "retrying lost: close 2"},
	),
	"deleted":  after(running, step{40, ended(1, shared.EndDeleted, 0), "closed deleted: close 1"}),
	"finished": after(running, step{40, final(ended(1, shared.EndFinished, 0)), "closed finished: close 1"}),
	"finished, but the last frame was lost": after(running,
		step{40, ended(1, shared.EndFinished, 0), "retrying lost: close 1, poll 1"},
		step{40.1, final(good(1)), "closed finished:"},
	),
	"an unknown goodbye": after(running,
		step{40, ended(1, "tea", 1000), "retrying lost: close 1, poll 1"},
		step{40.1, good(1), "retrying lost:"},
		step{41.5, tick, "retrying lost: attempt 1, open 2"},
	),
	"the watchdog": after(running,
		step{50.1, tick, "live:"},
		step{50.2, tick, "retrying silent: close 1, attempt 1, open 2"},
		step{50.3, beat(2), "live: established"},
	),
	"a sleep is excused once": after(running,
		step{3600, woke(WakeVisible), "live:"},
		step{3602, tick, "retrying silent: close 1, attempt 1, open 2"},
		step{3603, beat(2), "live: established"},
	),
	"a beat was queued behind the wake": after(running,
		step{3600, tick, "live:"},
		step{3600.1, beat(1), "live:"},
		step{3602, tick, "live:"},
		step{3650.1, tick, "retrying silent: close 1, attempt 1, open 2"},
	),
	"a late beat before the late timer": after(running, step{3600, beat(1), "live:"}),
	"the page goes and comes back": after(running,
		step{5, woke(WakeHide), "retrying: close 1"},
		step{900, tick, "retrying:"},
		step{900, woke(WakeShow), "connecting: open 2"},
		step{900.1, beat(2), "live: established"},
	),
	"a polling page goes and comes back": after(blocked,
		step{6, woke(WakeHide), "polling blocked: abort 1"},
		step{900, woke(WakeVisible), "connecting: open 2"},
	),
	"the network goes, and really": after(running,
		step{5, woke(WakeOffline), "offline network:"},
		step{5.1, broke(1), "offline network:"},
		step{8, broke(1), "offline network: close 1"},
		step{8.5, woke(WakeOnline), "retrying lost: attempt 1, open 2"},
		step{9, beat(2), "live: established"},
	),
	"no network, but the server is on this machine": after(running,
		step{5, woke(WakeOffline), "offline network:"},
		step{15, beat(1), "live:"},
	),
	"online ends the browser's own wait": after(running,
		step{5, broke(1), "retrying lost:"},
		step{6, woke(WakeVisible), "retrying lost:"},
		step{7, woke(WakeOnline), "retrying lost: close 1, attempt 1, open 2"},
	),
	"a wake does not shorten what the server asked for": after(running,
		step{40, ended(1, shared.EndDrain, 9000), "retrying drain: close 1"},
		step{41, woke(WakeVisible), "retrying drain:"},
		step{42, woke(WakeOnline), "retrying drain:"},
		step{49, tick, "retrying drain: attempt 1, open 2"},
	),
	"the user's word does": after(running,
		step{40, ended(1, shared.EndDrain, 9000), "retrying drain: close 1"},
		step{42, woke(WakeUser), "retrying drain: attempt 1, open 2"},
	),
	"a wake does not poll before the server allows": after(blocked,
		step{6, bad(1, Answer{Fault: FaultStatus, Status: 429, RetryAfter: 20 * time.Second}), "polling blocked:"},
		step{7, woke(WakeVisible), "polling blocked:"},
		step{26, tick, "polling blocked: open 2, hold 2"},
	),
	"the user does not wait": {
		{0, start, "connecting: open 1"},
		{0.1, shut(1), "retrying lost: close 1, poll 1"},
		{0.2, woke(WakeUser), "retrying lost:"},
		{0.6, tick, "retrying lost: attempt 1, open 2"},
		{0.7, shut(2), "retrying lost: close 2"},
		{1.6, woke(WakeUser), "retrying lost: attempt 2, open 3"},
	},
	"polling, held and paced": after(blocked,
		step{5.1, good(1), "polling blocked:"},
		step{7.9, tick, "polling blocked:"},
		step{8, tick, "polling blocked: hold 2"},
		step{33, good(2), "polling blocked: hold 3"},
	),
	"probes at 30 s, 60 s, 2 min, 5 min": after(blocked,
		step{34.9, good(1), "polling blocked: hold 2"},
		step{35, tick, "polling blocked: open 2"},
		step{40, tick, "polling blocked: close 2"},
		step{59, good(2), "polling blocked: hold 3"},
		step{84, good(3), "polling blocked: hold 4"},
		step{99.9, tick, "polling blocked:"},
		step{100, tick, "polling blocked: open 3"},
		step{100.1, shut(3), "polling blocked: close 3"},
		step{101, good(4), "polling blocked: hold 5"},
		step{126, good(5), "polling blocked: hold 6"},
		step{151, good(6), "polling blocked: hold 7"},
		step{176, good(7), "polling blocked: hold 8"},
		step{201, good(8), "polling blocked: hold 9"},
		step{220.1, tick, "polling blocked: open 4"},
		step{220.2, broke(4), "polling blocked: close 4"},
		step{226, good(9), "polling blocked: hold 10"},
		step{520.2, good(10), "polling blocked: open 5, hold 11"},
	),
	"one flush is no proof of a stream": after(blocked,
		step{34, good(1), "polling blocked: hold 2"},
		step{35, tick, "polling blocked: open 2"},
		step{35.1, opened(2), "polling blocked:"},
		step{35.1, beat(2), "polling blocked:"},
		step{35.2, data(2), "polling blocked:"},
		step{36, data(2), "polling blocked:"},
		step{50.1, beat(2), "live: abort 2, established"},
		step{60, tick, "live:"},
	),
	"a probe that never beats again": after(blocked,
		step{34, good(1), "polling blocked: hold 2"},
		step{35, tick, "polling blocked: open 2"},
		step{35.1, beat(2), "polling blocked:"},
		step{59, good(2), "polling blocked: hold 3"},
		step{84, good(3), "polling blocked: hold 4"},
		step{85.1, tick, "polling blocked: close 2"},
	),
	"the end comes by a probe": after(blocked,
		step{34, good(1), "polling blocked: hold 2"},
		step{35, tick, "polling blocked: open 2"},
		step{35.1, final(data(2)), "closed finished: close 2, abort 2"},
	),
	"becoming visible probes": after(blocked,
		step{10, woke(WakeVisible), "polling blocked: open 2"},
		step{10.1, woke(WakeVisible), "polling blocked:"},
		step{10.2, shut(2), "polling blocked: close 2"},
		step{10.3, woke(WakeVisible), "polling blocked:"},
		step{11, tick, "polling blocked: open 3"},
	),
	"the server is away and comes back": after(blocked,
		step{6, bad(1, noAnswer), "polling blocked:"},
		step{8.5, tick, "polling blocked: hold 2"},
		step{9, bad(2, noAnswer), "offline server:"},
		step{12.5, tick, "offline server: hold 3"},
		step{13, good(3), "polling blocked: open 2"},
		step{13.1, beat(2), "polling blocked:"},
		step{14.1, beat(2), "live: established"},
	),
	"the network is back before the next poll": after(blocked,
		step{6, bad(1, noAnswer), "polling blocked:"},
		step{8.5, tick, "polling blocked: hold 2"},
		step{9, bad(2, noAnswer), "offline server:"},
		step{9.5, woke(WakeOnline), "offline server: open 2"},
		step{11.5, tick, "offline server: hold 3"},
	),
	"a probe hears the server before a poll does": after(blocked,
		step{6, bad(1, noAnswer), "polling blocked:"},
		step{8.5, tick, "polling blocked: hold 2"},
		step{9, bad(2, noAnswer), "offline server:"},
		step{9.5, woke(WakeUser), "offline server: open 2"},
		step{9.6, beat(2), "polling blocked:"},
	),
	"a poll hangs": after(blocked,
		step{39.9, tick, "polling blocked: open 2"},
		step{40, tick, "polling blocked: abort 1"},
		step{40.5, good(1), "polling blocked: hold 2"},
	),
	"the server asks polling to wait": after(blocked,
		step{6, bad(1, Answer{Fault: FaultStatus, Status: 429, RetryAfter: 20 * time.Second}), "polling blocked:"},
		step{25.9, tick, "polling blocked:"},
		step{26, tick, "polling blocked: hold 2"},
	),
	"polling learns that the audit is gone": after(blocked,
		step{6, bad(1, Answer{Fault: FaultStatus, Status: 404, Refusal: ReasonNotFound}), "closed not_found:"},
	),
	"late callbacks of an old source": after(running,
		step{40, ended(1, shared.EndMaxAge, 0), "live: close 1, open 2"},
		step{40, beat(1), "live:"},
		step{40, final(data(1)), "live:"},
		step{40, shut(1), "live:"},
		step{45, tick, "polling blocked: close 2, fallback, hold 1"},
		step{46, good(7), "polling blocked:"},
	),
}

func TestStories(t *testing.T) {
	for name, steps := range stories {
		t.Run(name, func(t *testing.T) {
			var s State
			for i, st := range steps {
				e := st.event
				e.At, e.Jitter = 1+time.Duration(st.at*float64(time.Second)+0.5), 0.5
				var commands []Command
				s, commands = Next(s, e)
				if got := tell(s, commands); got != st.want {
					t.Fatalf("step %d, at %v s:\n got %s\nwant %s", i, st.at, got, st.want)
				}
			}
		})
	}
}

// tell writes down what a step led to.
func tell(s State, commands []Command) string {
	words := []string{}
	for _, c := range commands {
		switch c.Do {
		case OpenSource:
			words = append(words, fmt.Sprint("open ", c.Source))
		case CloseSource:
			words = append(words, fmt.Sprint("close ", c.Source))
		case StartPoll:
			words = append(words, fmt.Sprint(map[bool]string{true: "hold ", false: "poll "}[c.Hold], c.Poll))
		case AbortPoll:
			words = append(words, fmt.Sprint("abort ", c.Poll))
		case Say:
			short := strings.NewReplacer(sayEstablished, "established", sayFallback, "fallback", "[SSE] Reconnection ", "")
			words = append(words, short.Replace(c.Line))
		}
	}
	is := strings.TrimSpace(string(s.Phase()) + " " + string(s.Reason()))
	return strings.TrimSpace(is + ": " + strings.Join(words, ", "))
}
