package store_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"atalaya/shared"
)

// seen is what a foreign statement must leave in a row.
type seen struct {
	status    shared.Status
	progress  int
	geoScore  *int
	attempt   int
	started   bool
	finished  bool
	workerSee bool
}

func (f *fixture) seen(t *testing.T, id int64) seen {
	p := f.progress(t, id)
	return seen{
		p.Status, p.Progress, p.GeoScore, p.Attempt, p.StartedAt != nil, p.FinishedAt != nil, p.WorkerSeenAt != nil,
	}
}

// TestPlainWorker runs the life of an audit that a worker writes in plain SQL.
func TestPlainWorker(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		pending := seen{status: shared.StatusPending}
		for _, step := range []struct {
			sql  string
			want seen
		}{
			{"INSERT INTO audits (url) VALUES ('https://example.org/')", pending},
			{"UPDATE audits SET message = 'in the queue' WHERE id = 1", pending},
			{"UPDATE audits SET progress = 40 WHERE id = 1", seen{shared.StatusRunning, 40, nil, 1, true, false, true}},
			{"UPDATE audits SET progress = 40, total_pages = 12 WHERE id = 1", seen{shared.StatusRunning, 40, nil, 1, true, false, true}},
			{"UPDATE audits SET progress = 5, attempt = attempt + 1 WHERE id = 1",
				seen{shared.StatusRunning, 5, nil, 2, true, false, true}},
			{"UPDATE audits SET status = 'completed', geo_score = 80 WHERE id = 1",
				seen{shared.StatusCompleted, 100, ptr(80), 2, true, true, true}},
		} {
			f.sql(t, step.sql)
			if got := f.seen(t, 1); !same(got, step.want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", step.sql, got, step.want)
			}
		}
		if got := f.progress(t, 1).Kind; got != shared.KindExternal {
			t.Errorf("kind: got %s, want %s", got, shared.KindExternal)
		}
	})
}

func TestPlainWorkerShortcuts(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for i, c := range []struct {
			sql  string
			want seen
		}{
			{"INSERT INTO audits (url, progress) VALUES ('a', 40)", seen{shared.StatusRunning, 40, nil, 1, true, false, false}},
			{"INSERT INTO audits (url, status) VALUES ('a', 'running')", seen{shared.StatusRunning, 0, nil, 1, true, false, false}},
			{"INSERT INTO audits (url, status, geo_score) VALUES ('a', 'completed', 9)",
				seen{shared.StatusCompleted, 100, ptr(9), 0, true, true, false}},
			{"INSERT INTO audits (url, status, stage) VALUES ('a', 'failed', 'crawl')",
				seen{shared.StatusFailed, 0, nil, 0, false, true, false}},
			{"INSERT INTO audits (url, status, finished_at) VALUES ('a', 'pending', '2020-01-01 00:00:00+00:00')",
				seen{status: shared.StatusPending}},
			{"INSERT INTO audits (url, kind, progress) VALUES ('a', 'site', 40)", seen{status: shared.StatusPending, progress: 40}},
		} {
			f.sql(t, c.sql)
			if got := f.seen(t, int64(i+1)); !same(got, c.want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", c.sql, got, c.want)
			}
		}
		if got := f.progress(t, 4).Stage; got != shared.StageNone {
			t.Errorf("stage of an ended audit: got %q, want none", got)
		}
	})
}

