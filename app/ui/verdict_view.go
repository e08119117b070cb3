package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// verdictView is the score with its categories and the faults that limit it.
func verdictView(m verdictModel) app.UI {
	switch {
	case m.Ring == nil && m.NoScore == "":
		return el("div", "")
	case m.Ring == nil:
		return el("section", "card", empty(m.NoScore))
	case m.SoFar != "":
		return card(m.SoFar, "", el("div", "card-b center", ringView(m.Ring, "ring-l")))
	}
	bars := make([]app.UI, len(m.Bars))
	for i, b := range m.Bars {
		bars[i] = el("li", "",
			elText("span", "", b.Name),
			el("span", "num", changeView(b), elText("b", "", num(b.Score))),
			el("span", "m", fill(b.Score*100, b.Class)),
		)
	}
	body := []app.UI{elText("h2", "vh", m.Categories), el("div", "card-b", el("div", "gauge",
		ringView(m.Ring, "ring-l"),
		elWith("ul", "cat", at{"aria-label", m.Categories}, bars...),
	))}
	if m.Since.Score != "" {
		body = append(body, sinceView(m.Since))
	}
	if len(m.CapRows) > 0 {
		body = append(body, el("div", "caps", elText("h3", "", m.Caps), pairsView(m.CapRows)))
	}
	if m.Fixes != "" {
		body = append(body, el("div", "caps fixes", elText("h3", "", m.Fixes), pairsView(m.FixRows)))
	}
	return el("section", "card", body...)
}

// changeView is by how much a category's score differs from the last one.
func changeView(b barModel) app.UI {
	if b.Sign == "" {
		return nil
	}
	return elWith("span", b.Turn, at{"role", "img", "aria-label", b.Change, "title", b.Change}, app.Text(b.Sign))
}

func sinceView(m sinceModel) app.UI {
	return el("div", "since",
		elText("span", "grow", m.Score),
		elText("b", "", m.Fixed), elText("b", "", m.New),
		elWith("a", "target", at{"href", m.Link}, app.Text(m.LinkText)),
	)
}
