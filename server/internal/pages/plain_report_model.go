package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// partModel is a part of a report. It has checks, a table or places.
type partModel struct {
	Frame         frameModel
	Heading, Site string
	PartsHeading  string
	Parts         []partLink
	Filter        filterModel
	Checks        []check
	Table         table
	Places        []place
	Empty         string
	Every         link // takes the filters away; without text when there are none
	Next, Back    link // Next is without text at the end
}

// partLink leads to a part of a report.
type partLink struct {
	link
	Here bool
}

// filterModel is the form that chooses from a part; without an action there is none.
type filterModel struct {
	Action              string
	Hidden              []fact // the names and values of what stays as it is
	Label, Text, Button string
	Choices             []choice
}

// choice is a list to choose one from.
type choice struct {
	Name, Label string
	Options     []option
}

// sheetModel is what an audit knows of one page.
type sheetModel struct {
	Frame         frameModel
	Heading, Site string
	Missing       string
	Facts         []fact
	FoundHeading  string
	Checks        []check
	Nothing       string
	LeadsHeading  string
	Leads         table
	Next, Back    link // Next is without text at the end
}

func newPartModel(r *http.Request, l text.Lang, report *shared.Report, q *reportQuery) partModel {
	id := report.Audit.AuditID
	m := partModel{
		Heading: partName(l, q.Part), Site: report.Audit.URL, PartsHeading: l.T(text.ReportViews),
		Parts: partLinks(r, l, report), Filter: newFilterModel(r, l, report, q), Empty: l.T(text.None),
		Back: link{Href: withLang(r, shared.PathBasicPage(id)), Text: l.T(text.BackToAudit)},
	}
	m.Parts[slices.Index(reportParts[:], q.Part)].Here = true
	if q.Part == partPages {
		m.Empty = l.T(text.PagesNone)
	}
	if m.Filter.Action != "" && q.filtered() {
		m.Empty = l.T(text.ReportNoMatch)
		m.Every = link{Href: partPath(r, id, q.Part), Text: l.T(text.ReportShowEvery)}
	}
	return m
}

func partName(l text.Lang, part reportPart) string {
	switch part {
	case partPages:
		return l.T(text.ReportByPage)
	case partPassed:
		return l.T(text.ReportPassed)
	case partNotApplicable:
		return l.T(text.ReportNotApplicable)
	case partUnvisited:
		return l.T(text.ReportUnvisited)
	}
	return l.T(text.ReportByCheck)
}

// partPath is the address of a part of a report.
func partPath(r *http.Request, id int64, part reportPart) string {
	q := url.Values{}
	if part != partChecks {
		q.Set(paramPart, string(part))
	}
	return withLang(r, withQuery(shared.PathBasicReport(id), q))
}

