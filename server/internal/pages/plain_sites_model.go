package pages

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"atalaya/shared"
	"atalaya/shared/text"
)

type sitesModel struct {
	Frame   frameModel
	Heading string
	Table   table
	Empty   string
	Next    link // without text at the end
}

// table is a list of links with what there is to say about each. A cell with a name shows
// it where the table has no head.
type table struct {
	Columns []string
	Rows    []tableRow
}

type tableRow struct {
	Link  link
	Cells []cell
}

type cell struct{ Name, Text string }

type siteModel struct {
	Frame         frameModel
	Name          string
	Worse         string
	Pair          link // to what changed in the newest audit; without text when there are not two
	Facts         []fact
	Again         againModel
	AuditsHeading string
	Audits        table
	TrendHeading  string
	Trend         table
	Plan          planModel
}

// againModel is the button that starts an audit like one that has ended; without a label
// there is none.
type againModel struct{ Action, Key, Audit, Button string }

// planModel is the form of a site's schedule; without a heading there is none.
type planModel struct {
	Action, Heading         string
	Facts                   []string
	CountLabel, Count       string
	UnitLabel, Unit         string
	Units                   []option
	CronLabel, Cron         string
	CronHelp                string
	ZoneLabel, Zone         string
	ZoneHelp                string
	OptionsHeading          string
	AddressLabel, Address   string
	MaxURL                  int
	Options                 optionsModel
	NotKept                 string // what a schedule does not have
	Wrong, Save, StopButton string // StopButton is without text when there is no schedule
}

type compareModel struct {
	Frame         frameModel
	Heading, Site string
	Asides        []string
	Facts         []fact
	ChecksHeading string
	Checks        []fact
	Sections      []changeSection
	Choose        chooseModel
	File, Back    link
}

// changeSection are the findings of one state.
type changeSection struct {
	Heading string
	Places  []place
	More    string
}

// chooseModel is the form that chooses two audits; without options there is none.
type chooseModel struct {
	Action, BaseLabel, HeadLabel, Button string
	Base, Head                           []option
}

func newSitesModel(r *http.Request, l text.Lang, list shared.SiteList) sitesModel {
	m := sitesModel{
		Heading: l.T(text.SitesHeading), Empty: l.T(text.SitesEmpty) + ". " + l.T(text.SitesEmptyHelp),
		Table: table{Columns: []string{
			l.T(text.ColumnSite), l.T(text.ColumnStatus), l.T(text.ColumnScore), l.T(text.CompareAudits), l.T(text.ColumnNext),
		}},
	}
	for i := range list.Sites {
		m.Table.Rows = append(m.Table.Rows, siteRow(r, l, &list.Sites[i], m.Table.Columns))
	}
	m.Next = nextPart(r, l, list.NextCursor)
	return m
}

func siteRow(r *http.Request, l text.Lang, s *shared.Site, names []string) tableRow {
	score := "–"
	if n := len(s.Trend); n > 0 {
		score = l.Number(s.Trend[n-1].GeoScore)
		if n > 1 && s.Trend[n-1].WorseThan(&s.Trend[n-2]) {
			score += " (" + l.T(text.Regressed) + ")"
		}
	}
	next := "–"
	if s.NextAt != nil {
		next = stamp(l, *s.NextAt)
	}
	return tableRow{
		Link: link{Href: withLang(r, shared.PathBasicSite(s.Name)), Text: s.Name},
		Cells: []cell{
			{"", text.Status(l, string(s.Latest.Status))}, {names[2], score}, {names[3], l.Number(s.Audits)}, {names[4], next},
		},
	}
}

// stamp writes a moment.
func stamp(l text.Lang, t shared.Time) string {
	return l.T(text.TimeUTC, t.UTC().Format("2006-01-02 15:04"))
}

func newSiteModel(r *http.Request, l text.Lang, k knownSite) siteModel {
	s := &k.site
	m := siteModel{
		Name: s.Name, AuditsHeading: l.T(text.SiteAudits), Audits: auditTable(r, l, k.audits.Audits),
		Facts: []fact{{l.T(text.SiteAudits), l.Number(s.Audits)}},
	}
	if best := s.Best(); best != nil {
		m.Facts = append(m.Facts, fact{l.T(text.SiteLast), l.Number(s.Trend[len(s.Trend)-1].GeoScore)},
			fact{l.T(text.SiteBest), l.Number(best.GeoScore)})
	}
	if n := len(s.Trend); n > 1 {
		m.TrendHeading, m.Trend = l.T(text.TrendHeading), trendTable(r, l, s.Trend)
		last, before := &s.Trend[n-1], &s.Trend[n-2]
		m.Pair = link{Href: withLang(r, shared.PathBasicPair(before.AuditID, last.AuditID)), Text: l.T(text.CompareLastTwo)}
		if last.WorseThan(before) {
			m.Worse = l.T(text.Regressed) + ". " + l.T(text.RegressedHow, l.Number(before.GeoScore),
				l.Number(last.GeoScore), l.Number(before.Errors), l.Number(last.Errors))
		}
	}
	if s.Latest.Kind != shared.KindSite {
		return m
	}
	action := withLang(r, shared.PathBasicSite(s.Name))
	if s.Latest.Status.Terminal() {
		m.Again = againModel{
			Action: action, Key: rand.Text(), Audit: strconv.FormatInt(s.Latest.AuditID, 10), Button: l.T(text.AgainButton),
		}
	}
	m.Plan = newPlanModel(l, action, &k)
	return m
}

