package store_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
)

// examine looks at the fixture's database, which its store may have open.
func (f *fixture) examine(t *testing.T) store.Examination {
	t.Helper()
	e, err := store.Examine(t.Context(), f.config)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestExamineChangesNothing looks at the database of a store at work, beside a writer.
func TestExamineChangesNothing(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, external)
		cursor := f.now(t)
		e := f.examine(t)
		if e.Dialect != f.Dialect() || e.Schema != store.SchemaCurrent || e.Missing != 0 || e.Newest < "0017" ||
			e.Pooled || e.Listens != (e.Dialect == "postgresql") || e.Refusal != nil {
			t.Errorf("got %+v", e)
		}
		if e.Latency <= 0 || e.Latency > store.ReadTimeout || e.Skew.Abs() > time.Second {
			t.Errorf("latency %v, skew %v", e.Latency, e.Skew)
		}
		if n := f.text(t, "SELECT count(*) FROM audits"); n != "1" {
			t.Errorf("%s audits, want the one that there was", n)
		}
		if changed, deleted, _ := f.changes(t, cursor); len(changed)+len(deleted) > 0 {
			t.Errorf("readers were told of %v and %v", changed, deleted)
		}
	})
}

func TestExamineKnowsOtherSchemas(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO atalaya_migrations (name, group_id) VALUES ('9999', 9)")
		if e := f.examine(t); e.Schema != store.SchemaNewer || e.Newest != "9999" || e.Refusal != nil {
			t.Errorf("a newer schema: %+v", e)
		}
	})
	for _, dialect := range []string{"sqlite", "postgresql"} {
		config, db := anOldDatabase(t, dialect)
		f := &fixture{Store: store.OfDialect(dialect), foreign: db, config: config}
		if e := f.examine(t); e.Schema != store.SchemaOlder || e.Newest != "0001" || e.Missing < 14 || e.Refusal != nil {
			t.Errorf("%s: an older schema: %+v", dialect, e)
		}
		if n := f.text(t, "SELECT count(*) FROM atalaya_migrations"); n != "1" {
			t.Errorf("%s: now there are %s migrations", dialect, n)
		}
	}
	empty := &fixture{config: store.Config{DatabaseURL: pgtest.Database(t)}}
	if e := empty.examine(t); e.Schema != store.SchemaNone || e.Refusal != nil {
		t.Errorf("no schema: %+v", e)
	}
	dir := t.TempDir()
	if e, err := store.Examine(t.Context(), store.Config{DataDir: dir}); !errors.Is(err, store.ErrNoDatabase) {
		t.Errorf("no file: %+v, %v", e, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("now there are %v, %v", files, err)
	}
}

// TestExamineSaysWhyNothingIsWritten looks as a role without rights, read-only,
// and through a pooler.
func TestExamineSaysWhyNothingIsWritten(t *testing.T) {
	t.Parallel()
	url := migratedDatabase(t)
	f := &fixture{Store: store.OfDialect("postgresql"), foreign: plain(t, url)}
	role := "reader_" + f.text(t, "SELECT current_database()")
	f.sql(t, "CREATE ROLE "+role+" LOGIN")
	f.sql(t, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO "+role)
	f.config.DatabaseURL = strings.Replace(url, "postgres@", role+"@", 1)
	if e := f.examine(t); e.Refusal == nil || !strings.Contains(e.Refusal.Error(), "permission denied") {
		t.Errorf("without the right: %v", e.Refusal)
	}
	f.config.DatabaseURL = url + "&default_transaction_read_only=on"
	if e := f.examine(t); !errors.Is(e.Refusal, store.ErrReadOnly) {
		t.Errorf("read-only: %v", e.Refusal)
	}
	f.config.DatabaseURL = pooled(t, url)
	if e := f.examine(t); !e.Pooled || e.Listens || e.Refusal != nil {
		t.Errorf("through a pooler: %+v", e)
	}
	f.config.ListenURL = url
	if e := f.examine(t); !e.Pooled || !e.Listens {
		t.Errorf("with a connection beside it: %+v", e)
	}
}
