package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

var (
	unendedStatuses = []shared.Status{shared.StatusRunning, shared.StatusPending}
	endedStatuses   = []shared.Status{shared.StatusCompleted, shared.StatusFailed, shared.StatusCancelled}
)

// ranks are the columns by which lists are sorted, the highest first. The newest need
// none: ids grow.
var ranks = map[shared.Order]bun.Safe{
	shared.OrderNewest: "0",
	shared.OrderScore:  "a.rank_score",
	shared.OrderErrors: "a.rank_errors",
	shared.OrderLength: "a.rank_seconds",
}

// unendedRanks are what all audits that have not ended have in those columns: among them
// ids alone decide, and no index holds more.
var unendedRanks = map[shared.Order]int64{
	shared.OrderNewest: 0,
	shared.OrderScore:  -101,
	shared.OrderErrors: -1,
	shared.OrderLength: -1,
}

// Newest returns the list as everybody sees it: the n newest audits and behind them
// every older one that has not ended, at most [shared.ListUnfinishedMax], the newest
// first, without activity.
func (s *Store) Newest(ctx context.Context, n int) ([]shared.AuditProgress, error) {
	newest := selection{place: listPlace{order: shared.OrderNewest}, unfinished: true}
	rows, err := newest.rows(ctx, s, "newest", max(n, 0))
	return s.progressOf(auditRows(rows)), err
}

// List returns one page of audits, without activity, and at its start what q.Unfinished
// adds. A cursor that is not from a list in this order gives [ErrBadCursor]; an unknown
// status finds nothing.
func (s *Store) List(ctx context.Context, q shared.ListQuery) (shared.AuditList, error) {
	sel, err := s.selectionOf(ctx, q)
	if err != nil {
		return shared.AuditList{}, fmt.Errorf("store: list: %w", err)
	}
	limit := limitOr(q.Limit, shared.ListLimitDefault, shared.ListLimitMax)
	rows, err := sel.rows(ctx, s, "list", limit+1)
	if err != nil {
		return shared.AuditList{}, err
	}
	list := sel.cut(rows, limit)
	list.Audits = s.progressOf(auditRows(list.rows))
	if q.Counts {
		list.Counts, err = sel.counts(ctx, s)
	}
	if q.BySite && err == nil {
		list.Older, err = sel.older(ctx, s, list.rows)
	}
	if q.Scores && err == nil {
		list.Scores, err = s.scores(ctx, list.rows)
	}
	return list.AuditList, err
}

// selection says which audits a list holds, and in which order.
type selection struct {
	place    listPlace
	statuses []shared.Status // all of them when it is empty
	site     string
	text     string
	dialect  *dialect
	// few are the audits among which all are whose addresses contain the text, if they
	// are few. They are asked for before, because what a database expects of the index it
	// often does not know.
	few        candidates
	unfinished bool
	// bySite keeps the newest audit of each site, of those that have ended if ended is set.
	bySite, ended bool
}

func (s *Store) selectionOf(ctx context.Context, q shared.ListQuery) (sel selection, err error) {
	if sel.place, err = decodeListPlace(q.Order, q.Cursor); err != nil {
		return sel, err
	}
	switch {
	case q.Status != "":
		sel.statuses = []shared.Status{shared.Status(sanitise(string(q.Status)))}
	case q.Ended:
		sel.statuses = endedStatuses
	}
	sel.bySite, sel.ended = q.BySite, q.Ended
	sel.site, sel.text, sel.dialect = sanitise(q.Site), cutBytes(q.Text, shared.MaxURL), &s.dialect
	sel.unfinished = q.Unfinished && q.Cursor == "" && sel.place.order == shared.OrderNewest
	if sel.text != "" && sel.site == "" {
		sel.few, err = s.candidates(ctx, sel.text)
	}
	return sel, err
}

// narrow reports whether all that matches is soon read, and then sorted. What is not, is
// read in the order of the list, status by status.
func (sel selection) narrow() bool { return sel.site != "" || sel.few.known }

