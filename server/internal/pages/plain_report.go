package pages

import (
	"context"
	"net/http"
	"net/url"

	"atalaya/shared"
	"atalaya/shared/text"
)

// reportQuery is what of a report an address asks for: Cursor is where its list goes on, and
// In where the links to a page do.
type reportQuery struct {
	shared.ReportPlace
	Cursor, In string
}

// paramIn is where the next slice of the links to a page begins.
const paramIn = "in"

func readReportQuery(v url.Values) reportQuery {
	return reportQuery{ReportPlace: shared.ReadReportPlace(v), Cursor: v.Get(paramCursor), In: v.Get(paramIn)}
}

// partRows is how many rows of a long list a plain page has.
const partRows = 100

// report shows a part of a report, or the sheet of one of its pages.
func (p *plain) report(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		p.note(w, r, http.StatusBadRequest, l.T(text.BasicBadNumber), l.T(text.BasicBadNumberHelp), 0)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	report, err := p.Data.Report(ctx, id)
	switch {
	case err != nil:
		p.failed(w, r, l, id, err)
	case !report.Audit.HasReport(): // its own page renews itself until there is one, or says why there is none
		http.Redirect(w, r, withLang(r, shared.PathBasicPage(id)), http.StatusSeeOther)
	default:
		q := readReportQuery(r.URL.Query())
		if q.Page != "" {
			p.sheet(ctx, w, r, &report, &q)
			return
		}
		p.part(ctx, w, r, &report, &q)
	}
}

// part shows one part of a report.
func (p *plain) part(
	ctx context.Context, w http.ResponseWriter, r *http.Request, report *shared.Report, q *reportQuery,
) {
	l := p.choose(w, r)
	m := newPartModel(r, l, report, q)
	if err := p.fillPart(ctx, r, l, report, q, &m); err != nil {
		p.notListed(w, r, l, report.Audit.AuditID, err)
		return
	}
	m.Frame = p.frame(r, l, m.Heading+": "+shared.SiteName(report.Audit.URL), fullReport(r, report.Audit.AuditID))
	p.write(w, r, http.StatusOK, "report.html", m)
}

// fillPart fills in what a part consists of.
func (p *plain) fillPart(
	ctx context.Context, r *http.Request, l text.Lang, report *shared.Report, q *reportQuery, m *partModel,
) error {
	id := report.Audit.AuditID
	switch q.Part {
	case shared.PartPages:
		list, err := p.Details.Pages(ctx, id, q.Pages(q.Cursor, partRows))
		m.Table, m.Next = pageTable(r, l, id, list.Pages), nextPart(r, l, list.NextCursor)
		return err
	case shared.PartUnvisited:
		list, err := p.Details.Unvisited(ctx, id, q.Unvisited(q.Cursor, partRows))
		m.Places, m.Next = unvisitedPlaces(l, list.Unvisited), nextPart(r, l, list.NextCursor)
		return err
	case shared.PartPassed:
		m.Places = passedPlaces(l, report)
	case shared.PartNotApplicable:
		m.Places = skippedPlaces(l, report)
	case shared.PartChecks:
		m.Checks = chosenChecks(r, l, report, q)
	}
	return nil
}

// sheet shows all that an audit knows of one page.
func (p *plain) sheet(
	ctx context.Context, w http.ResponseWriter, r *http.Request, report *shared.Report, q *reportQuery,
) {
	l, id := p.choose(w, r), report.Audit.AuditID
	s, err := p.readSheet(ctx, id, q)
	if err != nil {
		p.notListed(w, r, l, id, err)
		return
	}
	m, status := newSheetModel(r, l, id, q, &s), http.StatusOK
	if s.page == nil {
		status = http.StatusNotFound
	}
	m.Frame = p.frame(r, l, m.Heading, fullReport(r, id))
	p.write(w, r, status, "sheet.html", m)
}

// sheet is what an audit knows of a page; without one it did not fetch it.
type sheet struct {
	page     *shared.Page
	findings []shared.Finding
	in, out  shared.LinkList
}

func (p *plain) readSheet(ctx context.Context, id int64, q *reportQuery) (s sheet, err error) {
	pages, err := p.Details.Pages(ctx, id, shared.PageQuery{URL: q.Page, Limit: 1})
	if err != nil || len(pages.Pages) == 0 {
		return s, err
	}
	s.page = &pages.Pages[0]
	found, err := p.Details.Findings(ctx, id, shared.FindingQuery{PageURL: q.Page, Limit: shared.ListLimitMax})
	if err != nil {
		return s, err
	}
	s.findings = found.Findings
	s.in, err = p.Details.Links(ctx, id, shared.LinkQuery{To: q.Page, Cursor: q.In, Limit: partRows})
	if err != nil {
		return s, err
	}
	s.out, err = p.Details.Links(ctx, id, shared.LinkQuery{From: q.Page, Cursor: q.Cursor, Limit: partRows})
	return s, err
}

// notListed says why a list of an audit cannot be shown.
func (p *plain) notListed(w http.ResponseWriter, r *http.Request, l text.Lang, id int64, err error) {
	if p.Problem(err).Status == http.StatusBadRequest { // the cursor is not one of ours
		p.nothing(w, r)
		return
	}
	p.failed(w, r, l, id, err)
}

// fullReport is the app's page of what a plain address shows.
func fullReport(r *http.Request, id int64) string {
	q := r.URL.Query()
	for _, ours := range [...]string{paramLang, paramOld, paramCursor, paramIn} {
		q.Del(ours)
	}
	return shared.WithQuery(shared.PathReportPage(id), q.Encode())
}
