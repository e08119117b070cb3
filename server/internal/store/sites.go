package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// siteRow is what one query over a site's audits says of it. The column site is made by
// the database, as [shared.SiteName] makes the name.
type siteRow struct {
	bun.BaseModel `bun:"table:audits,alias:a"`

	Site   string `bun:"site"`
	Audits int    `bun:"audits,scanonly"`
	Latest int64  `bun:"latest,scanonly"`
}

// verdictRow is a completed audit as a point of its site's trend.
type verdictRow struct {
	bun.BaseModel `bun:"table:audits,alias:a"`

	Site       string `bun:"site"`
	ID         int64  `bun:"id"`
	GeoScore   int    `bun:"geo_score"`
	Errors     int    `bun:"findings_error"`
	FinishedAt stamp  `bun:"finished_at"`
	Partial    bool   `bun:"partial"`
}

func (r *verdictRow) verdict() shared.Verdict {
	return shared.Verdict{
		AuditID: r.ID, GeoScore: min(max(r.GeoScore, 0), 100), Errors: max(r.Errors, 0),
		FinishedAt: shared.At(r.FinishedAt.Time), Partial: r.Partial,
	}
}

// selectScored keeps the audits that are points of a trend, the newest first. The status is
// asked for so that of all indexes only that of the site's ended audits serves.
func selectScored(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("a.deleted_at IS NULL").Where("a.status NOT IN ('pending', 'running')").
		Where("a.status || '' = 'completed'").Where("a.geo_score IS NOT NULL").
		Order("a.id DESC")
}

// verdictBefore is how the completed audit of the same kind and site before an audit
// ended, or nil.
func verdictBefore(ctx context.Context, tx bun.Tx, id int64) (*shared.Verdict, error) {
	var r verdictRow
	this := func(column string) *bun.SelectQuery {
		return tx.NewSelect().Table("audits").Column(column).Where("id = ?", id)
	}
	err := selectScored(tx.NewSelect().Model(&r)).Where("a.site = (?)", this("site")).
		Where("a.kind = (?)", this("kind")).Where("a.id < ?", id).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := r.verdict()
	return &v, nil
}

// previousVerdict is column previous of an audit that is about to be completed.
func previousVerdict(ctx context.Context, tx bun.Tx, id int64) (*string, error) {
	v, err := verdictBefore(ctx, tx, id)
	if v == nil || err != nil {
		return nil, err
	}
	b, err := json.Marshal(v)
	text := string(b)
	return &text, err
}

// Sites returns one page of sites, the one that was audited last first. A cursor that is
// not from such a list gives [ErrBadCursor]. A page is four queries, so that an audit
// that is created or deleted meanwhile may be in one of its numbers and not in another.
func (s *Store) Sites(ctx context.Context, q shared.SiteQuery) (shared.SiteList, error) {
	before, err := decodeCursor("sites", q.Cursor)
	if err != nil {
		return shared.SiteList{}, fmt.Errorf("store: sites: %w", err)
	}
	limit := limitOr(q.Limit, shared.ListLimitDefault, shared.ListLimitMax)
	rows, err := s.siteRows(ctx, "sites", func(sel *bun.SelectQuery) *bun.SelectQuery {
		if before > 0 {
			sel.Having("max(a.id) < ?", before)
		}
		if q.Text != "" {
			sel.Where("a.site ? ? ESCAPE '!'", s.dialect.like, likeText(q.Text))
		}
		return sel.Limit(int64(limit + 1))
	})
	if err != nil {
		return shared.SiteList{}, err
	}
	list := shared.SiteList{}
	if len(rows) > limit {
		rows = rows[:limit]
		list.NextCursor = encodeCursor("sites", rows[limit-1].Latest)
	}
	list.Sites, err = s.sitesOf(ctx, rows)
	return list, err
}

