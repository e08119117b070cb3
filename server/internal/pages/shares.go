package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Shares is where links to audits are kept.
type Shares interface {
	// Shares lists the links to one audit, the newest first.
	Shares(ctx context.Context, audit int64) ([]shared.Share, error)
	// AllShares lists those to all audits, a slice at a time; next is where the next begins.
	AllShares(ctx context.Context, before int64, limit int) (all []shared.Share, next int64, err error)
	// CreateShare makes a link that lives for some days.
	CreateShare(ctx context.Context, audit int64, days int) (shared.Share, error)
	RevokeShare(ctx context.Context, audit, id int64) error
}

// basicShares is the route of [shared.PathBasicShares].
const basicShares = "/audits/{id}/basic/shares"

// auditShares shows the links to one audit; by POST it makes or revokes one.
func (p *plain) auditShares(w http.ResponseWriter, r *http.Request) {
	id, ok := shared.ParseID(r.PathValue("id"))
	if !ok {
		l := p.choose(w, r)
		p.note(w, r, http.StatusBadRequest, l.T(text.BasicBadNumber), l.T(text.BasicBadNumberHelp), 0)
		return
	}
	p.shares(w, r, id)
}

// allShares shows the links to all audits; by POST it makes or revokes one.
func (p *plain) allShares(w http.ResponseWriter, r *http.Request) { p.shares(w, r, 0) }

// shares does both, and asks before a link is ended: audit is 0 for all of them.
func (p *plain) shares(w http.ResponseWriter, r *http.Request, audit int64) {
	p.byMethod(w, r,
		func() {
			if asked(r) != "" {
				p.askShare(w, r, audit)
				return
			}
			p.showShares(w, r, audit, http.StatusOK, func(*sharesModel) {})
		},
		func() { p.changeShares(w, r, audit) })
}

// askShare asks whether to revoke a link. The page of all links names its audit.
func (p *plain) askShare(w http.ResponseWriter, r *http.Request, audit int64) {
	l, q := p.choose(w, r), r.URL.Query()
	of := audit
	if audit == 0 {
		of, _ = shared.ParseID(q.Get(fieldAudit)) // 0 has no links
	}
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	all, err := p.Shares.Shares(ctx, of)
	if err != nil {
		p.unavailable(w, r, l, err)
		return
	}
	m := newSharesModel(r, l, audit)
	m.fill(r, l, all, 0, p.Origin(r))
	i := slices.IndexFunc(m.Rows, func(row shareRow) bool {
		return row.Link != "" && strconv.FormatInt(row.ID, 10) == q.Get(fieldID)
	})
	if i < 0 || asked(r) != doRevoke {
		p.nothing(w, r)
		return
	}
	row := m.Rows[i]
	about := fact{text.Team(l).ShareAudit, strconv.FormatInt(row.Audit, 10)}
	p.ask(w, r, l, askModel{
		Nav: m.Nav, Question: text.Team(l).ShareAsk, Says: text.Team(l).ShareAskHelp,
		Facts:  append([]fact{about}, rowFacts(m.Columns, row.Link, row.Cells)...),
		Hidden: []fact{{fieldAudit, about.Value}, {fieldID, strconv.FormatInt(row.ID, 10)}},
		Action: m.Action, Do: doRevoke, Button: m.Revoke, Keep: link{Href: m.Action},
	})
}

// changeShares does what a button asks for.
func (p *plain) changeShares(w http.ResponseWriter, r *http.Request, audit int64) {
	l := p.choose(w, r)
	typed, status := readValues(w, r)
	if status != http.StatusOK {
		p.showShares(w, r, audit, status, func(m *sharesModel) { m.Wrong = l.T(text.BasicBadForm) })
		return
	}
	if err := p.doShare(r.Context(), audit, typed); err != nil {
		p.refuseShare(w, r, audit, typed, err)
		return
	}
	http.Redirect(w, r, withLang(r, sharesPath(audit)), http.StatusSeeOther)
}

// errBadAudit means that what was typed is no number of an audit.
var errBadAudit = errors.New("bad number of an audit")

