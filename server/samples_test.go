package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// workerDir has the samples of workers, clientDir those of clients.
const (
	workerDir = "worker/samples"
	clientDir = "samples"
)

// TestWorkerSamples has each sample of a worker do an audit, with the rights of a worker and
// no more, while somebody watches it to its end.
func TestWorkerSamples(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	for name, command := range map[string]func(t *testing.T, id string) *exec.Cmd{
		"Go": func(t *testing.T, _ string) *exec.Cmd {
			return exec.CommandContext(t.Context(), buildSample(t, workerDir), m.url)
		},
		"Python": func(t *testing.T, _ string) *exec.Cmd {
			return exec.CommandContext(t.Context(), testkit.Program(t, "python3"), filepath.Join(workerDir, "worker.py"), m.url)
		},
		"shell": func(t *testing.T, id string) *exec.Cmd {
			return exec.CommandContext(t.Context(), filepath.Join(workerDir, "worker.sh"), m.url, id)
		},
	} {
		t.Run(name, func(t *testing.T) { // one after the other: each takes up what waits
			id := m.startsAs("auditor")
			c := command(t, id)
			c.Env = append(os.Environ(), tokenVariable+"="+m.tokens["worker"])
			watchWorker(t, m.streamAs("viewer", "/sse/audits/"+id+"/progress"), c)
		})
	}
}

// TestWorkerSampleInSQL is the same beside the server, on its database, with a role that may do
// what the README says.
func TestWorkerSampleInSQL(t *testing.T) {
	t.Parallel()
	psql := testkit.Program(t, "psql")
	dsn := pgtest.Database(t)
	p := start(t, "--database-url", dsn, "--workers", "0")
	db := open(t, "pg", dsn)
	const role = "sample_worker"
	for _, statement := range []string{
		"CREATE ROLE " + role + " LOGIN", "GRANT SELECT, INSERT, UPDATE ON audits TO " + role,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	dropRoleAtTheEnd(t, db, role)
	id := p.create(`{"url":"x","kind":"external"}`).AuditID
	asWorker := strings.Replace(dsn, "postgres@", role+"@", 1)
	c := exec.CommandContext(t.Context(), psql, "--no-psqlrc", "-f", filepath.Join(workerDir, "worker.sql"), asWorker)
	watchWorker(t, p.stream(shared.PathStream(id), ""), c)
}

// dropRoleAtTheEnd leaves nothing to the other tests on the cluster.
func dropRoleAtTheEnd(t *testing.T, db *sql.DB, role string) {
	t.Helper()
	t.Cleanup(func() {
		_, err := db.Exec("DROP OWNED BY " + role + "; DROP ROLE " + role)
		if err != nil {
			t.Error(err)
		}
	})
}

// watchWorker runs a sample, and reads the stream of its audit until that ends.
func watchWorker(t *testing.T, s *ssetest.Reader, c *exec.Cmd) {
	t.Helper()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var last shared.AuditProgress
	for {
		state, err := s.NextProgress()
		if errors.Is(err, ssetest.ErrEnded) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		last = state
	}
	if last.Status != shared.StatusCompleted || last.GeoScore == nil || *last.GeoScore != 82 || last.TotalPages != 10 {
		t.Errorf("the audit ended as %+v", last)
	}
	if last.Message == nil || *last.Message != "reading page 9" {
		t.Errorf("its last message is %v", last.Message)
	}
}

// TestClientSamples has each sample of a client start an audit, follow it over a connection that
// is cut, and read the report. It comes back with what it has shown last (Last-Event-ID), and
// shows every state once.
func TestClientSamples(t *testing.T) {
	t.Parallel()
	needPrograms(t)
	m := newTeam(t, "--workers", "4", "--rate", "1000")
	for name, command := range map[string][]string{
		"Go":         {buildSample(t, clientDir)},
		"Python":     {testkit.Program(t, "python3"), filepath.Join(clientDir, "client.py")},
		"TypeScript": {testkit.Program(t, "node"), compileSample(t, filepath.Join(clientDir, "client.mts"))},
		"curl":       {filepath.Join(clientDir, "client.sh")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site, release := heldSite(t)
			way, streams := wayThatNotes(t, m.url)
			c := exec.Command(command[0], append(command[1:], way.URL, site)...)
			lines := linesOf(t, c, tokenVariable+"="+m.tokens["auditor"])
			await(t, streams)
			last := showsMore(t, lines, 0)
			way.CloseClientConnections()
			seen := await(t, streams)
			for id, _ := shared.ParseID(seen); last < id; { // shown before it was cut
				last = showsMore(t, lines, last)
			}
			if fmt.Sprint(last) != seen {
				t.Fatalf("it comes back with Last-Event-ID %q after revision %d", seen, last)
			}
			release()
			for last != ended {
				last = showsMore(t, lines, last)
			}
			if got := next(t, lines); !strings.HasPrefix(got, "score ") {
				t.Errorf("of the report it shows %q", got)
			}
		})
	}
}

