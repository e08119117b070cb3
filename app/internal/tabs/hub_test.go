package tabs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// twenty opens twenty tabs: five on the list, the others on audits 1 to 5.
func (b *fakeBrowser) twenty() []*fakeTab {
	for n := range 20 {
		topic := live.List()
		if n%4 != 3 {
			topic = live.Audit(int64(n%5) + 1)
		}
		b.tab(topic)
		wait(10 * time.Millisecond)
	}
	wait(5 * time.Second) // until a list takes its snapshot for whole
	return b.tabs
}

func TestTwentyTabsShareOneStream(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		all := b.twenty()
		b.current(all...)
		if got := b.open(); len(got) != 1 {
			t.Errorf("open: %v, want one stream", got)
		}
		roles := map[Role]int{}
		for _, f := range all {
			roles[RoleOf(f.hub)]++
		}
		if roles[Leader] != 1 || roles[Follower] != len(all)-1 {
			t.Errorf("roles: %v, want one leader whom all others follow", roles)
		}
		for range 10 {
			for id := range int64(9) {
				b.move(id + 1)
			}
			wait(time.Second)
		}
		b.current(all...)
		b.remove(9)
		wait(time.Second)
		b.current(all...)
		wait(2 * time.Minute) // in silence but for heartbeats
		b.current(all...)
		for _, f := range all {
			if got := f.phases(); got != "connecting live" {
				t.Errorf("%s told %q", f.name, got)
			}
		}
		if b.most > 1 {
			t.Errorf("%d streams at the same time", b.most)
		}
	})
}

func TestOneTabAloneIsAsBefore(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		f := b.tab(live.Audit(7))
		wait(time.Second)
		b.current(f)
		b.all(live.Signal{Kind: live.SignalEnd, Data: `{"reason":"max_age"}`})
		wait(time.Second)
		b.current(f)
		want := []string{"/sse/audits/7/progress", "/sse/audits/7/progress?last_event_id=1"}
		if !slices.Equal(b.opened, want) || f.phases() != "connecting live" {
			t.Errorf("opened %v, want %v; told %q", b.opened, want, f.phases())
		}
	})
}

// A newcomer to what is carried costs no stream. One to something else has the
// stream opened anew, for all newcomers of the moment together.
func TestNewcomers(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		b.tab(live.Audit(1))
		wait(time.Second)
		b.tab(live.Audit(1))
		wait(time.Second)
		b.tab(live.Audit(2))
		b.tab(live.Audit(3))
		wait(time.Second)
		b.tab(live.List())
		b.tab(live.Audit(3))
		b.tab(live.List())
		wait(5 * time.Second)
		b.current(b.tabs...)
		want := []string{"/sse/audits/1/progress", "/sse/audits?id=1&id=2&id=3", "/sse/audits?list=true&id=1&id=2&id=3"}
		if !slices.Equal(b.opened, want) {
			t.Errorf("opened %v, want %v", b.opened, want)
		}
	})
}

// What is deleted while the stream is opened anew is in no frame, and leaves the list.
func TestADeletionBetweenTwoStreams(t *testing.T) {
	for _, age := range []time.Duration{50 * time.Millisecond, time.Minute} {
		inBrowser(t, func(t *testing.T, b *fakeBrowser) {
			list := b.tab(live.List())
			wait(age)
			b.tab(live.Audit(1))
			wait(gather / 2)
			b.mu.Lock()
			delete(b.states, 9) // and nobody hears of it
			b.mu.Unlock()
			wait(time.Minute)
			b.current(b.tabs...)
			if got := list.phases(); got != "connecting live" {
				t.Errorf("told %q", got)
			}
		})
	}
}

// However the leader goes, the others are live with another's streams within two
// seconds, and show what was committed meanwhile.
func TestTheLeaderGoes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		leave func(*fakeTab)
		// within is how soon the others are current again.
		within time.Duration
	}{
		{"closed", (*fakeTab).close, 600 * time.Millisecond},
		{"crashed or discarded", (*fakeTab).crash, 600 * time.Millisecond},
		{"frozen", (*fakeTab).freeze, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBrowser(t, func(t *testing.T, b *fakeBrowser) {
				all := b.twenty()
				leader, others := all[0], all[1:]
				tt.leave(leader)
				for id := range int64(9) {
					b.move(id + 1)
				}
				wait(tt.within)
				b.current(others...)
				if tt.name == "closed" && len(b.open()) != 1 {
					t.Errorf("open: %v", b.open())
				}
				for _, f := range others {
					if got := f.phases(); got != "connecting live" {
						t.Errorf("%s told %q", f.name, got)
					}
				}
				b.move(1)
				wait(5 * time.Second)
				b.current(others...)
				if tt.name != "frozen" {
					return
				}
				if got := len(b.opened); got > 10 {
					t.Errorf("streams opened: %v, so tabs take the lock from each other", b.opened)
				}
				leader.thaw()
				b.move(2)
				wait(5 * time.Second)
				b.current(all...)
				if got := b.open(); len(got) != 1 {
					t.Errorf("open after the old leader woke: %v", got)
				}
			})
		})
	}
}

// One leader after the other goes, and the last tab is still live.
func TestAllLeadersGo(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		all := b.twenty()
		for n, f := range all[:19] {
			if n%2 == 0 {
				f.close()
			} else {
				f.crash()
			}
			b.move(int64(n%5) + 1)
			wait(2 * time.Second)
			b.current(all[n+1:]...)
		}
		if got := all[19].phases(); got != "connecting live" {
			t.Errorf("the last tab told %q", got)
		}
	})
}

