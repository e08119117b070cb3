package ui

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// address is where the browser is.
func (p *reportPage) address() string { return p.place.Of(p.id) }

// turn goes to another place in the report that is shown. Between its parts the page stays
// where it is; to a page's sheet and back it goes as between pages.
func (p *reportPage) turn(ctx app.Context, place shared.ReportPlace) {
	p.device.scrolls.keep(p.address())
	away := place.Page != p.place.Page
	p.place = place
	p.load(ctx)
	setFilterField(place.Text)
	if away {
		p.navigate(ctx, func() {})
	}
	p.device.scrolls.restore(ctx, p.address())
}

// move goes to another place in the same step of the browser's history, as a filter does.
func (p *reportPage) move(ctx app.Context, to func(shared.ReportPlace) shared.ReportPlace) {
	p.guard(func() {
		p.place = to(p.place)
		path, query := shared.PathReportPage(p.id), p.place.Query()
		ctx.Page().ReplaceURL(&url.URL{Path: path, RawQuery: query})
		p.load(ctx)
	})
}

// load asks for what the place shows and the report does not carry.
func (p *reportPage) load(ctx app.Context) {
	if p.state != reportShown || app.IsServer {
		return
	}
	p.unroll()
	switch {
	case p.place.Page != "":
		p.loadSheet(ctx)
	case p.place.Part == shared.PartPages:
		p.askPages(ctx, false)
	case p.place.Part == shared.PartUnvisited:
		p.left.ask(ctx, shared.PathUnvisited(p.id, p.place.Unvisited("", reportSlice)), false, readUnvisited)
	}
}

// askPages asks for the pages of the place, or with more set for those that follow.
func (p *reportPage) askPages(ctx app.Context, more bool) {
	p.pages.ask(ctx, shared.PathPages(p.id, p.place.Pages("", reportSlice)), more, func(body []byte) ([]shared.Page, *string, error) {
		p.afterDrawing(func(app.Context) { p.unroll() }) // for all but the first of them
		return readPages(body)
	})
}

func (p *reportPage) loadSheet(ctx app.Context) {
	if p.sheet.url == p.place.Page && p.sheet.code == "" {
		return // there, or on its way
	}
	id, address := p.id, p.place.Page
	p.sheet = sheet{url: address}
	p.in.forget()
	p.out.forget()
	p.askLinksIn(ctx, false)
	p.askLinksOut(ctx, false)
	ctx.Async(func() {
		s, err := fetchSheet(id, address)
		ctx.Dispatch(func(app.Context) {
			if p.id != id || p.sheet.url != address {
				return
			}
			if err != nil {
				s.code = failureCode(err)
			}
			p.sheet = s
		})
	})
}

func (p *reportPage) askLinksIn(ctx app.Context, more bool) {
	p.in.askLinks(ctx, shared.PathLinks(p.id, shared.LinkQuery{To: p.sheet.url, Limit: reportSlice}), more)
}

func (p *reportPage) askLinksOut(ctx app.Context, more bool) {
	p.out.askLinks(ctx, shared.PathLinks(p.id, shared.LinkQuery{From: p.sheet.url, Limit: reportSlice}), more)
}

// loadStory asks for the scores of the site, and what changed since its last audit. The
// report is whole without, so that nothing is said when they do not come.
func (p *reportPage) loadStory(ctx app.Context) {
	last := p.report.Audit.Previous
	if last == nil || p.scores != nil {
		return
	}
	p.scores = []shared.Verdict{} // asked for
	id, site, base := p.id, shared.SiteName(p.report.Audit.URL), last.AuditID
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		var known shared.Site
		var change shared.Comparison
		siteErr := getInto(c, shared.PathSite(site), &known)
		ctx.Dispatch(func(app.Context) {
			if p.id == id && siteErr == nil {
				p.scores = known.Trend
			}
		})
		diffErr := getInto(c, shared.PathChanges(base, id, shared.ChangeNew, ""), &change)
		ctx.Dispatch(func(app.Context) {
			if p.id == id && diffErr == nil {
				p.change = &change
			}
		})
	})
}

// getInto reads what the server has at path.
func getInto(ctx context.Context, path string, v any) error {
	_, body, err := live.GetJSON(ctx, path)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, v)
}

