package main

import (
	"os/exec"
	"strings"
	"testing"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
)

// TestMigrateAdopt prints what it would do, does it, and has a server serve the rows. What
// is printed is a script that psql takes.
func TestMigrateAdopt(t *testing.T) {
	t.Parallel()
	psql := testkit.Program(t, "psql")
	for _, by := range []string{"--yes", "psql"} {
		url := pgtest.Database(t)
		command := func(input string) {
			t.Helper()
			cmd := exec.CommandContext(t.Context(), psql, "--no-psqlrc", "--quiet", url)
			cmd.Stdin = strings.NewReader(input)
			if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "ERROR") {
				t.Fatalf("%v: %s", err, out)
			}
		}
		command("CREATE TABLE audits (id serial PRIMARY KEY, status text, progress int, error_message text, geo_score int, " +
			"total_pages int); INSERT INTO audits (status, progress, total_pages) VALUES ('running', 40, 12);")
		env := map[string]string{"DATABASE_URL": url}
		script, err := runWith(t, env, "migrate", "adopt")
		if err != nil || !strings.Contains(script, "BEGIN;\n") || !strings.Contains(script, "rows to copy: 1;") {
			t.Fatalf("%v: %s", err, script)
		}
		script, _, _ = strings.Cut(script, "rows to copy") // the two outputs are one here
		if by == "psql" {
			command(script)
		} else if out, err := runWith(t, env, "migrate", "adopt", by); err != nil ||
			!strings.Contains(out, "done; rows copied: 1") {
			t.Fatalf("%v: %s", err, out)
		}
		p := start(t, "--database-url", url, "--workers", "0")
		if a := p.progress(1); a.Progress != 40 || a.TotalPages != 12 || a.URL != "audit 1" {
			t.Errorf("by %s: %+v", by, a)
		}
		out, err := runWith(t, env, "migrate", "adopt", "--yes")
		if exitCode(err) != exitFailed || !strings.Contains(err.Error(), "Atalaya's already") {
			t.Errorf("again: %v, %s", err, out)
		}
	}
	for _, args := range [][]string{{}, {"--database-url", "postgres://db/a", "audits"}} {
		if out, err := runWith(t, nil, append([]string{"migrate", "adopt"}, args...)...); exitCode(err) != exitUsage {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
	if out, err := runWith(t, nil, "migrate", "adopt", "--help"); err != nil || !strings.Contains(out, "Exit codes:") {
		t.Errorf("help: %v, %s", err, out)
	}
}
