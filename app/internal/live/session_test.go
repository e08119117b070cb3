package live

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// inBubble runs a test in virtual time. A goroutine or a timer left behind makes
// it fail.
func inBubble(t *testing.T, play func(t *testing.T, f *fakePlatform)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { play(t, &fakePlatform{t: t}) })
}

// greetWith opens every stream, beats, sends p and goes on beating.
func greetWith(p shared.AuditProgress) func(*fakeStream) {
	return func(s *fakeStream) {
		s.open()
		s.beat()
		s.data(p)
		beats := time.NewTicker(shared.HeartbeatDefault)
		defer beats.Stop()
		for {
			select {
			case <-beats.C:
				s.beat()
			case <-s.gone:
				return
			}
		}
	}
}

func TestFollowsAnAuditToItsEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		s := f.begin(Options{Topic: Audit(7)})
		if got, want := f.stream().url, "/sse/audits/7/progress"; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
		f.stream().open()
		f.stream().beat()
		f.stream().data(progressOf(7, 3, 10))
		wait(time.Second)
		v := f.view()
		if v.Phase != Live || v.Progress == nil || v.Progress.Progress != 10 || v.Saved {
			t.Errorf("after the first frame: %+v", v)
		}
		f.stream().data(completed(7, 4))
		<-s.Done()
		v = f.view()
		if v.Phase != Closed || v.Reason != ReasonFinished || !v.Terminal() {
			t.Errorf("after the last frame: %+v", v)
		}
		if got, want := f.phases(), "connecting live closed"; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		if got, want := f.said(), "[SSE] Connection established"; got != want {
			t.Errorf("console: %q, want %q", got, want)
		}
	})
}

func TestBackoffStaysBelowItsBounds(t *testing.T) {
	for _, tt := range []struct {
		name   string
		jitter func() float64
		want   []time.Duration // exact waits; nil: the bounds only
	}{
		{"random", nil, nil},
		{"shortest", func() float64 { return 0 }, []time.Duration{0, 0, 0, 0}},
		{"longest", func() float64 { return 1 }, []time.Duration{1e9, 2e9, 4e9, 8e9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fakePlatform) {
				f.greet = func(s *fakeStream) { s.shut() }
				f.answer = func(Request) (Response, error) { return Response{Status: 502, ContentType: "text/html"}, nil }
				f.begin(Options{Topic: Audit(7), jitter: tt.jitter})
				wait(20 * time.Second)
				if got, want := len(f.streams), failuresBeforePolling; got != want {
					t.Fatalf("%d streams, want %d", got, want)
				}
				for i, s := range f.streams[1:] {
					got, bound := s.at.Sub(f.streams[i].at), backoffBounds[i]
					if got > bound || tt.want != nil && got != tt.want[i] {
						t.Errorf("wait %d was %v, bound %v, want %v", i+1, got, bound, tt.want)
					}
				}
				want := "[SSE] Reconnection attempt 1\n[SSE] Reconnection attempt 2\n[SSE] Reconnection attempt 3\n" +
					"[SSE] Reconnection attempt 4\n[SSE] Using fallback: polling"
				if got := f.said(); got != want {
					t.Errorf("console:\n%s\nwant\n%s", got, want)
				}
			})
		})
	}
}

func TestFallsBackToPollingAndReturns(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7)})
		wait(firstBeatWithin) // not a word
		if got, want := f.phases(), "connecting polling"; got != want {
			t.Fatalf("told %q, want %q", got, want)
		}
		if got, want := f.requests, []Request{{Path: "/api/v1/audits/7/progress"}}; !slices.EqualFunc(got, want, sameRequest) {
			t.Errorf("requests %+v, want %+v", got, want)
		}
		f.reply(jsonAnswer(progressOf(7, 3, 10)), nil)
		wait(pollEvery)
		if got, want := f.requests[1], (Request{Path: "/api/v1/audits/7/progress", ETag: `"3"`,
			Hold: pollWait}); !sameRequest(got, want) {
			t.Errorf("second request %+v, want %+v", got, want)
		}
		if v := f.view(); v.Phase != Polling || v.Reason != ReasonBlocked || v.Progress.Progress != 10 {
			t.Errorf("polling shows %+v", v)
		}

		// The proxy was mended: the probe beats, but only what comes later counts.
		f.change(func() { f.greet = greetWith(progressOf(7, 4, 20)) })
		wait(30 * time.Second)
		if got, want := f.stream().url, "/sse/audits/7/progress?last_event_id=3"; got != want {
			t.Errorf("probe %s, want %s", got, want)
		}
		if v := f.view(); v.Phase != Polling || v.Progress.Progress != 20 {
			t.Errorf("after one flush: %+v", v)
		}
		wait(shared.HeartbeatDefault)
		if v := f.view(); v.Phase != Live {
			t.Errorf("after the second beat: %+v", v)
		}
		n := len(f.requests)
		wait(10 * time.Minute)
		if len(f.requests) != n || len(f.streams) != 2 {
			t.Errorf("%d requests and %d streams beside a healthy stream", len(f.requests)-n, len(f.streams)-2)
		}
		want := "[SSE] Using fallback: polling\n[SSE] Connection established"
		if got := f.said(); got != want {
			t.Errorf("console:\n%s\nwant\n%s", got, want)
		}
	})
}

