//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	started atomic.Pointer[Server]
	cluster = sync.OnceValues(func() (*Server, error) {
		s, err := Start(false)
		started.Store(s)
		return s, err
	})
	databases atomic.Int64
)

// Main runs the tests of a binary and stops the cluster if one was started.
func Main(m *testing.M) int {
	code := m.Run()
	if s := started.Load(); s != nil {
		if err := s.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return max(code, 1)
		}
	}
	return code
}

// Cluster returns the binary's own server, started on first use. Without
// PostgreSQL it skips the test, or fails it where PostgreSQL is required.
func Cluster(t testing.TB) *Server {
	t.Helper()
	s, err := cluster()
	switch {
	case err == nil:
		return s
	case os.Getenv("CI") == "true" || os.Getenv("ATALAYA_REQUIRE_ALL") == "1":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return nil
}

// New starts a server of the test's own, for those that stop it. It ends with
// the test.
func New(t testing.TB) *Server {
	t.Helper()
	Cluster(t) // skips or fails
	s, err := Start(false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Database makes an empty database for one test and returns its URL. It is
// dropped when the test ends.
func Database(t testing.TB) string { return Cluster(t).Database(t, "template0") }

// Database makes a database for one test as a copy of template, which must have
// no connections, and returns its URL. It is dropped when the test ends.
func (s *Server) Database(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	strategy := ""
	if s.version >= 15 {
		strategy = " STRATEGY file_copy"
	}
	s.Exec(t, "CREATE DATABASE "+name+" TEMPLATE "+template+strategy)
	t.Cleanup(func() { s.Exec(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return s.URL(name)
}

// Template makes a database that is never dropped, lets fill change it through
// its URL, and leaves it free of connections, for use with [Server.Database].
func (s *Server) Template(t testing.TB, name string, fill func(url string)) {
	t.Helper()
	s.Exec(t, "CREATE DATABASE "+name+" TEMPLATE template0")
	fill(s.URL(name))
	s.Exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
}

// Tool runs a program of PostgreSQL, such as pg_dump, in a folder that the server's user
// may write to, and returns what it printed.
func (s *Server) Tool(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	cmd := s.command(t.Context(), name, args...)
	out, err := cmd.Output()
	if err != nil {
		var stderr []byte
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			stderr = exit.Stderr
		}
		t.Fatalf("pgtest: %s: %v: %s", name, err, stderr)
	}
	return out
}

// URL is the address of a database of the cluster for its superuser.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// Exec runs one statement as superuser in the database postgres.
func (s *Server) Exec(t testing.TB, statement string) {
	t.Helper()
	if err := s.exec(statement); err != nil {
		t.Fatalf("pgtest: %s: %v", firstWords(statement), err)
	}
}

func (s *Server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := s.admin.ExecContext(ctx, statement)
	return err
}

func firstWords(statement string) string {
	f := strings.Fields(statement)
	return strings.Join(f[:min(len(f), 3)], " ")
}
