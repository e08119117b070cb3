package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// findingsBox lists where a check failed: the report's samples first and, when asked,
// all places, as many at a time as the server gives.
type findingsBox struct {
	app.Compo
	Lang text.Lang
	// Audit and Check say whose findings they are, Site how their addresses are cut.
	Audit   int64
	Check   string
	Site    string
	Samples []sampleModel
	// All is the text of the button that shows all; empty when the samples are all.
	All string
	// Page keeps what was loaded, so that it is still there after a way to a page and back.
	Page *reportPage
}

func (f *findingsBox) Render() app.UI {
	return findingsView(f.Lang, f.places(), f.more(), f.onMore, f.Check)
}

func findingsView(l text.Lang, places []sampleModel, m moreModel, do app.EventHandler, scope string) app.UI {
	rows, sheet := make([]app.UI, len(places)), l.T(text.SheetOpen)
	for i, s := range places {
		rows[i] = sampleView(s, sheet)
	}
	return el("div", "", el("ul", "samples", rows...), m.draw(do, scope))
}

// path names the list of all places.
func (f *findingsBox) path() string { return shared.PathFindings(f.Audit, f.Check, "") }

// state is what was loaded of the check that the box stands for; nil when nothing was
// asked for.
func (f *findingsBox) state() *listing[shared.Finding] { return f.Page.places[f.path()] }

// places are the samples until all are asked for.
func (f *findingsBox) places() []sampleModel {
	s := f.state()
	if s == nil || !s.begun {
		return f.Samples
	}
	places := make([]sampleModel, len(s.rows))
	for i, finding := range s.rows {
		places[i] = locale{Lang: f.Lang}.sample(finding, f.Audit, f.Site)
	}
	return places
}

// more offers all places, and then those that follow.
func (f *findingsBox) more() moreModel {
	s := f.state()
	if s == nil || !s.begun {
		m := moreModel{Button: f.All}
		if s != nil {
			m.Busy, m.Fault = s.busy, more(&s.parts, f.Lang).Fault
		}
		return m
	}
	return more(&s.parts, f.Lang)
}

func (f *findingsBox) onMore(ctx app.Context, _ app.Event) {
	s := f.state()
	if s == nil {
		s = new(listing[shared.Finding])
		f.Page.places[f.path()] = s
	}
	s.ask(ctx, f.path(), true, readFindings)
}
