package pages

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"atalaya/app/ui"
	"atalaya/shared"
	"atalaya/shared/text"
)

// Seconds after which a plain page loads itself again.
const (
	refreshSeconds = 3  // while the audit goes on
	retrySeconds   = 10 // while the database does not answer
)

// The models are what the templates draw: finished texts, which html/template
// escapes.

type frameModel struct {
	Lang, Title, Style, Icon string
	Why                      string   // the app is not what the reader sees; empty if it was not asked for
	Theme                    ui.Theme // empty for the system's
	Refresh                  int
	Home, Full, Reload       link
	Account                  *link  // nil when nobody is signed in
	Team                     *link  // nil for those who may not see it
	Others                   []link // the same page in every other language
}

type link struct{ Href, Text, Lang string }

type homeModel struct {
	Frame              frameModel
	Heading            string
	Start              startModel
	ListHeading, Empty string
	Find               findModel
	Columns            []string
	Rows               []row
	Previous, Next     link // without text at the ends
}

// startModel is the form that starts an audit.
type startModel struct {
	Action, Key, Label  string
	URL                 string
	MaxURL              int
	Button, Error, Help string

	OptionsHeading string
	Options        optionsModel
}

// optionsModel is the part of a form that has the settings of an audit: their names and
// what they are at present.
type optionsModel struct {
	PagesLabel, Pages     string
	DepthLabel, Depth     string
	IncludeLabel, Include string
	ExcludeLabel, Exclude string
	AgentsLabel           string
	SkipAgents            bool
	MaxPages, MaxDepth    int
	RateLabel, Rate       string
	// HeadersLabel is empty where headers are not kept. What was typed is never shown again.
	HeadersLabel, HeadersHelp string
}

// row is an audit of the list. Whole is what was audited where Site is too short for it.
type row struct{ Href, Site, Whole, Status, Percent, Score, Pages string }

type noteModel struct {
	Frame         frameModel
	Heading, Text string
	Start         *startModel // nil for none
}

type auditModel struct {
	Frame                   frameModel
	ID                      int64
	Title, Site, Number     string
	Status, Now             string
	Percent, Bar            string
	Error, Remedy           string
	Partial, Note           string
	Cancel                  *cancelModel // nil for an audit that has ended
	Facts                   []fact
	LimitsHeading           string
	Limits                  []fact
	FixesHeading            string
	Fixes                   []fact
	ChecksHeading, NoChecks string
	Checks                  []check
	PartsHeading            string
	Parts                   []partLink
	FilesHeading            string
	Files                   []link
	Shares                  *link // nil for those who may not share it
	PagesHeading            string
	Columns                 []string
	Pages                   []page
}

// findingsModel is a slice of the places where one check failed.
type findingsModel struct {
	Frame       frameModel
	Title, Site string
	Places      []place
	Empty       string // said when there is none
	Back, Next  link   // Next is without text at the end
}

type fact struct{ Name, Value string }

type check struct {
	Title, Meta, Why, Fix string
	Places                []place
	All                   link // to all places; without text when these are all
}

type place struct {
	Where, Seen string
	All         link // to all pages of its group; without text when there are no others
}

// page is a page of an audit. Whole is its address where URL is too short for it.
type page struct{ Code, URL, Whole, Time string }

// frame is what stands around every plain page; full is the app's page of the
// same thing.
func (p *plain) frame(r *http.Request, l text.Lang, title, full string) frameModel {
	m := frameModel{
		Lang: l.Tag(), Title: l.T(text.TitleSuffix, title), Theme: look(r).Theme,
		Style: p.Web.Resolve("/web/static/basic.css"), Icon: p.Web.Resolve("/web/static/icons/icon-32.png"),
		Home:   link{Href: withLang(r, shared.PathBasic), Text: l.T(text.AllAudits)},
		Full:   link{Href: full, Text: l.T(text.BasicFull)},
		Reload: link{Href: here(r, nil), Text: l.T(text.Reload)},
	}
	who := p.Door.Who(r)
	if who.manages() {
		m.Team = &link{Href: withLang(r, shared.PathTeam), Text: l.T(text.TeamTitle)}
	}
	if who.SignedIn {
		m.Account = &link{Href: withLang(r, shared.PathSignIn), Text: l.T(text.SignOut)}
	}
	for _, other := range text.Langs {
		if other != l {
			m.Others = append(m.Others, link{Href: here(r, &other), Text: other.OwnName(), Lang: other.Tag()})
		}
	}
	if r.URL.Query().Has(paramOld) {
		m.Why = l.T(text.BasicOld)
	}
	return m
}

