package ui

import (
	"strings"

	"atalaya/shared"
	"atalaya/shared/chart"
	"atalaya/shared/text"
)

// trendModel is the scores of a site over time, as a line.
type trendModel struct {
	// Label says all scores, for those who do not see the line.
	Label  string
	Points chart.Line
	// From and To say when the first and the last score were, and what they are.
	From, To string
	// Here is the audit whose score is marked; 0 for none.
	Here int64
}

// drawn reports whether there is something to draw: one score alone is no trend.
func (m *trendModel) drawn() bool { return len(m.Points) > 1 }

// spark is the newest scores, for a small line.
func (loc locale) spark(trend []shared.Verdict) trendModel {
	m := trendModel{Points: chart.Sparkline(trend)}
	m.Label = loc.scores(trend[len(trend)-len(m.Points):])
	return m
}

// trend is all scores, for a chart. The score of one audit may be marked.
func (loc locale) trend(trend []shared.Verdict, here int64) trendModel {
	m := trendModel{Label: loc.scores(trend), Points: chart.Scores(trend), Here: here}
	if n := len(trend); n > 0 {
		m.From, m.To = loc.dated(&trend[0]), loc.dated(&trend[n-1])
	}
	return m
}

// dated is the day of a score with the score.
func (loc locale) dated(v *shared.Verdict) string {
	return loc.date(v.FinishedAt.In(loc.zone())) + " · " + loc.Lang.Number(v.GeoScore)
}

func (loc locale) scores(trend []shared.Verdict) string {
	numbers := make([]string, len(trend))
	for i, v := range trend {
		numbers[i] = loc.Lang.Number(v.GeoScore)
	}
	return loc.Lang.T(text.TrendScores, strings.Join(numbers, ", "))
}
