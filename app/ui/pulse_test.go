//go:build !js

package ui

import (
	"slices"
	"testing"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// The age of a running audit is the worker's: that the server was heard a second ago
// is no news of it.
func TestPulse(t *testing.T) {
	now := moment(t, "14:10:00")
	running, done := sample(t, "running"), sample(t, "completed")
	running.UpdatedAt, running.WorkerSeenAt = *at7(t, "14:05:00"), nil
	for name, c := range map[string]struct {
		p     *shared.AuditProgress
		phase live.Phase
		asked signs
		clock skew
		want  pulse
	}{
		"silent": {running, live.Live, nil, skew{},
			pulse{Last: running.UpdatedAt.Time, Silent: 5 * time.Minute, Stalled: true}},
		"silent, fetched": {running, live.Polling, nil, skew{},
			pulse{Last: running.UpdatedAt.Time, Silent: 5 * time.Minute, Stalled: true}},
		"nobody knows": {running, live.Offline, nil, skew{},
			pulse{Last: running.UpdatedAt.Time, Silent: 5 * time.Minute, Unheard: true}},
		"asked": {running, live.Live, signs{7: now.Add(-time.Second)}, skew{},
			pulse{Last: now.Add(-time.Second), Silent: time.Second}},
		"another audit's worker": {running, live.Live, signs{8: now}, skew{},
			pulse{Last: running.UpdatedAt.Time, Silent: 5 * time.Minute, Stalled: true}},
		"this clock is 5 min ahead": {running, live.Live, nil, skew{5 * time.Minute, true}, pulse{Last: running.UpdatedAt.Time}},
		"this clock is an hour slow": {running, live.Live, nil, skew{-time.Hour, true},
			pulse{Last: running.UpdatedAt.Time, Silent: 65 * time.Minute, Stalled: true}},
		"an ended audit needs no one": {done, live.Closed, nil, skew{}, pulse{}},
		"nothing known":               {nil, live.Live, nil, skew{}, pulse{}},
	} {
		loc := locale{Lang: text.EN, Now: now, Clock: c.clock, Zone: madrid}
		if got := loc.pulse(live.View{Topic: live.Audit(7), Phase: c.phase, Progress: c.p}, c.p, c.asked); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

// A silent worker shows wherever its audit does, and a lost server too.
func TestEveryPartShowsThePulse(t *testing.T) {
	p, loc := sample(t, "running"), localeAt(t, text.EN, "14:10:00")
	p.UpdatedAt, p.WorkerSeenAt = *at7(t, "14:05:00"), nil
	view := live.View{Topic: live.Audit(7), Phase: live.Live, Progress: p, ConfirmedAt: loc.Now}
	for name, c := range map[string]struct {
		phase                  live.Phase
		badge, word, pill, bar string
		spins                  bool
	}{
		"silent worker": {live.Live, "warn", "No news", "No news", "warn", false},
		"lost server":   {live.Offline, "mute", "Running", "No answer", "mute", false},
	} {
		view.Phase, view.Reason = c.phase, live.ReasonServer
		k := loc.pulse(view, p, nil)
		badge, hero, card := loc.badge(p.Status, k), loc.hero(p, k, pace{}), loc.card(p, k)
		if badge.Class != c.badge || badge.Text != c.word || badge.Spin {
			t.Errorf("%s: badge %+v", name, badge)
		}
		if got := loc.pill(view, k).Text; got != c.pill {
			t.Errorf("%s: the pill says %q, want %q", name, got, c.pill)
		}
		if string(hero.Tone) != c.bar || hero.Active || string(card.Tone) != c.bar {
			t.Errorf("%s: bar %q (active %v), card %q, want %q", name, hero.Tone, hero.Active, card.Tone, c.bar)
		}
		if n := len(class(draw(t, &part{M: hero}), "spin")); n != 0 {
			t.Errorf("%s: a step spins", name)
		}
	}
	if got, want := loc.card(p, loc.pulse(live.View{Phase: live.Live}, p, nil)).What, "No news for 5 min"; got != want {
		t.Errorf("card: got %q, want %q", got, want)
	}
}

// A worker that falls silent is announced once, on its page and on the list.
func TestSilenceIsAnnounced(t *testing.T) {
	p := *sample(t, "running")
	p.UpdatedAt, p.WorkerSeenAt = *at7(t, "14:05:00"), nil
	for name, c := range map[string]struct {
		view live.View
		want string
	}{
		"page": {live.View{Topic: live.Audit(7), Phase: live.Live, Progress: &p},
			"No news for 1 min. You are connected, but the worker has reported nothing since 15:05"},
		"list": {live.View{Topic: live.List(), Phase: live.Live, Audits: []shared.AuditProgress{p}}, "No news of 1 audit for a minute"},
	} {
		var a announcer
		var said []string
		for second := range 130 {
			loc := locale{Lang: text.EN, Now: moment(t, "14:05:00").Add(time.Duration(second) * time.Second), Zone: madrid}
			before := a.text
			a = a.next(loc, c.view, loc.strip(connection{View: c.view}), loc.silentOnes(c.view, nil))
			if a.text != before {
				said = append(said, a.text)
			}
		}
		if len(said) != 1 || said[0] != c.want {
			t.Errorf("%s: got %q, want %q once", name, said, c.want)
		}
	}
}

// On a device whose clock is wrong all times and ages still agree.
func TestWrongClock(t *testing.T) {
	p := sample(t, "running") // started 14:02:12
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		loc := locale{Lang: text.EN, Now: moment(t, "14:05:12").Add(ahead), Clock: skew{ahead, true}, Zone: madrid}
		elapsed, _ := loc.lasted(*p.StartedAt, nil)
		got := []string{elapsed, loc.when(p.StartedAt.Time), loc.clock(p.StartedAt.Time), loc.clockHere(loc.Now)}
		if want := []string{"3:00", "3 min ago", "15:02", "15:05"}; !slices.Equal(got, want) {
			t.Errorf("%v ahead: got %q, want %q", ahead, got, want)
		}
	}
	// A heartbeat tells the time, so that the first audit seen is right as well.
	var d device
	d.hear(live.View{ServerTime: moment(t, "14:00:00"), ServerTimeAt: moment(t, "15:00:00")})
	if d.skew.ahead != time.Hour {
		t.Errorf("got %v ahead", d.skew.ahead)
	}
}
