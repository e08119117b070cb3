package ui

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// freshness marks the pages that the last frame brought. The rows are updated in
// place, and an animation starts again only under another name. So the tint
// alternates between two equal animations.
type freshness struct {
	known []string // the pages of the last frame
	fresh []string // those that were not in the frame before it
	turn  bool     // which of the two animations is on
	begun bool     // a frame was seen
}

// next takes note of a frame.
func (f freshness) next(p *shared.AuditProgress) freshness {
	if p == nil || p.Activity == nil {
		return f
	}
	n := freshness{turn: f.turn, begun: true}
	for _, line := range p.Activity.Pages {
		n.known = append(n.known, line.URL)
		if f.begun && !slices.Contains(f.known, line.URL) {
			n.fresh = append(n.fresh, line.URL)
		}
	}
	if slices.Equal(n.known, f.known) {
		return f
	}
	n.turn = !f.turn
	return n
}

// mark gives the fresh rows their class.
func (f freshness) mark(m pagesModel) pagesModel {
	for i := range m.Rows {
		if !slices.Contains(f.fresh, m.Rows[i].URL) {
			continue
		}
		m.Rows[i].Fresh = "new-a"
		if f.turn {
			m.Rows[i].Fresh = "new-b"
		}
	}
	return m
}

const cancelDialogID = "cancel"

// cancelDialog asks before an audit is stopped, and whether to keep what it has found.
func cancelDialog(l text.Lang, p *shared.AuditProgress, yes, discard, no app.EventHandler) app.UI {
	pages := 0
	if p != nil {
		pages = p.TotalPages
	}
	return elWith("dialog", "dialog", at{"id", cancelDialogID, "aria-labelledby", "cancel-title"},
		elWith("h2", "", at{"id", "cancel-title"}, app.Text(l.T(text.CancelQuestion))),
		elText("p", "", l.N(text.PagesDone, pages)),
		el("div", "dialog-a",
			button("", nil, no, "", app.Text(l.T(text.CancelGoOn))),
			button("btn-danger", nil, yes, "", app.Text(l.T(text.CancelConfirm))),
			button("btn-danger", nil, discard, "", app.Text(l.T(text.CancelDiscard))),
		),
	)
}

// showDialog opens a dialog; a browser without modal dialogs shows it in place.
func showDialog(id string) {
	d := app.Window().GetElementByID(id)
	switch {
	case !d.Truthy():
	case d.Get("showModal").Truthy():
		if !d.Get("open").Truthy() {
			d.Call("showModal")
		}
	default:
		d.Call("setAttribute", "open", "")
	}
}

// closeDialog closes a dialog and reports whether it was open.
func closeDialog(id string) (closed bool) {
	d := app.Window().GetElementByID(id)
	switch {
	case !d.Truthy() || !d.Call("hasAttribute", "open").Bool():
		return false
	case d.Get("close").Truthy():
		d.Call("close")
	default:
		d.Call("removeAttribute", "open")
	}
	return true
}
