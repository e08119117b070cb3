package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// findingsBox lists where a check failed: the report's samples first and, when asked, all
// groups of findings and all pages of a group, as many at a time as the server gives.
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
	// Off is why it cannot be asked for; empty when it can.
	Off string
	// Page keeps what was loaded, so that it is still there after a way to a page and back.
	Page *reportPage
}

func (f *findingsBox) Render() app.UI {
	groups := shared.PathGroups(f.Audit, f.Check)
	return f.list(f.places(groups, f.Samples), groups, f.All)
}

// list draws places, each with the pages of its group, and below them what more there is at
// path, which all offers as long as nothing of it is there.
func (f *findingsBox) list(places []sampleModel, path, all string) app.UI {
	more := f.more(path, all).draw(f.onMore(path), path)
	if len(places) == 0 {
		return more
	}
	rows, sheet := make([]app.UI, len(places)), f.Lang.T(text.SheetOpen)
	for i, s := range places {
		rows[i] = sampleView(s, sheet, f.group(s))
	}
	return el("div", "", el("ul", "samples", rows...), more)
}

// group is the pages of the group that a place stands for: offered, or those that are there.
func (f *findingsBox) group(s sampleModel) app.UI {
	if s.All == "" {
		return nil
	}
	path := shared.PathGroup(f.Audit, f.Check, s.Group)
	pages := f.places(path, nil)
	for i := range pages {
		pages[i].Facts = nil // they are those of the example
	}
	return f.list(pages, path, s.All)
}

// places are the findings at path; before they are there, those known without asking.
func (f *findingsBox) places(path string, known []sampleModel) []sampleModel {
	s := f.Page.places[path]
	if s == nil || !s.begun {
		return known
	}
	places := make([]sampleModel, len(s.rows))
	for i, finding := range s.rows {
		places[i] = locale{Lang: f.Lang}.sample(finding, f.Audit, f.Site)
	}
	return places
}

// more offers all that there is at path, and then what follows.
func (f *findingsBox) more(path, all string) moreModel {
	s := f.Page.places[path]
	m := moreModel{Button: all}
	switch {
	case s != nil && s.begun:
		m = more(&s.parts, f.Lang)
	case s != nil:
		m.Busy, m.Fault = s.busy, more(&s.parts, f.Lang).Fault
	}
	m.off(f.Off)
	return m
}

func (f *findingsBox) onMore(path string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		s := f.Page.places[path]
		if s == nil {
			s = new(listing[shared.Finding])
			f.Page.places[path] = s
		}
		s.ask(ctx, path, true, readFindings)
	}
}
