package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// logModel is the course of an audit so far, in the place of its newest pages.
type logModel struct {
	Heading string
	// Pauses keeps the place of the button that the list of pages has.
	Pauses bool
	Rows   []logRow
}

// logRow is a turn of an audit. Took is how long a stage took; Growing is that while it goes on.
type logRow struct {
	Clock, Words, Took string
	Growing            *growing
}

func (loc locale) log(p *shared.AuditProgress) logModel {
	m := logModel{Heading: loc.Lang.T(text.LogHeading)}
	if p == nil {
		return m
	}
	m.Pauses = !p.Status.Terminal()
	for _, line := range p.Log() {
		row := logRow{Clock: loc.clock(line.At.Time), Words: text.LogLine(loc.Lang, line)}
		if line.Stage != shared.StageNone {
			row.Took, row.Growing = loc.took(p, line.Stage)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func (m logModel) draw(do app.EventHandler) app.UI {
	buttons := make([]app.UI, 0, 2)
	if m.Pauses {
		buttons = append(buttons, slot())
	}
	rows := make([]app.UI, len(m.Rows))
	for i, r := range m.Rows {
		rows[i] = el("li", "",
			elText("span", "num nowrap t2", r.Clock),
			elText("span", "grow", r.Words),
			elWith("span", "num nowrap t2", r.Growing.attributes(), r.Growing.draw(r.Took)),
		)
	}
	buttons = append(buttons, does(actLog, m.Heading, at{"aria-pressed", "true"}, do))
	return courseView(m.Heading, "", "", buttons, []app.UI{el("ol", "finds", rows...)})
}