// here is the address of the page that is asked for, in another language if one is given.
func here(r *http.Request, other *text.Lang) string {
	q := r.URL.Query()
	q.Del(paramOld)
	if other != nil {
		q.Set(paramLang, other.Tag())
	}
	return shared.WithQuery(r.URL.EscapedPath(), q.Encode())
}

func newStartModel(r *http.Request, l text.Lang) startModel {
	m := startModel{
		Action: withLang(r, shared.PathBasic), Key: rand.Text(), Label: l.T(text.StartLabel), MaxURL: shared.MaxURL,
		Button: l.T(text.StartButton), Help: l.T(text.StartHelp),
		OptionsHeading: l.T(text.StartOptions), Options: newOptionsModel(l, &shared.NewAudit{}),
	}
	m.Options.HeadersLabel, m.Options.HeadersHelp = l.T(text.StartHeaders), l.T(text.StartHeadersHelp)
	return m
}

// take shows what was typed and refused, and why; typed is nil where nothing was.
func (m *startModel) take(typed url.Values, wrong string) {
	m.URL, m.Error = strings.TrimSpace(typed.Get(shared.FieldURL)), wrong
	if typed != nil {
		m.Options.take(typed)
	}
}

func newOptionsModel(l text.Lang, now *shared.NewAudit) optionsModel {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return optionsModel{
		PagesLabel: l.T(text.StartPages), Pages: number(now.PageLimit), MaxPages: shared.PageLimitMax,
		DepthLabel: l.T(text.StartDepth), Depth: number(now.MaxDepth), MaxDepth: shared.MaxDepthMax,
		IncludeLabel: l.T(text.StartInclude), Include: strings.Join(now.Include, "\n"),
		ExcludeLabel: l.T(text.StartExclude), Exclude: strings.Join(now.Exclude, "\n"),
		AgentsLabel: l.T(text.StartAgents), SkipAgents: now.SkipAIAgents,
		RateLabel: l.T(text.StartRate), Rate: shared.RateText(now.Rate),
	}
}

// take shows what was typed and refused.
func (m *optionsModel) take(typed url.Values) {
	m.Pages, m.Depth = typed.Get(shared.FieldPages), typed.Get(shared.FieldDepth)
	m.Include, m.Exclude = typed.Get(shared.FieldInclude), typed.Get(shared.FieldExclude)
	m.SkipAgents, m.Rate = typed.Get(shared.FieldAgents) != "", typed.Get(shared.FieldRate)
}

func (m *homeModel) fill(r *http.Request, l text.Lang, list shared.AuditList) {
	m.Columns = []string{l.T(text.ColumnSite), l.T(text.ColumnStatus), l.T(text.ProgressHeading),
		l.T(text.ColumnScore), l.T(text.ColumnPages)}
	for _, a := range list.Audits {
		score := "–"
		if a.GeoScore != nil {
			score = l.Number(*a.GeoScore)
		}
		site, whole := short(a.URL)
		m.Rows = append(m.Rows, row{
			Href: withLang(r, shared.PathBasicPage(a.AuditID)), Site: site, Whole: whole, Status: text.Status(l, string(a.Status)),
			Percent: l.T(text.BasicPercent, a.Progress), Score: score, Pages: l.Number(a.TotalPages),
		})
	}
}

