package audit

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// board is what a run has seen so far and how it shows it. It is pure: no
// clock, no store. Its owner serialises access.
type board struct {
	rules []rule
	tally tally

	// caps are the faults seen so far that limit the score.
	caps capFacts

	stage       shared.Stage
	stages      []shared.StageSpan
	percent     int
	done, parts int      // of the running stage
	pace        estimate // of it
	message     work.Sentence
	total       int // pages analysed
	discovered  int
	findings    shared.Findings
	responses   shared.Responses
	lines       []shared.PageLine // newest first
	top         map[string]shared.TopCheck
	// groups count the findings of each group, by check and key.
	groups map[string]map[uint64]int
}

// newBoard starts at the percentage already shown; previous is what an earlier
// attempt showed last, nil on the first.
func newBoard(rules []rule, percent int, previous *shared.Activity) *board {
	b := &board{
		rules: rules, tally: tally{}, percent: percent,
		top: map[string]shared.TopCheck{}, groups: map[string]map[uint64]int{},
	}
	if previous != nil {
		b.lines = slices.Clone(previous.Pages)
	}
	return b
}

// enter closes the running stage and begins the next.
func (b *board) enter(s shared.Stage, message work.Sentence, now time.Time) {
	if n := len(b.stages); n > 0 {
		b.stages[n-1].FinishedAt = shared.AtPtr(now)
	}
	b.stages = append(b.stages, shared.StageSpan{Name: s, StartedAt: shared.At(now)})
	b.stage, b.pace = s, estimate{}
	b.say(message)
	b.reach(0, 1)
}

// closeStage closes the last stage.
func (b *board) closeStage(now time.Time) {
	if n := len(b.stages); n > 0 {
		b.stages[n-1].FinishedAt = shared.AtPtr(now)
	}
}

// reach says that done of total parts of the running stage are behind us. The
// percentage shown never falls, however much total grows, and 100 is left to
// the end of the audit.
func (b *board) reach(done, total int) {
	from, to := b.stage.Span()
	done = min(max(done, 0), total)
	b.done, b.parts = done, total
	if total > 0 {
		from += (to - from) * done / total
	}
	b.percent = max(b.percent, min(from, 99))
}

func (b *board) say(message work.Sentence) {
	message.Text = cutRunes(message.Text, shared.MaxMessage)
	b.message = message
}

// noChange leaves the board as it is.
func noChange(*board) {}

// showVisit counts one fetched URL and shows its line.
func (b *board) showVisit(v *visit) {
	b.countVisit(v)
	b.lines = slices.Insert(b.lines, 0, v.page.Line())
	b.lines = b.lines[:min(len(b.lines), shared.MaxActivityPages)]
}

// countVisit counts one fetched URL without its line: that of an earlier attempt is
// shown already.
func (b *board) countVisit(v *visit) {
	b.caps.Fetched++
	if v.page.Analysed {
		b.total++
		b.caps.Analysed++
	}
	if v.needJS {
		b.caps.NeedJS++
	}
	if v.facts.ShownElsewhere() {
		b.caps.Elsewhere++
	}
	if v.broken != "" {
		b.caps.addBroken(v.broken)
	}
	if v.facts.Home && v.failed(checkNoindex) {
		b.caps.HomeNoindex = true
	}
	b.responses.Add(v.page.Status)
	b.tally.merge(v.tally)
	// Not the findings themselves: of a page that is only counted there are none at hand.
	b.findings.Add(shared.SeverityError, v.page.Findings.Error)
	b.findings.Add(shared.SeverityWarning, v.page.Findings.Warning)
	b.findings.Add(shared.SeverityNotice, v.page.Findings.Notice)
	b.rankFindings(v.findings)
}

// countSite counts what the site-wide checks said.
func (b *board) countSite(results []check.SiteResult) {
	for _, r := range results {
		for _, f := range r.Findings {
			b.findings.Add(f.Severity, 1)
		}
		b.rankFindings(r.Findings)
		if r.Outcome == shared.OutcomeNotApplicable {
			continue
		}
		b.tally.add(r.ID, 1, int64(r.Grade)*unit/4)
		switch r.ID {
		case checkSearchBlocked:
			b.caps.SearchBlocked = r.Outcome == shared.OutcomeFail
		case checkAIBlocked:
			b.caps.AIBlocked = r.Grade == 0
			b.caps.AIMainBlocked = r.Grade <= 1
		}
	}
}

// setDiscovered sets how many URLs of the site have been found; the count shown does
// not fall when an audit is taken up again.
func (b *board) setDiscovered(discovered int) { b.discovered = max(b.discovered, discovered) }

// rankFindings counts findings and their groups by check, for those that are shown first.
func (b *board) rankFindings(findings []shared.Finding) {
	for i := range findings {
		f := &findings[i]
		if f.Severity == shared.SeverityInfo {
			continue
		}
		if b.groups[f.CheckID] == nil {
			b.groups[f.CheckID] = map[uint64]int{}
		}
		b.groups[f.CheckID][work.GroupKey(f)]++
		t, ok := b.top[f.CheckID]
		if !ok || f.Severity.Rank() < t.Severity.Rank() {
			t.ID, t.Severity, t.Example = f.CheckID, f.Severity, f.PageURL
		}
		t.Count++
		t.Groups = len(b.groups[f.CheckID])
		b.top[f.CheckID] = t
	}
}

// score scores what has been seen; there is no score before the first page.
func (b *board) score() (verdict, bool) {
	if b.total == 0 {
		return verdict{}, false
	}
	return b.scoring().compute()
}

// scoring is what has been seen, as the score sees it.
func (b *board) scoring() scoring { return scoring{b.rules, b.tally, b.caps, b.total} }

// advance is all that the board shows now. It shares nothing with the board.
func (b *board) advance(now time.Time) work.Advance {
	a := work.Advance{
		Stage:      b.stage,
		Progress:   b.percent,
		Message:    b.message,
		TotalPages: b.total,
		Discovered: b.discovered,
		Findings:   b.findings,
		Responses:  b.responses,
		Activity: &shared.Activity{
			Stages: slices.Clone(b.stages),
			Pages:  append([]shared.PageLine{}, b.lines...),
			Top:    b.topChecks(),
		},
	}
	if v, ok := b.score(); ok {
		a.ProvisionalScore = &v.Score.Value
	}
	at := look{now, b.done, b.parts}
	b.pace.note(at)
	if left, ok := b.pace.left(at); ok {
		a.SecondsLeft = new(roundLeft(left))
	}
	return a
}

// topChecks lists the worst checks: by severity, then by number of findings.
func (b *board) topChecks() []shared.TopCheck {
	top := slices.SortedFunc(maps.Values(b.top), func(x, y shared.TopCheck) int {
		return cmp.Or(
			cmp.Compare(x.Severity.Rank(), y.Severity.Rank()),
			cmp.Compare(y.Count, x.Count),
			cmp.Compare(x.ID, y.ID))
	})
	return append([]shared.TopCheck{}, top[:min(len(top), shared.MaxActivityTop)]...)
}
