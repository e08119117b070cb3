package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
)

// TestHealth asks servers of every kind of address, and one that is not there.
func TestHealth(t *testing.T) {
	t.Parallel()
	port := func() string { _, port, _ := strings.Cut(testkit.FreeAddr(t), ":"); return port }
	for name, args := range map[string][]string{
		"loopback":   {"--addr", testkit.FreeAddr(t)},
		"everywhere": {"--addr", ":" + port(), "--insecure-no-auth"},
		"any IPv4":   {"--addr", "0.0.0.0:" + port(), "--insecure-no-auth"},
		"unix":       {"--addr", "unix:" + filepath.Join(testkit.NewDaemon(t).Dir, "http.sock"), "--insecure-no-auth"},
		"TLS":        append(newIdentity(t, -time.Hour, time.Hour).write(t).flags(), "--addr", testkit.FreeAddr(t)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := runWith(t, nil, append([]string{"health"}, args...)...); exitCode(err) != exitFailed {
				t.Errorf("nobody there: %v, %s", err, out)
			}
			start(t, append(args, "--data-dir", t.TempDir(), "--workers", "0")...)
			if out, err := runWith(t, nil, append([]string{"health"}, args...)...); err != nil || out != "ready\n" {
				t.Errorf("got %q, %v", out, err)
			}
		})
	}
	for _, args := range [][]string{{"health", "now"}, {"health", "--addr", "systemd"}} {
		if out, err := runWith(t, nil, args...); exitCode(err) != exitUsage {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
}

// TestHealthOfAServerThatIsNotReady has somebody take the database away.
func TestHealthOfAServerThatIsNotReady(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "--data-dir", dir, "--workers", "0")
	addr := strings.TrimPrefix(p.url, "http://")
	file := filepath.Join(dir, "atalaya.db")
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, 10*time.Second, "the server is not ready", func() bool {
		_, err := runWith(t, nil, "health", "--addr", addr)
		return exitCode(err) == exitFailed && strings.Contains(err.Error(), "503") &&
			strings.Contains(err.Error(), "The database")
	})
}
