package live

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"atalaya/shared"
)

func TestRetryAtStandsStill(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7), jitter: func() float64 { return 1 }})
		f.stream().shut()
		want := time.Now().Add(time.Second).Round(0)
		for range 9 {
			f.change(func() { f.skew -= time.Millisecond }) // the clocks drift apart
			f.session.Wake(WakeOffline)
			if got := f.view().RetryAt; !got.Equal(want) {
				t.Fatalf("RetryAt %v, want %v", got, want)
			}
			wait(100 * time.Millisecond)
		}
		wait(200 * time.Millisecond)
		if got := f.view().RetryAt; !got.IsZero() {
			t.Errorf("RetryAt %v while no wait runs", got)
		}
	})
}

func TestPollFailuresAreTold(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.missing = true
		f.answer = func(Request) (Response, error) { return Response{}, fmt.Errorf("test: %f", ErrNetwork) }
		f.begin(Options{Topic: Audit(7)})
		wait(30 * time.Second)
		v := f.view()
		if v.Phase != Offline || v.Reason != ReasonServer || v.Fault != FaultNetwork || v.PollFailures < 2 {
			t.Errorf("shown: %+v", v)
		}
		f.change(func() {
			f.answer = func(Request) (Response, error) { return jsonAnswer(progressOf(7, 3, 10)), nil }
		})
		wait(15 * time.Second)
		v = f.view()
		if v.Phase != Polling || v.PollFailures != 0 || v.Fault != "" {
			t.Errorf("after the outage: %+v", v)
		}
	})
}

func TestCaptivePortal(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.missing = true
		f.answer = func(Request) (Response, error) {
			return Response{Status: 200, ContentType: "text/html", Body: []byte("<h1>Welcome to the hotel</h1>")}, nil
		}
		f.begin(Options{Topic: Audit(7), Initial: Copy{Progress: new(progressOf(7, 3, 10))}})
		wait(10 * time.Second)
		if v := f.view(); v.Phase != Offline || v.Fault != FaultForeign || v.Progress.Progress != 10 {
			t.Errorf("shown: %+v", v)
		}
	})
}

func TestPaintsFourTimesASecondAtMost(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		s := f.begin(Options{Topic: Audit(7)})
		f.stream().open()
		for i := range 1000 {
			f.stream().data(progressOf(7, int64(i+1), i/20))
			wait(10 * time.Millisecond)
		}
		n := len(f.views)
		if n < 35 || n > 42 {
			t.Errorf("%d views in ten seconds, want about 40", n)
		}
		f.stream().data(progressOf(7, 5000, 60))
		f.stream().data(completed(7, 5001))
		<-s.Done()
		if v := f.view(); v.Progress.Revision != 5001 || v.Phase != Closed {
			t.Errorf("the end was not told at once: %+v", v)
		}
	})
}

func TestSavedCopyIsShownUntilTheServerSpeaks(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		saved := time.Now().Add(-time.Hour).Round(0)
		f.begin(Options{Topic: Audit(7), Initial: Copy{Progress: new(completed(7, 90)), SavedAt: saved}})
		v := f.view()
		if !v.Saved || !v.SavedAt.Equal(saved) || !v.ConfirmedAt.Equal(saved) || v.Progress.Revision != 90 || v.Phase != Connecting {
			t.Errorf("shown: %+v", v)
		}
		// A copy may stem from a database that is gone: it gives no cursor.
		if got, want := f.stream().url, "/sse/audits/7/progress"; got != want {
			t.Errorf("asked for %s, want %s", got, want)
		}
		f.stream().open()
		f.stream().beat()
		wait(2 * time.Second)
		if v := f.view(); !v.Saved || !v.ConfirmedAt.Equal(saved) {
			t.Errorf("a beat confirmed a copy: %+v", v)
		}
		f.stream().data(progressOf(7, 3, 10))
		if v := f.view(); v.Saved || !v.SavedAt.IsZero() || v.Progress.Revision != 3 {
			t.Errorf("shown: %+v", v)
		}
	})
}

