package store

import (
	"context"
	"net/url"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// Bounds are how many site audits there may be; 0 means any number. External ones are
// the affair of their workers and never counted.
type Bounds struct {
	Queue   int // that wait for a worker
	PerHost int // that have not ended, of one host
}

// unfinished is a site audit that has not ended. It begins as the partial indexes
// audits_claim and audits_host do.
const unfinished = "kind = 'site' AND status IN ('pending', 'running') AND deleted_at IS NULL"

// checkRoom fails when there are more audits than may be, the one that the
// transaction has just stored included: with [ErrQueueFull] or [ErrHostBusy]. Others
// that store one meanwhile wait for the end of the transaction, so that together they
// keep to the bounds too.
func (s *Store) checkRoom(ctx context.Context, tx bun.Tx, a shared.NewAudit) error {
	if s.bounds == (Bounds{}) {
		return nil
	}
	if s.dialect.createAlone != "" {
		if _, err := tx.ExecContext(ctx, string(s.dialect.createAlone)); err != nil {
			return err
		}
	}
	full, err := moreThan(ctx, tx, s.bounds.Queue, unfinished+" AND status = 'pending'")
	if err != nil {
		return err
	}
	if full {
		return ErrQueueFull
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Host == "" {
		return nil //nolint:nilerr // what is no address has no host, and is refused by the engine
	}
	full, err = moreThan(ctx, tx, s.bounds.PerHost, unfinished+" AND ? = ?", s.dialect.host, u.Host)
	if err != nil {
		return err
	}
	if full {
		return ErrHostBusy
	}
	return nil
}

// moreThan reports whether there are more than most such audits; never when most is 0.
// It looks at no more of them than it needs to know that.
func moreThan(ctx context.Context, tx bun.Tx, most int, where string, args ...any) (bool, error) {
	if most == 0 {
		return false, nil
	}
	return tx.NewSelect().Table("audits").ColumnExpr("1").Where(where, args...).
		Offset(int64(most)).Limit(1).Exists(ctx)
}
