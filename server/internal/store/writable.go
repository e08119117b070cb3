package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

const (
	// refusalLasts is how long a write that was refused speaks for those to come. A
	// small one may still succeed on a disk that is full for others.
	refusalLasts = 10 * time.Second
	// proofLasts is how long a proof that writes succeed need not be repeated.
	proofLasts = time.Second
)

// writability is what is known of whether the database takes writes.
type writability struct {
	mu        sync.Mutex
	refusal   error
	refusedAt time.Time
	provedAt  time.Time
}

// note remembers that a write was refused for a reason that others share.
func (w *writability) note(err error) {
	if !errors.Is(err, ErrFull) && !errors.Is(err, ErrReadOnly) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refusal, w.refusedAt = err, time.Now()
}

// lately returns what was found out a short while ago; known is false when nothing was.
func (w *writability) lately() (known bool, refusal error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refusal != nil && time.Since(w.refusedAt) < refusalLasts {
		return true, w.refusal
	}
	return !w.provedAt.IsZero() && time.Since(w.provedAt) < proofLasts, nil
}

func (w *writability) proved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.provedAt = time.Now()
}

// Writable returns why the database takes no writes at present: [ErrFull],
// [ErrReadOnly], [ErrStandby], [ErrMoved] or another [ErrUnavailable]. It tries: SQLite
// by writing, PostgreSQL by asking. A database that is only slow or busy is not said to
// take none. It may be called often: what it finds out, or a write has met, holds for a
// while.
func (s *Store) Writable(ctx context.Context) error {
	if err := s.files.check(); err != nil {
		return err
	}
	if known, err := s.writability.lately(); known {
		return err
	}
	try := s.tryWrite
	if s.postgres != nil {
		try = s.askRole
	}
	err := try(ctx)
	switch {
	case err == nil:
		s.writability.proved()
	case !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrBusy):
		return nil
	}
	return err
}

// tryWrite changes a page of SQLite's file; what stays the same is not written. The
// column may hold anything: it is set before each row that is inserted.
func (s *Store) tryWrite(ctx context.Context) error {
	return s.write(ctx, "try a write", false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Table("audits_clock").Set("met = CASE met WHEN 0 THEN 1 ELSE 0 END").Where("one = 1").Exec(ctx)
		return err
	})
}

// askRole asks PostgreSQL whether it may write: after a failover, the primary of
// yesterday may be a standby, and still answer.
func (s *Store) askRole(ctx context.Context) error {
	_, err := read(ctx, s, "ask for the role", func(ctx context.Context, db bun.IDB) (none struct{}, err error) {
		var role struct{ Standby, ReadOnly bool }
		err = db.NewSelect().ColumnExpr("pg_is_in_recovery() AS standby").
			ColumnExpr("current_setting('transaction_read_only') = 'on' AS read_only").Scan(ctx, &role)
		switch {
		case err != nil:
			return none, err
		case role.Standby:
			return none, ErrStandby
		case role.ReadOnly:
			return none, ErrReadOnly
		}
		return none, nil
	})
	return err
}