// doShare does what a form asks for. That of all links names its audit.
func (p *plain) doShare(ctx context.Context, audit int64, typed url.Values) (err error) {
	if audit == 0 {
		var ok bool
		if audit, ok = shared.ParseID(strings.TrimPrefix(strings.TrimSpace(typed.Get(fieldAudit)), "#")); !ok {
			return errBadAudit
		}
	}
	switch typed.Get(shared.FieldDo) {
	case doMake:
		days, err := readLife(typed.Get(fieldDays))
		if err == nil {
			_, err = p.Shares.CreateShare(ctx, audit, days)
		}
		return err
	case doRevoke:
		if id, ok := shared.ParseID(typed.Get(fieldID)); ok {
			return p.Shares.RevokeShare(ctx, audit, id)
		}
	}
	return errBadForm
}

// readLife reads for how many days a link is to live.
func readLife(typed string) (days int, err error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return shared.ShareDaysDefault, nil
	}
	days, err = strconv.Atoi(typed)
	if err != nil || days < 1 || days > shared.ShareDaysMax {
		return 0, errBadDays
	}
	return days, nil
}

// refuseShare shows the page again, with what was typed and why it was refused.
func (p *plain) refuseShare(w http.ResponseWriter, r *http.Request, audit int64, typed url.Values, err error) {
	l := p.choose(w, r)
	making := typed.Get(shared.FieldDo) == doMake
	status, fault := http.StatusUnprocessableEntity, func(*sharesModel) {}
	switch {
	case errors.Is(err, errBadDays):
		fault = func(m *sharesModel) { m.New.DaysWrong = l.T(text.TeamDaysWrong, l.Number(shared.ShareDaysMax)) }
	case errors.Is(err, errBadAudit):
		fault = func(m *sharesModel) { m.New.AuditWrong = l.T(text.BasicBadNumber) }
	case errors.Is(err, errBadForm):
		status, fault = http.StatusBadRequest, func(m *sharesModel) { m.Wrong = l.T(text.BasicBadForm) }
	case making && audit == 0 && p.Missing(err):
		fault = func(m *sharesModel) { m.New.AuditWrong = text.Team(l).ShareNoAudit }
	default:
		problem := p.Problem(err)
		status = problem.Status
		says := text.Problem(l, string(problem.Code))
		if making && problem.Code == shared.CodeOutOfRange {
			says = text.Team(l).ShareFull
		}
		fault = func(m *sharesModel) { m.Wrong = says }
		if status >= http.StatusInternalServerError && r.Context().Err() == nil {
			p.Log.Error("form of links not done", "do", typed.Get(shared.FieldDo), "err", err)
		}
	}
	p.showShares(w, r, audit, status, func(m *sharesModel) {
		m.New.Audit, m.New.Days = typed.Get(fieldAudit), typed.Get(fieldDays)
		fault(m)
	})
}

// showShares writes the links and the form for a new one, with what add says.
func (p *plain) showShares(w http.ResponseWriter, r *http.Request, audit int64, status int, add func(*sharesModel)) {
	l := p.choose(w, r)
	before, ok := readBefore(r)
	if !ok {
		p.nothing(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), dataTimeout)
	defer cancel()
	m := newSharesModel(r, l, audit)
	m.Frame = p.frame(r, l, m.Heading, "/")
	var all []shared.Share
	var next int64
	var err error
	if audit == 0 {
		all, next, err = p.Shares.AllShares(ctx, before, shared.ListLimitDefault)
	} else if _, err = p.Data.Progress(ctx, audit); err == nil { // or a wrong number would have no links
		m.Frame.Full.Href = shared.PathPage(audit)
		all, err = p.Shares.Shares(ctx, audit)
	}
	if err != nil {
		p.failed(w, r, l, audit, err)
		return
	}
	m.fill(r, l, all, next, p.Origin(r))
	add(&m)
	p.write(w, r, status, "shares.html", m)
}

// readBefore reads the number that a slice of a list begins behind; ok is false when it is
// none of ours.
func readBefore(r *http.Request) (before int64, ok bool) {
	cursor := r.URL.Query().Get(paramCursor)
	if cursor == "" {
		return 0, true
	}
	return shared.ParseID(cursor)
}
