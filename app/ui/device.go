package ui

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/browser"
	"atalaya/app/internal/kept"
	"atalaya/app/internal/live"
	"atalaya/app/internal/outbox"
	"atalaya/shared"
	"atalaya/shared/text"
)

// device is what all pages of one browser share. Only the UI goroutine of the
// browser changes it; a server's pages only read it, and it stays empty there.
type device struct {
	// skew is what is known about this device's clock, stamped the server's time from which
	// it was learnt last, and drift what the clock had passed more than the time by then.
	skew    skew
	stamped time.Time
	drift   time.Duration
	// role is what the reader may do, as the server said when it drew the first page; empty
	// when it drew none.
	role shared.Role
	// visits counts the pages opened in this browser.
	visits int
	// created is the audit that the user has just started, for its page to begin
	// with.
	created *shared.AuditProgress
	// discarded is an audit that was stopped to be deleted, which the list does; 0 for none.
	discarded int64
	// lost is true while the server does not answer, and silent while it is known that it
	// will not, so that what only it can do is not offered.
	lost, silent bool
	// outdated is true once the server has a newer version of the program.
	outdated bool
	// badge is the number on the app's icon, as far as this tab knows.
	badge int
	// trouble is what went wrong last between this tab and the server.
	trouble trouble
	// keys are the shortcuts; pressed gives one key to the page shown.
	keys    keys
	pressed func(key string)
	// visit leads from the page shown to another.
	visit func(address string)
	// story is how the visit has fared that began at a time.
	story live.Story
	began time.Time
	// icon is the tab's icon in place of the product's; empty for none.
	icon string
	// scrolls is where the reader was in the pages left.
	scrolls scrolls
	// outbox holds what waits for the connection; changes is the entry that the start box
	// changes, if its key is not empty.
	outbox  *outbox.Outbox
	changes outbox.Entry
	// kept is what can be read without the server.
	kept *kept.Store
}

// hear learns from a view how far this device's clock is off, and when a server is
// back, which may have a newer version of the program.
func (d *device) hear(v live.View) {
	d.learn(v.ServerTime, v.ServerTimeAt, drift(time.Now()))
	if v.Topic.IsList() && v.Audits != nil {
		if n := unended(v.Audits); n != d.badge {
			d.badge = n
			browser.Badge(n)
		}
	}
	if t, ok := troubleOf(v); ok {
		d.trouble = t
	}
	switch v.Phase {
	case live.Retrying, live.Offline:
		d.lost, d.silent = true, v.Phase == live.Offline
	case live.Live, live.Polling:
		d.silent = false
		if d.lost {
			d.lost = false
			app.TryUpdate()
			d.outbox.Send()
		}
	}
}

// unknownBadge is the number of a badge that is not known.
const unknownBadge = -1

// clockSet is the least difference that says that somebody set the clock, or that the device
// slept.
const clockSet = time.Second

// learn takes note of a time of the server's, read here at a moment. Once the clock was set,
// or may have been, what was learnt before says nothing any more.
func (d *device) learn(stamped, read time.Time, drift time.Duration) {
	if stamped.Equal(d.stamped) {
		return // every view repeats it
	}
	if (drift - d.drift).Abs() >= clockSet {
		d.skew.known = false
	}
	d.stamped, d.drift, d.skew = stamped, drift, d.skew.sample(stamped, read)
}

// programBegan is a moment on both clocks: that of the day, and the one that nobody sets.
var programBegan = time.Now()

// drift is what the clock of the day has passed more than the other since the program began.
func drift(now time.Time) time.Duration {
	return now.Round(0).Sub(programBegan.Round(0)) - now.Sub(programBegan)
}

// note learns from the outcome of a request whether the server answers.
func (d *device) note(err error) {
	back := d.silent && !unreached(err)
	if d.silent = unreached(err); back {
		d.outbox.Send()
	}
}

// away reports whether the server cannot be asked for anything.
func (d *device) away() bool { return d.silent || !live.Browser().Online() }

// onlyOnline is why what only the server can do is not offered; empty while it is.
func (d *device) onlyOnline(l text.Lang) (why string) {
	if d.away() {
		return l.T(text.OnlyOnline)
	}
	return ""
}

// recount puts how many audits go on on the app's icon when one has ended that is shown: the
// list does so while it is shown itself. Who has only a link to the audit knows of no others.
func (d *device) recount(ctx app.Context) {
	if d.role == "" {
		return
	}
	d.badge = unknownBadge
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		list, err := askList(c, shared.PathAudits+"?counts=true&limit=1")
		if err == nil && list.Counts != nil {
			browser.Badge(list.Counts.Pending + list.Counts.Running)
		}
	})
}

// unended counts the audits that go on.
func unended(audits []shared.AuditProgress) (n int) {
	for i := range audits {
		if !audits[i].Status.Terminal() {
			n++
		}
	}
	return n
}

// skew estimates how far this device's clock is ahead of the server's, so that
// the age of a running audit is true although the clock is not. Every sample is
// too large by the time the news took to arrive, so the smallest is the best.
type skew struct {
	ahead time.Duration
	known bool
}

// sample takes note of news that the server stamped and that was read here at now.
func (s skew) sample(stamped, now time.Time) skew {
	if d := now.Sub(stamped); !s.known || d < s.ahead {
		return skew{ahead: d, known: true}
	}
	return s
}

// frame is [skew.sample] for a state of an audit. The first state seen may be
// old: it proves something only when it lies in the future.
func (s skew) frame(updated, now time.Time) skew {
	if !s.known && updated.Before(now) {
		return s
	}
	return s.sample(updated, now)
}

// server is the server's time at this device's now.
func (s skew) server(now time.Time) time.Time { return now.Add(-s.ahead) }
