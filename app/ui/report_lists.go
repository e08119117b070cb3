package ui

import (
	"encoding/json"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/pause"
	"atalaya/shared"
	"atalaya/shared/text"
)

// moreModel is what stands below a list that comes in parts.
type moreModel struct {
	Button string // asks for more; empty when there is no more
	Busy   bool
	Fault  string // why the last request failed
	Why    string // why more cannot be asked for; empty when it can
}

// more is what there is to ask for below a list.
func more(s *parts, l text.Lang) moreModel {
	m := moreModel{Busy: s.busy}
	switch {
	case s.code != "":
		m.Button, m.Fault = l.T(text.ReportRetry), text.Problem(l, s.code)
	case s.begun && s.cursor != nil:
		m.Button = l.T(text.ReportMore)
	}
	return m
}

// off has the list offer no more for a reason, if there is one. To try again is offered all
// the same.
func (m *moreModel) off(why string) {
	if m.Fault == "" {
		m.Why = why
	}
}

func (m moreModel) draw(do app.EventHandler, scope string) app.UI {
	if m.Button == "" {
		return el("div", "")
	}
	waits := ""
	if m.Busy || m.Why != "" {
		waits = "true"
	}
	return el("div", "row more no-print",
		button("", at{"disabled", waits, "title", m.Why}, do, scope, app.Text(m.Button)),
		elWith("span", "sm t2", at{"role", "status"}, app.Text(m.Fault)))
}

// listState is what stands for the rows of a list: them, nothing yet, or why there are none.
type listState struct {
	Wait bool
	// None says that there are none; Every, the button that takes filters away, is empty
	// where there are no filters.
	None, Every string
	More        moreModel
}

func stateOf(s *parts, rows int, l text.Lang, filtered bool) listState {
	m := listState{More: more(s, l), Wait: s.waits() && rows == 0}
	switch {
	case !s.begun || rows > 0:
	case filtered:
		m.None, m.Every = l.T(text.ReportNoMatch), l.T(text.ReportShowEvery)
	default:
		m.None = l.T(text.PagesNone)
	}
	return m
}

// draw puts rows into the list.
func (m listState) draw(rows app.UI, onMore, onEvery app.EventHandler, scope string) app.UI {
	switch {
	case m.Wait:
		return skeleton()
	case m.Every != "":
		return noMatchView(m.None, m.Every, onEvery)
	case m.None != "":
		return empty(m.None)
	}
	return el("div", "", rows, m.More.draw(onMore, scope))
}

// skeleton stands for what is on its way.
func skeleton() app.UI {
	return elWith("div", "skeleton", at{"aria-busy", "true"}, el("div", ""), el("div", ""), el("div", ""))
}

// pageListModel is a part of an audit's pages.
type pageListModel struct {
	State listState
	Table pagesModel // without rows
	// Parts are the rows that are drawn.
	Parts [][]pageRow
}

// pageRows keeps the rows of a list of pages in words, which may be ten thousand and stay the
// same. They are cut into parts: each is a component that go-app leaves alone as long as it
// is the same slice, and they are drawn one after the other.
type pageRows struct {
	list  int // of whose rows they are
	lang  text.Lang
	parts [][]pageRow
	taken int // how many rows are in parts
	after int // how many parts are drawn after the first
}

// rowsAtOnce is how many rows a part has: about what a screen holds.
const rowsAtOnce = 25

// take brings the parts up to date; row is a page in words.
func (k *pageRows) take(l text.Lang, s *listing[shared.Page], row func(*shared.Page) pageRow) {
	if k.list != s.lists || k.lang != l {
		*k = pageRows{list: s.lists, lang: l}
	}
	if last := len(k.parts) - 1; last >= 0 && len(k.parts[last]) < rowsAtOnce && k.taken < len(s.rows) {
		k.parts, k.taken = k.parts[:last], last*rowsAtOnce
	}
	for k.taken < len(s.rows) {
		part := s.rows[k.taken:min(k.taken+rowsAtOnce, len(s.rows))]
		rows := make([]pageRow, len(part))
		for i := range part {
			rows[i] = row(&part[i])
		}
		k.parts, k.taken = append(k.parts, rows), k.taken+len(part)
	}
}

