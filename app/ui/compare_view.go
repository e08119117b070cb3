//go:build !js

package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

func (m compareModel) draw(app.EventHandler) app.UI {
	parts := []app.UI{}
	for _, aside := range m.Asides {
		parts = append(parts, el("div", "conn info solo", iconInfo.draw(""), elText("span", "msg", aside)))
	}
	return el("div", "stack", append(parts, sidesView(m), tablesView(m), sectionsView(m.Sections))...)
}

// sidesView are the two scores beside each other, with how many findings changed.
func sidesView(m compareModel) app.UI {
	sums := make([]app.UI, len(m.Sums))
	for i, s := range m.Sums {
		sums[i] = el("div", "", elText("b", "", s.Total), elText("span", "sm", s.Name), countsView(s.Found, ""))
	}
	return el("section", "card",
		el("div", "versus", sideView(m.Base), elText("b", "delta "+m.ChangeClass, m.Change), sideView(m.Head)),
		el("div", "sums", sums...),
		elText("p", "sm t2 foot", m.Seen))
}

func sideView(s sideModel) app.UI {
	score := elText("p", "t3", s.NoScore)
	if s.Ring != nil {
		score = ringView(s.Ring, "")
	}
	return el("div", "side-v", elWith("a", "", at{"href", s.Link}, app.Text(s.Name)), score, elText("span", "xs t2", s.When))
}

func tablesView(m compareModel) app.UI {
	tables := []app.UI{}
	if len(m.Categories.Rows) > 0 {
		tables = append(tables, card(m.CategoriesHeading, "", numbersView(m.CategoriesHeading, m.Categories)))
	}
	if len(m.Checks.Rows) > 0 {
		tables = append(tables, card(m.ChecksHeading, "", numbersView(m.ChecksHeading, m.Checks)))
	}
	return el("div", "stack", tables...)
}

func changeGroupView(g changeGroup) app.UI {
	place := elText("span", "mono", g.Path)
	if g.URL != "" {
		place = outside(g.URL, midView("mono", g.Path))
	}
	rows := make([]app.UI, len(g.Rows))
	for i, r := range g.Rows {
		words := []app.UI{elText("b", "", r.Title)}
		if r.Subject != "" {
			words = append(words, elWith("small", "mono", at{"dir", "auto"}, app.Text(r.Subject)))
		}
		if r.Reason != "" {
			words = append(words, elText("small", "", r.Reason))
		}
		rows[i] = el("li", "", severityMark(r.Severity, r.Word), el("span", "grow", words...))
	}
	return el("li", "", place, el("ul", "finds", rows...))
}

// sectionsView are the findings, one fold for each state that has some.
func sectionsView(all []changesModel) app.UI {
	if len(all) == 0 {
		return el("div", "")
	}
	folds := make([]app.UI, len(all))
	for i, m := range all {
		folds[i] = m.fold()
	}
	return el("section", "card folds", folds...)
}

func (m changesModel) fold() app.UI {
	open := ""
	if m.Open {
		open = "open"
	}
	return elWith("details", "chk", at{"id", "changes-" + string(m.State), "open", open},
		el("summary", "",
			el("span", "", elText("b", "", m.Heading)), elText("span", "count", m.Total), iconChevron.draw("i-s arr")),
		el("div", "chk-b", m.list(), linkView(m.All, m.AllText)),
	)
}

// list are the findings under the pages that have them.
func (m changesModel) list() app.UI {
	if len(m.Groups) == 0 {
		return el("div", "")
	}
	rows := make([]app.UI, len(m.Groups))
	for i, g := range m.Groups {
		rows[i] = changeGroupView(g)
	}
	return el("ul", "samples", rows...)
}

// draw makes the page of one state.
func (m stateModel) draw(app.EventHandler) app.UI {
	return el("div", "",
		card(m.Heading, m.Total, el("div", "card-b", m.list())),
		el("div", "row more", linkView(m.Next.Href, m.Next.Text)))
}

func linkView(address, words string) app.UI {
	if address == "" {
		return el("span", "")
	}
	return elWith("a", "btn", at{"href", address}, app.Text(words))
}

// choiceView is the form that chooses the two audits.
func choiceView(loc locale, choices []shared.AuditProgress, asked *diffQuery) app.UI {
	if len(choices) < 2 {
		return el("div", "")
	}
	l := loc.Lang
	choice := func(id, name string, chosen int64) app.UI {
		return elWith("select", "", at{"id", id, "name", name}, loc.options(choices, chosen)...)
	}
	return form("card versus-c", at{"method", "get", "action", shared.PathComparePage}, nil,
		labelled(l.T(text.CompareBase), "compare-base", choice("compare-base", shared.ParamBase, asked.Base)),
		labelled(l.T(text.CompareHead), "compare-head", choice("compare-head", shared.ParamHead, asked.Head)),
		submit("", nil, app.Text(l.T(text.CompareButton))),
	)
}

func (loc locale) options(choices []shared.AuditProgress, chosen int64) []app.UI {
	options := make([]app.UI, len(choices))
	for i := range choices {
		a := &choices[i]
		options[i] = optionView(num(a.AuditID), loc.choice(a), a.AuditID == chosen)
	}
	return options
}

// choice names an audit in a list to choose from.
func (loc locale) choice(p *shared.AuditProgress) string {
	s := loc.Lang.T(text.AuditNumber, p.AuditID)
	if p.FinishedAt != nil {
		s += " · " + loc.clock(p.FinishedAt.Time)
	}
	if p.GeoScore != nil {
		s += " · " + loc.Lang.Number(*p.GeoScore)
	}
	return s
}
