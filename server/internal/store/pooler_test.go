package store_test

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// poolSize is as small as a pool can be: one connection for the lock around
// migrations, and one for who migrates.
const poolSize = 2

// pooled is the address of a test's database through a pooler, which may have more settings.
func pooled(t *testing.T, direct string, settings ...string) string {
	t.Helper()
	name, _, _ := strings.Cut(direct[strings.LastIndex(direct, "/")+1:], "?")
	return pgtest.Cluster(t).Pooler(t, name, poolSize, settings...)
}

// TestPoolerStarts has servers start together and one after another: none finds a lock
// that a server which has gone left in the pooler.
func TestPoolerStarts(t *testing.T) {
	t.Parallel()
	direct := pgtest.Database(t)
	url := pooled(t, direct)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 4 {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				s, err := store.Open(ctx, store.Config{DatabaseURL: url, Log: slog.New(slog.DiscardHandler)})
				cancel()
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	f := &fixture{foreign: plain(t, direct)}
	const locks = `SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = pg_locks.database
		WHERE locktype = 'advisory' AND datname = current_database()`
	if got, want := f.text(t, locks), "0"; got != want {
		t.Errorf("locks that were left: got %s, want %s", got, want)
	}
}

// TestPoolerLeaksNothing works as a server does, beside others that do what they should
// not: they listen, so that every connection of the pooler hears what commits.
func TestPoolerLeaksNothing(t *testing.T) {
	t.Parallel()
	direct := migratedDatabase(t)
	url := pooled(t, direct)
	f := open(t, store.Config{DatabaseURL: url})
	strangers := plain(t, url)
	everywhere(t, strangers, "LISTEN audits_wake")

	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				a := f.create(t, external)
				progress := 40
				if _, err := f.Patch(t.Context(), a.AuditID, shared.ProgressPatch{Progress: &progress}, 0); err != nil {
					t.Errorf("a write of %d: %v", a.AuditID, err)
				}
				if _, err := f.Progress(t.Context(), a.AuditID); err != nil {
					t.Errorf("a read of %d: %v", a.AuditID, err)
				}
			}
		})
	}
	wg.Wait()
	for _, setting := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		for _, got := range everywhere(t, strangers, "SHOW "+setting) {
			if got != "0" {
				t.Errorf("%s was left at %s in a session", setting, got)
			}
		}
	}
}

// everywhere runs a statement on every connection that the pooler has to the server, and
// returns what each answered.
func everywhere(t *testing.T, db *sql.DB, statement string) (answers []string) {
	t.Helper()
	for range poolSize {
		tx, err := db.BeginTx(t.Context(), nil)             // which keeps the connection, so that the next has another
		for tries := 0; err != nil && tries < 20; tries++ { // a stranger's driver stumbles over what it listened to
			tx, err = db.BeginTx(t.Context(), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := tx.Commit(); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}()
		var answer string
		if err := tx.QueryRowContext(t.Context(), statement).Scan(&answer); err != nil && err != sql.ErrNoRows {
			t.Fatalf("%s: %v", statement, err)
		}
		answers = append(answers, answer)
	}
	return answers
}

// TestPoolerSetsWhatATransactionNeeds asks for the settings where they hold.
func TestPoolerSetsWhatATransactionNeeds(t *testing.T) {
	t.Parallel()
	f := open(t, store.Config{DatabaseURL: pooled(t, migratedDatabase(t)) + "&work_mem=5MB"})
	db := f.Pools()[0].DB
	const query = "SELECT current_setting('statement_timeout') || ' ' || current_setting('work_mem') || ' ' || " +
		"current_setting('transaction_isolation')"
	const want = "3s 5MB read committed"
	var alone, within string
	if err := db.QueryRowContext(t.Context(), query).Scan(&alone); err != nil || alone != want {
		t.Errorf("a statement: got %q, %v, want %q", alone, err, want)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := tx.QueryRowContext(t.Context(), query).Scan(&within); err != nil || within != want {
		t.Errorf("a transaction: got %q, %v, want %q", within, err, want)
	}
}

// TestPoolerListens has notifications come by an address of their own, or not at all.
func TestPoolerListens(t *testing.T) {
	t.Parallel()
	direct := migratedDatabase(t)
	url := pooled(t, direct)
	without := open(t, store.Config{DatabaseURL: url})
	if listens := without.Wakeups().Listen != nil; listens || without.log.count(pooledWord) != 1 {
		t.Errorf("a pooler: listens (%t), or did not say that it cannot", listens)
	}
	if f := open(t, store.Config{DatabaseURL: direct}); f.Wakeups().Listen == nil || f.log.count(pooledWord) != 0 {
		t.Error("without a pooler: one was seen")
	}
	beside := open(t, store.Config{DatabaseURL: url, ListenURL: direct})
	beside.foreign = plain(t, direct)
	beside.hears(t)
	cannotOpen(t, store.Config{DatabaseURL: url, ListenURL: url}, "a pooler answers")
}

// TestPoolerThatTakesTurns gives the sessions round, so that two connections which ask by
// turns each find the one they had.
func TestPoolerThatTakesTurns(t *testing.T) {
	t.Parallel()
	url := pooled(t, migratedDatabase(t), "server_round_robin = 1")
	cannotOpen(t, store.Config{DatabaseURL: url, ListenURL: url}, "a pooler answers")
}

// TestPoolerInSessionMode works as without a pooler, and listens through it, also beside
// one that shares its sessions.
func TestPoolerInSessionMode(t *testing.T) {
	t.Parallel()
	direct := migratedDatabase(t)
	faithful := pooled(t, direct, "pool_mode = session", "default_pool_size = 30")
	for name, c := range map[string]store.Config{
		"alone":               {DatabaseURL: faithful},
		"beside another mode": {DatabaseURL: pooled(t, direct), ListenURL: faithful},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, c)
			f.foreign = plain(t, direct)
			f.hears(t)
			if f.log.count(pooledWord) != 0 {
				t.Error("the log says that notifications do not come")
			}
		})
	}
	// Its next clients find the sessions as they were.
	for _, setting := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		for _, got := range everywhere(t, plain(t, faithful), "SHOW "+setting) {
			if got != "0" {
				t.Errorf("%s was left at %s in a session", setting, got)
			}
		}
	}
}

const pooledWord = "a pooler stands before the database, so commits of others are not announced, " +
	"and are seen up to --sweep later: name a direct connection in --listen-url"
