//go:build !js

package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// The end of an audit says the score, its word, what changed and what is worst.
func TestScene(t *testing.T) {
	p := sample(t, "completed")
	p.Activity = sample(t, "running").Activity
	p.Activity.Top = slices.Repeat(p.Activity.Top, 5)
	for _, c := range []struct {
		lang   text.Lang
		score  int // the last time
		counts []string
		note   string
	}{
		{text.EN, 72, []string{"340 pages analysed", "93 findings"}, "4 points more than last time, 2 h ago"},
		{text.EN, 77, []string{"340 pages analysed", "93 findings"}, "1 point fewer than last time, 2 h ago"},
		{text.ES, 76, []string{"340 páginas analizadas", "93 hallazgos"}, "La misma puntuación que la última vez, hace 2 h"},
		{text.ES, 80, []string{"340 páginas analizadas", "93 hallazgos"}, "4 puntos menos que la última vez, hace 2 h"},
	} {
		loc := localeAt(t, c.lang, "14:10:00")
		p.Previous = &shared.Verdict{AuditID: 5, GeoScore: c.score, FinishedAt: *at7(t, "12:00:00")}
		h := loc.scene(loc.hero(p, pulse{}, pace{}), p)
		if h.Score.Value != 76 || h.What != text.Band(c.lang, 76) || !slices.Equal(h.Counts, c.counts) || h.Note != c.note {
			t.Errorf("%s, %d: got %q, %q, %q", c.lang.Tag(), c.score, h.What, h.Counts, h.Note)
		}
	}
	loc := localeAt(t, text.EN, "14:10:00")
	p.Previous = nil
	h := loc.scene(loc.hero(p, pulse{}, pace{}), p)
	if h.Note != "" || len(h.Worst) != worstShown || h.Steps != nil || h.Worst[0].Severity != shared.SeverityError {
		t.Errorf("note %q, worst %+v, %d steps", h.Note, h.Worst, len(h.Steps))
	}
	doc := draw(t, &part{M: h})
	if got := words(first(t, class(doc, "score"))); got != "76 of 100" {
		t.Errorf("in the place of the percentage: %q", got)
	}
	if got := value(first(t, class(doc, "bar")), "aria-valuenow"); got != "100" {
		t.Errorf("the bar stands at %s", got)
	}
	p.Activity = nil // as the list knows it
	if h := loc.scene(loc.hero(p, pulse{}, pace{}), p); len(h.Worst) != 0 || len(h.Steps) == 0 {
		t.Errorf("without findings that are known: %+v", h)
	}
}

// The lamp tells the connection, and nothing else: a silent worker leaves it alone.
func TestLamp(t *testing.T) {
	loc := localeAt(t, text.EN, "14:10:00")
	for _, c := range []struct {
		phase  live.Phase
		reason live.Reason
		ago    time.Duration
		want   string
	}{
		{live.Connecting, "", 0, ""}, {live.Live, "", 0, "live"}, {live.Polling, live.ReasonBlocked, 0, "info"},
		{live.Retrying, live.ReasonLost, time.Second, ""}, {live.Retrying, live.ReasonLost, 2 * time.Second, "warn"},
		{live.Offline, live.ReasonServer, 0, "warn"}, {live.Offline, "", 0, "hollow"}, {live.Closed, "", 0, ""},
	} {
		if got := loc.lamp(live.View{Phase: c.phase, Reason: c.reason, Since: loc.Now.Add(-c.ago)}); got != c.want {
			t.Errorf("%s %s since %v: got %q, want %q", c.phase, c.reason, c.ago, got, c.want)
		}
	}
}

// The beam sweeps at each change of its class: once in sweepEvery seconds.
func TestLampSweepsNowAndThen(t *testing.T) {
	b := base{device: new(device)}
	turns := 0
	last := b.frame().Turn
	for second := range int64(10 * sweepEvery) {
		b.now = time.Unix(second, 0)
		if now := b.frame().Turn; now != last {
			turns, last = turns+1, now
		}
	}
	if turns != 9 {
		t.Errorf("%d turns in %d seconds", turns, 10*sweepEvery)
	}
}

// Only a running audit has an icon of its own.
func TestProgressIcon(t *testing.T) {
	p := sample(t, "running")
	for percent, dash := range map[int]string{0: "'0.0 99'", 50: "'31.4 99'", 100: "'62.8 99'"} {
		p.Progress = percent
		if got := progressIcon(p); !strings.HasPrefix(got, "data:image/svg+xml,") || !strings.Contains(got, dash) {
			t.Errorf("%d: got %s, want a dash of %s", percent, got, dash)
		}
	}
	for _, other := range []*shared.AuditProgress{nil, sample(t, "completed"), sample(t, "external")} {
		if other != nil && other.Status == shared.StatusRunning {
			continue
		}
		if got := progressIcon(other); got != "" {
			t.Errorf("got %s", got)
		}
	}
}

// A failed audit says what would make it work, where the reason is known.
func TestFailureNamesItsRemedy(t *testing.T) {
	p := *stopped(t, shared.StatusFailed)
	key, row := "connection-refused", "example.com refused the connection"
	p.ErrorKey, p.ErrorArgs, p.ErrorMessage = &key, []string{"example.com"}, &row
	for lang, want := range map[text.Lang]string{
		text.EN: "example.com refused the connection: no web server answers there. " +
			"Start the web server, or write the port on which it listens.",
		text.ES: "example.com rechazó la conexión: allí no responde ningún servidor web. " +
			"Arranca el servidor web o escribe el puerto en el que escucha.",
	} {
		if got := localeAt(t, lang, "14:10:00").ended(p).Text; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// An empty list invites, and a page that is not there has the box that starts an audit.
func TestPagesThatLeadOn(t *testing.T) {
	if n := len(class(get(t, "/", &Request{Data: shelf{audits: []shared.AuditProgress{}}}), "invite")); n != 1 {
		t.Errorf("%d invitations in an empty list", n)
	}
	for _, path := range []string{"/nothing/here", "/audits/8", "/audits/8/report"} {
		doc := get(t, path, &Request{Data: shelf{}})
		box := first(t, tag(doc, "form"))
		if value(box, "action") != shared.PathBasic || value(first(t, tag(box, "input")), "name") != "url" {
			t.Errorf("%s: no box", path)
		}
	}
}
