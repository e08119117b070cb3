//go:build !js

package ui

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

func TestHero(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	doc := draw(t, &part{M: loc.hero(sample(t, "running"), pulse{}, pace{}.next(sample(t, "running")))})
	bar := first(t, class(doc, "bar"))
	got := []string{
		words(first(t, class(doc, "pct"))), words(first(t, class(doc, "what"))), words(first(t, class(doc, "sub"))),
		value(bar, "role"), value(bar, "aria-label"), value(bar, "aria-valuenow"), value(bar, "aria-valuetext"),
		value(first(t, class(bar, "fill")), "width"),
		words(first(t, class(doc, "stats"))),
		words(first(t, class(doc, "cur"))), value(first(t, class(doc, "cur")), "aria-current"), words(first(t, class(doc, "done"))),
	}
	want := []string{
		"48 %", "Crawling pages", "287 pages analysed 503 addresses found",
		"progressbar", "Audit progress", "48", "48 percent, Crawling pages",
		"48%",
		"Time left about 2 min Speed 134 pages/min Elapsed 2:14",
		"Crawl Step 2 of 5 2:09", "step", "Discover Step 1 of 5 5 s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if n := len(tag(doc, "li")); n != len(shared.Stages) {
		t.Errorf("%d steps, want %d", n, len(shared.Stages))
	}
}

// What is left is what the engine said, in words that promise no more, and nothing while
// the worker is silent.
func TestTimeLeft(t *testing.T) {
	p := sample(t, "running")
	for _, c := range []struct {
		lang    text.Lang
		seconds int
		k       pulse
		want    string
	}{
		{text.EN, 10, pulse{}, "about 10 s"}, {text.EN, 60, pulse{}, "about 1 min"}, {text.EN, 90, pulse{}, "about 2 min"},
		{text.EN, 120, pulse{}, "about 2 min"}, {text.ES, 150, pulse{}, "aprox. 3 min"}, {text.EN, 3600, pulse{}, "about 1 h"},
		{text.EN, 60, pulse{Stalled: true}, unknown}, {text.EN, 60, pulse{Unheard: true}, unknown},
	} {
		p.SecondsLeft = &c.seconds
		if got := localeAt(t, c.lang, "14:04:26").left(p, c.k); got != c.want {
			t.Errorf("%d s, %+v: got %q, want %q", c.seconds, c.k, got, c.want)
		}
	}
	p.SecondsLeft = nil
	if got := localeAt(t, text.EN, "14:04:26").left(p, pulse{}); got != unknown {
		t.Errorf("unknown: got %q", got)
	}
}

// The percentage in words is the one drawn, and 0 is never written while
// nothing is known.
func TestPercentIsDrawn(t *testing.T) {
	for percent := range 101 {
		p := sample(t, "running")
		p.Progress = percent
		doc := draw(t, &part{M: localeAt(t, text.ES, "14:04:26").hero(p, pulse{}, pace{})})
		fill, bar := value(first(t, class(doc, "fill")), "width"), first(t, class(doc, "bar"))
		shown := words(first(t, class(doc, "pct")))
		if percent == 0 {
			if shown != "–" || value(bar, "aria-valuenow") != "" || !strings.Contains(value(bar, "class"), "wait") {
				t.Errorf("unknown: %q shown, valuenow %q", shown, value(bar, "aria-valuenow"))
			}
			continue
		}
		if want := strconv.Itoa(percent); fill != want+"%" || shown != want+" %" || value(bar, "aria-valuenow") != want {
			t.Errorf("%d%%: %q shown, %q drawn, %q told", percent, shown, fill, value(bar, "aria-valuenow"))
		}
	}
}

func TestHeroStates(t *testing.T) {
	loc := localeAt(t, text.EN, "14:04:26")
	failed := *sample(t, "running")
	failed.Status, failed.Stage, failed.FinishedAt = shared.StatusFailed, "", at7(t, "14:04:25")
	for name, c := range map[string]struct {
		p     *shared.AuditProgress
		quiet bool
		tone  tone
		what  string
		wait  bool
		halt  int // steps that were cut short
	}{
		"nothing known": {nil, false, toneNone, "Nothing known yet", true, 0},
		"queued":        {sample(t, "external"), false, toneNone, "Waiting for a worker", true, 0},
		"running":       {sample(t, "running"), false, toneNone, "Crawling pages", false, 0},
		"offline":       {sample(t, "running"), true, toneMute, "Crawling pages", false, 0},
		"done":          {sample(t, "completed"), false, toneGood, "Done", false, 0},
		"failed":        {&failed, false, toneBad, "Failed", false, 1},
	} {
		m := loc.hero(c.p, pulse{Unheard: c.quiet}, pace{})
		halted := 0
		for _, s := range m.Steps {
			if s.State == stepHalt {
				halted++
			}
		}
		if m.Tone != c.tone || m.What != c.what || m.Wait != c.wait || halted != c.halt {
			t.Errorf("%s: got %q %q %v %d, want %q %q %v %d", name, m.Tone, m.What, m.Wait, halted, c.tone, c.what, c.wait, c.halt)
		}
		draw(t, &part{M: m})
	}
}

