package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Tokens are those that people sign in with.
type Tokens interface {
	Tokens(ctx context.Context) ([]shared.Token, error)
	// CreateToken makes a token, and is the only one to tell its secret.
	CreateToken(ctx context.Context, want shared.NewToken) (shared.CreatedToken, error)
	RevokeToken(ctx context.Context, id int64) error
	// EndSessionsOf signs out every browser that has signed in with a token.
	EndSessionsOf(ctx context.Context, id int64) error
}

// What the buttons of the page ask for, and the names of its fields.
const (
	doMake    = "make"
	doRevoke  = "revoke"
	doSignOut = "signout"

	fieldID   = "id"
	fieldRole = "role"
	fieldName = "name"
	fieldDays = "days"
)

// maxTokenDays bounds the life of a token that is made by the form.
const maxTokenDays = 3650

// errBadForm means that a form is none of ours.
var errBadForm = errors.New("bad form")

// errBadDays means that what was typed is no number of days.
var errBadDays = errors.New("bad number of days")

// team shows the tokens, or asks before one is ended; by POST it makes one, revokes one or signs its browsers out.
func (p *plain) team(w http.ResponseWriter, r *http.Request) {
	p.byMethod(w, r,
		func() {
			if asked(r) != "" {
				p.askToken(w, r)
				return
			}
			p.showTeam(w, r, http.StatusOK, func(*teamModel) {})
		},
		func() { p.changeTeam(w, r) })
}

// askToken asks whether to revoke a token, or to sign its browsers out.
func (p *plain) askToken(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	tokens, err := p.Tokens.Tokens(ctx)
	if err != nil {
		p.unavailable(w, r, l, err)
		return
	}
	id := r.URL.Query().Get(fieldID)
	m := newTeamModel(r, l, tokens, time.Now())
	i := slices.IndexFunc(m.Rows, func(row tokenRow) bool { return row.Usable && strconv.FormatInt(row.ID, 10) == id })
	question, known := m.asking(l, asked(r))
	if i < 0 || !known {
		p.nothing(w, r)
		return
	}
	question.Facts = rowFacts(m.Columns, m.Rows[i].Known, m.Rows[i].Cells)
	question.Hidden = []fact{{fieldID, id}}
	p.ask(w, r, l, question)
}

// byMethod shows a page, or by POST takes what its form asks for.
func (p *plain) byMethod(w http.ResponseWriter, r *http.Request, show, take func()) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		show()
	case http.MethodPost:
		take()
	default:
		p.NotAllowed(w, r, "GET, HEAD, POST")
	}
}

// changeTeam does what a button asks for. A token that was made is shown in the answer
// itself, as no address may hold it.
func (p *plain) changeTeam(w http.ResponseWriter, r *http.Request) {
	l := p.choose(w, r)
	typed, status := readValues(w, r)
	if status != http.StatusOK {
		p.showTeam(w, r, status, func(m *teamModel) { m.Wrong = l.T(text.BasicBadForm) })
		return
	}
	secret, err := p.doTeam(r.Context(), typed)
	switch {
	case err != nil:
		p.refuseTeam(w, r, typed, err)
	case secret != "":
		p.showTeam(w, r, http.StatusOK, func(m *teamModel) { m.Secret = secret })
	default:
		http.Redirect(w, r, withLang(r, shared.PathTeam), http.StatusSeeOther)
	}
}

// doTeam does what a form asks for; secret is that of a token that was made.
func (p *plain) doTeam(ctx context.Context, typed url.Values) (secret string, err error) {
	if typed.Get(shared.FieldDo) == doMake {
		want, err := readToken(typed, time.Now())
		if err == nil {
			err = p.CheckToken(want)
		}
		if err != nil {
			return "", err
		}
		made, err := p.Tokens.CreateToken(ctx, want)
		return made.Secret, err
	}
	id, ok := shared.ParseID(typed.Get(fieldID))
	switch do := typed.Get(shared.FieldDo); {
	case ok && do == doRevoke:
		return "", p.Tokens.RevokeToken(ctx, id)
	case ok && do == doSignOut:
		return "", p.Tokens.EndSessionsOf(ctx, id)
	}
	return "", errBadForm
}

// readToken reads what somebody wants of a token.
func readToken(typed url.Values, now time.Time) (shared.NewToken, error) {
	want := shared.NewToken{
		Role: shared.Role(typed.Get(fieldRole)), Name: strings.TrimSpace(typed.Get(fieldName)),
	}
	days := strings.TrimSpace(typed.Get(fieldDays))
	if days == "" {
		return want, nil
	}
	n, err := strconv.Atoi(days)
	if err != nil || n < 1 || n > maxTokenDays {
		return want, errBadDays
	}
	end := shared.At(now.AddDate(0, 0, n))
	want.ExpiresAt = &end
	return want, nil
}

// refuseTeam shows the page again, with what was typed and why it was refused.
func (p *plain) refuseTeam(w http.ResponseWriter, r *http.Request, typed url.Values, err error) {
	l := p.choose(w, r)
	status, fault := http.StatusUnprocessableEntity, func(*teamModel) {}
	switch {
	case errors.Is(err, errBadDays):
		fault = func(m *teamModel) { m.New.DaysWrong = l.T(text.TeamDaysWrong, l.Number(maxTokenDays)) }
	case errors.Is(err, errBadForm):
		status, fault = http.StatusBadRequest, func(m *teamModel) { m.Wrong = l.T(text.BasicBadForm) }
	default:
		problem := p.Problem(err)
		status = problem.Status
		fault = func(m *teamModel) { m.Wrong = text.Problem(l, string(problem.Code)) }
		if problem.Field == fieldName {
			fault = func(m *teamModel) { m.New.NameWrong = l.T(text.TeamNameLong) }
		}
		if status >= http.StatusInternalServerError && r.Context().Err() == nil {
			p.Log.Error("form of the team not done", "do", typed.Get(shared.FieldDo), "err", err)
		}
	}
	p.showTeam(w, r, status, func(m *teamModel) {
		m.New.take(typed)
		fault(m)
	})
}

// showTeam writes the tokens and the form for a new one, with what add says.
func (p *plain) showTeam(w http.ResponseWriter, r *http.Request, status int, add func(*teamModel)) {
	l := p.choose(w, r)
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	tokens, err := p.Tokens.Tokens(ctx)
	m := newTeamModel(r, l, tokens, time.Now())
	m.Frame = p.frame(r, l, m.Heading, "/")
	add(&m)
	if err != nil && m.Secret == "" { // a new token is shown now or never
		p.unavailable(w, r, l, err)
		return
	}
	p.write(w, r, status, "team.html", m)
}
