package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// dashboardPage is the start box, the running audits and the history.
type dashboardPage struct {
	base

	view    live.View
	initial live.Copy
}

func (d *dashboardPage) OnInit() {
	d.begin(d.titles)
	d.view = live.View{Topic: live.List(), Phase: live.Connecting}
	if app.IsServer {
		return
	}
	if b, ok := d.takeBoot(pageDashboard, 0); ok && b.Audits != nil {
		d.initial = live.Copy{Audits: b.Audits}
		d.view.Audits, d.view.ConfirmedAt, d.view.Phase = b.Audits, d.now, d.handed
		return
	}
	if kept, ok := live.DeviceStorage().Saved(live.List()); ok {
		d.initial = kept
		d.view.Audits, d.view.Saved, d.view.SavedAt = kept.Audits, true, kept.SavedAt
	}
}

func (d *dashboardPage) OnPreRender(ctx app.Context) {
	d.prerender(ctx, pageDashboard, 0, func(r *Request, b *boot) {
		audits, err := r.Data.Newest(r.Ctx, shared.ListSnapshot)
		if err != nil {
			r.fail(err)
			return
		}
		// A list that is known to be empty is not nil.
		b.Audits = append([]shared.AuditProgress{}, audits...)
		d.view.Audits, d.view.ConfirmedAt = b.Audits, d.now
	})
}

func (d *dashboardPage) OnMount(ctx app.Context) { d.tick(ctx, d.everySecond) }

func (d *dashboardPage) OnNav(ctx app.Context) {
	d.navigate(ctx, func() {
		if d.session == nil {
			d.follow(ctx, live.List(), d.initial, d.receive)
		}
	})
}

func (d *dashboardPage) OnDismount() { d.leave() }

func (d *dashboardPage) receive(ctx app.Context, v live.View) {
	d.device.hear(v)
	d.view = v
	d.describe(ctx)
	d.everySecond(ctx)
}

func (d *dashboardPage) everySecond(ctx app.Context) {
	loc := d.locale()
	d.say = d.say.next(loc, d.view, loc.strip(connection{View: d.view}), loc.silentOnes(d.view, d.vigil.seen))
	for i := range d.view.Audits {
		if loc.pulse(d.view, &d.view.Audits[i], d.vigil.seen).doubtful() {
			d.vigil.ask(ctx, d.now, live.List())
			return
		}
	}
}

func (d *dashboardPage) titles() (title, description string) {
	return d.locale().dashboardTitle(d.view.Audits), d.lang.T(text.DescriptionAudits)
}

func (d *dashboardPage) act(_ app.Context, a action) {
	if a == actRetry && d.session != nil {
		d.session.RetryNow()
	}
}

func (d *dashboardPage) Render() app.UI {
	loc := d.locale()
	m := d.frame()
	m.Here, m.Pill, m.Lamp = "/", loc.pill(d.view, pulse{}), loc.lamp(d.view)
	list := loc.list(d.view, d.vigil.seen)

	main := []app.UI{
		elWith("h1", "vh", at{"id", titleID, "tabindex", "-1"}, app.Text(d.lang.T(text.TitleAudits))),
		&startBox{Lang: d.lang, Device: d.device},
	}
	notice := el("div", "")
	if list.Notice != nil {
		notice = el("div", "card notice", &part{M: *list.Notice, Page: d})
	}
	cards, rows := make([]app.UI, len(list.Cards)), make([]app.UI, len(list.Rows))
	for i, c := range list.Cards {
		cards[i] = &part{M: c}
	}
	for i, r := range list.Rows {
		rows[i] = &part{M: r}
	}
	return frameView(m, d.actions(), append(main, notice, runningView(list, cards), historyView(list, rows))...)
}
