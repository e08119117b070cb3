package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
	"atalaya/shared/text"
)

// unfolded is where a finding of a live page was found, as asked for when its reader unfolded
// it; nil while it is folded.
type unfolded = *listing[shared.Finding]

// unfold shows where the findings of a check were found by now, or no longer. ctx is that of
// its own element, which stays.
func (p *auditPage) unfold(ctx app.Context, check string) {
	if p.found[check] != nil {
		delete(p.found, check)
		return
	}
	s := new(listing[shared.Finding])
	p.found[check] = s
	s.ask(ctx, shared.PathGroups(p.id, check), false, readFindings)
}

// findings are the findings so far, and where those were found that are unfolded.
func (p *auditPage) findings(loc locale) findingsModel {
	m := loc.findings(p.view.Progress)
	for i := range m.Top {
		t := &m.Top[i]
		s := p.found[t.Check]
		if t.Open = s != nil; !t.Open {
			continue
		}
		if t.Wait = s.waits(); s.code != "" {
			t.Fault = text.Problem(loc.Lang, s.code)
		}
		for _, f := range s.rows {
			place := loc.sample(f, p.id, p.site())
			if !p.view.Progress.HasReport() {
				place.Sheet = ""
			}
			t.Places = append(t.Places, place)
		}
	}
	return m
}

// foldViews draws findings that unfold.
func foldViews(top []topRow, sheet string, do app.EventHandler) app.UI {
	rows := make([]app.UI, len(top))
	for i, t := range top {
		open, body := "", example(t)
		if t.Open {
			open = "true"
			body = append(placesView(t, sheet), elWith("span", "sm t2", at{"role", "status"}, app.Text(t.Fault)))
		}
		rows[i] = elWith("details", "chk", at{"open", open},
			pressed("summary", "", at{"data-check", t.Check}, do, t.Check,
				severityMark(t.Severity, t.Word),
				el("span", "", elText("b", "", t.Title), elText("small", "", t.Where)),
				iconChevron.draw("i-s arr"),
			),
			el("div", "chk-b", body...),
		)
	}
	return el("div", "", rows...)
}

// example is a page that fails, which is all that a page shows before the program runs.
func example(t topRow) []app.UI {
	if t.URL == "" {
		return nil
	}
	return []app.UI{outside(t.URL, midView("mono", t.Path))}
}

func placesView(t topRow, sheet string) []app.UI {
	if t.Wait {
		return []app.UI{skeleton()}
	}
	places := make([]app.UI, len(t.Places))
	for i, s := range t.Places {
		places[i] = sampleView(s, sheet, nil)
	}
	return []app.UI{el("ul", "samples", places...)}
}