func (loc locale) pageList(s *listing[shared.Page], k *pageRows, audit int64, site string, filtered bool) pageListModel {
	l := loc.Lang
	k.take(l, s, func(p *shared.Page) pageRow { return loc.reportRow(p, audit, site) })
	m := pageListModel{
		State: stateOf(&s.parts, len(s.rows), l, filtered), Table: loc.pageTable(),
		Parts: k.parts[:min(1+k.after, len(k.parts))],
	}
	m.Table.Heading = l.T(text.ReportByPage)
	return m
}

// reportRow is a page in a report: its row leads to its sheet.
func (loc locale) reportRow(p *shared.Page, audit int64, site string) pageRow {
	r := loc.pageRow(site, p.Line())
	r.Link = shared.ReportPlace{Page: p.URL}.Of(audit)
	return r
}

func (m pageListModel) draw(onMore, onEvery app.EventHandler) app.UI {
	parts := make([]app.UI, len(m.Parts))
	for i, rows := range m.Parts {
		parts[i] = &rowsBox{Rows: rows, None: m.Table.None}
	}
	return m.State.draw(tableOf(nil, m.Table, parts...), onMore, onEvery, "pages")
}

// rowsBox is a part of a table's rows.
type rowsBox struct {
	app.Compo
	Rows []pageRow
	None string
	// First is the number of the first of them in a table that may lack those before it.
	First int
}

func (b *rowsBox) Render() app.UI {
	pause.Take()
	return rowsView(b.Rows, b.None, b.First)
}

// leftListModel is a part of the addresses that an audit left out.
type leftListModel struct {
	State listState
	Rows  []leftRow
}

type leftRow struct{ URL, Path, Why, From, FromLink string }

func (loc locale) leftList(s *listing[shared.UnvisitedURL], audit int64, site string, filtered bool) leftListModel {
	l := loc.Lang
	m := leftListModel{State: stateOf(&s.parts, len(s.rows), l, filtered)}
	for _, u := range s.rows {
		r := leftRow{URL: u.URL, Path: pagePath(site, u.URL), Why: text.Unvisited(l, u.Reason)}
		if u.Referrer != "" {
			r.From = l.T(text.ReportEvidence, l.T(text.SheetReferrer), pagePath(site, u.Referrer))
			r.FromLink = shared.ReportPlace{Page: u.Referrer}.Of(audit)
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func (m leftListModel) draw(onMore, onEvery app.EventHandler) app.UI {
	rows := make([]app.UI, len(m.Rows))
	for i, r := range m.Rows {
		facts := []app.UI{elText("span", "t2", r.Why)}
		if r.From != "" {
			facts = append(facts, elWith("a", "target", at{"href", r.FromLink, "dir", "auto"}, app.Text(r.From)))
		}
		rows[i] = el("li", "", outside(r.URL, midView("mono", r.Path)), el("div", "facts", facts...))
	}
	return m.State.draw(el("ul", "samples flat", rows...), onMore, onEvery, "left")
}

func readPages(body []byte) ([]shared.Page, *string, error) {
	var list shared.PageList
	err := json.Unmarshal(body, &list)
	return list.Pages, list.NextCursor, err
}

func readFindings(body []byte) ([]shared.Finding, *string, error) {
	var list shared.FindingList
	err := json.Unmarshal(body, &list)
	return list.Findings, list.NextCursor, err
}

func readUnvisited(body []byte) ([]shared.UnvisitedURL, *string, error) {
	var list shared.UnvisitedList
	err := json.Unmarshal(body, &list)
	return list.Unvisited, list.NextCursor, err
}
