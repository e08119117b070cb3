package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"atalaya/shared"
)

// overUnix has the process be asked through its socket.
func (p *process) overUnix(path string) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	p.http = &http.Client{Transport: &http.Transport{DialContext: dial}}
	p.url = "http://localhost"
}

// TestUnixSocket serves everything over a socket that a killed server has left.
func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.sock")
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--addr", "unix:"+path, "--insecure-no-auth", "--max-streams-per-ip", "1")
	if p.url != "unix:"+path {
		t.Errorf("the server says it is at %s", p.url)
	}
	p.kill()
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != socketMode {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	p.overUnix(path)
	a := p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(a.AuditID), "")
	if _, err := s.NextProgress(); err != nil {
		t.Fatal(err)
	}
	p.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":40}`)
	if got, err := s.NextProgress(); err != nil || got.Progress != 40 {
		t.Errorf("a stream over the socket: %+v, %v", got, err)
	}
	if _, err := listenUnix(t.Context(), path); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second server: %v", err)
	}
	if status, _ := p.request("POST", shared.PathAudits, `{"url":"http://127.0.0.1/"}`); status != 422 {
		t.Errorf("a private target, asked for by whoever the proxy lets in: %d", status)
	}
	p.stop()
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is left behind")
	}
}

func TestUnixSocketLeavesFilesAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	put(t, path, []byte("data"))
	if _, err := listenUnix(t.Context(), path); err == nil {
		t.Error("a file became a socket")
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "data" {
		t.Errorf("the file holds %q, %v", data, err)
	}
}

// activate is a program that runs the server as systemd does, with the files of a
// process from descriptor 3 on.
func activate(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "activate")
	script := fmt.Sprintf("#!/bin/sh\nLISTEN_PID=$$ LISTEN_FDS=1 exec '%s' \"$@\"\n", os.Args[0])
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSystemdSocket hands sockets over, of which one can be reached from elsewhere.
func TestSystemdSocket(t *testing.T) {
	for addr, refused := range map[string]bool{"127.0.0.1:0": false, "0.0.0.0:0": true} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		socket, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close(); socket.Close() })
		cmd := exec.CommandContext(t.Context(), activate(t), "--addr", "systemd", "--data-dir", t.TempDir(), "--workers", "0")
		cmd.Env, cmd.ExtraFiles = append(os.Environ(), asProgram+"=1"), []*os.File{socket}
		if refused {
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--insecure-no-auth") {
				t.Errorf("%s: %v, %s", addr, err, out)
			}
			continue
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The kernel lets the request wait until the server accepts.
		res, err := http.Get("http://" + l.Addr().String() + shared.PathHealth)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("%s: %s", addr, res.Status)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

func TestPassedSockets(t *testing.T) {
	self := strconv.Itoa(os.Getpid())
	for _, tc := range []struct{ pid, fds, says string }{
		{self, "1", ""},
		{self, "2", "one is served"},
		{self, "0", "passed no socket"},
		{self, "", "passed no socket"},
		{"1", "1", "passed no socket"}, // for another process
		{"", "", "passed no socket"},
	} {
		err := checkPassed(func(name string) string {
			return map[string]string{"LISTEN_PID": tc.pid, "LISTEN_FDS": tc.fds}[name]
		}, os.Getpid())
		if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%+v: %v", tc, err)
		}
	}
}
