package ui

import (
	"context"
	"encoding/json"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
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

	loaded loadedFindings
}

// loadedFindings are the findings that were asked for. The box may come to stand for
// another check, so they say whose they are.
type loadedFindings struct {
	audit  int64
	check  string
	places []sampleModel
	cursor *string // of what follows; nil when nothing does
	begun  bool    // places replace the samples
	busy   bool
	code   string // names why the last request failed
}

func (f *findingsBox) Render() app.UI {
	l, state := f.Lang, f.state()
	places, label := f.Samples, f.All
	if state.begun {
		places, label = state.places, ""
		if state.cursor != nil {
			label = l.T(text.ReportMore)
		}
	}
	rows := make([]app.UI, len(places))
	for i, s := range places {
		rows[i] = sampleView(s)
	}
	return el("div", "", el("ul", "samples", rows...), f.moreView(label, state))
}

// moreView is the button for what is not shown yet, with what came of it.
func (f *findingsBox) moreView(label string, state loadedFindings) app.UI {
	if label == "" {
		return el("div", "")
	}
	sentence, waits := "", ""
	if state.code != "" {
		sentence = text.Problem(f.Lang, state.code)
	}
	if state.busy {
		waits = "true"
	}
	return el("div", "row",
		button("", at{"disabled", waits}, f.onMore, f.Check, app.Text(label)),
		elWith("span", "sm t2", at{"role", "status"}, app.Text(sentence)))
}

// state is what was loaded for the check that the box stands for now.
func (f *findingsBox) state() loadedFindings {
	if f.loaded.audit != f.Audit || f.loaded.check != f.Check {
		return loadedFindings{audit: f.Audit, check: f.Check}
	}
	return f.loaded
}

func (f *findingsBox) onMore(ctx app.Context, _ app.Event) {
	asked := f.state()
	if asked.busy {
		return
	}
	asked.busy, asked.code = true, ""
	f.loaded = asked
	cursor := ""
	if asked.cursor != nil {
		cursor = *asked.cursor
	}
	ctx.Async(func() {
		list, err := fetchFindings(asked.audit, asked.check, cursor)
		ctx.Dispatch(func(app.Context) {
			if f.loaded.audit == asked.audit && f.loaded.check == asked.check {
				f.loaded = f.loaded.receive(list, err, locale{Lang: f.Lang}, f.Site)
			}
		})
	})
}

// receive adds an answer to what is known.
func (s loadedFindings) receive(list shared.FindingList, err error, loc locale, site string) loadedFindings {
	s.busy = false
	if err != nil {
		s.code = failureCode(err)
		return s
	}
	s.begun, s.cursor = true, list.NextCursor
	for _, finding := range list.Findings {
		s.places = append(s.places, loc.sample(finding, site))
	}
	return s
}

// fetchFindings asks the server for the findings of one check behind cursor.
func fetchFindings(audit int64, check, cursor string) (list shared.FindingList, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	_, body, err := live.GetJSON(ctx, shared.PathFindings(audit, check, cursor))
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	return list, err
}
