package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/pause"
)

// model is a part of a page in words and numbers, ready to be drawn. Drawing is
// pure: equal models give equal trees.
type model interface {
	// draw makes the tree. The part's button, if it has one, calls do.
	draw(do app.EventHandler) app.UI
}

// part is the component that draws a model. go-app does not draw it again while
// its model stays deeply equal, so an event repaints only what it changed.
type part struct {
	app.Compo
	M    model
	Page actor // nil for parts without a button
}

// actor carries out what a part's button asks for. Pages are actors.
type actor interface {
	act(ctx app.Context, a action)
}

func (p *part) Render() app.UI {
	pause.Take()
	return p.M.draw(p.onClick)
}

func (p *part) onClick(ctx app.Context, e app.Event) {
	if p.Page == nil {
		return
	}
	switch m := p.M.(type) {
	case findingsModel:
		// What browsers do by themselves, go-app would take to another finding when their
		// order changes.
		e.PreventDefault()
		if page, ok := p.Page.(*auditPage); ok {
			page.unfold(ctx, ctx.JSSrc().Call("getAttribute", "data-check").String())
		}
	case interface{ asks() action }:
		p.Page.act(ctx, m.asks())
	case interface{ offers() []action }:
		for _, a := range m.offers() {
			if ctx.JSSrc().Get("value").String() == num(int(a)) {
				p.Page.act(ctx, a)
				return
			}
		}
	}
}

// asks is the action that the part's button asks its page for.
func (m stripModel) asks() action { return m.Action }
func (m logModel) asks() action   { return actLog }

func (m pagesModel) offers() []action { return []action{actFollow, actLog, actEvery} }

// offers are the actions of a part with several buttons, each of which has the number of
// its action for a value.
func (m headModel) offers() []action {
	all := []action{m.Act}
	for _, t := range m.Tools {
		all = append(all, t.Act)
	}
	return all
}
