package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// shareRow is a link by which one audit can be read.
type shareRow struct {
	bun.BaseModel `bun:"table:shares,alias:l"`

	ID         int64 `bun:"id,pk,autoincrement"`
	AuditID    int64 `bun:"audit_id"`
	MadeBy     int64 `bun:"made_by,nullzero"`
	CreatedAt  stamp `bun:"created_at"`
	ExpiresAt  stamp `bun:"expires_at"`
	RevokedAt  stamp `bun:"revoked_at"`
	LastUsedAt stamp `bun:"last_used_at"`

	Maker *string `bun:"maker,scanonly"`
}

func (r *shareRow) share() shared.Share {
	return shared.Share{
		ID: r.ID, AuditID: r.AuditID, MadeBy: r.Maker, CreatedAt: shared.At(r.CreatedAt.Time),
		ExpiresAt: shared.At(r.ExpiresAt.Time), RevokedAt: shared.AtPtr(r.RevokedAt.Time),
		LastUsedAt: shared.AtPtr(r.LastUsedAt.Time),
	}
}

func shares(rows []shareRow) []shared.Share {
	all := make([]shared.Share, 0, len(rows))
	for i := range rows {
		all = append(all, rows[i].share())
	}
	return all
}

// withMaker adds who made a link, as the trail names people: by the name of their token, or
// how that begins.
func withMaker(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("?TableColumns").ColumnExpr(
		"(SELECT coalesce(nullif(tokens.name, ''), tokens.prefix) FROM tokens WHERE tokens.id = l.made_by) AS maker")
}

// SharesMax is how many links of one audit there may be.
const SharesMax = 100

// CreateShare stores a link to an audit, made with a token (0 for none). One more than
// [SharesMax] gives [ErrOutOfRange].
func (s *Store) CreateShare(ctx context.Context, audit, by int64, life time.Duration) (made shared.Share, err error) {
	what := fmt.Sprintf("share audit %d", audit)
	err = s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.head(ctx, tx, "a.id = ?", audit); err != nil {
			return err
		}
		row := shareRow{AuditID: audit, MadeBy: by}
		_, err := tx.NewInsert().Model(&row).Value("created_at", "?", s.dialect.now).
			Value("expires_at", "?", s.dialect.after(life)).Returning("id").Exec(ctx)
		if err == nil {
			err = tx.NewSelect().Model(&row).Apply(withMaker).WherePK().Scan(ctx)
		}
		if err != nil {
			return err
		}
		made = row.share()
		full, err := tx.NewSelect().Model((*shareRow)(nil)).Where("l.audit_id = ?", audit).
			Offset(SharesMax).Limit(1).Exists(ctx)
		if err == nil && full {
			err = fmt.Errorf("%w: the audit has %d links already", ErrOutOfRange, SharesMax)
		}
		return err
	})
	return made, err
}

// Shares lists the links of an audit, the newest first.
func (s *Store) Shares(ctx context.Context, audit int64) ([]shared.Share, error) {
	rows, err := readRows[shareRow](ctx, s, fmt.Sprintf("shares of audit %d", audit),
		func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Apply(withMaker).Where("l.audit_id = ?", audit).Order("l.id DESC").Limit(SharesMax)
		})
	return shares(rows), err
}

// AllShares lists the links of all audits, the newest first: at most limit, and older ones
// than before if that is not 0. next is what to go on with; 0 at the end.
func (s *Store) AllShares(ctx context.Context, before int64, limit int) (all []shared.Share, next int64, err error) {
	limit = limitOr(limit, shared.ListLimitDefault, shared.ListLimitMax)
	rows, err := readRows[shareRow](ctx, s, "shares", func(q *bun.SelectQuery) *bun.SelectQuery {
		if before > 0 {
			q.Where("l.id < ?", before)
		}
		return q.Apply(withMaker).Order("l.id DESC").Limit(int64(limit) + 1)
	})
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	return shares(rows), next, err
}

// Share returns a link that is good at present, or [ErrNotFound].
func (s *Store) Share(ctx context.Context, id int64) (shared.Share, error) {
	what := fmt.Sprintf("share %d", id)
	rows, err := readRows[shareRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Apply(withMaker).Where("l.id = ? AND l.revoked_at IS NULL AND l.expires_at > (SELECT ?)", id, s.dialect.now)
	})
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("store: %s: %w", what, ErrNotFound)
	}
	if err != nil {
		return shared.Share{}, err
	}
	return rows[0].share(), nil
}

// RevokeShare makes a link of an audit good for nothing; [ErrNotFound] if there is none
// that was not revoked before.
func (s *Store) RevokeShare(ctx context.Context, audit, id int64) error {
	return s.write(ctx, fmt.Sprintf("revoke share %d", id), false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(tx.NewUpdate().Table("shares").Set("revoked_at = ?", s.dialect.now).
			Where("id = ? AND audit_id = ? AND revoked_at IS NULL", id, audit).Exec(ctx))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// TouchShares notes that links were used just now.
func (s *Store) TouchShares(ctx context.Context, ids []int64) error {
	return s.touch(ctx, "shares", ids)
}

// SigningKey is the key of a name that all servers of this database sign with. The first
// of them draws it.
func (s *Store) SigningKey(ctx context.Context, name, drawn string) (key string, err error) {
	err = s.write(ctx, "signing key", false, func(ctx context.Context, tx bun.Tx) (err error) {
		key, err = signingKey(ctx, tx, name, drawn)
		return err
	})
	return key, err
}

func signingKey(ctx context.Context, tx bun.Tx, name, drawn string) (key string, err error) {
	row := map[string]any{"name": name, "value": drawn}
	_, err = tx.NewInsert().Model(&row).Table("secrets").On("CONFLICT (name) DO NOTHING").Exec(ctx)
	if err == nil {
		err = tx.NewSelect().Table("secrets").Column("value").Where("name = ?", name).Scan(ctx, &key)
	}
	return key, err
}
