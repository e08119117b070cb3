package ui

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

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

	workerSeen  time.Time // the worker's newest sign of life, as askWorker learnt it
	workerAsked time.Time

	fresh freshness

	cancelling bool
	cancelText string // why cancelling failed
}

func (p *auditPage) OnInit() {
	p.begin(p.titles)
	if id, ok := p.firstAudit(); ok {
		p.start(id)
	}
}

func (p *auditPage) OnPreRender(ctx app.Context) {
	id := auditID(ctx.Page().URL().Path)
	p.prerender(ctx, pageAudit, id, func(r *Request, b *boot) {
		p.id, p.view = id, live.View{Topic: live.Audit(id), Phase: live.Connecting}
		progress, err := r.Data.Progress(r.Ctx, id)
		switch {
		case err == nil:
			b.Progress = &progress
			p.view.Progress, p.view.ConfirmedAt = &progress, p.now
		case r.fail(err):
			b.Missing = true
			p.view.Phase, p.view.Reason = live.Closed, live.ReasonNotFound
		}
	})
}

// start shows audit id with what is known about it at once: what the server
// drew, or the copy kept on this device.
func (p *auditPage) start(id int64) {
	p.id = id
	p.view = live.View{Topic: live.Audit(id), Phase: live.Connecting}
	p.initial, p.lost, p.backAt = live.Copy{}, false, time.Time{}
	p.workerSeen, p.workerAsked, p.fresh = time.Time{}, time.Time{}, freshness{}
	p.cancelling, p.cancelText, p.say = false, "", announcer{}
	if id == 0 {
		p.view.Phase, p.view.Reason = live.Closed, live.ReasonNotFound
		return
	}
	if b, ok := p.takeBoot(pageAudit, id); ok {
		if b.Missing {
			p.view.Phase, p.view.Reason = live.Closed, live.ReasonNotFound
			return
		}
		if b.Progress != nil {
			p.initial = live.Copy{Progress: b.Progress}
			p.view.Progress, p.view.ConfirmedAt = b.Progress, p.now
			return
		}
	}
	if created := p.device.created; created != nil && created.AuditID == id {
		p.initial = live.Copy{Progress: created}
		p.view.Progress, p.view.ConfirmedAt = created, p.now
		p.device.created = nil
		return
	}
	if kept, ok := live.DeviceStorage().FindAudit(id); ok {
		p.initial = kept
		p.view.Progress, p.view.Saved, p.view.SavedAt = kept.Progress, true, kept.SavedAt
	}
}

func (p *auditPage) OnMount(ctx app.Context) { p.tick(ctx, p.everySecond) }

func (p *auditPage) OnNav(ctx app.Context) {
	p.navigate(ctx, func() {
		if id := auditID(ctx.Page().URL().Path); id != p.id {
			p.unfollow()
			p.start(id)
		}
		if p.session == nil && p.view.Phase != live.Closed {
			p.follow(ctx, live.Audit(p.id), p.initial, p.receive)
		}
	})
}

func (p *auditPage) OnDismount() { p.leave() }

func (p *auditPage) receive(ctx app.Context, v live.View) {
	old := p.view.Progress
	if now := v.Progress; now != nil && !v.Saved && (old == nil || old.Revision != now.Revision) {
		p.device.skew = p.device.skew.frame(now.UpdatedAt.Time, p.now)
	}
	p.view = v
	if v.Terminal() {
		p.cancelling, p.cancelText = false, ""
	}
	p.fresh = p.fresh.next(v.Progress)
	p.noteConnection()
	p.describe(ctx)
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
	p.say = p.say.next(loc, p.view, loc.strip(p.connection()))
}

// everySecond is called every second while the page is open.
func (p *auditPage) everySecond(ctx app.Context) {
	p.noteConnection()
	p.askWorker(ctx)
}

// askEvery is the least time between two questions for the worker.
const askEvery = 30 * time.Second

// askWorker asks for the worker's last sign of life when none was heard for a
// while. A sign of life is not a visible change and makes no frame, so the page
// must ask before it says that the worker is silent.
func (p *auditPage) askWorker(ctx app.Context) {
	connected := p.view.Phase == live.Live || p.view.Phase == live.Polling
	silent, _ := p.locale().silence(p.connection())
	if !connected || silent < stalledAfter-askEvery/2 || p.now.Sub(p.workerAsked) < askEvery {
		return
	}
	p.workerAsked = p.now
	id := p.id
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), askEvery)
		defer cancel()
		_, body, err := live.GetJSON(c, shared.PathProgress(id))
		if err != nil {
			return
		}
		state, err := shared.DecodeAuditProgress(body)
		if err != nil || state.WorkerSeenAt == nil {
			return
		}
		ctx.Dispatch(func(app.Context) {
			if p.id == id {
				p.workerSeen = state.WorkerSeenAt.Time
			}
		})
	})
}

