//go:build unix

package pgtest_test

import (
	"database/sql"
	"os"
	"testing"

	"github.com/uptrace/bun/driver/pgdriver"

	"atalaya/server/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestDatabasesAreSeparate(t *testing.T) {
	a, b := open(t, pgtest.Database(t)), open(t, pgtest.Database(t))
	if _, err := a.ExecContext(t.Context(), "CREATE TABLE here (n int)"); err != nil {
		t.Fatal(err)
	}
	var got int
	err := b.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_class WHERE relname = 'here'").Scan(&got)
	if want := 0; err != nil || got != want {
		t.Errorf("tables of the first database seen in the second: got %d, %v, want %d", got, err, want)
	}
}

func TestRestartKeepsAddress(t *testing.T) {
	url := pgtest.Database(t)
	pgtest.Cluster(t).Restart(t)
	if err := open(t, url).PingContext(t.Context()); err != nil {
		t.Error(err)
	}
}

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(url)))
	t.Cleanup(func() { _ = db.Close() })
	return db
}
