package ui

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// reportPage is the report of one audit. A report never changes once the audit
// has ended, so a copy kept on this device is as good as the server's.
type reportPage struct {
	base

	id     int64
	state  reportState
	report *shared.Report
	// view is the audit, followed while there is no report yet.
	view live.View
	// savedAt is when the copy shown was kept; zero when the server sent it.
	savedAt time.Time
	code    string // names what went wrong with the request
	asked   bool   // the server was asked for this report
	// whole is false while the report is the brief one of the first drawing. unkept is true
	// until this device has a copy, and body is what the server sent until then, if it did.
	whole, unkept bool
	body          []byte
	// here is true when the lists that belong to the report are on this device.
	here bool
	// known is what this device knows of the audit without the report.
	known *shared.AuditProgress
	fault string // why the audit was not started anew
	drawn headModel

	// place is what of the report is shown. The report stays drawn as it was at the place
	// behind while a page's sheet is shown instead; before laid is true it never was.
	place, behind shared.ReportPlace
	laid          bool
	// What was asked for beside the report: the lists of its parts, all places where a check
	// failed, by the addresses of the lists, the sheet of a page, the links to it and on it,
	// what changed since the last audit of the site, and the site's scores.
	pages  listing[shared.Page]
	rows   pageRows
	left   listing[shared.UnvisitedURL]
	places map[string]*listing[shared.Finding]
	sheet  sheet
	in     linkList
	out    linkList
	change *shared.Comparison
	scores []shared.Verdict
	// checks are those of the report in words. unrolling is true while more of the page is on
	// its way, settled once what can wait was asked for.
	checks             checkModels
	unrolling, settled bool
	// afterDrawing calls what it is given once the page is drawn, with a context that lasts as
	// long as the page: that of a button ends with the button. It is nil before the page is
	// mounted.
	afterDrawing func(func(app.Context))
}

func (p *reportPage) OnInit() {
	p.begin(p.titles)
	if id, ok := p.firstAudit(); ok {
		p.start(id)
	}
}

func (p *reportPage) OnPreRender(ctx app.Context) {
	id := auditID(ctx.Page().URL().Path)
	p.place = shared.ReadReportPlace(ctx.Page().URL().Query())
	p.prerender(ctx, pageReport, id, func(r *Request, b *boot) {
		p.id = id
		report, err := r.Data.Report(r.Ctx, id)
		switch {
		case err == nil:
			brief, whole := briefly(&report)
			b.Report, b.Brief = brief, !whole
			p.show(brief, time.Time{})
		case r.fail(err):
			b.Missing = true
			p.state = reportGone
		}
	})
}

// start shows at once what is known of the report of audit id.
func (p *reportPage) start(id int64) {
	p.id, p.state, p.report, p.savedAt, p.code, p.asked = id, reportLoading, nil, time.Time{}, "", false
	p.view, p.known, p.fault = live.View{}, nil, ""
	p.pages, p.left, p.sheet, p.change, p.scores = listing[shared.Page]{}, listing[shared.UnvisitedURL]{}, sheet{}, nil, nil
	p.whole, p.unkept, p.body, p.here = false, false, nil, false
	p.checks, p.rows, p.settled, p.laid = checkModels{}, pageRows{}, false, false
	p.places = map[string]*listing[shared.Finding]{}
	if id == 0 {
		p.state, p.asked = reportGone, true
		return
	}
	if b, ok := p.takeBoot(pageReport, id); ok {
		switch {
		case b.Missing:
			p.state, p.asked = reportGone, true
		case b.Report != nil:
			p.show(b.Report, time.Time{})
			p.asked, p.whole, p.unkept = true, !b.Brief, true
		}
		return
	}
	if seen, ok := p.device.kept.Seen(live.Audit(id)); ok {
		p.known = seen.Progress
	}
}

// recall shows what this device keeps, unless the server answers before it is read.
func (p *reportPage) recall(ctx app.Context) {
	id, store := p.id, p.device.kept
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		kept, ok := store.Report(c, id)
		r, err := decodeReport(kept.Body)
		known, _ := store.Saved(c, live.Audit(id))
		ctx.Dispatch(func(ctx app.Context) {
			if p.id != id || p.report != nil || p.state == reportGone {
				return
			}
			p.known = known.Progress
			if ok && err == nil {
				p.show(r, kept.SavedAt)
				p.whole, p.here = true, kept.Whole
				p.load(ctx)
			}
			p.describe(ctx)
		})
	})
}

func (p *reportPage) show(r *shared.Report, savedAt time.Time) {
	p.report, p.savedAt, p.state = r, savedAt, reportShown
	if !readable(r) {
		p.state = reportNotReady
	}
}

