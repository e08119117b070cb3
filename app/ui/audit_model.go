package ui

import (
	"cmp"
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

func (loc locale) badge(s shared.Status, k pulse) badgeModel {
	b := badgeModel{Text: text.Status(loc.Lang, string(s))}
	switch s {
	case shared.StatusRunning:
		if k.Stalled {
			return badgeModel{Class: "warn", Icon: iconTriangle, Text: loc.Lang.T(text.Stalled)}
		}
		if k.Unheard {
			b.Class, b.Icon = "mute", iconClock
			return b
		}
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
	// Act is what the button Button asks for; there is none without it. The button is
	// disabled while it Waits.
	Act    action
	Button string
	Waits  bool
	Why    string // why it waits, where that is not what it says
	// Tools are smaller buttons before it.
	Tools []tool
	// Link is the address of the link beside it, empty when there is none.
	Link     string
	LinkText string
	LinkIcon icon
	// LinkMain makes it the page's main button.
	LinkMain bool
}

// tool is a small button, or the place of one that is not there. Done says that it has done what it says.
type tool struct {
	Act  action
	Icon icon
	Text string
	Help string // what the text has no room for
	Done bool
}

func (loc locale) head(id int64, p *shared.AuditProgress, k pulse) headModel {
	l := loc.Lang
	h := headModel{Site: l.T(text.AuditLabel, id)}
	if p == nil {
		return h
	}
	h.Known = true
	h.Site, h.Badge = shared.SiteName(p.URL), loc.badge(p.Status, k)
	if p.Kind == shared.KindSite || p.URL != h.Site { // the name of other work would stand there twice
		h.URL = p.URL
	}
	h.Meta = append(h.Meta, l.T(text.AuditNumber, id))
	if p.PageLimit != nil {
		h.Meta = append(h.Meta, l.T(text.UpToPages, l.Number(*p.PageLimit)))
	}
	if p.Attempt > 1 {
		h.Meta = append(h.Meta, l.T(text.AttemptNumber, p.Attempt))
	}
	// Last, because it gets shorter when the reader's zone is known.
	switch {
	case p.FinishedAt != nil:
		h.Meta = append(h.Meta, l.T(text.FinishedAt, loc.clock(p.FinishedAt.Time)))
	case p.StartedAt != nil:
		h.Meta = append(h.Meta, l.T(text.StartedAt, loc.clock(p.StartedAt.Time)))
	default:
		h.Meta = append(h.Meta, l.T(text.QueuedAt, loc.clock(p.CreatedAt.Time)))
	}
	if p.HasReport() {
		h.Link, h.LinkText, h.LinkIcon, h.LinkMain = shared.PathReportPage(id), l.T(text.OpenReport), iconReport, true
	}
	if unfinished(p) {
		h.Act, h.Button = actAgain, l.T(text.AgainButton)
	}
	return h
}

// unfinished reports whether the engine audited a site and did not come to the end.
func unfinished(p *shared.AuditProgress) bool {
	return p.Kind == shared.KindSite && (p.Status == shared.StatusFailed || p.Status == shared.StatusCancelled)
}

// bare reports whether an audit has nothing for the lower half of its page. Most
// foreign workers report a percentage and a score, and no more; some audits fail before
// they get an answer.
func bare(p *shared.AuditProgress) bool {
	if p == nil || p.Responses.Total() > 0 || p.Findings.Total() > 0 {
		return false
	}
	return p.Kind == shared.KindExternal && p.Activity == nil || p.Status == shared.StatusFailed
}

// stat is a named number; Growing is the value when that goes on.
type stat struct {
	Name, Value string
	Growing     *growing
}

// unknown stands for a number that is not known yet and keeps its place.
const unknown = "–"

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
	// Growing is Took while the stage goes on.
	Growing *growing
	// Shown is true for the one step that a narrow page has room for.
	Shown bool
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
	// Note is what the audit said last. A site audit keeps a line for it, so that the
	// page does not move when it comes and goes.
	Note  string
	Stats []stat
	Steps []step
	// Score is what the percentage turns into at the end, and Worst what the steps turn
	// into. Arrives is true when the reader saw the end come.
	Score   *ringModel
	Worst   []topRow
	Arrives bool
	// ValueText is the percentage in words, for screen readers.
	ValueText string
}

func (loc locale) hero(p *shared.AuditProgress, k pulse, speed pace) heroModel {
	l := loc.Lang
	h := heroModel{Heading: l.T(text.ProgressHeading), Name: l.T(text.ProgressName)}
	if p == nil {
		h.Wait, h.What = true, l.T(text.ProgressUnknown)
		return h
	}
	h.Percent = p.Progress
	h.Known = p.Progress > 0 || p.Status.Terminal()
	h.Wait = !h.Known && !k.Unheard
	h.Active = p.Status == shared.StatusRunning && !k.Unheard && !k.Stalled
	h.What = loc.activityLine(p)
	h.ValueText = l.T(text.ProgressValue, p.Progress, h.What)
	h.Tone = barTone(p.Status, k)
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
	h.Stats = loc.stats(p, speed, k)
	if p.Kind == shared.KindSite {
		h.Steps = loc.steps(p)
	}
	return h
}

func barTone(s shared.Status, k pulse) tone {
	switch {
	case s == shared.StatusCompleted:
		return toneGood
	case s == shared.StatusFailed:
		return toneBad
	case s == shared.StatusCancelled || k.Unheard:
		return toneMute
	case k.Stalled:
		return toneWarn
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

// lasted is how long something took, or takes that has no end yet.
func (loc locale) lasted(start shared.Time, end *shared.Time) (string, *growing) {
	if end == nil {
		return loc.growing(start.Time, "{for}")
	}
	return loc.stopwatch(end.Sub(start.Time)), nil
}

// stats are always as many while an audit goes on, so that nothing moves when one becomes
// known. One that has ended has neither time left nor speed, but their places.
func (loc locale) stats(p *shared.AuditProgress, speed pace, k pulse) []stat {
	elapsed := stat{Name: loc.Lang.T(text.Elapsed), Value: unknown}
	if p.StartedAt != nil {
		elapsed.Value, elapsed.Growing = loc.lasted(*p.StartedAt, p.FinishedAt)
	}
	perMinute := unknown
	if rate, ok := speed.rate(p); ok {
		perMinute = loc.Lang.T(text.SpeedValue, loc.Lang.Number(rate))
	}
	switch {
	case p.Kind != shared.KindSite:
		return []stat{elapsed}
	case p.Status.Terminal():
		return []stat{{}, {}, elapsed}
	}
	return []stat{
		{Name: loc.Lang.T(text.TimeLeft), Value: loc.left(p, k)}, {Name: loc.Lang.T(text.Speed), Value: perMinute}, elapsed,
	}
}

// left says about how long an audit still takes, as its worker said last.
func (loc locale) left(p *shared.AuditProgress, k pulse) string {
	if p.SecondsLeft == nil || k.Stalled || k.Unheard {
		return unknown
	}
	d := time.Duration(*p.SecondsLeft) * time.Second
	if d > time.Minute {
		d += time.Minute - time.Second // a minute that has begun counts
	}
	return loc.Lang.T(text.TimeAbout, loc.span(d))
}

func (loc locale) steps(p *shared.AuditProgress) []step {
	steps, shown := make([]step, len(shared.Stages)), 0
	for i, s := range shared.Stages {
		steps[i] = step{
			Name:  text.Stage(loc.Lang, string(s)),
			Place: loc.Lang.T(text.StepOf, i+1, len(shared.Stages)),
			State: stageState(p, s),
		}
		steps[i].Took, steps[i].Growing = loc.took(p, s)
		if steps[i].State != stepNext {
			shown = i
		}
	}
	steps[shown].Shown = true
	return steps
}

// stageState says where a stage is. The stage in which an audit ended without being
// completed was cut short, although it has an end.
func stageState(p *shared.AuditProgress, s shared.Stage) stepState {
	switch p.Status {
	case shared.StatusCompleted:
		return stepDone
	case shared.StatusRunning:
		return stateAmong(s.Index(), p.Stage.Index(), stepCur)
	}
	if p.Activity == nil || len(p.Activity.Stages) == 0 {
		return stepNext
	}
	last := p.Activity.Stages[len(p.Activity.Stages)-1].Name
	return stateAmong(s.Index(), last.Index(), stepHalt)
}

// stateAmong is the state of a stage when another one has the state there.
func stateAmong(stage, reached int, there stepState) stepState {
	switch {
	case stage < reached:
		return stepDone
	case stage == reached:
		return there
	}
	return stepNext
}

// took is how long a stage of an audit took, or has taken so far.
func (loc locale) took(p *shared.AuditProgress, s shared.Stage) (string, *growing) {
	span, ok := spanOf(p, s)
	if !ok {
		return "", nil
	}
	return loc.lasted(span.StartedAt, cmp.Or(span.FinishedAt, p.FinishedAt))
}

// spanOf is when a stage ran; ok is false before it began.
func spanOf(p *shared.AuditProgress, s shared.Stage) (span shared.StageSpan, ok bool) {
	if p.Activity == nil {
		return shared.StageSpan{}, false
	}
	for _, span := range p.Activity.Stages {
		if span.Name == s {
			return span, true
		}
	}
	return shared.StageSpan{}, false
}
