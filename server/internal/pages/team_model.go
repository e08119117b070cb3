package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// teamModel is the page of the tokens.
type teamModel struct {
	Frame                frameModel
	Nav                  []teamLink
	Heading, Wrong       string
	Once, Secret         string // Secret is empty unless a token was made just now
	TokensHeading, Empty string
	Action               string
	Revoke, SignOut      string
	Columns              []string
	Rows                 []tokenRow
	New                  newTokenModel
}

// teamLink leads to one of the team's pages, or is where its reader is.
type teamLink struct {
	Href, Text string
	Here       bool
}

// newTeamNav leads to all of the team's pages.
func newTeamNav(r *http.Request, l text.Lang) (links []teamLink) {
	for _, page := range [...]struct{ path, name string }{
		{shared.PathTeam, l.T(text.TeamTokens)}, {shared.PathHooksPage, text.Team(l).HookTitle},
		{shared.PathSharesPage, text.Team(l).ShareTitle}, {shared.PathTrailPage, l.T(text.TrailTitle)},
	} {
		links = append(links, teamLink{withLang(r, page.path), page.name, r.URL.Path == page.path})
	}
	return links
}

// tokenRow is a token. What is Usable can be revoked.
type tokenRow struct {
	ID     int64
	Known  string
	Cells  []cell
	Usable bool
}

// newTokenModel is the form that makes a token.
type newTokenModel struct {
	Action, Heading                      string
	RoleLabel                            string
	Roles                                []option
	NameLabel, Name, NameWrong           string
	MaxName                              int
	DaysLabel, DaysHelp, Days, DaysWrong string
}

func newTeamModel(r *http.Request, l text.Lang, tokens []shared.Token, now time.Time) teamModel {
	m := teamModel{
		Nav: newTeamNav(r, l), Heading: l.T(text.TeamTitle), Once: l.T(text.TeamOnce), TokensHeading: l.T(text.TeamTokens),
		Empty: l.T(text.TeamEmpty), Action: withLang(r, shared.PathTeam),
		Revoke: l.T(text.TeamRevoke), SignOut: l.T(text.SignOutEverywhere), New: newTokenForm(r, l),
		Columns: []string{
			l.T(text.SignInToken), l.T(text.TeamName), l.T(text.TeamRole), l.T(text.TeamState),
			l.T(text.TeamMade), l.T(text.TeamUsed), l.T(text.TeamExpires),
		},
	}
	for i := range tokens {
		m.Rows = append(m.Rows, newTokenRow(l, &tokens[i], m.Columns, now))
	}
	return m
}

func newTokenRow(l text.Lang, t *shared.Token, names []string, now time.Time) tokenRow {
	moment := func(at *shared.Time) string {
		if at == nil {
			return l.T(text.TeamNever)
		}
		return stamp(l, *at)
	}
	state := credentialState(t.RevokedAt, t.ExpiresAt, now)
	return tokenRow{
		ID: t.ID, Known: t.Known(), Usable: state == text.TeamValid,
		Cells: []cell{
			{"", cmp.Or(t.Name, "–")}, {"", text.Role(l, string(t.Role))}, {"", l.T(state)},
			{names[4], stamp(l, t.CreatedAt)}, {names[5], moment(t.LastUsedAt)}, {names[6], moment(t.ExpiresAt)},
		},
	}
}

// credentialState names what has become of a token or a link.
func credentialState(revoked, expires *shared.Time, now time.Time) text.Key {
	switch {
	case revoked != nil:
		return text.TeamRevoked
	case expires != nil && !expires.After(now):
		return text.TeamExpired
	}
	return text.TeamValid
}

func newTokenForm(r *http.Request, l text.Lang) newTokenModel {
	m := newTokenModel{
		Action: withLang(r, shared.PathTeam), Heading: l.T(text.TeamNew),
		RoleLabel: l.T(text.TeamRole), NameLabel: l.T(text.TeamName), MaxName: shared.MaxTokenName,
		DaysLabel: l.T(text.TeamDays), DaysHelp: l.T(text.TeamDaysHelp),
	}
	for _, role := range shared.Roles {
		m.Roles = append(m.Roles, option{Value: string(role), Text: text.Role(l, string(role))})
	}
	return m
}

// take fills in what was typed and refused.
func (m *newTokenModel) take(typed url.Values) {
	m.Name, m.Days = typed.Get(fieldName), typed.Get(fieldDays)
	for i := range m.Roles {
		m.Roles[i].Selected = m.Roles[i].Value == typed.Get(fieldRole)
	}
}
