//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Kill ends the server's first process as the kernel would, without a word to
// the others, which notice within moments. [Server.Revive] starts it again.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(s.admin.Close(), s.cmd.Process.Kill()); err != nil {
		t.Fatalf("pgtest: kill: %v", err)
	}
	<-s.done
}

// Revive starts a server that was killed, at the same address. It waits for
// what is left of the old one: as long as one of its processes lives, the data
// are not given to another.
func (s *Server) Revive(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(startWithin)
	for {
		err := s.Start()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal(err)
		}
	}
}

// Demote restarts the server as a standby, which the primary of yesterday is after a
// failover: it answers, and takes no writes. [Server.Promote] makes it primary again.
func (s *Server) Demote(t testing.TB) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s.put(t, "standby.signal", nil)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
}

// Promote makes a standby the primary, and waits until it is.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.Exec(t, "SELECT pg_promote()")
}

// Encrypt restarts the server with a certificate and its key, after which it takes
// connections with TLS and without. It returns the path of the certificate.
func (s *Server) Encrypt(t testing.TB, certificate, key []byte) (path string) {
	t.Helper()
	path = s.put(t, "server.crt", certificate)
	s.put(t, "server.key", key)
	s.Exec(t, "ALTER SYSTEM SET ssl = on")
	s.Restart(t)
	return path
}

// put writes a file that belongs to the server into its data directory.
func (s *Server) put(t testing.TB, name string, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(s.data(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	if s.as != nil {
		if err := os.Chown(path, int(s.as.Uid), int(s.as.Gid)); err != nil {
			t.Fatalf("pgtest: %v", err)
		}
	}
	return path
}

// Freeze stops every process of the server, so that it neither answers nor goes
// away: connections stay open, and new ones are accepted by the kernel alone.
// thaw lets it go on; it may be called again, and is, at the end of the test.
func (s *Server) Freeze(t testing.TB) (thaw func()) {
	t.Helper()
	if _, err := s.processes(); err != nil { // so that no connection has to be made below
		t.Fatal(err)
	}
	first := s.cmd.Process.Pid
	stopped := []int{first}
	thaw = func() {
		for _, pid := range stopped {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
		stopped = nil
	}
	t.Cleanup(thaw)
	if err := syscall.Kill(first, syscall.SIGSTOP); err != nil { // from here on no process is added
		t.Fatalf("pgtest: freeze: %v", err)
	}
	rest, err := s.processes()
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range rest {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatalf("pgtest: freeze %d: %v", pid, err)
		}
		stopped = append(stopped, pid)
	}
	return thaw
}

// processes lists what the server's first process has started.
func (s *Server) processes() (pids []int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	rows, err := s.admin.QueryContext(ctx, "SELECT pid FROM pg_stat_activity")
	if err != nil {
		return nil, fmt.Errorf("pgtest: processes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			return nil, fmt.Errorf("pgtest: processes: %w", err)
		}
		pids = append(pids, pid)
	}
	return pids, rows.Err()
}
