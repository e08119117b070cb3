package ui

import (
	"slices"

	"atalaya/shared"
	"atalaya/shared/text"
)

// reportModel is a whole report in words, with what of it is shown.
type reportModel struct {
	// Partial says that the report does not cover the site, and why.
	Partial     string
	PartialText string
	// UpTo offers an audit that sees more; empty where that would not help.
	UpTo string

	Verdict verdictModel
	Trend   trendModel
	// Off is why what only the server can do is not offered; empty while it is.
	Off string
	// Far is why the lists of the report cannot be asked for, of neither the server nor this
	// device; empty while they can.
	Far string

	Tabs   []tabModel
	Views  string // names the tabs
	Filter filterModel
	Place  shared.ReportPlace

	Findings   string
	NoFindings string
	Checks     []checkModel
	// Drawn is how many of Checks are drawn, and Others says that the other parts which are
	// not shown are drawn as well. In the browser both come by and by.
	Drawn  int
	Others bool
	// NoMatch stands in place of a list from which the filters left nothing, else it is empty,
	// and Every is the button that takes them away.
	NoMatch, Every string

	Passed   string
	PassRows []string
	NotApply string
	NotRows  []pairModel

	Unvisited     string
	UnvisitedHelp string
	UnvisitedRows []pairModel

	Why, Fix, Where string
	Ticket          string // the button that copies a check

	// Lang, Audit and Site are for the places that are asked for later.
	Lang  text.Lang
	Audit int64
	Site  string
}

// tabModel leads to a part of the report.
type tabModel struct {
	Part  shared.ReportPart
	Name  string
	Count string // empty where the number is not known
	Link  string
	// Here is true for the part that is shown.
	Here bool
}

// pairModel is a name with what there is to say about it.
type pairModel struct{ Name, Value string }

// checkModel is a failed check.
type checkModel struct {
	ID       string
	Severity shared.Severity
	Word     string
	Title    string
	Category string
	Extent   string
	Lost     string
	Why, Fix string
	Samples  []sampleModel
	// All is the text of the button that shows all groups of findings; empty when the
	// samples are all.
	All string
	// Out is true for a check that the filters leave out, Open for one that is unfolded.
	Out, Open bool
	// Body is true when what is to be seen unfolded is drawn.
	Body bool
}

// sampleModel is one place where a check failed.
type sampleModel struct {
	URL  string // empty for the whole site
	Path string
	// Sheet is the address of the page's sheet; empty for the whole site.
	Sheet string
	// Others says how many more pages have the same fault; empty for none.
	Others string
	// Group is the group of which this is an example, and All the text of the button that
	// shows its pages; empty when this is all of it.
	Group, All string
	Facts      []string
}

// checkModels keeps the checks of a report in words, which are many and stay the same.
type checkModels struct {
	report *shared.Report
	lang   text.Lang
	known  map[string]checkModel
	// titles is how many of the checks that the filters leave in are drawn, and bodies how
	// many checks have what they hide, beside those that are unfolded.
	titles, bodies int
}

// check is one of them, with what it hides if that is wanted.
func (k *checkModels) check(loc locale, r *shared.Report, c *shared.CheckResult, site string, body bool) checkModel {
	if k.report != r || k.lang != loc.Lang {
		k.report, k.lang, k.known = r, loc.Lang, map[string]checkModel{}
	}
	m, ok := k.known[c.ID]
	if !ok || body && !m.Body {
		m = loc.check(*c, r.Audit.AuditID, site, body)
		k.known[c.ID] = m
	}
	return m
}

// report makes the whole report.
func (loc locale) report(r *shared.Report, place shared.ReportPlace, checks *checkModels) reportModel {
	l := loc.Lang
	m := reportModel{
		Views: l.T(text.ReportViews), Place: place,
		Findings: l.T(text.ReportFindings), NoFindings: l.T(text.ReportNoFindings),
		Every:  l.T(text.ReportShowEvery),
		Passed: l.T(text.ReportPassed), NotApply: l.T(text.ReportNotApplicable),
		Unvisited: l.T(text.ReportUnvisited), UnvisitedHelp: l.T(text.ReportUnvisitedHelp),
		Why: l.T(text.ReportWhy), Fix: l.T(text.ReportFix), Where: l.T(text.ReportPages), Ticket: l.T(text.CopyTicket),
		Lang: l, Audit: r.Audit.AuditID, Site: shared.SiteName(r.Audit.URL),
	}
	if r.Audit.Partial && r.Audit.Status == shared.StatusCompleted { // otherwise the page says how it ended
		m.Partial = l.T(text.ReportPartial)
		reason := ""
		if r.Audit.StopReason != nil {
			reason = *r.Audit.StopReason
		}
		m.PartialText = l.T(text.ReportPartialPages, text.StopReason(l, reason),
			l.Number(r.Audit.TotalPages), l.Number(r.Audit.Discovered))
		if limit := higherLimit(&r.Audit); limit > 0 {
			m.UpTo = l.T(text.ReportAgainUpTo, l.Number(limit))
		}
	}
	m.Verdict = loc.verdict(r)
	if r.Audit.TotalPages == 0 {
		m.NoFindings = l.T(text.ReportNothing)
	}
	loc.outcomes(&m, r, checks)
	left := 0
	for _, u := range r.Unvisited {
		if u.Count > 0 {
			left += u.Count
			m.UnvisitedRows = append(m.UnvisitedRows, pairModel{text.Unvisited(l, u.Reason), l.N(text.Addresses, u.Count)})
		}
	}
	m.Tabs = loc.tabs(&m, left)
	m.Filter = loc.filter(r, place)
	return m
}

