package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

func (c cardModel) draw(app.EventHandler) app.UI {
	percent := "–"
	if c.Known {
		percent = num(c.Percent) + "%"
	}
	now, words := "", ""
	if c.Known {
		now, words = num(c.Percent), c.Value
	}
	what := []app.UI{app.Text(c.What)}
	if c.Count != "" {
		what = append(what, ht("span", "t3 sep", c.Count))
	}
	return ha("a", "card lc", at{"href", c.Link},
		h("div", "lc-h",
			tile(c.Site, true),
			ha("b", "trunc", at{"dir", "auto"}, app.Text(c.Site)),
			ht("span", "p", percent),
		),
		ha("div", "thin", progressbar(c.Name, now, words), fill(c.Percent*100, "f-accent")),
		h("div", "lc-f",
			h("span", "trunc", what...),
			ht("span", "nowrap", c.Elapsed),
		),
	)
}

func (r rowModel) draw(app.EventHandler) app.UI {
	site := []app.UI{ha("a", "trunc", at{"href", r.Link, "dir", "auto"}, app.Text(r.Site))}
	if r.Error != "" {
		site = append(site, ha("small", "", at{"dir", "auto"}, app.Text(r.Error)))
	} else {
		site = append(site, ht("small", "", r.Label))
	}
	var score app.UI = ht("span", "t3", r.NoScore)
	if r.Score != nil {
		score = miniRing(r.Score)
	}
	return h("tr", "",
		h("td", "c-site", h("div", "site", tile(r.Site, true), h("div", "grow", site...))),
		h("td", "c-status nowrap", badgeView(r.Badge)),
		h("td", "c-score", score),
		h("td", "c-find", countsView(r.Found, r.NoFound)),
		ht("td", "c-pages r num t2", r.Pages),
		ha("td", "c-when r num t2 nowrap", at{"title", r.Exact}, app.Text(r.When)),
	)
}

// miniLength is the circumference of the small ring's circle in 1/10 units: r = 16.
const miniLength = 1005

func miniRing(r *ringModel) app.UI {
	left := miniLength * (100 - r.Value) / 100
	return ha("span", "mini "+r.Class, at{"role", "img", "aria-label", r.Label},
		hs("svg", "", at{"viewBox", "0 0 38 38", "aria-hidden", "true"},
			hs("circle", "bg", at{"cx", "19", "cy", "19", "r", "16"}),
			hs("circle", "fg", at{
				"cx", "19", "cy", "19", "r", "16", "stroke-dasharray", tenths(miniLength), "stroke-dashoffset", tenths(left),
			}),
		),
		ha("span", "", at{"aria-hidden", "true"}, app.Text(num(r.Value))),
	)
}

func runningView(m listModel, cards []app.UI) app.UI {
	if len(cards) == 0 {
		return h("div", "")
	}
	return ha("section", "", at{"aria-label", m.Running},
		h("div", "sec", ht("h2", "", m.Running), ht("span", "sm t3", m.RunningCount)),
		h("div", "live-grid", cards...),
	)
}

func historyView(m listModel, rows []app.UI) app.UI {
	head := h("div", "card-h", ht("h2", "", m.History), ht("span", "xs t3", m.Age))
	switch {
	case m.Busy:
		return ha("section", "card", at{"aria-label", m.History, "aria-busy", "true"}, head,
			ht("p", "vh", m.Blank),
			h("div", "skeleton", h("div", ""), h("div", ""), h("div", "")))
	case m.Blank != "":
		return ha("section", "card", at{"aria-label", m.History}, head,
			h("div", "empty", ht("p", "", m.Blank), ht("p", "sm", m.BlankHelp)))
	case len(rows) == 0:
		return ha("section", "card", at{"aria-label", m.History}, head, empty(m.NoHistory))
	}
	return ha("section", "card", at{"aria-label", m.History}, head, h("table", "tbl list",
		ht("caption", "vh", m.History),
		h("thead", "", h("tr", "",
			column("", m.Columns[0]), column("", m.Columns[1]), column("", m.Columns[2]),
			column("", m.Columns[3]), column("c-pages r", m.Columns[4]), column("r", m.Columns[5]),
		)),
		h("tbody", "", rows...),
	))
}