// matching keeps the audits of the site whose addresses contain the text.
func (sel selection) matching(q *bun.SelectQuery) *bun.SelectQuery {
	q.Where("a.deleted_at IS NULL")
	if sel.site != "" {
		q.Where("a.id IN (?)", q.NewSelect().Table("audits").Column("id").
			Where("site = ?", sel.site).Where("deleted_at IS NULL"))
	}
	if sel.few.known {
		q.Where("a.id IN (?)", bun.List(sel.few.ids))
	}
	if sel.bySite {
		// Not as what is not older than another: PostgreSQL would join all audits for that.
		q.Where("a.id = (?)", sel.ofSites(q.NewSelect()).ColumnExpr("max(b.id)").Where("b.site = a.site"))
	}
	if sel.text != "" {
		q.Where(sel.dialect.containsURL, strings.Map(lowerASCII, sel.text))
	}
	return q
}

// ofSites selects from the audits of which each site shows the newest. It reads nothing
// but an index that has the condition on the status word for word; a list of those that are
// wanted would lead SQLite to another index, and from there to every row.
func (sel selection) ofSites(q *bun.SelectQuery) *bun.SelectQuery {
	q.TableExpr("audits AS b").Where("b.deleted_at IS NULL")
	if sel.ended {
		q.Where("b.status NOT IN ('pending', 'running')")
	}
	return q
}

// older counts the audits of each site behind the newest, by the ids of those.
func (sel selection) older(ctx context.Context, s *Store, newest []listedRow) (map[int64]int, error) {
	older := make(map[int64]int, len(newest))
	if len(newest) == 0 {
		return older, nil
	}
	sites := make([]string, len(newest))
	for i := range newest {
		sites[i] = newest[i].Site
	}
	type count struct {
		Newest int64
		N      int
	}
	found, err := read(ctx, s, "older of sites", func(ctx context.Context, db bun.IDB) (found []count, err error) {
		err = sel.ofSites(db.NewSelect()).ColumnExpr("max(b.id) AS newest, count(*) AS n").
			Where("b.site IN (?)", bun.List(sites)).Group("b.site").Scan(ctx, &found)
		return found, err
	})
	for _, c := range found {
		older[c.Newest] = c.N - 1
	}
	return older, err
}

// scores are the newest scores of the sites of some audits, the oldest first.
func (s *Store) scores(ctx context.Context, rows []listedRow) (map[string][]int, error) {
	var sites []siteRow
	for i := range rows {
		if site := rows[i].Site; !slices.ContainsFunc(sites, func(r siteRow) bool { return r.Site == site }) {
			sites = append(sites, siteRow{Site: site})
		}
	}
	if len(sites) == 0 {
		return nil, nil
	}
	trends, err := s.trends(ctx, sites, shared.ListScores)
	scores := make(map[string][]int, len(trends))
	for site, trend := range trends {
		for _, v := range trend {
			scores[site] = append(scores[site], v.GeoScore)
		}
	}
	return scores, err
}

// listedRow is an audit beside what it is sorted by.
type listedRow struct {
	auditRow `bun:",extend"`

	Rank int64  `bun:"rank,scanonly"`
	Site string `bun:"site,scanonly"`
}

func auditRows(listed []listedRow) []auditRow {
	rows := make([]auditRow, len(listed))
	for i := range listed {
		rows[i] = listed[i].auditRow
	}
	return rows
}

// rows returns the first n audits behind the place, the nearest first, and what
// sel.unfinished adds. Should there be too many unfinished ones, those that run come
// before those that wait.
func (sel selection) rows(ctx context.Context, s *Store, what string, n int) ([]listedRow, error) {
	return readRows[listedRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		all := sel.first(q, n)
		if sel.unfinished {
			running := sel.matching(q.NewSelect().TableExpr("audits AS a").Column("a.id")).
				Where("a.status IN (?)", bun.List(sel.keeping(unendedStatuses))).
				OrderExpr("a.status DESC, a.id DESC").Limit(shared.ListUnfinishedMax)
			all = q.NewSelect().TableExpr("(?) AS newest", all).Column("id").
				Union(q.NewSelect().TableExpr("(?) AS unfinished", running).Column("id"))
		}
		q.ExcludeColumn("activity").ColumnExpr("a.site").ColumnExpr("? AS rank", ranks[sel.place.order])
		return sel.place.sort(q.Where("a.id IN (?)", all))
	})
}

