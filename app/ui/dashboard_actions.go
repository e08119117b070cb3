package ui

import (
	"context"
	"encoding/json"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

const (
	// typingPause is how long the search waits for another letter.
	typingPause = 250 * time.Millisecond
	// refreshEvery is the least time between two questions for the same part of the list.
	refreshEvery = 3 * time.Second
	// undoWithin is how long a deletion can be taken back.
	undoWithin = 10 * time.Second
	// atTop is how far a page is scrolled at most while nothing of the list is read, in
	// pixels.
	atTop = 100
)

// idle reports whether the reader does nothing that a new row would get in the way of.
func (d *dashboardPage) idle() bool {
	return d.history.query.plain() && len(d.chosen) == 0 && d.menu.ID == 0 &&
		app.Window().Get("scrollY").Float() <= atTop
}

// ask asks for the part of the list that is wanted now. then, if not nil, runs when it is
// shown.
func (d *dashboardPage) ask(then func()) {
	d.asked++
	d.busy, d.askedAt = true, d.now
	number := d.asked
	d.askPage(d.history.query.asks(), func(list shared.AuditList, err error) {
		if number != d.asked {
			return
		}
		d.busy = false
		if err != nil {
			d.history.page, d.history.failed = nil, failureCode(err)
			return
		}
		d.history.answered(&list, d.view.Audits)
		if then != nil {
			d.here.Defer(func(app.Context) { then() })
		}
	})
}

// askPage asks for one page of a list. The answer comes to the page, because a button that
// asked may be gone by then.
func (d *dashboardPage) askPage(q shared.ListQuery, answered func(shared.AuditList, error)) {
	ctx := d.here
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		list, err := askList(c, shared.PathList(q))
		ctx.Dispatch(func(app.Context) {
			d.device.note(err)
			answered(list, err)
		})
	})
}

// askList reads one page of the list. Audits that break the contract are left out.
func askList(ctx context.Context, path string) (list shared.AuditList, err error) {
	_, body, err := live.GetJSON(ctx, path)
	if err != nil {
		return list, err
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return list, live.ErrForeign
	}
	whole := list.Audits[:0]
	for i := range list.Audits {
		if list.Audits[i].Validate() == nil {
			whole = append(whole, list.Audits[i])
		}
	}
	list.Audits = whole
	return list, nil
}

// refresh asks again when what is shown is no longer right, unless something is read.
func (d *dashboardPage) refresh() {
	if d.history.stale && !d.busy && d.idle() && !d.view.Unheard() && d.now.Sub(d.askedAt) >= refreshEvery {
		d.ask(nil)
	}
}

// showList brings the start of the list into view.
func (d *dashboardPage) showList() {
	if list := app.Window().GetElementByID(historyID); list.Truthy() && list.Call("getBoundingClientRect").Get("top").Float() < 0 {
		list.Call("scrollIntoView")
	}
	if heading := app.Window().GetElementByID(historyTitleID); heading.Truthy() {
		heading.Call("focus", map[string]any{"preventScroll": true})
	}
}

// turn shows another part of the list, which the address says then.
func (d *dashboardPage) turn(ctx app.Context, q listQuery) {
	if q != d.history.query {
		ctx.Navigate(q.link())
	}
}

// turned shows the part of the list that an address asks for.
func (d *dashboardPage) turned(ctx app.Context) {
	before := d.history.query
	d.open(ctx.Page().URL())
	if d.history.query == before {
		return
	}
	d.chosen, d.history.unfolded = nil, nil
	if d.history.query.Cursor == before.Cursor {
		d.ask(nil)
		return
	}
	d.ask(d.showList)
}

func (d *dashboardPage) onSearch(ctx app.Context, _ app.Event) {
	d.searched = ctx.JSSrc().Get("value").String()
	d.typed++
	number := d.typed
	ctx.After(typingPause, func(ctx app.Context) {
		if number == d.typed {
			d.search(ctx)
		}
	})
}

// onFind is for those who press Enter.
func (d *dashboardPage) onFind(ctx app.Context, e app.Event) {
	e.PreventDefault()
	d.typed++
	d.search(ctx)
}

func (d *dashboardPage) search(ctx app.Context) {
	d.turn(ctx, d.history.query.with(d.searched))
}

func (d *dashboardPage) onSort(ctx app.Context, _ app.Event) {
	q := d.history.query.start()
	q.Order = shared.Order(ctx.JSSrc().Get("value").String())
	d.turn(ctx, q)
}

// onNew shows what has come since.
func (d *dashboardPage) onNew(ctx app.Context, _ app.Event) {
	d.history.take(d.view.Audits)
	if d.history.query.Cursor != "" {
		d.turn(ctx, d.history.query.start())
		return
	}
	d.ask(d.showList)
}

func (d *dashboardPage) onAskAgain(app.Context, app.Event) { d.ask(nil) }

// choose selects a row, or no longer.
func (d *dashboardPage) choose(id int64) {
	if d.chosen == nil {
		d.chosen = map[int64]bool{}
	}
	if d.chosen[id] {
		delete(d.chosen, id)
	} else {
		d.chosen[id] = true
	}
}

