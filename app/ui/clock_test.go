//go:build !js

package ui

import (
	"slices"
	"testing"
	"time"

	"atalaya/shared/text"
)

func TestClock(t *testing.T) {
	en, es := localeAt(t, text.EN, "23:30:00"), localeAt(t, text.ES, "23:30:00") // 00:30 of the 24th in Madrid
	utc := locale{Lang: text.EN, Now: moment(t, "14:00:00")}
	got := []string{
		en.clock(moment(t, "23:05:00")), en.clock(moment(t, "22:05:00")), es.clock(moment(t, "22:05:00")),
		en.clock(moment(t, "12:00:00").AddDate(-1, 0, 0)), utc.clock(moment(t, "13:02:00")),
		en.when(moment(t, "23:29:30")), en.when(moment(t, "20:00:00")),
		en.when(moment(t, "12:00:00").AddDate(0, 0, -3)), es.when(moment(t, "23:18:00")),
		en.ago(900 * time.Millisecond), en.ago(59 * time.Second), es.ago(61 * time.Second), en.ago(3 * time.Hour),
		en.stopwatch(-time.Second), en.stopwatch(59 * time.Second), en.stopwatch(134 * time.Second), en.stopwatch(3723 * time.Second),
		en.span(30 * time.Second), en.span(90 * time.Second), es.span(2 * time.Hour),
	}
	want := []string{
		"00:05", "23 Nov, 23:05", "23 nov, 23:05", "23 Nov 2025, 13:00", "13:02 UTC",
		"just now", "3 h ago", "20 Nov", "hace 12 min",
		"just now", "59 s ago", "hace 1 min", "3 h ago",
		"0 s", "59 s", "2:14", "1:02:03",
		"30 s", "1 min", "2 h",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// A clock that is set, either way, is known to be wrong with the next word of the server, and
// what views repeat says nothing.
func TestClockThatIsSet(t *testing.T) {
	var d device
	now, ahead := moment(t, "14:00:00"), time.Duration(0)
	hears := func(delay time.Duration) {
		now = now.Add(15 * time.Second)
		d.learn(now.Add(-delay), now.Add(ahead), ahead)
	}
	for range 3 {
		hears(40 * time.Millisecond)
	}
	for _, set := range []time.Duration{3 * time.Hour, -2 * time.Hour, -30 * time.Hour, 40 * time.Hour} {
		last, read := d.stamped, now.Add(ahead)
		ahead += set
		d.learn(last, read, ahead)
		hears(90 * time.Millisecond)
		if got, want := d.skew.server(now.Add(ahead)), now.Add(-90*time.Millisecond); !got.Equal(want) {
			t.Errorf("set by %v: the server's time is %v, want %v", set, got, want)
		}
		hears(40 * time.Millisecond)
		hears(time.Second)
		if got, want := d.skew.server(now.Add(ahead)), now.Add(-40*time.Millisecond); !got.Equal(want) {
			t.Errorf("set by %v: the server's time is %v later, want %v", set, got, want)
		}
	}
}

// A device whose clock is wrong learns by how much, and is not misled by old
// news.
func TestSkew(t *testing.T) {
	now := moment(t, "14:00:00")
	var s skew
	if s = s.frame(now.Add(-time.Hour), now); s.known {
		t.Error("an old state says nothing about the clock")
	}
	if s = s.frame(now.Add(90*time.Second), now); s.ahead != -90*time.Second {
		t.Errorf("a state of the future: got %v ahead", s.ahead)
	}
	s = skew{}.sample(now.Add(-5*time.Minute-2*time.Second), now) // drawn by the server 2 s ago, clock 5 min ahead
	s = s.frame(now.Add(-5*time.Minute-50*time.Millisecond), now) // a frame 50 ms old
	s = s.frame(now.Add(-20*time.Minute), now)                    // an old snapshot
	if got, want := s.server(now), now.Add(-5*time.Minute-50*time.Millisecond); !got.Equal(want) {
		t.Errorf("the server's time: got %v, want %v", got, want)
	}
}
