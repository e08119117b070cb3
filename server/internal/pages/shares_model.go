package pages

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"atalaya/shared"
	"atalaya/shared/text"
)

// sharesModel is the page of the links to one audit, or to all.
type sharesModel struct {
	Frame                      frameModel
	Nav                        []teamLink // empty on the page of one audit
	Heading, Help, Wrong       string
	Back                       link // to the audit; without text on the page of all
	Action                     string
	ListHeading, Empty, Revoke string
	Columns                    []string
	Rows                       []shareRow
	Next                       link // without text at the end
	New                        newShareModel

	audit int64 // 0 on the page of all
}

// shareRow is a link. Link is empty when it is good for nothing any more; About leads to its
// audit on the page of all.
type shareRow struct {
	ID, Audit int64
	About     link
	Link      string
	AskRevoke string // leads to where that is asked
	Cells     []cell
}

// newShareModel is the form that makes a link. AuditLabel is empty on the page of one audit.
type newShareModel struct {
	Heading                              string
	AuditLabel, Audit, AuditWrong        string
	DaysLabel, DaysHelp, Days, DaysWrong string
}

// sharesPath is the page of the links to one audit, or with 0 to all.
func sharesPath(audit int64) string {
	if audit == 0 {
		return shared.PathSharesPage
	}
	return shared.PathBasicShares(audit)
}

func newSharesModel(r *http.Request, l text.Lang, audit int64) sharesModel {
	words := text.Team(l)
	m := sharesModel{
		audit: audit, Heading: words.ShareTitle, Help: words.ShareHelp, Action: withLang(r, sharesPath(audit)),
		ListHeading: words.ShareList, Empty: words.ShareEmpty, Revoke: l.T(text.TeamRevoke),
		Columns: []string{
			words.ShareLink, l.T(text.TeamState), words.MadeBy, l.T(text.TeamMade), l.T(text.TeamUsed),
			l.T(text.TeamExpires),
		},
		New: newShareModel{
			Heading: words.ShareNew, DaysLabel: l.T(text.TeamDays),
			DaysHelp: fmt.Sprintf(words.ShareDays, l.Number(shared.ShareDaysDefault)),
		},
	}
	if audit == 0 {
		m.Nav, m.New.AuditLabel = newTeamNav(r, l), words.ShareAudit
	} else {
		m.Heading = l.T(text.ShareAudit)
		m.Back = link{Href: withLang(r, shared.PathBasicPage(audit)), Text: l.T(text.AuditNumber, audit)}
	}
	return m
}

// fill adds what was found; origin stands before the paths of links.
func (m *sharesModel) fill(r *http.Request, l text.Lang, all []shared.Share, next int64, origin string) {
	now := time.Now()
	for i := range all {
		s := &all[i]
		state := credentialState(s.RevokedAt, &s.ExpiresAt, now)
		row := shareRow{
			ID: s.ID, Audit: s.AuditID,
			Cells: []cell{
				{"", l.T(state)}, {m.Columns[2], optional(s.MadeBy)}, {m.Columns[3], stamp(l, s.CreatedAt)},
				{m.Columns[4], moment(l, s.LastUsedAt)}, {m.Columns[5], stamp(l, s.ExpiresAt)},
			},
		}
		if state == text.TeamValid {
			row.Link = origin + s.Path
			row.AskRevoke = pathAsking(r, sharesPath(m.audit), doRevoke,
				fact{fieldAudit, strconv.FormatInt(s.AuditID, 10)}, fact{fieldID, strconv.FormatInt(s.ID, 10)})
		}
		if m.Back.Text == "" {
			row.About = link{
				Href: withLang(r, shared.PathBasicShares(s.AuditID)), Text: l.T(text.AuditNumber, s.AuditID),
			}
		}
		m.Rows = append(m.Rows, row)
	}
	if next != 0 {
		cursor := strconv.FormatInt(next, 10)
		m.Next = nextPart(r, l, &cursor)
	}
}

// optional is a text that there may not be.
func optional(s *string) string {
	if s == nil {
		return "–"
	}
	return *s
}
