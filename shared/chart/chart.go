// Package chart turns the scores of a site over time into a line to draw:
//
//	line := chart.Sparkline(site.Trend)
//	line.Path() // "M0 500L500 1000L1000 0", the path of an SVG
//
// A drawing is [Size] by [Size], with X from the left and Y from the top. Whoever shows it
// stretches it to its place, so that words belong beside it and not into it.
//
// All functions are pure and safe for concurrent use.
package chart

import (
	"strconv"

	"atalaya/shared"
)

// Size is the width and the height of a drawing.
const Size = 1000

const (
	// sparkPoints is how many scores a small line shows.
	sparkPoints = 12
	// sparkRange is how many points of score the height of a small line stands for at
	// least, so that a point more or less is no mountain.
	sparkRange = 20
)

// Point is the score of an audit in a drawing.
type Point struct {
	X, Y    int
	AuditID int64
	// Worse says that it is a regression from the score before it.
	Worse bool
}

// Line is scores in the order of time.
type Line []Point

// Sparkline is the newest scores of a trend at equal distances, for a small line that fills
// its height.
func Sparkline(trend []shared.Verdict) Line {
	trend = trend[max(len(trend)-sparkPoints, 0):]
	low, high := sparkBounds(trend)
	return lineOf(trend, func(i int) (x, y int) {
		x = Size
		if len(trend) > 1 {
			x = Size * i / (len(trend) - 1)
		}
		return x, Size - Size*(trend[i].GeoScore-low)/(high-low)
	})
}

// sparkBounds are the scores at the lower and the upper edge of a small line.
func sparkBounds(trend []shared.Verdict) (low, high int) {
	low, high = 100, 0
	for _, v := range trend {
		low, high = min(low, v.GeoScore), max(high, v.GeoScore)
	}
	if missing := sparkRange - (high - low); missing > 0 {
		low, high = low-missing/2, high+missing-missing/2
	}
	return low, high
}

// Scores is all scores of a trend at their times, for a chart whose height stands for 0 to
// 100.
func Scores(trend []shared.Verdict) Line {
	if len(trend) == 0 {
		return nil
	}
	begin := trend[0].FinishedAt
	unit := max(trend[len(trend)-1].FinishedAt.Sub(begin.Time)/Size, 1)
	return lineOf(trend, func(i int) (x, y int) {
		passed := trend[i].FinishedAt.Sub(begin.Time)
		return int(min(max(passed/unit, 0), Size)), Size - Size*trend[i].GeoScore/100
	})
}

func lineOf(trend []shared.Verdict, place func(i int) (x, y int)) Line {
	line := make(Line, len(trend))
	for i := range trend {
		p := Point{AuditID: trend[i].AuditID, Worse: i > 0 && trend[i].WorseThan(&trend[i-1])}
		p.X, p.Y = place(i)
		line[i] = p
	}
	return line
}

// Path leads through all points.
func (l Line) Path() (d string) {
	command := "M"
	for _, p := range l {
		d += command + p.place()
		command = "L"
	}
	return d
}

// Dots are paths with a line without length at each point: at the regressions, at the
// others, and once more at the score of one audit. Round ends make dots of them; circles
// would be stretched with the drawing.
func (l Line) Dots(audit int64) (plain, worse, here string) {
	for _, p := range l {
		dot := "M" + p.place() + "h0"
		if p.Worse {
			worse += dot
		} else {
			plain += dot
		}
		if p.AuditID == audit {
			here = dot
		}
	}
	return plain, worse, here
}

func (p Point) place() string { return strconv.Itoa(p.X) + " " + strconv.Itoa(p.Y) }
