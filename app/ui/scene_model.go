package ui

import (
	"atalaya/shared"
	"atalaya/shared/text"
)

// judged reports whether an audit came to its end and has a score.
func judged(p *shared.AuditProgress) bool {
	return p != nil && p.Status == shared.StatusCompleted && p.GeoScore != nil
}

// worstShown is how many findings the end of an audit names.
const worstShown = 3

// scene is the end of an audit: the percentage turns into the score, what the audit is
// doing into its word, the note into what changed since the last time, and the steps into
// the worst findings. Each takes the room of the other, so that nothing moves.
func (loc locale) scene(h heroModel, p *shared.AuditProgress) heroModel {
	l := loc.Lang
	h.Score, h.What = loc.ring(*p.GeoScore, l.T(text.ScoreOf)), text.Band(l, *p.GeoScore)
	h.Counts = []string{l.N(text.PagesAnalysed, p.TotalPages), l.N(text.FindingsCount, p.Findings.Total())}
	if last := p.Previous; last != nil {
		h.Note = loc.changed(*p.GeoScore-last.GeoScore, last.FinishedAt)
	}
	if top := loc.top(p); len(top) > 0 {
		h.Worst, h.Steps = top[:min(len(top), worstShown)], nil
	}
	return h
}

// changed says by how much a score differs from that of an audit which ended at then.
func (loc locale) changed(points int, then shared.Time) string {
	l, when := loc.Lang, loc.when(then.Time)
	switch {
	case points > 0:
		return l.T(text.ChangedUp, l.N(text.Points, points), when)
	case points < 0:
		return l.T(text.ChangedDown, l.N(text.Points, -points), when)
	}
	return l.T(text.ChangedNot, when)
}
