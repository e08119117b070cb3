package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Trail is where it is kept what people did.
type Trail interface {
	// Trail lists it, the newest first.
	Trail(ctx context.Context, q shared.TrailQuery) (shared.TrailList, error)
}

// trailModel is the page of what people did.
type trailModel struct {
	Frame          frameModel
	Nav            []teamLink
	Heading, Empty string
	Find           trailFindModel
	Columns        []string
	Rows           []deedRow
	Next           link // without text at the end
}

// trailFindModel is the form that selects lines.
type trailFindModel struct {
	Action, Lang          string // Lang is empty unless the address names it
	WhoLabel, Who         string
	Names                 []string // those that are known
	DeedLabel             string
	Deeds                 []option
	FromLabel, UntilLabel string
	From, Until           string
	Wrong, Help, Button   string
	Chosen                bool
	All                   link
}

// deedRow is what somebody did. About leads to an audit, or only names what it was about.
type deedRow struct {
	When, Who, Deed, From string
	About                 link
}

// trail lists what people did, a slice at a time.
func (p *plain) trail(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	q, ok := readTrailQuery(r, l)
	if !ok {
		p.nothing(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	m := newTrailModel(r, l)
	m.Frame = p.frame(r, l, m.Heading, "/")
	status := http.StatusOK
	if err := readDays(r.URL.Query(), &q); err != nil {
		status, m.Find.Wrong = http.StatusUnprocessableEntity, text.Team(l).TrailNoDay
	} else {
		list, err := p.Trail.Trail(ctx, q)
		if err != nil {
			p.unavailable(w, r, l, err)
			return
		}
		m.fill(r, l, list)
	}
	// Without them the form is there all the same, with nothing to complete a name from.
	if tokens, err := p.Tokens.Tokens(ctx); err == nil {
		m.Find.Names = names(tokens)
	}
	p.write(w, r, status, "trail.html", m)
}

// readTrailQuery reads all but the days, as a reader of l sees them; ok is false for an address
// that is none of ours.
func readTrailQuery(r *http.Request, l text.Lang) (q shared.TrailQuery, ok bool) {
	v := r.URL.Query()
	q.Who, q.Deed = strings.TrimSpace(v.Get(shared.ParamWho)), shared.Deed(v.Get(shared.ParamDeed))
	if q.Deed != "" && !slices.Contains(shared.Deeds[:], q.Deed) {
		return q, false
	}
	if q.Who == text.Team(l).TrailNobody {
		q.Who = shared.TrailNobody
	}
	q.Before, ok = readBefore(r)
	return q, ok
}

// readDays reads the first and the last day to show.
func readDays(v url.Values, q *shared.TrailQuery) (err error) {
	if from := v.Get(shared.ParamFrom); from != "" {
		if q.From, err = time.Parse(time.DateOnly, from); err != nil {
			return err
		}
	}
	if until := v.Get(shared.ParamUntil); until != "" {
		last, err := time.Parse(time.DateOnly, until)
		if err != nil {
			return err
		}
		q.Until = last.AddDate(0, 0, 1)
	}
	return nil
}

// names are what those are called who have tokens, each once.
func names(tokens []shared.Token) (all []string) {
	for i := range tokens {
		if name := tokens[i].Name; name != "" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func newTrailModel(r *http.Request, l text.Lang) trailModel {
	return trailModel{
		Nav: newTeamNav(r, l), Heading: l.T(text.TrailTitle), Empty: l.T(text.TrailEmpty), Find: newTrailFind(r, l),
		Columns: []string{
			l.T(text.TrailWhen), l.T(text.TrailWho), l.T(text.TrailDeed), l.T(text.TrailAbout), l.T(text.TrailFrom),
		},
	}
}

func newTrailFind(r *http.Request, l text.Lang) trailFindModel {
	words, v := text.Team(l), r.URL.Query()
	m := trailFindModel{
		Action: shared.PathTrailPage, WhoLabel: l.T(text.TrailWho), Who: v.Get(shared.ParamWho),
		DeedLabel: l.T(text.TrailDeed), Deeds: []option{{"", words.TrailAnything, v.Get(shared.ParamDeed) == ""}},
		FromLabel: words.TrailFirst, UntilLabel: words.TrailLast,
		From: v.Get(shared.ParamFrom), Until: v.Get(shared.ParamUntil),
		Help: words.TrailHelp, Button: l.T(text.ListSearchButton),
		All: link{Href: withLang(r, shared.PathTrailPage), Text: l.T(text.ListShowAll)},
	}
	if named, ok := text.Parse(v.Get(paramLang)); ok {
		m.Lang = named.Tag()
	}
	for _, d := range shared.Deeds {
		m.Deeds = append(m.Deeds, option{string(d), text.Deed(l, string(d)), string(d) == v.Get(shared.ParamDeed)})
	}
	for _, name := range [...]string{shared.ParamWho, shared.ParamDeed, shared.ParamFrom, shared.ParamUntil} {
		m.Chosen = m.Chosen || v.Get(name) != ""
	}
	return m
}

// whoOf is who did something, in words.
func whoOf(l text.Lang, e *shared.TrailEntry) string {
	if e.TokenID == nil && e.Who == shared.TrailNobody {
		return text.Team(l).TrailNobody
	}
	return e.Who
}

// fill adds what was found.
func (m *trailModel) fill(r *http.Request, l text.Lang, list shared.TrailList) {
	if m.Find.Chosen {
		m.Empty = text.Team(l).TrailNone
	}
	for i := range list.Entries {
		e := &list.Entries[i]
		row := deedRow{
			When: stamp(l, e.At), Who: whoOf(l, e), Deed: text.Deed(l, string(e.Deed)), From: e.Address, About: link{Text: e.About},
		}
		if e.AuditID != nil {
			row.About = link{
				Href: withLang(r, shared.PathBasicPage(*e.AuditID)), Text: "#" + strconv.FormatInt(*e.AuditID, 10),
			}
		}
		m.Rows = append(m.Rows, row)
	}
	if list.NextBefore != nil {
		cursor := strconv.FormatInt(*list.NextBefore, 10)
		m.Next = nextPart(r, l, &cursor)
	}
}