// TestRefusals checks that the database itself refuses what breaks the contract,
// in words that say what is wrong, and leaves the row as it was.
func TestRefusals(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO audits (url, progress) VALUES ('a', 50)")
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('b', 'completed')")
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('c', 'cancelled')")
		before := []shared.AuditProgress{f.progress(t, 1), f.progress(t, 2), f.progress(t, 3)}
		for _, c := range []struct{ sql, says string }{
			{"UPDATE audits SET progress = 101 WHERE id = 1", "atalaya: progress is 0 to 100"},
			{"UPDATE audits SET progress = -1, attempt = 9 WHERE id = 1", "atalaya: progress is 0 to 100"},
			{"UPDATE audits SET progress = 49 WHERE id = 1", "does not fall within an attempt"},
			{"UPDATE audits SET progress = 100 WHERE id = 1", "is 100 only when status is completed"},
			{"UPDATE audits SET status = 'done' WHERE id = 1", "atalaya: status is unknown"},
			{"UPDATE audits SET kind = 'other' WHERE id = 1", "atalaya: kind is site or external"},
			{"UPDATE audits SET stage = 'lunch' WHERE id = 1", "atalaya: stage is unknown"},
			{"UPDATE audits SET geo_score = 80 WHERE id = 1", "atalaya: geo_score is set only when completed"},
			{"UPDATE audits SET status = 'completed', geo_score = 101 WHERE id = 1", "atalaya: geo_score is 0 to 100"},
			{"UPDATE audits SET message = '" + strings.Repeat("é", 201) + "' WHERE id = 1", "atalaya: message has at most 200 characters"},
			{"UPDATE audits SET total_pages = -1 WHERE id = 1", "atalaya: counts are 0 or more"},
			{"UPDATE audits SET attempt = 0 WHERE id = 1", "does not fall"},
			{"UPDATE audits SET url = '' WHERE id = 1", "atalaya: url is 1 to 2048 bytes"},
			{"UPDATE audits SET id = 9 WHERE id = 1", "does not change"},
			{"UPDATE audits SET message = 'late' WHERE id = 2", "completed and final"},
			{"UPDATE audits SET status = 'running' WHERE id = 2", "completed and final"},
			{"UPDATE audits SET progress = 3 WHERE id = 3", "cancelled and final"},
			{"INSERT INTO audits (url, progress) VALUES ('d', 100)", "is 100 only when status is completed"},
			{"INSERT INTO audits (id, url) VALUES (0, 'd')", "atalaya: id is 1 or more"},
			{"INSERT INTO audits (id, url) VALUES (9007199254740992, 'd')", "atalaya: id is 1 to 9007199254740991"},
			{"INSERT INTO audits (id, url) VALUES (9223372036854775807, 'd')", "atalaya: id is 1 to 9007199254740991"},
			{"INSERT INTO audits (id, url, progress) VALUES (1, 'a', 3) ON CONFLICT (id) DO UPDATE SET progress = EXCLUDED.progress",
				"does not fall within an attempt"},
			{"INSERT INTO audits (id, url, status) VALUES (2, 'b', 'running') ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status",
				"completed and final"},
		} {
			err := f.try(t, c.sql)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %v, want %q", c.sql, err, c.says)
			}
		}
		after := []shared.AuditProgress{f.progress(t, 1), f.progress(t, 2), f.progress(t, 3)}
		if !equal(before, after) {
			t.Errorf("rows changed:\ngot  %+v\nwant %+v", after, before)
		}
		f.sql(t, "UPDATE audits SET message = '"+strings.Repeat("é", 200)+"' WHERE id = 1")
		// What was refused took no id, and what meets a row without touching it is no error.
		f.sql(t, "INSERT INTO audits (id, url) VALUES (2, 'e') ON CONFLICT (id) DO NOTHING")
		f.sql(t, "INSERT INTO audits (id, url, progress) VALUES (1, 'a', 60) ON CONFLICT (id) DO UPDATE SET progress = EXCLUDED.progress")
		if p := f.progress(t, 1); p.Progress != 60 {
			t.Errorf("ON CONFLICT DO UPDATE: got progress %d, want 60", p.Progress)
		}
		if id := f.create(t, external).AuditID; id > 1000 {
			t.Errorf("the next audit has id %d", id)
		}
	})
}

