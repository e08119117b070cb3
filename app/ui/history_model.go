package ui

import (
	"slices"

	"atalaya/shared"
	"atalaya/shared/text"
)

// historyModel is the part of the list of ended audits that is shown.
type historyModel struct {
	Title string
	// Age says that the list is a copy, and how old; empty while it is current.
	Age  string
	Busy bool
	// Waiting says how many audits have come since; empty for none.
	Waiting string

	Query    listQuery
	Searched string
	Chips    []statusChip
	Orders   []orderModel
	Group    statusChip // leads to the newest audit of each site, or back to all

	Columns [7]string
	Rows    []rowModel
	Chosen  string // how many rows are selected; empty for none
	All     bool   // every row is
	Picking bool   // rows can be selected where boxes have no room otherwise

	// Empty says why there are no rows, EmptyHelp what to do; Retry offers to ask again.
	Empty     string
	EmptyHelp string
	Retry     bool

	Range          string
	Previous, Next string // addresses of the parts beside this one; empty at the ends
}

// statusChip is a choice of audits, such as those of one status, with how many it keeps.
type statusChip struct {
	Text, Count, Link string
	Current           bool
}

// orderModel is a way to sort the list.
type orderModel struct {
	Order   shared.Order
	Text    string
	Current bool
}

// history puts into words what is known of the history, beside the live list.
func (loc locale) history(h *history, audits []shared.AuditProgress, chosen map[int64]bool) historyModel {
	l := loc.Lang
	m := historyModel{
		Title: l.T(text.History), Query: h.query, Chips: loc.chips(h), Orders: loc.orders(h.query.Order),
		Group: loc.grouping(h.query),
		Columns: [7]string{
			l.T(text.ColumnSite), l.T(text.ColumnStatus), l.T(text.ColumnScore), l.T(text.ColumnTrend),
			l.T(text.ColumnFindings), l.T(text.ColumnPages), l.T(text.ColumnFinished),
		},
	}
	if n := h.waiting(audits); n > 0 {
		m.Waiting = l.N(text.ListNew, n)
	}
	rows, known := h.rows(audits)
	for _, p := range rows {
		m.Rows = append(m.Rows, loc.rowsOf(h, p)...)
	}
	selected := 0
	for i := range m.Rows {
		if r := &m.Rows[i]; chosen[r.ID] {
			r.Chosen = true
			selected++
		}
	}
	if selected > 0 {
		m.Chosen, m.All = l.N(text.Chosen, selected), selected == len(m.Rows)
	}
	switch {
	case !known && h.failed != "":
		m.Empty, m.Retry = l.T(text.ListFailed, text.Problem(l, h.failed)), true
	case !known:
		m.Empty, m.Busy = l.T(text.ListLoading), true
	case len(rows) == 0 && h.query.filtered():
		m.Empty, m.EmptyHelp = l.T(text.ListNoMatch), l.T(text.ListNoMatchHelp)
	case len(rows) == 0:
		m.Empty = l.T(text.ListNoHistory)
	}
	loc.place(&m, h, len(rows))
	return m
}

// rowsOf is the row of an audit, and behind it those of older ones of its site that are
// unfolded.
func (loc locale) rowsOf(h *history, p *shared.AuditProgress) []rowModel {
	row := loc.row(p)
	if h.page == nil {
		return []rowModel{row}
	}
	row.Trend = loc.spark(verdictsOf(h.page.Scores[row.Site]))
	rows := []rowModel{row}
	if n := h.page.Older[p.AuditID]; n > 0 {
		all, unfolded := h.unfolded[row.Site]
		rows[0].Older, rows[0].Folded = loc.Lang.N(text.ListOlder, n), !unfolded
		for i := range all {
			if p := &all[i]; p.AuditID != row.ID && !h.gone[p.AuditID] {
				older := loc.row(p)
				older.Behind = true
				rows = append(rows, older)
			}
		}
	}
	return rows
}

// verdictsOf are scores of which nothing more is known.
func verdictsOf(scores []int) []shared.Verdict {
	trend := make([]shared.Verdict, len(scores))
	for i, n := range scores {
		trend[i].GeoScore = n
	}
	return trend
}

func (loc locale) grouping(q listQuery) statusChip {
	c := statusChip{Text: loc.Lang.T(text.ListBySite), Current: q.BySite}
	q = q.start()
	q.BySite = !q.BySite
	c.Link = q.link()
	return c
}

func (loc locale) chips(h *history) []statusChip {
	number := func(statuses ...shared.Status) string {
		if h.page == nil || h.page.Counts == nil {
			return ""
		}
		n, more := 0, false
		for _, s := range statuses {
			of := h.page.Counts.Of(s)
			n, more = n+of, more || of >= shared.ListCountMax
		}
		if more {
			return loc.Lang.Number(n) + "+"
		}
		return loc.Lang.Number(n)
	}
	q := h.query.start()
	chip := func(words string, status shared.Status, count string) statusChip {
		q.Status = status
		return statusChip{words, count, q.link(), status == h.query.Status}
	}
	chips := []statusChip{chip(loc.Lang.T(text.ListAll), "", number(endedStatuses...))}
	for _, s := range endedStatuses {
		chips = append(chips, chip(text.Status(loc.Lang, string(s)), s, number(s)))
	}
	return chips
}

func (loc locale) orders(current shared.Order) (orders []orderModel) {
	words := map[shared.Order]text.Key{
		shared.OrderNewest: text.ListNewest, shared.OrderScore: text.ListWorst,
		shared.OrderErrors: text.ListErrors, shared.OrderLength: text.ListLongest,
	}
	for _, o := range shared.Orders {
		orders = append(orders, orderModel{o, loc.Lang.T(words[o]), o == current})
	}
	return orders
}

// place says which part of the list this is, and where the others are.
func (loc locale) place(m *historyModel, h *history, shown int) {
	if shown == 0 {
		return
	}
	l, from := loc.Lang, h.query.From
	to := from + shown - 1
	total, more := h.total()
	switch {
	case total == 0:
		m.Range = l.T(text.ListRangeOpen, l.Number(from), l.Number(to))
	case more:
		m.Range = l.T(text.ListRangeAbout, l.Number(from), l.Number(to), l.Number(total))
	default:
		m.Range = l.T(text.ListRange, l.Number(from), l.Number(to), l.Number(max(total, to)))
	}
	if h.page == nil {
		return
	}
	if c := h.page.NextCursor; c != nil {
		m.Next = h.query.at(*c, to+1).link()
	}
	if c := h.page.PreviousCursor; c != nil {
		m.Previous = h.query.at(*c, from-shared.ListSnapshot).link()
	}
}

// shows reports whether there is anything to filter, or a filter.
func (m historyModel) shows() bool {
	return len(m.Rows) > 0 || m.Query.filtered() ||
		slices.ContainsFunc(m.Chips, func(c statusChip) bool { return c.Count != "" && c.Count != "0" })
}