// newAuditModel puts an audit into words; report is nil until it has ended.
func newAuditModel(r *http.Request, l text.Lang, a shared.AuditProgress, report *shared.Report) auditModel {
	m := auditModel{
		ID: a.AuditID, Site: a.URL, Number: l.T(text.AuditNumber, a.AuditID), Status: text.Status(l, string(a.Status)),
		Percent: l.T(text.BasicPercent, a.Progress), Bar: bar(a.Progress), Facts: facts(l, a),
		PagesHeading: l.T(text.PagesHeading), Cancel: newCancelModel(r, l, a),
		Columns: []string{l.T(text.ColumnCode), l.T(text.ColumnPage), l.T(text.ColumnTime)},
	}
	m.Title = m.Status + ", " + m.Percent + ": " + shared.SiteName(a.URL)
	switch {
	case a.Status == shared.StatusPending:
		m.Now = l.T(text.WaitingWorker)
	case a.Status == shared.StatusRunning && a.Stage != shared.StageNone:
		m.Now = text.StageNow(l, string(a.Stage))
	case a.Status == shared.StatusFailed && a.ErrorMessage == nil:
		m.Error = l.T(text.ConnFailedText)
	}
	if why := text.ErrorMessage(l, &a); why != "" {
		m.Error, m.Remedy = why, text.Remedy(l, &a)
	}
	if a.Partial {
		m.Partial = l.T(text.ReportPartial)
		if a.StopReason != nil {
			m.Partial += ". " + text.StopReason(l, *a.StopReason)
		}
	}
	if !a.Status.Terminal() && !m.Cancel.asks() {
		m.Note = l.T(text.BasicRenews, refreshSeconds)
	}
	if a.Activity != nil {
		for _, line := range a.Activity.Pages {
			m.Pages = append(m.Pages, pageOf(l, line))
		}
	}
	if report != nil {
		m.fill(r, l, report)
	}
	return m
}

// barWidth is the length of the drawn bar, in characters: narrow enough for a
// phone.
const barWidth = 30

func bar(percent int) string {
	full := min(max(percent, 0), 100) * barWidth / 100
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", barWidth-full) + "]"
}

// facts are the numbers, each with its name.
func facts(l text.Lang, a shared.AuditProgress) []fact {
	var fs []fact
	add := func(name, value string) { fs = append(fs, fact{name, value}) }
	if a.GeoScore != nil {
		add(l.T(text.ScoreFinal), l.T(text.BasicPoints, *a.GeoScore, text.Band(l, *a.GeoScore)))
	} else if a.ProvisionalScore != nil && a.Status != shared.StatusCompleted {
		add(l.T(text.ScoreSoFar), l.T(text.BasicPoints, *a.ProvisionalScore, text.Band(l, *a.ProvisionalScore)))
	}
	if said := text.Message(l, &a); said != "" {
		add(l.T(text.BasicMessage), said)
	}
	add(l.T(text.BasicAnalysed), l.Number(a.TotalPages))
	if a.Kind == shared.KindSite {
		add(l.T(text.BasicFound), l.Number(a.Discovered))
		if a.PageLimit != nil {
			add(l.T(text.BasicLimit), l.Number(*a.PageLimit))
		}
		add(l.T(text.ColumnFindings), text.Severities(l, a.Findings))
		add(l.T(text.Responses), text.ResponseClasses(l, a.Responses))
	}
	at := func(t shared.Time) string { return l.T(text.TimeUTC, t.UTC().Format("2006-01-02 15:04:05")) }
	add(l.T(text.BasicQueued), at(a.CreatedAt))
	if a.StartedAt != nil {
		add(l.T(text.BasicStarted), at(*a.StartedAt))
	}
	for _, line := range a.Log() {
		if line.Stage != shared.StageNone {
			add(text.LogLine(l, line), at(line.At))
		}
	}
	add(l.T(text.BasicUpdated), at(a.UpdatedAt))
	if a.FinishedAt != nil {
		add(l.T(text.BasicFinished), at(*a.FinishedAt))
	}
	return fs
}

