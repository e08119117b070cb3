//go:build !js

package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// sparkView is a small line of scores.
func sparkView(m trendModel) app.UI {
	if len(m.Points) < 2 {
		return el("span", "")
	}
	return elWith("span", "spark", at{"role", "img", "aria-label", m.Label}, lineView(m.Points, m.Points[len(m.Points)-1:]))
}

// chartView is a line of scores with its axes. The drawing is stretched to its place, so
// the words stand beside it.
func chartView(m trendModel) app.UI {
	marks := make([]app.UI, 0, 5)
	for score := 100; score >= 0; score -= 25 {
		marks = append(marks, elText("span", "", num(score)))
	}
	return elWith("div", "chart", at{"role", "img", "aria-label", m.Label},
		elWith("div", "chart-y", at{"aria-hidden", "true"}, marks...),
		el("div", "chart-p", gridView(), lineView(m.Points, m.Points)),
		elWith("div", "chart-x", at{"aria-hidden", "true"}, elText("span", "", m.From), elText("span", "", m.To)),
	)
}

// gridView are the lines of the marks at the side.
func gridView() app.UI {
	return svg("svg", "grid", at{"viewBox", "0 0 1000 1000", "preserveAspectRatio", "none", "aria-hidden", "true"},
		svg("path", "", at{"d", "M0 0H1000M0 250H1000M0 500H1000M0 750H1000M0 1000H1000", "vector-effect", "non-scaling-stroke"}))
}

// lineView is a line through all points with dots at some. A dot is a line without length
// and with round ends, because a circle would be stretched with the drawing.
func lineView(points, dots []trendPoint) app.UI {
	return svg("svg", "line", at{"viewBox", "0 0 1000 1000", "preserveAspectRatio", "none", "aria-hidden", "true"},
		svg("path", "", at{"d", pathThrough(points), "vector-effect", "non-scaling-stroke"}),
		svg("path", "dots", at{"d", dotsAt(dots, false), "vector-effect", "non-scaling-stroke"}),
		svg("path", "dots bad", at{"d", dotsAt(dots, true), "vector-effect", "non-scaling-stroke"}),
	)
}

func pathThrough(points []trendPoint) string {
	var d strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		d.WriteString(command + num(p.X) + " " + num(p.Y))
	}
	return d.String()
}

func dotsAt(points []trendPoint, worse bool) string {
	var d strings.Builder
	for _, p := range points {
		if p.Worse == worse {
			d.WriteString("M" + num(p.X) + " " + num(p.Y) + "h0")
		}
	}
	return d.String()
}
