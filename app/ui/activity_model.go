package ui

import (
	"atalaya/shared"
	"atalaya/shared/text"
)

// count is a number of findings of one severity.
type count struct {
	Severity shared.Severity
	Number   string
	// Word names the severity for users who do not see the shape.
	Word string
}

// counts lists the severities with at least one finding, the gravest first.
func (loc locale) counts(f shared.Findings) []count {
	var cs []count
	for _, c := range loc.sums(f) {
		if c.Number != "0" {
			cs = append(cs, c)
		}
	}
	return cs
}

// sums lists every severity, the gravest first.
func (loc locale) sums(f shared.Findings) []count {
	one := func(s shared.Severity, n int) count {
		return count{s, loc.Lang.Number(n), text.Severity(loc.Lang, string(s))}
	}
	return []count{
		one(shared.SeverityError, f.Error),
		one(shared.SeverityWarning, f.Warning),
		one(shared.SeverityNotice, f.Notice),
	}
}

// pagesModel is the list of the newest pages.
type pagesModel struct {
	Heading, Empty             string
	Code, Page, Time, Findings string
	None                       string
	Total                      string
	// Button stops the list, or lets it go on; empty when nothing is to come.
	Button string
	// Latest says how many of them are shown, and All is the word of the button that shows
	// all; empty when these are all. Why they cannot be asked for is empty when they can.
	Latest, All, Why string
	// Log is the word of the button that shows the log instead; empty where there is none.
	Log string
	// Room is the class that keeps room for the rows which are still to come; empty
	// when none are.
	Room string
	Rows []pageRow
	// Every is all pages, which stand in the place of the newest; nil where they do not.
	Every *everyModel
}

type pageRow struct {
	URL   string
	Path  string
	Link  string // where the row leads; empty for nowhere
	Code  string
	Class string
	Time  string
	Found []count
	// Fresh is the class of a row that has just come; empty for the others.
	Fresh string
}

func (loc locale) pages(p *shared.AuditProgress) pagesModel {
	l := loc.Lang
	m := loc.pageTable()
	m.Heading, m.Empty = l.T(text.PagesHeading), l.T(text.PagesNone)
	switch {
	case p == nil:
		return m
	}
	m.Log = l.T(text.LogHeading)
	switch {
	case p.Activity == nil && p.TotalPages > 0:
		m.Empty = l.T(text.PagesUnknown)
		return m
	case p.Activity == nil:
		return m
	}
	if !p.Status.Terminal() {
		m.Room, m.Button = " roomy", l.T(text.PagesPause)
	}
	m.Total = l.N(text.AddressesFetched, p.Responses.Total())
	site := shared.SiteName(p.URL)
	for _, line := range p.Activity.Pages {
		m.Rows = append(m.Rows, loc.pageRow(site, line))
	}
	if all := p.Responses.Total(); all > len(m.Rows) && len(m.Rows) > 0 {
		m.Latest, m.All = l.N(text.PagesLatest, len(m.Rows)), l.T(text.PagesShowEvery, l.Number(all))
	}
	return m
}

// pageTable is a table of pages without rows.
func (loc locale) pageTable() pagesModel {
	l := loc.Lang
	return pagesModel{
		Code: l.T(text.ColumnCode), Page: l.T(text.ColumnPage), Time: l.T(text.ColumnTime),
		Findings: l.T(text.ColumnFindings),
		None:     l.T(text.None),
	}
}

func (loc locale) pageRow(site string, line shared.PageLine) pageRow {
	r := pageRow{
		URL: line.URL, Path: pagePath(site, line.URL), Class: codeClass(line.Status), Found: loc.counts(line.Findings),
	}
	if line.Status == 0 {
		r.Code = loc.Lang.T(text.CodeNone)
	} else {
		r.Code, r.Time = num(line.Status), loc.Lang.Milliseconds(line.MS)
	}
	return r
}

// held is the list that the reader has stopped.
func (loc locale) held(m pagesModel) pagesModel {
	m.Total, m.Button = loc.Lang.T(text.PagesPaused), loc.Lang.T(text.PagesFollow)
	return m
}

func codeClass(status int) string {
	switch status / 100 {
	case 2:
		return "code"
	case 3:
		return "code r3"
	}
	return "code r4"
}

// scoreModel is a score as a ring.
type scoreModel struct {
	Heading string
	From    string
	Empty   string
	Ring    *ringModel
}

// ringModel is a number of 100 drawn as a ring.
type ringModel struct {
	Value int
	Class string
	Under string
	// Label says the same in words.
	Label string
}

// bandClass is the colour of a score, by the bands of [text.Band].
func bandClass(score int) string {
	switch {
	case score >= 90:
		return "ok"
	case score >= 50:
		return "warn"
	}
	return "bad"
}

