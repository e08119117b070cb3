package store_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
)

func TestDataDirHasOneOwner(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	_, err := store.Open(t.Context(), store.Config{DataDir: f.config.DataDir})
	want := fmt.Sprintf("store: the data directory %s is in use by another atalaya (process %d); stop it or choose another --data-dir",
		f.config.DataDir, os.Getpid())
	if err == nil || err.Error() != want {
		t.Errorf("second owner: got %v, want %s", err, want)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := store.Open(t.Context(), store.Config{DataDir: f.config.DataDir})
	if err != nil {
		t.Fatalf("after close: %v", err)
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
}

func TestStrangeDataDir(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b?c#d%20é")
	s, err := store.Open(t.Context(), store.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := os.Stat(filepath.Join(dir, "atalaya.db")); err != nil {
		t.Error(err)
	}
}

// The secrets of webhooks are in there.
func TestDataIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	f.create(t, site)
	files, err := filepath.Glob(filepath.Join(f.config.DataDir, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("the data directory has %v, %v", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
}

// TestReopenTakesUp checks that the audit of a killed process is free at once.
func TestReopenTakesUp(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	f.create(t, site)
	f.claim(t, "w")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, f.config)
	if job := again.claim(t, "w"); job.Attempt != 2 {
		t.Errorf("attempt: got %d, want 2", job.Attempt)
	}
}

func TestNewerSchema(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO atalaya_migrations (name, group_id) VALUES ('9999', 9)")
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := store.Open(t.Context(), f.config)
		if err == nil || !strings.Contains(err.Error(),
			"the database has schema 9999 and this atalaya knows schemas up to 0") {
			t.Errorf("got %v, want a refusal that names both schemas", err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %q", err)
		}
	})
}

// TestOpenTogether starts several servers on an empty database.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Config{DatabaseURL: url, PoolSize: 1})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestOpenWithoutRightToCreate runs a server whose role may only read and write.
func TestOpenWithoutRightToCreate(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	role := "server_" + f.text(t, "SELECT current_database()")
	f.sql(t, "CREATE ROLE "+role+" LOGIN; REVOKE CREATE ON SCHEMA public FROM public")
	f.sql(t, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+role)
	s := open(t, store.Config{DatabaseURL: strings.Replace(f.config.DatabaseURL, "postgres@", role+"@", 1)})
	s.create(t, site)
	job := s.claim(t, "w")
	if err := s.Advance(t.Context(), job.Lease, advanced); err != nil {
		t.Error(err)
	}
	s.finishCompleted(t, job.Lease)
	if err := s.Delete(t.Context(), job.AuditID); err != nil {
		t.Error(err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := closed.Addr().(*net.TCPAddr).Port
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	const form = "it must look like postgres://user:password@host:5432/name"
	for _, c := range []struct{ url, says string }{
		{"host=localhost password=s3cret", form},
		{"mysql://u:s3cret@host/db", form},
		{"postgres://u:s3c%ret@host/db", form},
		{"postgres://u:s3c#ret@host/db", form},
		{"postgres://u:s3cret@host:port/db", form},
		{"postgres://u:s3cret@host/db?x=%zz", form},
		{"postgres://u:1/s3cret@host/db", form},
		{"postgres://u:1?s3cret@host/db", form},
		{"postgres://u:1#s3cret@host/db", form},
		{"postgres://u:s3cret@host/db?sslmode=maybe", "sslmode 'maybe' is not supported"},
		{"postgres://u:s3cret@host/db?sslrootcert=/nowhere/ca.pem", "failed to read root CA"},
		{fmt.Sprintf("postgres://u:s3cret@127.0.0.1:%d/db?sslmode=disable", port),
			fmt.Sprintf("cannot open the database db at 127.0.0.1:%d as user u", port)},
	} {
		s, err := store.Open(t.Context(), store.Config{DatabaseURL: c.url})
		if err == nil {
			t.Errorf("%s: opened", c.url)
			_ = s.Close()
			continue
		}
		if got := err.Error(); !strings.Contains(got, c.says) || strings.Contains(got, "s3c") ||
			strings.Contains(got, "\n") {
			t.Errorf("%s: got %q, want one line with %q and without the password", c.url, got, c.says)
		}
	}
}

func TestOpenWrongPasswordOrDatabase(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	url := f.config.DatabaseURL
	for _, c := range []struct{ url, says string }{
		{strings.Replace(url, "postgres@", "nobody_here:s3cret@", 1), "nobody_here"},
		{strings.Replace(url, "/test_", "/absent_", 1), "does not exist"},
		{url + "&statement_timout=1", "unrecognized configuration parameter"},
	} {
		_, err := store.Open(t.Context(), store.Config{DatabaseURL: c.url})
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line with %q", c.url, err, c.says)
		}
	}
	// Without sslmode: this server has no TLS, and nobody asked for it.
	s, err := store.Open(t.Context(), store.Config{DatabaseURL: strings.Replace(url, "?sslmode=disable", "", 1)})
	if err != nil {
		t.Fatalf("without sslmode: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := store.Open(t.Context(),
		store.Config{DatabaseURL: strings.Replace(url, "disable", "require", 1)}); err == nil {
		t.Error("sslmode=require: opened without TLS")
	}
}

// TestReadsOnAPoolOfOne has many readers share one connection. Those that do
// not get it in time, on a busy machine, ask again; if one were never given
// back, nobody would get it.
func TestReadsOnAPoolOfOne(t *testing.T) {
	run := func(t *testing.T, f *fixture) {
		id := f.create(t, external).AuditID
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				_, err := f.Progress(t.Context(), id)
				for tries := 0; errors.Is(err, store.ErrTimeout) && tries < 10; tries++ {
					_, err = f.Progress(t.Context(), id)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := f.Pools()[0].DB.Stats().MaxOpenConnections; got != 1 {
			t.Errorf("pool: got %d connections, want 1", got)
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); run(t, onSQLite(t, 1)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); run(t, onPostgres(t, 1)) })
}

func TestAfterClose(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		if err := f.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Ping(t.Context()); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got %v, want %v", err, store.ErrUnavailable)
		}
	})
}

func TestDeadlines(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ended, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		if _, err := f.Newest(ended, 1); !errors.Is(err, store.ErrTimeout) ||
			!errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no time left: got %v, want %v", err, store.ErrTimeout)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.Newest(cancelled, 1); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrTimeout) {
			t.Errorf("cancelled: got %v, want %v", err, context.Canceled)
		}
	})
}

func TestObserve(t *testing.T) {
	t.Parallel()
	var selects, failures atomic.Int64
	observe := func(operation string, _ time.Duration, err error) {
		if operation == "SELECT" {
			selects.Add(1)
		}
		if err != nil && operation == "SELECT" {
			failures.Add(1)
		}
	}
	s, err := store.Open(t.Context(), store.Config{DataDir: t.TempDir(), Observe: observe})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, bad := int64(0), int64(0)
	for range 5 { // the store has a query of its own now and then
		selects.Store(0)
		failures.Store(0)
		_, _ = s.Progress(t.Context(), 1)
		_ = s.Ping(t.Context())
		if got, bad = selects.Load(), failures.Load(); got == 2 && bad == 0 {
			return
		}
	}
	t.Errorf("observed %d selects, %d failed, want 2 and 0", got, bad)
}
