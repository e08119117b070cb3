package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// titleID marks the heading that gets the focus after a navigation, and mainID what the link
// into the content leads to.
const (
	titleID = "title"
	mainID  = "main"
)

func crumbs(label string, steps ...app.UI) app.UI {
	body := make([]app.UI, 0, 2*len(steps))
	for i, s := range steps {
		if i > 0 {
			body = append(body, iconChevron.draw("i-s"))
		}
		body = append(body, s)
	}
	return elWith("nav", "crumb", at{"aria-label", label}, body...)
}

// draw makes the top of a page about an audit, with its buttons.
func (m headModel) draw(do app.EventHandler) app.UI {
	title := []app.UI{elWith("h1", "", at{"id", titleID, "tabindex", "-1", "dir", "auto"}, app.Text(m.Site))}
	if m.Known {
		title = append(title, badgeView(m.Badge))
	}
	meta := make([]app.UI, 0, len(m.Meta)+1)
	if m.URL != "" {
		meta = append(meta, outside(m.URL, midView("", m.URL)))
	}
	for _, fact := range m.Meta {
		meta = append(meta, elText("span", "", fact))
	}
	// Each button has a place of its own, also while it is not there, so that no other
	// one moves into it: the audit's end would shift them all.
	act, link := slot(), slot()
	if m.Act != actNothing {
		class, sign, waits := "btn-danger", iconStop, ""
		if m.Act == actAgain {
			class, sign = "", iconAgain
		}
		if m.Waits {
			waits = "true"
		}
		does := num(int(m.Act))
		act = button(class, at{"disabled", waits, "title", m.Why, "value", does}, do, does, sign.draw(""), elText("span", "", m.Button))
	}
	if m.Link != "" {
		class := "btn"
		if m.LinkMain {
			class = "btn btn-primary"
		}
		link = elWith("a", class, at{"href", m.Link}, m.LinkIcon.draw(""), elText("span", "", m.LinkText))
	}
	buttons := []app.UI{act, link}
	for _, t := range m.Tools {
		buttons = append(buttons, t.draw(do))
	}
	return el("div", "head",
		tile(m.Site, false),
		el("div", "head-t", el("div", "row", title...), el("p", "meta", meta...)),
		el("div", "head-a", buttons...),
	)
}

// draw makes the button, whose word gives way to the icon where the page is narrow.
func (t tool) draw(do app.EventHandler) app.UI {
	if t.Act == actNothing {
		return slot()
	}
	sign := t.Icon
	if t.Done {
		sign = iconCheck
	}
	does := num(int(t.Act))
	return button("btn-bare", at{"value", does, "title", t.Help}, do, does, sign.draw(""), elText("span", "", t.Text))
}

// slot is the unseen place of something that is not there.
func slot() app.UI { return el("span", "slot") }

// outside is a link to the audited site. It does not tell the site from which page
// it was followed.
func outside(address string, words app.UI) app.UI {
	link := address
	if href(address) == "" {
		link = ""
	}
	return elWith("a", "target", at{
		"href", link, "target", "_blank", "rel", "noopener noreferrer nofollow", "title", address,
	}, words)
}