// keeping are those of some statuses that the selection keeps.
func (sel selection) keeping(some []shared.Status) []shared.Status {
	if len(sel.statuses) == 0 {
		return some
	}
	return slices.DeleteFunc(slices.Clone(some), func(s shared.Status) bool { return !slices.Contains(sel.statuses, s) })
}

// first selects the ids of the first n audits behind the place.
func (sel selection) first(q *bun.SelectQuery, n int) *bun.SelectQuery {
	behind := func(statuses []shared.Status) *bun.SelectQuery {
		place, rank := sel.place, ranks[sel.place.order]
		if !sel.narrow() && len(statuses) == 1 && !statuses[0].Terminal() {
			place, rank = place.amongUnended()
		}
		part := sel.matching(q.NewSelect().TableExpr("audits AS a").Column("a.id").ColumnExpr("? AS rank", rank))
		switch {
		case len(statuses) == 0:
		case sel.narrow(): // an expression, for no index of all audits helps here
			part.Where("a.status || '' IN (?)", bun.List(statuses))
		default:
			part.Where("a.status IN (?)", bun.List(statuses))
		}
		part = place.sort(place.behind(part)).Limit(int64(n))
		return q.NewSelect().TableExpr("(?) AS a", part).Column("a.id", "a.rank")
	}
	statuses := sel.statuses
	if len(statuses) == 0 && sel.place.order != shared.OrderNewest {
		statuses = slices.Concat(unendedStatuses, endedStatuses)
	}
	if sel.narrow() || len(statuses) < 2 {
		return q.NewSelect().TableExpr("(?) AS a", behind(sel.statuses)).Column("a.id")
	}
	all := behind(statuses[:1])
	for _, status := range statuses[1:] {
		all.UnionAll(behind([]shared.Status{status}))
	}
	direction := sel.place.direction()
	return q.NewSelect().TableExpr("(?) AS a", all).Column("a.id").
		OrderExpr("a.rank ?, a.id ?", direction, direction).Limit(int64(n))
}

// cutList is a page before its rows are made readable.
type cutList struct {
	shared.AuditList

	rows []listedRow
}

// cut makes a page of the rows that were found, of which one more than the page holds
// says that there are others. Unfinished ones stay beyond the limit.
func (sel selection) cut(rows []listedRow, limit int) (list cutList) {
	more := len(rows) > limit
	if more {
		older := slices.DeleteFunc(slices.Clone(rows[limit:]), func(r listedRow) bool {
			return !sel.unfinished || shared.Status(r.Status).Terminal()
		})
		rows = slices.Concat(rows[:limit], older)
	}
	last := len(rows) - 1
	if more {
		last = limit - 1
	}
	if sel.place.back {
		slices.Reverse(rows)
		last = len(rows) - 1
	}
	list.rows = rows
	if len(rows) == 0 {
		return list
	}
	if more || sel.place.back {
		list.NextCursor = sel.place.at(&rows[last], false)
	}
	if more && sel.place.back || !sel.place.back && sel.place.id > 0 {
		list.PreviousCursor = sel.place.at(&rows[0], true)
	}
	return list
}

// counts counts what matches by status, whichever statuses are listed; nil when that
// would take long.
func (sel selection) counts(ctx context.Context, s *Store) (*shared.StatusCounts, error) {
	if sel.bySite || sel.text != "" && !sel.narrow() {
		return nil, nil
	}
	type count struct {
		Status string
		N      int
	}
	found, err := read(ctx, s, "counts of a list", func(ctx context.Context, db bun.IDB) (found []count, err error) {
		err = sel.counting(db).Scan(ctx, &found)
		return found, err
	})
	if err != nil {
		return nil, err
	}
	counts := &shared.StatusCounts{}
	for _, c := range found {
		counts.Set(shared.Status(c.Status), min(c.N, shared.ListCountMax))
	}
	return counts, nil
}

