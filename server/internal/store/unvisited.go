package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

type unvisitedRow struct {
	bun.BaseModel `bun:"table:unvisited,alias:u"`

	ID       int64  `bun:"id,pk,autoincrement"`
	AuditID  int64  `bun:"audit_id"`
	URL      string `bun:"url"`
	Referrer string `bun:"referrer"`
	Reason   string `bun:"reason"`
}

// unvisitedPerWrite is how many addresses one transaction takes, so that a long list
// stays within the deadline of writes and keeps nobody else waiting.
const unvisitedPerWrite = 1000

// SaveUnvisited replaces the list of addresses that an audit left out. It may be
// repeated; a list that was cut off is replaced then.
func (s *Store) SaveUnvisited(ctx context.Context, l work.Lease, list []work.Unvisited) error {
	what := fmt.Sprintf("save unvisited %d", l.AuditID)
	err := s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		if err := s.lockLease(ctx, tx, l); err != nil {
			return err
		}
		_, err := tx.NewDelete().Table("unvisited").Where("audit_id = ?", l.AuditID).Exec(ctx)
		return err
	})
	for part := range slices.Chunk(list, unvisitedPerWrite) {
		if err != nil {
			break
		}
		err = s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
			if err := s.lockLease(ctx, tx, l); err != nil {
				return err
			}
			return insertUnvisited(ctx, tx, l.AuditID, part)
		})
	}
	return err
}

func insertUnvisited(ctx context.Context, tx bun.Tx, auditID int64, list []work.Unvisited) error {
	for part := range slices.Chunk(list, chunk) {
		rows := make([]unvisitedRow, len(part))
		for i, u := range part {
			rows[i] = unvisitedRow{
				AuditID: auditID, URL: cutBytes(u.URL, maxText), Referrer: cutBytes(u.Referrer, maxText),
				Reason: sanitise(u.Reason),
			}
		}
		if _, err := tx.NewInsert().Model(&rows).Returning("NULL").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Unvisited returns one slice of the addresses that an audit left out, in the order
// found.
func (s *Store) Unvisited(ctx context.Context, id int64, q shared.UnvisitedQuery) (shared.UnvisitedList, error) {
	rowsAfter := func(what string, after int64, most int) ([]unvisitedRow, error) {
		return readRows[unvisitedRow](ctx, s, what, func(sel *bun.SelectQuery) *bun.SelectQuery {
			sel.Where("u.audit_id = ? AND u.id > ?", id, after).Order("u.id").Limit(int64(most))
			if q.Reason != "" {
				sel.Where("u.reason = ?", sanitise(q.Reason))
			}
			if q.Text != "" {
				sel.Where("u.url ? ? ESCAPE '!'", s.dialect.like, likeText(q.Text))
			}
			return sel
		})
	}
	rows, next, err := listOf(ctx, s, "unvisited", id, q.Cursor, q.Limit, rowsAfter,
		func(r *unvisitedRow) int64 { return r.ID })
	if err != nil {
		return shared.UnvisitedList{}, err
	}
	list := shared.UnvisitedList{Unvisited: make([]shared.UnvisitedURL, 0, len(rows)), NextCursor: next}
	for i := range rows {
		r := &rows[i]
		list.Unvisited = append(list.Unvisited, shared.UnvisitedURL{
			URL: sanitise(r.URL), Referrer: sanitise(r.Referrer), Reason: sanitise(r.Reason),
		})
	}
	return list, nil
}
