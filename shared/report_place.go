package shared

import (
	"net/url"
	"slices"
	"strings"
)

// ReportPart names a part of a report as addresses do.
type ReportPart string

// The parts. The findings by check are the first, which addresses do not name.
const (
	PartChecks        ReportPart = ""
	PartPages         ReportPart = "page"
	PartPassed        ReportPart = "passed"
	PartNotApplicable ReportPart = "na"
	PartUnvisited     ReportPart = "unvisited"
)

// ReportParts lists the parts in the order of their tabs.
var ReportParts = [...]ReportPart{PartChecks, PartPages, PartPassed, PartNotApplicable, PartUnvisited}

// ReportPlace is what of a report is shown. All of it stands in the address, of the app's page
// and of the plain one alike, so that a link, the way back and a reload lead to the same. Which
// of the filters count depends on the part. The zero value is a report's first view.
type ReportPlace struct {
	Part ReportPart
	// Text, Severity and Category choose checks; Text, Severity and Answer pages; Text and
	// Reason addresses that were not visited. Empty ones choose all.
	Text     string
	Severity Severity
	Category Category
	Answer   Answer
	Reason   string
	// Gravest is true when the gravest check comes first, and not that which cost most.
	Gravest bool
	// Open holds the ids of the checks that are unfolded.
	Open []string
	// Page is the address of the page whose sheet is shown instead of the report.
	Page string
}

// The names in addresses, where forms need them.
const (
	ParamPart      = "view"
	ParamText      = "q"
	ParamSeverity  = "sev"
	ParamCategory  = "cat"
	ParamAnswer    = "code"
	ParamReason    = "why"
	ParamOrder     = "order"
	ParamOpen      = "open"
	ParamSheetPage = "page"

	OrderGravest = "gravest" // the value of ParamOrder for Gravest
)

// ReadReportPlace reads an address. What it does not know it takes for nothing.
func ReadReportPlace(q url.Values) ReportPlace {
	p := ReportPlace{
		Text: q.Get(ParamText), Category: Category(q.Get(ParamCategory)), Reason: q.Get(ParamReason),
		Gravest: q.Get(ParamOrder) == OrderGravest, Page: q.Get(ParamSheetPage),
	}
	if part := ReportPart(q.Get(ParamPart)); slices.Contains(ReportParts[:], part) {
		p.Part = part
	}
	if s := Severity(q.Get(ParamSeverity)); s.Valid() {
		p.Severity = s
	}
	if a := Answer(q.Get(ParamAnswer)); slices.Contains(Answers[:], a) {
		p.Answer = a
	}
	if open := q.Get(ParamOpen); open != "" {
		p.Open = strings.Split(open, ",")
	}
	return p
}

// Query is the place as an address has it; empty for the report's first view.
func (p ReportPlace) Query() string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set(ParamPart, string(p.Part))
	set(ParamText, p.Text)
	set(ParamSeverity, string(p.Severity))
	set(ParamCategory, string(p.Category))
	set(ParamAnswer, string(p.Answer))
	set(ParamReason, p.Reason)
	if p.Gravest {
		set(ParamOrder, OrderGravest)
	}
	set(ParamOpen, strings.Join(p.Open, ","))
	set(ParamSheetPage, p.Page)
	return q.Encode()
}

// Of is the address of the place in the app's report of an audit.
func (p ReportPlace) Of(audit int64) string { return WithQuery(PathReportPage(audit), p.Query()) }

// Plain is the address of the plain page of the same; a report's first view is a part of the
// audit's own page.
func (p ReportPlace) Plain(audit int64) string {
	if q := p.Query(); q != "" {
		return WithQuery(PathBasicReport(audit), q)
	}
	return PathBasicPage(audit)
}

// Filtered reports whether something is left out.
func (p ReportPlace) Filtered() bool {
	return p.Text != "" || p.Severity != "" || p.Category != "" || p.Answer != "" || p.Reason != ""
}

// Everything is the place without its filters.
func (p ReportPlace) Everything() ReportPlace {
	return ReportPlace{Part: p.Part, Gravest: p.Gravest, Open: p.Open}
}

// ToPart is the place of another part, without the filters of this one; the part's own place
// is the same as it is.
func (p ReportPlace) ToPart(part ReportPart) ReportPlace {
	if part == p.Part && p.Page == "" {
		return p
	}
	return ReportPlace{Part: part}
}

// Chosen is the place with another category, class of answers or reason, whichever its part
// has.
func (p ReportPlace) Chosen(value string) ReportPlace {
	switch p.Part {
	case PartChecks:
		p.Category = Category(value)
	case PartPages:
		p.Answer = Answer(value)
	case PartUnvisited:
		p.Reason = value
	}
	return p
}

// Toggled is the place with a check unfolded, or folded if it was unfolded.
func (p ReportPlace) Toggled(check string) ReportPlace {
	if i := slices.Index(p.Open, check); i >= 0 {
		p.Open = slices.Delete(slices.Clone(p.Open), i, i+1)
	} else {
		p.Open = append(slices.Clone(p.Open), check)
	}
	return p
}

// Chooses reports whether the filters leave a failed check in. The text is looked for in the
// names of the check, which are in the reader's language, in its id, and in the addresses of
// the pages where it failed. Of another part than that of the checks no filter leaves one out.
func (p ReportPlace) Chooses(c *CheckResult, names ...string) bool {
	if p.Part != PartChecks {
		return true
	}
	if p.Severity != "" && p.Severity != c.Severity || p.Category != "" && p.Category != c.Category {
		return false
	}
	want := strings.ToLower(strings.TrimSpace(p.Text))
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), want) }
	return has(c.ID) || slices.ContainsFunc(names, has) ||
		slices.ContainsFunc(c.Samples, func(f Finding) bool { return has(f.PageURL) })
}

// Pages selects the pages that are asked for, from a cursor on.
func (p ReportPlace) Pages(cursor string, limit int) PageQuery {
	return PageQuery{Text: p.Text, Found: p.Severity, Answer: p.Answer, Cursor: cursor, Limit: limit}
}

// Unvisited selects the addresses that are asked for, from a cursor on.
func (p ReportPlace) Unvisited(cursor string, limit int) UnvisitedQuery {
	return UnvisitedQuery{Text: p.Text, Reason: p.Reason, Cursor: cursor, Limit: limit}
}
