package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/pause"
	"atalaya/shared"
	"atalaya/shared/text"
)

const (
	historyID      = "history"
	historyTitleID = "history-title"
	searchFieldID  = "list-search"
	menuDialogID   = "row-menu"
)

// historyView draws the list of ended audits with what finds one in it.
func (d *dashboardPage) historyView(loc locale, list listModel) app.UI {
	if list.Blank != "" && d.history.query.plain() {
		return blankView(list)
	}
	l := loc.Lang
	m := loc.history(&d.history, d.view.Audits, d.chosen)
	m.Age, m.Searched, m.Busy = list.Age, d.searched, m.Busy || d.busy && !d.history.query.plain()
	m.Picking = d.picking
	busy := ""
	if m.Busy {
		busy = "true"
	}
	title := elWith("h2", "", at{"id", historyTitleID, "tabindex", "-1"}, app.Text(m.Title))
	return elWith("section", "card", at{"id", historyID, "aria-labelledby", historyTitleID, "aria-busy", busy},
		el("div", "card-h", title, d.newView(m), elText("span", "xs t3", m.Age), d.pickView(l, m)),
		d.toolsView(l, m),
		d.chosenView(l, m),
		d.tableView(l, m),
		footView(l, m),
		d.menuView(l),
		d.outcomeView(l),
	)
}

// blankView is the history of which nothing is known, or nothing is there.
func blankView(m listModel) app.UI {
	head := el("div", "card-h", elText("h2", "", m.History), elText("span", "xs t3", m.Age))
	switch {
	case m.Busy:
		return elWith("section", "card", at{"aria-label", m.History, "aria-busy", "true"}, head,
			elText("p", "vh", m.Blank),
			el("div", "skeleton", el("div", ""), el("div", ""), el("div", "")))
	case m.Invites:
		return elWith("section", "card", at{"aria-label", m.History},
			el("div", "invite", mark(""), elText("h2", "", m.Blank), elText("p", "", m.BlankHelp)))
	}
	return elWith("section", "card", at{"aria-label", m.History}, head,
		el("div", "empty", elText("p", "", m.Blank), elText("p", "sm", m.BlankHelp)))
}

func (d *dashboardPage) newView(m historyModel) app.UI {
	if m.Waiting == "" {
		return el("span", "")
	}
	return button("btn-sm btn-primary", off(d.device.onlyOnline(d.lang)), d.onNew, "new", app.Text(m.Waiting))
}

// pickView has the boxes of rows shown where they have no room otherwise, or hides them.
func (d *dashboardPage) pickView(l text.Lang, m historyModel) app.UI {
	if len(m.Rows) == 0 {
		return el("span", "")
	}
	pressed := "false"
	if m.Picking {
		pressed = "true"
	}
	return button("btn-sm pick "+later(), at{"aria-pressed", pressed}, d.onPick, "pick", app.Text(l.T(text.ListPick)))
}

// toolsView is a form that works without the program, too.
func (d *dashboardPage) toolsView(l text.Lang, m historyModel) app.UI {
	if !m.shows() {
		return el("div", "")
	}
	why := d.device.onlyOnline(l)
	chips := make([]app.UI, len(m.Chips))
	for i, c := range m.Chips {
		chips[i] = statusChipView(c, why)
	}
	options := make([]app.UI, len(m.Orders))
	for i, o := range m.Orders {
		selected := ""
		if o.Current {
			selected = "true"
		}
		options[i] = elWith("option", "", at{"value", string(o.Order), "selected", selected}, app.Text(o.Text))
	}
	return form("tools", at{"method", "get", "action", "/", "role", "search"}, d.onFind,
		elWith("nav", "chips", at{"aria-label", l.T(text.ListFilter)}, chips...),
		el("div", "find",
			elWith("label", "field",
				at{"for", searchFieldID}, elText("span", "vh", l.T(text.ListSearch)), iconSearch.draw(""),
				input(append(at{
					"id", searchFieldID, "name", paramText, "type", "search", "value", m.Searched, "autocomplete", "off",
					"placeholder", l.T(text.ListSearchHint), "aria-keyshortcuts", "/",
				}, off(why)...), d.onSearch)),
			keptField(paramStatus, string(m.Query.Status)),
			keptField(shared.ParamGroup, m.Query.group()),
			statusChipView(m.Group, why),
			choice("field", append(at{"name", paramOrder, "aria-label", l.T(text.ListSort)}, off(why)...), d.onSort, options...),
			el("noscript", "", submit("", nil, app.Text(l.T(text.ListSearchButton)))),
		),
	)
}

