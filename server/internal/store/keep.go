package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

const (
	// ExpireMax is how many audits one call of [Store.Expire] deletes at most.
	ExpireMax = 100
	// PurgeMax is how many rows one call of [Store.Purge] removes at most.
	PurgeMax = 1000
	// purgeAudits is of how many deleted audits one transaction removes rows.
	purgeAudits = 100
	// tombstone is how long a deleted audit's row stays, so that every reader learns
	// of the deletion: longer than a server could be without its database and still
	// have streams.
	tombstone = time.Hour
)

// belongings are the tables whose rows belong to an audit, and the keys of the rows.
// Those that point to pages come before them.
var belongings = []struct{ table, key string }{
	{"unvisited", "id"}, {"links_in", "page_id"}, {"findings", "id"}, {"pages", "id"}, {"reports", "audit_id"},
	{"audit_headers", "audit_id"},
}

// Expire deletes, for readers as [Store.Delete] does, audits that ended longer than
// keep ago: at most [ExpireMax] of them, of which it returns the number. What belongs
// to them is left to [Store.Purge]. Several servers may do this at once.
func (s *Store) Expire(ctx context.Context, keep time.Duration) (deleted int, err error) {
	err = s.write(ctx, "expire", false, func(ctx context.Context, tx bun.Tx) error {
		old := tx.NewSelect().Table("audits").Column("id").
			// SQLite takes any text as a time, and an audit is not deleted for one that is
			// none, such as a number of seconds. The time asked for is a query of its own
			// because PostgreSQL uses no index for what may differ from row to row.
			Where("deleted_at IS NULL AND finished_at >= '1970-01-01' AND finished_at < (SELECT ?)", s.dialect.after(-keep)).
			// Said of those that have not ended, because SQLite would look for the three others
			// by the index of status, which finds all audits there are, and sort them.
			Where("status NOT IN ('pending', 'running')").
			Order("finished_at").Limit(ExpireMax)
		if s.dialect.lockFree != "" {
			old.For(s.dialect.lockFree)
		}
		res, err := s.bury(tx.NewUpdate().Table("audits").Where("id IN (?)", old)).Exec(ctx)
		deleted, err = affected(res, err)
		return err
	})
	if err == nil && deleted > 0 {
		s.committed()
	}
	return deleted, err
}

// bury marks audits as deleted, and frees their keys.
func (s *Store) bury(q *bun.UpdateQuery) *bun.UpdateQuery {
	return q.Set("deleted_at = ?", s.dialect.now).Set("idempotency_key = NULL")
}

// Purge removes rows that no reader sees: those that belong to deleted audits, and
// then the deleted audits themselves, once readers have had the time to learn of it.
// It removes at most [PurgeMax], so that other writers are not kept waiting, and
// returns how many; 0 means that none are left.
func (s *Store) Purge(ctx context.Context) (removed int, err error) {
	s.purging.Lock()
	defer s.purging.Unlock()
	for last := false; removed == 0 && !last && err == nil; {
		err = s.write(ctx, "purge", false, func(ctx context.Context, tx bun.Tx) (err error) {
			removed, last, err = s.purging.step(ctx, tx, s.dialect)
			return err
		})
	}
	return removed, err
}

// purging is how far the deleted audits were gone through, in the order of their deletion.
// A query for whatever belongs to some deleted audit could not be answered in bounded
// time: PostgreSQL may read all findings there are to learn that none does any more.
type purging struct {
	sync.Mutex
	behind deletion
}

// deletion is when an audit was deleted, as its database writes it.
type deletion struct {
	At string `bun:"at"`
	ID int64  `bun:"id"`
}

// step removes what belongs to the next audits, or after the last of them those that were
// deleted long ago. When those are gone too it begins anew.
func (p *purging) step(ctx context.Context, tx bun.Tx, d dialect) (removed int, last bool, err error) {
	next, err := p.next(ctx, tx)
	switch {
	case err != nil:
		return 0, false, err
	case len(next) == 0:
		removed, err = removeAudits(ctx, tx, d.after(-tombstone))
		if err == nil && removed == 0 {
			p.behind = deletion{}
		}
		return removed, true, err
	}
	removed, err = removeBelongings(ctx, tx, next)
	if err == nil && removed == 0 {
		p.behind = next[len(next)-1]
	}
	return removed, false, err
}

// next finds the audits that were deleted after those gone through.
func (p *purging) next(ctx context.Context, tx bun.Tx) (next []deletion, err error) {
	q := tx.NewSelect().Table("audits").ColumnExpr("CAST(deleted_at AS text) AS at, id").
		Where("deleted_at IS NOT NULL").Order("deleted_at", "id").Limit(purgeAudits)
	if p.behind.ID != 0 {
		q.Where("(deleted_at, id) > (?, ?)", p.behind.At, p.behind.ID)
	}
	return next, q.Scan(ctx, &next)
}

func removeBelongings(ctx context.Context, tx bun.Tx, of []deletion) (removed int, err error) {
	ids := make([]int64, len(of))
	for i, one := range of {
		ids[i] = one.ID
	}
	for _, b := range belongings {
		some := tx.NewSelect().Table(b.table).Column(b.key).Where("audit_id IN (?)", bun.List(ids)).Limit(PurgeMax)
		res, err := tx.NewDelete().Table(b.table).Where("? IN (?)", bun.Ident(b.key), some).Exec(ctx)
		if removed, err = affected(res, err); err != nil || removed > 0 {
			return removed, err
		}
	}
	return 0, nil
}

// removeAudits removes deleted audits for good, which their second DELETE does.
func removeAudits(ctx context.Context, tx bun.Tx, deletedBefore bun.Safe) (removed int, err error) {
	gone := tx.NewSelect().Table("audits").Column("id").Where("deleted_at < (SELECT ?)", deletedBefore).Limit(PurgeMax)
	res, err := tx.NewDelete().Table("audits").Where("id IN (?)", gone).Exec(ctx)
	return affected(res, err)
}

func affected(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("rows affected: %w", err)
	}
	return int(n), nil
}
