package ui

import (
	"atalaya/shared"
	"atalaya/shared/text"
)

// verdictModel is the score of a report with what it is made of and what changed.
type verdictModel struct {
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
	Since   sinceModel
}

// barModel is a category's score.
type barModel struct {
	Name  string
	Score int
	Class string
	// Sign is the change since the last audit, such as +3, Change the same in words, and
	// Turn its class; all are empty while nobody knows, and where nothing changed.
	Sign, Change, Turn string
}

// sinceModel is what changed since the last audit of the site.
type sinceModel struct {
	// Score says how the score differs; empty when there was no audit before.
	Score string
	// Fixed and New count findings; empty until the server has counted them.
	Fixed, New string
	// Link leads to all that changed.
	Link, LinkText string
}

func (loc locale) verdict(r *shared.Report) verdictModel {
	l := loc.Lang
	m := verdictModel{NoScore: l.T(text.ReportNoScore), Categories: l.T(text.ReportCategories), Caps: l.T(text.ReportCaps)}
	if r.Audit.TotalPages == 0 {
		m.NoScore = "" // one sentence is enough
	}
	if score, final := lastScore(&r.Audit); r.Score == nil && score != nil && !final {
		m.Ring, m.SoFar = loc.ring(*score, l.T(text.ScoreOf)), l.T(text.ScoreSoFar)
	}
	if r.Score == nil {
		return m
	}
	m.Ring = loc.ring(r.Score.Value, text.Band(l, r.Score.Value))
	for _, c := range r.Score.Categories {
		score := min(max(c.Score, 0), 100)
		m.Bars = append(m.Bars, barModel{
			Name: text.Category(l, string(c.Category)), Score: score, Class: "f-" + bandClass(c.Score),
		})
	}
	for _, c := range r.Score.Caps {
		m.CapRows = append(m.CapRows, pairModel{text.Cap(l, c.ID), text.CapLimit(l, c)})
	}
	m.Fixes = text.Fixes(l, r.Score)
	for _, f := range r.Score.Fixes {
		words, _ := text.Check(l, f.CheckID)
		m.FixRows = append(m.FixRows, pairModel{words.Title, text.FixScore(l, f)})
	}
	if last := r.Audit.Previous; last != nil {
		m.Since = sinceModel{
			Score: loc.changed(r.Score.Value-last.GeoScore, last.FinishedAt),
			Link:  shared.PathDiffPage(last.AuditID, r.Audit.AuditID), LinkText: l.T(text.ReportCompare),
		}
	}
	return m
}

// since adds what the server found when it compared a report with the one before it.
func (loc locale) since(m verdictModel, r *shared.Report, c *shared.Comparison) verdictModel {
	if c == nil || m.Since.Score == "" {
		return m
	}
	m.Since.Fixed = loc.Lang.N(text.FixedCount, c.Counts.Fixed.Total())
	m.Since.New = loc.Lang.N(text.NewCount, c.Counts.New.Total())
	for i := range m.Bars {
		for _, change := range c.Categories {
			if change.Category == r.Score.Categories[i].Category && change.Base != nil && change.Head != nil {
				loc.difference(&m.Bars[i], *change.Head-*change.Base)
			}
		}
	}
	return m
}

// difference says by how many points a category's score differs.
func (loc locale) difference(b *barModel, points int) {
	switch {
	case points > 0:
		b.Sign, b.Turn, b.Change = "+"+num(points), "gain", loc.Lang.T(text.ReportGained, points)
	case points < 0:
		b.Sign, b.Turn, b.Change = "−"+num(-points), "drop", loc.Lang.T(text.ReportDropped, -points)
	}
}
