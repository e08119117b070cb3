package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared/chart"
)

// sparkView is a small line of scores.
func sparkView(m trendModel) app.UI {
	if !m.drawn() {
		return el("span", "")
	}
	return elWith("span", "spark", at{"role", "img", "aria-label", m.Label}, lineView(m, m.Points[len(m.Points)-1:]))
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
		el("div", "chart-p", drawing("grid", at{"d", "M0 0H1000M0 250H1000M0 500H1000M0 750H1000M0 1000H1000"}), lineView(m, m.Points)),
		elWith("div", "chart-x", at{"aria-hidden", "true"}, elText("span", "", m.From), elText("span", "", m.To)),
	)
}

// lineView is a line through all points with dots at some.
func lineView(m trendModel, dots chart.Line) app.UI {
	return drawing("line",
		at{"d", m.Points.Path()},
		at{"class", "dots here", "d", dots.Dots(func(p chart.Point) bool { return p.AuditID == m.Here })},
		at{"class", "dots", "d", dots.Dots(func(p chart.Point) bool { return !p.Worse })},
		at{"class", "dots bad", "d", dots.Dots(func(p chart.Point) bool { return p.Worse })},
	)
}

// drawing is paths in a place to which they are stretched, and their pens are not.
func drawing(class string, paths ...at) app.UI {
	drawn := make([]app.UI, len(paths))
	for i, p := range paths {
		drawn[i] = svg("path", "", append(p, "vector-effect", "non-scaling-stroke"))
	}
	return svg("svg", class, at{"viewBox", "0 0 1000 1000", "preserveAspectRatio", "none", "aria-hidden", "true"}, drawn...)
}
