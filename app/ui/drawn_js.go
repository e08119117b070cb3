package ui

import (
	"context"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

const (
	// drawnID marks the place of what the server drew.
	drawnID = "drawn"
	// renewEvery is how often a page is asked for again while it says that it has news soon.
	renewEvery = 5 * time.Second
)

// drawn is a page that shows what the server draws. go-app uses one object for all of them
// in turn, so its kind follows from the address.
func drawn(_ pageKind, common base) app.Composer { return &drawnPage{base: common} }

// drawnPage shows a page that only the server draws: it would take too much room in the
// program for what it gains. The program frames it, asks for it when the reader navigates,
// and says what it knows when there is no answer.
type drawnPage struct {
	base
	kind pageKind

	address string // of what is shown or asked for, with its query
	main    node   // holds what the server drew until that is in its place; nil when it is
	shown   bool   // what the server drew is in its place, or about to be
	title   string
	about   string
	gone    bool      // the server says that there is no such site
	code    string    // names why the last request failed
	kept    live.Copy // what this device knew of the list then
	fault   string    // why what the reader asked for was not done
	busy    bool
	askedAt time.Time
	goOn    func() // puts the reader back where the first page found them; nil afterwards
}

func (p *drawnPage) OnInit() {
	p.begin(p.titles)
	p.kind = kindOf(app.Window().URL().Path)
	if p.device.visits > 0 {
		return
	}
	if b, ok := p.takeBoot(p.kind, 0); ok {
		p.take(b, app.Window().Get("document"))
		p.goOn = whereReaderIs()
	}
}

// whereReaderIs notes how far down the reader is and what has the focus, and gives what
// goes on there once the same elements stand in the document again.
func whereReaderIs() (goOn func()) {
	top, focused := app.Window().Get("scrollY"), app.Window().Get("document").Get("activeElement")
	return func() {
		if focused.Truthy() {
			focused.Call("focus", map[string]any{"preventScroll": true})
		}
		app.Window().Call("scrollTo", 0, top)
	}
}

// kindOf is the page that a path leads to.
func kindOf(path string) pageKind {
	switch path {
	case shared.PathSitesPage:
		return pageSites
	case shared.PathComparePage:
		return pageCompare
	}
	return pageSite
}

// take reads what the server drew from a document: that of the window, or another.
func (p *drawnPage) take(b boot, document node) {
	p.gone, p.shown, p.code, p.askedAt = b.Missing, !b.Missing, "", p.now
	p.main = document.Call("querySelector", "main")
	p.title = strings.TrimSuffix(document.Call("querySelector", "title").Get("textContent").String(),
		p.lang.T(text.TitleSuffix, ""))
	p.about = document.Call("querySelector", "meta[name=description]").Get("content").String()
}

// OnMount fills the first page before the browser can paint it empty. The script has put
// the reader back already, into a page that was still short.
func (p *drawnPage) OnMount(ctx app.Context) {
	if p.goOn != nil {
		p.insert()
		p.goOn()
		p.goOn = nil
	}
	p.tick(ctx, p.everySecond)
}

func (p *drawnPage) OnNav(ctx app.Context) {
	p.navigate(ctx, func() {
		u := ctx.Page().URL()
		address, first := u.RequestURI(), p.address == ""
		if address == p.address {
			return
		}
		p.address, p.kind, p.fault = address, kindOf(u.Path), ""
		if first && (p.shown || p.gone) {
			return
		}
		p.main, p.shown, p.gone, p.code = nil, false, false, ""
		p.insert()
		p.fetch(ctx, true)
	})
}

func (p *drawnPage) OnDismount() { p.leave() }

// insert puts what the server drew into its place. The elements themselves are moved, so
// that what a reader typed before the program ran stays.
func (p *drawnPage) insert() {
	place := app.Window().GetElementByID(drawnID)
	if !place.Truthy() {
		return
	}
	place.Set("textContent", "")
	if p.shown && p.main != nil {
		for child := p.main.Get("firstChild"); child.Truthy(); child = p.main.Get("firstChild") {
			place.Call("appendChild", child)
		}
	}
	p.main = nil
}

// everySecond asks for the page again when it says that it has news, unless the reader is
// not there, or is in the middle of something. What the program draws changes with the time
// only where it shows what this device knows.
func (p *drawnPage) everySecond(ctx app.Context) (changed bool) {
	if p.busy || p.now.Sub(p.askedAt) < renewEvery {
		return p.code != ""
	}
	document := app.Window().Get("document")
	busy := "#" + drawnID + " :focus, #" + drawnID + " details[open]"
	if document.Call("querySelector", "#"+drawnID+" [data-renew]").Truthy() && !document.Get("hidden").Bool() &&
		!document.Call("querySelector", busy).Truthy() {
		p.fetch(ctx, false)
	}
	return p.code != ""
}

// fetch asks the server for the page. A reader who navigated gets the focus on its heading.
func (p *drawnPage) fetch(ctx app.Context, focus bool) {
	p.busy, p.askedAt = true, p.now
	address := p.address
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		_, html, err := live.GetText(c, address, "text/html")
		var kept live.Copy
		if err != nil {
			kept, _ = p.device.kept.Saved(context.Background(), live.List())
		}
		ctx.Dispatch(func(ctx app.Context) {
			if p.address != address {
				return
			}
			p.busy, p.kept = false, kept
			p.guard(func() { p.receive(html, err) })
			p.describe(ctx)
			if focus {
				ctx.Defer(func(app.Context) { focusTitle() })
			}
		})
	})
}

