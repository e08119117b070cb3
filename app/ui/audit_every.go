package ui

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// everyPage is the list of all pages of an audit, in the order in which they were fetched, as
// far as its reader has come. There may be ten thousand: those near the window are drawn, and
// room stands for the others.
type everyPage struct {
	open    bool
	listing listing[shared.Page]
	rows    pageRows
	window  span // of the parts of rows that are drawn
	part    int  // the height of a part in pixels; 0 until one was drawn
	// askedAt is when pages were asked for last, and fetched how many there were then.
	askedAt time.Time
	fetched int
	stop    func() // of hearing the browser
}

// span are the parts from the first up to, but without, the last.
type span struct{ first, last int }

const (
	// everyTable is the id of the table.
	everyTable = "every-page"
	// tailEvery is the time between two questions for the pages that were fetched meanwhile, or
	// that did not come.
	tailEvery = 3 * time.Second
)

// near is which parts of a list are to be drawn, that begins so many pixels below the top of a
// window of a height: those to be seen, one above them and two below.
func near(top, height, part, parts int) span {
	if part == 0 {
		return span{0, min(3, parts)}
	}
	last := min(max(height-top, 0)/part+3, parts)
	return span{max(min(-top/part, last)-1, 0), last}
}

// look finds out what is near the window, and reports whether that is something else.
func (e *everyPage) look() (changed bool) {
	top := 0
	if table := app.Window().GetElementByID(everyTable); table.Truthy() {
		top = table.Call("getBoundingClientRect").Get("top").Int()
		if drawn := e.drawn(); len(drawn) > 0 && len(drawn[0]) == rowsAtOnce {
			e.part = table.Get("tBodies").Index(1).Get("offsetHeight").Int()
		}
	}
	was := e.window
	e.window = near(top, app.Window().Get("innerHeight").Int(), e.part, len(e.rows.parts))
	return e.window != was
}

func (e *everyPage) drawn() [][]pageRow {
	last := min(e.window.last, len(e.rows.parts))
	return e.rows.parts[min(e.window.first, last):last]
}

// wants reports whether the reader is near the end of what is there, and there is more to ask
// for now that so many pages are fetched.
func (e *everyPage) wants(now time.Time, fetched int) bool {
	switch s := &e.listing; {
	case !e.open || s.busy || s.code != "" && now.Sub(e.askedAt) < tailEvery:
		return false
	case !s.begun:
		return true
	case e.window.last < len(e.rows.parts):
		return false
	case s.cursor != nil:
		return true
	default:
		return fetched != e.fetched && now.Sub(e.askedAt) >= tailEvery
	}
}

// openEvery shows all pages in the place of the newest.
func (p *auditPage) openEvery() {
	p.closeEvery()
	p.every.open = true
	p.every.stop = hear("scroll", func(windowEvent) {
		if p.every.look() {
			p.dispatch(p.askEvery)
		}
	})
	p.dispatch(func(ctx app.Context) {
		p.askEvery(ctx)
		ctx.Defer(focusCourse)
	})
}

// focusCourse puts the focus on the first button of what the audit does: the one that was
// pressed has gone.
func focusCourse(app.Context) {
	if b := app.Window().Get("document").Call("querySelector", ".cols .card-h .btn"); b.Truthy() {
		b.Call("focus")
	}
}

func (p *auditPage) closeEvery() {
	if p.every.stop != nil {
		p.every.stop()
	}
	p.every = everyPage{}
}

// askEvery asks for the pages that the reader comes to.
func (p *auditPage) askEvery(ctx app.Context) {
	if state := p.view.Progress; state != nil && p.every.wants(p.now, state.Responses.Total()) {
		p.fetchEvery(ctx)
	}
}

func (p *auditPage) fetchEvery(ctx app.Context) {
	e := &p.every
	e.askedAt, e.fetched = p.now, p.view.Progress.Responses.Total()
	path := shared.PathPages(p.id, shared.PageQuery{Limit: shared.ListLimitMax})
	e.listing.ask(ctx, path, true, func(body []byte) ([]shared.Page, *string, error) {
		ctx.Defer(p.askEvery) // once their height is known
		return readPages(body)
	})
}

// everyModel is what of all pages is drawn.
type everyModel struct {
	Wait  bool // nothing is known yet
	Parts [][]pageRow
	First int // how many rows stand before the first that is drawn
	Rows  int // how many there are
	// Above and Below are the room for those that are not drawn, in pixels.
	Above, Below int
}

// everyPage is the list of all pages.
func (p *auditPage) everyPage(loc locale) pagesModel {
	l, e, state := loc.Lang, &p.every, p.view.Progress
	site := shared.SiteName(state.URL)
	e.rows.take(l, &e.listing, func(page *shared.Page) pageRow {
		if state.HasReport() {
			return loc.reportRow(page, p.id, site)
		}
		return loc.pageRow(site, page.Line())
	})
	e.look()
	m := loc.pages(state)
	m.Heading, m.Button, m.Room, m.Rows = l.T(text.PagesEvery), l.T(text.PagesNewest), "", nil
	m.Every = &everyModel{
		Wait: !e.listing.begun, Parts: e.drawn(), First: e.window.first * rowsAtOnce, Rows: len(e.listing.rows),
		Above: e.window.first * e.part, Below: (len(e.rows.parts) - e.window.last) * e.part,
	}
	return m
}

func (m *everyModel) draw(table pagesModel) app.UI {
	if m.Wait {
		return skeleton()
	}
	rows, next := []app.UI{room(m.Above)}, m.First+2 // the first row is the head
	for _, part := range m.Parts {
		rows = append(rows, &rowsBox{Rows: part, None: table.None, First: next})
		next += len(part)
	}
	counted := at{"id", everyTable, "aria-rowcount", num(m.Rows + 1)}
	return tableOf(counted, table, append(rows, room(m.Below))...)
}

// room is the place of rows that are not drawn. It is SVG, where a height is an attribute: see
// [fill].
func room(pixels int) app.UI {
	return el("tbody", "gap", el("tr", "", el("td", "", svg("svg", "", at{"width", "1", "height", num(pixels)}))))
}
