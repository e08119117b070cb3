package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// anOldDatabase makes a database with the schema of November 2026, whose numbered
// migration held the triggers as well, and rows in it. It returns how to open it.
func anOldDatabase(t *testing.T, dialect string) (store.Config, *sql.DB) {
	t.Helper()
	folder := map[string]string{"sqlite": "sqlite", "postgresql": "pg"}[dialect]
	old, err := os.ReadFile(filepath.Join("testdata", "old", folder, "0001_audits.tx.up.sql"))
	if err != nil {
		t.Fatal(err)
	}
	var (
		config store.Config
		db     *sql.DB
		serial = "bigserial"
	)
	if dialect == "sqlite" {
		config.DataDir, serial = t.TempDir(), "INTEGER"
		file := filepath.Join(config.DataDir, "atalaya.db")
		db, err = sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_txlock=immediate")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
	} else {
		config.DatabaseURL = pgtest.Database(t)
		db = plain(t, config.DatabaseURL)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{
		"CREATE TABLE atalaya_migrations (id " + serial + " NOT NULL PRIMARY KEY, name VARCHAR, group_id BIGINT, " +
			"migrated_at TIMESTAMP NOT NULL DEFAULT current_timestamp)",
		"CREATE UNIQUE INDEX atalaya_migrations_name_unique ON atalaya_migrations (name)",
		"CREATE TABLE atalaya_migration_locks (id " + serial + " NOT NULL PRIMARY KEY, table_name VARCHAR UNIQUE)",
		string(old),
		"INSERT INTO atalaya_migrations (name, group_id) VALUES ('0001', 1)",
		"INSERT INTO audits (url, kind, page_limit, max_depth) VALUES ('https://example.org/', 'site', 50, 3)",
		"INSERT INTO audits (url, progress, message) VALUES ('https://example.net/', 40, 'half way')",
		"INSERT INTO audits (url, status, geo_score) VALUES ('https://example.com/', 'completed', 81)",
		"UPDATE audits SET progress = 41 WHERE id = 2",
	} {
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%.80s: %v", statement, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return config, db
}

// everyRow is all that the table audits holds in some columns.
func (f *fixture) everyRow(t *testing.T, columns []string) string {
	t.Helper()
	quote, lines := "quote(", "group_concat(%s, char(10))"
	if f.Dialect() == "postgresql" {
		quote, lines = "quote_nullable(", "string_agg(%s, E'\n' ORDER BY id)"
	}
	var every []string
	for _, column := range columns {
		every = append(every, quote+column+")")
	}
	return f.text(t, fmt.Sprintf("SELECT "+lines+" FROM audits", strings.Join(every, " || '|' || ")))
}

// TestUpgradeOfAnOldDatabase opens a database of the schema before triggers were
// made from the list of visible columns.
func TestUpgradeOfAnOldDatabase(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgresql"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			config, db := anOldDatabase(t, dialect)
			old := &fixture{Store: store.OfDialect(dialect), foreign: db}
			columns := old.columns(t)
			before, triggers := old.everyRow(t, columns), old.triggers(t)
			f := open(t, config)
			f.foreign = db
			if after := f.everyRow(t, columns); after != before || !strings.Contains(before, "half way") {
				t.Errorf("rows before:\n%s\nafter:\n%s", before, after)
			}
			if f.triggers(t) == triggers {
				t.Errorf("the triggers are still the old ones: %s", triggers)
			}
			// The columns that have joined are empty, and the old text is shown.
			if p := f.progress(t, 2); *p.Message != "half way" || p.MessageKey != nil || p.MessageArgs != nil ||
				p.ErrorKey != nil || p.ErrorArgs != nil {
				t.Errorf("an old row: got %s", wire(p))
			}
			// Nobody is told of what ended before there was anybody to tell.
			if n, err := f.NoteEnded(t.Context()); n != 0 || err != nil {
				t.Errorf("noted %d, %v", n, err)
			}
			// The triggers work: see what a plain worker may and may not do.
			cursor := f.now(t)
			f.sql(t, "UPDATE audits SET progress = 42 WHERE id = 2")
			f.sql(t, "UPDATE audits SET lease_owner = 'w', cancel_requested = NOT cancel_requested WHERE id = 1")
			f.sql(t, "INSERT INTO audits (url, progress) VALUES ('https://example.edu/', 1)")
			f.sql(t, "DELETE FROM audits WHERE id = 1")
			if err := f.try(t, "UPDATE audits SET message = 'late' WHERE id = 3"); err == nil {
				t.Error("an ended audit changed")
			}
			if err := f.try(t, "UPDATE audits SET progress = 7 WHERE id = 2"); err == nil {
				t.Error("progress fell")
			}
			changed, deleted, _ := f.changes(t, cursor)
			if len(changed) != 2 || changed[2] == 0 || changed[4] == 0 || !equal(deleted, []int64{1}) {
				t.Errorf("changes: got %v and deleted %v, want audits 2 and 4, and 1", changed, deleted)
			}
			if p := f.progress(t, 4); p.Status != shared.StatusRunning || p.StartedAt == nil {
				t.Errorf("a new row: got %v, want a running audit", p)
			}
		})
	}
}