// Without a lock that answers, one tab leads all the same.
func TestTheLockIsNeverGranted(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		b.locks = false
		b.tab(live.Audit(1))
		b.tab(live.Audit(2))
		wait(4 * time.Second)
		b.current(b.tabs...)
		if got := b.open(); len(got) != 1 {
			t.Errorf("open: %v, want one", got)
		}
	})
}

func TestTheServerGoesAndComesBack(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		all := b.twenty()
		b.goDown(true)
		b.all(live.Signal{Kind: live.SignalError, Closed: true})
		wait(time.Second) // chance decides whether it has tried often enough to poll
		if v := all[5].session.View(); v.Phase != live.Retrying && v.Phase != live.Polling || v.Reason != live.ReasonLost {
			t.Errorf("without a server: %s %s", v.Phase, v.Reason)
		}
		b.move(1)
		b.goDown(false)
		wait(time.Minute) // a tab that fell back to polling looks for the stream now and then
		b.current(all...)
		if got := b.open(); len(got) != 1 {
			t.Errorf("open: %v", got)
		}
	})
}

func TestALifetimeEndsInSilence(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		all := b.twenty()
		all[7].crash()
		for range 3 {
			b.all(live.Signal{Kind: live.SignalEnd, Data: `{"reason":"max_age"}`})
			b.move(2)
			wait(6 * time.Second)
		}
		rest := slices.Delete(slices.Clone(all), 7, 8)
		b.current(rest...)
		for _, f := range rest {
			if got := f.phases(); got != "connecting live" {
				t.Errorf("%s told %q", f.name, got)
			}
		}
	})
}

// A connection that is dead although nothing says so is given up by all its tabs, and opened
// anew: what the leader heard last is no sign of life.
func TestAStreamThatFallsSilent(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		all := b.twenty()
		b.mu.Lock()
		for _, s := range b.streams {
			s.gone = true
		}
		b.mu.Unlock()
		b.move(1)
		wait(90 * time.Second)
		b.current(all...)
		b.move(1)
		wait(time.Second)
		b.current(all...)
	})
}

// A browser that reconnects by itself is waited for by all.
func TestAnErrorThatHeals(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		all := b.twenty()
		b.all(live.Signal{Kind: live.SignalError})
		wait(time.Second)
		newcomer := b.tab(live.Audit(1))
		b.move(1)
		b.reconnect()
		wait(5 * time.Second)
		b.current(append(all, newcomer)...)
		if got := all[3].phases(); got != "connecting live retrying live" {
			t.Errorf("told %q", got)
		}
	})
}

// Whoever watches an audit with others hears of its end as if alone.
func TestDeletedAndUnknownAudits(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		kept, gone := b.tab(live.Audit(1)), b.tab(live.Audit(2))
		wait(time.Second)
		b.remove(2)
		unknown := b.tab(live.Audit(404))
		wait(time.Second)
		b.remove(404) // what the server says of an audit that it does not know
		wait(time.Second)
		b.current(kept)
		for f, want := range map[*fakeTab]live.Reason{gone: live.ReasonDeleted, unknown: live.ReasonNotFound} {
			if v := f.session.View(); v.Phase != live.Closed || v.Reason != want {
				t.Errorf("%s: %s %s, want closed %s", f.name, v.Phase, v.Reason, want)
			}
		}
	})
}

// A tab that goes to another screen stays what it is; one that watches nothing any more
// hands over.
func TestNavigation(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		first := b.tab(live.Audit(1))
		wait(time.Second)
		second := b.tab(live.Audit(2))
		wait(time.Second)
		first.session.Close()
		first.follow(live.List())
		wait(5 * time.Second)
		b.current(b.tabs...)
		if !first.leads() {
			t.Error("the leader was replaced because it changed screens")
		}
		first.session.Close()
		wait(linger + time.Second)
		b.current(second)
		if first.leads() || !second.leads() {
			t.Error("a tab that watches nothing still leads")
		}
		first.follow(live.Audit(2))
		wait(time.Second)
		b.current(b.tabs...)
	})
}

// A page in the back/forward cache holds nothing, and comes back.
func TestBackForwardCache(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		first := b.tab(live.Audit(1))
		wait(time.Second)
		second := b.tab(live.Audit(2))
		wait(time.Second)
		first.wake(live.WakeHide)
		b.mu.Lock()
		held := first.hear != nil || b.holder != nil && b.holder.tab == first
		b.mu.Unlock()
		if held {
			t.Error("a hidden page still has a channel or the lock")
		}
		wait(time.Minute)
		b.current(second)
		b.move(1)
		first.wake(live.WakeShow)
		wait(time.Second)
		b.current(b.tabs...)
	})
}

// One audit more than a stream may carry is polled.
func TestMoreAuditsThanAStreamCarries(t *testing.T) {
	inBrowser(t, func(t *testing.T, b *fakeBrowser) {
		for id := range int64(shared.MaxStreamIDs + 1) {
			b.move(id + 1)
			b.tab(live.Audit(id + 1))
			wait(time.Millisecond)
		}
		wait(7 * time.Second)
		last := len(b.tabs) - 1
		b.current(b.tabs[:last]...)
		if v := b.tabs[last].session.View(); v.Phase != live.Polling || v.Progress == nil {
			t.Errorf("the last tab: %s %s", v.Phase, v.Reason)
		}
		if got := b.open(); len(got) != 1 || strings.Count(got[0], "id=") != shared.MaxStreamIDs {
			t.Errorf("open: %v", got)
		}
	})
}
