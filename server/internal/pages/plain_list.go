package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
)

// Query parameters of the plain list.
const (
	paramText   = "q"
	paramStatus = "status"
	paramOrder  = "sort"
)

// findModel is the form that looks for audits.
type findModel struct {
	Action, Lang      string // Lang is empty unless the address names it
	Label, Text       string
	Statuses, Orders  []option
	StatusLabel, Sort string
	Button            string
	None              string // said when nothing matches
	All               link
}

type option struct {
	Value, Text string
	Selected    bool
}

// readListQuery reads what the address asks for. What it does not know, it leaves out.
func readListQuery(r *http.Request) shared.ListQuery {
	v := r.URL.Query()
	q := shared.ListQuery{
		Text: strings.TrimSpace(v.Get(paramText)), Status: shared.Status(v.Get(paramStatus)),
		Order: shared.Order(v.Get(paramOrder)), Cursor: v.Get(paramCursor),
		Limit: shared.ListSnapshot, Unfinished: true,
	}
	if !q.Status.Valid() {
		q.Status = ""
	}
	if !slices.Contains(shared.Orders, q.Order) {
		q.Order = shared.OrderNewest
	}
	return q
}

// find fills in the form for q, and where the parts of the list beside this one are.
func (m *homeModel) find(r *http.Request, l text.Lang, q shared.ListQuery, list shared.AuditList) {
	m.Find = findModel{
		Action: shared.PathBasic, Label: l.T(text.ListSearch), Text: q.Text,
		StatusLabel: l.T(text.ListFilter), Sort: l.T(text.ListSort), Button: l.T(text.ListSearchButton),
		Statuses: []option{{"", l.T(text.ListAll), q.Status == ""}},
		All:      link{Href: withLang(r, shared.PathBasic), Text: l.T(text.ListShowAll)},
	}
	if named, ok := text.Parse(r.URL.Query().Get(paramLang)); ok {
		m.Find.Lang = named.Tag()
	}
	for _, s := range []shared.Status{
		shared.StatusPending, shared.StatusRunning, shared.StatusCompleted, shared.StatusFailed, shared.StatusCancelled,
	} {
		m.Find.Statuses = append(m.Find.Statuses, option{string(s), text.Status(l, string(s)), s == q.Status})
	}
	words := map[shared.Order]text.Key{
		shared.OrderNewest: text.ListNewest, shared.OrderScore: text.ListWorst,
		shared.OrderErrors: text.ListErrors, shared.OrderLength: text.ListLongest,
	}
	for _, o := range shared.Orders {
		m.Find.Orders = append(m.Find.Orders, option{string(o), l.T(words[o]), o == q.Order})
	}
	if q.Text != "" || q.Status != "" {
		m.Find.None = l.T(text.ListNoMatch)
	}
	part := func(words string, cursor *string) link {
		if cursor == nil {
			return link{}
		}
		return link{Href: listLink(r, q, *cursor), Text: words}
	}
	m.Previous = part(l.T(text.ListPrevious), list.PreviousCursor)
	m.Next = part(l.T(text.ListNext), list.NextCursor)
}

// listLink is the address of another part of the same list.
func listLink(r *http.Request, q shared.ListQuery, cursor string) string {
	v := url.Values{paramOrder: {string(q.Order)}, paramCursor: {cursor}}
	if q.Text != "" {
		v.Set(paramText, q.Text)
	}
	if q.Status != "" {
		v.Set(paramStatus, string(q.Status))
	}
	if named, ok := text.Parse(r.URL.Query().Get(paramLang)); ok {
		v.Set(paramLang, named.Tag())
	}
	return shared.PathBasic + "?" + v.Encode()
}
