package audit

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"atalaya/server/internal/check"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// Whatever a run does, the percentage shown does not fall, stays below 100 and
// within reach of its stage.
func TestProgressNeverFalls(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		shown := rng.IntN(100)
		b := newBoard(allRules, shown, nil)
		for _, stage := range shared.Stages {
			b.enter(stage, work.Sentence{}, time.Now())
			from, to := stage.Span()
			for range 20 {
				b.reach(rng.IntN(500)-10, rng.IntN(500)-10)
				got := b.advance(time.Now()).Progress
				if got < shown || got < from || got > max(min(to, 99), shown) {
					t.Fatalf("stage %s shows %d %% after %d %%", stage, got, shown)
				}
				shown = got
			}
		}
	}
}

func TestProgressWithinTheCrawl(t *testing.T) {
	b := newBoard(allRules, 0, nil)
	b.enter(shared.StageCrawl, work.Sentence{}, time.Now())
	for _, step := range []struct{ done, total, want int }{
		{0, 0, 5}, {1, 4, 25}, {2, 100, 25}, {50, 100, 45}, {100, 100, 85}, {100, 1000, 85},
	} {
		b.reach(step.done, step.total)
		if got := b.advance(time.Now()).Progress; got != step.want {
			t.Errorf("%d of %d: got %d %%, want %d %%", step.done, step.total, got, step.want)
		}
	}
}

func TestActivity(t *testing.T) {
	b := newBoard(allRules, 0, nil)
	begun := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	b.enter(shared.StageDiscover, work.Say("fetching-home", strings.Repeat("é", 300)), begun)
	b.enter(shared.StageCrawl, work.Sentence{}, begun.Add(time.Second))
	for i := range 20 {
		v := &visit{page: shared.Page{URL: string(rune('a' + i)), Status: 200}, facts: check.Facts{}}
		for _, f := range []struct {
			id       string
			severity shared.Severity
			every    int
		}{
			{"info", shared.SeverityInfo, 1}, {"n1", shared.SeverityNotice, 1}, {"w1", shared.SeverityWarning, 2},
			{"w2", shared.SeverityWarning, 1},
			{"e1", shared.SeverityError, 5}, {"n2", shared.SeverityNotice, 2}, {"n3", shared.SeverityNotice, 3},
		} {
			if i%f.every == 0 {
				v.findings = append(v.findings, shared.Finding{CheckID: f.id, Severity: f.severity})
				v.page.Findings.Add(f.severity, 1)
			}
		}
		b.showVisit(v)
	}
	// One finding above the check's usual severity lifts it.
	b.countSite([]check.SiteResult{{
		Outcome:  shared.OutcomeNotApplicable,
		Findings: []shared.Finding{{CheckID: "n3", Severity: shared.SeverityError}},
	}})
	a := b.advance(time.Now())
	if err := a.Activity.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(a.Activity.Pages) != shared.MaxActivityPages || a.Activity.Pages[0].URL != "t" || a.Activity.Pages[11].URL != "i" {
		t.Errorf("pages %+v", a.Activity.Pages)
	}
	var top []string
	for _, c := range a.Activity.Top {
		top = append(top, c.ID)
	}
	if got, want := strings.Join(top, " "), "n3 e1 w2 w1 n1"; got != want {
		t.Errorf("top %s, want %s", got, want)
	}
	if got, want := a.Findings, (shared.Findings{Error: 5, Warning: 30, Notice: 37}); got != want {
		t.Errorf("findings %+v, want %+v", got, want)
	}
	stages := a.Activity.Stages
	if len(stages) != 2 || !stages[0].FinishedAt.Equal(stages[1].StartedAt.Time) || stages[1].FinishedAt != nil {
		t.Errorf("stages %+v", stages)
	}
	b.enter(shared.StageLinks, work.Say("fetching-home", strings.Repeat("é", 300)), begun)
	if got := b.advance(time.Now()).Message.Text; utf8.RuneCountInString(got) != shared.MaxMessage {
		t.Errorf("message of %d characters", utf8.RuneCountInString(got))
	}
	if len(stages) != 2 {
		t.Error("an earlier view changed with the board")
	}
	if a.ProvisionalScore != nil {
		t.Error("a score without a page analysed")
	}
}
