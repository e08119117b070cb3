package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// LicencesFile is the address of the list of what is inside, with its licences. The
// command web/licences writes it.
const LicencesFile = "/web/static/licences.txt"

// choicesView draws a setting; choose gives the handler of a value's button.
func choicesView(m choicesModel, choose func(setting, value string) app.EventHandler) app.UI {
	buttons := make([]app.UI, len(m.Choices))
	for i, c := range m.Choices {
		pressed := "false"
		if c.Chosen {
			pressed = "true"
		}
		buttons[i] = button("", at{"aria-pressed", pressed, "lang", c.Tag}, choose(m.Name, c.Value),
			m.Name+"."+c.Value, app.Text(c.Word))
	}
	group := elWith("div", "choices", at{"role", "group", "aria-label", m.Heading}, buttons...)
	if m.Help == "" {
		return card(m.Heading, "", el("div", "card-b", group))
	}
	return card(m.Heading, "", el("div", "card-b", group, elText("p", "sm t2", m.Help)))
}

func (m installModel) draw(do app.EventHandler) app.UI {
	body := []app.UI{elText("p", "t2", m.Help)}
	if len(m.Steps) > 0 {
		steps := make([]app.UI, len(m.Steps))
		for i, s := range m.Steps {
			steps[i] = elText("li", "", s)
		}
		body = append(body, el("ol", "ordered", steps...))
	}
	if m.Button != "" {
		body = append(body, button("btn-primary", nil, do, "", app.Text(m.Button)))
	}
	return card(m.Heading, "", el("div", "card-b stack", body...))
}

func (m keptModel) draw(do app.EventHandler) app.UI {
	end := []app.UI{elWith("span", "sm t2", at{"role", "status"}, app.Text(m.Done))}
	if m.Button != "" {
		end = append([]app.UI{button("btn-danger", nil, do, "", app.Text(m.Button))}, end...)
	}
	return card(m.Heading, "", el("div", "card-b stack",
		elText("p", "t2", m.Help), plainFacts(m.Facts), el("div", "row", end...)))
}

// plainFacts is a list of names with their values.
func plainFacts(facts []fact) app.UI {
	rows := make([]app.UI, len(facts))
	for i, f := range facts {
		rows[i] = el("div", "", elText("dt", "t2", f.Name), elWith("dd", "num", at{"dir", "auto"}, app.Text(f.Value)))
	}
	return el("dl", "facts", rows...)
}

// diagnosticsView draws a diagnosis with its two buttons.
func diagnosticsView(m diagnosticsModel, test, copyText app.EventHandler) app.UI {
	waits := ""
	if m.Waits {
		waits = "true"
	}
	return card(m.Heading, "", el("div", "card-b stack",
		elText("p", "t2", m.Help),
		plainFacts(m.Facts),
		el("div", "row",
			button("", at{"disabled", waits}, test, "test", app.Text(m.Test)),
			button("", nil, copyText, "copy", app.Text(m.Copy)),
			elWith("span", "sm t2", at{"role", "status"}, app.Text(m.Says)),
		),
	))
}

func (m aboutModel) draw(app.EventHandler) app.UI {
	return card(m.Heading, "", el("div", "card-b stack",
		elText("p", "t2", m.Text),
		plainFacts([]fact{{m.VersionName, m.Version}}),
		elWith("p", "", nil, elWith("a", "target", at{"href", LicencesFile, "target", "_blank", "rel", "noopener"},
			app.Text(m.Licences))),
	))
}
