package pages

import (
	"net/http"
	"slices"

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
	Lists         []factList
	Links         []linkTable
	Back          link
}

// factList are facts under a heading of their own.
type factList struct {
	Heading string
	Facts   []fact
}

// linkTable are the links to a page, or those on it.
type linkTable struct {
	Heading, None string
	Table         table
	Next          link // without text at the end
}

func newPartModel(r *http.Request, l text.Lang, report *shared.Report, q *reportQuery) partModel {
	id := report.Audit.AuditID
	m := partModel{
		Heading: partName(l, q.Part), Site: report.Audit.URL, PartsHeading: l.T(text.ReportViews),
		Parts: partLinks(r, l, report), Filter: newFilterModel(r, l, report, q), Empty: l.T(text.None),
		Back: link{Href: withLang(r, shared.PathBasicPage(id)), Text: l.T(text.BackToAudit)},
	}
	m.Parts[slices.Index(shared.ReportParts[:], q.Part)].Here = true
	if q.Part == shared.PartPages {
		m.Empty = l.T(text.PagesNone)
	}
	if m.Filter.Action != "" && q.Filtered() {
		m.Empty = l.T(text.ReportNoMatch)
		m.Every = link{Href: partPath(r, id, q.Part), Text: l.T(text.ReportShowEvery)}
	}
	return m
}

func partName(l text.Lang, part shared.ReportPart) string {
	switch part {
	case shared.PartPages:
		return l.T(text.ReportByPage)
	case shared.PartPassed:
		return l.T(text.ReportPassed)
	case shared.PartNotApplicable:
		return l.T(text.ReportNotApplicable)
	case shared.PartUnvisited:
		return l.T(text.ReportUnvisited)
	}
	return l.T(text.ReportByCheck)
}

// partPath is the address of a part of a report.
func partPath(r *http.Request, id int64, part shared.ReportPart) string {
	place := shared.ReportPlace{Part: part}
	return withLang(r, shared.WithQuery(shared.PathBasicReport(id), place.Query()))
}

// sheetPath is the address of the sheet of a page.
func sheetPath(r *http.Request, id int64, page string) string {
	return withLang(r, shared.ReportPlace{Page: page}.Plain(id))
}

// partLinks leads to all parts, with how much is in each where that is known.
func partLinks(r *http.Request, l text.Lang, report *shared.Report) (links []partLink) {
	counts := map[shared.ReportPart]int{}
	for i := range report.Checks {
		switch report.Checks[i].Outcome {
		case shared.OutcomeFail:
			counts[shared.PartChecks]++
		case shared.OutcomePass:
			counts[shared.PartPassed]++
		case shared.OutcomeNotApplicable:
			counts[shared.PartNotApplicable]++
		}
	}
	for _, u := range report.Unvisited {
		counts[shared.PartUnvisited] += u.Count
	}
	for _, part := range shared.ReportParts {
		words := partName(l, part)
		if part != shared.PartPages {
			words += " (" + l.Number(counts[part]) + ")"
		}
		links = append(links, partLink{link{Href: partPath(r, report.Audit.AuditID, part), Text: words}, false})
	}
	return links
}

// nextPart leads to what follows in the list of an address.
func nextPart(r *http.Request, l text.Lang, cursor *string) link {
	return nextOf(r, l, paramCursor, cursor)
}

// nextOf leads to what follows in one of several lists.
func nextOf(r *http.Request, l text.Lang, param string, cursor *string) link {
	if cursor == nil {
		return link{}
	}
	q := r.URL.Query()
	q.Set(param, *cursor)
	return link{Href: shared.WithQuery(r.URL.EscapedPath(), q.Encode()), Text: l.T(text.ReportMore)}
}

