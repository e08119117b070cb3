package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

func TestWritable(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, external)
		if err := f.Writable(t.Context()); err != nil {
			t.Errorf("got %v", err)
		}
		// Who waits for a lock, or sends nonsense, says nothing about writes to come.
		if _, err := f.Patch(t.Context(), 1, shared.ProgressPatch{Progress: ptr(101)}, 0); err == nil {
			t.Error("nonsense was taken")
		}
		if err := f.Writable(t.Context()); err != nil {
			t.Errorf("after a refusal of another kind: %v", err)
		}
	})
}

func TestSQLiteTakesNoWrites(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	if _, err := f.Pools()[1].DB.ExecContext(t.Context(), "PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if err := f.Writable(t.Context()); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("got %v, want %v", err, store.ErrReadOnly)
	}
}

// TestAWriteThatWasRefusedIsRemembered has a disk on which small writes still succeed.
func TestAWriteThatWasRefusedIsRemembered(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	f.sql(t, "CREATE TABLE filler (b); CREATE TRIGGER fills AFTER INSERT ON audits BEGIN "+
		"INSERT INTO filler VALUES (randomblob(1000000)); END")
	if _, err := f.Pools()[1].DB.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	if err := f.Writable(t.Context()); err != nil {
		t.Errorf("before: %v", err)
	}
	if _, _, err := f.Create(t.Context(), external, ""); !errors.Is(err, store.ErrFull) {
		t.Fatalf("create: %v, want %v", err, store.ErrFull)
	}
	if err := f.Writable(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Errorf("after: %v, want %v", err, store.ErrFull)
	}
}

// TestFilesRemovedOrReplaced does to SQLite's files what people do. Nothing is
// acknowledged that nobody would ever read, and no stream calls it fresh.
func TestFilesRemovedOrReplaced(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(t *testing.T, file string) error
	}{
		{"removed", func(_ *testing.T, file string) error { return os.Remove(file) }},
		{"folder renamed", func(_ *testing.T, file string) error {
			return os.Rename(filepath.Dir(file), filepath.Dir(file)+" of yesterday")
		}},
		{"log removed", func(_ *testing.T, file string) error { return os.Remove(file + "-wal") }},
		{"index of the log removed", func(_ *testing.T, file string) error { return os.Remove(file + "-shm") }},
		{"replaced by a copy", func(t *testing.T, file string) error {
			copied, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			return errors.Join(os.WriteFile(file+".copy", copied, 0o600), os.Rename(file+".copy", file))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := onSQLite(t, 0)
			f.create(t, external)
			cursor := f.now(t)
			if err := c.do(t, filepath.Join(f.config.DataDir, "atalaya.db")); err != nil {
				t.Fatal(err)
			}
			_, _, errCreate := f.Create(t.Context(), external, "")
			_, errChanges := f.Changes(t.Context(), cursor)
			for what, err := range map[string]error{
				"writable": f.Writable(t.Context()), "create": errCreate, "changes": errChanges,
			} {
				if !errors.Is(err, store.ErrMoved) || !errors.Is(err, store.ErrUnavailable) {
					t.Errorf("%s: got %v, want %v", what, err, store.ErrMoved)
				}
			}
		})
	}
}

// TestFilesThatCameBack are the ones that are open.
func TestFilesThatCameBack(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	file := filepath.Join(f.config.DataDir, "atalaya.db")
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	if err := f.Writable(t.Context()); !errors.Is(err, store.ErrMoved) {
		t.Fatalf("away: got %v, want %v", err, store.ErrMoved)
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	if err := f.Writable(t.Context()); err != nil {
		t.Errorf("back: %v", err)
	}
	f.create(t, external)
	f.sql(t, "PRAGMA wal_checkpoint(TRUNCATE); VACUUM") // changes the files, but not which they are
	f.create(t, external)
}

func TestPostgresTakesNoWrites(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 1)
	set := func(to string) {
		_, err := f.Pools()[0].DB.ExecContext(t.Context(), "SET SESSION CHARACTERISTICS AS TRANSACTION "+to)
		if err != nil {
			t.Fatal(err)
		}
	}
	set("READ ONLY")
	if err := f.Writable(t.Context()); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("got %v, want %v", err, store.ErrReadOnly)
	}
	set("READ WRITE")
	if err := f.Writable(t.Context()); err != nil {
		t.Errorf("again: %v", err)
	}
}

// TestFailover makes a standby of the primary, which still answers every read.
func TestFailover(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	server.Exec(t, "CREATE DATABASE atalaya")
	f := open(t, store.Config{DatabaseURL: server.URL("atalaya")})
	f.create(t, external)
	server.Demote(t)
	f.progress(t, 1)
	if err := f.Writable(t.Context()); !errors.Is(err, store.ErrStandby) {
		t.Errorf("standby: got %v, want %v", err, store.ErrStandby)
	}
	server.Promote(t)
	if err := f.Writable(t.Context()); err != nil {
		t.Errorf("promoted: %v", err)
	}
	f.create(t, external)
}
