package shared

import (
	"cmp"
	"slices"
)

// ReportVersion is the version of a report's JSON. It grows when a program that reads the
// version before would read it wrongly; a field more is no such change.
const ReportVersion = 1

// Report is the result of a finished audit.
type Report struct {
	// Version is [ReportVersion].
	Version int           `json:"version"`
	Audit   AuditProgress `json:"audit"`
	// Score is null when the audit gave none: it failed, or nothing answered.
	Score  *Score        `json:"score"`
	Checks []CheckResult `json:"checks"`
	// Unvisited counts what was left out by reason: limit, depth, time and bytes (the
	// audit's bounds), stopped (it ended early for another reason), busy (the site
	// kept asking for a pause), robots, cut (a page or sitemap that was not read
	// whole), memory (more addresses than an audit remembers), external (links to
	// other sites that were not checked).
	Unvisited []Unvisited `json:"unvisited"`
}

// SawAllPages reports whether the audit saw every page of the site: see [SawAllPages].
func (r *Report) SawAllPages() bool {
	reason := ""
	switch a := &r.Audit; {
	case a.Status != StatusCompleted || a.Partial && a.StopReason == nil:
		return false
	case a.Partial:
		reason = *a.StopReason
	}
	return SawAllPages(r.Unvisited, reason)
}

// SawAllPages reports whether an audit that left this unvisited, and ended early for this
// reason or for none (empty), saw every page that links and sitemaps lead to and robots.txt
// permits. It may not know where links to other sites lead.
func SawAllPages(left []Unvisited, stopReason string) bool {
	excluded := slices.ContainsFunc(left, func(u Unvisited) bool { return u.Reason == UnvisitedExcluded })
	return !excluded && (stopReason == "" || stopReason == StopExternal)
}

// Reasons that say more than that something is missing.
const (
	UnvisitedExcluded = "excluded" // the audit was asked to leave it out
	StopExternal      = "external" // some links to other sites were not checked, and nothing else is missing
)

// Unvisited counts URLs left out for one reason.
type Unvisited struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Score is the geo score with what it is made of. It is computed in whole numbers,
// points in 1/10,000, so that the same audit has the same score everywhere.
type Score struct {
	// Value is the geo score, 0 to 100.
	Value      int             `json:"value"`
	Categories []CategoryScore `json:"categories"`
	// BeforeCaps is the score before caps, in 1/100 of a point: 100 points without those
	// that the checks lost.
	BeforeCaps int `json:"before_caps"`
	// Caps are the limits that apply, the lowest first. The score cannot exceed
	// the first of them.
	Caps []Cap `json:"caps"`
	// Fixes are what raises the score most, the best first.
	Fixes []Fix `json:"fixes"`
	// Pages is the number of pages behind the score.
	Pages int `json:"pages"`
}

// CategoryScore is the part of one category. Categories without an applicable check
// have none.
type CategoryScore struct {
	Category Category `json:"category"`
	// Score is 0 to 100.
	Score int `json:"score"`
	// Weight is the category's share among all, in points of 100.
	Weight int `json:"weight"`
}

// Cap is a limit of the whole score, set by a grave fault.
type Cap struct {
	ID string `json:"id"`
	// Limit is the greatest score possible with the fault, 0 to 100.
	Limit int `json:"limit"`
	// Checks are the ids of the checks that found the fault; empty when it is none of the
	// site's. Pages counts the pages that have it, 0 when it is one of the whole site.
	Checks []string `json:"checks"`
	Pages  int      `json:"pages"`
	// PointsLost is what the cap costs once those before it are lifted, in 1/100 of a point.
	// What all caps cost adds up to what lies between the score and that before caps.
	PointsLost int `json:"points_lost"`
}

// Fix is a check that is worth mending.
type Fix struct {
	CheckID string `json:"check_id"`
	// Score is what the score becomes when this check passes on all pages, and those of the
	// fixes before it. It is computed as the score is; mending may let further checks apply.
	Score int `json:"score"`
}

// CheckResult is one check over the whole audit.
type CheckResult struct {
	ID       string   `json:"id"`
	Category Category `json:"category"`
	Severity Severity `json:"severity"`
	Outcome  Outcome  `json:"outcome"`
	// Reason says why the check did not apply.
	Reason string `json:"reason"`
	// Applied and Failed count pages; for a site-wide check they are 0 or 1.
	Applied int `json:"applied"`
	Failed  int `json:"failed"`
	// PointsLost is what the check cost, in 1/100 of a score point, before caps.
	PointsLost int `json:"points_lost"`
	// Groups is how many groups the findings make up; 0 in reports of earlier versions.
	Groups int `json:"groups,omitempty"`
	// Samples are the first findings of the groups nearest to home, at most [MaxSamples].
	Samples []Finding `json:"samples"`
}

// FailedChecks are the checks that found something: the gravest first, or those first that
// cost most.
func (r *Report) FailedChecks(gravest bool) (failed []*CheckResult) {
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Outcome == OutcomeFail {
			failed = append(failed, c)
		}
	}
	slices.SortStableFunc(failed, func(a, b *CheckResult) int {
		if gravest {
			return byGravity(a, b)
		}
		return cmp.Or(cmp.Compare(b.PointsLost, a.PointsLost), byGravity(a, b))
	})
	return failed
}

// byGravity orders failed checks: the gravest first, of equals the one that cost most.
func byGravity(a, b *CheckResult) int {
	return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(b.PointsLost, a.PointsLost))
}

// MaxSamples is how many groups of findings of one check a report carries.
const MaxSamples = 10