// wayThatNotes is a way to a server, which tells with what Last-Event-ID each stream is asked for.
func wayThatNotes(t *testing.T, server string) (way *httptest.Server, streams <-chan string) {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	asked := make(chan string, 100)
	way = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, shared.PathStreams) {
			asked <- r.Header.Get("Last-Event-ID")
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { way.CloseClientConnections(); way.Close() })
	return way, asked
}

// await is the next stream that is asked for.
func await(t *testing.T, streams <-chan string) (lastEventID string) {
	t.Helper()
	select {
	case lastEventID = <-streams:
	case <-time.After(time.Minute):
		t.Fatal("no stream is asked for")
	}
	return lastEventID
}

// ended stands for the revision of an audit that has ended.
const ended = -1

// showsMore waits for the next state that a sample shows, and returns its revision, or that it
// was the last.
func showsMore(t *testing.T, lines <-chan string, before int64) (revision int64) {
	t.Helper()
	line := next(t, lines)
	var progress int
	var status shared.Status
	if _, err := fmt.Sscan(line, &revision, &progress, &status); err != nil || revision <= before {
		t.Fatalf("it shows %q after revision %d: %v", line, before, err)
	}
	if status.Terminal() {
		return ended
	}
	return revision
}

// heldSite is a site that has a page which comes when it is released.
func heldSite(t *testing.T) (url string, release func()) {
	t.Helper()
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			_, _ = io.WriteString(w, `<!doctype html><title>A site</title><a href="/held">more</a>`)
		case "/held":
			<-held
			_, _ = io.WriteString(w, `<!doctype html><title>A page</title>`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	t.Cleanup(release)
	return site.URL + "/", release
}

// buildSample builds the program in a folder.
func buildSample(t *testing.T, dir string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "sample")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./"+dir).CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	return program
}

// compileSample has TypeScript check a program strictly, and compile it.
func compileSample(t *testing.T, source string) (program string) {
	t.Helper()
	folder, packages := t.TempDir(), filepath.Join(programDir, "node_modules")
	out, err := exec.CommandContext(t.Context(), testkit.Program(t, "node"),
		filepath.Join(packages, "typescript", "bin", "tsc"), "--typeRoots", filepath.Join(packages, "@types"),
		"--types", "node", "--strict", "--noEmitOnError", "--target", "es2022", "--module", "nodenext",
		"--outDir", folder, source).CombinedOutput()
	if err != nil {
		t.Fatalf("tsc: %v: %s", err, out)
	}
	name := strings.TrimSuffix(filepath.Base(source), ".mts") + ".mjs"
	return filepath.Join(folder, name)
}

// streamAs reads a stream as somebody.
func (m *team) streamAs(who, path string) *ssetest.Reader {
	m.t.Helper()
	request := m.ask(path, "")
	authorize(request, m.tokens[who])
	s, err := ssetest.Open(m.t, m.http, request)
	if err != nil {
		m.t.Fatal(err)
	}
	if s.Status != 200 {
		m.t.Fatalf("stream %s: %d", path, s.Status)
	}
	return s
}
