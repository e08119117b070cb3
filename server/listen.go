package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

const (
	// unixPrefix, before an absolute path, makes --addr a unix socket.
	unixPrefix = "unix:"
	// fromSystemd as --addr takes the socket that systemd has opened: socket
	// activation (sd_listen_fds(3)).
	fromSystemd = "systemd"
	// firstPassed is the descriptor of the first socket that systemd passes.
	firstPassed = 3
	// socketMode lets the owner and the group of a unix socket connect: give the proxy
	// that group.
	socketMode fs.FileMode = 0o660
)

// checkAddr refuses an --addr that cannot be listened on. Whether others reach it without
// signing in is looked at once it is open; see [Config.invite].
func (c *Config) checkAddr() error {
	if c.Addr == fromSystemd {
		return nil
	}
	if path, ok := strings.CutPrefix(c.Addr, unixPrefix); ok {
		if !strings.HasPrefix(path, "/") {
			return fmt.Errorf("--addr is %q, but a unix socket has an absolute path, such as unix:/run/atalaya.sock", c.Addr)
		}
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("--addr is %q, but must be host:port, such as 127.0.0.1:8000", c.Addr)
	}
	return nil
}

// checkPassed reports whether systemd passed this process one socket.
func checkPassed(getenv func(string) string, pid int) error {
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if err != nil || n < 1 || getenv("LISTEN_PID") != strconv.Itoa(pid) {
		return errors.New("--addr is systemd, but systemd passed no socket: start the .socket unit, not the program")
	}
	if n > 1 {
		return fmt.Errorf("systemd passed %d sockets, but one is served: leave one ListenStream= in the .socket unit", n)
	}
	return nil
}

// listener opens what --addr says.
func (c *Config) listener(ctx context.Context) (net.Listener, error) {
	if c.Addr == fromSystemd {
		return passedListener()
	}
	if path, ok := strings.CutPrefix(c.Addr, unixPrefix); ok {
		return listenUnix(ctx, path)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return nil, listenError("--addr", c.Addr, err)
	}
	return l, nil
}

// passedListener takes the socket of systemd.
func passedListener() (net.Listener, error) {
	file := os.NewFile(firstPassed, fromSystemd)
	defer file.Close() // the listener has a duplicate
	l, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("the socket that systemd passed cannot be served: %w", err)
	}
	return l, nil
}

// listenUnix makes a socket at path, in the place of one that a killed server left.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if errors.Is(err, syscall.EADDRINUSE) && isAbandoned(ctx, path) && os.Remove(path) == nil {
		l, err = new(net.ListenConfig).Listen(ctx, "unix", path)
	}
	if err != nil {
		return nil, listenError("--addr", unixPrefix+path, err)
	}
	if err := os.Chmod(path, socketMode); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("--addr %s%s: %w", unixPrefix, path, err)
	}
	return l, nil
}

// isAbandoned reports whether path is a socket on which nobody listens.
func isAbandoned(ctx context.Context, path string) bool {
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != fs.ModeSocket {
		return false
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		_ = conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// listenError says why the address that a flag gives cannot be had.
func listenError(flag, addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program; give another %s", addr, flag)
	}
	return fmt.Errorf("cannot listen on %s: %w", addr, err)
}