// higherLimit is a limit of pages with which an audit would have seen what it knew of; 0 if
// its limit was not what kept it from that.
func higherLimit(p *shared.AuditProgress) int {
	if p.StopReason == nil || *p.StopReason != "limit" || p.PageLimit == nil || *p.PageLimit >= shared.PageLimitMax {
		return 0
	}
	for _, limit := range [...]int{100, 200, 500, 1000, 2000, 5000} {
		if limit > *p.PageLimit && limit >= p.Discovered {
			return limit
		}
	}
	return shared.PageLimitMax
}

// tabs leads to the parts that there are; left is how many addresses were not visited.
func (loc locale) tabs(m *reportModel, left int) (tabs []tabModel) {
	l := loc.Lang
	for _, part := range shared.ReportParts {
		t := tabModel{Part: part, Link: m.Place.ToPart(part).Of(m.Audit), Here: part == m.Place.Part}
		n := -1
		switch part {
		case shared.PartChecks:
			t.Name, n = l.T(text.ReportByCheck), len(m.Checks)
		case shared.PartPages:
			t.Name = l.T(text.ReportByPage)
		case shared.PartPassed:
			t.Name, n = m.Passed, len(m.PassRows)
		case shared.PartNotApplicable:
			t.Name, n = m.NotApply, len(m.NotRows)
		case shared.PartUnvisited:
			t.Name, n = m.Unvisited, left
		}
		if n >= 0 {
			t.Count = l.Number(n)
		}
		tabs = append(tabs, t)
	}
	return tabs
}

// outcomes sorts the checks: the failed ones as the place has it, the others as they come.
func (loc locale) outcomes(m *reportModel, r *shared.Report, checks *checkModels) {
	shown := 0
	for i, c := range r.FailedChecks(m.Place.Gravest) {
		open := slices.Contains(m.Place.Open, c.ID)
		check := checks.check(loc, r, c, m.Site, open || i < checks.bodies)
		check.Out, check.Open = !m.Place.Chooses(c, check.Title, check.Category), open
		m.Checks = append(m.Checks, check)
		if shown < checks.titles {
			m.Drawn = len(m.Checks)
		}
		if !check.Out {
			shown++
		}
	}
	m.Others = m.Drawn == len(m.Checks)
	if shown == 0 {
		m.NoMatch = loc.Lang.T(text.ReportNoMatch)
	}
	for i := range r.Checks {
		switch c := &r.Checks[i]; c.Outcome {
		case shared.OutcomePass:
			m.PassRows = append(m.PassRows, text.Passed(loc.Lang, c.ID))
		case shared.OutcomeNotApplicable:
			m.NotRows = append(m.NotRows, pairModel{text.Passed(loc.Lang, c.ID), text.Reason(loc.Lang, c.Reason)})
		}
	}
}

func (loc locale) check(c shared.CheckResult, audit int64, site string, body bool) checkModel {
	l := loc.Lang
	words, _ := text.Check(l, c.ID)
	m := checkModel{
		ID: c.ID, Severity: c.Severity, Word: text.Severity(l, string(c.Severity)),
		Title: words.Title, Why: words.Why, Fix: words.Fix,
		Category: text.Category(l, string(c.Category)),
		Extent:   text.Extent(l, c.ID, c.Failed, c.Groups),
		Lost:     text.Cost(l, c.PointsLost),
		Body:     body,
	}
	if !body {
		return m
	}
	for _, s := range c.Samples {
		m.Samples = append(m.Samples, loc.sample(s, audit, site))
	}
	m.All = text.AllGroups(l, &c)
	return m
}