// take shows what the server sent. A report that is here as a whole stays as it is, for it
// does not change any more.
func (p *reportPage) take(r *shared.Report, body []byte) {
	if p.whole && p.report.Audit.Revision == r.Audit.Revision {
		p.savedAt, p.unkept, p.body = time.Time{}, true, body
		return
	}
	p.show(r, time.Time{})
	p.whole, p.unkept, p.body = true, true, body
}

// keep leaves a copy on this device, in the background. Where that cannot be, the page works
// without one.
func (p *reportPage) keep() {
	body, err := p.body, error(nil)
	if body == nil {
		body, err = json.Marshal(p.report)
	}
	if err == nil {
		go p.device.kept.SaveReport(context.Background(), &p.report.Audit, body, p.now)
	}
	p.unkept, p.body = false, nil
}

// await follows the audit while its report is not written yet, and fetches the
// report when the audit ends.
func (p *reportPage) await(ctx app.Context) {
	if p.state != reportNotReady || p.session != nil || p.view.Terminal() {
		return
	}
	var initial live.Copy
	if p.report != nil {
		initial.Progress = &p.report.Audit
	}
	p.follow(ctx, live.Audit(p.id), initial, func(ctx app.Context, v live.View) {
		p.device.hear(v)
		p.view = v
		switch {
		case v.Terminal():
			p.unfollow()
			p.fetch(ctx)
		case v.Phase == live.Closed && (v.Reason == live.ReasonDeleted || v.Reason == live.ReasonNotFound):
			p.state = reportGone
		}
		p.describe(ctx)
	})
}

func (p *reportPage) OnNav(ctx app.Context) {
	id, place := auditID(ctx.Page().URL().Path), shared.ReadReportPlace(ctx.Page().URL().Query())
	if app.IsClient && id == p.id && p.device.visits > 0 {
		p.turn(ctx, place)
		return
	}
	p.place = place
	p.navigate(ctx, func() {
		if id != p.id {
			p.unfollow()
			p.start(id)
		}
		if !p.asked {
			p.recall(ctx)
			p.fetch(ctx)
		}
		p.await(ctx)
		p.load(ctx)
	})
	p.device.scrolls.restore(ctx, p.address())
}

func (p *reportPage) OnMount(ctx app.Context) {
	p.afterDrawing = ctx.Defer
	p.tick(ctx, func(app.Context) bool {
		p.device.scrolls.keep(p.address())
		if id := p.id; p.device.away() && !p.here {
			p.findReport(ctx, id, func(_, lists bool) { p.here = lists && p.id == id })
		}
		return p.session != nil || !reflect.DeepEqual(p.head(), p.drawn)
	})
}

func (p *reportPage) OnDismount() { p.leave() }

func (p *reportPage) fetch(ctx app.Context) {
	p.asked, p.code = true, ""
	if p.report == nil {
		p.state = reportLoading
	}
	id := p.id
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		_, body, err := live.GetJSON(c, shared.PathReport(id))
		var report *shared.Report
		if err == nil {
			report, err = decodeReport(body)
		}
		ctx.Dispatch(func(ctx app.Context) {
			if p.id == id {
				p.guard(func() { p.receive(ctx, report, body, err) })
			}
		})
	})
}

func (p *reportPage) receive(ctx app.Context, r *shared.Report, body []byte, err error) {
	p.device.note(err)
	switch {
	case err == nil:
		p.take(r, body)
	case p.report == nil && failureCode(err) == string(shared.CodeNotFound):
		p.state = reportGone
	case p.report == nil && failureCode(err) == string(shared.CodeConflict) && !p.view.Terminal():
		p.state = reportNotReady
	default:
		p.code = failureCode(err)
		if p.report == nil {
			p.state = reportFailed
		}
	}
	p.await(ctx)
	p.load(ctx)
	p.describe(ctx)
}

func decodeReport(body []byte) (*shared.Report, error) {
	r := new(shared.Report)
	if err := json.Unmarshal(body, r); err != nil {
		return nil, err
	}
	return r, r.Audit.Validate()
}

func (p *reportPage) onRetry(ctx app.Context, _ app.Event) { p.fetch(ctx) }

func (p *reportPage) site() string {
	if a := p.audit(); a != nil {
		return shared.SiteName(a.URL)
	}
	return p.lang.T(text.AuditLabel, p.id)
}

// audit is the newest known state of the audit; nil when none is known.
func (p *reportPage) audit() *shared.AuditProgress {
	if p.state != reportShown && p.view.Progress != nil {
		return p.view.Progress
	}
	if p.report != nil {
		return &p.report.Audit
	}
	return p.known
}

