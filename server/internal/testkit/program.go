//go:build unix

package testkit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Program finds an installed program, in the folders of administrators too. Without it
// the test is skipped, or fails where everything is required.
func Program(t testing.TB, name string) string {
	t.Helper()
	for _, candidate := range []string{name, filepath.Join("/usr/sbin", name)} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" || os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
		t.Fatalf("%s is not installed; make tools installs it", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// Daemon is a program that another has written, such as a proxy, which runs as long as
// the test does.
type Daemon struct {
	Dir string // its own, which it may write to
	Log LogBuffer
}

// NewDaemon makes the folder of a daemon, for files of configuration.
func NewDaemon(t testing.TB) *Daemon {
	t.Helper()
	// Not t.TempDir, whose parent only the test's own user may enter.
	dir, err := os.MkdirTemp("", "atalaya-daemon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil { //nolint:gosec // the daemon is another user
		t.Fatal(err)
	}
	return &Daemon{Dir: dir}
}

// Write puts a file into the daemon's folder and returns its path.
func (d *Daemon) Write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(d.Dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // read by the daemon's user
		t.Fatal(err)
	}
	return path
}

// Start runs the daemon without privileges, waits until it listens on addr, and ends it
// with the test.
func (d *Daemon) Start(t testing.TB, addr, path string, args ...string) {
	t.Helper()
	as, err := Unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = d.Dir
	cmd.Stdout, cmd.Stderr = &d.Log, &d.Log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // its workers too
	EndWithParent(cmd.SysProcAttr)
	done, err := StartOnThread(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		<-done // the test's context has ended it
		if t.Failed() {
			t.Logf("the log of %s:\n%s", filepath.Base(path), d.Log.Tail(4_000))
		}
	})
	Eventually(t, time.Minute, filepath.Base(path)+" listens on "+addr, func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

// StartOnThread starts a program whose end arrives on done, and keeps one thread for its
// life: the kernel sends the signal of [EndWithParent] when the thread that started the
// child ends, not the process.
func StartOnThread(cmd *exec.Cmd) (done <-chan error, err error) {
	up, ended := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		up <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	return ended, <-up
}

// Unprivileged is whom to run a daemon as: nobody else, unless we are root.
func Unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("running as root, and there is no user postgres or nobody to run daemons as")
}

// FreeAddr is an address of loopback on which nobody listens, with a port from [FreePort].
func FreeAddr(t testing.TB) string {
	t.Helper()
	port, err := FreePort(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// FreePort is a port of loopback on which nobody listens. It is not one of those that
// kernels choose for connections, 32768 and up on Linux: such a connection may take it before
// the server does for which it is, or while that server is started again. Nor is it 10080,
// which browsers refuse to open.
func FreePort(ctx context.Context) (port int, err error) {
	for range 100 {
		port = 11_000 + rand.N(21_000)
		var l net.Listener
		if l, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("testkit: no free port: %w", err)
}
