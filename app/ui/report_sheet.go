package ui

import (
	"context"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// sheet is all that an audit knows of one page, as it was asked for.
type sheet struct {
	url      string
	page     *shared.Page // nil until known, and for an address that was not fetched
	findings []shared.Finding
	leads    []shared.Page // the pages that were found there first
	known    bool
	code     string // names why the last request failed
}

// fetchSheet asks the server for a page, what was found there and where it leads.
func fetchSheet(audit int64, url string) (s sheet, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	s = sheet{url: url}
	_, body, err := live.GetJSON(ctx, shared.PathPages(audit, shared.PageQuery{URL: url}))
	if err != nil {
		return s, err
	}
	pages, _, err := readPages(body)
	if err != nil || len(pages) == 0 {
		s.known = err == nil
		return s, err
	}
	s.page = &pages[0]
	if _, body, err = live.GetJSON(ctx, shared.PathPageFindings(audit, url)); err != nil {
		return s, err
	}
	if s.findings, _, err = readFindings(body); err != nil {
		return s, err
	}
	leads := shared.PathPages(audit, shared.PageQuery{Referrer: url, Limit: shared.ListLimitMax})
	if _, body, err = live.GetJSON(ctx, leads); err != nil {
		return s, err
	}
	s.leads, _, err = readPages(body)
	s.known = err == nil
	return s, err
}

// sheetModel is a page of an audit in words.
type sheetModel struct {
	URL, Path      string
	Back, BackText string
	Wait           bool
	Fault, Retry   string
	// Missing says that there is no such page.
	Missing  string
	Facts    []factModel
	Findings string
	Nothing  string
	Found    []foundModel
	Leads    string
	Table    pagesModel
}

// factModel is a fact of a page; Link is where it leads, if it is an address. Inner ones
// are pages of this audit.
type factModel struct {
	Name, Value string
	Link        string
	Inner       bool
}

// foundModel is a check that failed on the page.
type foundModel struct {
	Severity    shared.Severity
	Word, Title string
	Why, Fix    string
	Facts       []string
}

func (loc locale) sheet(s sheet, r *shared.Report, back string) sheetModel {
	l, site := loc.Lang, shared.SiteName(r.Audit.URL)
	m := sheetModel{
		URL: s.url, Path: pagePath(site, s.url), Back: back, BackText: l.T(text.SheetBack),
		Wait: !s.known && s.code == "", Findings: l.T(text.SheetFindings),
	}
	switch {
	case s.code != "":
		m.Fault, m.Retry = text.Problem(l, s.code), l.T(text.ReportRetry)
		return m
	case m.Wait:
		return m
	case s.page == nil:
		m.Missing = l.T(text.SheetMissing)
		return m
	}
	m.Facts = loc.facts(s.page, r.Audit.AuditID, site)
	for _, f := range s.findings {
		m.Found = append(m.Found, loc.found(f))
	}
	if len(m.Found) == 0 {
		m.Nothing = l.T(text.SheetNothing)
	}
	if len(s.leads) > 0 {
		m.Leads, m.Table = l.T(text.SheetLeads), loc.pageTable()
		m.Table.Heading = m.Leads
		for i := range s.leads {
			m.Table.Rows = append(m.Table.Rows, loc.reportRow(&s.leads[i], r.Audit.AuditID, site))
		}
	}
	return m
}

// facts are what the audit noted of a page, with links where there are addresses.
func (loc locale) facts(p *shared.Page, audit int64, site string) []factModel {
	noted := text.PageFacts(loc.Lang, p, loc.clock(p.FetchedAt.Time))
	facts := make([]factModel, len(noted))
	for i, f := range noted {
		m := factModel{Name: loc.Lang.T(f.Key), Value: f.Value}
		switch f.Key {
		case text.SheetRedirect:
			m.Value, m.Link = pagePath(site, f.Value), f.Value
		case text.SheetReferrer:
			m.Value, m.Link, m.Inner = pagePath(site, f.Value), shared.ReportPlace{Page: f.Value}.Of(audit), true
		}
		facts[i] = m
	}
	return facts
}

func (loc locale) found(f shared.Finding) foundModel {
	words, _ := text.Check(loc.Lang, f.CheckID)
	m := foundModel{
		Severity: f.Severity, Word: text.Severity(loc.Lang, string(f.Severity)), Title: words.Title, Why: words.Why, Fix: words.Fix,
	}
	for _, e := range f.Evidence {
		m.Facts = append(m.Facts, text.Seen(loc.Lang, e))
	}
	return m
}

func sheetView(m sheetModel, retry app.EventHandler) app.UI {
	head := el("div", "card-h sheet-h",
		elText("h2", "", m.Path), outside(m.URL, midView("", m.URL)),
		elWith("a", "btn btn-sm no-print", at{"href", m.Back}, iconBack.draw("i-s"), app.Text(m.BackText)))
	switch {
	case m.Wait:
		return elWith("section", "card", at{"aria-busy", "true"}, head, el("div", "skeleton", el("div", ""), el("div", "")))
	case m.Fault != "":
		return el("section", "card", head, el("div", "empty row", elText("span", "", m.Fault),
			button("btn-sm", nil, retry, "sheet", app.Text(m.Retry))))
	case m.Missing != "":
		return el("section", "card", head, empty(m.Missing))
	}
	parts := []app.UI{el("section", "card", head, factsView(m.Facts)), foundView(m)}
	if m.Leads != "" {
		parts = append(parts, card(m.Leads, "", tableView(m.Table)))
	}
	return el("div", "stack", parts...)
}

func factsView(facts []factModel) app.UI {
	rows := make([]app.UI, 0, len(facts))
	for _, f := range facts {
		value := elWith("span", "", at{"dir", "auto"}, app.Text(f.Value))
		switch {
		case f.Inner:
			value = elWith("a", "target", at{"href", f.Link}, midView("", f.Value))
		case f.Link != "":
			value = outside(f.Link, midView("", f.Value))
		}
		rows = append(rows, el("div", "", elText("dt", "", f.Name), el("dd", "", value)))
	}
	return el("dl", "facts-l", rows...)
}

func foundView(m sheetModel) app.UI {
	if m.Nothing != "" {
		return card(m.Findings, "", empty(m.Nothing))
	}
	rows := make([]app.UI, len(m.Found))
	for i, f := range m.Found {
		facts := make([]app.UI, len(f.Facts))
		for j, fact := range f.Facts {
			facts[j] = elWith("span", "t2", at{"dir", "auto"}, app.Text(fact))
		}
		rows[i] = el("li", "", severityMark(f.Severity, f.Word), el("div", "grow",
			elText("b", "", f.Title), el("div", "facts", facts...), elText("p", "t2", f.Fix)))
	}
	return card(m.Findings, num(len(rows)), el("ul", "finds", rows...))
}