// fill adds what only the report knows: the failed checks, the gravest first.
func (m *auditModel) fill(r *http.Request, l text.Lang, report *shared.Report) {
	m.FilesHeading = l.T(text.FilesHeading)
	for _, f := range text.Files(l) {
		m.Files = append(m.Files, link{Href: shared.PathFile(m.ID, f.Format, l.Tag()), Text: f.For})
	}
	m.ChecksHeading = l.T(text.ReportFindings)
	if len(report.Checks) > 0 {
		m.NoChecks = l.T(text.ReportNoFindings)
	}
	if report.Score != nil {
		m.explain(l, report.Score)
	}
	for _, c := range report.FailedChecks(true) {
		m.Checks = append(m.Checks, checkOf(r, l, m.ID, c))
	}
	m.PartsHeading, m.Parts = l.T(text.ReportViews), partLinks(r, l, report)
}

// checkOf is a failed check with the places that a report carries.
func checkOf(r *http.Request, l text.Lang, audit int64, c *shared.CheckResult) check {
	words, _ := text.Check(l, c.ID)
	found := check{Title: words.Title, Why: words.Why, Fix: words.Fix, Meta: text.Meta(l, c)}
	for _, f := range c.Samples {
		found.Places = append(found.Places, placeOf(r, l, audit, f))
	}
	if all := text.AllGroups(l, c); all != "" {
		found.All = link{Href: withLang(r, shared.PathBasicFindings(audit, c.ID)), Text: all}
	}
	return found
}

// explain says what holds the score down and what would raise it.
func (m *auditModel) explain(l text.Lang, score *shared.Score) {
	m.LimitsHeading, m.FixesHeading = l.T(text.ReportCaps), text.Fixes(l, score)
	for _, c := range score.Caps {
		m.Limits = append(m.Limits, fact{text.Cap(l, c.ID), text.CapLimit(l, c)})
	}
	for _, f := range score.Fixes {
		words, _ := text.Check(l, f.CheckID)
		m.Fixes = append(m.Fixes, fact{words.Title, text.FixScore(l, f)})
	}
}

func newFindingsModel(
	r *http.Request, l text.Lang, a shared.AuditProgress, checkID string, list shared.FindingList,
) findingsModel {
	words, _ := text.Check(l, checkID)
	m := findingsModel{
		Title: words.Title, Site: a.URL, Empty: l.T(text.None),
		Back: link{Href: withLang(r, shared.PathBasicPage(a.AuditID)), Text: l.T(text.BackToAudit)},
	}
	for _, f := range list.Findings {
		m.Places = append(m.Places, placeOf(r, l, a.AuditID, f))
	}
	m.Next = nextPart(r, l, list.NextCursor)
	return m
}

func placeOf(r *http.Request, l text.Lang, audit int64, f shared.Finding) place {
	p := place{Where: text.Place(l, &f)}
	if all := text.AllPages(l, &f); all != "" {
		p.All = link{Href: withLang(r, shared.PathBasicGroup(audit, f.CheckID, f.Group)), Text: all}
	}
	seen := make([]string, len(f.Evidence))
	for i, e := range f.Evidence {
		seen[i] = text.Seen(l, e)
	}
	p.Seen = strings.Join(seen, "; ")
	if others := text.Others(l, &f); others != "" {
		p.Where += " " + others
	}
	return p
}

func pageOf(l text.Lang, line shared.PageLine) page {
	code := l.T(text.CodeNone)
	if line.Status != 0 {
		code = strconv.Itoa(line.Status)
	}
	address, whole := short(line.URL)
	return page{Code: code, URL: address, Whole: whole, Time: l.Milliseconds(line.MS)}
}

const (
	// shortMost is how many characters of an address a list shows: two lines on a phone.
	shortMost = 72
	// shortEnd is how many of them are its last ones, which tell addresses apart.
	shortEnd = 28
)

// short is an address for a list, without its middle where it is long; whole is empty where
// nothing is missing. The app leaves the cut to its style sheet; these pages must do without.
func short(address string) (shown, whole string) {
	runes := []rune(address)
	if len(runes) <= shortMost {
		return address, ""
	}
	return string(runes[:shortMost-shortEnd-1]) + "…" + string(runes[len(runes)-shortEnd:]), address
}
