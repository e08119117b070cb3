package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// panelView draws a panel. press is called for each of its controls, whose value says
// what they do.
func panelView(m panelModel, press app.EventHandler) app.UI {
	var body []app.UI
	if m.Help != "" {
		body = append(body, elText("p", "t2", m.Help))
	}
	if len(m.Steps) > 0 {
		steps := make([]app.UI, len(m.Steps))
		for i, s := range m.Steps {
			steps[i] = el("li", "", s.Sign.draw("i-s"), app.Text(" "+s.Words))
		}
		body = append(body, el("ol", "ordered", steps...))
	}
	if len(m.Facts) > 0 {
		body = append(body, plainFacts(m.Facts))
	}
	if len(m.Controls) > 0 || m.Says != "" {
		body = append(body, controlsView(m, press))
	}
	for _, w := range m.Ways {
		body = append(body, elWith("a", "target", at{"href", w.Href, "target", "_blank", "rel", "noopener"}, app.Text(w.Words)))
	}
	return card(m.Heading, "", el("div", "card-b stack", body...))
}

// controlsView draws what can be pressed, and what came of it.
func controlsView(m panelModel, press app.EventHandler) app.UI {
	group := make([]app.UI, 0, len(m.Controls)+1)
	for _, c := range m.Controls {
		waits := ""
		if c.Waits {
			waits = "true"
		}
		group = append(group, button(c.Class, at{"value", c.Do, "aria-pressed", c.Pressed, "lang", c.Tag, "disabled", waits},
			press, c.Do, app.Text(c.Word)))
	}
	group = append(group, elWith("span", "sm t2", at{"role", "status"}, app.Text(m.Says)))
	return elWith("div", "row", at{"role", "group", "aria-label", m.Heading}, group...)
}

// plainFacts is a list of names with their values.
func plainFacts(facts []fact) app.UI {
	rows := make([]app.UI, len(facts))
	for i, f := range facts {
		rows[i] = el("div", "", elText("dt", "t2", f.Name), elWith("dd", "num", at{"dir", "auto"}, app.Text(f.Value)))
	}
	return el("dl", "facts", rows...)
}
