package store

import (
	"context"
	"errors"
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
//
// A cursor that lies beyond the present gives [ErrBadCursor], as one that cannot
// be read does: an older copy of the database has taken over, and nothing is
// known about what it will number next. Start anew with "".
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

// sweptRow is a changed row beside what the query's snapshot says of the
// present. The first row of an answer is there even when nothing changed; its id
// is then 0.
type sweptRow struct {
	auditRow `bun:",extend"`

	Xid   string `bun:"xid,scanonly"`
	Until string `bun:"until,scanonly"`
	Next  string `bun:"next,scanonly"`
}

// present cuts the row off that stands for no change, and returns the end of
// what has happened so far.
func present(rows []sweptRow) (changed []sweptRow, until uint64, err error) {
	if len(rows) == 0 {
		return nil, 0, errors.New("the database has no present")
	}
	if until, err = strconv.ParseUint(rows[0].Until, 10, 63); err != nil {
		return nil, 0, fmt.Errorf("end of the changes: %w", err)
	}
	if rows[0].ID == 0 {
		rows = nil
	}
	return rows, until, nil
}

// changesByRevision relies on SQLite's one writer: revisions become visible in
// the order of their numbers.
func (s *Store) changesByRevision(ctx context.Context, db bun.IDB, cursor string) (rows []sweptRow, next string, err error) {
	if cursor == "" {
		err = db.NewSelect().Table("audits_clock").ColumnExpr("CAST(revision AS TEXT)").Scan(ctx, &next)
		return nil, next, err
	}
	after, err := strconv.ParseUint(cursor, 10, 63)
	if err != nil {
		return nil, "", ErrBadCursor
	}
	err = db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns").
		ColumnExpr("CAST(clock.revision AS TEXT) AS until").
		ModelTableExpr("audits_clock AS clock LEFT JOIN audits AS a ON a.revision > ? AND a.revision <= clock.revision", after).
		Where("clock.one = 1").
		Order("a.revision").Limit(ChangesMax).Scan(ctx)
	if err != nil {
		return nil, "", err
	}
	rows, until, err := present(rows)
	switch {
	case err != nil:
		return nil, "", err
	case after > until:
		return nil, "", ErrBadCursor
	case len(rows) == 0:
		return nil, cursor, nil
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
	window := db.NewSelect().Table("audits").
		Where("(change_xid, id) > (?::text::xid8, ?)", strconv.FormatUint(from.xid, 10), from.id).
		OrderExpr("change_xid, id").Limit(ChangesMax)
	if from.until == 0 {
		window.Where("change_xid < pg_snapshot_xmax(pg_current_snapshot())")
	} else {
		window.Where("change_xid < ?::text::xid8", strconv.FormatUint(from.until, 10))
	}
	err = db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns").
		ColumnExpr("a.change_xid::text AS xid").
		ColumnExpr("pg_snapshot_xmax(pg_current_snapshot())::text AS until").
		ColumnExpr("pg_snapshot_xmin(pg_current_snapshot())::text AS next").
		ModelTableExpr("(VALUES (1)) AS always LEFT JOIN LATERAL (?) AS a ON TRUE", window).
		OrderExpr("a.change_xid, a.id").Scan(ctx)
	if err != nil {
		return nil, "", err
	}
	return from.after(rows)
}

// after is what the rows of one query say: those that changed, and the position
// behind them.
func (w sweep) after(rows []sweptRow) (changed []sweptRow, next string, err error) {
	changed, xmax, err := present(rows)
	switch {
	case err != nil:
		return nil, "", err
	case max(w.xid, w.until, w.next) > xmax:
		return nil, "", ErrBadCursor
	case len(changed) == 0 && w.until == 0:
		return nil, w.String(), nil // nothing newer: the same place is as good
	case len(changed) == 0:
		return nil, sweep{xid: w.next}.String(), nil
	}
	last := changed[len(changed)-1]
	xid, errXid := strconv.ParseUint(last.Xid, 10, 63)
	xmin, errXmin := strconv.ParseUint(last.Next, 10, 63)
	if err := errors.Join(errXid, errXmin); err != nil {
		return nil, "", fmt.Errorf("transaction id: %w", err)
	}
	if w.until == 0 {
		w.until, w.next = xmax, xmin
	}
	if len(changed) < ChangesMax {
		return changed, sweep{xid: w.next}.String(), nil
	}
	w.xid, w.id = xid, last.ID
	return changed, w.String(), nil
}
