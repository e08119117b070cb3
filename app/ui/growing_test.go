//go:build !js

package ui

import (
	"reflect"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// Durations that go on are marked, those that have ended are not.
func TestGrowingDurationsAreMarked(t *testing.T) {
	loc := localeAt(t, text.EN, "12:00:00")
	running, done := sample(t, "running"), sample(t, "completed")
	if got := loc.hero(running, pulse{}, pace{}).Stats[2].Growing; !got.since.Equal(running.StartedAt.Time) {
		t.Errorf("a running audit grows since %v, want since %v", got.since, running.StartedAt)
	}
	if got := loc.hero(done, pulse{}, pace{}).Stats[2].Growing; got.attributes() != nil {
		t.Errorf("an audit that has ended grows: %+v", got)
	}
}

// The words of an age or a duration are those of a text that does not go on.
func TestGrowingTexts(t *testing.T) {
	since := moment(t, "12:00:00")
	for _, l := range text.Langs {
		loc := locale{Lang: l}
		for _, d := range []time.Duration{-time.Second, 0, 59 * time.Second, time.Minute, 3*time.Hour + 62*time.Second} {
			g := growing{since: since, words: l.T(text.LastUpdate, "{ago}"), lang: l}
			if got, want := g.at(since.Add(d)), l.T(text.LastUpdate, loc.ago(max(d, 0))); got != want {
				t.Errorf("%v after %v: got %q, want %q", l, d, got, want)
			}
			g.words = l.T(text.SoFar, "{for}")
			if got, want := g.at(since.Add(d)), l.T(text.SoFar, loc.stopwatch(d)); got != want {
				t.Errorf("%v after %v: got %q, want %q", l, d, got, want)
			}
		}
	}
}

// While nothing happens, no model changes with the time until there is something to say.
func TestTimeAloneChangesNothing(t *testing.T) {
	site, external := sample(t, "running"), sample(t, "running")
	external.Kind, external.Stage, external.Activity = shared.KindExternal, shared.StageNone, nil
	for name, p := range map[string]*shared.AuditProgress{"a site": site, "an external audit": external} {
		heard := lastSign(p, time.Time{})
		models := func(after time.Duration) []any {
			loc := locale{Lang: text.EN, Now: heard.Add(after), Zone: madrid, Grows: new(device)}
			v := live.View{Topic: live.Audit(p.AuditID), Phase: live.Live, Progress: p, Since: heard.Add(-time.Hour)}
			list := live.View{Topic: live.List(), Phase: live.Live, Audits: []shared.AuditProgress{*p}}
			k := loc.pulse(v, p, nil)
			return []any{loc.head(p.AuditID, p, k), loc.hero(p, k, pace{}), loc.strip(connection{View: v}), loc.pages(p),
				loc.list(list, nil), loc.pill(v, k), loc.lamp(v)}
		}
		for _, after := range []time.Duration{time.Second, 30 * time.Second, stalledAfter - time.Second} {
			for i, got := range models(after) {
				if want := models(0)[i]; !reflect.DeepEqual(got, want) {
					t.Errorf("%s: after %v got %+v, want %+v", name, after, got, want)
				}
			}
		}
		if reflect.DeepEqual(models(stalledAfter), models(0)) {
			t.Errorf("%s: nothing says that its worker is silent", name)
		}
	}
}

// secondsPage counts how often it is drawn.
type secondsPage struct {
	base
	here  app.Context
	drawn int
}

func (p *secondsPage) OnPreRender(ctx app.Context) { p.here = ctx }

func (p *secondsPage) Render() app.UI {
	p.drawn++
	return elText("p", "", "")
}

// A page is drawn in a second in which something changed, or broke, and in no other.
func TestPagesAreDrawnWhenTheyChange(t *testing.T) {
	engine := app.NewTestEngine()
	page := &secondsPage{base: base{device: new(device)}}
	if err := engine.Load(page); err != nil {
		t.Fatal(err)
	}
	engine.ConsumeAll()
	for name, second := range map[string]struct {
		f    func(app.Context) bool
		want int
	}{
		"nothing changed":   {never, 0},
		"something changed": {func(app.Context) bool { return true }, 1},
		"something broke":   {func(app.Context) bool { panic("a fault") }, 1},
	} {
		before := page.drawn
		for range 3 {
			page.here.Dispatch(func(ctx app.Context) { page.second(ctx, second.f) })
			engine.ConsumeAll()
		}
		if got := page.drawn - before; got != 3*second.want {
			t.Errorf("%s: drawn %d times in 3 seconds", name, got)
		}
	}
}