func TestActivity(t *testing.T) {
	loc, p := localeAt(t, text.ES, "14:04:26"), sample(t, "running")
	row := tag(draw(t, &part{M: loc.pages(p)}), "tr")[1]
	if got, want := words(row), "200 /recetas/pan 184 ms Aviso 2 Nota 1"; got != want {
		t.Errorf("page: got %q, want %q", got, want)
	}
	if got, want := words(first(t, tag(draw(t, &part{M: loc.findings(p)}), "summary"))),
		"Crítico Página no encontrada o rechazada 3 páginas"; got != want {
		t.Errorf("finding: got %q, want %q", got, want)
	}
	ring := first(t, class(draw(t, &part{M: loc.score(p)}), "ring"))
	if got, want := value(ring, "aria-label"), "Puntuación 74 de 100: Mejorable"; got != want {
		t.Errorf("ring: got %q, want %q", got, want)
	}
	doc := draw(t, &part{M: loc.responses(p)})
	if got, want := value(first(t, class(doc, "dist")), "aria-label"), "2xx 287, 3xx 17, 4xx 6, 5xx 2"; got != want {
		t.Errorf("responses: got %q, want %q", got, want)
	}
	if got, want := value(first(t, class(first(t, class(doc, "dist")), "f-ok")), "width"), "91.98%"; got != want {
		t.Errorf("responses: got %q wide, want %q", got, want)
	}
}

func TestFreshRows(t *testing.T) {
	p, loc := sample(t, "running"), localeAt(t, text.EN, "14:04:26")
	f := freshness{}.next(p)
	if got := f.mark(loc.pages(p)).Rows[0].Fresh; got != "" {
		t.Errorf("what the page opened with is marked %q", got)
	}
	add := func(url string) {
		p.Activity.Pages = append([]shared.PageLine{{URL: url, Status: 200}}, p.Activity.Pages...)
		f = f.next(p)
	}
	add("https://www.example.com/b")
	one := f.mark(loc.pages(p)).Rows[0].Fresh
	f = f.next(p) // the same pages again: the tint is not restarted
	if again := f.mark(loc.pages(p)).Rows[0].Fresh; one == "" || again != one {
		t.Errorf("got %q, then %q", one, again)
	}
	add("https://www.example.com/c")
	rows := f.mark(loc.pages(p)).Rows
	if rows[0].Fresh == "" || rows[0].Fresh == one || rows[1].Fresh != "" {
		t.Errorf("the next row must start an animation of another name: %q after %q, older %q", rows[0].Fresh, one, rows[1].Fresh)
	}
}

// Screen readers hear ends at once, a new connection when it lasts, progress
// each ten percent and never more often than every ten seconds.
func TestAnnouncements(t *testing.T) {
	start := moment(t, "14:04:00")
	p := *sample(t, "running")
	p.Progress, p.UpdatedAt = 41, shared.At(start)
	view := live.View{Topic: live.Audit(7), Phase: live.Live, Progress: &p, Since: start, ConfirmedAt: start}
	var a announcer
	var said []string
	at := func(second int, change func(p *shared.AuditProgress, v *live.View)) {
		next := *view.Progress
		view.Progress = &next
		change(&next, &view)
		loc := locale{Lang: text.EN, Now: start.Add(time.Duration(second) * time.Second), Zone: madrid}
		next.UpdatedAt = shared.At(loc.Now)
		before := a.text
		if a = a.next(loc, view, loc.strip(connection{View: view}), loc.silentOnes(view, nil)); a.text != before {
			said = append(said, strconv.Itoa(second)+": "+a.text)
		}
	}
	at(0, func(*shared.AuditProgress, *live.View) {})
	at(20, func(p *shared.AuditProgress, _ *live.View) { p.Progress = 49 })
	at(21, func(p *shared.AuditProgress, _ *live.View) { p.Progress = 52 })
	at(24, func(p *shared.AuditProgress, _ *live.View) { p.Progress = 64 })
	at(31, func(p *shared.AuditProgress, _ *live.View) { p.Progress = 66 })
	at(45, func(p *shared.AuditProgress, _ *live.View) { p.Progress, p.Stage = 86, shared.StageLinks })
	at(50, func(_ *shared.AuditProgress, v *live.View) {
		v.Phase, v.Since = live.Polling, start.Add(50*time.Second)
	})
	at(52, func(*shared.AuditProgress, *live.View) {})
	at(54, func(*shared.AuditProgress, *live.View) {})
	at(56, func(p *shared.AuditProgress, v *live.View) {
		p.Status, p.Progress, p.GeoScore, p.FinishedAt, p.Stage = shared.StatusCompleted, 100, p.ProvisionalScore,
			shared.AtPtr(start), ""
		v.Phase, v.Reason = live.Closed, live.ReasonFinished
	})
	want := []string{
		"21: 52 percent", "31: 66 percent", "45: Checking external links, 86 percent",
		"54: Checking every few seconds. The live channel keeps breaking, so progress is fetched instead",
		"56: Done in 1:48. 287 pages, 93 findings, score 74",
	}
	if !slices.Equal(said, want) {
		t.Errorf("got %q\nwant %q", said, want)
	}
}

func TestAuditID(t *testing.T) {
	for path, want := range map[string]int64{"/audits/7": 7, "/audits/7/report": 7, "/audits/": 0, "/audits/x": 0,
		"/": 0, "/audits/99999999999999999999": 0} {
		if got := auditID(path); got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
}

func TestPagePaths(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.example.com/a%20b?c=d": "/a b?c=d", "https://example.com": "/",
		"https://other.example/x":   "https://other.example/x",
		"https://example.com/a%0Ab": "/a%0Ab", "not a url": "not a url",
	} {
		if got := pagePath("example.com", raw); got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}
