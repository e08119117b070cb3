package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/pause"
	"atalaya/shared"
	"atalaya/shared/text"
)

// reportBox draws a report. It is a component so that the page's clock leaves it alone, and
// so is each of its checks, so that a filter repaints only those that come and go.
type reportBox struct {
	app.Compo
	M     reportModel
	Pages pageListModel
	Left  leftListModel
	Page  *reportPage
}

func (b *reportBox) Render() app.UI {
	pause.Take()
	return reportView(b.M, b.Pages, b.Left, b.Page)
}

func reportView(m reportModel, pages pageListModel, left leftListModel, p *reportPage) app.UI {
	var parts []app.UI
	if m.Partial != "" {
		parts = append(parts, el("div", "conn warn solo",
			iconTriangle.draw(""),
			el("span", "msg", elText("strong", "", m.Partial), app.Text(" "), elText("span", "", m.PartialText)),
			upToView(m.UpTo, m.Off, p.onUpTo),
		))
	}
	return el("div", "stack", append(parts,
		firstView(m), filesView(m.Lang, m.Audit, m.Off), partsView(m, pages, left, p))...)
}

func upToView(words, why string, do app.EventHandler) app.UI {
	if words == "" {
		return nil
	}
	return el("span", "end no-print", button("btn-sm", off(why), do, "up-to", app.Text(words)))
}

// firstView is the verdict, beside the trend if there is one.
func firstView(m reportModel) app.UI {
	if !m.Trend.drawn() {
		return verdictView(m.Verdict)
	}
	return el("div", "first", verdictView(m.Verdict),
		card(m.Lang.T(text.TrendHeading), "", el("div", "card-b", chartView(m.Trend))))
}

// partsView is the card with the tabs. All parts but the lists that are asked for are in the
// page, because they are printed together.
func partsView(m reportModel, pages pageListModel, left leftListModel, p *reportPage) app.UI {
	return elWith("section", "card findings", at{"aria-label", m.Views},
		tabsView(m), filterView(m.Filter, p),
		panel(m, shared.PartChecks, m.Findings, checksView(m, p)),
		panel(m, shared.PartPages, "", pages.draw(p.onMorePages, p.onEvery)),
		panel(m, shared.PartPassed, m.Passed, passedView(m)),
		panel(m, shared.PartNotApplicable, m.NotApply, pairsView(m.NotRows)),
		panel(m, shared.PartUnvisited, m.Unvisited, unvisitedView(m), left.draw(p.onMoreLeft, p.onEvery)),
	)
}

// panel is a part of the report. Those that are not shown are left to paper, each under its
// heading; a part without a heading is not for paper.
func panel(m reportModel, part shared.ReportPart, heading string, body ...app.UI) app.UI {
	class := "panel"
	if part != m.Place.Part {
		class = "panel off"
		if part != shared.PartChecks && !m.Others {
			return el("div", class)
		}
	}
	if heading == "" {
		return el("div", class+" no-print", body...)
	}
	return el("div", class, append([]app.UI{elText("h2", "paper", heading)}, body...)...)
}

func tabsView(m reportModel) app.UI {
	tabs := make([]app.UI, len(m.Tabs))
	for i, t := range m.Tabs {
		here := ""
		if t.Here {
			here = "page"
		}
		tabs[i] = elWith("a", "", at{"href", t.Link, "aria-current", here}, app.Text(t.Name), elText("span", "count", t.Count))
	}
	return elWith("nav", "tabs no-print", at{"aria-label", m.Views}, tabs...)
}

// filterFieldID is the field for a text.
const filterFieldID = "filter"

func filterView(m filterModel, p *reportPage) app.UI {
	if m.Search == "" {
		return el("div", "")
	}
	chips := make([]app.UI, len(m.Chips))
	for i, c := range m.Chips {
		chips[i] = chipView(c, m.Off, p.onSeverity(shared.Severity(c.Value)))
	}
	orders := make([]app.UI, len(m.Orders))
	for i, c := range m.Orders {
		orders[i] = chipView(c, m.Off, p.onOrder(c.Value))
	}
	options := make([]app.UI, len(m.Choice.Options))
	for i, o := range m.Choice.Options {
		chosen := ""
		if o.Chosen {
			chosen = "true"
		}
		options[i] = elWith("option", "", at{"value", o.Value, "selected", chosen}, app.Text(o.Name))
	}
	return elWith("div", "filters no-print", at{"role", "search", "aria-label", m.Name},
		el("div", "chips", chips...),
		el("span", "field", selectBox(append(at{"aria-label", m.Choice.Name}, off(m.Off)...), p.onChoice, options...)),
		elWith("div", "chips", at{"role", "group", "aria-label", m.Order}, orders...),
		el("span", "field grow", iconSearch.draw(""), input(append(at{
			"id", filterFieldID, "type", "search", "aria-label", m.Search, "placeholder", m.Search, "value", m.Text,
			"autocomplete", "off", "spellcheck", "false",
		}, off(m.Off)...), p.onText)),
	)
}

func chipView(c chipModel, why string, do app.EventHandler) app.UI {
	pressed := "false"
	if c.Pressed {
		pressed = "true"
	}
	body := []app.UI{app.Text(c.Name), elText("span", "num t3", c.Count)}
	if c.Severity != "" {
		body = append([]app.UI{el("span", severityClass(c.Severity), severityShape(c.Severity))}, body...)
	}
	return button("chip", append(at{"aria-pressed", pressed}, off(why)...), do, c.Value, body...)
}

func pairsView(rows []pairModel) app.UI {
	items := make([]app.UI, len(rows))
	for i, r := range rows {
		items[i] = el("li", "", elText("span", "grow", r.Name), elText("span", "t2", r.Value))
	}
	return el("ul", "pairs", items...)
}

