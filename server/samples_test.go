package main

import (
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// workerDir has the samples of workers.
const workerDir = "worker/samples"

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