// TestReplaceIsRefused checks that no form of SQLite's REPLACE takes a row away:
// it would run no trigger of UPDATE or DELETE, so readers would not learn of it.
func TestReplaceIsRefused(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	f.sql(t, "INSERT INTO audits (url, progress, idempotency_key) VALUES ('a', 50, 'key 1')")
	f.sql(t, "INSERT INTO audits (url, status, idempotency_key) VALUES ('b', 'completed', 'key 2')")
	f.sql(t, "INSERT INTO audits (url) VALUES ('c')")
	f.sql(t, "INSERT OR IGNORE INTO audits (id, url) VALUES (2, 'd')")
	before := f.everyRow(t, f.columns(t))
	for _, c := range []struct{ sql, says string }{
		{"REPLACE INTO audits (id, url, progress) VALUES (1, 'a', 10)", "an audit is updated, not replaced"},
		{"INSERT OR REPLACE INTO audits (id, url, progress) VALUES (1, 'a', 60)", "an audit is updated, not replaced"},
		{"INSERT OR REPLACE INTO audits (id, url) VALUES (2, 'b')", "has ended and is final"},
		{"INSERT OR REPLACE INTO audits (url, idempotency_key) VALUES ('d', 'key 1')", "an audit is updated, not replaced"},
		{"INSERT OR REPLACE INTO audits (url, idempotency_key) VALUES ('d', 'key 2')", "has ended and is final"},
		{"INSERT OR REPLACE INTO audits (id, url, idempotency_key) VALUES (3, 'd', 'key 2')", "has ended and is final"},
		{"UPDATE OR REPLACE audits SET idempotency_key = 'key 2' WHERE id = 3", "the idempotency key is another audit's"},
		{"UPDATE OR REPLACE audits SET id = 2 WHERE id = 3", "the id of an audit does not change"},
	} {
		err := f.try(t, c.sql)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", c.sql, err, c.says)
		}
	}
	if after := f.everyRow(t, f.columns(t)); after != before {
		t.Errorf("rows changed:\ngot  %s\nwant %s", after, before)
	}
	f.sql(t, "INSERT OR REPLACE INTO audits (id, url, idempotency_key) VALUES (9, 'e', 'key 3')") // replaces nothing
}

// TestRevisionOnlyOnVisibleChange checks that a revision moves exactly when a
// reader would see something else.
func TestRevisionOnlyOnVisibleChange(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO audits (url, progress) VALUES ('a', 50)")
		f.sql(t, "INSERT INTO audits (url, status) VALUES ('b', 'failed')")
		const when = "'2026-03-04 05:06:07.000+00:00'"
		for _, c := range []struct {
			set   string
			moves bool
		}{
			{"progress = 51", true},
			{"progress = 51", false},
			{"message = 'x'", true},
			{"message = 'x', url = url, progress = progress", false},
			{"worker_seen_at = " + when, false},
			{"lease_owner = 'w', lease_until = " + when, false},
			{"cancel_requested = 'true'", false},
			{"leases_lost = 3", false},
			{"max_depth = 3", false},
			{"revision = 1", false},
			{"updated_at = " + when, false},
			{"revision = 1, lease_owner = 'v', updated_at = " + when, false},
			{"revision = 1, message = 'y'", true},
			{"activity = '{}'", true},
			{"responses_2xx = 4", true},
			{"partial = NOT partial", true},
		} {
			set := c.set
			if f.Dialect() == "sqlite" {
				set = strings.Replace(set, "'true'", "1", 1)
			}
			before := f.progress(t, 1)
			f.sql(t, "UPDATE audits SET "+set+" WHERE id = 1")
			after := f.progress(t, 1)
			if got := after.Revision > before.Revision; got != c.moves || after.Revision < before.Revision {
				t.Errorf("%s: revision %d to %d, want a move %v", c.set, before.Revision, after.Revision, c.moves)
			}
			if !c.moves && after.UpdatedAt != before.UpdatedAt {
				t.Errorf("%s: updated_at moved", c.set)
			}
		}
		// An ended audit keeps what is not visible open.
		f.sql(t, "UPDATE audits SET lease_owner = NULL, worker_seen_at = "+when+" WHERE id = 2")
	})
}

