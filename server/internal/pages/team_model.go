package pages

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
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

// tokenRow is a token. What is Usable can be revoked: AskRevoke and AskSignOut lead to where that is
// asked.
type tokenRow struct {
	ID                    int64
	Known                 string
	Cells                 []cell
	Usable                bool
	AskRevoke, AskSignOut string
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
		row := newTokenRow(l, &tokens[i], m.Columns, now)
		id := fact{fieldID, strconv.FormatInt(row.ID, 10)}
		row.AskRevoke = pathAsking(r, shared.PathTeam, doRevoke, id)
		row.AskSignOut = pathAsking(r, shared.PathTeam, doSignOut, id)
		m.Rows = append(m.Rows, row)
	}
	return m
}

// asking is the question before something is done to a token; known is false for what none of our
// buttons does.
func (m *teamModel) asking(l text.Lang, do string) (question askModel, known bool) {
	words := text.Team(l)
	question = askModel{Nav: m.Nav, Action: m.Action, Do: do, Keep: link{Href: m.Action}}
	switch do {
	case doRevoke:
		question.Question, question.Says, question.Button = words.TokenAsk, words.TokenAskHelp, m.Revoke
	case doSignOut:
		question.Question, question.Says, question.Button = words.SignOutAsk, words.SignOutAskHelp, m.SignOut
	default:
		return question, false
	}
	return question, true
}

func newTokenRow(l text.Lang, t *shared.Token, names []string, now time.Time) tokenRow {
	state := credentialState(t.RevokedAt, t.ExpiresAt, now)
	return tokenRow{
		ID: t.ID, Known: t.Known(), Usable: state == text.TeamValid,
		Cells: []cell{
			{"", cmp.Or(t.Name, "–")}, {"", text.Role(l, string(t.Role))}, {"", l.T(state)},
			{names[4], stamp(l, t.CreatedAt)}, {names[5], moment(l, t.LastUsedAt)}, {names[6], moment(l, t.ExpiresAt)},
		},
	}
}

// moment says when something was or will be, which may be never.
func moment(l text.Lang, at *shared.Time) string {
	if at == nil {
		return l.T(text.TeamNever)
	}
	return stamp(l, *at)
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