// newFilterModel is the form of a part that can be long.
func newFilterModel(r *http.Request, l text.Lang, report *shared.Report, q *reportQuery) filterModel {
	m := filterModel{
		Action: shared.PathBasicReport(report.Audit.AuditID), Text: q.Text, Button: l.T(text.ListSearchButton),
	}
	if q.Part != shared.PartChecks {
		m.Hidden = []fact{{shared.ParamPart, string(q.Part)}}
	}
	if named, ok := text.Parse(r.URL.Query().Get(paramLang)); ok {
		m.Hidden = append(m.Hidden, fact{paramLang, named.Tag()})
	}
	switch q.Part {
	case shared.PartChecks:
		m.Label = l.T(text.ReportFilterChecks)
		m.Choices = []choice{severityChoice(l, q, shared.Severities[:]), categoryChoice(l, q), orderChoice(l, q)}
	case shared.PartPages:
		m.Label = l.T(text.ReportFilterPages)
		m.Choices = []choice{severityChoice(l, q, shared.Severities[:3]), answerChoice(l, q)} // pages count no others
	case shared.PartUnvisited:
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
	c := choice{Name: shared.ParamSeverity, Label: l.T(text.ReportFilter)}
	c.add("", l.T(text.ReportEvery), string(q.Severity))
	for _, s := range severities {
		c.add(string(s), text.Severity(l, string(s)), string(q.Severity))
	}
	return c
}

func categoryChoice(l text.Lang, q *reportQuery) choice {
	c := choice{Name: shared.ParamCategory, Label: l.T(text.ReportCategories)}
	c.add("", l.T(text.ReportEveryCategory), string(q.Category))
	for _, category := range shared.Categories {
		c.add(string(category), text.Category(l, string(category)), string(q.Category))
	}
	return c
}

func orderChoice(l text.Lang, q *reportQuery) choice {
	c, now := choice{Name: shared.ParamOrder, Label: l.T(text.ReportOrder)}, ""
	if q.Gravest {
		now = shared.OrderGravest
	}
	c.add("", l.T(text.ReportFixFirst), now)
	c.add(shared.OrderGravest, l.T(text.ReportGravestFirst), now)
	return c
}

func answerChoice(l text.Lang, q *reportQuery) choice {
	c := choice{Name: shared.ParamAnswer, Label: l.T(text.SheetAnswer)}
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
	c := choice{Name: shared.ParamReason, Label: l.T(text.ReportUnvisited)}
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
	for _, c := range report.FailedChecks(q.Gravest) {
		words, _ := text.Check(l, c.ID)
		if q.Chooses(c, words.Title, text.Category(l, string(c.Category))) {
			chosen = append(chosen, checkOf(r, l, report.Audit.AuditID, c))
		}
	}
	return chosen
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
		seen := pageOf(l, shared.PageLine{URL: p.URL, Status: p.Status, MS: p.MS})
		t.Rows = append(t.Rows, tableRow{
			Link: link{Href: sheetPath(r, id, p.URL), Text: p.URL},
			Cells: []cell{
				{t.Columns[1], seen.Code}, {t.Columns[2], seen.Time},
				{t.Columns[3], text.Severities(l, p.Findings)},
			},
		})
	}
	return t
}

func newSheetModel(r *http.Request, l text.Lang, id int64, q *reportQuery, s *sheet) sheetModel {
	m := sheetModel{
		Heading: q.Page, FoundHeading: l.T(text.SheetFindings),
		Back: link{Href: partPath(r, id, shared.PartPages), Text: l.T(text.SheetBack)},
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
	m.Lists = factLists(l, s.page)
	if s.in.Count != nil {
		m.Links = append(m.Links, linkTable{
			Heading: l.T(text.SheetLinksIn, l.Number(*s.in.Count)), None: l.T(text.SheetNoneIn),
			Table: newLinkTable(r, l, id, s.in.Links), Next: nextOf(r, l, paramIn, s.in.NextCursor),
		})
	}
	if s.out.Count != nil {
		m.Links = append(m.Links, linkTable{
			Heading: l.T(text.SheetLinksOut, l.Number(*s.out.Count)), None: l.T(text.SheetNoneOut),
			Table: newLinkTable(r, l, id, s.out.Links), Next: nextPart(r, l, s.out.NextCursor),
		})
	}
	return m
}

// factLists are the redirects and the headers of a page, where there are any.
func factLists(l text.Lang, p *shared.Page) (lists []factList) {
	redirects, headers := factList{Heading: l.T(text.SheetHops)}, factList{Heading: l.T(text.SheetHeaders)}
	for _, h := range p.Redirects {
		redirects.Facts = append(redirects.Facts, fact{text.Code(l, h.Status), h.URL})
	}
	for _, h := range p.Headers {
		headers.Facts = append(headers.Facts, fact{h.Name, h.Value})
	}
	for _, list := range [...]factList{redirects, headers} {
		if len(list.Facts) > 0 {
			lists = append(lists, list)
		}
	}
	return lists
}

// newLinkTable lists links; those to fetched pages lead to their sheets.
func newLinkTable(r *http.Request, l text.Lang, id int64, links []shared.Link) table {
	t := table{Columns: []string{l.T(text.ColumnPage), l.T(text.ColumnCode), l.T(text.SheetLinkText)}}
	for _, k := range links {
		row := tableRow{Link: link{Text: k.URL}, Cells: []cell{{Name: t.Columns[1]}, {t.Columns[2], k.Text}}}
		if k.Fetched {
			row.Link.Href, row.Cells[0].Text = sheetPath(r, id, k.URL), text.Code(l, k.Status)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// foundOn is a check that failed on the page whose sheet is shown.
func foundOn(l text.Lang, f *shared.Finding) check {
	words, _ := text.Check(l, f.CheckID)
	return check{
		Title: words.Title, Meta: text.Severity(l, string(f.Severity)), Fix: words.Fix,
		Places: []place{{Where: text.AllSeen(l, f)}},
	}
}

func pageFacts(l text.Lang, p *shared.Page) (facts []fact) {
	for _, f := range text.PageFacts(l, p, stamp(l, p.FetchedAt)) {
		facts = append(facts, fact{l.T(f.Key), f.Value})
	}
	return facts
}
