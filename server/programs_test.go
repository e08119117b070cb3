package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// programDir has the programs of testdata/programs with the libraries they use; make tools
// brings them there.
const programDir = "../bin/programs"

// streamPrograms follow an audit with the clients that others wrote: how each is started, but
// for the address of the stream.
var streamPrograms = map[string][]string{
	"curl":                           {"bash", "follow.sh"},
	"npm's eventsource":              {"node", "eventsource.mjs"},
	"npm's eventsource-client":       {"node", "eventsource-client.mjs"},
	"npm's launchdarkly-eventsource": {"node", "launchdarkly-eventsource.mjs"},
	"Go's r3labs/sse":                {"bin/r3labs"},
	"Go's tmaxmax/go-sse":            {"bin/gosse"},
}

// TestProgramsFollow has each program follow an audit to its end, over a connection that
// is cut and a server that is killed. It shows every state once, which it can only if it
// comes back with Last-Event-ID, and stops at the 204.
func TestProgramsFollow(t *testing.T) {
	t.Parallel()
	needPrograms(t)
	for name, command := range streamPrograms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--heartbeat", "1s")
			way := relayTo(t, strings.TrimPrefix(s.url, "http://"))
			id := s.create(`{"url":"x","kind":"external"}`).AuditID
			lines := runProgram(t, command, "http://"+way.addr+shared.PathStream(id))
			shows(t, s, id, lines)

			s.advance(id, 10)
			shows(t, s, id, lines)
			way.reset()
			comesBack(t, way, 2)
			s.advance(id, 20)
			shows(t, s, id, lines)

			s.kill()
			if err := s.launch(); err != nil {
				t.Fatal(err)
			}
			s.advance(id, 30)
			shows(t, s, id, lines)

			s.request("PATCH", shared.PathProgress(id), `{"status":"completed"}`)
			shows(t, s, id, lines)
			if got := next(t, lines); got != "followed" {
				t.Errorf("after the end it shows %q, want that it stops", got)
			}
		})
	}
}

// needPrograms skips a test where the programs are not here, unless all of them have to be.
func needPrograms(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(programDir); errors.Is(err, fs.ErrNotExist) && os.Getenv("ATALAYA_REQUIRE_ALL") == "" {
		t.Skip("the programs are not here; make tools installs them")
	}
}

// advance sets the percentage of an external audit.
func (p *process) advance(id int64, progress int) {
	p.t.Helper()
	p.request("PATCH", shared.PathProgress(id), fmt.Sprintf(`{"progress":%d}`, progress))
}

// runProgram starts a program on a stream and returns its lines; they end when it does.
func runProgram(t *testing.T, command []string, url string) <-chan string {
	t.Helper()
	path, err := exec.LookPath(command[0])
	if strings.Contains(command[0], "/") {
		path, err = filepath.Abs(filepath.Join(programDir, command[0]))
	}
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path, append(command[1:], url)...)
	c.Dir = programDir
	return linesOf(t, c)
}

// linesOf starts a program and returns its lines; they end when it does.
func linesOf(t *testing.T, c *exec.Cmd, env ...string) <-chan string {
	t.Helper()
	c.Stderr = &testkit.LogBuffer{}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, c, t.TempDir(), env...)
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(out); in.Scan(); {
			lines <- in.Text()
		}
	}()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("its errors:\n%s", c.Stderr)
		}
	})
	return lines
}

// shows waits until a program has shown the state that an audit has, and nothing before.
func shows(t *testing.T, s *process, id int64, lines <-chan string) {
	t.Helper()
	state := s.progress(id)
	if got, want := next(t, lines), fmt.Sprintf("%d %d", state.Revision, state.Progress); got != want {
		t.Fatalf("the program shows %q, want %q", got, want)
	}
}

func next(t *testing.T, lines <-chan string) string {
	t.Helper()
	select {
	case line, ok := <-lines:
		if !ok {
			t.Fatal("the program has ended")
		}
		return line
	case <-time.After(30 * time.Second):
		t.Fatal("the program shows nothing for 30 s")
	}
	panic("unreachable")
}

// comesBack waits for the n-th connection through a relay.
func comesBack(t *testing.T, way *faultRelay, n int) {
	t.Helper()
	testkit.Eventually(t, 30*time.Second, fmt.Sprintf("connection %d", n), func() bool {
		links := 0
		way.each(func(*link) { links++ })
		return links >= n
	})
}
