package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// trailRow is one line of the trail.
type trailRow struct {
	bun.BaseModel `bun:"table:trail,alias:t"`

	ID      int64  `bun:"id,pk,autoincrement"`
	At      stamp  `bun:"at"`
	Action  string `bun:"action"`
	TokenID *int64 `bun:"token_id"`
	Who     string `bun:"who"`
	Role    string `bun:"role"`
	Address string `bun:"address"`
	AuditID *int64 `bun:"audit_id"`
	About   string `bun:"about"`
}

func (r *trailRow) entry() shared.TrailEntry {
	return shared.TrailEntry{
		ID: r.ID, At: shared.At(r.At.Time), Deed: shared.Deed(r.Action), TokenID: r.TokenID, Who: r.Who,
		Role: shared.Role(r.Role), Address: r.Address, AuditID: r.AuditID, About: r.About,
	}
}

// trailPurgeMax is how many old lines one call of [Store.PurgeTrail] removes at most.
const trailPurgeMax = 1000

// NoteDeed adds a line to the trail, with the database's time.
func (s *Store) NoteDeed(ctx context.Context, e shared.TrailEntry) error {
	row := trailRow{
		Action: string(e.Deed), TokenID: e.TokenID, Who: sanitise(e.Who), Role: string(e.Role), Address: e.Address,
		AuditID: e.AuditID, About: sanitise(e.About),
	}
	return s.write(ctx, "note deed", false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&row).Value("at", "?", s.dialect.now).Exec(ctx)
		return err
	})
}

// Trail lists what people did, the newest first. A line to begin behind that is gone took all
// older ones with it.
func (s *Store) Trail(ctx context.Context, q shared.TrailQuery) (list shared.TrailList, err error) {
	limit := limitOr(q.Limit, shared.ListLimitDefault, shared.ListLimitMax)
	rows, err := readRows[trailRow](ctx, s, "trail", func(sq *bun.SelectQuery) *bun.SelectQuery {
		return selectTrail(sq, q).Order("t.at DESC", "t.id DESC").Limit(int64(limit) + 1)
	})
	if len(rows) > limit {
		rows = rows[:limit]
		list.NextBefore = &rows[limit-1].ID
	}
	list.Entries = make([]shared.TrailEntry, 0, len(rows))
	for i := range rows {
		list.Entries = append(list.Entries, rows[i].entry())
	}
	return list, err
}

// selectTrail says which lines a query selects. Numbers alone would not do for the order:
// whoever got a lower one may have committed later.
func selectTrail(sq *bun.SelectQuery, q shared.TrailQuery) *bun.SelectQuery {
	if q.Before > 0 {
		sq.Where("(t.at, t.id) < (SELECT at, id FROM trail WHERE id = ?)", q.Before)
	}
	if q.Who != "" {
		sq.Where("t.who = ?", sanitise(q.Who))
	}
	if q.Deed != "" {
		sq.Where("t.action = ?", string(q.Deed))
	}
	if !q.From.IsZero() {
		sq.Where("t.at >= ?", stamp{q.From})
	}
	if !q.Until.IsZero() {
		sq.Where("t.at < ?", stamp{q.Until})
	}
	return sq
}

// PurgeTrail removes lines that are older than keep, some at a time, and returns how many.
func (s *Store) PurgeTrail(ctx context.Context, keep time.Duration) (removed int, err error) {
	err = s.write(ctx, "purge trail", false, func(ctx context.Context, tx bun.Tx) error {
		old := tx.NewSelect().Table("trail").Column("id").Where("at < (SELECT ?)", s.dialect.after(-keep)).
			Order("at").Limit(trailPurgeMax)
		removed, err = affected(tx.NewDelete().Table("trail").Where("id IN (?)", old).Exec(ctx))
		return err
	})
	return removed, err
}