// TestDeleteStatement checks that a row deleted by foreign SQL is told to readers.
func TestDeleteStatement(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO audits (url) VALUES ('a'), ('b')")
		cursor := f.now(t)
		f.sql(t, "DELETE FROM audits WHERE id = 1")
		_, deleted, _ := f.changes(t, cursor)
		if !equal(deleted, []int64{1}) {
			t.Errorf("deleted: got %v, want [1]", deleted)
		}
		newest, err := f.Newest(t.Context(), 10)
		if err != nil || len(newest) != 1 || newest[0].AuditID != 2 {
			t.Errorf("left: got %v, %v, want audit 2", newest, err)
		}
		f.sql(t, "DELETE FROM audits WHERE id = 1")
		if got := f.text(t, "SELECT count(*) FROM audits"); got != "1" {
			t.Errorf("rows after the second DELETE: got %s, want 1", got)
		}
	})
}

// TestOrdinaryRole runs a worker with the rights that the documentation names.
func TestOrdinaryRole(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	role := "worker_" + f.text(t, "SELECT current_database()")
	f.sql(t, "CREATE ROLE "+role)
	f.sql(t, "GRANT SELECT, INSERT, UPDATE ON audits TO "+role)
	f.foreign.SetMaxOpenConns(1) // SET ROLE holds for one connection
	f.sql(t, "SET ROLE "+role)
	cursor := f.now(t)
	f.sql(t, "INSERT INTO audits (url) VALUES ('a')")
	f.sql(t, "UPDATE audits SET progress = 40 WHERE id = 1")
	f.sql(t, "UPDATE audits SET status = 'completed', geo_score = 80 WHERE id = 1")
	changed, _, _ := f.changes(t, cursor)
	if want := map[int64]int64{1: 3}; !equal(changed, want) {
		t.Errorf("changes: got %v, want %v", changed, want)
	}
	if err := f.try(t, "DELETE FROM audits"); err == nil {
		t.Error("a role without DELETE deleted")
	}
}

// TestShell writes with another build of SQLite in another process.
func TestShell(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sqlite3")
	if err != nil {
		t.Skip("the sqlite3 shell is not installed")
	}
	f := onSQLite(t, 0)
	cursor := f.now(t)
	run := func(sql string) (string, error) {
		out, err := exec.CommandContext(t.Context(), shell, filepath.Join(f.config.DataDir, "atalaya.db"),
			".timeout 5000", sql).CombinedOutput()
		return string(out), err
	}
	for _, sql := range []string{
		"INSERT INTO audits (url) VALUES ('a'); UPDATE audits SET progress = 40 WHERE id = 1;",
		"PRAGMA recursive_triggers = 1; UPDATE audits SET status = 'completed', geo_score = 80 WHERE id = 1;",
	} {
		if out, err := run(sql); err != nil {
			t.Fatalf("%s: %v: %s", sql, err, out)
		}
	}
	for sql, says := range map[string]string{
		"UPDATE audits SET progress = 3;":                             "atalaya: this audit is completed and final",
		"REPLACE INTO audits (id, url) VALUES (1, 'b');":              "atalaya: this audit has ended and is final",
		"INSERT INTO audits (url, progress) VALUES ('b', 'many');":    "cannot store TEXT value in INTEGER column audits.progress",
		"INSERT INTO audits (url, status) VALUES ('b', 'yesterday');": "atalaya: status is unknown",
	} {
		if out, err := run(sql); err == nil || !strings.Contains(out, says) {
			t.Errorf("%s: got %q, %v, want %q", sql, out, err, says)
		}
	}
	if got, want := f.seen(t, 1), (seen{shared.StatusCompleted, 100, ptr(80), 1, true, true, true}); !same(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if changed, _, _ := f.changes(t, cursor); !equal(changed, map[int64]int64{1: 3}) {
		t.Errorf("changes: got %v, want audit 1 at revision 3", changed)
	}
}
