package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"

	"atalaya/server/internal/store/migrations"
)

const (
	migrationsTable = "atalaya_migrations"
	locksTable      = "atalaya_migration_locks"
	// repeatableTable holds the hash of the triggers that the database has.
	repeatableTable = "atalaya_repeatable"
)

// migrateTo brings a database to a schema: the numbered migrations that are
// missing, then the triggers if they are not those of the schema. It refuses a
// schema that a newer atalaya made, and makes nothing at all when there is nothing
// to do, so that a role without the right to create tables can run the server.
// Two at a time must not run on one database.
func migrateTo(ctx context.Context, db *bun.DB, schema migrations.Schema) error {
	known := migrate.NewMigrations()
	if err := known.Discover(schema.Numbered); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	triggers, err := newTriggers(schema)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	var newest string
	for _, k := range known.Sorted() {
		names[k.Name], newest = true, max(newest, k.Name)
	}
	m := migrate.NewMigrator(db, known,
		migrate.WithTableName(migrationsTable),
		migrate.WithLocksTableName(locksTable),
		// The mark is set in the migration's own transaction; what bun does
		// afterwards finds it there. Alone, bun marks before (then one that
		// failed counts as applied) or after the commit (then a crash between
		// the two leaves a schema that cannot be migrated).
		migrate.WithMarkAppliedOnSuccess(true),
		migrate.WithUpsert(true),
		migrate.AfterMigration(func(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf(
				"INSERT INTO %s (name, group_id) VALUES ('%s', %d)", migrationsTable, m.Name, m.GroupID))
			if err == nil && m.Name == newest { // nobody may find the tables without their triggers
				err = triggers.apply(ctx, tx)
			}
			return err
		}))
	applied, err := m.AppliedMigrations(ctx)
	if err != nil { // most likely an empty database
		if err := m.Init(ctx); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	for _, a := range applied {
		if !names[a.Name] {
			return fmt.Errorf("the database has schema %s and this atalaya knows schemas up to %s: "+
				"use the newer atalaya that made it", a.Name, newest)
		}
	}
	if len(applied) < len(names) {
		if _, err := m.Migrate(ctx); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	if triggers.applied(ctx, db) {
		return nil
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return triggers.apply(ctx, tx) })
	if err != nil {
		return fmt.Errorf("migrate: triggers: %w", err)
	}
	return nil
}

// isCurrent reports whether a database has exactly a schema.
func isCurrent(ctx context.Context, db *bun.DB, schema migrations.Schema) (bool, error) {
	known := migrate.NewMigrations()
	if err := known.Discover(schema.Numbered); err != nil {
		return false, fmt.Errorf("migrate: %w", err)
	}
	applied, err := migrate.NewMigrator(db, known, migrate.WithTableName(migrationsTable)).AppliedMigrations(ctx)
	if err != nil {
		return false, err
	}
	for _, k := range known.Sorted() {
		if !slices.ContainsFunc(applied, func(a migrate.Migration) bool { return a.Name == k.Name }) {
			return false, nil
		}
	}
	return len(applied) == len(known.Sorted()), nil
}

// triggers is a repeatable migration: it runs whenever the database has another
// version of it.
type triggers struct{ sql, hash string }

func newTriggers(schema migrations.Schema) (t triggers, err error) {
	t.sql, err = schema.Triggers()
	sum := sha256.Sum256([]byte(t.sql))
	t.hash = hex.EncodeToString(sum[:])
	return t, err
}

// applied reports whether the database has these triggers. A hash that cannot be
// read counts as another one: most likely the table is not there yet.
func (t triggers) applied(ctx context.Context, db *bun.DB) bool {
	var hash string
	err := db.NewSelect().Table(repeatableTable).Column("hash").Where("name = 'triggers'").Scan(ctx, &hash)
	return err == nil && hash == t.hash
}

// apply makes the triggers and notes their hash. The triggers come last, because
// they lock the table audits until the transaction ends.
func (t triggers) apply(ctx context.Context, tx bun.IConn) error {
	for _, sql := range t.statements() {
		if _, err := tx.ExecContext(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (t triggers) statements() []string {
	return []string{
		"CREATE TABLE IF NOT EXISTS " + repeatableTable + " (name text PRIMARY KEY, hash text NOT NULL)",
		"DELETE FROM " + repeatableTable + " WHERE name = 'triggers'",
		"INSERT INTO " + repeatableTable + " (name, hash) VALUES ('triggers', '" + t.hash + "')",
		t.sql,
	}
}
