//go:build !js

package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

func (m sitesModel) draw(app.EventHandler) app.UI {
	if len(m.Rows) == 0 {
		return elWith("section", "card", at{"aria-label", m.Heading},
			el("div", "invite", mark(""), elText("h2", "", m.Blank), elText("p", "", m.BlankHelp)))
	}
	rows := make([]app.UI, len(m.Rows))
	for i, r := range m.Rows {
		rows[i] = siteRowView(r, m.Columns[5])
	}
	return elWith("section", "card", at{"aria-label", m.Heading}, el("table", "tbl list sites",
		elText("caption", "vh", m.Heading),
		el("thead", "", el("tr", "",
			column("", m.Columns[0]), column("", m.Columns[1]), column("", m.Columns[2]), column("", m.Columns[3]),
			column("r", m.Columns[4]), column("r", m.Columns[5]),
		)),
		el("tbody", "", rows...),
	))
}

// siteRowView is a row of the list; next names its last column where there is no head.
func siteRowView(r siteRow, next string) app.UI {
	score := elText("span", "t3", r.NoScore)
	if r.Score != nil {
		score = miniRing(r.Score)
	}
	name := []app.UI{
		elWith("a", "trunc", at{"href", r.Link, "dir", "auto"}, app.Text(r.Site)), elText("small", "", r.Audits),
	}
	if r.Worse != "" {
		name = append(name, worseView(r.Worse))
	}
	return el("tr", "",
		el("td", "c-site", el("div", "site", tile(r.Site, true), el("div", "grow", name...))),
		el("td", "c-status nowrap", badgeView(r.Badge)),
		el("td", "c-score", score),
		el("td", "c-find", sparkView(r.Trend)),
		elWith("td", "c-when r num t2 nowrap", at{"title", r.Exact}, app.Text(r.When)),
		nextView(r.Next, next),
	)
}

func nextView(at, name string) app.UI {
	if at == "" {
		return elText("td", "c-next none r t3", "–")
	}
	return el("td", "c-next r num t2", elText("span", "m-name", name), app.Text(at))
}

// worseView marks a regression by more than its colour.
func worseView(words string) app.UI {
	return el("small", "worse", iconTriangle.draw("i-s"), app.Text(words))
}