func (m heroModel) draw(app.EventHandler) app.UI {
	class, number := "pct", []app.UI{app.Text("–")}
	switch {
	case m.Score != nil:
		// Not a small: browsers would take it for the percent sign, moved.
		class, number = "pct score "+m.Score.Class, []app.UI{app.Text(num(m.Score.Value)), elText("span", "", m.Score.Under)}
	case m.Known:
		number = []app.UI{app.Text(num(m.Percent)), elText("small", "", "%")}
	}
	counts := make([]app.UI, len(m.Counts))
	for i, c := range m.Counts {
		counts[i] = elText("span", "", c)
	}
	stats := make([]app.UI, len(m.Stats))
	for i, s := range m.Stats {
		if s.Name == "" {
			stats[i] = el("div", "slot")
			continue
		}
		stats[i] = el("div", "stat", elText("dt", "", s.Name), elWith("dd", "", s.Growing.attributes(), s.Growing.draw(s.Value)))
	}
	now := []app.UI{
		elWith("div", "what", at{"dir", "auto"}, app.Text(m.What)),
		el("div", "sub num", counts...),
	}
	staged := len(m.Steps)+len(m.Worst) > 0
	short := m.Tone == toneBad && len(m.Counts) == 0 // nothing came, so no room is kept for it
	if m.Note != "" || staged && !short {
		now = append(now, midView("note", m.Note))
	}
	body := []app.UI{
		el("div", class, number...),
		el("div", "now", now...),
		el("dl", "stats", stats...),
		barView(m),
	}
	if len(m.Steps) > 0 {
		body = append(body, stepsView(m.Steps, m.Active))
	}
	if len(m.Worst) > 0 {
		body = append(body, el("ul", "finds worst", topViews(m.Worst)...))
	}
	hero := "hero-b"
	if short {
		hero += " short"
	} else if staged {
		hero += " staged"
	}
	if m.Score != nil {
		hero += " scene"
	}
	if m.Arrives {
		hero += " arrives"
	}
	return el("div", hero, body...)
}

// barView draws the percentage as a bar.
func barView(m heroModel) app.UI {
	class, filled := "bar "+string(m.Tone), "f-accent"
	if m.Wait {
		class += " wait"
	}
	if m.Active {
		filled += " act"
	}
	now, words := "", ""
	if m.Known {
		now, words = num(m.Percent), m.ValueText
	}
	body := []app.UI{fill(m.Percent*100, filled)}
	if len(m.Steps) > 0 {
		body = append(body,
			el("span", "tick tick-1"), el("span", "tick tick-2"), el("span", "tick tick-3"), el("span", "tick tick-4"))
	}
	return elWith("div", class, progressbar(m.Name, now, words), body...)
}

// progressbar lists the attributes of a progress bar; now and words are empty while
// the percentage is unknown.
func progressbar(name, now, words string) at {
	return at{
		"role", "progressbar", "aria-label", name, "aria-valuemin", "0", "aria-valuemax", "100",
		"aria-valuenow", now, "aria-valuetext", words,
	}
}

// stepsView draws the stages; active says that the current one is seen to go on.
func stepsView(steps []step, active bool) app.UI {
	items := make([]app.UI, len(steps))
	for i, s := range steps {
		sign, spin := iconCircle, ""
		switch s.State {
		case stepDone:
			sign = iconCheck
		case stepCur:
			sign = iconClock
			if active {
				sign, spin = iconSpinner, "spin"
			}
		case stepHalt:
			sign = iconStop
		}
		current := ""
		if s.State == stepCur {
			current = "step"
		}
		class := string(s.State)
		if s.Shown {
			class += " shown"
		}
		items[i] = elWith("li", class, at{"aria-current", current}, sign.draw(spin), el("span", "",
			elText("b", "", s.Name),
			elText("small", "m-only", s.Place),
			elWith("small", "", s.Growing.attributes(), s.Growing.draw(s.Took)),
		))
	}
	return el("ol", "steps", items...)
}

func (m pagesModel) draw(do app.EventHandler) app.UI {
	buttons := make([]app.UI, 0, 2)
	if m.Button != "" {
		buttons = append(buttons, does(actFollow, m.Button, nil, do))
	}
	if m.Log != "" {
		buttons = append(buttons, does(actLog, m.Log, at{"aria-pressed", "false"}, do))
	}
	body := make([]app.UI, 1, 2)
	switch {
	case m.Every != nil:
		body[0] = m.Every.draw(m)
	case len(m.Rows) == 0:
		body[0] = empty(m.Empty)
	default:
		body[0] = tableView(m)
		if m.All != "" {
			body = append(body, el("div", "foot", elText("span", "", m.Latest), el("span", "end", does(actEvery, m.All, off(m.Why), do))))
		}
	}
	return courseView(m.Heading, m.Total, m.Room, buttons, body)
}

