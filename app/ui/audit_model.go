package ui

import (
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// badgeModel is a status as a pill: icon, word and colour.
type badgeModel struct {
	Class string
	Icon  icon
	Spin  bool
	Text  string
}

func (loc locale) badge(s shared.Status) badgeModel {
	b := badgeModel{Text: text.Status(loc.Lang, string(s))}
	switch s {
	case shared.StatusRunning:
		b.Class, b.Icon, b.Spin = "run", iconSpinner, true
	case shared.StatusCompleted:
		b.Class, b.Icon = "ok", iconCheck
	case shared.StatusFailed:
		b.Class, b.Icon = "bad", iconCross
	case shared.StatusCancelled:
		b.Class, b.Icon = "mute", iconMinus
	default:
		b.Class, b.Icon = "mute", iconClock
	}
	return b
}

// headModel is the top of a page about one audit.
type headModel struct {
	Site  string
	URL   string
	Badge badgeModel
	Known bool
	Meta  []string
	// Cancel is the text of the button that cancels, empty when there is none. The
	// button is disabled while Cancelling.
	Cancel     string
	Cancelling bool
	// Link is the address of the link beside it, empty when there is none.
	Link     string
	LinkText string
	LinkIcon icon
	// LinkMain makes it the page's main button.
	LinkMain bool
}

func (loc locale) head(id int64, p *shared.AuditProgress) headModel {
	l := loc.Lang
	h := headModel{Site: l.T(text.AuditLabel, id)}
	if p == nil {
		return h
	}
	h.Known = true
	h.Site, h.URL, h.Badge = shared.SiteName(p.URL), p.URL, loc.badge(p.Status)
	h.Meta = append(h.Meta, l.T(text.AuditNumber, id))
	switch {
	case p.FinishedAt != nil:
		h.Meta = append(h.Meta, l.T(text.FinishedAt, loc.clock(p.FinishedAt.Time)))
	case p.StartedAt != nil:
		h.Meta = append(h.Meta, l.T(text.StartedAt, loc.clock(p.StartedAt.Time)))
	default:
		h.Meta = append(h.Meta, l.T(text.QueuedAt, loc.clock(p.CreatedAt.Time)))
	}
	if p.PageLimit != nil {
		h.Meta = append(h.Meta, l.T(text.UpToPages, l.Number(*p.PageLimit)))
	}
	if p.Attempt > 1 {
		h.Meta = append(h.Meta, l.T(text.AttemptNumber, p.Attempt))
	}
	if p.Kind == shared.KindSite && p.Status.Terminal() {
		h.Link, h.LinkText, h.LinkIcon = shared.PathReportPage(id), l.T(text.OpenReport), iconReport
		h.LinkMain = p.TotalPages > 0
	}
	return h
}

// bare reports whether an audit has nothing for the lower half of its page. Most
// foreign workers report a percentage and a score, and no more.
func bare(p *shared.AuditProgress) bool {
	return p != nil && p.Kind == shared.KindExternal && p.Activity == nil &&
		p.Responses.Total() == 0 && p.Findings.Total() == 0
}

// stat is a named number.
type stat struct{ Name, Value string }

// stepState says where a stage is.
type stepState string

const (
	stepNext stepState = ""
	stepDone stepState = "done"
	stepCur  stepState = "cur"
	stepHalt stepState = "halt"
)

// step is a stage of the audit.
type step struct {
	Name  string
	State stepState
	Place string
	Took  string
}

// heroModel says how far an audit is, what it is doing and how long it has run.
type heroModel struct {
	Heading string
	Name    string
	// Percent is drawn only when Known. Wait shows that something happens, with no
	// sign of how far it is.
	Percent int
	Known   bool
	Wait    bool
	Active  bool
	Tone    tone
	What    string
	Counts  []string
	Note    string
	Stats   []stat
	Steps   []step
	// ValueText is the percentage in words, for screen readers.
	ValueText string
}

func (loc locale) hero(p *shared.AuditProgress, c skew, quiet bool) heroModel {
	l := loc.Lang
	h := heroModel{Heading: l.T(text.ProgressHeading), Name: l.T(text.ProgressName)}
	if p == nil {
		h.Wait, h.What = true, l.T(text.ProgressUnknown)
		return h
	}
	h.Percent = p.Progress
	h.Known = p.Progress > 0 || p.Status.Terminal()
	h.Wait = !h.Known && !quiet
	h.Active = p.Status == shared.StatusRunning && !quiet
	h.What = loc.activityLine(p)
	h.ValueText = l.T(text.ProgressValue, p.Progress, h.What)
	h.Tone = barTone(p.Status, quiet)
	switch {
	case p.Status == shared.StatusPending:
		h.Counts = []string{l.T(text.WaitingWorkerHelp)}
	case p.TotalPages > 0 || p.Discovered > 0:
		h.Counts = append(h.Counts, l.N(text.PagesAnalysed, p.TotalPages))
		if p.Discovered > 0 {
			h.Counts = append(h.Counts, l.N(text.AddressesFound, p.Discovered))
		}
	}
	// A message that only repeats the stage is left out, in English too: that of a row
	// without a key.
	note := text.Message(l, p)
	if !p.Status.Terminal() && note != h.What && note != text.StageNow(text.EN, string(p.Stage)) {
		h.Note = note
	}
	h.Stats = loc.stats(p, c)
	if p.Kind == shared.KindSite {
		h.Steps = loc.steps(p, c)
	}
	return h
}

func barTone(s shared.Status, quiet bool) tone {
	switch {
	case s == shared.StatusCompleted:
		return toneGood
	case s == shared.StatusFailed:
		return toneBad
	case s == shared.StatusCancelled || quiet:
		return toneMute
	}
	return toneNone
}

// activityLine is the one line about what an audit is doing.
func (loc locale) activityLine(p *shared.AuditProgress) string {
	switch {
	case p.Status == shared.StatusPending:
		return loc.Lang.T(text.WaitingWorker)
	case p.Status.Terminal():
		return text.Status(loc.Lang, string(p.Status))
	case p.Stage != shared.StageNone:
		return text.StageNow(loc.Lang, string(p.Stage))
	}
	if said := text.Message(loc.Lang, p); said != "" {
		return said
	}
	if p.Kind == shared.KindExternal {
		return loc.Lang.T(text.ExternalWork)
	}
	return text.StageNow(loc.Lang, "")
}

// elapsed is how long an audit has run, or ran.
func (loc locale) elapsed(p *shared.AuditProgress, c skew) (time.Duration, bool) {
	if p.StartedAt == nil {
		return 0, false
	}
	end := c.server(loc.Now)
	if p.FinishedAt != nil {
		end = p.FinishedAt.Time
	}
	return max(end.Sub(p.StartedAt.Time), 0), true
}

// steadyAfter is how long a crawl must have run before its rate is shown: the rate
// of the first seconds means nothing.
const steadyAfter = 5 * time.Second

func (loc locale) stats(p *shared.AuditProgress, c skew) []stat {
	var stats []stat
	if d, ok := loc.elapsed(p, c); ok {
		stats = append(stats, stat{loc.Lang.T(text.Elapsed), loc.stopwatch(d)})
	}
	if p.Activity == nil || p.Stage != shared.StageCrawl {
		return stats
	}
	for _, s := range p.Activity.Stages {
		if s.Name != shared.StageCrawl {
			continue
		}
		if d := p.UpdatedAt.Sub(s.StartedAt.Time); d >= steadyAfter {
			rate := int(time.Duration(p.TotalPages) * time.Minute / d)
			stats = append(stats, stat{loc.Lang.T(text.Speed), loc.Lang.T(text.SpeedValue, loc.Lang.Number(rate))})
		}
	}
	return stats
}

func (loc locale) steps(p *shared.AuditProgress, c skew) []step {
	steps := make([]step, len(shared.Stages))
	for i, s := range shared.Stages {
		steps[i] = step{
			Name:  text.Stage(loc.Lang, string(s)),
			Place: loc.Lang.T(text.StepOf, i+1, len(shared.Stages)),
			State: stageState(p, s),
			Took:  loc.took(p, s, c),
		}
	}
	return steps
}

func stageState(p *shared.AuditProgress, s shared.Stage) stepState {
	if p.Status == shared.StatusCompleted {
		return stepDone
	}
	if p.Status == shared.StatusRunning {
		switch current := p.Stage.Index(); {
		case s.Index() < current:
			return stepDone
		case s.Index() == current:
			return stepCur
		}
		return stepNext
	}
	if p.Activity == nil {
		return stepNext
	}
	for _, span := range p.Activity.Stages {
		if span.Name != s {
			continue
		}
		if span.FinishedAt != nil {
			return stepDone
		}
		return stepHalt
	}
	return stepNext
}

func (loc locale) took(p *shared.AuditProgress, s shared.Stage, c skew) string {
	if p.Activity == nil {
		return ""
	}
	for _, span := range p.Activity.Stages {
		if span.Name != s {
			continue
		}
		end := c.server(loc.Now)
		switch {
		case span.FinishedAt != nil:
			end = span.FinishedAt.Time
		case p.FinishedAt != nil:
			end = p.FinishedAt.Time
		}
		return loc.stopwatch(end.Sub(span.StartedAt.Time))
	}
	return ""
}