// TestUpgradeFreesTheIds opens a database in which the largest number there is was
// given to an audit. On SQLite nothing could be created after it.
func TestUpgradeFreesTheIds(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgresql"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			config, db := anOldDatabase(t, dialect)
			f := &fixture{Store: store.OfDialect(dialect), foreign: db}
			f.sql(t, "INSERT INTO audits (id, url, status) VALUES (9007199254740992, 'first', 'failed')")
			f.sql(t, "INSERT INTO audits (id, url) VALUES (9223372036854775807, 'second')")
			f.sql(t, "INSERT INTO reports (audit_id, body) VALUES (9223372036854775807, 'second')")
			if dialect == "postgresql" {
				f.sql(t, "SELECT setval(pg_get_serial_sequence('audits', 'id'), 9223372036854775807)")
			}
			if err := f.try(t, "INSERT INTO audits (url) VALUES ('third')"); err == nil {
				t.Fatal("an id was left")
			}
			f = open(t, config)
			f.foreign = db
			if got := f.create(t, external).AuditID; got < 4 || got > 6 {
				t.Errorf("the next id is %d, want one behind the rows there are", got)
			}
			got := f.text(t, "SELECT a.url FROM reports AS r JOIN audits AS a ON a.id = r.audit_id")
			if got != "second" {
				t.Errorf("the report belongs to %q", got)
			}
			// Both go on, whatever their number is.
			f.sql(t, "UPDATE audits SET progress = 7 WHERE url = 'second'")
			if err := f.try(t, "UPDATE audits SET progress = 7 WHERE url = 'first'"); err == nil {
				t.Error("an ended audit changed")
			}
		})
	}
}

// TestUpgradeKeepsRolesWithoutRightToCreate opens an upgraded database as a role
// whose rights were granted before the upgrade.
func TestUpgradeKeepsRolesWithoutRightToCreate(t *testing.T) {
	t.Parallel()
	config, db := anOldDatabase(t, "postgresql")
	f := &fixture{Store: store.OfDialect("postgresql"), foreign: db}
	role := "old_" + f.text(t, "SELECT current_database()")
	f.sql(t, "CREATE ROLE "+role+" LOGIN; REVOKE CREATE ON SCHEMA public FROM public")
	f.sql(t, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+role)
	open(t, config)
	config.DatabaseURL = strings.Replace(config.DatabaseURL, "postgres@", role+"@", 1)
	open(t, config).create(t, site)
}

// triggers identifies the triggers of a database; it differs once they are made
// anew, even with the same text.
func (f *fixture) triggers(t *testing.T) string {
	t.Helper()
	if f.Dialect() == "sqlite" {
		return f.text(t, "PRAGMA schema_version")
	}
	return f.text(t, "SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_trigger WHERE NOT tgisinternal")
}

func TestOpenAgainMakesNothing(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		before := f.triggers(t)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, f.config)
		if got := f.triggers(t); got != before {
			t.Errorf("triggers: got %s, want those of the first time, %s", got, before)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		// Triggers of another release are replaced.
		f.sql(t, "UPDATE atalaya_repeatable SET hash = 'another'")
		open(t, f.config)
		if got := f.triggers(t); got == before {
			t.Errorf("triggers of another release: still %s", got)
		}
		if got := f.text(t, "SELECT count(*) FROM atalaya_repeatable"); got != "1" {
			t.Errorf("hashes: got %s, want 1", got)
		}
	})
}

// TestUpgradeGivesWayToServersAtWork upgrades while a long transaction holds the
// table: the upgrade waits for it, and meanwhile other servers read and write.
func TestUpgradeGivesWayToServersAtWork(t *testing.T) {
	t.Parallel()
	config, db := anOldDatabase(t, "postgresql")
	long, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = long.Rollback() }()
	if _, err := long.ExecContext(t.Context(), "SELECT count(*) FROM audits"); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		s, err := store.Open(t.Context(), config)
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	// A write that takes long has waited behind the upgrade, which then gave way.
	var slowest time.Duration
	for gaveWay, begun := 0, time.Now(); gaveWay < 2; {
		if time.Since(begun) > 2*soon {
			t.Fatalf("the upgrade waited for the table %d times, want 2", gaveWay)
		}
		wrote := time.Now()
		if _, err := db.ExecContext(t.Context(), "UPDATE audits SET total_pages = total_pages + 1 WHERE id = 2"); err != nil {
			t.Fatal(err)
		}
		took := time.Since(wrote)
		if took > 100*time.Millisecond {
			gaveWay++
		}
		slowest = max(slowest, took)
	}
	if slowest > store.ReadTimeout {
		t.Errorf("a write waited %v for the upgrade, want less than the deadline of a read, %v", slowest, store.ReadTimeout)
	}
	select {
	case err := <-opened:
		t.Fatalf("opened while the table was held: %v", err)
	default:
	}
	if err := long.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}