// receive shows what the server drew, if it was the server.
func (p *drawnPage) receive(html string, err error) {
	p.device.note(err)
	if err != nil {
		p.code = failureCode(err)
		return
	}
	document := app.Window().Get("DOMParser").New().Call("parseFromString", html, "text/html")
	b, ok := bootIn(document)
	if !ok || b.Page != p.kind {
		p.code = "foreign"
		return
	}
	p.take(b, document)
	p.insert()
}

func (p *drawnPage) titles() (title, description string) {
	if p.title == "" {
		return p.lang.T(text.Loading), p.lang.T(text.DescriptionSites)
	}
	return p.title, p.about
}

// onClick copies a text of the server where a button asks for it. A browser lets that be
// for some seconds after the click; the page offers the file for when the server is slower.
func (p *drawnPage) onClick(ctx app.Context, e app.Event) {
	button := e.Get("target").Call("closest", "[data-copy]")
	if !button.Truthy() {
		return
	}
	asked := func(name string) string { return button.Call("getAttribute", name).String() }
	path, done, failed := asked("data-copy"), asked("data-done"), asked("data-failed")
	p.fault = ""
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		_, markdown, err := live.GetText(c, path, "text/markdown")
		ctx.Dispatch(func(app.Context) {
			if err != nil || !copyText(markdown) {
				p.fault = failed
				return
			}
			button.Set("textContent", done)
		})
	})
}

// onSubmit keeps a form from being sent into the void, which would cost the reader the page.
func (p *drawnPage) onSubmit(_ app.Context, e app.Event) {
	if p.device.away() {
		e.PreventDefault()
		p.fault = text.Problem(p.lang, codeOffline)
	}
}

func (p *drawnPage) onRetry(ctx app.Context, _ app.Event) { p.fetch(ctx, false) }

// switchLang has the server draw the page in the other language, too.
func (p *drawnPage) switchLang(l text.Lang) app.EventHandler {
	choose := p.base.switchLang(l)
	return func(ctx app.Context, e app.Event) {
		choose(ctx, e)
		p.fetch(ctx, false)
	}
}