func (sel selection) counting(db bun.IDB) *bun.SelectQuery {
	matching := func() *bun.SelectQuery {
		return sel.matching(db.NewSelect().TableExpr("audits AS a").Column("a.status"))
	}
	if sel.narrow() {
		return matching().ColumnExpr("count(*) AS n").Group("a.status")
	}
	var all *bun.SelectQuery
	for _, status := range slices.Concat(unendedStatuses, endedStatuses) {
		part := db.NewSelect().TableExpr("(?) AS a", matching().Where("a.status = ?", status).Limit(shared.ListCountMax)).
			ColumnExpr("? AS status, count(*) AS n", status)
		if all == nil {
			all = part
		} else {
			all.UnionAll(part)
		}
	}
	return all
}

// listPlace is a place in a list: behind the audit with this rank and id, or before it
// when back is set. The zero id is the start.
type listPlace struct {
	order shared.Order
	back  bool
	rank  int64
	id    int64
	none  bool // nothing stands there
}

func (p listPlace) String() string {
	side := "behind"
	if p.back {
		side = "before"
	}
	return fmt.Sprintf("%s %s %d %d", p.order, side, p.rank, p.id)
}

// at is the cursor of what stands behind an audit, or before it.
func (p listPlace) at(r *listedRow, back bool) *string {
	return encodeText("audits", listPlace{order: p.order, back: back, rank: r.Rank, id: r.ID}.String())
}

func decodeListPlace(order shared.Order, cursor string) (p listPlace, err error) {
	p.order = order
	if order == "" {
		p.order = shared.OrderNewest
	}
	if ranks[p.order] == "" {
		return p, ErrBadCursor
	}
	if cursor == "" {
		return p, nil
	}
	text, err := decodeText("audits", cursor)
	if err != nil {
		return p, err
	}
	read, side := listPlace{}, ""
	_, err = fmt.Sscanf(text, "%s %s %d %d", &read.order, &side, &read.rank, &read.id)
	read.back = side == "before"
	if err != nil || read.String() != text || read.order != p.order || read.id < 1 {
		return p, ErrBadCursor
	}
	return read, nil
}

func (p listPlace) direction() bun.Safe {
	if p.back {
		return "ASC"
	}
	return "DESC"
}

// amongUnended is the place among audits that have not ended, ordered by their ids alone,
// and the rank of each of them.
func (p listPlace) amongUnended() (place listPlace, rank bun.Safe) {
	of := unendedRanks[p.order]
	place = listPlace{order: shared.OrderNewest, back: p.back, id: p.id}
	switch theyAreBefore := of > p.rank; {
	case p.id == 0 || p.rank == of:
	case theyAreBefore == p.back:
		place.id = 0 // all of them
	default:
		place.none = true
	}
	return place, bun.Safe(strconv.FormatInt(of, 10))
}

// sort puts the nearest to the place first.
func (p listPlace) sort(q *bun.SelectQuery) *bun.SelectQuery {
	if p.order == shared.OrderNewest {
		return q.OrderExpr("a.id ?", p.direction())
	}
	return q.OrderExpr("? ?, a.id ?", ranks[p.order], p.direction(), p.direction())
}

// behind keeps what stands on that side of the place.
func (p listPlace) behind(q *bun.SelectQuery) *bun.SelectQuery {
	if p.none {
		return q.Where("1 = 0")
	}
	if p.id == 0 {
		return q
	}
	than := bun.Safe("<")
	if p.back {
		than = ">"
	}
	if p.order == shared.OrderNewest {
		return q.Where("a.id ? ?", than, p.id)
	}
	return q.Where("(?, a.id) ? (?, ?)", ranks[p.order], than, p.rank, p.id)
}