func (loc locale) sample(f shared.Finding, audit int64, site string) sampleModel {
	s := sampleModel{
		URL: f.PageURL, Path: text.Place(loc.Lang, &f), Others: text.Others(loc.Lang, &f),
		Group: f.Group, All: text.AllPages(loc.Lang, &f),
	}
	if f.PageURL != "" {
		s.Path, s.Sheet = pagePath(site, f.PageURL), shared.ReportPlace{Page: f.PageURL}.Of(audit)
	}
	for _, e := range f.Evidence {
		s.Facts = append(s.Facts, text.Seen(loc.Lang, e))
	}
	return s
}

// filterModel is what the filters of a part offer; without Search the part has none.
type filterModel struct {
	Name   string // of the whole
	Search string // names the field
	Text   string
	Chips  []chipModel
	Choice choiceModel
	Orders []chipModel
	Order  string // names Orders
	Off    string // why it is off, where only the server can filter; empty where it is on
}

// chipModel is a button that stays pressed.
type chipModel struct {
	Value    string
	Severity shared.Severity // whose shape it has; empty for none
	Name     string
	Count    string
	Pressed  bool
}

// choiceModel is a list to choose one from; the first is all. Without options there is none.
type choiceModel struct {
	Name    string
	Options []optionModel
}

type optionModel struct {
	Value, Name string
	Chosen      bool
}

// filter offers what a part can be filtered by.
func (loc locale) filter(r *shared.Report, p shared.ReportPlace) filterModel {
	l := loc.Lang
	m := filterModel{Name: l.T(text.ReportFilter), Text: p.Text, Order: l.T(text.ReportOrder)}
	switch p.Part {
	case shared.PartChecks:
		m.Search, m.Chips = l.T(text.ReportFilterChecks), loc.severityChips(r, p.Severity)
		m.Choice = loc.categoryChoice(r, p.Category)
		m.Orders = []chipModel{
			{Name: l.T(text.ReportFixFirst), Pressed: !p.Gravest},
			{Value: shared.OrderGravest, Name: l.T(text.ReportGravestFirst), Pressed: p.Gravest},
		}
	case shared.PartPages:
		m.Search = l.T(text.ReportFilterPages)
		m.Chips = []chipModel{{Name: l.T(text.ReportEvery), Pressed: p.Severity == ""}}
		for _, s := range shared.Severities[:3] { // pages count no others
			m.Chips = append(m.Chips, loc.severityChip(s, p.Severity))
		}
		m.Choice = choiceModel{l.T(text.SheetAnswer), options(l.T(text.ReportEveryAnswer), string(p.Answer))}
		for _, a := range shared.Answers {
			m.Choice.add(string(a), loc.answer(a), string(p.Answer))
		}
	case shared.PartUnvisited:
		m.Search = l.T(text.ReportFilterURLs)
		m.Choice = choiceModel{l.T(text.ReportUnvisited), options(l.T(text.ReportEveryReason), p.Reason)}
		for _, u := range r.Unvisited {
			if u.Count > 0 {
				m.Choice.add(u.Reason, text.Unvisited(l, u.Reason), p.Reason)
			}
		}
	}
	return m
}

func (loc locale) answer(a shared.Answer) string {
	if a == shared.AnswerFailed {
		return loc.Lang.T(text.CodeNone)
	}
	return string(a)
}

// severityChips counts the failed checks of each severity that there is.
func (loc locale) severityChips(r *shared.Report, now shared.Severity) []chipModel {
	failed := r.FailedChecks(true)
	chips := []chipModel{{
		Name: loc.Lang.T(text.ReportEvery), Count: loc.Lang.Number(len(failed)), Pressed: now == "",
	}}
	for _, s := range shared.Severities {
		n := 0
		for _, c := range failed {
			if c.Severity == s {
				n++
			}
		}
		if n > 0 {
			chip := loc.severityChip(s, now)
			chip.Count = loc.Lang.Number(n)
			chips = append(chips, chip)
		}
	}
	return chips
}

func (loc locale) severityChip(s, now shared.Severity) chipModel {
	return chipModel{Value: string(s), Severity: s, Name: text.Severity(loc.Lang, string(s)), Pressed: s == now}
}

// categoryChoice offers the categories of failed checks.
func (loc locale) categoryChoice(r *shared.Report, now shared.Category) choiceModel {
	m := choiceModel{loc.Lang.T(text.ReportCategories), options(loc.Lang.T(text.ReportEveryCategory), string(now))}
	failed := r.FailedChecks(true)
	for _, category := range shared.Categories {
		if slices.ContainsFunc(failed, func(c *shared.CheckResult) bool { return c.Category == category }) {
			m.add(string(category), text.Category(loc.Lang, string(category)), string(now))
		}
	}
	return m
}

// options begins a choice with that of all.
func options(all, now string) []optionModel { return []optionModel{{"", all, now == ""}} }

func (m *choiceModel) add(value, name, now string) {
	m.Options = append(m.Options, optionModel{value, name, value == now})
}
