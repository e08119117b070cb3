package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// model is a part of a page in words and numbers, ready to be drawn. Drawing is
// pure: equal models give equal trees.
type model interface {
	// draw makes the tree. do is for the part's button, if it has one.
	draw(do app.EventHandler) app.UI
}

// part is the component of every model. go-app leaves it alone while its model
// stays deeply equal, so an event repaints only what it changed.
type part struct {
	app.Compo
	M    model
	Page actor // nil for parts without a button
}

// actor does what a part's button asks for. Pages are actors.
type actor interface {
	act(ctx app.Context, a action)
}

func (p *part) Render() app.UI { return p.M.draw(p.onClick) }

func (p *part) onClick(ctx app.Context, _ app.Event) {
	if m, ok := p.M.(interface{ asks() action }); ok && p.Page != nil {
		p.Page.act(ctx, m.asks())
	}
}

// asks is what the part's button wants of the page.
func (m headModel) asks() action  { return actAskCancel }
func (m stripModel) asks() action { return m.Action }