func auditTable(r *http.Request, l text.Lang, audits []shared.AuditProgress) table {
	t := table{Columns: []string{
		l.T(text.ColumnAudit), l.T(text.ColumnStatus), l.T(text.ColumnScore), l.T(text.ColumnDate),
	}}
	for i := range audits {
		a, score, at := &audits[i], "–", audits[i].CreatedAt
		if a.GeoScore != nil {
			score = l.Number(*a.GeoScore)
		}
		if a.Regressed() {
			score += " (" + l.T(text.Regressed) + ")"
		}
		if a.FinishedAt != nil {
			at = *a.FinishedAt
		}
		t.Rows = append(t.Rows, tableRow{
			Link:  link{Href: withLang(r, shared.PathBasicPage(a.AuditID)), Text: l.T(text.AuditNumber, a.AuditID)},
			Cells: []cell{{"", text.Status(l, string(a.Status))}, {t.Columns[2], score}, {"", stamp(l, at)}},
		})
	}
	return t
}

// trendTable is the scores over time, the newest first.
func trendTable(r *http.Request, l text.Lang, trend []shared.Verdict) table {
	t := table{Columns: []string{l.T(text.ColumnAudit), l.T(text.ColumnDate), l.T(text.ColumnScore), l.T(text.ColumnErrors)}}
	for _, v := range slices.Backward(trend) {
		t.Rows = append(t.Rows, tableRow{
			Link: link{Href: withLang(r, shared.PathBasicPage(v.AuditID)), Text: l.T(text.AuditNumber, v.AuditID)},
			Cells: []cell{
				{"", stamp(l, v.FinishedAt)}, {t.Columns[2], l.Number(v.GeoScore)}, {t.Columns[3], l.Number(v.Errors)},
			},
		})
	}
	return t
}

func newPlanModel(l text.Lang, action string, k *knownSite) planModel {
	m := planModel{
		Action: action, Heading: l.T(text.ScheduleHeading), Facts: []string{l.T(text.ScheduleNone)},
		CountLabel: l.T(text.ScheduleCount), Count: "1", UnitLabel: l.T(text.ScheduleUnit), Unit: shared.UnitDays,
		CronLabel: l.T(text.ScheduleCron), CronHelp: l.T(text.ScheduleCronHelp),
		ZoneLabel: l.T(text.ScheduleZone), ZoneHelp: l.T(text.ScheduleZoneHelp), Zone: "UTC", Save: l.T(text.ScheduleSave),
		OptionsHeading: l.T(text.ScheduleOptions), AddressLabel: l.T(text.ScheduleAddress), Address: k.wish.URL,
		MaxURL: shared.MaxURL, Options: newOptionsModel(l, &k.wish), NotKept: l.T(text.ScheduleNotKept),
	}
	if s := k.schedule; s != nil {
		rhythm := shared.RhythmOf(s.Cron)
		m.Count, m.Unit, m.Cron, m.Zone = rhythm.Count, rhythm.Unit, rhythm.Cron, s.TimeZone
		m.StopButton = l.T(text.ScheduleStop)
		m.Facts = []string{text.Rhythm(l, s.Cron) + ". " + l.T(text.ScheduleNext, stamp(l, s.NextAt))}
		if s.LastAt != nil {
			m.Facts = append(m.Facts, l.T(text.ScheduleLast, stamp(l, *s.LastAt)))
		}
		if s.Missed > 0 && s.MissedAt != nil {
			m.Facts = append(m.Facts, l.N(text.TimesMissed, s.Missed, stamp(l, *s.MissedAt)))
		}
	}
	m.Units = []option{
		{Value: shared.UnitHours, Text: l.T(text.UnitHours)}, {Value: shared.UnitDays, Text: l.T(text.UnitDays)},
		{Value: shared.UnitCron, Text: l.T(text.UnitCron)},
	}
	m.choose()
	return m
}

// choose marks the unit in its list.
func (m *planModel) choose() {
	for i := range m.Units {
		m.Units[i].Selected = m.Units[i].Value == m.Unit
	}
}

// take shows what was typed and refused.
func (m *planModel) take(typed url.Values) {
	if typed == nil || typed.Get(shared.FieldDo) != doSave {
		return
	}
	rhythm := rhythmOf(typed)
	m.Count, m.Unit, m.Cron, m.Zone = rhythm.Count, rhythm.Unit, rhythm.Cron, typed.Get(shared.FieldZone)
	m.choose()
	if typed.Has(shared.FieldURL) {
		m.Address = typed.Get(shared.FieldURL)
		m.Options.take(typed)
	}
}

