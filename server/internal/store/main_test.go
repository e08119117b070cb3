package store_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun/driver/pgdriver"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// fixture is a store on a database of its own, and a plain connection to the
// same database, as a foreign worker has one.
type fixture struct {
	*store.Store
	config    store.Config
	foreign   *sql.DB
	committed *atomic.Int64
	log       *journal
	known     map[int64]int64 // revisions seen; -1: deleted
}

// both runs a test against each dialect.
func both(t *testing.T, test func(*testing.T, *fixture)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, onSQLite(t, 0)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, onPostgres(t, 0)) })
}

func onSQLite(t *testing.T, pool int) *fixture {
	t.Helper()
	f := open(t, store.Config{DataDir: t.TempDir(), PoolSize: pool})
	f.foreign = plainSQLite(t, f.config.DataDir)
	return f
}

func plainSQLite(t testing.TB, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "atalaya.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func onPostgres(t *testing.T, pool int) *fixture {
	t.Helper()
	url := migratedDatabase(t)
	f := open(t, store.Config{DatabaseURL: url, PoolSize: pool})
	f.foreign = plain(t, url)
	return f
}

var template sync.Once

// migratedDatabase is a copy of a database that was migrated once.
func migratedDatabase(t *testing.T) string {
	t.Helper()
	server := pgtest.Cluster(t)
	template.Do(func() {
		server.Template(t, "migrated", func(url string) {
			s, err := store.Open(t.Context(), store.Config{DatabaseURL: url})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	})
	return server.Database(t, "migrated")
}

func plain(t testing.TB, url string) *sql.DB {
	t.Helper()
	db := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(url)))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func open(t *testing.T, c store.Config) *fixture {
	t.Helper()
	f := &fixture{committed: new(atomic.Int64), log: new(journal)}
	c.Log = slog.New(f.log)
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.OnCommit(func() { f.committed.Add(1) })
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	f.Store, f.config = s, c
	return f
}

// journal keeps the records of a log.
type journal struct {
	mu      sync.Mutex
	records []slog.Record
}

func (j *journal) Enabled(context.Context, slog.Level) bool { return true }
func (j *journal) WithAttrs([]slog.Attr) slog.Handler       { return j }
func (j *journal) WithGroup(string) slog.Handler            { return j }

func (j *journal) Handle(_ context.Context, r slog.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.records = append(j.records, r)
	return nil
}

func (j *journal) count(message string) (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range j.records {
		if r.Message == message {
			n++
		}
	}
	return n
}

// sql runs a statement as a foreign worker.
func (f *fixture) sql(t *testing.T, statement string) {
	t.Helper()
	if err := f.try(t, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (f *fixture) try(t *testing.T, statement string) error {
	t.Helper()
	_, err := f.foreign.ExecContext(t.Context(), statement)
	return err
}

// text reads one value as a foreign worker.
func (f *fixture) text(t *testing.T, query string) string {
	t.Helper()
	var s sql.NullString
	if err := f.foreign.QueryRowContext(t.Context(), query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s.String
}

func (f *fixture) progress(t *testing.T, id int64) shared.AuditProgress {
	t.Helper()
	p, err := f.Progress(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (f *fixture) create(t *testing.T, a shared.NewAudit) shared.AuditProgress {
	t.Helper()
	p, created, err := f.Create(t.Context(), a, "")
	if err != nil || !created {
		t.Fatalf("create %v: created %v, %v", a, created, err)
	}
	return p
}

// site and external are the two kinds of new audits.
var (
	site     = shared.NewAudit{URL: "https://example.org/", Kind: shared.KindSite, PageLimit: 50, MaxDepth: 7}
	external = shared.NewAudit{URL: "https://example.net/work", Kind: shared.KindExternal}
)

func (f *fixture) claim(t *testing.T, owner string) work.Job {
	t.Helper()
	job, ok, err := f.Claim(t.Context(), owner, time.Minute)
	if err != nil || !ok {
		t.Fatalf("claim: ok %v, %v", ok, err)
	}
	return job
}

// loseLease lets the lease of every audit run out.
func (f *fixture) loseLease(t *testing.T) {
	t.Helper()
	f.sql(t, "UPDATE audits SET lease_until = '2001-01-01 00:00:00.000+00:00' WHERE lease_until IS NOT NULL")
}

// changes collects what one sweep brings, as a relay does: only revisions newer
// than those known, and each deletion once. (Databases share a cluster, and so
// the transactions that hold a position back: rows do come again.)
func (f *fixture) changes(t *testing.T, cursor string) (map[int64]int64, []int64, string) {
	t.Helper()
	c, err := f.Changes(t.Context(), cursor)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[int64]int64{}
	for _, p := range c.Changed {
		if p.Revision > f.known[p.AuditID] {
			byID[p.AuditID], f.known[p.AuditID] = p.Revision, p.Revision
		}
	}
	var gone []int64
	for _, id := range c.Deleted {
		if f.known[id] >= 0 {
			gone, f.known[id] = append(gone, id), -1
		}
	}
	return byID, gone, c.Next
}

// now is the present position; what exists is known from here on.
func (f *fixture) now(t *testing.T) string {
	t.Helper()
	c, err := f.Changes(t.Context(), "")
	if err != nil || len(c.Changed)+len(c.Deleted) != 0 || c.Next == "" {
		t.Fatalf("changes from nowhere: got %+v, %v, want none and a cursor", c, err)
	}
	all, err := f.Newest(t.Context(), 10_000)
	if err != nil {
		t.Fatal(err)
	}
	f.known = map[int64]int64{}
	for _, p := range all {
		f.known[p.AuditID] = p.Revision
	}
	return c.Next
}

func ptr[T any](v T) *T { return &v }