// followsForAWhile opens a session on an audit, which is live for 15 s then.
func (f *fakePlatform) followsForAWhile() {
	f.begin(Options{Topic: Audit(7)})
	f.stream().open()
	f.stream().beat()
	f.stream().data(progressOf(7, 3, 10))
	wait(15 * time.Second)
}

func TestConfirmedStandsStillWithTheDatabase(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.followsForAWhile()
		f.stream().beatWithLag(100 * time.Millisecond)
		confirmed := time.Now().Add(-100 * time.Millisecond).Round(0)
		if got := f.view().ConfirmedAt; !got.Equal(confirmed) {
			t.Errorf("confirmed at %v, want %v", got, confirmed)
		}
		wait(15 * time.Second)
		f.stream().beatWithLag(15100 * time.Millisecond)
		v := f.view()
		if !v.ConfirmedAt.Equal(confirmed) || v.Phase != Live {
			t.Errorf("confirmed at %v, %v, want %v and live", v.ConfirmedAt, v.Phase, confirmed)
		}
	})
}

// A clock that is set back takes back what it said, not what is true from then on.
func TestConfirmedAfterTheClockWasSetBack(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.followsForAWhile()
		f.change(func() { f.skew = -3 * time.Hour })
		wait(10 * time.Second)
		f.stream().beatWithLag(0)
		wait(5 * time.Second)
		f.stream().beatWithLag(0)
		wait(paintEvery)
		if got, want := f.view().ConfirmedAt, time.Now().Add(-3*time.Hour); want.Sub(got).Abs() > time.Second {
			t.Errorf("confirmed at %v, want %v", got, want)
		}
	})
}

func TestCurrentCursorIsConfirmedWithoutAFrame(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		f.begin(Options{Topic: Audit(7), Initial: Copy{Progress: new(progressOf(7, 3, 10))}})
		wait(4 * time.Second)
		f.stream().open()
		f.stream().beat()
		before := f.view().ConfirmedAt
		wait(snapshotQuiet + paintEvery)
		if got := f.view().ConfirmedAt; got.Sub(before) < 4*time.Second {
			t.Errorf("confirmed at %v, before the stream %v", got, before)
		}
	})
}

// keeper counts what is kept.
var savedAt = time.Date(2026, 11, 23, 14, 4, 0, 0, time.UTC)

type keeper struct {
	kept  []int64
	saved Copy
	after time.Duration // until saved is read
}

func (k *keeper) SaveProgress(p shared.AuditProgress, _ time.Time) {
	k.kept = append(k.kept, p.Revision)
}

func (k *keeper) SaveList(audits []shared.AuditProgress, _ time.Time) {
	k.kept = append(k.kept, int64(-len(audits)))
}

func (k *keeper) Saved(ctx context.Context, _ Topic) (Copy, bool) {
	select {
	case <-time.After(k.after):
		return k.saved, !k.saved.SavedAt.IsZero()
	case <-ctx.Done():
		return Copy{}, false
	}
}