// statusChipView is a link, unless it is off for a reason.
func statusChipView(c statusChip, why string) app.UI {
	if why != "" {
		return elWith("span", "chip", at{"aria-disabled", "true", "title", why}, app.Text(c.Text), elText("b", "", c.Count))
	}
	current := ""
	if c.Current {
		current = "true"
	}
	return elWith("a", "chip", at{"href", c.Link, "aria-current", current}, app.Text(c.Text), elText("b", "", c.Count))
}

// keptField keeps a part of the query when the form is sent without the program.
func keptField(name, value string) app.UI {
	if value == "" {
		return el("span", "")
	}
	return elWith("span", "", nil, hiddenField(name, value))
}

// chosenView offers what can be done with the selected rows.
func (d *dashboardPage) chosenView(l text.Lang, m historyModel) app.UI {
	if m.Chosen == "" {
		return el("div", "")
	}
	return elWith("div", "tools chosen", at{"role", "status"},
		elText("b", "", m.Chosen),
		button("btn-sm btn-danger", off(d.device.onlyOnline(l)), d.onDeleteChosen, "chosen", app.Text(l.T(text.DeleteButton))),
		button("btn-sm", nil, d.onChooseNone, "none", app.Text(l.T(text.ChooseNone))),
	)
}

func (d *dashboardPage) tableView(l text.Lang, m historyModel) app.UI {
	if len(m.Rows) == 0 {
		return d.emptyView(l, m)
	}
	rows := make([]app.UI, len(m.Rows))
	for i, r := range m.Rows {
		rows[i] = &listRow{M: r, Page: d}
	}
	class := "tbl list"
	if m.Picking {
		class += " picking"
	}
	return el("table", class,
		elText("caption", "vh", m.Title),
		el("thead", "", el("tr", "",
			el("th", "c-box", box(l.T(text.ChooseAll), m.All, d.onChooseAll)),
			column("", m.Columns[0]), column("", m.Columns[1]), column("", m.Columns[2]),
			column("c-trend", m.Columns[3]), column("", m.Columns[4]),
			column("c-pages r", m.Columns[5]), column("r", m.Columns[6]),
			el("th", "c-more", elText("span", "vh", l.T(text.ColumnActions))),
		)),
		el("tbody", "", rows...),
	)
}

func (d *dashboardPage) emptyView(l text.Lang, m historyModel) app.UI {
	switch {
	case m.Busy:
		return el("div", "skeleton", elText("p", "vh", m.Empty), el("div", ""), el("div", ""), el("div", ""))
	case m.Retry:
		return el("div", "empty", elText("p", "", m.Empty),
			button("btn-sm", nil, d.onAskAgain, "retry", app.Text(l.T(text.ListAgain))))
	case m.EmptyHelp != "":
		return el("div", "empty", elText("p", "", m.Empty), elText("p", "sm", m.EmptyHelp),
			elWith("a", "btn btn-sm", at{"href", "/"}, app.Text(l.T(text.ListShowAll))))
	}
	return empty(m.Empty)
}

// footView says which part of the list this is, and leads to the others.
func footView(l text.Lang, m historyModel) app.UI {
	if m.Range == "" {
		return el("div", "")
	}
	way := func(words, link string) app.UI {
		if link == "" {
			return elWith("span", "btn btn-sm", at{"aria-disabled", "true"}, app.Text(words))
		}
		return elWith("a", "btn btn-sm", at{"href", link}, app.Text(words))
	}
	ways := el("span", "")
	if m.Previous != "" || m.Next != "" {
		ways = elWith("nav", "end", at{"aria-label", l.T(text.ListPages)},
			way(l.T(text.ListPrevious), m.Previous), way(l.T(text.ListNext), m.Next))
	}
	return el("div", "foot", elText("span", "num", m.Range), ways)
}

// outcomeView says what came of the last thing that was asked for. A deletion can be taken
// back there.
func (d *dashboardPage) outcomeView(l text.Lang) app.UI {
	said, undo := d.note, el("span", "")
	if n := len(d.deleted.ids); n > 0 {
		said = l.N(text.Deleted, n)
		undo = button("btn-sm", nil, d.onUndo, "undo", app.Text(l.T(text.DeleteUndo)))
	}
	fault := faultView(d.fault)
	if said == "" {
		return fault
	}
	return el("div", "", fault, elWith("div", "app-note", at{"role", "status"}, elText("span", "", said), undo))
}