func (p *auditPage) connection() connection {
	return connection{
		View: p.view, BackAt: p.backAt, WorkerSeen: p.workerSeen, Clock: p.device.skew, Cancellable: p.cancellable(),
	}
}

func (p *auditPage) cancellable() bool {
	return p.view.Progress != nil && !p.view.Terminal() && p.view.Phase != live.Closed && !p.cancelling
}

// act does what a button of a component asks for.
func (p *auditPage) act(ctx app.Context, a action) {
	p.guard(func() {
		switch a {
		case actRetry:
			if p.session != nil {
				p.session.RetryNow()
			}
		case actAskCancel:
			showDialog(cancelDialogID)
		case actCancel:
			closeDialog(cancelDialogID)
			focusTitle() // the button that would get the focus back is about to go
			p.cancel(ctx)
		}
	})
}

// cancel asks the server to stop the audit; that it stopped comes with the
// stream.
func (p *auditPage) cancel(ctx app.Context) {
	if !p.cancellable() {
		return
	}
	p.cancelling, p.cancelText = true, ""
	id, visit := p.id, p.session
	ctx.Async(func() {
		c, stop := context.WithTimeout(context.Background(), callTimeout)
		defer stop()
		_, _, err := live.PostJSON(c, shared.PathCancel(id), nil, "")
		ctx.Dispatch(func(app.Context) {
			switch {
			case visit == nil || p.session != visit:
			case err != nil:
				p.cancelling = false
				p.cancelText = p.lang.T(text.CancelFailed, text.Problem(p.lang, failureCode(err)))
			case p.view.Phase != live.Live:
				visit.RetryNow()
			}
		})
	})
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

func (p *auditPage) Render() app.UI {
	loc := p.locale()
	m := p.frame()
	m.Pill = loc.pill(p.view)
	if p.id > 0 {
		m.Plain = shared.PathBasicPage(p.id)
	}
	state := p.view.Progress
	if p.gone() {
		m.Pill = pillModel{}
		return frameView(m, p.actions(), missingAudit(p.id, p.lang))
	}
	quiet := p.view.Phase == live.Offline || p.view.Phase == live.Closed && !p.view.Terminal()
	pages := p.fresh.mark(loc.pages(state))
	heading := loc.at(p.view).hero(state, p.device.skew, quiet)
	main := []app.UI{
		crumbs(p.lang.T(text.NavPath),
			elWith("a", "", at{"href", "/"}, app.Text(p.lang.T(text.NavAudits))),
			elWith("span", "", at{"dir", "auto"}, app.Text(p.site()))),
		&part{M: p.head(loc), Page: p},
		elWith("section", "card hero", at{"aria-label", heading.Heading},
			elText("h2", "vh", heading.Heading),
			&part{M: heading},
			&part{M: loc.strip(p.connection()), Page: p},
		),
	}
	if p.cancelText != "" {
		main = append(main, elWith("div", "conn bad solo", at{"role", "alert"},
			iconCross.draw(""), elText("span", "msg", p.cancelText)))
	}
	switch {
	case !bare(state):
		main = append(main, el("div", "cols",
			&part{M: pages},
			el("div", "side",
				&part{M: loc.score(state)},
				&part{M: loc.findings(state)},
				&part{M: loc.responses(state)},
			),
		))
	case state.GeoScore != nil:
		main = append(main, &part{M: loc.score(state)})
	}
	main = append(main, cancelDialog(p.lang, state, p.onCancelYes, p.onCancelNo))
	return frameView(m, p.actions(), main...)
}

func (p *auditPage) onCancelYes(ctx app.Context, _ app.Event) { p.act(ctx, actCancel) }

func (p *auditPage) onCancelNo(app.Context, app.Event) { closeDialog(cancelDialogID) }

func (p *auditPage) head(loc locale) headModel {
	m := loc.head(p.id, p.view.Progress)
	switch {
	case p.cancelling:
		m.Cancel, m.Cancelling = p.lang.T(text.CancelBusy), true
	case p.cancellable():
		m.Cancel = p.lang.T(text.CancelButton)
	}
	return m
}
