//go:build !js

package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// worseCard says that the newest audit is a regression, and leads to what changed.
func worseCard(m siteModel) app.UI {
	if m.Worse == "" {
		return el("div", "")
	}
	return el("div", "conn warn solo",
		iconTriangle.draw(""),
		el("span", "msg", elText("strong", "", m.Worse), app.Text(" "), elText("span", "", m.WorseHow)),
		el("span", "end", elWith("a", "btn btn-sm", at{"href", m.Pair}, app.Text(m.PairText))),
	)
}

func trendCard(m siteModel) app.UI {
	facts := make([]app.UI, len(m.Facts))
	for i, f := range m.Facts {
		facts[i] = el("div", "stat", elText("dt", "", f.Name), elText("dd", "", f.Value))
	}
	numbers := el("dl", "stats", facts...)
	if !m.Trend.drawn() {
		return card(m.TrendHeading, "", el("div", "card-b", numbers, elText("p", "sm t2 gap", m.TrendShort)))
	}
	return card(m.TrendHeading, "", el("div", "card-b", numbers, chartView(m.Trend)),
		el("div", "folds", foldView(m.TrendNumbers, len(m.Numbers.Rows), numbersView(m.TrendNumbers, m.Numbers))))
}

// numbersView is a table whose first column says when, and whose others are numbers.
func numbersView(caption string, m tableModel) app.UI {
	head := make([]app.UI, len(m.Columns))
	for i, c := range m.Columns {
		head[i] = column(cellClass(i), c)
	}
	rows := make([]app.UI, len(m.Rows))
	for i, r := range m.Rows {
		cells := make([]app.UI, len(r))
		for j, text := range r {
			cells[j] = elText("td", cellClass(j), text)
		}
		rows[i] = el("tr", "", cells...)
	}
	return el("table", "tbl flat", elText("caption", "vh", caption),
		el("thead", "", el("tr", "", head...)), el("tbody", "", rows...))
}

func cellClass(column int) string {
	if column == 0 {
		return ""
	}
	return "r num"
}

func siteAuditsView(m siteModel) app.UI {
	rows := make([]app.UI, len(m.Rows))
	for i, r := range m.Rows {
		rows[i] = siteAuditView(r)
	}
	c := m.Audits.Columns
	return elWith("section", "card", at{"aria-label", m.Heading}, el("div", "card-h", elText("h2", "", m.Heading)),
		el("table", "tbl list audits", elText("caption", "vh", m.Heading),
			el("thead", "", el("tr", "",
				column("", c[0]), column("", c[1]), column("", c[2]), column("", c[3]), column("r", c[4]), column("r", c[5]))),
			el("tbody", "", rows...)))
}

func siteAuditView(r siteAuditRow) app.UI {
	name := []app.UI{elWith("a", "", at{"href", r.Link}, app.Text(r.Name))}
	if r.Worse != "" {
		name = append(name, worseView(r.Worse))
	}
	score := elText("span", "t3", r.NoScore)
	if r.Score != nil {
		score = miniRing(r.Score)
	}
	pair := el("td", "c-pair none r")
	if r.Pair != "" {
		pair = el("td", "c-pair r", elWith("a", "btn btn-sm", at{"href", r.Pair}, app.Text(r.Before)))
	}
	return el("tr", "",
		el("td", "c-site", el("div", "site", el("div", "grow", name...))),
		el("td", "c-status nowrap", badgeView(r.Badge)),
		el("td", "c-score", score),
		el("td", "c-find", countsView(r.Found, "–")),
		elWith("td", "c-when r num t2 nowrap", at{"title", r.Exact}, app.Text(r.When)),
		pair,
	)
}
