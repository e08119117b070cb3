package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
)

// beforeBackup gives a store an audit that ended, one at work and one that waits.
func beforeBackup(t *testing.T, f *fixture) {
	t.Helper()
	f.sql(t, "INSERT INTO audits (url, status, geo_score) VALUES ('done', 'completed', 80)")
	f.sql(t, "INSERT INTO audits (url, progress) VALUES ('half', 40)")
	if _, _, err := f.Create(t.Context(), site, "key"); err != nil {
		t.Fatal(err)
	}
}

// whileWriting calls backup while another writes without a pause.
func whileWriting(t *testing.T, f *fixture, backup func()) {
	t.Helper()
	f.sql(t, "INSERT INTO audits (url) VALUES ('busy')")
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			_, err := f.foreign.ExecContext(t.Context(), "UPDATE audits SET total_pages = total_pages + 1 WHERE url = 'busy'")
			if err != nil {
				t.Errorf("write %d beside the backup: %v", n, err)
				return
			}
		}
	})
	backup()
	stop()
	writer.Wait()
}

// afterBackup makes changes that the restored database will not know, and which a
// reader saw; it returns the reader's cursor and the newest revision it saw.
func afterBackup(t *testing.T, f *fixture) (cursor string, newest int64) {
	t.Helper()
	f.sql(t, "UPDATE audits SET progress = 70 WHERE id = 2")
	f.sql(t, "UPDATE audits SET progress = 71 WHERE id = 2")
	return f.now(t), f.progress(t, 2).Revision
}

// restored checks that a restored database holds what was saved, and that a reader who
// saw more takes it for news.
func restored(t *testing.T, f *fixture, newest int64) {
	t.Helper()
	for id, want := range map[int64]int{1: 100, 2: 40, 3: 0} {
		if p := f.progress(t, id); p.Progress != want || p.Revision <= newest || p.Revision >= 1<<53 {
			t.Errorf("audit %d: progress %d at revision %d, want %d at one beyond %d", id, p.Progress, p.Revision, want, newest)
		}
	}
	before := f.progress(t, 2).Revision
	f.sql(t, "UPDATE audits SET progress = 41 WHERE id = 2")
	if p := f.progress(t, 2); p.Revision <= before {
		t.Errorf("the next change has revision %d, want one beyond %d", p.Revision, before)
	}
	if err := f.try(t, "UPDATE audits SET progress = 3 WHERE id = 2"); err == nil {
		t.Error("the restored database lets progress fall")
	}
	if p, created, err := f.Create(t.Context(), site, "key"); err != nil || created || p.AuditID != 3 {
		t.Errorf("the key: got audit %d, created %v, %v", p.AuditID, created, err)
	}
	if got := f.claim(t, "w").Lease.AuditID; got != 3 {
		t.Errorf("claimed %d, want 3", got)
	}
}

// healed checks that a reader's cursor from before the restoration brings the present
// state of every audit, or is refused, so that the reader starts anew.
func healed(t *testing.T, f *fixture, cursor string) {
	t.Helper()
	c, err := f.Changes(t.Context(), cursor)
	if errors.Is(err, store.ErrBadCursor) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]int{}
	for _, p := range c.Changed {
		got[p.AuditID] = p.Progress
	}
	if got[1] != 100 || got[2] != 40 || len(got) < 3 {
		t.Errorf("changes since the reader's cursor: got progress %v, want that of every audit", got)
	}
}

// TestRestoreSQLite follows the README's steps, in the folder of the original and in
// a new one.
func TestRestoreSQLite(t *testing.T) {
	for _, where := range []string{"in place", "in a new folder"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			f := onSQLite(t, 0)
			beforeBackup(t, f)
			saved := filepath.Join(t.TempDir(), "saved.db")
			whileWriting(t, f, func() { f.sql(t, "VACUUM INTO '"+saved+"'") })
			cursor, newest := afterBackup(t, f)
			if err := errors.Join(f.foreign.Close(), f.Close()); err != nil {
				t.Fatal(err)
			}
			dir := f.config.DataDir
			if where != "in place" {
				dir = t.TempDir()
			}
			for _, old := range []string{"-wal", "-shm"} {
				if err := os.Remove(filepath.Join(dir, "atalaya.db"+old)); err != nil && !errors.Is(err, os.ErrNotExist) {
					t.Fatal(err)
				}
			}
			if err := os.Rename(saved, filepath.Join(dir, "atalaya.db")); err != nil {
				t.Fatal(err)
			}
			again := reopen(t, dir)
			healed(t, again, cursor)
			restored(t, again, newest)
			if got := again.log.count("the database is a restored copy: its audits have new revisions"); got != 1 {
				t.Errorf("the log says %d times that it is a copy", got)
			}
		})
	}
}

// reopen opens the SQLite database of a folder, and a plain connection to it.
func reopen(t *testing.T, dir string) *fixture {
	t.Helper()
	f := open(t, store.Config{DataDir: dir})
	f.foreign = plainSQLite(t, dir)
	return f
}

// TestARestartIsNoRestoration keeps the revisions.
func TestARestartIsNoRestoration(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		beforeBackup(t, f)
		before := f.everyRow(t, []string{"id", "revision"})
		for range 2 {
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			f.Store = open(t, f.config).Store
		}
		if after := f.everyRow(t, []string{"id", "revision"}); after != before {
			t.Errorf("revisions: got\n%s\nwant\n%s", after, before)
		}
	})
}

// TestRestorePostgres follows the README's steps, into a new database of the same
// cluster and into another cluster, whose transactions have smaller numbers.
func TestRestorePostgres(t *testing.T) {
	for _, where := range []string{"same cluster", "younger cluster"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			old := pgtest.Cluster(t)
			f := onPostgres(t, 0)
			name := f.text(t, "SELECT current_database()")
			beforeBackup(t, f)
			saved := filepath.Join(os.TempDir(), name+".dump")
			t.Cleanup(func() { _ = os.Remove(saved) })
			whileWriting(t, f, func() { old.Tool(t, "pg_dump", "-Fc", "-f", saved, "-d", f.config.DatabaseURL) })
			cursor, newest := afterBackup(t, f)
			target := old
			if where != "same cluster" {
				target = pgtest.New(t)
			}
			target.Exec(t, "CREATE DATABASE restored_"+name)
			url := target.URL("restored_" + name)
			target.Tool(t, "pg_restore", "--exit-on-error", "-d", url, saved)
			again := open(t, store.Config{DatabaseURL: url})
			again.foreign = plain(t, url)
			healed(t, again, cursor)
			restored(t, again, newest)
			// A second server finds a database like any other.
			second := open(t, store.Config{DatabaseURL: url})
			if again.log.count("the database is a restored copy: its audits have new revisions") != 1 || len(second.log.records) != 0 {
				t.Error("not exactly the first server found a copy")
			}
		})
	}
}
