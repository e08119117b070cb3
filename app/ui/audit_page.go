package ui

import (
	"context"
	"reflect"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/browser"
	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// auditPage is the live page of one audit.
type auditPage struct {
	base

	id      int64
	view    live.View
	initial live.Copy

	lost   bool      // the connection was lost for so long that the page says so
	backAt time.Time // when it came back

	fresh freshness
	speed pace
	// witnessed is true when the reader saw the audit end.
	witnessed bool
	// reportKept is true when this device has a copy of the report.
	reportKept bool
	// heldUntil is until when the button beside the title waits, because a second click
	// on Start would hit it.
	heldUntil time.Time

	// stopped is the state whose pages are shown while the reader holds the list; nil
	// while it follows.
	stopped *shared.AuditProgress
	logged  bool // the log is shown in the place of the pages
	every   everyPage
	found   map[string]unfolded // by check
	linked  bool                // the address is in the clipboard
	kiosk   bool                // the page hangs on a wall
	// reach is how far the reader, who asked for it, is notified of the end.
	reach browser.Reach

	cancelling bool
	fault      string // why the last thing asked for was not done

	drawn *auditFace
	// dispatch calls what it is given on the UI goroutine, for as long as the page is there:
	// what a button asks for ends with the button.
	dispatch func(func(app.Context))
}

// auditFace is what of the page may change with nothing but the time.
type auditFace struct {
	Frame frameModel
	Head  headModel
	Hero  heroModel
	Strip stripModel
}

// holdFor is how long the button that stops an audit waits on a page that Start opened.
const holdFor = time.Second

func (p *auditPage) OnInit() {
	p.begin(p.titles)
	p.keyed = p.onShortcut
	if id, ok := p.firstAudit(); ok {
		p.start(id)
	}
}

func (p *auditPage) OnPreRender(ctx app.Context) {
	id := auditID(ctx.Page().URL().Path)
	p.kiosk = asKiosk(ctx)
	p.prerender(ctx, pageAudit, id, func(r *Request, b *boot) {
		p.id, p.view = id, live.View{Topic: live.Audit(id), Phase: live.Connecting}
		progress, err := r.Data.Progress(r.Ctx, id)
		switch {
		case err == nil:
			b.Progress = &progress
			p.view.Progress, p.view.ConfirmedAt = &progress, p.now
			p.speed = p.speed.next(&progress)
		case r.fail(err):
			b.Missing = true
			p.view.Phase, p.view.Reason = live.Closed, live.ReasonNotFound
		}
	})
}

// start shows audit id with what is known about it at once: what the server
// drew, or the copy kept on this device.
func (p *auditPage) start(id int64) {
	p.id, p.now = id, time.Now()
	p.view = live.View{Topic: live.Audit(id), Phase: live.Connecting}
	p.initial, p.lost, p.backAt = live.Copy{}, false, time.Time{}
	p.vigil, p.fresh, p.speed, p.heldUntil = vigil{}, freshness{}, pace{}, time.Time{}
	p.stopped, p.logged, p.linked, p.reach = nil, false, false, browser.Nowhere
	p.closeEvery()
	p.found = map[string]unfolded{}
	p.witnessed, p.cancelling, p.fault, p.say = false, false, "", announcer{}
	if id == 0 {
		p.view.Phase, p.view.Reason = live.Closed, live.ReasonNotFound
		return
	}
	p.reportKept = false
	p.recall(id)
	p.speed = p.speed.next(p.view.Progress)
}

// recall shows what is known of audit id without asking.
func (p *auditPage) recall(id int64) {
	if b, ok := p.takeBoot(pageAudit, id); ok {
		if b.Missing {
			p.view.Phase, p.view.Reason = live.Closed, live.ReasonNotFound
			return
		}
		if b.Progress != nil {
			p.initial = live.Copy{Progress: b.Progress}
			p.view.Progress, p.view.ConfirmedAt, p.view.Phase = b.Progress, p.now, p.handed
			return
		}
	}
	if created := p.device.created; created != nil && created.AuditID == id {
		p.initial = live.Copy{Progress: created}
		p.view.Progress, p.view.ConfirmedAt = created, p.now
		p.device.created = nil
		p.heldUntil = p.now.Add(holdFor)
		return
	}
	if kept, ok := p.device.kept.Seen(live.Audit(id)); ok {
		p.initial = kept
		p.view.Progress, p.view.Saved, p.view.SavedAt = kept.Progress, true, kept.SavedAt
	}
}

func (p *auditPage) OnMount(ctx app.Context) {
	p.dispatch = ctx.Dispatch
	p.tick(ctx, p.everySecond)
	p.push(ctx, browser.Ask)
}

func (p *auditPage) OnNav(ctx app.Context) {
	p.navigate(ctx, func() {
		p.kiosk = asKiosk(ctx)
		if id := auditID(ctx.Page().URL().Path); id != p.id {
			p.unfollow()
			p.start(id)
			p.push(ctx, browser.Ask)
		}
		if p.session == nil && p.view.Phase != live.Closed {
			p.follow(ctx, live.Audit(p.id), p.initial, p.receive)
		}
		id := p.id
		p.findReport(ctx, id, func(has, _ bool) { p.reportKept = has && p.id == id })
	})
}

func (p *auditPage) OnDismount() {
	p.leave()
	p.closeEvery()
	p.device.showIcon("")
}

// describe keeps the tab true: its title and its icon.
func (p *auditPage) describe(ctx app.Context) {
	p.base.describe(ctx)
	p.device.showIcon(progressIcon(p.view.Progress))
}

func (p *auditPage) receive(ctx app.Context, v live.View) {
	old := p.view.Progress
	if now := v.Progress; now != nil && !v.Saved && (old == nil || old.Revision != now.Revision) {
		p.device.skew = p.device.skew.frame(now.UpdatedAt.Time, p.now)
	}
	p.device.hear(v)
	p.view = v
	if v.Terminal() {
		p.cancelling, p.fault = false, ""
		p.stopped = nil
		p.every.rows = pageRows{} // they lead to the report now
		if old != nil && !old.Status.Terminal() {
			p.witnessed = true
			p.device.recount(ctx)
		}
		p.notifyOfEnd(ctx)
	}
	if !p.cancellable() {
		p.withdrawQuestion()
	}
	p.fresh, p.speed = p.fresh.next(v.Progress), p.speed.next(v.Progress)
	p.noteConnection()
	p.describe(ctx)
}

// withdrawQuestion closes the dialog that asks whether to stop an audit which can no
// longer be stopped.
func (p *auditPage) withdrawQuestion() {
	if closeDialog(cancelDialogID) {
		focusTitle() // the button that would get the focus back is about to go
	}
}

// noteConnection notes when the connection is lost and when it comes back, and announces
// what changed.
func (p *auditPage) noteConnection() {
	switch v := p.view; {
	case v.Phase == live.Live && p.lost:
		p.lost, p.backAt = false, p.now
	case v.Phase == live.Retrying && p.now.Sub(v.Since) >= lostAfter,
		v.Phase == live.Polling, v.Phase == live.Offline:
		p.lost = true
	}
	loc := p.locale()
	p.say = p.say.next(loc, p.view, loc.strip(p.connection()), loc.silentOnes(p.view, p.vigil.seen))
}

// everySecond is called every second while the page is open.
func (p *auditPage) everySecond(ctx app.Context) (changed bool) {
	p.noteConnection()
	p.describe(ctx)
	p.askEvery(ctx)
	if p.pulse().doubtful() {
		p.vigil.ask(ctx, p.now, live.Audit(p.id))
	}
	return !reflect.DeepEqual(p.face(), p.drawn)
}

func (p *auditPage) pulse() pulse {
	return p.locale().pulse(p.view, p.view.Progress, p.vigil.seen)
}

func (p *auditPage) connection() connection {
	return connection{View: p.view, BackAt: p.backAt, Asked: p.vigil.seen,
		Cancellable: p.cancellable() && !p.unreachable()}
}

func (p *auditPage) cancellable() bool {
	return p.view.Progress != nil && !p.view.Terminal() && p.view.Phase != live.Closed && !p.cancelling
}

// unreachable reports whether there is no network by which the server could be asked for
// anything.
func (p *auditPage) unreachable() bool { return p.device.away() }

// act does what a button of a component asks for.
func (p *auditPage) act(ctx app.Context, a action) {
	p.guard(func() {
		switch a {
		case actRetry:
			if p.session != nil {
				p.session.RetryNow()
			}
		case actAskCancel:
			if !p.held() {
				showDialog(cancelDialogID)
			}
		case actCancel, actDiscard:
			p.withdrawQuestion()
			p.cancel(ctx, a == actDiscard)
		case actCopyLink:
			p.copyLink()
		case actNotify:
			p.askToNotify(ctx)
		case actFollow:
			p.follows()
		case actLog:
			p.logged = !p.logged
		case actEvery:
			p.openEvery()
		case actAgain:
			p.fault = ""
			p.again(ctx, p.id, func(why string) { p.fault = why })
		}
	})
}

// held reports whether the page opened so lately that a click was meant for Start.
func (p *auditPage) held() bool { return p.now.Before(p.heldUntil) }

// cancel asks the server to stop the audit; that it stopped comes with the
// stream. One that is discarded is deleted by the list, which offers to take that back and
// waits longer than a worker takes to stop.
func (p *auditPage) cancel(ctx app.Context, discard bool) {
	if !p.cancellable() {
		return
	}
	p.cancelling, p.fault = true, ""
	id, visit := p.id, p.session
	ctx.Async(func() {
		c, stop := context.WithTimeout(context.Background(), callTimeout)
		defer stop()
		_, _, err := live.PostJSON(c, shared.PathCancel(id), nil, "")
		ctx.Dispatch(func(ctx app.Context) {
			switch {
			case visit == nil || p.session != visit:
			case err != nil:
				p.cancelling = false
				p.fault = p.lang.T(text.CancelFailed, text.Problem(p.lang, failureCode(err)))
			case discard:
				p.device.discarded = id
				ctx.Navigate("/")
			case p.view.Phase != live.Live:
				visit.RetryNow()
			}
		})
	})
}

// watching is how many watch the audit, this page included; 0 while that is not known.
func (p *auditPage) watching() int {
	switch {
	case p.view.Terminal():
		return 0
	case p.view.Phase == live.Live, p.view.Phase == live.Polling:
		return p.view.Watching
	}
	return 0
}

func (p *auditPage) site() string {
	if p.view.Progress == nil {
		return p.lang.T(text.AuditLabel, p.id)
	}
	return shared.SiteName(p.view.Progress.URL)
}

func (p *auditPage) title() string {
	l, state := p.lang, p.view.Progress
	if state == nil {
		return p.site()
	}
	switch state.Status {
	case shared.StatusPending:
		return l.T(text.TitleQueued, p.site())
	case shared.StatusFailed:
		return l.T(text.TitleFailed, p.site())
	case shared.StatusCancelled:
		return l.T(text.TitleCancelled, p.site())
	case shared.StatusCompleted:
		if state.GeoScore != nil {
			return l.T(text.TitleDone, *state.GeoScore, p.site())
		}
		return p.site()
	}
	if p.pulse().Stalled {
		return l.T(text.TitleStalled, p.site())
	}
	return l.T(text.TitleRunning, state.Progress, p.site())
}

func (p *auditPage) titles() (title, description string) {
	if p.gone() {
		return p.lang.T(text.TitleMissing), missingTitle(p.id, p.lang)
	}
	return p.title(), p.lang.T(text.DescriptionAudit, p.site())
}

// gone is true when there is no such audit, and no copy of it either.
func (p *auditPage) gone() bool {
	return p.view.Progress == nil && p.view.Phase == live.Closed && p.view.Reason == live.ReasonNotFound
}

func (p *auditPage) face() *auditFace {
	loc, k, state := p.locale(), p.pulse(), p.view.Progress
	f := &auditFace{Frame: p.frame(), Head: p.head(loc, k), Hero: loc.at(p.view).hero(state, k, p.speed),
		Strip: loc.strip(p.connection())}
	f.Frame.Lamp, f.Frame.Kiosk = loc.lamp(p.view), p.kiosk
	if !p.gone() {
		f.Frame.Pill = loc.pill(p.view, k)
	}
	if p.id > 0 {
		f.Frame.Plain, f.Frame.Shares = shared.PathBasicPage(p.id), p.sharesOf(p.id)
	}
	if judged(state) {
		f.Hero = loc.scene(f.Hero, state)
		f.Hero.Arrives = p.witnessed
	}
	return f
}

func (p *auditPage) Render() app.UI {
	p.drawn = p.face()
	f := p.drawn
	if p.gone() {
		return frameView(f.Frame, p.actions(), missingAudit(p.id, p.lang, p.device))
	}
	// The number of parts never changes: go-app would draw one in another's place, and
	// an open dialog would become a closed card.
	return frameView(f.Frame, p.actions(),
		crumbs(p.lang.T(text.NavPath),
			elWith("a", "", at{"href", "/"}, app.Text(p.lang.T(text.NavAudits))),
			elWith("span", "", at{"dir", "auto"}, app.Text(p.site()))),
		&part{M: f.Head, Page: p},
		elWith("section", "card hero", at{"aria-label", f.Hero.Heading},
			elText("h2", "vh", f.Hero.Heading),
			&part{M: f.Hero},
			&part{M: f.Strip, Page: p},
		),
		faultView(p.fault),
		el("div", "", p.details(p.locale())...),
		cancelDialog(p.lang, p.view.Progress, p.onCancelYes, p.onCancelDiscard, p.onCancelNo),
	)
}

// details is the lower half of the page.
func (p *auditPage) details(loc locale) []app.UI {
	state := p.view.Progress
	switch {
	case !bare(state):
		return []app.UI{el("div", "cols",
			&part{M: p.course(loc), Page: p},
			el("div", "side",
				&part{M: loc.score(state)},
				&part{M: loc.responses(state)},
				&part{M: p.findings(loc), Page: p},
			),
		)}
	case state.GeoScore != nil:
		return []app.UI{&part{M: loc.score(state)}}
	}
	return nil
}

func (p *auditPage) onCancelYes(ctx app.Context, _ app.Event) { p.act(ctx, actCancel) }

func (p *auditPage) onCancelDiscard(ctx app.Context, _ app.Event) { p.act(ctx, actDiscard) }

func (p *auditPage) onCancelNo(app.Context, app.Event) { closeDialog(cancelDialogID) }

func (p *auditPage) head(loc locale, k pulse) headModel {
	m := loc.head(p.id, p.view.Progress, k)
	switch {
	case p.cancelling:
		m.Act, m.Button, m.Waits = actAskCancel, p.lang.T(text.CancelBusy), true
	case p.cancellable():
		m.Act, m.Button, m.Waits = actAskCancel, p.lang.T(text.CancelButton), p.held() || p.unreachable()
	case m.Act == actAgain && p.starting:
		m.Button, m.Waits = p.lang.T(text.StartBusy), true
	case m.Act == actAgain:
		m.Waits = p.unreachable()
	}
	if n := p.watching(); n > 1 {
		m.Meta = append(m.Meta, p.lang.T(text.Watching, p.lang.Number(n)))
	}
	m.Tools = p.tools()
	if m.Act != actNothing {
		m.Why = p.device.onlyOnline(p.lang)
	}
	if m.Link != "" && p.view.Unheard() && !p.reportKept {
		m.Link = "" // it could not be shown
	}
	return m
}
