package ui

import (
	"net/url"
	"slices"
	"strings"

	"atalaya/shared"
)

// reportPart names a part of a report as addresses do.
type reportPart string

const (
	partChecks        reportPart = "" // the findings by check
	partPages         reportPart = "page"
	partPassed        reportPart = "passed"
	partNotApplicable reportPart = "na"
	partUnvisited     reportPart = "unvisited"
)

// reportParts lists them in the order of the tabs.
var reportParts = [...]reportPart{partChecks, partPages, partPassed, partNotApplicable, partUnvisited}

// reportPlace is what of a report is shown: all of it stands in the address, so that a link,
// the way back and a reload lead to the same. Which of the filters count depends on the part.
type reportPlace struct {
	Part reportPart
	// Text, Severity and Category choose checks; Text, Severity and Answer pages; Text and
	// Reason addresses that were not visited. Empty ones choose all.
	Text     string
	Severity shared.Severity
	Category shared.Category
	Answer   shared.Answer
	Reason   string
	// Gravest is true when the gravest check comes first, and not that which cost most.
	Gravest bool
	// Open holds the ids of the checks that are unfolded.
	Open []string
	// Page is the address of the page whose sheet is shown instead of the report.
	Page string
}

// The names in addresses.
const (
	queryPart     = "view"
	queryText     = "q"
	querySeverity = "sev"
	queryCategory = "cat"
	queryAnswer   = "code"
	queryReason   = "why"
	queryOrder    = "order"
	queryOpen     = "open"
	queryPage     = "page"

	orderGravest = "gravest"
)

// reportPlaceOf reads an address. What it does not know it takes for nothing.
func reportPlaceOf(q url.Values) reportPlace {
	p := reportPlace{
		Text: q.Get(queryText), Category: shared.Category(q.Get(queryCategory)), Reason: q.Get(queryReason),
		Gravest: q.Get(queryOrder) == orderGravest, Page: q.Get(queryPage),
	}
	if part := reportPart(q.Get(queryPart)); slices.Contains(reportParts[:], part) {
		p.Part = part
	}
	if s := shared.Severity(q.Get(querySeverity)); s.Valid() {
		p.Severity = s
	}
	if a := shared.Answer(q.Get(queryAnswer)); slices.Contains(shared.Answers[:], a) {
		p.Answer = a
	}
	if open := q.Get(queryOpen); open != "" {
		p.Open = strings.Split(open, ",")
	}
	return p
}

// query is the place as an address has it; empty for the report's first view.
func (p reportPlace) query() string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set(queryPart, string(p.Part))
	set(queryText, p.Text)
	set(querySeverity, string(p.Severity))
	set(queryCategory, string(p.Category))
	set(queryAnswer, string(p.Answer))
	set(queryReason, p.Reason)
	if p.Gravest {
		set(queryOrder, orderGravest)
	}
	set(queryOpen, strings.Join(p.Open, ","))
	set(queryPage, p.Page)
	return q.Encode()
}

// of is the address of the place in the report of an audit.
func (p reportPlace) of(audit int64) string {
	path := shared.PathReportPage(audit)
	if q := p.query(); q != "" {
		path += "?" + q
	}
	return path
}

// plain is the address of the plain page of the same.
func (p reportPlace) plain(audit int64) string {
	if q := p.query(); q != "" {
		return shared.PathBasicReport(audit) + "?" + q
	}
	return shared.PathBasicPage(audit)
}

// toPart is the place of another part, without the filters of this one; the part's own
// place is the same as it is.
func (p reportPlace) toPart(part reportPart) reportPlace {
	if part == p.Part && p.Page == "" {
		return p
	}
	return reportPlace{Part: part}
}

// filtered reports whether something is left out.
func (p reportPlace) filtered() bool {
	return p.Text != "" || p.Severity != "" || p.Category != "" || p.Answer != "" || p.Reason != ""
}

// everything is the place without its filters.
func (p reportPlace) everything() reportPlace {
	return reportPlace{Part: p.Part, Gravest: p.Gravest, Open: p.Open}
}

// chosen is the place with another category, class of answers or reason, whichever its part
// has.
func (p reportPlace) chosen(value string) reportPlace {
	switch p.Part {
	case partChecks:
		p.Category = shared.Category(value)
	case partPages:
		p.Answer = shared.Answer(value)
	case partUnvisited:
		p.Reason = value
	}
	return p
}

// toggled is the place with a check unfolded, or folded if it was unfolded.
func (p reportPlace) toggled(check string) reportPlace {
	if i := slices.Index(p.Open, check); i >= 0 {
		p.Open = slices.Delete(slices.Clone(p.Open), i, i+1)
	} else {
		p.Open = append(slices.Clone(p.Open), check)
	}
	return p
}

// pagesPath is the API address of the pages that are asked for.
func (p reportPlace) pagesPath(audit int64) string {
	return shared.PathPages(audit, shared.PageQuery{Text: p.Text, Found: p.Severity, Answer: p.Answer, Limit: reportSlice})
}

// unvisitedPath is the API address of the addresses that are asked for.
func (p reportPlace) unvisitedPath(audit int64) string {
	return shared.PathUnvisited(audit, shared.UnvisitedQuery{Text: p.Text, Reason: p.Reason, Limit: reportSlice})
}

// reportSlice is how many rows of a long list come at once.
const reportSlice = 100
