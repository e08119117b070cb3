package ui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
)

// Query parameters of the dashboard, which its form sends without the program, too.
const (
	paramText   = "q"
	paramStatus = "status"
	paramOrder  = "sort"
	paramCursor = "cursor"
	paramFrom   = "from"
	paramURL    = "url"  // what the start box holds
	paramShared = "text" // what another app shares (manifest.webmanifest)
)

// listQuery is the part of the history that an address asks for. Two are equal when they
// ask for the same.
type listQuery struct {
	Text   string
	Status shared.Status
	Order  shared.Order
	BySite bool // the newest audit of each site
	Cursor string
	// From is the number of the first row, which a cursor does not know.
	From int
}

// readListQuery reads the query of an address. What it does not know, it leaves out.
func readListQuery(v url.Values) listQuery {
	q := listQuery{
		Text: strings.TrimSpace(v.Get(paramText)), Status: shared.Status(v.Get(paramStatus)),
		Order: shared.Order(v.Get(paramOrder)), BySite: v.Get(shared.ParamGroup) == shared.GroupSite,
		Cursor: v.Get(paramCursor), From: 1,
	}
	if !q.Status.Terminal() {
		q.Status = ""
	}
	if !slices.Contains(shared.Orders, q.Order) {
		q.Order = shared.OrderNewest
	}
	if n, err := strconv.Atoi(v.Get(paramFrom)); err == nil && q.Cursor != "" {
		q.From = max(n, 1)
	}
	return q
}

// link is the dashboard's address with this query.
func (q listQuery) link() string {
	v := url.Values{}
	if q.Text != "" {
		v.Set(paramText, q.Text)
	}
	if q.Status != "" {
		v.Set(paramStatus, string(q.Status))
	}
	if q.Order != shared.OrderNewest {
		v.Set(paramOrder, string(q.Order))
	}
	if group := q.group(); group != "" {
		v.Set(shared.ParamGroup, group)
	}
	if q.Cursor != "" {
		v.Set(paramCursor, q.Cursor)
		v.Set(paramFrom, strconv.Itoa(q.From))
	}
	if len(v) == 0 {
		return "/"
	}
	return "/?" + v.Encode()
}

// group is what makes one of several audits, in an address; empty where nothing does.
func (q listQuery) group() string {
	if q.BySite {
		return shared.GroupSite
	}
	return ""
}

// asks is the question to the server.
func (q listQuery) asks() shared.ListQuery {
	return shared.ListQuery{
		Ended: true, Counts: true, Scores: true, BySite: q.BySite,
		Text: q.Text, Status: q.Status, Order: q.Order, Cursor: q.Cursor, Limit: shared.ListSnapshot,
	}
}

// with is the query for another text.
func (q listQuery) with(text string) listQuery {
	q = q.start()
	q.Text = strings.TrimSpace(text)
	return q
}

// start is the query without its place in the list.
func (q listQuery) start() listQuery {
	q.Cursor, q.From = "", 1
	return q
}

// at is the query at another place, where the row with this number is the first.
func (q listQuery) at(cursor string, from int) listQuery {
	if from <= 1 {
		return q.start()
	}
	q.Cursor, q.From = cursor, from
	return q
}

// filtered reports whether something is left out.
func (q listQuery) filtered() bool { return q.Text != "" || q.Status != "" }

// plain reports whether this is the list as it stands without any wish: the newest audits
// that have ended.
func (q listQuery) plain() bool {
	return !q.filtered() && q.Order == shared.OrderNewest && !q.BySite && q.Cursor == ""
}

// keeps reports whether an ended audit is in the list, on whichever page.
func (q listQuery) keeps(p *shared.AuditProgress) bool {
	return (q.Status == "" || q.Status == p.Status) &&
		strings.Contains(strings.ToLower(p.URL), strings.ToLower(q.Text))
}