func sameRequest(a, b Request) bool {
	return a.Method == b.Method && a.Path == b.Path && a.ETag == b.ETag && a.Hold == b.Hold
}

func TestPollsTwentyTimesAMinuteAtMost(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		revision := int64(0)
		f.missing = true
		f.answer = func(Request) (Response, error) {
			revision++ // there is always news, so no answer is held
			return jsonAnswer(progressOf(7, revision, 10)), nil
		}
		f.begin(Options{Topic: Audit(7)})
		wait(10 * time.Minute)
		for i, at := range f.asked {
			if n := 20; i+n < len(f.asked) && f.asked[i+n].Sub(at) < time.Minute {
				t.Fatalf("21 requests from %v on within %v", at, f.asked[i+n].Sub(at))
			}
		}
		if got, want := len(f.asked), 201; got != want {
			t.Errorf("%d requests in ten minutes, want %d", got, want)
		}
		if len(f.streams) != 0 {
			t.Error("a stream was opened without EventSource")
		}
	})
}

func TestLifetimeIsRenewedInSilence(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.greet = greetWith(progressOf(7, 3, 10))
		f.begin(Options{Topic: Audit(7)})
		for range 5 {
			wait(9 * time.Minute)
			f.stream().end(shared.EndMaxAge, 0)
		}
		wait(time.Second)
		if got, want := f.phases(), "connecting live"; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
		if got, want := f.said(), "[SSE] Connection established"; got != want {
			t.Errorf("console %q, want %q", got, want)
		}
		if got, want := f.stream().url, "/sse/audits/7/progress?last_event_id=3"; len(f.streams) != 6 || got != want {
			t.Errorf("%d streams, the last %s, want 6 and %s", len(f.streams), got, want)
		}
	})
}

func TestWatchdog(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7)})
		first := f.stream()
		first.open()
		first.beat()
		first.data(progressOf(7, 3, 10))
		wait(staleAfter - time.Millisecond)
		if f.stream() != first {
			t.Fatal("reconnected too soon")
		}
		wait(time.Millisecond)
		if got, want := f.stream().url, "/sse/audits/7/progress?last_event_id=3"; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
		if v := f.view(); v.Phase != Retrying || v.Reason != ReasonSilent || v.Attempt != 1 {
			t.Errorf("shown: %+v", v)
		}
		f.stream().beat()
		if v := f.view(); v.Phase != Live || v.Attempt != 0 || v.Progress.Progress != 10 {
			t.Errorf("shown: %+v", v)
		}
	})
}

func TestSleep(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7)})
		f.stream().open()
		f.stream().beat()
		wait(10 * time.Second)
		f.change(func() { f.skew += time.Hour })
		f.tell(WakeVisible)
		wait(wakeGrace - time.Millisecond)
		if len(f.streams) != 1 || f.view().Phase != Live {
			t.Fatalf("no patience: %d streams, %v", len(f.streams), f.view().Phase)
		}
		wait(time.Millisecond)
		if len(f.streams) != 2 || f.view().Phase != Retrying {
			t.Errorf("after the grace: %d streams, %v", len(f.streams), f.view().Phase)
		}
	})
}

func TestSleepWhileWaitingToRetry(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7), jitter: func() float64 { return 1 }})
		f.stream().shut()
		f.change(func() { f.skew += time.Hour })
		f.tell(WakeVisible)
		synctest.Wait()
		if len(f.streams) != 2 {
			t.Errorf("%d streams right after the wake, want 2", len(f.streams))
		}
	})
}

func TestPrerenderedEndAsksNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		s := f.begin(Options{Topic: Audit(7), Initial: Copy{Progress: new(completed(7, 90))}})
		<-s.Done()
		if v := f.view(); v.Phase != Closed || v.Reason != ReasonFinished || len(f.streams)+len(f.requests) != 0 {
			t.Errorf("%d streams, %d requests, shown: %+v", len(f.streams), len(f.requests), v)
		}
	})
}

