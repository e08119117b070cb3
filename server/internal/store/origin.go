package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/uptrace/bun"
)

// A database that is restored from a copy goes back in time, and so do its revisions:
// readers who saw more would take what comes next for old, or for what they have. So a
// copy is told from its original by its origin, and gives each audit a new revision,
// beyond all that can have been handed out: one is given out in no less than a
// microsecond, so those of the original lie before the present in microseconds.

// settleOrigin gives the database the origin now, and new revisions to its audits with
// renumber if the origin it had is not was. One without any is from an older release.
func settleOrigin(ctx context.Context, db *bun.DB, log *slog.Logger, was, now string, renumber []string) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		stored, err := readOrigin(ctx, tx)
		if err != nil {
			return err
		}
		if stored != was && stored != "" {
			for _, statement := range renumber {
				if _, err := tx.ExecContext(ctx, statement); err != nil {
					return fmt.Errorf("renumber a restored database: %w", err)
				}
			}
			log.Info("the database is a restored copy: its audits have new revisions")
		}
		if stored == now {
			return nil
		}
		return writeOrigin(ctx, tx, now)
	})
}

func readOrigin(ctx context.Context, db bun.IDB) (origin string, err error) {
	err = db.NewSelect().Table("atalaya_origin").Column("origin").Scan(ctx, &origin)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("origin: %w", err)
	}
	return origin, nil
}

func writeOrigin(ctx context.Context, tx bun.Tx, origin string) error {
	row := map[string]any{"one": 1, "origin": origin}
	_, err := tx.NewInsert().Model(&row).Table("atalaya_origin").
		On("CONFLICT (one) DO UPDATE").Set("origin = EXCLUDED.origin").Exec(ctx)
	if err != nil {
		return fmt.Errorf("origin: %w", err)
	}
	return nil
}

// originPostgres names the table in its cluster: one that is restored, there or in
// another cluster, is another table.
const originPostgres = "(SELECT system_identifier FROM pg_control_system()) || '/' || 'audits'::regclass::oid"

// renumberPostgres asks the trigger audits_touch for it; nobody else writes meanwhile.
var renumberPostgres = []string{
	"LOCK TABLE audits IN SHARE ROW EXCLUSIVE MODE",
	"SET LOCAL atalaya.renumber = 'on'",
	"UPDATE audits SET revision = 0",
}

func settlePostgres(ctx context.Context, db *bun.DB, log *slog.Logger) error {
	var here string
	if err := db.NewSelect().ColumnExpr(originPostgres).Scan(ctx, &here); err != nil {
		return fmt.Errorf("origin: %w", err)
	}
	if stored, err := readOrigin(ctx, db); err != nil || stored == here {
		return err
	}
	return settleOrigin(ctx, db, log, here, here, renumberPostgres)
}

// renumberSQLite works as a trigger that completes a row does, so that no other runs.
var renumberSQLite = []string{
	"UPDATE audits_clock SET fixing = 1, revision = max(revision, CAST(strftime('%s', 'now') AS INTEGER) * 1000000)",
	"UPDATE audits SET revision = (SELECT revision FROM audits_clock) + n.i " +
		"FROM (SELECT id, row_number() OVER (ORDER BY revision) AS i FROM audits) AS n WHERE n.id = audits.id",
	"UPDATE audits_clock SET fixing = 0, revision = max(revision, (SELECT coalesce(max(revision), 0) FROM audits))",
}

// originFile is where the origin of a SQLite database stands a second time, beside the
// database and in no copy of it. It is another one after each start and each end, so
// that a copy has it only as long as the server runs from which it was taken.
type originFile struct {
	store *Store
	name  string
}

// settle compares the two. A file without origin, or none, is that of an older release,
// or of a copy that was put into a new folder.
func (f originFile) settle(ctx context.Context) error {
	was, err := os.ReadFile(f.name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("store: origin: %w", err)
	}
	return f.renew(ctx, string(bytes.TrimSpace(was)))
}

func (f originFile) renew(ctx context.Context, was string) error {
	now := rand.Text()
	if err := settleOrigin(ctx, f.store.writeDB, f.store.log, was, now, renumberSQLite); err != nil {
		return fmt.Errorf("store: %w", normalise(err))
	}
	if err := os.WriteFile(f.name, []byte(now+"\n"), 0o600); err != nil {
		return fmt.Errorf("store: origin: %w", err)
	}
	return nil
}

// Close renews the origin. Without that, the next start takes the database for what it
// was at this one, which it is unless a copy was put in its place.
func (f originFile) Close() error {
	if f.store.files.check() != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), WriteTimeout)
	defer cancel()
	if err := f.settle(ctx); err != nil {
		f.store.log.Warn("the origin of the database could not be renewed", "err", err)
	}
	return nil
}
