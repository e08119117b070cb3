package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
)

// prerender is OnPreRender of every page. On the server it takes the request's
// language, lets fill ask for the page's data, and leaves what fill put into the
// record for the client to start with. In the browser it does nothing.
func (b *base) prerender(ctx app.Context, kind pageKind, id int64, fill func(*Request, *boot)) {
	if app.IsClient {
		return
	}
	r := b.serve(ctx)
	if kind != pageShell { // which a browser keeps, whoever uses it later
		b.role = r.Role
	}
	record := boot{Page: kind, ID: id, Lang: b.lang, At: shared.At(b.now), Role: b.role}
	fill(r, &record)
	b.boot, b.watch = record.encode(), newWatchRecord(record).encode()
	b.describe(ctx)
}

// takeBoot reads the record that the server drew the page from, and learns from
// its time how far this device's clock is off. What the script has heard since
// then is in it.
func (b *base) takeBoot(kind pageKind, id int64) (boot, bool) {
	record, ok := readBoot(kind, id)
	if ok {
		b.device.skew = b.device.skew.sample(record.At.Time, b.now)
		b.device.role = record.Role
		b.handed = takeOver(&record)
	}
	return record, ok
}

// firstAudit is the id of the audit whose page the document was opened with, known
// before the first navigation; ok is false later and on the server.
func (b *base) firstAudit() (id int64, ok bool) {
	if app.IsServer || b.device.visits > 0 {
		return 0, false
	}
	return auditID(app.Window().URL().Path), true
}

// auditID reads the id of an audit's page or report from a path; 0 is none.
func auditID(path string) int64 {
	rest, _ := strings.CutPrefix(path, "/audits/")
	segment, _, _ := strings.Cut(rest, "/")
	id, ok := shared.ParseID(segment)
	if !ok {
		return 0
	}
	return id
}

// navigate is OnNav of every page with data. In the browser it moves the focus,
// lets update take the new address, and brings the title up to date.
func (b *base) navigate(ctx app.Context, update func()) {
	if app.IsServer {
		return
	}
	b.arrive(ctx)
	update()
	b.describe(ctx)
}
