package export

import (
	"bufio"
	"context"
	_ "embed"
	"html/template"
	"iter"

	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

//go:embed report.html
var htmlSource string

var htmlTemplate = template.Must(template.New("report").Parse(htmlSource))

// htmlModel is what the template draws. Its sequences are read from the database while the
// page is written.
type htmlModel struct {
	Lang, Title, Heading, Site, Address string
	Facts                               []fact
	Caveat                              string
	Categories                          string
	Bars                                []htmlBar
	Caps                                string
	CapRows                             []fact
	Fixes                               string
	FixRows                             []fact
	Findings, NoFindings                string
	Why, Fix, Where                     string
	Checks                              []htmlCheck
	Lists                               []htmlList
	Pages                               string
	PageColumns                         []string
	PageRows                            iter.Seq[htmlPage]
}

type htmlBar struct {
	Name  string
	Score int
}

type htmlCheck struct {
	ID, Severity, Title, Meta, Why, Fix string
	Places                              iter.Seq[htmlPlace]
}

type htmlPlace struct{ Address, Where, Seen string }

// htmlList is a short list of names, each with what there is to say about it.
type htmlList struct {
	Title string
	Rows  []fact
}

// htmlPage is a page; Way are the answers of its redirects after its own.
type htmlPage struct {
	Code, Address, URL, Title, Findings, Time string
	Way                                       []string
}

// writeHTML writes one file without scripts and without anything from elsewhere.
func (e *Export) writeHTML(ctx context.Context, w *bufio.Writer) error {
	var failure error
	model := e.htmlModel(ctx, &failure)
	if err := htmlTemplate.Execute(w, model); err != nil {
		return err
	}
	return failure
}

// untilError gives the values of seq to a template, which knows no errors: the first is
// left in failure, and nothing comes after it.
func untilError[T, M any](seq iter.Seq2[T, error], failure *error, model func(T) M) iter.Seq[M] {
	return func(yield func(M) bool) {
		if *failure != nil {
			return
		}
		for v, err := range seq {
			if err != nil {
				*failure = err
				return
			}
			if !yield(model(v)) {
				return
			}
		}
	}
}

func (e *Export) htmlModel(ctx context.Context, failure *error) htmlModel {
	l, a := e.Lang, &e.Report.Audit
	address, _ := escape.Address(a.URL)
	m := htmlModel{
		Lang: l.Tag(), Heading: l.T(text.ReportHeading), Site: escape.Visible(shared.SiteName(a.URL)), Address: address,
		Facts: e.facts(), Caveat: e.caveat(),
		Categories: l.T(text.ReportCategories), Caps: l.T(text.ReportCaps), Findings: l.T(text.ReportFindings),
		NoFindings: l.T(text.ReportNoFindings),
		Why:        l.T(text.ReportWhy), Fix: l.T(text.ReportFix), Where: l.T(text.ReportPages),
		Lists: e.htmlLists(), Pages: l.T(text.ColumnPages),
		PageColumns: []string{l.T(text.ColumnCode), l.T(text.ColumnPage), l.T(text.ColumnFindings), l.T(text.ColumnTime)},
		PageRows:    untilError(e.pages(ctx), failure, e.htmlPage),
	}
	m.Title = l.T(text.TitleSuffix, l.T(text.TitleReport, m.Site))
	if s := e.Report.Score; s != nil {
		for _, c := range s.Categories {
			m.Bars = append(m.Bars, htmlBar{text.Category(l, string(c.Category)), c.Score})
		}
		for _, c := range s.Caps {
			m.CapRows = append(m.CapRows, fact{text.Cap(l, c.ID), text.CapLimit(l, c)})
		}
	}
	if s := e.Report.Score; s != nil && len(s.Fixes) > 0 {
		m.Fixes = text.Fixes(l, s)
		for _, f := range s.Fixes {
			m.FixRows = append(m.FixRows, fact{e.title(f.CheckID), text.FixScore(l, f)})
		}
	}
	if len(e.Report.Checks) == 0 {
		m.NoFindings = l.T(text.ReportNothing)
	}
	for _, c := range e.Report.FailedChecks(true) {
		m.Checks = append(m.Checks, e.htmlCheck(ctx, c, failure))
	}
	return m
}

func (e *Export) htmlCheck(ctx context.Context, c *shared.CheckResult, failure *error) htmlCheck {
	words, _ := text.Check(e.Lang, c.ID)
	return htmlCheck{
		ID: c.ID, Severity: string(c.Severity), Title: e.title(c.ID), Meta: text.Meta(e.Lang, c), Why: words.Why, Fix: words.Fix,
		Places: untilError(e.findings(ctx, shared.FindingQuery{CheckID: c.ID}), failure, e.htmlPlace),
	}
}

func (e *Export) htmlPlace(f *shared.Finding) htmlPlace {
	address, _ := escape.Address(f.PageURL)
	return htmlPlace{Address: address, Where: escape.Visible(text.Place(e.Lang, f)), Seen: text.AllSeen(e.Lang, f)}
}

func (e *Export) htmlPage(p *shared.Page) htmlPage {
	address, _ := escape.Address(p.URL)
	return htmlPage{
		Code: text.Code(e.Lang, p.Status), Address: address, URL: escape.Visible(p.URL), Title: escape.Visible(p.Title),
		Findings: e.Lang.Number(p.Findings.Error + p.Findings.Warning + p.Findings.Notice),
		Time:     e.Lang.Milliseconds(p.MS),
		Way:      e.way(p.Redirects),
	}
}

// way tells where redirects lead, a line for each answer after the first.
func (e *Export) way(redirects []shared.Hop) (lines []string) {
	for _, h := range redirects[min(1, len(redirects)):] {
		lines = append(lines, "→ "+text.Code(e.Lang, h.Status)+" "+escape.Visible(h.URL))
	}
	return lines
}

// htmlLists are the checks that found nothing or did not apply, and what was not visited.
func (e *Export) htmlLists() []htmlList {
	l := e.Lang
	passed := htmlList{Title: l.T(text.ReportPassed)}
	not := htmlList{Title: l.T(text.ReportNotApplicable)}
	for i := range e.Report.Checks {
		switch c := &e.Report.Checks[i]; c.Outcome {
		case shared.OutcomePass:
			passed.Rows = append(passed.Rows, fact{Name: escape.Visible(text.Passed(l, c.ID))})
		case shared.OutcomeNotApplicable:
			not.Rows = append(not.Rows, fact{e.title(c.ID), escape.Visible(text.Reason(l, c.Reason))})
		}
	}
	left := htmlList{Title: l.T(text.ReportUnvisited)}
	for _, u := range e.Report.Unvisited {
		left.Rows = append(left.Rows, fact{escape.Visible(text.Unvisited(l, u.Reason)), l.N(text.Addresses, u.Count)})
	}
	return []htmlList{left, passed, not}
}