// onChooseAll selects every row that is shown, or none if all are selected.
func (d *dashboardPage) onChooseAll(app.Context, app.Event) {
	rows, _ := d.history.rows(d.view.Audits)
	if len(d.chosen) >= len(rows) {
		d.chosen = nil
		return
	}
	d.chosen = map[int64]bool{}
	for _, p := range rows {
		d.chosen[p.AuditID] = true
	}
}

func (d *dashboardPage) onChooseNone(app.Context, app.Event) { d.chosen = nil }

// onPick shows the boxes of rows on a phone, or hides them with what was selected.
func (d *dashboardPage) onPick(app.Context, app.Event) {
	if d.picking = !d.picking; !d.picking {
		d.chosen = nil
	}
}

// unfold shows the older audits of a site behind its newest, or no longer.
func (d *dashboardPage) unfold(site string) {
	if _, unfolded := d.history.unfolded[site]; unfolded {
		delete(d.history.unfolded, site)
		return
	}
	if d.history.unfolded == nil {
		d.history.unfolded = map[string][]shared.AuditProgress{}
	}
	d.history.unfolded[site] = nil
	d.askPage(shared.ListQuery{Site: site, Ended: true}, func(list shared.AuditList, err error) {
		if _, wanted := d.history.unfolded[site]; !wanted {
			return // folded again, or another list is shown
		}
		if d.history.unfolded[site] = list.Audits; err != nil {
			delete(d.history.unfolded, site)
			d.fault = d.lang.T(text.ListFailed, text.Problem(d.lang, failureCode(err)))
		}
	})
}

// offer opens the actions of a row.
func (d *dashboardPage) offer(ctx app.Context, row rowModel) {
	d.menu = row
	ctx.Defer(func(app.Context) { showDialog(menuDialogID) })
}

func (d *dashboardPage) onMenuClose(app.Context, app.Event) { d.closeMenu() }

// closeMenu gives the id of the row whose actions were offered.
func (d *dashboardPage) closeMenu() (id int64) {
	id, d.menu = d.menu.ID, rowModel{}
	closeDialog(menuDialogID)
	return id
}

func (d *dashboardPage) onMenuAgain(ctx app.Context, _ app.Event) {
	id := d.closeMenu()
	d.againKey = "" // each row is another audit
	d.again(ctx, id, func(why string) { d.fault = why })
}

func (d *dashboardPage) onMenuCopy(app.Context, app.Event) {
	link := app.Window().Get("location").Get("origin").String() + shared.PathPage(d.closeMenu())
	if copyText(link) {
		d.note = d.lang.T(text.Copied)
	} else {
		d.fault = d.lang.T(text.CopyFailed) + " " + link
	}
}

func (d *dashboardPage) onMenuDelete(ctx app.Context, _ app.Event) {
	d.remove(d.closeMenu())
}

func (d *dashboardPage) onDeleteChosen(app.Context, app.Event) {
	ids := make([]int64, 0, len(d.chosen))
	for id := range d.chosen {
		ids = append(ids, id)
	}
	d.chosen = nil
	d.remove(ids...)
}

// deletion is what is about to be deleted and can still be taken back.
type deletion struct {
	ids   []int64
	until time.Time
}

// remove takes audits out of the list, and has them deleted when that can no longer be
// taken back.
func (d *dashboardPage) remove(ids ...int64) {
	d.note, d.fault = "", ""
	for _, id := range ids {
		d.history.bury(id)
	}
	d.deleted = deletion{append(d.deleted.ids, ids...), d.now.Add(undoWithin)}
}

// removeDiscarded removes the audit that was stopped on its own page to be deleted.
func (d *dashboardPage) removeDiscarded() {
	if id := d.device.discarded; id != 0 {
		d.device.discarded = 0
		d.remove(id)
	}
}

func (d *dashboardPage) onUndo(app.Context, app.Event) {
	for _, id := range d.deleted.ids {
		d.history.revive(id)
	}
	d.deleted = deletion{}
}

// finishDeleting deletes what is not taken back in time, one audit after the other.
func (d *dashboardPage) finishDeleting(ctx app.Context) {
	if len(d.deleted.ids) == 0 || d.now.Before(d.deleted.until) {
		return
	}
	ids := d.deleted.ids
	d.deleted = deletion{}
	ctx.Async(func() {
		kept := map[int64]error{}
		for _, id := range ids {
			c, cancel := context.WithTimeout(context.Background(), callTimeout)
			if _, _, err := live.Delete(c, shared.PathAudit(id)); err != nil {
				kept[id] = err
			}
			cancel()
		}
		ctx.Dispatch(func(app.Context) {
			for id, err := range kept {
				d.history.revive(id)
				d.fault = d.lang.T(text.DeleteFailed, text.Problem(d.lang, failureCode(err)))
			}
			d.history.stale = true
			if d.history.query.BySite { // others are the newest of their sites now
				d.ask(nil)
			}
		})
	})
}

// leaveDeleting has the browser delete at once what waits for that, because the page goes.
func (d *dashboardPage) leaveDeleting() {
	for _, id := range d.deleted.ids {
		app.Window().Call("fetch", shared.PathAudit(id), map[string]any{"method": "DELETE", "keepalive": true})
	}
	d.deleted = deletion{}
}