func (p *reportPage) titles() (title, description string) {
	if p.state == reportGone {
		return p.lang.T(text.TitleMissing), missingTitle(p.id, p.lang)
	}
	return p.lang.T(text.TitleReport, p.site()), p.lang.T(text.DescriptionReport, p.site())
}

func (p *reportPage) Render() app.UI {
	l, m := p.lang, p.frame()
	if p.id > 0 {
		m.Plain, m.Shares = p.place.Plain(p.id), p.sharesOf(p.id)
	}
	if p.state == reportGone {
		return frameView(m, p.actions(), missingAudit(p.id, l, p.device))
	}
	loc, audit := p.locale(), p.audit()
	if p.session != nil {
		m.Pill, m.Lamp = loc.pill(p.view, pulse{}), loc.lamp(p.view)
	}
	p.drawn = p.head()
	main := []app.UI{
		el("div", "crumbs", crumbs(l.T(text.NavPath),
			elWith("a", "", at{"href", "/"}, app.Text(l.T(text.NavAudits))),
			elWith("a", "", at{"href", shared.PathPage(p.id), "dir", "auto"}, app.Text(p.site())),
			elText("span", "", l.T(text.ReportHeading))), &copyButton{Lang: l, Words: l.T(text.CopyLink), Page: p}),
		&part{M: p.drawn, Page: p},
		faultView(p.fault),
	}
	if s := p.notice(); s.Lead != "" {
		main = append(main, el("div", "card notice", s.draw(p.onRetry)))
	}
	if p.state == reportShown && audit.Status != shared.StatusCompleted {
		main = append(main, el("div", "card notice", loc.ended(*audit).draw(nil)))
	}
	switch p.state {
	case reportShown:
		main = append(main, p.shown(loc))
	case reportNotReady:
		main = append(main, p.waiting(loc))
	case reportFailed:
		help := l.T(text.ReportUnavailableHelp, text.Problem(l, p.code))
		retry := button("btn-primary", nil, p.onRetry, "", app.Text(l.T(text.ReportRetry)))
		main = append(main, waitingView(l.T(text.ReportUnavailable), help, retry))
	default:
		main = append(main, elWith("section", "card", at{"aria-busy", "true"},
			elText("p", "vh", l.T(text.ReportLoading)), el("div", "skeleton", el("div", ""), el("div", ""), el("div", ""))))
	}
	return frameView(m, p.actions(), main...)
}

func (p *reportPage) head() headModel {
	l, loc, audit := p.lang, p.locale(), p.audit()
	m := loc.head(p.id, audit, loc.pulse(p.view, audit, nil))
	m.Link, m.LinkText, m.LinkIcon, m.LinkMain = shared.PathPage(p.id), l.T(text.BackToAudit), iconBack, false
	if audit != nil && audit.Kind == shared.KindSite && audit.Status.Terminal() {
		m.Act, m.Button = actAgain, l.T(text.AgainButton)
	}
	switch {
	case p.starting:
		m.Button, m.Waits = l.T(text.StartBusy), true
	case m.Act != actNothing:
		m.Why = p.device.onlyOnline(l)
		m.Waits = m.Why != ""
	}
	return m
}

// waiting stands where the report will be. Above it stands the strip when the
// connection is lost, because the report will then not come by itself.
func (p *reportPage) waiting(loc locale) app.UI {
	l := p.lang
	body := waitingView(l.T(text.ReportNotReady), l.T(text.ReportNotReadyHelp))
	connected := p.session == nil || p.view.Phase == live.Live || p.view.Phase == live.Polling
	s := loc.strip(connection{View: p.view})
	if !connected && s.Lead != l.T(text.ConnConnecting) {
		return el("div", "", el("div", "card notice", s.draw(p.onReconnect)), body)
	}
	return body
}

func (p *reportPage) onReconnect(app.Context, app.Event) {
	if p.session != nil {
		p.session.RetryNow()
	}
}

// notice says that what is shown is a copy when the server could not be asked.
func (p *reportPage) notice() stripModel {
	if p.code == "" || p.report == nil || p.savedAt.IsZero() {
		return stripModel{}
	}
	l := p.lang
	m := stripModel{
		Tone: toneMute, Icon: iconNoWifi,
		Lead: l.T(text.ReportOffline), Text: l.T(text.ReportSaved, p.locale().clockHere(p.savedAt)),
		Action: actReload, Button: l.T(text.ReportRetry),
	}
	if p.code == codeOffline {
		m.Lead = l.T(text.ConnOffline)
	}
	return m
}

// act does what a button of a component asks for.
func (p *reportPage) act(ctx app.Context, a action) {
	if a == actAgain {
		p.guard(func() {
			p.fault = ""
			p.again(ctx, p.id, func(why string) { p.fault = why })
		})
	}
}
