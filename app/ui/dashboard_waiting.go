package ui

import (
	"context"
	"errors"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/outbox"
	"atalaya/shared"
	"atalaya/shared/text"
)

// onWaitingChange has the start box change the entry whose button was pressed.
func (d *dashboardPage) onWaitingChange(ctx app.Context, _ app.Event) {
	key := ctx.JSSrc().Get("value").String()
	for _, e := range d.device.outbox.Entries() {
		if e.Key == key {
			d.device.changes = e
			fillStart(e.Wish)
			app.Window().GetElementByID(startFieldID).Call("focus")
		}
	}
}

// onWaitingRemove drops the entry whose button was pressed.
func (d *dashboardPage) onWaitingRemove(ctx app.Context, _ app.Event) {
	key, box := ctx.JSSrc().Get("value").String(), d.device.outbox
	d.note, d.fault = "", ""
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		err := box.Remove(c, key)
		ctx.Dispatch(func(app.Context) {
			if d.device.changes.Key == key {
				d.device.changes = outbox.Entry{}
				fillStart(shared.NewAudit{})
			}
			switch {
			case errors.Is(err, outbox.ErrGone):
				d.note = d.lang.T(text.WaitingGone)
			case err != nil:
				d.fault = d.lang.T(text.WaitingStays)
			}
		})
	})
}

// watchOutbox has the page drawn again whenever what waits has changed, until stop is called.
func (d *dashboardPage) watchOutbox(ctx app.Context) (stop func()) {
	return d.device.outbox.Watch(func() { ctx.Dispatch(func(app.Context) {}) })
}
