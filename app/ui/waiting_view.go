package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared/text"
)

// outboxView draws what waits for the connection. The values of its buttons are the keys of
// the entries.
func outboxView(l text.Lang, m waitingModel, change, remove app.EventHandler) app.UI {
	if len(m.Entries) == 0 {
		return el("section", "")
	}
	rows := make([]app.UI, len(m.Entries))
	for i, e := range m.Entries {
		rows[i] = e.row(l, change, remove)
	}
	return elWith("section", "card waiting", at{"id", "waiting", "aria-labelledby", "waiting-title"},
		el("div", "card-h", elWith("h2", "", at{"id", "waiting-title"}, iconNoWifi.draw(""), app.Text(m.Heading)),
			elText("span", "sm t3", m.Help)),
		el("ul", "pairs card-b", rows...))
}

func (e waitingEntry) row(l text.Lang, change, remove app.EventHandler) app.UI {
	said := elText("small", "t2", e.Options)
	if e.Refused != "" {
		said = elText("small", "why", e.Refused)
	}
	changes := el("span", "")
	if e.Changes != "" {
		changes = button("btn-sm", at{"value", e.Key, "aria-label", e.Changes}, change, "change-"+e.Key,
			app.Text(l.T(text.WaitingChange)))
	}
	return el("li", "",
		el("div", "site grow", tile(e.Site, true), el("div", "grow",
			elWith("b", "trunc", at{"dir", "auto", "title", e.Address}, app.Text(e.Address)), said)),
		elText("span", "sm t3 nowrap", e.Since),
		changes,
		button("btn-sm", at{"value", e.Key, "aria-label", e.Removes}, remove, "remove-"+e.Key,
			app.Text(l.T(text.WaitingRemove))),
	)
}