func (loc locale) score(p *shared.AuditProgress) scoreModel {
	l := loc.Lang
	m := scoreModel{Heading: l.T(text.ScoreSoFar), Empty: l.T(text.ScoreNotYet)}
	if p == nil {
		return m
	}
	value, final := lastScore(p)
	if final {
		m.Heading, m.Empty = l.T(text.ScoreFinal), l.T(text.NoScore)
	}
	if value != nil {
		m.From = l.N(text.FromPages, p.TotalPages)
		m.Ring = loc.ring(*value, l.T(text.ScoreOf))
	}
	return m
}

// lastScore is the score that an audit has; final is false while it is one so far.
// An audit that was stopped or failed keeps what it had.
func lastScore(p *shared.AuditProgress) (score *int, final bool) {
	switch p.Status {
	case shared.StatusCompleted:
		return p.GeoScore, true
	case shared.StatusFailed, shared.StatusCancelled:
		return p.ProvisionalScore, p.ProvisionalScore == nil
	}
	return p.ProvisionalScore, false
}

func (loc locale) ring(value int, under string) *ringModel {
	return &ringModel{
		Value: value, Class: bandClass(value), Under: under,
		Label: loc.Lang.T(text.ReportScore, value, text.Band(loc.Lang, value)),
	}
}

// findingsModel is what the checks have found.
type findingsModel struct {
	Heading string
	Empty   string
	Sums    []count
	Top     []topRow
	Sheet   string // says where the sheets of their pages lead
}

type topRow struct {
	Check    string
	Severity shared.Severity
	Word     string
	Title    string
	Where    string
	// URL is a page that fails, and Path how it is shown; empty where there is no room, or
	// no such page.
	URL, Path string
	// Of a finding that is unfolded: whether its places are on their way, why they did not
	// come, and they.
	Open, Wait bool
	Fault      string
	Places     []sampleModel
}

func (loc locale) findings(p *shared.AuditProgress) findingsModel {
	l := loc.Lang
	m := findingsModel{Heading: l.T(text.FindingsSoFar), Empty: l.T(text.FindingsNone)}
	if p == nil {
		return m
	}
	if p.Status.Terminal() {
		m.Heading, m.Empty = l.T(text.FindingsFinal), l.T(text.NoFindings)
	}
	m.Sums = loc.sums(p.Findings)
	if p.Findings.Total() > 0 {
		m.Empty = "" // there are findings, but without an activity nobody knows which
	}
	m.Top, m.Sheet = loc.top(p), l.T(text.SheetOpen)
	for i := range m.Top {
		if example := p.Activity.Top[i].Example; example != "" {
			m.Top[i].URL, m.Top[i].Path = example, pagePath(shared.SiteName(p.URL), example)
		}
	}
	return m
}

// top lists the worst findings that are known, the gravest first.
func (loc locale) top(p *shared.AuditProgress) (rows []topRow) {
	if p.Activity == nil {
		return nil
	}
	for _, c := range p.Activity.Top {
		check, _ := text.Check(loc.Lang, c.ID)
		word, where := text.Severity(loc.Lang, string(c.Severity)), text.Extent(loc.Lang, c.ID, c.Count, c.Groups)
		rows = append(rows, topRow{Check: c.ID, Severity: c.Severity, Word: word, Title: check.Title, Where: where})
	}
	return rows
}

// responsesModel is how the site answered.
type responsesModel struct {
	Heading string
	Empty   string
	Parts   []share
	// Label says the parts in words.
	Label string
}

// share is one class of answers; Share is its width in 1/100 of a percent.
type share struct {
	Class string
	Text  string
	Share int
}

func (loc locale) responses(p *shared.AuditProgress) responsesModel {
	l := loc.Lang
	m := responsesModel{Heading: l.T(text.Responses), Empty: l.T(text.ResponsesNone)}
	if p == nil || p.Responses.Total() == 0 {
		return m
	}
	total, r := p.Responses.Total(), p.Responses
	for _, c := range []struct {
		class, name string
		n           int
	}{
		{"f-ok", "2xx", r.OK}, {"f-info", "3xx", r.Redirect}, {"f-warn", "4xx", r.ClientError},
		{"f-bad", "5xx", r.ServerError}, {"f-mute", l.T(text.ResponsesFailed), r.Failed},
	} {
		if c.n == 0 {
			continue
		}
		pt := share{c.class, c.name + " " + l.Number(c.n), c.n * 10_000 / total}
		if m.Label != "" {
			m.Label += ", "
		}
		m.Label += pt.Text
		m.Parts = append(m.Parts, pt)
	}
	return m
}
