package check

import (
	"context"

	"atalaya/shared"
)

// PageResult is what the page checks say of one page.
type PageResult struct {
	// Findings are in the order of the checks; their ID is 0.
	Findings []shared.Finding
	Facts    Facts
}

// RunPage asks every page check about p.
func RunPage(p *Page) PageResult {
	r := PageResult{Facts: p.facts()}
	r.Facts.Outcomes = make(Outcomes, len(pageChecks))
	for i := range pageChecks {
		c := &pageChecks[i]
		var fault *Fault
		if r.Facts.Outcomes[i], fault = c.Page.judge(p); fault != nil {
			r.Findings = append(r.Findings, c.finding(p.URL, *fault))
		}
	}
	return r
}

// judge asks the rule about p; the fault is that of a failure.
func (r *PageRule) judge(p *Page) (Outcome, *Fault) {
	if why := r.Applies(p); why != applies {
		return notApplicableFor(why), nil
	}
	if fault := r.Run(p); fault != nil {
		return failed, fault
	}
	return passed, nil
}

// SiteResult is what one site check says.
type SiteResult struct {
	ID      string
	Outcome shared.Outcome
	// Reason says why the check does not apply.
	Reason Reason
	// Grade is the share of full marks in quarters, 0 to 4; 4 is a pass. It is 0
	// when the check does not apply.
	Grade int
	// Findings, the gravest first, have no page and the ID 0; at most
	// [MaxSiteFindings]. A check of severity info has them although it passes.
	Findings []shared.Finding
}

// MaxSiteFindings bounds the findings of one site check; the last one then
// counts those left out.
const MaxSiteFindings = 100

// RunSite asks every site check. The result has one entry per check of [All] that
// has a site rule, in that order. When ctx ends first, the error is its cause, and the
// checks that were not answered by then do not apply.
func RunSite(ctx context.Context, in SiteInput) ([]SiteResult, error) {
	s := newSite(in)
	s.stopped = func() bool { return ctx.Err() != nil }
	out := make([]SiteResult, len(siteChecks))
	for i := range siteChecks {
		r := siteChecks[i].runSite(s)
		if s.stopped() { // in its midst, or before
			r = SiteResult{ID: r.ID, Outcome: shared.OutcomeNotApplicable, Reason: Incomplete}
		}
		out[i] = r
	}
	return out, context.Cause(ctx)
}

func (c *Check) runSite(s *site) SiteResult {
	r := SiteResult{ID: c.ID, Outcome: shared.OutcomeNotApplicable, Reason: c.Site.Applies(s)}
	if r.Reason != applies || s.stopped() {
		return r
	}
	grade, faults := c.Site.Run(s)
	r.Grade, r.Outcome = grade, shared.OutcomePass
	if grade < fullMarks {
		r.Outcome = shared.OutcomeFail
	}
	if left := len(faults) - MaxSiteFindings; left > 0 {
		faults = faults[:MaxSiteFindings]
		last := &faults[MaxSiteFindings-1]
		last.Evidence = append([]shared.Evidence{number("more-findings", left)}, last.Evidence...)
	}
	for _, f := range faults {
		r.Findings = append(r.Findings, c.finding("", f))
	}
	return r
}

func (c *Check) finding(page string, f Fault) shared.Finding {
	severity := c.Severity
	if f.Severity != "" {
		severity = f.Severity
	}
	return shared.Finding{
		CheckID: c.ID, Category: c.Category, Severity: severity, PageURL: page, Evidence: boundEvidence(f.Evidence),
	}
}
