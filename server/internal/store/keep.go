package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

const (
	// ExpireMax is how many audits one call of [Store.Expire] deletes at most.
	ExpireMax = 100
	// PurgeMax is how many rows one call of [Store.Purge] removes at most.
	PurgeMax = 1000
	// tombstone is how long a deleted audit's row stays, so that every reader learns
	// of the deletion: longer than a server could be without its database and still
	// have streams.
	tombstone = time.Hour
)

// belongings are the tables whose rows belong to an audit, and the keys of the rows.
// Findings come before the pages that they point to.
var belongings = []struct{ table, key string }{
	{"unvisited", "id"}, {"findings", "id"}, {"pages", "id"}, {"reports", "audit_id"},
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
	err = s.write(ctx, "purge", false, func(ctx context.Context, tx bun.Tx) (err error) {
		for _, b := range belongings {
			some := tx.NewSelect().TableExpr("audits AS a").Join("JOIN ? AS b ON b.audit_id = a.id", bun.Ident(b.table)).
				ColumnExpr("b.?", bun.Ident(b.key)).Where("a.deleted_at IS NOT NULL").Limit(PurgeMax)
			res, err := tx.NewDelete().Table(b.table).Where("? IN (?)", bun.Ident(b.key), some).Exec(ctx)
			if removed, err = affected(res, err); err != nil || removed > 0 {
				return err
			}
		}
		// The second DELETE of an audit removes it.
		gone := tx.NewSelect().Table("audits").Column("id").
			Where("deleted_at < (SELECT ?)", s.dialect.after(-tombstone)).Limit(PurgeMax)
		res, err := tx.NewDelete().Table("audits").Where("id IN (?)", gone).Exec(ctx)
		removed, err = affected(res, err)
		return err
	})
	return removed, err
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
