package ui

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
)

// A report in which everything failed has more to show than a browser draws at once. So a
// page begins with what its reader sees, the titles of the first checks or another part of
// the report, and draws the rest a little at a time: for who unfolds a check it is there, and
// for paper and for the browser's own search soon after. Between two steps the browser has
// its turn, and none of them keeps it for long.
const (
	titlesAtOnce = 20 // more than a screen holds
	bodiesAtOnce = 2
	unrollEvery  = 50 * time.Millisecond
)

// drawnPlaces is about how many places the server draws and the client starts with. The
// others come when the page stands.
const drawnPlaces = 200

// briefly is a report with as many places of each check as the first drawing has room for;
// whole says that these are all.
func briefly(r *shared.Report) (brief *shared.Report, whole bool) {
	most := max(drawnPlaces/max(len(r.FailedChecks(false)), 1), 1)
	short := *r
	short.Checks, whole = make([]shared.CheckResult, len(r.Checks)), true
	for i, c := range r.Checks {
		if len(c.Samples) > most {
			c.Samples, whole = c.Samples[:most], false
		}
		short.Checks[i] = c
	}
	return &short, whole
}

// begin makes sure that what the reader sees at once is drawn, of n checks. The server, which
// draws once, draws all.
func (k *checkModels) begin(part shared.ReportPart, n int) {
	switch {
	case app.IsServer:
		k.titles, k.bodies = n, n
	case part == shared.PartChecks:
		k.titles = max(k.titles, titlesAtOnce)
	}
}

// unrollStep is what comes next once a report is shown.
type unrollStep uint8

const (
	unrollNothing unrollStep = iota
	unrollRows
	unrollTitles
	unrollRest // what the report does not carry is asked for
	unrollCopy
	unrollBodies
)

// nextStep is what the reader sees first, and last what nobody waits for. Bodies wait for
// the places that the brief report lacks, so that none is drawn twice.
func (p *reportPage) nextStep() unrollStep {
	if p.state != reportShown {
		return unrollNothing
	}
	n, here := len(p.report.FailedChecks(false)), p.place.Page == ""
	switch {
	case here && p.place.Part == shared.PartPages && 1+p.rows.after < len(p.rows.parts):
		return unrollRows
	case here && p.checks.titles < n:
		return unrollTitles
	case !p.settled:
		return unrollRest
	case p.whole && p.unkept:
		return unrollCopy
	case here && p.checks.bodies < n && (p.whole || p.code != ""):
		return unrollBodies
	}
	return unrollNothing
}

// unroll takes one step after another until the report is drawn whole.
func (p *reportPage) unroll() {
	if p.unrolling || p.afterDrawing == nil || p.nextStep() == unrollNothing {
		return
	}
	p.unrolling = true
	// Once the last step is drawn: a pause that ran out meanwhile would be none.
	p.afterDrawing(func(ctx app.Context) {
		ctx.After(unrollEvery, func(ctx app.Context) {
			p.unrolling = false
			p.guard(func() { p.step(ctx, p.nextStep()) })
			p.unroll()
		})
	})
}

func (p *reportPage) step(ctx app.Context, s unrollStep) {
	switch s {
	case unrollRows:
		p.rows.after++
	case unrollTitles:
		p.checks.titles += titlesAtOnce
	case unrollRest:
		p.settled = true
		p.loadStory(ctx)
		if !p.whole {
			p.fetch(ctx)
		}
	case unrollCopy:
		p.keep()
	case unrollBodies:
		p.checks.bodies += bodiesAtOnce
	}
}