func TestNewestRevisionWins(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7)})
		revision := func() int64 { wait(time.Second); return f.view().Progress.Revision }
		f.stream().open()
		f.stream().data(progressOf(7, 50, 50))
		f.stream().data(progressOf(7, 49, 49))
		if got := revision(); got != 50 {
			t.Errorf("revision went back to %d within a stream", got)
		}
		f.stream().data(progressOf(8, 51, 51))
		f.stream().signal(Signal{Kind: SignalMessage, Data: `{"audit_id":7`})
		if got := revision(); got != 50 {
			t.Errorf("another audit's frame or bad JSON led to %d", got)
		}
		if !strings.Contains(f.said(), "[SSE] Skipped: invalid data") {
			t.Errorf("bad JSON was not told: %q", f.said())
		}
		// The database is restored: the browser reconnects to another history.
		f.stream().lose()
		f.stream().open()
		f.stream().data(progressOf(7, 20, 20))
		if got := revision(); got != 20 {
			t.Errorf("the first word of a new connection was not believed: %d", got)
		}
		f.stream().data(progressOf(7, 19, 19))
		if got := revision(); got != 20 {
			t.Errorf("revision went back to %d within a stream", got)
		}
	})
}

func TestLateSignalsOfAClosedStreamChangeNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7)})
		old := f.stream()
		old.open()
		old.data(progressOf(7, 3, 10))
		old.end(shared.EndMaxAge, 0)
		f.stream().open()
		old.hear(Signal{Kind: SignalMessage, Data: encode(progressOf(7, 99, 99))})
		wait(time.Second)
		if got := f.view().Progress.Revision; len(f.streams) != 2 || got != 3 {
			t.Errorf("%d streams, revision %d, want 2 and 3", len(f.streams), got)
		}
	})
}

func TestCloseLeavesNothing(t *testing.T) {
	for name, play := range map[string]func(*fakePlatform){
		"connecting":     func(f *fakePlatform) {},
		"live":           func(f *fakePlatform) { f.stream().open(); f.stream().beat() },
		"waiting":        func(f *fakePlatform) { f.stream().shut() },
		"polling, held":  func(f *fakePlatform) { wait(6 * time.Second) },
		"offline":        func(f *fakePlatform) { f.tell(WakeOffline) },
		"away":           func(f *fakePlatform) { f.tell(WakeHide) },
		"already closed": func(f *fakePlatform) { f.stream().data(completed(7, 9)) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fakePlatform) {
				s := f.begin(Options{Topic: Audit(7)})
				play(f)
				synctest.Wait()
				told := len(f.views)
				s.Close()
				s.Close()
				<-s.Done()
				if len(f.views) != told {
					t.Error("a view was told after Close")
				}
				if v := s.View(); v.Phase != Closed {
					t.Errorf("the last view is %v", v.Phase)
				}
				s.RetryNow()
				wait(time.Hour)
			})
		})
	}
}

func TestStreamThatCannotBeConstructed(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.openError = errors.New("refused by the content security policy")
		f.begin(Options{Topic: Audit(7)})
		if v := f.view(); v.Phase != Polling || v.Reason != ReasonBlocked {
			t.Errorf("shown: %+v", v)
		}
	})
}

// How many watch comes with a heartbeat or beside the answer to a poll.
func TestSessionTellsHowManyWatch(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7)})
		f.stream().open()
		f.stream().signal(Signal{Kind: SignalHeartbeat, Data: encode(shared.Heartbeat{
			ServerTime: shared.At(time.Now()), Watching: map[int64]int{7: 3, 8: 5},
		})})
		f.stream().data(progressOf(7, 1, 1))
		wait(time.Second)
		if got := f.view().Watching; got != 3 {
			t.Errorf("%d watch, want 3", got)
		}
		f.stream().beat()
		wait(time.Second)
		if got := f.view().Watching; got != 0 {
			t.Errorf("%d watch, want nobody else", got)
		}
	})
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.missing = true
		f.answer = func(Request) (Response, error) {
			r := jsonAnswer(progressOf(7, 1, 1))
			r.Watching = "4"
			return r, nil
		}
		f.begin(Options{Topic: Audit(7)})
		wait(time.Second)
		if got := f.view().Watching; got != 4 {
			t.Errorf("%d watch, want 4", got)
		}
	})
}
