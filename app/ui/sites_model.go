//go:build !js

package ui

import (
	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// sitesModel is the list of sites in words.
type sitesModel struct {
	Heading string
	// Blank stands in place of the list when it is empty.
	Blank, BlankHelp string
	Columns          [6]string
	Rows             []siteRow
}

// siteRow is one site of the list.
type siteRow struct {
	Site, Link string
	Audits     string
	Badge      badgeModel
	Score      *ringModel
	NoScore    string
	Trend      trendModel
	// Worse says that the newest score is a regression; empty when it is none.
	Worse       string
	When, Exact string
	// Next is when its schedule starts the next audit; empty without one.
	Next string
}

func (loc locale) sites(sites []shared.Site) sitesModel {
	l := loc.Lang
	m := sitesModel{
		Heading: l.T(text.SitesHeading), Blank: l.T(text.SitesEmpty), BlankHelp: l.T(text.SitesEmptyHelp),
		Columns: [6]string{
			l.T(text.ColumnSite), l.T(text.ColumnStatus), l.T(text.ColumnScore), l.T(text.ColumnTrend),
			l.T(text.ColumnLast), l.T(text.ColumnNext),
		},
	}
	for i := range sites {
		m.Rows = append(m.Rows, loc.siteRow(&sites[i]))
	}
	return m
}

func (loc locale) siteRow(s *shared.Site) siteRow {
	l := loc.Lang
	r := siteRow{
		Site: s.Name, Link: shared.PathSitePage(s.Name), Audits: l.N(text.Audits, s.Audits),
		Badge: loc.badge(s.Latest.Status, loc.pulse(live.View{}, &s.Latest, nil)), NoScore: l.T(text.NoScore), Trend: loc.spark(s.Trend),
	}
	if n := len(s.Trend); n > 0 {
		r.Score = loc.ring(s.Trend[n-1].GeoScore, "")
		if p := r.Trend.Points; p[len(p)-1].Worse {
			r.Worse = l.T(text.Regressed)
		}
	}
	at := s.Latest.CreatedAt
	if s.Latest.FinishedAt != nil {
		at = *s.Latest.FinishedAt
	}
	r.When, r.Exact = loc.when(at.Time), loc.clock(at.Time)
	if s.NextAt != nil {
		r.Next = loc.clock(s.NextAt.Time)
	}
	return r
}
