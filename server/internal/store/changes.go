package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// ChangesMax is how many rows one call of [Store.Changes] reads at most. A call
// that returns as many has probably not returned all: call again at once.
const ChangesMax = 500

// Changes returns the audits that changed since cursor with their activity, and
// the ids of those deleted since, in no particular order across audits. The
// cursor "" fixes the present as the position and returns no rows; next is the
// position to go on from, to be used only when err is nil.
//
// It never skips a change, whatever the order in which transactions commit. On
// PostgreSQL it may return a row again that an earlier call returned, so drop
// revisions that are not newer than the last of the same audit.
func (s *Store) Changes(ctx context.Context, cursor string) (changed []shared.AuditProgress, deleted []int64, next string, err error) {
	sweepBy := s.changesByRevision
	if s.postgres != nil {
		sweepBy = s.changesByTransaction
	}
	var rows []sweptRow
	err = s.read(ctx, "changes", func(ctx context.Context, db bun.IDB) error {
		rows = nil
		var err error
		rows, next, err = sweepBy(ctx, db, cursor)
		return err
	})
	if err != nil {
		return nil, nil, "", err
	}
	for i := range rows {
		if !rows[i].DeletedAt.IsZero() {
			deleted = append(deleted, rows[i].ID)
		} else if p, ok := s.progress(&rows[i].auditRow); ok {
			changed = append(changed, p)
		}
	}
	return changed, deleted, next, nil
}

type sweptRow struct {
	auditRow `bun:",extend"`

	Xid   string `bun:"xid,scanonly"`
	Until string `bun:"until,scanonly"`
	Next  string `bun:"next,scanonly"`
}

// changesByRevision relies on SQLite's one writer: revisions become visible in
// the order of their numbers.
func (s *Store) changesByRevision(ctx context.Context, db bun.IDB, cursor string) (rows []sweptRow, next string, err error) {
	if cursor == "" {
		err = db.NewSelect().Table("audits_clock").ColumnExpr("CAST(revision AS TEXT)").Scan(ctx, &next)
		return nil, next, err
	}
	after, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || after < 0 {
		return nil, "", ErrBadCursor
	}
	err = db.NewSelect().Model(&rows).Where("a.revision > ?", after).Order("a.revision").Limit(ChangesMax).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, cursor, err
	}
	return rows, strconv.FormatInt(rows[len(rows)-1].Revision, 10), nil
}

// changesByTransaction reads what transactions wrote that were not finished at
// the snapshot before (xid >= its xmin) and are now. Position and rows come from
// one statement, hence one snapshot. The upper bound leaves out the numbers of
// another cluster, as a restored dump has them; they would come back every time.
//
// With more rows than ChangesMax, the window is read in several calls. A row
// written again meanwhile drops out of it and lies in the next one, which starts
// at the xmin of this one's first snapshot.
func (s *Store) changesByTransaction(ctx context.Context, db bun.IDB, cursor string) (rows []sweptRow, next string, err error) {
	if cursor == "" {
		err = db.NewSelect().ColumnExpr("pg_snapshot_xmin(pg_current_snapshot())::text").Scan(ctx, &next)
		return nil, next, err
	}
	from, err := parseSweep(cursor)
	if err != nil {
		return nil, "", err
	}
	q := db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns").
		ColumnExpr("a.change_xid::text AS xid").
		ColumnExpr("pg_snapshot_xmax(pg_current_snapshot())::text AS until").
		ColumnExpr("pg_snapshot_xmin(pg_current_snapshot())::text AS next").
		Where("(a.change_xid, a.id) > (?::text::xid8, ?)", strconv.FormatUint(from.xid, 10), from.id).
		OrderExpr("a.change_xid, a.id").Limit(ChangesMax)
	if from.until == 0 {
		q.Where("a.change_xid < pg_snapshot_xmax(pg_current_snapshot())")
	} else {
		q.Where("a.change_xid < ?::text::xid8", strconv.FormatUint(from.until, 10))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, "", err
	}
	next, err = from.after(rows)
	return rows, next, err
}

// after is the position behind the rows of one query.
func (w sweep) after(rows []sweptRow) (string, error) {
	if len(rows) == 0 {
		if w.until != 0 {
			return sweep{xid: w.next}.String(), nil
		}
		return w.String(), nil // nothing newer: the same place is as good
	}
	last := rows[len(rows)-1]
	n := make([]uint64, 3)
	for i, s := range []string{last.Xid, last.Until, last.Next} {
		var err error
		if n[i], err = strconv.ParseUint(s, 10, 63); err != nil {
			return "", fmt.Errorf("transaction id: %w", err)
		}
	}
	if w.until == 0 {
		w.until, w.next = n[1], n[2]
	}
	if len(rows) < ChangesMax {
		return sweep{xid: w.next}.String(), nil
	}
	w.xid, w.id = n[0], last.ID
	return w.String(), nil
}