func (p *drawnPage) Render() app.UI {
	m := p.frame()
	m.Here = shared.PathSitesPage
	m.Plain = shared.PathBasic + p.address
	return frameView(m, frameActions{lang: p.switchLang, reload: p.reload},
		faultView(p.fault), heeds(at{"id", drawnID}, p.onClick, p.onSubmit), p.instead())
}

// instead is what stands in place of the page while the server did not send it.
func (p *drawnPage) instead() app.UI {
	switch l := p.lang; {
	case p.gone:
		return missingSite(p.site(), l, p.device)
	case p.shown:
		return el("div", "")
	case p.code == "":
		return elWith("section", "card", at{"aria-busy", "true"},
			elText("p", "vh", l.T(text.Loading)), el("div", "skeleton", el("div", ""), el("div", ""), el("div", "")))
	}
	return p.known()
}

// site is the name of the site whose page this is; empty for the other pages.
func (p *drawnPage) site() string {
	if p.kind != pageSite {
		return ""
	}
	return strings.TrimPrefix(app.Window().URL().Path, shared.PathSitesPage+"/")
}

// known is what this device knows without the server: the audits that it keeps.
func (p *drawnPage) known() app.UI {
	l, loc := p.lang, p.locale()
	title, unknown := l.T(text.SitesHeading), l.T(text.SitesUnknown)
	switch p.kind {
	case pageSite:
		title, unknown = p.site(), l.T(text.SiteUnknown)
	case pageCompare:
		title, unknown = l.T(text.CompareHeading), l.T(text.CompareUnavailable)
	}
	heading := elWith("h1", "", at{"id", titleID, "tabindex", "-1", "dir", "auto"}, app.Text(title))
	retry := button("btn-primary", nil, p.onRetry, "", app.Text(l.T(text.ReportRetry)))
	view := p.keptView()
	if len(view.Audits) == 0 {
		return el("div", "blank", heading,
			elText("p", "", unknown), elText("p", "t2", text.Problem(l, p.code)), retry)
	}
	rows := make([]app.UI, 0, len(view.Audits))
	for i := range view.Audits {
		r := loc.row(&view.Audits[i])
		rows = append(rows, el("li", "row", elWith("a", "target grow trunc", at{"href", r.Link, "dir", "auto"}, app.Text(r.Site+" "+r.Label)),
			badgeView(r.Badge), elWith("span", "num t2 nowrap", at{"title", r.Exact}, app.Text(r.When))))
	}
	return el("div", "stack", heading, loc.copyNotice(p.code, view.SavedAt, p.onRetry),
		card(l.T(text.History), "", el("ul", "pairs card-b", rows...)))
}

// keptView is a view of the audits that this device keeps: of the site, or of all.
func (p *drawnPage) keptView() live.View {
	v := live.View{Topic: live.List(), Phase: live.Connecting, Saved: true, SavedAt: p.kept.SavedAt}
	for _, a := range p.kept.Audits {
		if site := p.site(); p.kind != pageCompare && (site == "" || shared.SiteName(a.URL) == site) {
			v.Audits = append(v.Audits, a)
		}
	}
	return v
}

// copyNotice says that what this device keeps is shown, because the server could not be
// asked; it is empty while the server's word is shown.
func (loc locale) copyNotice(code string, savedAt time.Time, retry app.EventHandler) app.UI {
	if code == "" || savedAt.IsZero() {
		return el("div", "")
	}
	l := loc.Lang
	m := stripModel{
		Tone: toneMute, Icon: iconNoWifi, Lead: l.T(text.ReportOffline),
		Text: l.T(text.SiteKnown, loc.clockHere(savedAt)), Action: actReload, Button: l.T(text.ReportRetry),
	}
	if code == codeOffline {
		m.Lead = l.T(text.ConnOffline)
	}
	return el("div", "card notice", m.draw(retry))
}

// heeds is an element that calls click and send for what is clicked and sent inside of it.
func heeds(attributes at, click, send app.EventHandler) app.UI {
	return element("div", "", "", attributes, nil).OnClick(click).OnSubmit(send)
}
