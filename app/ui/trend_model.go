//go:build !js

package ui

import (
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// trendModel is the scores of a site over time, as a line.
type trendModel struct {
	// Label says all scores, for those who do not see the line.
	Label  string
	Points []trendPoint
	// From and To are the days of the first and the last score.
	From, To string
}

// trendPoint is a place in a drawing of 1000 by 1000, whose Y grows downwards.
type trendPoint struct {
	X, Y  int
	Worse bool
}

const (
	// drawnSize is the width and the height of a trend's drawing.
	drawnSize = 1000
	// sparkPoints is how many scores a small line shows.
	sparkPoints = 12
	// sparkRange is how many points of score the height of a small line stands for at
	// least, so that a point more or less is no mountain.
	sparkRange = 20
)

// spark is the newest scores at equal distances, for a small line.
func (loc locale) spark(trend []shared.Verdict) trendModel {
	trend = trend[max(len(trend)-sparkPoints, 0):]
	low, high := scoreRange(trend)
	m := trendModel{Label: loc.scores(trend)}
	for i, v := range trend {
		x := drawnSize
		if len(trend) > 1 {
			x = drawnSize * i / (len(trend) - 1)
		}
		m.Points = append(m.Points, trendPoint{X: x, Y: drawnSize - drawnSize*(v.GeoScore-low)/(high-low), Worse: worse(trend, i)})
	}
	return m
}

// trend is all scores at their times, for a chart from 0 to 100.
func (loc locale) trend(trend []shared.Verdict) trendModel {
	m := trendModel{Label: loc.scores(trend)}
	if len(trend) == 0 {
		return m
	}
	begin, end := trend[0].FinishedAt.Time, trend[len(trend)-1].FinishedAt.Time
	m.From, m.To = loc.date(begin.In(loc.zone())), loc.date(end.In(loc.zone()))
	whole := end.Sub(begin)
	for i, v := range trend {
		x := drawnSize / 2
		if whole > 0 {
			x = int(min(max(float64(v.FinishedAt.Sub(begin))/float64(whole), 0), 1) * drawnSize)
		}
		m.Points = append(m.Points, trendPoint{X: x, Y: drawnSize - drawnSize*v.GeoScore/100, Worse: worse(trend, i)})
	}
	return m
}

// scoreRange is what the height of a small line stands for.
func scoreRange(trend []shared.Verdict) (low, high int) {
	low, high = 100, 0
	for _, v := range trend {
		low, high = min(low, v.GeoScore), max(high, v.GeoScore)
	}
	if missing := sparkRange - (high - low); missing > 0 {
		low, high = low-missing/2, high+missing-missing/2
	}
	return low, high
}

// worse reports whether the score at i is a regression.
func worse(trend []shared.Verdict, i int) bool { return i > 0 && trend[i].WorseThan(&trend[i-1]) }

func (loc locale) scores(trend []shared.Verdict) string {
	numbers := make([]string, len(trend))
	for i, v := range trend {
		numbers[i] = loc.Lang.Number(v.GeoScore)
	}
	return loc.Lang.T(text.TrendScores, strings.Join(numbers, ", "))
}
