package ui

import (
	"slices"

	"atalaya/shared"
	"atalaya/shared/text"
)

// reportModel is a whole report in words.
type reportModel struct {
	// Band says that the report does not cover the site, and why.
	Partial     string
	PartialText string

	Ring    *ringModel
	NoScore string
	// SoFar says that the score is that of an audit which did not come to its end.
	SoFar      string
	Categories string
	Bars       []barModel
	Caps       string
	CapRows    []pairModel
	// Fixes says what mending the checks of FixRows brings; empty when there is nothing to say.
	Fixes   string
	FixRows []pairModel

	Findings   string
	NoFindings string
	Checks     []checkModel

	Passed   string
	PassRows []string
	NotApply string
	NotRows  []pairModel

	Unvisited     string
	UnvisitedHelp string
	UnvisitedRows []pairModel

	Why, Fix, Where string

	// Lang, Audit and Site are for the places that are asked for later.
	Lang  text.Lang
	Audit int64
	Site  string
}

// barModel is a category's score.
type barModel struct {
	Name  string
	Score int
	Class string
}

// pairModel is a name with what there is to say about it.
type pairModel struct{ Name, Value string }

// checkModel is a failed check.
type checkModel struct {
	ID       string
	Severity shared.Severity
	Word     string
	Title    string
	Category string
	Extent   string
	Lost     string
	Why, Fix string
	Samples  []sampleModel
	// All is the text of the button that shows all places; empty when the samples are
	// all.
	All string
}

// sampleModel is one place where a check failed.
type sampleModel struct {
	URL  string // empty for the whole site
	Path string
	// Others says how many more pages have the same fault; empty for none.
	Others string
	Facts  []string
}

func (loc locale) report(r *shared.Report) reportModel {
	l := loc.Lang
	m := reportModel{
		NoScore: l.T(text.ReportNoScore), Categories: l.T(text.ReportCategories), Caps: l.T(text.ReportCaps),
		Findings: l.T(text.ReportFindings), NoFindings: l.T(text.ReportNoFindings),
		Passed: l.T(text.ReportPassed), NotApply: l.T(text.ReportNotApplicable),
		Unvisited: l.T(text.ReportUnvisited), UnvisitedHelp: l.T(text.ReportUnvisitedHelp),
		Why: l.T(text.ReportWhy), Fix: l.T(text.ReportFix), Where: l.T(text.ReportPages),
		Lang: l, Audit: r.Audit.AuditID, Site: shared.SiteName(r.Audit.URL),
	}
	if r.Audit.Partial && r.Audit.Status == shared.StatusCompleted { // otherwise the page says how it ended
		m.Partial = l.T(text.ReportPartial)
		reason := ""
		if r.Audit.StopReason != nil {
			reason = *r.Audit.StopReason
		}
		m.PartialText = l.T(text.ReportPartialPages, text.StopReason(l, reason),
			l.Number(r.Audit.TotalPages), l.Number(r.Audit.Discovered))
	}
	if r.Score != nil {
		m.Ring = loc.ring(r.Score.Value, text.Band(l, r.Score.Value))
		for _, c := range r.Score.Categories {
			score := min(max(c.Score, 0), 100)
			m.Bars = append(m.Bars, barModel{text.Category(l, string(c.Category)), score, "f-" + bandClass(c.Score)})
		}
		for _, c := range r.Score.Caps {
			m.CapRows = append(m.CapRows, pairModel{text.Cap(l, c.ID), text.CapLimit(l, c)})
		}
		m.Fixes = text.Fixes(l, r.Score)
		for _, f := range r.Score.Fixes {
			words, _ := text.Check(l, f.CheckID)
			m.FixRows = append(m.FixRows, pairModel{words.Title, text.FixScore(l, f)})
		}
	}
	if score, final := lastScore(&r.Audit); r.Score == nil && score != nil && !final {
		m.Ring, m.SoFar = loc.ring(*score, l.T(text.ScoreOf)), l.T(text.ScoreSoFar)
	}
	if r.Audit.TotalPages == 0 {
		m.NoScore, m.NoFindings = "", l.T(text.ReportNothing) // one sentence is enough
	}
	loc.outcomes(&m, r)
	for _, u := range r.Unvisited {
		if u.Count > 0 {
			m.UnvisitedRows = append(m.UnvisitedRows, pairModel{text.Unvisited(l, u.Reason), l.N(text.Addresses, u.Count)})
		}
	}
	return m
}

// outcomes sorts the checks: the failed ones by gravity and cost, the others as
// they come.
func (loc locale) outcomes(m *reportModel, r *shared.Report) {
	failed := make([]*shared.CheckResult, 0, len(r.Checks))
	for i := range r.Checks {
		c := &r.Checks[i]
		words, _ := text.Check(loc.Lang, c.ID)
		switch c.Outcome {
		case shared.OutcomeFail:
			failed = append(failed, c)
		case shared.OutcomePass:
			m.PassRows = append(m.PassRows, words.Title)
		default:
			m.NotRows = append(m.NotRows, pairModel{words.Title, text.Reason(loc.Lang, c.Reason)})
		}
	}
	slices.SortStableFunc(failed, shared.ByGravity)
	for _, c := range failed {
		m.Checks = append(m.Checks, loc.check(*c, m.Site))
	}
}

func (loc locale) check(c shared.CheckResult, site string) checkModel {
	l := loc.Lang
	words, _ := text.Check(l, c.ID)
	m := checkModel{
		ID: c.ID, Severity: c.Severity, Word: text.Severity(l, string(c.Severity)),
		Title: words.Title, Why: words.Why, Fix: words.Fix,
		Category: text.Category(l, string(c.Category)),
		Extent:   text.Extent(l, c.ID, c.Failed, c.Groups),
		Lost:     text.Cost(l, c.PointsLost),
	}
	for _, s := range c.Samples {
		m.Samples = append(m.Samples, loc.sample(s, site))
	}
	if text.MorePlaces(&c) {
		m.All = text.AllPlaces(l, &c)
	}
	return m
}

func (loc locale) sample(f shared.Finding, site string) sampleModel {
	s := sampleModel{URL: f.PageURL, Path: text.Place(loc.Lang, &f), Others: text.Others(loc.Lang, &f)}
	if f.PageURL != "" {
		s.Path = pagePath(site, f.PageURL)
	}
	for _, e := range f.Evidence {
		s.Facts = append(s.Facts, text.Seen(loc.Lang, e))
	}
	return s
}