// menuView is the dialog with the actions of a row.
func (d *dashboardPage) menuView(l text.Lang) app.UI {
	r := d.menu
	why := d.device.onlyOnline(l)
	item := func(do app.EventHandler, class, scope, words, why string) app.UI {
		return button(class, off(why), do, scope, app.Text(words))
	}
	compare := el("span", "")
	if r.Previous != 0 {
		compare = elWith("a", "btn", at{"href", shared.PathDiffPage(r.Previous, r.ID)}, app.Text(l.T(text.ComparePrevious)))
	}
	return elWith("dialog", "dialog menu", at{"id", menuDialogID, "aria-labelledby", "row-menu-title"},
		elWith("h2", "trunc", at{"id", "row-menu-title", "dir", "auto"}, app.Text(r.Site)),
		midView("sm t2", r.Label),
		item(d.onMenuAgain, "", "menu-again", l.T(text.AgainButton), why),
		compare,
		item(d.onMenuCopy, "", "menu-copy", l.T(text.CopyLink), ""),
		item(d.onMenuDelete, "btn-danger", "menu-delete", l.T(text.DeleteButton), why),
		item(d.onMenuClose, "", "menu-close", l.T(text.CloseButton), ""),
		elText("p", "sm t2", why),
	)
}

// listRow is a row of the history. go-app does not draw it again while its model stays
// equal.
type listRow struct {
	app.Compo
	M    rowModel
	Page *dashboardPage
}

func (r *listRow) Render() app.UI {
	pause.Take()
	return r.M.row(r.onChoose, r.onMore, r.onOlder)
}

func (r *listRow) onChoose(app.Context, app.Event) { r.Page.choose(r.M.ID) }

func (r *listRow) onMore(ctx app.Context, _ app.Event) { r.Page.offer(ctx, r.M) }

func (r *listRow) onOlder(app.Context, app.Event) { r.Page.unfold(r.M.Site) }

func (r rowModel) row(choose, more, older app.EventHandler) app.UI {
	site := []app.UI{elWith("a", "trunc", at{"href", r.Link, "dir", "auto"}, app.Text(r.Site))}
	if r.Error != "" {
		site = append(site, elWith("small", "why", at{"dir", "auto"}, app.Text(r.Error)))
	} else {
		site = append(site, el("small", "", midView("", r.Label)))
	}
	if r.Older != "" {
		site = append(site, olderView(r, older))
	}
	score := elText("span", "t3", r.NoScore)
	if r.Score != nil {
		score = miniRing(r.Score)
	}
	class := ""
	if r.Chosen {
		class = "chosen"
	}
	if r.Behind {
		class += " behind"
	}
	return el("tr", class,
		el("td", "c-box", box(r.Choose, r.Chosen, choose)),
		el("td", "c-site", el("div", "site", tile(r.Site, true), el("div", "grow", site...))),
		el("td", "c-status nowrap", badgeView(r.Badge)),
		el("td", "c-score", score, app.Text(" "), scoreChangeView(r.Change)),
		el("td", "c-trend", sparkView(r.Trend)),
		el("td", "c-find", countsView(r.Found, r.NoFound)),
		elText("td", "c-pages r num t2", r.Pages),
		elWith("td", "c-when r num t2 nowrap", at{"title", r.Exact}, app.Text(r.When)),
		el("td", "c-more r", moreView(r, more)),
	)
}

// olderView unfolds older audits, or folds them. On the server's page it only counts them.
func olderView(r rowModel, do app.EventHandler) app.UI {
	if app.IsServer {
		return el("span", "btn btn-ghost btn-sm older", app.Text(r.Older), iconChevron.draw("i-s later"))
	}
	expanded := "true"
	if r.Folded {
		expanded = "false"
	}
	return button("btn-ghost btn-sm older", at{"aria-expanded", expanded}, do, num(r.ID), app.Text(r.Older), iconChevron.draw("i-s"))
}

// moreView is the button for the actions of a row.
func moreView(r rowModel, do app.EventHandler) app.UI {
	return button("btn-ghost btn-sm "+later(), at{"aria-haspopup", "dialog", "aria-label", r.More}, do, num(r.ID), iconMore.draw(""))
}

// later is the class of what does nothing before the program runs. On the page of the server
// it is not to be seen and keeps its room, so that nothing moves when the program draws it.
func later() string {
	if app.IsServer {
		return "later"
	}
	return ""
}

func scoreChangeView(c *changeModel) app.UI {
	if c == nil {
		return el("span", "")
	}
	return elWith("span", "delta "+c.Class, at{"role", "img", "aria-label", c.Label},
		elWith("span", "", at{"aria-hidden", "true"}, app.Text(c.Sign+" "+c.By)))
}

// box is a box to tick. What is not ticked is said, because a box that was ticked by hand
// stays so without the attribute. In HTML any value of the attribute would tick it.
func box(label string, on bool, do app.EventHandler) app.UI {
	checked := "false"
	switch {
	case app.IsServer:
		checked = ""
	case on:
		checked = "true"
	}
	return elWith("label", later(), nil, input(at{"type", "checkbox", "aria-label", label, "checked", checked}, do))
}
