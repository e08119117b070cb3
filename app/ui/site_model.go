//go:build !js

package ui

import (
	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// siteModel is one site in words, below its head.
type siteModel struct {
	// Worse says that the newest score is a regression, and WorseHow from what to what;
	// both are empty when it is none.
	Worse, WorseHow string
	// Pair is the page that compares the two newest audits; empty while there are not two.
	Pair, PairText string
	Facts          []stat
	Trend          trendModel
	TrendHeading   string
	TrendShort     string // said in place of the chart
	TrendNumbers   string
	Numbers        tableModel
	Audits         tableModel
	Heading        string
	Rows           []siteAuditRow
}

// tableModel is a table of texts with the names of its columns.
type tableModel struct {
	Columns []string
	Rows    [][]string
}

// siteAuditRow is one audit of the site.
type siteAuditRow struct {
	ID           int64
	Name, Link   string
	Badge        badgeModel
	Score        *ringModel
	NoScore      string
	Found        []count
	When, Exact  string
	Worse        string
	Pair, Before string // the page that compares it with the one before, and its words
}

func (loc locale) site(d *siteData) siteModel {
	l := loc.Lang
	m := siteModel{
		TrendHeading: l.T(text.TrendHeading), TrendShort: l.T(text.TrendShort), TrendNumbers: l.T(text.TrendNumbers),
		Heading: l.T(text.SiteAudits), Trend: loc.trend(d.Site.Trend, 0), Facts: loc.siteFacts(&d.Site),
		Numbers: loc.verdicts(d.Site.Trend),
		Audits: tableModel{Columns: []string{
			l.T(text.ColumnAudit), l.T(text.ColumnStatus), l.T(text.ColumnScore), l.T(text.ColumnFindings),
			l.T(text.ColumnDate), l.T(text.CompareButton),
		}},
	}
	if t := d.Site.Trend; len(t) > 1 {
		last, before := &t[len(t)-1], &t[len(t)-2]
		m.Pair, m.PairText = shared.PathDiffPage(before.AuditID, last.AuditID), l.T(text.CompareLastTwo)
		if last.WorseThan(before) {
			m.Worse = l.T(text.Regressed)
			m.WorseHow = l.T(text.RegressedHow, l.Number(before.GeoScore), l.Number(last.GeoScore),
				l.Number(before.Errors), l.Number(last.Errors))
		}
	}
	for i := range d.Audits {
		m.Rows = append(m.Rows, loc.siteAudit(&d.Audits[i]))
	}
	return m
}

// siteFacts are the best and the last score, and how many audits there are.
func (loc locale) siteFacts(s *shared.Site) []stat {
	l := loc.Lang
	facts := []stat{{Name: l.T(text.SiteAudits), Value: l.Number(s.Audits)}}
	if best := s.Best(); best != nil {
		last := s.Trend[len(s.Trend)-1]
		facts = append(facts, stat{Name: l.T(text.SiteLast), Value: l.Number(last.GeoScore)},
			stat{Name: l.T(text.SiteBest), Value: l.Number(best.GeoScore)})
	}
	return facts
}

// verdicts is the chart as a table, the newest first.
func (loc locale) verdicts(trend []shared.Verdict) tableModel {
	l := loc.Lang
	m := tableModel{Columns: []string{
		l.T(text.ColumnDate), l.T(text.ColumnScore), l.T(text.ColumnErrors), l.T(text.ColumnAudit),
	}}
	for i := len(trend) - 1; i >= 0; i-- {
		v := trend[i]
		m.Rows = append(m.Rows, []string{
			loc.clock(v.FinishedAt.Time), l.Number(v.GeoScore), l.Number(v.Errors), l.T(text.AuditNumber, v.AuditID),
		})
	}
	return m
}

func (loc locale) siteAudit(p *shared.AuditProgress) siteAuditRow {
	l := loc.Lang
	r := siteAuditRow{
		ID: p.AuditID, Name: l.T(text.AuditNumber, p.AuditID), Link: shared.PathPage(p.AuditID),
		Badge: loc.badge(p.Status, loc.pulse(live.View{}, p, nil)), NoScore: l.T(text.NoScore), Found: loc.counts(p.Findings),
	}
	at := p.CreatedAt
	if p.FinishedAt != nil {
		at = *p.FinishedAt
	}
	r.When, r.Exact = loc.when(at.Time), loc.clock(at.Time)
	if score, final := lastScore(p); score != nil && final {
		r.Score = loc.ring(*score, "")
	}
	if p.Previous != nil && p.Kind == shared.KindSite {
		r.Pair, r.Before = shared.PathDiffPage(p.Previous.AuditID, p.AuditID), l.T(text.CompareBefore)
	}
	if p.Regressed() {
		r.Worse = l.T(text.Regressed)
	}
	return r
}
