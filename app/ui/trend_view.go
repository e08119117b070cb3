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
		el("div", "chart-y", marks...),
		el("div", "chart-p", lineView(m, m.Points)),
		el("div", "chart-x", elText("span", "", m.From), elText("span", "", m.To)),
	)
}

// lineView is a line through all points with dots at some.
func lineView(m trendModel, dots chart.Line) app.UI {
	plain, bad, here := dots.Dots(m.Here)
	return svg("svg", "line", at{"viewBox", "0 0 1000 1000", "preserveAspectRatio", "none"},
		svg("path", "", at{"d", m.Points.Path()}),
		svg("path", "dots here", at{"d", here}),
		svg("path", "dots", at{"d", plain}),
		svg("path", "dots bad", at{"d", bad}),
	)
}