// sheetPath is the address of the sheet of a page.
func sheetPath(r *http.Request, id int64, page string) string {
	return withLang(r, withQuery(shared.PathBasicReport(id), url.Values{paramPage: {page}}))
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// partLinks leads to all parts, with how much is in each where that is known.
func partLinks(r *http.Request, l text.Lang, report *shared.Report) (links []partLink) {
	counts := map[reportPart]int{}
	for i := range report.Checks {
		switch report.Checks[i].Outcome {
		case shared.OutcomeFail:
			counts[partChecks]++
		case shared.OutcomePass:
			counts[partPassed]++
		case shared.OutcomeNotApplicable:
			counts[partNotApplicable]++
		}
	}
	for _, u := range report.Unvisited {
		counts[partUnvisited] += u.Count
	}
	for _, part := range reportParts {
		words := partName(l, part)
		if part != partPages {
			words += " (" + l.Number(counts[part]) + ")"
		}
		links = append(links, partLink{link{Href: partPath(r, report.Audit.AuditID, part), Text: words}, false})
	}
	return links
}

// nextPart leads to what follows in the list of an address.
func nextPart(r *http.Request, l text.Lang, cursor *string) link {
	if cursor == nil {
		return link{}
	}
	q := r.URL.Query()
	q.Set(paramCursor, *cursor)
	return link{Href: withQuery(r.URL.EscapedPath(), q), Text: l.T(text.ReportMore)}
}

// newFilterModel is the form of a part that can be long.
func newFilterModel(r *http.Request, l text.Lang, report *shared.Report, q *reportQuery) filterModel {
	m := filterModel{
		Action: shared.PathBasicReport(report.Audit.AuditID), Text: q.Text, Button: l.T(text.ListSearchButton),
	}
	if q.Part != partChecks {
		m.Hidden = []fact{{paramPart, string(q.Part)}}
	}
	if named, ok := text.Parse(r.URL.Query().Get(paramLang)); ok {
		m.Hidden = append(m.Hidden, fact{paramLang, named.Tag()})
	}
	switch q.Part {
	case partChecks:
		m.Label = l.T(text.ReportFilterChecks)
		m.Choices = []choice{severityChoice(l, q, shared.Severities[:]), categoryChoice(l, q), orderChoice(l, q)}
	case partPages:
		m.Label = l.T(text.ReportFilterPages)
		m.Choices = []choice{severityChoice(l, q, shared.Severities[:3]), answerChoice(l, q)} // pages count no others
	case partUnvisited:
		m.Label = l.T(text.ReportFilterURLs)
		m.Choices = []choice{reasonChoice(l, report, q)}
	default:
		return filterModel{}
	}
	return m
}

// add adds an option. The first one is the empty value, which keeps all.
func (c *choice) add(value, words, now string) {
	c.Options = append(c.Options, option{value, words, value == now})
}

func severityChoice(l text.Lang, q *reportQuery, severities []shared.Severity) choice {
	c := choice{Name: paramSeverity, Label: l.T(text.ReportFilter)}
	c.add("", l.T(text.ReportEvery), string(q.Severity))
	for _, s := range severities {
		c.add(string(s), text.Severity(l, string(s)), string(q.Severity))
	}
	return c
}

func categoryChoice(l text.Lang, q *reportQuery) choice {
	c := choice{Name: paramCategory, Label: l.T(text.ReportCategories)}
	c.add("", l.T(text.ReportEveryCategory), string(q.Category))
	for _, category := range shared.Categories {
		c.add(string(category), text.Category(l, string(category)), string(q.Category))
	}
	return c
}

func orderChoice(l text.Lang, q *reportQuery) choice {
	c, now := choice{Name: paramSorted, Label: l.T(text.ReportOrder)}, ""
	if q.Gravest {
		now = orderGravest
	}
	c.add("", l.T(text.ReportFixFirst), now)
	c.add(orderGravest, l.T(text.ReportGravestFirst), now)
	return c
}

func answerChoice(l text.Lang, q *reportQuery) choice {
	c := choice{Name: paramAnswer, Label: l.T(text.SheetAnswer)}
	c.add("", l.T(text.ReportEveryAnswer), string(q.Answer))
	for _, a := range shared.Answers {
		words := string(a)
		if a == shared.AnswerFailed {
			words = l.T(text.CodeNone)
		}
		c.add(string(a), words, string(q.Answer))
	}
	return c
}

func reasonChoice(l text.Lang, report *shared.Report, q *reportQuery) choice {
	c := choice{Name: paramReason, Label: l.T(text.ReportUnvisited)}
	c.add("", l.T(text.ReportEveryReason), q.Reason)
	for _, u := range report.Unvisited {
		if u.Count > 0 {
			c.add(u.Reason, text.Unvisited(l, u.Reason)+" ("+l.Number(u.Count)+")", q.Reason)
		}
	}
	return c
}

// chosenChecks are the failed checks that the filters leave in.
func chosenChecks(r *http.Request, l text.Lang, report *shared.Report, q *reportQuery) (chosen []check) {
	failed := failedChecks(report)
	if !q.Gravest {
		slices.SortStableFunc(failed, func(a, b shared.CheckResult) int { return cmp.Compare(b.PointsLost, a.PointsLost) })
	}
	for i := range failed {
		if q.choosesCheck(l, &failed[i]) {
			chosen = append(chosen, checkOf(r, l, report.Audit.AuditID, &failed[i]))
		}
	}
	return chosen
}

// choosesCheck reports whether the filters leave a check in. Its text is looked for in what
// names the check, and in the pages where it failed.
func (q *reportQuery) choosesCheck(l text.Lang, c *shared.CheckResult) bool {
	if q.Severity != "" && q.Severity != c.Severity || q.Category != "" && q.Category != c.Category {
		return false
	}
	words, _ := text.Check(l, c.ID)
	names := []string{words.Title, text.Category(l, string(c.Category)), c.ID}
	for _, f := range c.Samples {
		names = append(names, f.PageURL)
	}
	return strings.Contains(strings.ToLower(strings.Join(names, "\n")), strings.ToLower(q.Text))
}

func passedPlaces(l text.Lang, report *shared.Report) (places []place) {
	for i := range report.Checks {
		if c := &report.Checks[i]; c.Outcome == shared.OutcomePass {
			places = append(places, place{Where: text.Passed(l, c.ID)})
		}
	}
	return places
}

func skippedPlaces(l text.Lang, report *shared.Report) (places []place) {
	for i := range report.Checks {
		if c := &report.Checks[i]; c.Outcome == shared.OutcomeNotApplicable {
			places = append(places, place{Where: text.Passed(l, c.ID), Seen: text.Reason(l, c.Reason)})
		}
	}
	return places
}

func unvisitedPlaces(l text.Lang, list []shared.UnvisitedURL) []place {
	places := make([]place, len(list))
	for i, u := range list {
		places[i] = place{Where: u.URL, Seen: text.Unvisited(l, u.Reason)}
		if u.Referrer != "" {
			places[i].Seen += " · " + l.T(text.ReportEvidence, l.T(text.SheetReferrer), u.Referrer)
		}
	}
	return places
}

// pageTable lists pages, each of which leads to its sheet.
func pageTable(r *http.Request, l text.Lang, id int64, pages []shared.Page) table {
	t := table{Columns: []string{
		l.T(text.ColumnPage), l.T(text.ColumnCode), l.T(text.ColumnTime), l.T(text.ColumnFindings),
	}}
	for i := range pages {
		p := &pages[i]
		seen, f := pageOf(l, shared.PageLine{URL: p.URL, Status: p.Status, MS: p.MS}), p.Findings
		t.Rows = append(t.Rows, tableRow{
			Link: link{Href: sheetPath(r, id, p.URL), Text: p.URL},
			Cells: []cell{
				{t.Columns[1], seen.Code}, {t.Columns[2], seen.Time},
				{t.Columns[3], l.T(text.BasicSeverities, l.Number(f.Error), l.Number(f.Warning), l.Number(f.Notice))},
			},
		})
	}
	return t
}

func newSheetModel(r *http.Request, l text.Lang, id int64, q *reportQuery, s *sheet) sheetModel {
	m := sheetModel{
		Heading: q.Page, FoundHeading: l.T(text.SheetFindings),
		Back: link{Href: partPath(r, id, partPages), Text: l.T(text.SheetBack)},
	}
	if s.page == nil {
		m.Missing = l.T(text.SheetMissing)
		return m
	}
	m.Facts = pageFacts(l, s.page)
	for i := range s.findings {
		m.Checks = append(m.Checks, foundOn(l, &s.findings[i]))
	}
	if len(m.Checks) == 0 {
		m.Nothing = l.T(text.SheetNothing)
	}
	if len(s.leads.Pages) > 0 {
		m.LeadsHeading, m.Leads = l.T(text.SheetLeads), pageTable(r, l, id, s.leads.Pages)
		m.Next = nextPart(r, l, s.leads.NextCursor)
	}
	return m
}

// foundOn is a check that failed on the page whose sheet is shown.
func foundOn(l text.Lang, f *shared.Finding) check {
	words, _ := text.Check(l, f.CheckID)
	return check{
		Title: words.Title, Meta: text.Severity(l, string(f.Severity)), Fix: words.Fix,
		Places: []place{{Where: text.AllSeen(l, f)}},
	}
}

// pageFacts are what the audit noted of a page. What it does not know, it does not say.
func pageFacts(l text.Lang, p *shared.Page) (facts []fact) {
	add := func(name text.Key, value string) {
		if value != "" {
			facts = append(facts, fact{l.T(name), value})
		}
	}
	if p.Status == 0 {
		add(text.SheetAnswer, l.T(text.CodeNone))
	} else {
		add(text.SheetAnswer, strconv.Itoa(p.Status))
		add(text.SheetTime, l.Milliseconds(p.MS))
	}
	if p.Failure != "" {
		add(text.SheetFailure, text.EvidenceValue(l, "failure", p.Failure))
	}
	if p.FinalURL != p.URL {
		add(text.SheetRedirect, p.FinalURL)
	}
	add(text.SheetTitle, p.Title)
	if p.Analysed {
		add(text.SheetWords, l.Number(p.Words))
	}
	add(text.SheetType, p.ContentType)
	if p.Bytes > 0 {
		add(text.SheetSize, l.T(text.SheetKilobytes, l.Tenths((p.Bytes+99)/100)))
	}
	add(text.SheetDepth, l.Number(p.Depth))
	add(text.SheetReferrer, p.Referrer)
	add(text.SheetFetched, stamp(l, p.FetchedAt))
	return facts
}