func newCompareModel(r *http.Request, l text.Lang, c *shared.Comparison, audits []shared.AuditProgress) compareModel {
	site := shared.SiteName(c.Head.URL)
	m := compareModel{
		Heading: l.T(text.CompareHeading), Site: site, Asides: text.Asides(l, c), Facts: comparedFacts(l, c),
		ChecksHeading: l.T(text.CompareByCheck), Checks: changedChecks(l, c.Checks),
		Choose: newChooseModel(l, audits, c.Base.AuditID, c.Head.AuditID),
		File: link{
			Href: shared.PathDiffFile(c.Base.AuditID, c.Head.AuditID, l.Tag()), Text: l.T(text.CompareFile),
		},
		Back: link{Href: withLang(r, shared.PathBasicSite(site)), Text: l.T(text.TitleSite, site)},
	}
	for _, state := range shared.ChangeStates {
		if total := c.Counts.Of(state).Total(); total > 0 && state != shared.ChangePersistent {
			m.Sections = append(m.Sections, sectionOf(l, c, state, total))
		}
	}
	return m
}

// comparedFacts are the numbers of both audits.
func comparedFacts(l text.Lang, c *shared.Comparison) []fact {
	fromTo := func(base, head string) string { return base + " → " + head }
	number := func(n *int) string {
		if n == nil {
			return "–"
		}
		return l.Number(*n)
	}
	facts := []fact{
		{l.T(text.CompareAudits), fromTo(l.T(text.AuditNumber, c.Base.AuditID), l.T(text.AuditNumber, c.Head.AuditID))},
		{l.T(text.ColumnScore), fromTo(number(c.Base.GeoScore), number(c.Head.GeoScore))},
	}
	for _, change := range c.Categories {
		if number(change.Base) != number(change.Head) {
			facts = append(facts, fact{text.Category(l, string(change.Category)), fromTo(number(change.Base), number(change.Head))})
		}
	}
	pages := l.T(text.ComparePagesOf, l.Number(c.Pages.Both), l.Number(c.Pages.BaseOnly), l.Number(c.Pages.HeadOnly))
	facts = append(facts, fact{l.T(text.ComparePages), pages})
	for _, state := range shared.ChangeStates {
		if n := c.Counts.Of(state); n.Total() > 0 {
			facts = append(facts, fact{text.ChangeState(l, state), text.Severities(l, *n)})
		}
	}
	return facts
}

// changedChecks are those that ended otherwise or cost more or less.
func changedChecks(l text.Lang, checks []shared.CheckChange) (facts []fact) {
	for _, c := range checks {
		before, after := text.Outcome(l, c.Base, c.BaseLost), text.Outcome(l, c.Head, c.HeadLost)
		if before != after {
			words, _ := text.Check(l, c.ID)
			facts = append(facts, fact{words.Title, before + " → " + after})
		}
	}
	return facts
}

// sectionOf are the findings of one state that came with the comparison.
func sectionOf(l text.Lang, c *shared.Comparison, state shared.ChangeState, total int) changeSection {
	s := changeSection{Heading: text.ChangeState(l, state)}
	for i := range c.Changes {
		if change := &c.Changes[i]; change.State == state {
			s.Places = append(s.Places, changedPlace(l, change))
		}
	}
	if more := total - len(s.Places); more > 0 {
		s.More = l.N(text.MorePlacesCount, more)
	}
	return s
}

func changedPlace(l text.Lang, c *shared.Change) place {
	words, _ := text.Check(l, c.CheckID)
	p := place{
		Where: words.Title + " (" + text.Severity(l, string(c.Severity)) + ")",
		Seen:  text.Place(l, &shared.Finding{CheckID: c.CheckID, PageURL: c.PageURL}),
	}
	for _, more := range [...]string{c.Subject, text.ChangeReason(l, c.Reason)} {
		if more != "" {
			p.Seen += " · " + more
		}
	}
	return p
}

func newChooseModel(l text.Lang, audits []shared.AuditProgress, base, head int64) chooseModel {
	m := chooseModel{
		Action: shared.PathBasicDiff, BaseLabel: l.T(text.CompareBase), HeadLabel: l.T(text.CompareHead),
		Button: l.T(text.CompareButton),
	}
	for i := range audits {
		a := &audits[i]
		if !a.Status.Terminal() || a.Kind != shared.KindSite {
			continue
		}
		o := option{Value: strconv.FormatInt(a.AuditID, 10), Text: l.T(text.AuditNumber, a.AuditID)}
		if a.FinishedAt != nil {
			o.Text += " · " + stamp(l, *a.FinishedAt)
		}
		o.Selected = a.AuditID == base
		m.Base = append(m.Base, o)
		o.Selected = a.AuditID == head
		m.Head = append(m.Head, o)
	}
	return m
}
