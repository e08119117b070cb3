package ui

import (
	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// listModel is the dashboard below its start box.
type listModel struct {
	// Notice is shown when something is wrong with the connection.
	Notice *stripModel
	// Age says that the list is a copy, and how old; empty while it is current.
	Age string
	// Blank says why there is nothing to list. Busy is true while the list loads, and
	// Invites when it is empty.
	Blank     string
	BlankHelp string
	Busy      bool
	Invites   bool

	Running      string
	RunningCount string
	Cards        []cardModel

	History   string
	NoHistory string
}

// cardModel is a running audit.
type cardModel struct {
	ID      int64
	Link    string
	Site    string
	Tone    tone
	Percent int
	Known   bool
	What    string
	Count   string
	Elapsed string
	Growing *growing // is Elapsed
	Name    string
	Value   string
}

// rowModel is an audit that has ended.
type rowModel struct {
	ID      int64
	Link    string
	Site    string
	Label   string
	Error   string
	Badge   badgeModel
	Score   *ringModel
	NoScore string
	Change  *changeModel
	Trend   trendModel
	Found   []count
	NoFound string
	Pages   string
	When    string
	Exact   string
	// Choose and More name the row's box and its button. Previous is the audit that it can
	// be compared with; 0 if there is none.
	Choose   string
	Chosen   bool
	More     string
	Previous int64
	// Older says how many audits of the site are behind this one; empty where the list has
	// them itself, or there is none. Folded is true until they are shown.
	Older  string
	Folded bool
	// Behind marks one of these.
	Behind bool
}

// changeModel is how a score differs from the one before.
type changeModel struct{ Class, Sign, By, Label string }

func (loc locale) list(v live.View, asked signs) listModel {
	l := loc.Lang
	m := listModel{Running: l.T(text.InProgress), History: l.T(text.History), NoHistory: l.T(text.ListNoHistory)}
	s := loc.strip(connection{View: v})
	if v.Phase != live.Live && v.Phase != live.Connecting && s.Lead != l.T(text.ConnConnecting) {
		m.Notice = &s
	}
	if v.Saved && m.Notice == nil { // which says it, too
		m.Age = loc.copyAge(v)
	}
	switch {
	case v.Audits == nil && (v.Phase == live.Offline || v.Phase == live.Closed):
		m.Blank, m.BlankHelp = l.T(text.ListUnknown), l.T(text.ListUnknownHelp)
		return m
	case v.Audits == nil:
		m.Blank, m.Busy = l.T(text.ListLoading), true
		return m
	case len(v.Audits) == 0:
		m.Blank, m.BlankHelp, m.Invites = l.T(text.ListEmpty), l.T(text.ListEmptyHelp), true
		return m
	}
	for i := range v.Audits {
		if a := &v.Audits[i]; !a.Status.Terminal() {
			m.Cards = append(m.Cards, loc.at(v).card(a, loc.pulse(v, a, asked)))
		}
	}
	if len(m.Cards) > 0 {
		m.RunningCount = l.N(text.Audits, len(m.Cards))
	}
	return m
}

func (loc locale) card(p *shared.AuditProgress, k pulse) cardModel {
	l := loc.Lang
	m := cardModel{
		ID: p.AuditID, Link: shared.PathPage(p.AuditID), Site: shared.SiteName(p.URL),
		Percent: p.Progress, Known: p.Progress > 0,
		What: loc.activityLine(p), Name: l.T(text.ProgressName), Tone: barTone(p.Status, k),
	}
	if k.Stalled {
		m.What = l.T(text.ConnStalled, loc.span(k.Silent))
	}
	m.Value = l.T(text.ProgressValue, p.Progress, m.What)
	if p.TotalPages > 0 {
		m.Count = l.N(text.Pages, p.TotalPages)
	}
	if p.StartedAt != nil && !k.Stalled { // which needs the room
		m.Elapsed, m.Growing = loc.growing(p.StartedAt.Time, l.T(text.SoFar, "{for}"))
	}
	return m
}

func (loc locale) row(p *shared.AuditProgress) rowModel {
	l := loc.Lang
	m := rowModel{
		ID: p.AuditID, Link: shared.PathPage(p.AuditID), Site: shared.SiteName(p.URL),
		Label: loc.rowLabel(p),
		Badge: loc.badge(p.Status, pulse{}), NoScore: l.T(text.NoScore), NoFound: l.T(text.None),
		Found: loc.sums(p.Findings), Pages: l.Number(p.TotalPages),
	}
	m.Choose, m.More = l.T(text.ChooseOne, m.Site, p.AuditID), l.T(text.MoreActions, m.Site, p.AuditID)
	if p.Previous != nil {
		m.Previous = p.Previous.AuditID
		m.Change = loc.scoreChange(p)
	}
	switch {
	case p.TotalPages == 0 && p.Findings.Total() == 0:
		m.Found, m.NoFound = nil, "–" // nothing was looked at
	case p.Findings.Total() == 0:
		m.Found = nil
	}
	if p.Status == shared.StatusFailed {
		m.Error = text.ErrorMessage(l, p)
	}
	switch score, final := lastScore(p); {
	case score == nil:
	case final:
		m.Score = loc.ring(*score, "")
	default:
		m.NoScore = l.T(text.SoFar, l.Number(*score))
	}
	if p.FinishedAt != nil {
		m.When, m.Exact = loc.when(p.FinishedAt.Time), loc.clock(p.FinishedAt.Time)
	}
	return m
}

// scoreChange compares the score of a completed audit with that before it; nil where one has
// none.
func (loc locale) scoreChange(p *shared.AuditProgress) *changeModel {
	if p.GeoScore == nil {
		return nil
	}
	l, by := loc.Lang, *p.GeoScore-p.Previous.GeoScore
	switch {
	case by > 0:
		return &changeModel{"up", "▲", l.Number(by), l.T(text.ScoreUp, l.Number(by))}
	case by < 0:
		return &changeModel{"down", "▼", l.Number(-by), l.T(text.ScoreDown, l.Number(-by))}
	}
	return &changeModel{"eq", "=", l.Number(0), l.T(text.ScoreSame)}
}

// rowLabel tells the audits of one site apart: by the path audited, or by the number
// where what was audited has no path.
func (loc locale) rowLabel(p *shared.AuditProgress) string {
	if path := pagePath(shared.SiteName(p.URL), p.URL); path != p.URL {
		return path
	}
	return loc.Lang.T(text.AuditNumber, p.AuditID)
}

// dashboardTitle names the tab.
func (loc locale) dashboardTitle(audits []shared.AuditProgress) string {
	running := 0
	for i := range audits {
		if !audits[i].Status.Terminal() {
			running++
		}
	}
	if running == 0 {
		return loc.Lang.T(text.TitleAudits)
	}
	return loc.Lang.N(text.RunningCount, running)
}