// What the device keeps is shown until the server is heard, and never in its place.
func TestShowsWhatTheDeviceKeeps(t *testing.T) {
	old, now := progressOf(7, 3, 10), progressOf(7, 9, 50)
	for _, tt := range []struct {
		name         string
		topic        Topic
		initial      Copy
		saved        Copy
		after, heard time.Duration // when the copy is read, and when the server is heard
		want         []int64       // the revisions shown, negative ones as copies
	}{
		{"offline", Audit(7), Copy{}, Copy{Progress: &old, SavedAt: savedAt}, time.Second, time.Hour, []int64{-3}},
		{"list offline", List(), Copy{}, Copy{Audits: []shared.AuditProgress{old}, SavedAt: savedAt},
			time.Second, time.Hour, []int64{-3}},
		{"copy first", Audit(7), Copy{}, Copy{Progress: &old, SavedAt: savedAt}, time.Second, 2 * time.Second, []int64{-3, 9}},
		{"server first", Audit(7), Copy{}, Copy{Progress: &old, SavedAt: savedAt}, 2 * time.Second, time.Second, []int64{9}},
		{"drawn by the server", Audit(7), Copy{Progress: &now}, Copy{Progress: &old, SavedAt: savedAt},
			time.Second, time.Hour, []int64{9}},
		{"of another audit", Audit(8), Copy{}, Copy{Progress: &old, SavedAt: savedAt}, time.Second, time.Hour, nil},
		{"nothing kept", Audit(7), Copy{}, Copy{}, time.Second, time.Hour, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fakePlatform) {
				s := f.begin(Options{Topic: tt.topic, Initial: tt.initial, Keep: &keeper{saved: tt.saved, after: tt.after}})
				wait(tt.heard)
				if tt.heard < time.Hour {
					f.stream().open()
					f.stream().data(now)
				}
				wait(3 * time.Second)
				s.Close()
				<-s.Done()
				f.mu.Lock()
				defer f.mu.Unlock()
				var shown []int64
				for _, v := range f.views {
					if r := revisionOf(v); r != 0 && (len(shown) == 0 || shown[len(shown)-1] != r) {
						shown = append(shown, r)
					}
					if v.Saved && (!v.SavedAt.Equal(savedAt) || !v.ConfirmedAt.Equal(savedAt)) {
						t.Errorf("a copy of %v, confirmed %v", v.SavedAt, v.ConfirmedAt)
					}
				}
				if !slices.Equal(shown, tt.want) {
					t.Errorf("shown %v, want %v", shown, tt.want)
				}
			})
		})
	}
}

// revisionOf is the revision of the audit that a view shows, negative in a copy; 0 if it shows
// none.
func revisionOf(v View) (revision int64) {
	switch {
	case v.Progress != nil:
		revision = v.Progress.Revision
	case len(v.Audits) > 0:
		revision = v.Audits[0].Revision
	}
	if v.Saved {
		return -revision
	}
	return revision
}

// What the server drew is kept although nothing follows it: a page that has
// ended asks for nothing, and a list may not change for days. What came from
// the device is not kept again.
func TestKeepsWhatTheServerDrew(t *testing.T) {
	ended, moving := completed(7, 4), progressOf(7, 3, 10)
	for _, tt := range []struct {
		name    string
		topic   Topic
		initial Copy
		want    []int64
	}{
		{"ended audit", Audit(7), Copy{Progress: &ended}, []int64{4}},
		{"moving audit", Audit(7), Copy{Progress: &moving}, []int64{3}},
		{"list", List(), Copy{Audits: []shared.AuditProgress{moving}}, []int64{-1}},
		{"empty list", List(), Copy{Audits: []shared.AuditProgress{}}, []int64{0}},
		{"own copy", Audit(7), Copy{Progress: &moving, SavedAt: savedAt}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fakePlatform) {
				k := &keeper{}
				s := f.begin(Options{Topic: tt.topic, Initial: tt.initial, Keep: k})
				wait(time.Minute)
				s.Close()
				<-s.Done()
				if !slices.Equal(k.kept, tt.want) {
					t.Errorf("kept %v, want %v", k.kept, tt.want)
				}
			})
		})
	}
}

func TestKeepsSeldomAndTheEndAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fakePlatform) {
		k := &keeper{}
		s := f.begin(Options{Topic: Audit(7), Keep: k})
		f.stream().open()
		for i := range 55 {
			f.stream().data(progressOf(7, int64(i+1), i))
			wait(90 * time.Millisecond)
		}
		f.stream().data(completed(7, 99))
		<-s.Done()
		if got, want := k.kept, []int64{1, 23, 45, 99}; !slices.Equal(got, want) {
			t.Errorf("kept revisions %v, want %v", got, want)
		}
	})
}