// courseView is the card of what an audit does, with room for what is still to come.
func courseView(heading, total, room string, buttons, body []app.UI) app.UI {
	head := append([]app.UI{elText("h2", "", heading), elText("span", "xs t3", total)}, buttons...)
	return elWith("section", "card"+room, at{"aria-label", heading}, append([]app.UI{el("div", "card-h", head...)}, body...)...)
}

// does is a small button of a part that offers several: it has the number of its action.
func does(a action, word string, attributes at, do app.EventHandler) app.UI {
	number := num(int(a))
	return button("btn-sm", append(attributes, "value", number), do, number, app.Text(word))
}

func tableView(m pagesModel) app.UI { return tableOf(nil, m, rowsView(m.Rows, m.None, 0)) }

// rowsView is a part of the rows of a table of pages; none stands where nothing was found.
// Where first, the number of the first of them, is not 0 they tell theirs: the table may lack
// those before them.
func rowsView(pages []pageRow, none string, first int) app.UI {
	rows := make([]app.UI, len(pages))
	for i, r := range pages {
		page := midView("mono", r.Path)
		if r.Link != "" {
			page = elWith("a", "target", at{"href", r.Link}, page)
		}
		number := ""
		if first > 0 {
			number = num(first + i)
		}
		rows[i] = elWith("tr", r.Fresh, at{"aria-rowindex", number},
			el("td", "", elText("span", r.Class, r.Code)),
			elWith("td", "path", at{"title", r.URL}, page),
			elText("td", "r num nowrap t2 hide-sm", r.Time),
			el("td", "r nowrap", countsView(r.Found, none)),
		)
	}
	return el("tbody", "", rows...)
}

// tableOf is a table of pages with its rows in one or more parts.
func tableOf(attributes at, m pagesModel, parts ...app.UI) app.UI {
	head := []app.UI{
		elText("caption", "vh", m.Heading),
		el("thead", "", el("tr", "",
			column("", m.Code), column("", m.Page), column("r hide-sm", m.Time), column("r", m.Findings),
		)),
	}
	return elWith("table", "tbl", attributes, append(head, parts...)...)
}

func (m scoreModel) draw(app.EventHandler) app.UI {
	if m.Ring == nil {
		return card(m.Heading, "", empty(m.Empty))
	}
	return card(m.Heading, m.From, el("div", "card-b center", ringView(m.Ring, "")))
}

func (m findingsModel) draw(do app.EventHandler) app.UI {
	sums := make([]app.UI, len(m.Sums))
	for i, c := range m.Sums {
		sums[i] = el("div", "",
			elText("b", "", c.Number),
			el("span", severityClass(c.Severity), severityShape(c.Severity), app.Text(c.Word)),
		)
	}
	var list app.UI
	if m.Empty != "" {
		list = empty(m.Empty)
	}
	if len(m.Top) > 0 {
		list = foldViews(m.Top, m.Sheet, do)
	}
	if len(sums) == 0 {
		return card(m.Heading, "", list)
	}
	return card(m.Heading, "", el("div", "sum3", sums...), list)
}

// topViews draws findings as the items of a list.
func topViews(top []topRow) []app.UI {
	rows := make([]app.UI, len(top))
	for i, t := range top {
		said := []app.UI{app.Text(t.Title), elText("small", "", t.Where)}
		if t.URL != "" {
			said = append(said, el("small", "", outside(t.URL, midView("mono", t.Path))))
		}
		rows[i] = el("li", "", severityMark(t.Severity, t.Word), el("span", "grow", said...))
	}
	return rows
}

func (m responsesModel) draw(app.EventHandler) app.UI {
	if len(m.Parts) == 0 {
		return card(m.Heading, "", empty(m.Empty))
	}
	bars, legend := make([]app.UI, len(m.Parts)), make([]app.UI, len(m.Parts))
	for i, p := range m.Parts {
		bars[i] = fill(p.Share, p.Class)
		legend[i] = el("span", "", el("i", p.Class), app.Text(p.Text))
	}
	return card(m.Heading, "", el("div", "card-b",
		elWith("div", "dist", at{"role", "img", "aria-label", m.Label}, bars...),
		elWith("div", "legend", at{"aria-hidden", "true"}, legend...),
	))
}