// Site returns what is known of one site, by the name that [shared.SiteName] gives it, or
// [ErrNotFound] if it has no audit.
func (s *Store) Site(ctx context.Context, name string) (shared.Site, error) {
	rows, err := s.siteRows(ctx, "site", func(sel *bun.SelectQuery) *bun.SelectQuery {
		return sel.Where("a.site = ?", sanitise(name))
	})
	if err != nil {
		return shared.Site{}, err
	}
	sites, err := s.sitesOf(ctx, rows)
	if err == nil && len(sites) == 0 {
		err = fmt.Errorf("store: site %q: %w", name, ErrNotFound)
	}
	if err != nil {
		return shared.Site{}, err
	}
	return sites[0], nil
}

func (s *Store) siteRows(
	ctx context.Context, what string, selected func(*bun.SelectQuery) *bun.SelectQuery,
) ([]siteRow, error) {
	return readRows[siteRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		q.Column("a.site").ColumnExpr("count(*) AS audits").ColumnExpr("max(a.id) AS latest")
		return selected(q.Where("a.deleted_at IS NULL")).Group("a.site").OrderExpr("latest DESC")
	})
}

// sitesOf completes rows with their newest audits and trends. A site whose newest audit
// is gone by now, or cannot be read, is left out.
func (s *Store) sitesOf(ctx context.Context, rows []siteRow) ([]shared.Site, error) {
	sites := make([]shared.Site, 0, len(rows))
	if len(rows) == 0 {
		return sites, nil
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Latest
	}
	newest, err := s.audits(ctx, "newest of sites", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ExcludeColumn("activity").Where("a.id IN (?)", bun.List(ids))
	})
	if err != nil {
		return nil, err
	}
	trends, err := s.trends(ctx, rows, shared.SiteTrend)
	if err != nil {
		return nil, err
	}
	next, err := s.nextTimes(ctx, rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		i := slices.IndexFunc(newest, func(p shared.AuditProgress) bool { return p.AuditID == r.Latest })
		if i < 0 {
			continue
		}
		sites = append(sites, shared.Site{
			Name: r.Site, Audits: r.Audits, Latest: newest[i], Trend: trends[r.Site], NextAt: next[r.Site],
		})
	}
	return sites, nil
}

// nextTimes are when the schedules of sites start their next audits, by site.
func (s *Store) nextTimes(ctx context.Context, sites []siteRow) (map[string]*shared.Time, error) {
	names := make([]string, len(sites))
	for i, site := range sites {
		names[i] = site.Site
	}
	rows, err := readRows[scheduleRow](ctx, s, "schedules of sites", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Column("s.site", "s.next_at").Where("s.site IN (?)", bun.List(names))
	})
	next := make(map[string]*shared.Time, len(rows))
	for _, r := range rows {
		next[r.Site] = shared.AtPtr(r.NextAt.Time)
	}
	return next, err
}

// trends returns the newest scores of each site, most of them, the oldest first; a site without any
// has an empty list. Each site is a query of its own inside of one statement, because
// that reads no more of the index than it returns.
func (s *Store) trends(ctx context.Context, sites []siteRow, most int) (map[string][]shared.Verdict, error) {
	rows, err := read(ctx, s, "trends", func(ctx context.Context, db bun.IDB) (rows []verdictRow, err error) {
		var all *bun.SelectQuery
		for _, site := range sites {
			newest := selectScored(db.NewSelect().Model((*verdictRow)(nil))).
				Where("a.site = ?", site.Site).Limit(int64(most))
			part := db.NewSelect().TableExpr("(?) AS t", newest)
			if all == nil {
				all = part
			} else {
				all.UnionAll(part)
			}
		}
		err = all.Scan(ctx, &rows)
		return rows, err
	})
	if err != nil {
		return nil, err
	}
	trends := make(map[string][]shared.Verdict, len(sites))
	for _, site := range sites {
		trends[site.Site] = []shared.Verdict{}
	}
	slices.SortFunc(rows, func(a, b verdictRow) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range rows {
		trends[r.Site] = append(trends[r.Site], r.verdict())
	}
	return trends, nil
}
