package ui

import (
	"context"
	"encoding/json"

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

// linkList are links, as far as they were asked for.
type linkList struct {
	listing[shared.Link]
	count *int // of all; nil when it is not known
}

// forget turns to another page, whose links are not asked for yet.
func (k *linkList) forget() { k.path, k.rows, k.count, k.begun, k.code = "", nil, nil, false, "" }

// askLinks fetches links, or with more set those that follow.
func (k *linkList) askLinks(ctx app.Context, path string, more bool) {
	k.ask(ctx, path, more, func(body []byte) ([]shared.Link, *string, error) {
		var list shared.LinkList
		err := json.Unmarshal(body, &list)
		k.count = list.Count
		return list.Links, list.NextCursor, err
	})
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
	// Lists are redirects and headers, each under its name; In and Out the links.
	Lists   []factsModel
	In, Out linksModel
}

type factsModel struct {
	Name  string
	Facts []factModel
}

// linksModel are links in words; without a heading nothing is known of them.
type linksModel struct {
	Heading, None string
	Rows          []linkRow
	More          moreModel
}

// linkRow is a link to a page's sheet, or else out of the app.
type linkRow struct {
	factModel
	Code, Text string
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

func (loc locale) sheet(s sheet, in, out linkList, r *shared.Report, back string) sheetModel {
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
	m.Lists = loc.factLists(s.page, site)
	m.In = loc.links(&in, text.SheetLinksIn, text.SheetNoneIn, r.Audit.AuditID, site)
	m.Out = loc.links(&out, text.SheetLinksOut, text.SheetNoneOut, r.Audit.AuditID, site)
	if out.count == nil && (out.begun || out.code != "") && len(s.leads) > 0 { // these are kept on this device
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

// factLists are the redirects and the headers of a page, where there are any.
func (loc locale) factLists(p *shared.Page, site string) (lists []factsModel) {
	l := loc.Lang
	way, head := factsModel{Name: l.T(text.SheetHops)}, factsModel{Name: l.T(text.SheetHeaders)}
	for _, h := range p.Redirects {
		way.Facts = append(way.Facts, factModel{Name: text.Code(l, h.Status), Value: pagePath(site, h.URL), Link: h.URL})
	}
	for _, h := range p.Headers {
		head.Facts = append(head.Facts, factModel{Name: h.Name, Value: h.Value})
	}
	for _, list := range [...]factsModel{way, head} {
		if len(list.Facts) > 0 {
			lists = append(lists, list)
		}
	}
	return lists
}

// links are those of a page in words, as far as they are known.
func (loc locale) links(k *linkList, heading, none text.Key, audit int64, site string) (m linksModel) {
	l := loc.Lang
	if m.More = more(&k.parts, l); k.count != nil {
		m.Heading, m.None = l.T(heading, l.Number(*k.count)), l.T(none)
	} else if m.More.Fault != "" {
		m.Heading = l.T(heading, "?")
	}
	for _, link := range k.rows {
		r := linkRow{factModel: factModel{Value: pagePath(site, link.URL), Link: link.URL}, Text: link.Text}
		if link.Fetched {
			r.Code, r.Inner, r.Link = text.Code(l, link.Status), true, shared.ReportPlace{Page: link.URL}.Of(audit)
		}
		m.Rows = append(m.Rows, r)
	}
	return m
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

func sheetView(m sheetModel, retry, moreIn, moreOut app.EventHandler) app.UI {
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
	for _, list := range m.Lists {
		parts = append(parts, card(list.Name, "", factsView(list.Facts)))
	}
	parts = append(parts, linksView(m.In, moreIn, "in"), linksView(m.Out, moreOut, "out"))
	if m.Leads != "" {
		parts = append(parts, card(m.Leads, "", tableView(m.Table)))
	}
	return el("div", "stack", parts...)
}

func linksView(m linksModel, onMore app.EventHandler, scope string) app.UI {
	if m.Heading == "" {
		return el("div", "")
	}
	rows := make([]app.UI, len(m.Rows))
	for i, r := range m.Rows {
		rows[i] = el("li", "", r.draw(), el("div", "facts",
			elText("span", "t2", r.Code), elWith("span", "t2", at{"dir", "auto"}, app.Text(r.Text))))
	}
	list := el("ul", "samples flat", rows...)
	if len(rows) == 0 && m.None != "" {
		list = empty(m.None)
	}
	return card(m.Heading, "", list, m.More.draw(onMore, scope))
}

// draw is the value, a link if it is an address.
func (f factModel) draw() app.UI {
	switch {
	case f.Inner:
		return elWith("a", "target", at{"href", f.Link}, midView("", f.Value))
	case f.Link != "":
		return outside(f.Link, midView("", f.Value))
	}
	return elWith("span", "", at{"dir", "auto"}, app.Text(f.Value))
}

func factsView(facts []factModel) app.UI {
	rows := make([]app.UI, 0, len(facts))
	for _, f := range facts {
		rows = append(rows, el("div", "", elText("dt", "", f.Name), el("dd", "", f.draw())))
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
