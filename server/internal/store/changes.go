package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// ChangesMax is how many rows one call of [Store.Changes] reads at most.
const ChangesMax = 500

// Changes is what has changed since a cursor, in no particular order across audits.
type Changes struct {
	// Changed are the audits that changed, with their activity.
	Changed []shared.AuditProgress
	// Deleted are the ids of those that were deleted.
	Deleted []int64
	// Next is the cursor to go on from.
	Next string
	// More says that the answer was cut off after [ChangesMax] rows: call again at
	// once.
	More bool
}

// Changes returns what has changed since cursor. The cursor "" returns no rows, and
// the present as the cursor to go on from.
//
// It never skips a change, whatever the order in which transactions commit. On
// PostgreSQL it may return a row again that an earlier call returned, so drop
// revisions that are not newer than the last of the same audit.
//
// A cursor that lies beyond the present gives [ErrBadCursor], as one that cannot
// be read does: an older copy of the database has taken over, and nothing is
// known about what it will number next. Start anew with "". [ErrMoved] says that what
// it would return is no longer the database's.
func (s *Store) Changes(ctx context.Context, cursor string) (Changes, error) {
	if err := s.files.check(); err != nil {
		return Changes{}, fmt.Errorf("store: changes: %w", err)
	}
	readChanges := s.changesByRevision
	if s.postgres != nil {
		readChanges = s.changesByTransaction
	}
	got, err := read(ctx, s, "changes", func(ctx context.Context, db bun.IDB) (changeRows, error) {
		return readChanges(ctx, db, cursor)
	})
	if err != nil {
		return Changes{}, err
	}
	c := Changes{Next: got.next, More: len(got.rows) >= ChangesMax}
	for i := range got.rows {
		row := &got.rows[i]
		if !row.DeletedAt.IsZero() {
			c.Deleted = append(c.Deleted, row.ID)
		} else if p, ok := s.progress(&row.auditRow); ok {
			c.Changed = append(c.Changed, p)
		}
	}
	return c, nil
}

// changeRows are the rows of one query, and the cursor to go on from.
type changeRows struct {
	rows []changeRow
	next string
}

// changeRow is a changed row, beside how far changes go at the query's snapshot.
// An answer has a row even when nothing changed, for the sake of the latter; its
// id is then 0.
type changeRow struct {
	auditRow `bun:",extend"`

	Xid     string `bun:"xid,scanonly"`
	Until   string `bun:"until,scanonly"`
	Next    string `bun:"next,scanonly"`
	Standby bool   `bun:"standby,scanonly"`
}

// presentSnapshot are the columns of [changeRow.snapshot].
const presentSnapshot = "pg_current_snapshot()::text AS next, pg_is_in_recovery() AS standby"

// snapshot is what the query saw. A standby does not say which transactions are open, so
// the first of them stands for the end of what was seen.
func (r *changeRow) snapshot() (snapshot, error) {
	first, rest, _ := strings.Cut(r.Next, ":")
	if r.Standby {
		rest = first
	}
	seen, err := decodeSnapshot(strings.TrimSuffix(rest, ":"))
	if err != nil {
		return seen, fmt.Errorf("snapshot %q: %w", r.Next, err)
	}
	return seen, nil
}

// trimEmpty drops the placeholder row of an empty answer, and returns the end of
// all changes so far.
func trimEmpty(rows []changeRow) (changed []changeRow, until uint64, err error) {
	if len(rows) == 0 {
		return nil, 0, errors.New("changes: no row")
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
func (s *Store) changesByRevision(ctx context.Context, db bun.IDB, cursor string) (got changeRows, err error) {
	if cursor == "" {
		err = db.NewSelect().Table("audits_clock").ColumnExpr("CAST(revision AS TEXT)").Scan(ctx, &got.next)
		return got, err
	}
	after, err := strconv.ParseUint(cursor, 10, 63)
	if err != nil {
		return got, ErrBadCursor
	}
	var rows []changeRow
	err = db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns").
		ColumnExpr("CAST(clock.revision AS TEXT) AS until").
		ModelTableExpr("audits_clock AS clock").
		Join("LEFT JOIN audits AS a ON a.revision > ? AND a.revision <= clock.revision", after).
		Where("clock.one = 1").
		Order("a.revision").Limit(ChangesMax).Scan(ctx)
	if err != nil {
		return got, err
	}
	rows, until, err := trimEmpty(rows)
	switch {
	case err != nil:
		return got, err
	case after > until:
		return got, ErrBadCursor
	case len(rows) == 0:
		return changeRows{next: cursor}, nil
	}
	return changeRows{rows, strconv.FormatInt(rows[len(rows)-1].Revision, 10)}, nil
}

// changesByTransaction reads what transactions wrote that the snapshot before did not
// see and this query does: those that were open then, and those that began since. What
// it saw is not read again, however long some transaction stays open. Cursor and rows
// come from one statement, hence one snapshot. The upper bound leaves out the numbers
// of another cluster, as a restored dump has them; they would come back every time.
//
// With more rows than ChangesMax, the window is read in several calls. A row
// written again meanwhile drops out of it and lies in the next one, which starts
// at this one's first snapshot.
func (s *Store) changesByTransaction(ctx context.Context, db bun.IDB, cursor string) (got changeRows, err error) {
	if cursor == "" {
		var row changeRow
		if err := db.NewSelect().ColumnExpr(presentSnapshot).Scan(ctx, &row.Next, &row.Standby); err != nil {
			return got, err
		}
		seen, err := row.snapshot()
		if err != nil {
			return got, err
		}
		return changeRows{next: seen.String()}, nil
	}
	from, err := decodeChangeCursor(cursor)
	if err != nil {
		return got, err
	}
	rows, err := s.sweeps.rows(ctx, from)
	if err != nil {
		return got, err
	}
	got.rows, got.next, err = from.advance(rows)
	return got, err
}

// advance reads the rows of one query: it returns those that changed, and the
// cursor behind them.
func (c changeCursor) advance(rows []changeRow) (changed []changeRow, next string, err error) {
	changed, xmax, err := trimEmpty(rows)
	switch {
	case err != nil:
		return nil, "", err
	case max(c.seen.xmax, c.xid, c.until.xmax) > xmax:
		return nil, "", ErrBadCursor
	case len(changed) == 0 && c.until.xmax == 0:
		return nil, c.String(), nil // nothing newer: the same cursor is as good
	case len(changed) == 0:
		return nil, changeCursor{seen: c.until}.String(), nil
	}
	last := changed[len(changed)-1]
	xid, errXid := decodeXid(last.Xid)
	present, errNext := last.snapshot()
	if err := errors.Join(errXid, errNext); err != nil {
		return nil, "", fmt.Errorf("transaction id: %w", err)
	}
	if c.until.xmax == 0 {
		c.until = present
	}
	if len(changed) < ChangesMax {
		return changed, changeCursor{seen: c.until}.String(), nil
	}
	c.xid, c.id = xid, last.ID
	return changed, c.String(), nil
}
