package ui

import (
	"net/url"
	"reflect"
	"strings"
	"time"

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
	// path is where the page was opened: as the list, or to start an audit.
	path string
	// address is what the page's address puts into the start box.
	address string

	history history
	// searched is what stands in the search field, letter by letter.
	searched string
	typed    int       // counts changes of the field, so that only the last is asked for
	asked    int       // counts questions, so that only the last is answered
	askedAt  time.Time // when that was
	busy     bool      // it is not answered

	chosen     map[int64]bool // the rows that the reader has selected
	picking    bool           // and can select on a phone
	menu       rowModel       // the row whose actions are offered
	deleted    deletion
	sharedText string // what another app has shared with this one, until it is looked at
	note       string // what came of the last thing that was asked for
	fault      string // why it was not done

	here  app.Context // of the page, since it was opened
	heard []func()    // end what the page hears from its window

	drawn *dashboardFace
}

// dashboardFace is what of the page may change with nothing but the time.
type dashboardFace struct {
	Frame frameModel
	List  listModel
	Ages  []string // of the rows
	// Undoable is how many deletions can be taken back.
	Undoable int
}

func (d *dashboardPage) OnInit() {
	d.begin(d.titles)
	d.view = live.View{Topic: live.List(), Phase: live.Connecting}
	if app.IsServer {
		return
	}
	d.open(app.Window().URL())
	if b, ok := d.takeBoot(pageDashboard, 0); ok && b.Audits != nil {
		d.initial = live.Copy{Audits: b.Audits}
		d.view.Audits, d.view.ConfirmedAt, d.view.Phase = b.Audits, d.now, d.handed
		if b.List != nil {
			d.history.answered(b.List, b.Audits)
		}
	} else if kept, ok := d.device.kept.Seen(live.List()); ok {
		d.initial = kept
		d.view.Audits, d.view.Saved, d.view.SavedAt = kept.Audits, true, kept.SavedAt
	}
	d.history.take(d.view.Audits)
}

// open takes what an address asks for.
func (d *dashboardPage) open(u *url.URL) {
	d.path = u.Path
	d.history.query, d.address, d.sharedText = readListQuery(u.Query()), u.Query().Get(paramURL), u.Query().Get(paramShared)
	if d.address == "" {
		d.address = addressIn(d.sharedText) // where phones put the address of a page
	}
	if text := d.history.query.Text; text != strings.TrimSpace(d.searched) {
		d.searched = text
	}
}

func (d *dashboardPage) OnPreRender(ctx app.Context) {
	d.open(ctx.Page().URL())
	d.prerender(ctx, pageDashboard, 0, func(r *Request, b *boot) {
		audits, err := r.Data.Newest(r.Ctx, shared.ListSnapshot)
		if err != nil {
			r.fail(err)
			return
		}
		// A list that is known to be empty is not nil.
		b.Audits = append([]shared.AuditProgress{}, audits...)
		d.view.Audits, d.view.ConfirmedAt = b.Audits, d.now
		list, err := r.Data.List(r.Ctx, d.history.query.asks())
		if err != nil && d.history.query.Cursor != "" { // it is not one of ours
			d.history.query = d.history.query.start()
			list, err = r.Data.List(r.Ctx, d.history.query.asks())
		}
		if err != nil {
			r.fail(err)
			return
		}
		b.List = &list
		if d.history.query.plain() {
			b.List = withoutKnown(list, b.Audits)
		}
		d.history.answered(&list, audits)
	})
}

func (d *dashboardPage) OnMount(ctx app.Context) {
	d.tick(ctx, d.everySecond)
	d.listen(ctx)
}

func (d *dashboardPage) OnNav(ctx app.Context) {
	d.here = ctx
	if d.session != nil { // another part of the list
		d.turned(ctx)
		return
	}
	d.open(ctx.Page().URL()) // within the app, the window learns of it after OnInit
	d.navigate(ctx, func() {
		d.follow(ctx, live.List(), d.initial, d.receive)
		if d.history.page == nil {
			d.ask(nil)
		}
		if !d.takeList(ctx, d.sharedText) {
			d.fillIn()
		}
		d.removeDiscarded()
	})
}

// fillIn puts what the address asks for into the start box, which was drawn before it was
// known, unless something stands there.
func (d *dashboardPage) fillIn() {
	if field := app.Window().GetElementByID(startFieldID); field.Truthy() && field.Get("value").String() == "" {
		field.Set("value", d.address)
	}
}

func (d *dashboardPage) OnDismount() {
	d.leaveDeleting()
	d.unlisten()
	d.leave()
}

func (d *dashboardPage) receive(ctx app.Context, v live.View) {
	d.device.hear(v)
	if !v.Saved && !d.view.Saved {
		d.history.notice(d.view.Audits, v.Audits)
	}
	d.view = v
	if d.idle() {
		d.history.take(v.Audits)
	}
	d.describe(ctx)
	d.everySecond(ctx)
}

func (d *dashboardPage) everySecond(ctx app.Context) (changed bool) {
	d.finishDeleting(ctx)
	d.refresh()
	loc := d.locale()
	d.say = d.say.next(loc, d.view, loc.strip(connection{View: d.view}), loc.silentOnes(d.view, d.vigil.seen))
	for i := range d.view.Audits {
		if loc.pulse(d.view, &d.view.Audits[i], d.vigil.seen).doubtful() {
			d.vigil.ask(ctx, d.now, live.List())
			break
		}
	}
	return !reflect.DeepEqual(d.face(), d.drawn)
}

func (d *dashboardPage) titles() (title, description string) {
	return d.locale().dashboardTitle(d.view.Audits), d.lang.T(text.DescriptionAudits)
}

func (d *dashboardPage) act(_ app.Context, a action) {
	if a == actRetry && d.session != nil {
		d.session.RetryNow()
	}
}

func (d *dashboardPage) face() *dashboardFace {
	loc := d.locale()
	f := &dashboardFace{Frame: d.frame(), List: loc.list(d.view, d.vigil.seen), Undoable: len(d.deleted.ids)}
	f.Frame.Here, f.Frame.Pill, f.Frame.Lamp = d.path, loc.pill(d.view, pulse{}), loc.lamp(d.view)
	rows, _ := d.history.rows(d.view.Audits)
	for _, p := range rows {
		if p.FinishedAt != nil {
			f.Ages = append(f.Ages, loc.when(p.FinishedAt.Time))
		}
	}
	return f
}

func (d *dashboardPage) Render() app.UI {
	d.drawn = d.face()
	loc, list := d.locale(), d.drawn.List

	main := []app.UI{
		elWith("h1", "vh", at{"id", titleID, "tabindex", "-1"}, app.Text(d.lang.T(text.TitleAudits))),
		&startBox{Lang: d.lang, Device: d.device, Address: d.address, Changes: d.device.changes.Key},
		outboxView(d.lang, loc.waiting(d.device.outbox.Entries()), d.onWaitingChange, d.onWaitingRemove),
	}
	notice := el("div", "")
	if list.Notice != nil {
		notice = el("div", "card notice", &part{M: *list.Notice, Page: d})
	}
	cards := make([]app.UI, len(list.Cards))
	for i, c := range list.Cards {
		cards[i] = &part{M: c}
	}
	return frameView(d.drawn.Frame, d.actions(), append(main, notice, runningView(list, cards), d.historyView(loc, list))...)
}
