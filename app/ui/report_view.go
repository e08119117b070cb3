package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
)

func (m reportModel) draw(app.EventHandler) app.UI {
	parts := []app.UI{}
	if m.Partial != "" {
		parts = append(parts, el("div", "conn warn solo",
			iconTriangle.draw(""),
			el("span", "msg", elText("strong", "", m.Partial), app.Text(" "), elText("span", "", m.PartialText)),
		))
	}
	return el("div", "stack", append(parts, verdictView(m), filesView(m.Lang, m.Audit), checksView(m), restView(m))...)
}

// verdictView is the score with its categories and the faults that limit it.
func verdictView(m reportModel) app.UI {
	switch {
	case m.Ring == nil && m.NoScore == "":
		return el("div", "")
	case m.Ring == nil:
		return el("section", "card", empty(m.NoScore))
	}
	bars := make([]app.UI, len(m.Bars))
	for i, b := range m.Bars {
		bars[i] = el("li", "",
			elText("span", "", b.Name),
			elText("b", "num", num(b.Score)),
			el("span", "m", fill(b.Score*100, b.Class)),
		)
	}
	if m.SoFar != "" {
		return card(m.SoFar, "", el("div", "card-b center", ringView(m.Ring, "ring-l")))
	}
	body := []app.UI{elText("h2", "vh", m.Categories), el("div", "card-b", el("div", "gauge",
		ringView(m.Ring, "ring-l"),
		elWith("ul", "cat", at{"aria-label", m.Categories}, bars...),
	))}
	if len(m.CapRows) > 0 {
		body = append(body, el("div", "caps", elText("h3", "", m.Caps), pairsView(m.CapRows)))
	}
	if m.Fixes != "" {
		body = append(body, el("div", "caps fixes", elText("h3", "", m.Fixes), pairsView(m.FixRows)))
	}
	return el("section", "card", body...)
}

func pairsView(rows []pairModel) app.UI {
	items := make([]app.UI, len(rows))
	for i, r := range rows {
		items[i] = el("li", "", elText("span", "grow", r.Name), elText("span", "t2", r.Value))
	}
	return el("ul", "pairs", items...)
}

func checksView(m reportModel) app.UI {
	if len(m.Checks) == 0 {
		return card(m.Findings, "", empty(m.NoFindings))
	}
	checks := make([]app.UI, len(m.Checks))
	for i, c := range m.Checks {
		checks[i] = checkView(c, m)
	}
	return elWith("section", "card findings", at{"aria-label", m.Findings},
		el("div", "card-h", elText("h2", "", m.Findings), elText("span", "count", num(len(m.Checks)))),
		el("div", "", checks...),
	)
}

func checkView(c checkModel, m reportModel) app.UI {
	body := []app.UI{}
	if c.Why != "" {
		body = append(body, elText("h3", "", m.Why), elText("p", "", c.Why))
	}
	if c.Fix != "" {
		body = append(body, elText("h3", "", m.Fix), elText("p", "", c.Fix))
	}
	if len(c.Samples) > 0 {
		body = append(body, elText("h3", "", m.Where), &findingsBox{
			Lang: m.Lang, Audit: m.Audit, Check: c.ID, Site: m.Site, Samples: c.Samples, All: c.All,
		})
	}
	return elWith("details", "chk", at{"id", "check-" + c.ID},
		el("summary", "",
			severityMark(c.Severity, c.Word),
			el("span", "", elText("b", "", c.Title), elText("small", "", c.Category)),
			elText("span", "sm t2 nowrap num hide-sm", c.Lost),
			elText("span", "sm t2 num extent", c.Extent),
			iconChevron.draw("i-s arr"),
		),
		el("div", "chk-b", body...),
	)
}

func sampleView(s sampleModel) app.UI {
	place := elText("span", "mono", s.Path)
	if s.URL != "" {
		place = outside("target", s.URL, midView("mono", s.Path))
	}
	facts := make([]app.UI, len(s.Facts))
	for i, f := range s.Facts {
		facts[i] = elWith("span", "t2", at{"dir", "auto"}, app.Text(f))
	}
	if s.Others != "" {
		return el("li", "", place, elText("span", "sm t2", " "+s.Others), el("div", "facts", facts...))
	}
	return el("li", "", place, el("div", "facts", facts...))
}

// restView lists, folded, the checks that passed or did not apply and the addresses
// that were not visited.
func restView(m reportModel) app.UI {
	var folds []app.UI
	if len(m.PassRows) > 0 {
		rows := make([]app.UI, len(m.PassRows))
		for i, r := range m.PassRows {
			rows[i] = el("li", "", iconCheck.draw("i-s good"), elText("span", "grow", r))
		}
		folds = append(folds, foldView(m.Passed, len(rows), el("ul", "pairs", rows...)))
	}
	if len(m.NotRows) > 0 {
		folds = append(folds, foldView(m.NotApply, len(m.NotRows), pairsView(m.NotRows)))
	}
	if len(m.UnvisitedRows) > 0 {
		folds = append(folds, foldView(m.Unvisited, len(m.UnvisitedRows),
			elText("p", "sm t2", m.UnvisitedHelp), pairsView(m.UnvisitedRows)))
	}
	if len(folds) == 0 {
		return el("div", "")
	}
	return el("section", "card folds", folds...)
}

func foldView(title string, n int, body ...app.UI) app.UI {
	return el("details", "chk",
		el("summary", "",
			el("span", "", elText("b", "", title)),
			elText("span", "count", num(n)),
			iconChevron.draw("i-s arr"),
		),
		el("div", "chk-b", body...),
	)
}

// reportState says why there is no report to show.
type reportState uint8

const (
	reportLoading reportState = iota
	reportShown
	reportNotReady
	reportGone
	reportFailed
)

// waitingView stands where the report will be.
func waitingView(title, help string, buttons ...app.UI) app.UI {
	return el("section", "card blank",
		elText("h2", "", title), elText("p", "", help), el("div", "row", buttons...),
	)
}

// readable reports whether a report is complete: it is written when the audit ends.
func readable(r *shared.Report) bool { return r != nil && r.Audit.Status.Terminal() }