// shown is the report, or the sheet of one of its pages. The report is only hidden then, for
// the way back would otherwise draw all of it anew. One with nothing in it has no tools: the
// page says above it how the audit ended, and what would make it work.
func (p *reportPage) shown(loc locale) app.UI {
	if !p.report.Audit.HasReport() {
		return waitingView(p.lang.T(text.ReportNoScore), p.lang.T(text.ReportNothing))
	}
	if p.place.Page == "" {
		p.behind, p.laid = p.place, true
		return el("div", "", el("div", "", p.box(loc)))
	}
	var behind []app.UI
	if p.laid {
		behind = []app.UI{p.box(loc)}
	}
	back := p.place
	back.Page = ""
	s := p.sheet
	s.url = p.place.Page // before anything was asked for
	return el("div", "", elWith("div", "", at{"hidden", "true"}, behind...),
		sheetView(loc.sheet(s, p.in, p.out, p.report, back.Of(p.id)), p.onSheet, p.onMoreIn, p.onMoreOut))
}

// box is the report.
func (p *reportPage) box(loc locale) app.UI {
	site, filtered := shared.SiteName(p.report.Audit.URL), p.behind.Filtered()
	p.checks.begin(p.behind.Part, len(p.report.Checks))
	m := loc.report(p.report, p.behind, &p.checks)
	m.Verdict = loc.since(m.Verdict, p.report, p.change)
	m.Trend, m.Off = loc.trend(p.scores, p.id), p.device.onlyOnline(p.lang)
	if !p.here {
		m.Far = m.Off
	}
	if p.place.Part == shared.PartPages || p.place.Part == shared.PartUnvisited {
		m.Filter.Off = m.Far
	}
	box := &reportBox{
		M: m, Page: p,
		Pages: loc.pageList(&p.pages, &p.rows, p.id, site, filtered), Left: loc.leftList(&p.left, p.id, site, filtered),
	}
	box.Pages.State.More.off(m.Far)
	box.Left.State.More.off(m.Far)
	return box
}

func (p *reportPage) onSheet(ctx app.Context, _ app.Event) { p.guard(func() { p.loadSheet(ctx) }) }

func (p *reportPage) onMoreIn(ctx app.Context, _ app.Event) {
	p.guard(func() { p.askLinksIn(ctx, true) })
}

func (p *reportPage) onMoreOut(ctx app.Context, _ app.Event) {
	p.guard(func() { p.askLinksOut(ctx, true) })
}

func (p *reportPage) onMorePages(ctx app.Context, _ app.Event) {
	p.guard(func() { p.askPages(ctx, true) })
}

func (p *reportPage) onMoreLeft(ctx app.Context, _ app.Event) {
	p.guard(func() {
		p.left.ask(ctx, shared.PathUnvisited(p.id, p.place.Unvisited("", reportSlice)), true, readUnvisited)
	})
}

// onEvery takes the filters away.
func (p *reportPage) onEvery(ctx app.Context, _ app.Event) {
	p.move(ctx, shared.ReportPlace.Everything)
	setFilterField("")
}

func (p *reportPage) onSeverity(s shared.Severity) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		p.move(ctx, func(to shared.ReportPlace) shared.ReportPlace {
			to.Severity = s
			return to
		})
	}
}

func (p *reportPage) onOrder(order string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		p.move(ctx, func(to shared.ReportPlace) shared.ReportPlace {
			to.Gravest = order == shared.OrderGravest
			return to
		})
	}
}

// onChoice takes the chosen option by its index: one without a value would answer with its
// text.
func (p *reportPage) onChoice(ctx app.Context, _ app.Event) {
	options := p.locale().filter(p.report, p.place).Choice.Options
	i := ctx.JSSrc().Get("selectedIndex").Int()
	if i < 0 || i >= len(options) {
		return
	}
	p.move(ctx, func(to shared.ReportPlace) shared.ReportPlace { return to.Chosen(options[i].Value) })
}

func (p *reportPage) onText(ctx app.Context, _ app.Event) {
	words := ctx.JSSrc().Get("value").String()
	p.move(ctx, func(to shared.ReportPlace) shared.ReportPlace {
		to.Text = words
		return to
	})
}

// onUpTo starts the audit anew with room for all pages that it knew of.
func (p *reportPage) onUpTo(ctx app.Context, _ app.Event) {
	p.guard(func() {
		p.againUpTo(ctx, p.id, higherLimit(&p.report.Audit), func(why string) { p.fault = why })
	})
}

// setFilterField puts a text into the field of the filter: what somebody typed there stays
// in spite of the attribute.
func setFilterField(words string) {
	if f := app.Window().GetElementByID(filterFieldID); f.Truthy() && f.Get("value").String() != words {
		f.Set("value", words)
	}
}

// toCopy is a check for a ticket, or without one the address of the page.
func (p *reportPage) toCopy(check string) string {
	if p.report == nil || check == "" {
		return app.Window().URL().String()
	}
	for i := range p.report.Checks {
		if c := &p.report.Checks[i]; c.ID == check {
			return text.Ticket(p.lang, c)
		}
	}
	return ""
}

// reportSlice is how many rows of a long list come at once.
const reportSlice = 100
