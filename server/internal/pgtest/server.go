//go:build unix

package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun/driver/pgdriver"

	"atalaya/server/internal/testkit"
)

// startWithin bounds initdb and each start of the server.
const startWithin = 30 * time.Second

// Server is a running PostgreSQL cluster of this process.
type Server struct {
	bin     string
	dir     string
	port    int
	version int
	durable bool
	as      *syscall.Credential // nil: the user of the test
	admin   *sql.DB             // one connection as superuser, as long as the server runs

	mu   sync.Mutex
	cmd  *exec.Cmd
	done <-chan error
}

// Start starts a cluster for a program that is not a test; the caller closes
// it. A durable one waits for the disk at each commit and cleans up after itself, as a
// real one does.
func Start(durable bool) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, version: version(bin), durable: durable}
	if s.as, err = testkit.Unprivileged(); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

// prepare makes the data directory and finds a free port. The directory lies
// directly in the system's temporary one: a socket path has a limit of 107 bytes,
// and the server's user must be able to reach it.
func (s *Server) prepare() error {
	dir, err := os.MkdirTemp("", "atalaya-pg")
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.dir = dir
	if s.as != nil {
		if err := os.Chown(dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	if s.port, err = testkit.FreePort(ctx); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	initdb := s.command(ctx, "initdb", "-D", s.data(), "-U", "postgres", "-A", "trust",
		"--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return cmd
}

// Start starts the server, which must not be running, and waits until it
// answers.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer log.Close()
	cmd := s.command(context.Background(), "postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-k", s.dir)
	settings := []string{"listen_addresses=127.0.0.1", "max_connections=100", "shared_buffers=32MB"}
	if !s.durable {
		settings = append(settings, "fsync=off", "full_page_writes=off", "autovacuum=off")
	}
	for _, setting := range settings {
		cmd.Args = append(cmd.Args, "-c", setting)
	}
	cmd.Stdout, cmd.Stderr = log, log
	testkit.EndWithParent(cmd.SysProcAttr)
	done, err := testkit.StartOnThread(cmd)
	if err != nil {
		return fmt.Errorf("pgtest: start: %w", err)
	}
	s.cmd, s.done = cmd, done
	for deadline := time.Now().Add(startWithin); !s.ready(); {
		select {
		case err := <-s.done:
			out, _ := os.ReadFile(log.Name())
			return fmt.Errorf("pgtest: postgres ended: %v: %s", err, out)
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return errors.Join(errors.New("pgtest: postgres is not ready"), s.cmd.Process.Kill())
		}
	}
	s.admin = sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(s.URL("postgres")), pgdriver.WithReadTimeout(startWithin)))
	s.admin.SetMaxOpenConns(1)
	return nil
}

// ready reads what the server says of itself: its pid on the first line of
// postmaster.pid, its state on the eighth.
func (s *Server) ready() bool {
	b, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(b), "\n")
	if len(lines) < 8 || strings.TrimSpace(lines[0]) != strconv.Itoa(s.cmd.Process.Pid) {
		return false
	}
	state := strings.TrimSpace(lines[7])
	return state == "ready" || state == "standby"
}

// Stop ends the server at once, as a crash would, and waits until it is gone.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(s.admin.Close(), s.cmd.Process.Signal(syscall.SIGQUIT)); err != nil {
		return fmt.Errorf("pgtest: stop: %w", err)
	}
	select {
	case <-s.done: // its exit status says only that it was told to quit
		return nil
	case <-time.After(startWithin):
		return errors.Join(errors.New("pgtest: postgres does not stop"), s.cmd.Process.Kill())
	}
}

// Restart stops the server as a crash would and starts it again.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := errors.Join(s.Stop(), s.Start()); err != nil {
		t.Fatal(err)
	}
}

// Close stops the server and removes everything it wrote.
func (s *Server) Close() error { return errors.Join(s.Stop(), os.RemoveAll(s.dir)) }

var digits = regexp.MustCompile(`\d+`)

func binaries() (string, error) {
	candidates := []string{os.Getenv("ATALAYA_PG_BIN")}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		candidates = append(candidates, strings.TrimSpace(string(out)))
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(debian, func(a, b string) int { return number(b) - number(a) })
	candidates = append(candidates, debian...)
	if path, err := exec.LookPath("initdb"); err == nil {
		candidates = append(candidates, filepath.Dir(path))
	}
	for _, dir := range candidates {
		if dir != "" && executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errors.New("pgtest: no PostgreSQL server found: install the package postgresql " +
		"(13 or newer), or name the folder of initdb and postgres in ATALAYA_PG_BIN")
}

func number(s string) int {
	n, _ := strconv.Atoi(digits.FindString(s))
	return n
}

func version(bin string) int {
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	return number(string(out))
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
