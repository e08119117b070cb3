package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/shared"
)

func (m reportModel) draw(app.EventHandler) app.UI {
	parts := []app.UI{}
	if m.Partial != "" {
		parts = append(parts, h("div", "conn warn solo",
			iconTriangle.draw(""),
			h("span", "msg", ht("strong", "", m.Partial), app.Text(" "), ht("span", "", m.PartialText)),
		))
	}
	return h("div", "stack", append(parts, verdictView(m), checksView(m), restView(m))...)
}

// verdictView is the score with its categories and the faults that limit it.
func verdictView(m reportModel) app.UI {
	if m.Ring == nil {
		return h("section", "card", empty(m.NoScore))
	}
	bars := make([]app.UI, len(m.Bars))
	for i, b := range m.Bars {
		bars[i] = h("li", "",
			ht("span", "", b.Name),
			ht("b", "num", num(b.Score)),
			h("span", "m", fill(b.Score*100, b.Class)),
		)
	}
	body := []app.UI{h("div", "card-b", h("div", "gauge",
		ringView(m.Ring, "ring-l"),
		ha("ul", "cat", at{"aria-label", m.Categories}, bars...),
	))}
	if len(m.CapRows) > 0 {
		body = append(body, h("div", "caps", ht("h3", "", m.Caps), pairsView(m.CapRows)))
	}
	return h("section", "card", body...)
}

func pairsView(rows []pairModel) app.UI {
	items := make([]app.UI, len(rows))
	for i, r := range rows {
		items[i] = h("li", "", ht("span", "grow", r.Name), ht("span", "t2", r.Value))
	}
	return h("ul", "pairs", items...)
}

func checksView(m reportModel) app.UI {
	if len(m.Checks) == 0 {
		return card(m.Findings, "", empty(m.NoFindings))
	}
	checks := make([]app.UI, len(m.Checks))
	for i, c := range m.Checks {
		checks[i] = checkView(c, m)
	}
	return ha("section", "card", at{"aria-label", m.Findings},
		h("div", "card-h", ht("h2", "", m.Findings), ht("span", "count", num(len(m.Checks)))),
		h("div", "", checks...),
	)
}

func checkView(c checkModel, m reportModel) app.UI {
	body := []app.UI{}
	if c.Why != "" {
		body = append(body, ht("h4", "", m.Why), ht("p", "", c.Why))
	}
	if c.Fix != "" {
		body = append(body, ht("h4", "", m.Fix), ht("p", "", c.Fix))
	}
	if len(c.Samples) > 0 {
		samples := make([]app.UI, len(c.Samples))
		for i, s := range c.Samples {
			samples[i] = sampleView(s)
		}
		body = append(body, ht("h4", "", m.Where), h("ul", "samples", samples...))
	}
	if c.More != "" {
		body = append(body, ht("p", "xs t3", c.More))
	}
	return ha("details", "chk", at{"id", "check-" + c.ID},
		h("summary", "",
			severityMark(c.Severity, c.Word),
			h("span", "", ht("b", "", c.Title), ht("small", "", c.Category)),
			ht("span", "sm t2 nowrap num hide-sm", c.Lost),
			ht("span", "sm t2 nowrap num", c.Extent),
			iconChevron.draw("i-s arr"),
		),
		h("div", "chk-b", body...),
	)
}

func sampleView(s sampleModel) app.UI {
	var place app.UI = ht("span", "mono", s.Path)
	if s.URL != "" {
		place = outside("mono", s.URL, s.Path)
	}
	facts := make([]app.UI, len(s.Facts))
	for i, f := range s.Facts {
		facts[i] = ha("span", "t2", at{"dir", "auto"}, app.Text(f))
	}
	return h("li", "", place, h("div", "facts", facts...))
}

// restView lists, folded, the checks that passed or did not apply and the addresses
// that were not visited.
func restView(m reportModel) app.UI {
	var folds []app.UI
	if len(m.PassRows) > 0 {
		rows := make([]app.UI, len(m.PassRows))
		for i, r := range m.PassRows {
			rows[i] = h("li", "", iconCheck.draw("i-s good"), ht("span", "grow", r))
		}
		folds = append(folds, foldView(m.Passed, len(rows), h("ul", "pairs", rows...)))
	}
	if len(m.NotRows) > 0 {
		folds = append(folds, foldView(m.NotApply, len(m.NotRows), pairsView(m.NotRows)))
	}
	if len(m.UnvisitedRows) > 0 {
		folds = append(folds, foldView(m.Unvisited, len(m.UnvisitedRows),
			ht("p", "sm t2", m.UnvisitedHelp), pairsView(m.UnvisitedRows)))
	}
	if len(folds) == 0 {
		return h("div", "")
	}
	return h("section", "card folds", folds...)
}

func foldView(title string, n int, body ...app.UI) app.UI {
	return h("details", "chk",
		h("summary", "",
			h("span", "", ht("b", "", title)),
			ht("span", "count", num(n)),
			iconChevron.draw("i-s arr"),
		),
		h("div", "chk-b", body...),
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
	return h("section", "card blank",
		ht("h2", "", title), ht("p", "", help), h("div", "row", buttons...),
	)
}

// readable reports whether a report is complete: it is written when the audit ends.
func readable(r *shared.Report) bool { return r != nil && r.Audit.Status.Terminal() }