func checksView(m reportModel, p *reportPage) app.UI {
	if len(m.Checks) == 0 {
		return empty(m.NoFindings)
	}
	checks := make([]app.UI, m.Drawn, m.Drawn+1)
	for i, c := range m.Checks[:m.Drawn] {
		checks[i] = &checkBox{M: c, Lang: m.Lang, Audit: m.Audit, Site: m.Site, Why: m.Why, Fix: m.Fix, Where: m.Where,
			Ticket: m.Ticket, Off: m.Far, Page: p}
	}
	if m.NoMatch != "" {
		checks = append(checks, noMatchView(m.NoMatch, m.Every, p.onEvery))
	}
	return el("div", "checks", checks...)
}

// noMatchView stands in place of a list from which the filters left nothing.
func noMatchView(sentence, every string, do app.EventHandler) app.UI {
	return el("div", "empty row", elText("span", "", sentence), button("btn-sm", nil, do, "every", app.Text(every)))
}

// checkBox is one failed check: its title, and what there is to say when it is unfolded.
type checkBox struct {
	app.Compo
	M     checkModel
	Lang  text.Lang
	Audit int64
	Site  string
	// Why, Fix and Where are headings, Ticket is a button's text.
	Why, Fix, Where, Ticket string
	// Off is why more places cannot be asked for; empty when they can.
	Off  string
	Page *reportPage
}

func (b *checkBox) Render() app.UI {
	pause.Take()
	c := b.M
	open, out := "", ""
	if c.Open {
		open = "true"
	}
	if c.Out {
		out = "true"
	}
	return elWith("details", "chk", at{"id", "check-" + c.ID, "open", open, "hidden", out},
		pressed("summary", "", nil, b.onSummary, c.ID,
			severityMark(c.Severity, c.Word),
			el("span", "", elText("b", "", c.Title), elText("small", "", c.Category)),
			elText("span", "sm t2 nowrap num hide-sm", c.Lost),
			elText("span", "sm t2 num extent", c.Extent),
			iconChevron.draw("i-s arr"),
		),
		el("div", "chk-b", b.body()...),
	)
}

// body is what is seen of a check that is unfolded.
func (b *checkBox) body() (body []app.UI) {
	c := b.M
	if !c.Body {
		return nil
	}
	if c.Why != "" {
		body = append(body, elText("h3", "", b.Why), elText("p", "", c.Why))
	}
	if c.Fix != "" {
		body = append(body, elText("h3", "", b.Fix), elText("p", "", c.Fix))
	}
	if len(c.Samples) > 0 {
		body = append(body, elText("h3", "", b.Where), &findingsBox{
			Lang: b.Lang, Audit: b.Audit, Check: c.ID, Site: b.Site, Samples: c.Samples, All: c.All, Off: b.Off, Page: b.Page,
		})
	}
	return append(body, &copyButton{Lang: b.Lang, Words: b.Ticket, Check: c.ID, Page: b.Page})
}

// onSummary unfolds the check in the address, from which the element follows: what browsers
// do by themselves, go-app would take to another check when the order changes.
func (b *checkBox) onSummary(ctx app.Context, e app.Event) {
	e.PreventDefault()
	id := b.M.ID
	b.Page.move(ctx, func(p shared.ReportPlace) shared.ReportPlace { return p.Toggled(id) })
}

// sampleView draws a place; pages are those of its group, nil for none.
func sampleView(s sampleModel, sheet string, pages app.UI) app.UI {
	place := elText("span", "mono", s.Path)
	if s.URL != "" {
		place = outside(s.URL, midView("mono", s.Path))
	}
	facts := make([]app.UI, len(s.Facts))
	for i, f := range s.Facts {
		facts[i] = elWith("span", "t2", at{"dir", "auto"}, app.Text(f))
	}
	body := []app.UI{place}
	if s.Sheet != "" {
		body = append(body, elWith("a", "sheet-link no-print", at{"href", s.Sheet, "title", sheet},
			iconReport.draw("i-s"), hidden(sheet)))
	}
	if s.Others != "" {
		body = append(body, elText("span", "sm t2", " "+s.Others))
	}
	return el("li", "", append(body, el("div", "facts", facts...), pages)...)
}

func passedView(m reportModel) app.UI {
	rows := make([]app.UI, len(m.PassRows))
	for i, r := range m.PassRows {
		rows[i] = el("li", "", iconCheck.draw("i-s good"), elText("span", "grow", r))
	}
	return el("ul", "pairs", rows...)
}

func unvisitedView(m reportModel) app.UI {
	return el("div", "paper-only", elText("p", "sm t2", m.UnvisitedHelp), pairsView(m.UnvisitedRows))
}

func foldView(title string, n int, body ...app.UI) app.UI {
	return el("details", "chk",
		el("summary", "",
			el("span", "", elText("b", "", title)),
			elText("span", "count", num(n)),
			iconChevron.draw("i-s arr"),
		),
		el("div", "chk-b", body...),
	)
}

// reportState says why there is no report to show.
type reportState uint8

const (
	reportLoading reportState = iota
	reportShown
	reportNotReady
	reportGone
	reportFailed
)

// waitingView stands where the report will be.
func waitingView(title, help string, buttons ...app.UI) app.UI {
	return el("section", "card blank",
		elText("h2", "", title), elText("p", "", help), el("div", "row", buttons...),
	)
}

// readable reports whether a report is complete: it is written when the audit ends.
func readable(r *shared.Report) bool { return r != nil && r.Audit.Status.Terminal() }
