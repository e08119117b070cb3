package ui

import (
	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// verdict is how an audit ended.
type verdict struct {
	Score int         `json:"score"`
	At    shared.Time `json:"at"`
}

// judged reports whether an audit came to its end and has a score.
func judged(p *shared.AuditProgress) bool {
	return p != nil && p.Status == shared.StatusCompleted && p.GeoScore != nil
}

// before is the verdict of the newest audit of the same address before p; nil when none
// of audits is one.
func before(p *shared.AuditProgress, audits []shared.AuditProgress) *verdict {
	var newest *shared.AuditProgress
	for i := range audits {
		a := &audits[i]
		if a.URL == p.URL && a.Kind == p.Kind && a.AuditID < p.AuditID && judged(a) && a.FinishedAt != nil &&
			(newest == nil || newest.AuditID < a.AuditID) {
			newest = a
		}
	}
	if newest == nil {
		return nil
	}
	return &verdict{*newest.GeoScore, *newest.FinishedAt}
}

// keptAudits are the audits of which this device has a copy.
func keptAudits() []shared.AuditProgress {
	list, _ := live.DeviceStorage().Saved(live.List())
	audits := list.Audits
	for _, c := range live.DeviceStorage().SavedAudits() {
		audits = append(audits, *c.Progress)
	}
	return audits
}

// worstShown is how many findings the end of an audit names.
const worstShown = 3

// scene is the end of an audit: the percentage turns into the score, what the audit is
// doing into its word, the note into what changed since the last time, and the steps into
// the worst findings. Each takes the room of the other, so that nothing moves.
func (loc locale) scene(h heroModel, p *shared.AuditProgress, earlier *verdict) heroModel {
	l := loc.Lang
	h.Score, h.What = loc.ring(*p.GeoScore, l.T(text.ScoreOf)), text.Band(l, *p.GeoScore)
	h.Counts = []string{l.N(text.PagesAnalysed, p.TotalPages), l.N(text.FindingsCount, p.Findings.Total())}
	if earlier != nil {
		h.Note = loc.changed(*p.GeoScore-earlier.Score, earlier.At)
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
