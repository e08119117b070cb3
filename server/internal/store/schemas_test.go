package store_test

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/server/internal/store/migrations"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

var update = flag.Bool("update", false, "keep the triggers of today's schema")

// schemaOf is where the schema of a dialect is, and where its triggers of old are kept.
func schemaOf(dialect string) (schema migrations.Schema, kept string) {
	if dialect == "sqlite" {
		return migrations.SQLite, filepath.Join("testdata", "old", "sqlite")
	}
	return migrations.Postgres, filepath.Join("testdata", "old", "pg")
}

// numbered are the files of a schema, in order, without what follows the number.
func numbered(t *testing.T, schema migrations.Schema) (files []string) {
	t.Helper()
	files, err := fs.Glob(schema.Numbered, "*.tx.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func number(file string) string { return file[:4] }

// triggersAt are the triggers that the schema of a number had: the newest that were kept
// up to it.
func triggersAt(t *testing.T, kept, n string) (text string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(kept, "triggers_*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	newest := ""
	for _, file := range files {
		if base := filepath.Base(file); base <= "triggers_"+n+".sql" {
			newest = file
		}
	}
	data, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestTriggersOfTodayAreKept for those who upgrade from today's schema tomorrow.
func TestTriggersOfTodayAreKept(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgresql"} {
		schema, kept := schemaOf(dialect)
		files := numbered(t, schema)
		today, err := schema.Triggers()
		if err != nil {
			t.Fatal(err)
		}
		newest := number(files[len(files)-1])
		if *update && triggersAt(t, kept, newest) != today {
			err := os.WriteFile(filepath.Join(kept, "triggers_"+newest+".sql"), []byte(today), 0o600)
			if err != nil {
				t.Fatal(err)
			}
		}
		if triggersAt(t, kept, newest) != today {
			t.Errorf("%s: the triggers are others than those that were kept of schema %s: bring a numbered file, "+
				"and run go test -run %s -update ./server/internal/store", dialect, newest, t.Name())
		}
	}
}

// databaseAt makes an empty database with the schema of a number.
func databaseAt(t *testing.T, dialect, n string) (store.Config, *sql.DB) {
	t.Helper()
	var (
		config store.Config
		db     *sql.DB
		serial = "bigserial"
	)
	if dialect == "sqlite" {
		config.DataDir, serial = t.TempDir(), "INTEGER"
		db = plainSQLite(t, config.DataDir)
	} else {
		config.DatabaseURL = pgtest.Database(t)
		db = plain(t, config.DatabaseURL)
	}
	schema, kept := schemaOf(dialect)
	statements := []string{
		"CREATE TABLE atalaya_migrations (id " + serial + " NOT NULL PRIMARY KEY, name VARCHAR, group_id BIGINT, " +
			"migrated_at TIMESTAMP NOT NULL DEFAULT current_timestamp)",
		"CREATE UNIQUE INDEX atalaya_migrations_name_unique ON atalaya_migrations (name)",
		"CREATE TABLE atalaya_migration_locks (id " + serial + " NOT NULL PRIMARY KEY, table_name VARCHAR UNIQUE)",
		"CREATE TABLE atalaya_repeatable (name text PRIMARY KEY, hash text NOT NULL)",
		"INSERT INTO atalaya_repeatable VALUES ('triggers', 'of old')",
	}
	for i, file := range numbered(t, schema) {
		if number(file) > n {
			break
		}
		text, err := fs.ReadFile(schema.Numbered, file)
		if err != nil {
			t.Fatal(err)
		}
		statements = append(statements, string(text), fmt.Sprintf(
			"INSERT INTO atalaya_migrations (name, group_id) VALUES ('%s', %d)", number(file), i+1))
	}
	run(t, db, append(statements, triggersAt(t, kept, n)))
	return config, db
}

// run runs statements in one transaction.
func run(t *testing.T, db *sql.DB, statements []string) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%.200s: %v", statement, errors.Join(err, tx.Rollback()))
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// shape is all that a database has beside rows.
func (f *fixture) shape(t *testing.T) string {
	t.Helper()
	if f.Dialect() == "sqlite" {
		return f.text(t, "SELECT group_concat(sql, char(10)) FROM "+
			"(SELECT sql FROM sqlite_master WHERE name NOT LIKE 'atalaya_m%' AND name NOT LIKE 'sqlite_%' ORDER BY type, name)")
	}
	return f.text(t, `SELECT string_agg(line, E'\n' ORDER BY line) FROM (
		SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
			FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0
			AND connamespace = 'public'::regnamespace
		UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public') AS all_of_it (line)
		WHERE line NOT LIKE '%atalaya_migration%'`) // which bun makes
}

// unlike are the lines that only one of two texts has.
func unlike(a, b string) (lines []string) {
	for mark, pair := range map[string][2]string{"-": {a, b}, "+": {b, a}} {
		others := strings.Split(pair[1], "\n")
		for line := range strings.SplitSeq(pair[0], "\n") {
			if !slices.Contains(others, line) {
				lines = append(lines, mark+line)
			}
		}
	}
	return lines
}

// TestUpgradeFromEverySchema opens a database of each schema that there was, with rows in
// it: they stay as they are, what is around them becomes what a new database has, and
// workers go on.
func TestUpgradeFromEverySchema(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgresql"} {
		schema, _ := schemaOf(dialect)
		want := newShape(t, dialect)
		for _, file := range numbered(t, schema) {
			t.Run(dialect+" "+number(file), func(t *testing.T) {
				t.Parallel()
				config, db := databaseAt(t, dialect, number(file))
				run(t, db, []string{
					"INSERT INTO audits (url, kind, page_limit, max_depth) VALUES ('https://example.org/', 'site', 50, 3)",
					"INSERT INTO audits (url, progress, message) VALUES ('https://example.net/', 40, 'half way')",
					"UPDATE audits SET progress = 41 WHERE id = 2",
					"INSERT INTO audits (url, status, geo_score) VALUES ('https://example.com/', 'completed', 81)",
					"INSERT INTO audits (url) VALUES ('deleted')",
					"DELETE FROM audits WHERE url = 'deleted'",
				})
				old := &fixture{Store: store.OfDialect(dialect), foreign: db}
				columns := old.columns(t)
				before := old.everyRow(t, columns)
				f := open(t, config)
				f.foreign = db
				if after := f.everyRow(t, columns); after != before || !strings.Contains(before, "half way") {
					t.Errorf("rows before:\n%s\nafter:\n%s", before, after)
				}
				if got := f.shape(t); got != want {
					t.Errorf("unlike a new database (+ is missing): %q", unlike(got, want))
				}
				f.worksOn(t)
			})
		}
	}
}

// newShape is that of a database which today's program has made.
func newShape(t *testing.T, dialect string) string {
	t.Helper()
	var config store.Config
	if dialect == "sqlite" {
		config.DataDir = t.TempDir()
	} else {
		config.DatabaseURL = pgtest.Database(t)
	}
	f := open(t, config)
	if dialect == "sqlite" {
		f.foreign = plainSQLite(t, config.DataDir)
	} else {
		f.foreign = plain(t, config.DatabaseURL)
	}
	return f.shape(t)
}

// worksOn has the engine and a plain worker go on with the audits of an upgraded database.
func (f *fixture) worksOn(t *testing.T) {
	t.Helper()
	cursor := f.now(t)
	job := f.claim(t, "w")
	if job.AuditID != 1 {
		t.Errorf("claimed %d, want the audit that waited", job.AuditID)
	}
	if err := f.Advance(t.Context(), job.Lease, work.Advance{Progress: 40}); err != nil {
		t.Error(err)
	}
	f.finishCompleted(t, job.Lease)
	f.sql(t, "UPDATE audits SET progress = 42 WHERE id = 2")
	f.sql(t, "UPDATE audits SET status = 'completed', geo_score = 70 WHERE id = 2")
	if err := f.try(t, "UPDATE audits SET message = 'late' WHERE id = 3"); err == nil {
		t.Error("an ended audit changed")
	}
	changed, _, _ := f.changes(t, cursor)
	if len(changed) != 2 || changed[1] == 0 || changed[2] == 0 {
		t.Errorf("changes: got %v, want those of audits 1 and 2", changed)
	}
	for id := int64(1); id <= 3; id++ {
		if p := f.progress(t, id); p.Status != shared.StatusCompleted {
			t.Errorf("audit %d: got %s", id, wire(p))
		}
	}
}
