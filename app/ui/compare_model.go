//go:build !js

package ui

import (
	"slices"

	"atalaya/shared"
	"atalaya/shared/text"
)

// compareModel is what changed between two audits, in words.
type compareModel struct {
	Base, Head sideModel
	// Change is by how much the score changed; empty where one of them has none.
	Change, ChangeClass string
	Asides              []string
	Sums                []sumModel
	Seen                string
	Categories          tableModel
	CategoriesHeading   string
	Checks              tableModel
	ChecksHeading       string
	Sections            []changesModel
}

// sideModel is one of the two audits.
type sideModel struct {
	Name, Link string
	When       string
	Ring       *ringModel
	NoScore    string
}

// sumModel is how many findings are new, or fixed, or persistent.
type sumModel struct {
	Name, Total string
	Found       []count
}

// changesModel are the findings of one state.
type changesModel struct {
	State   shared.ChangeState
	Heading string
	Total   string
	Groups  []changeGroup
	// All is the address of the page with all of them, and AllText what leads there; empty
	// when Groups are all.
	All, AllText string
	// Open is whether the list is unfolded at first.
	Open bool
}

// changeGroup is a page, or what is not one page, with what changed there.
type changeGroup struct {
	URL  string // empty for what is not one page
	Path string
	Rows []changeRow
}

// changeRow is a finding of one check.
type changeRow struct {
	Severity shared.Severity
	Word     string
	Title    string
	Subject  string
	Reason   string
}

func (loc locale) compare(c *shared.Comparison, asked *diffQuery) compareModel {
	l := loc.Lang
	m := compareModel{
		Base: loc.side(&c.Base), Head: loc.side(&c.Head), Asides: text.Asides(l, c),
		Seen: l.T(text.ReportEvidence, l.T(text.ComparePages), l.T(text.ComparePagesOf,
			l.Number(c.Pages.Both), l.Number(c.Pages.BaseOnly), l.Number(c.Pages.HeadOnly))),
		CategoriesHeading: l.T(text.ReportCategories), Categories: loc.categories(c.Categories),
		ChecksHeading: l.T(text.CompareByCheck), Checks: loc.checks(c.Checks),
	}
	if c.Base.GeoScore != nil && c.Head.GeoScore != nil {
		m.Change, m.ChangeClass = loc.change(*c.Head.GeoScore - *c.Base.GeoScore)
	}
	for _, state := range shared.ChangeStates {
		found, name := c.Counts.Of(state), text.ChangeState(l, state)
		m.Sums = append(m.Sums, sumModel{name, l.Number(found.Total()), loc.counts(*found)})
		if found.Total() > 0 {
			m.Sections = append(m.Sections, loc.section(c, asked, state))
		}
	}
	return m
}

func (loc locale) side(p *shared.AuditProgress) sideModel {
	l := loc.Lang
	s := sideModel{Name: l.T(text.AuditNumber, p.AuditID), Link: shared.PathPage(p.AuditID), NoScore: l.T(text.NoScore)}
	if p.FinishedAt != nil {
		s.When = loc.clock(p.FinishedAt.Time)
	}
	if p.GeoScore != nil {
		s.Ring = loc.ring(*p.GeoScore, l.T(text.ScoreOf))
	}
	return s
}

// change is a difference with its sign, and the class that says whether it is good.
func (loc locale) change(points int) (words, class string) {
	switch {
	case points > 0:
		return "+" + loc.Lang.Number(points), "good"
	case points < 0:
		return "−" + loc.Lang.Number(-points), "bad"
	}
	return "0", ""
}

func (loc locale) categories(all []shared.CategoryChange) tableModel {
	l := loc.Lang
	m := tableModel{Columns: []string{
		l.T(text.ReportCategories), l.T(text.CompareFirst), l.T(text.CompareSecond), l.T(text.CompareChange),
	}}
	number := func(n *int) string {
		if n == nil {
			return unknown
		}
		return l.Number(*n)
	}
	for _, c := range all {
		change := unknown
		if c.Base != nil && c.Head != nil {
			change, _ = loc.change(*c.Head - *c.Base)
		}
		m.Rows = append(m.Rows, []string{text.Category(l, string(c.Category)), number(c.Base), number(c.Head), change})
	}
	return m
}

// checks are those that ended otherwise, or cost more or less, the greatest loss first.
func (loc locale) checks(all []shared.CheckChange) tableModel {
	l := loc.Lang
	m := tableModel{Columns: []string{l.T(text.CompareByCheck), l.T(text.CompareFirst), l.T(text.CompareSecond)}}
	changed := slices.Clone(all)
	slices.SortStableFunc(changed, func(a, b shared.CheckChange) int {
		return (b.HeadLost - b.BaseLost) - (a.HeadLost - a.BaseLost)
	})
	for _, c := range changed {
		words, _ := text.Check(l, c.ID)
		before, after := text.Outcome(l, c.Base, c.BaseLost), text.Outcome(l, c.Head, c.HeadLost)
		if before != after { // else the difference is less than what is written
			m.Rows = append(m.Rows, []string{words.Title, before, after})
		}
	}
	return m
}

// section are the changes of one state that came with the comparison.
func (loc locale) section(c *shared.Comparison, asked *diffQuery, state shared.ChangeState) changesModel {
	l, total := loc.Lang, c.Counts.Of(state).Total()
	own := slices.DeleteFunc(slices.Clone(c.Changes), func(change shared.Change) bool { return change.State != state })
	m := changesModel{
		State: state, Heading: text.ChangeState(l, state), Total: l.Number(total),
		Groups: loc.changes(own, shared.SiteName(c.Head.URL)), Open: len(own) > 0,
	}
	if len(own) < total {
		m.All, m.AllText = asked.pageOf(state, nil), l.T(text.ReportAll, l.Number(total))
	}
	return m
}

// stateModel is one slice of the findings of one state.
type stateModel struct {
	changesModel

	Next link
}

// link is an address with its words; without words there is none.
type link struct{ Href, Text string }

func (loc locale) oneState(c *shared.Comparison, asked *diffQuery) stateModel {
	m := stateModel{changesModel: loc.section(c, asked, asked.State)}
	m.All, m.Open = "", true
	if c.NextCursor != nil {
		m.Next = link{asked.pageOf(asked.State, c.NextCursor), loc.Lang.T(text.ReportMore)}
	}
	return m
}

// changes puts findings in the order of their pages under those pages.
func (loc locale) changes(list []shared.Change, site string) (groups []changeGroup) {
	l := loc.Lang
	for _, c := range list {
		if n := len(groups); n == 0 || groups[n-1].URL != c.PageURL || c.PageURL == "" {
			g := changeGroup{URL: c.PageURL, Path: text.Place(l, &shared.Finding{CheckID: c.CheckID})}
			if c.PageURL != "" {
				g.Path = pagePath(site, c.PageURL)
			}
			groups = append(groups, g)
		}
		words, _ := text.Check(l, c.CheckID)
		g := &groups[len(groups)-1]
		g.Rows = append(g.Rows, changeRow{
			Severity: c.Severity, Word: text.Severity(l, string(c.Severity)), Title: words.Title, Subject: c.Subject,
			Reason: text.ChangeReason(l, c.Reason),
		})
	}
	return groups
}
