package audit

import (
	"encoding/json"
	"fmt"
	"maps"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// report holds what a report is made of.
type report struct {
	tally     tally
	groups    map[string]map[uint64]int // as the board has them
	verdict   verdict
	scored    bool
	book      *book
	site      []check.SiteResult
	unvisited []shared.Unvisited
}

// encode gives the report as the store keeps it: a [shared.Report] without its
// audit, which the reader adds from the row.
func (r *report) encode() ([]byte, error) {
	out := struct {
		Score     *shared.Score        `json:"score"`
		Checks    []shared.CheckResult `json:"checks"`
		Unvisited []shared.Unvisited   `json:"unvisited"`
	}{Checks: r.checks(), Unvisited: r.unvisited}
	if r.scored {
		out.Score = &r.verdict.Score
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("audit: encode report: %w", err)
	}
	return b, nil
}

// checks has one result per check, in the order of the table.
func (r *report) checks() []shared.CheckResult {
	bySite := make(map[string]*check.SiteResult, len(r.site))
	for i := range r.site {
		bySite[r.site[i].ID] = &r.site[i]
	}
	out := make([]shared.CheckResult, 0, len(check.All))
	for _, c := range check.All {
		res := shared.CheckResult{
			ID: c.ID, Category: c.Category, Severity: c.Severity, Outcome: shared.OutcomeNotApplicable,
			Groups: len(r.groups[c.ID]), Samples: []shared.Finding{},
		}
		if l := r.tally[c.ID]; l != nil {
			res.Applied, res.Failed, res.Outcome = l.Applied, l.Failed, shared.OutcomePass
			if l.Failed > 0 {
				res.Outcome = shared.OutcomeFail
			}
		}
		if r.scored {
			res.PointsLost = r.verdict.Lost[c.ID]
		}
		if s := bySite[c.ID]; s != nil {
			res.Reason = string(s.Reason)
			res.Samples = append(res.Samples, s.Findings[:min(len(s.Findings), shared.MaxSamples)]...)
		} else {
			if res.Applied == 0 {
				res.Reason = string(r.book.mainReason(c.ID))
			}
			for _, s := range r.book.samples[c.ID] {
				s.finding.Group, s.finding.Count = work.GroupName(s.group), r.groups[c.ID][s.group]
				res.Samples = append(res.Samples, s.finding)
			}
		}
		out = append(out, res)
	}
	return out
}

// takeScore takes the score and what it was computed from off the board, with what would
// raise it most. Only now is it known how much of the site was left out.
func (r *report) takeScore(b *board) {
	b.caps.Unseen = countUnseen(r.unvisited)
	r.tally, r.groups = maps.Clone(b.tally), maps.Clone(b.groups)
	if r.verdict, r.scored = b.score(); r.scored {
		r.verdict.Score.Fixes = b.scoring().fixes(r.verdict)
	}
}

// countUnseen counts the addresses of the site that nothing is known of.
func countUnseen(left []shared.Unvisited) (n int) {
	for _, u := range left {
		switch u.Reason {
		case leftExternal, leftCut, string(crawl.ReasonPrivate): // of other sites, or read in part
		default:
			n += u.Count
		}
	}
	return n
}
