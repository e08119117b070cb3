package store

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

const migrationsTable = "atalaya_migrations"

// migrateTo applies what is missing. It refuses a schema that a newer atalaya
// made, and makes nothing at all when there is nothing to do, so that a role
// without the right to create tables can run the server. Two at a time must not
// run on one database.
func migrateTo(ctx context.Context, db *bun.DB, files fs.FS) error {
	known := migrate.NewMigrations()
	if err := known.Discover(files); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	m := migrate.NewMigrator(db, known,
		migrate.WithTableName(migrationsTable),
		migrate.WithLocksTableName("atalaya_migration_locks"),
		// The mark is set in the migration's own transaction; what bun does
		// afterwards finds it there. Alone, bun marks before (then one that
		// failed counts as applied) or after the commit (then a crash between
		// the two leaves a schema that cannot be migrated).
		migrate.WithMarkAppliedOnSuccess(true),
		migrate.WithUpsert(true),
		migrate.AfterMigration(func(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf(
				"INSERT INTO %s (name, group_id) VALUES ('%s', %d)", migrationsTable, m.Name, m.GroupID))
			return err
		}))
	applied, err := m.AppliedMigrations(ctx)
	if err != nil { // most likely an empty database
		if err := m.Init(ctx); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	names := map[string]bool{}
	var newest string
	for _, k := range known.Sorted() {
		names[k.Name], newest = true, max(newest, k.Name)
	}
	for _, a := range applied {
		if !names[a.Name] {
			return fmt.Errorf("the database has schema %s and this atalaya knows schemas up to %s: use the newer atalaya that made it", a.Name, newest)
		}
	}
	if len(applied) == len(names) {
		return nil
	}
	if _, err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
