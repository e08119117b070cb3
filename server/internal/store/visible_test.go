package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/server/internal/store/migrations"
)

const otherTime = "'2026-03-04 05:06:07.000+00:00'"

// otherValue is, for every column of audits, a value that a new row does not have.
var otherValue = map[string]string{
	"url": "'https://example.net/other'", "kind": "'site'", "status": "'running'", "stage": "'crawl'",
	"progress": "40", "message": "'half way'", "error_message": "'no answer'",
	"message_key": "'fetched'", "message_args": `'["a"]'`, "error_key": "'no-answer'", "error_args": `'["b"]'`,
	"geo_score": "81", "provisional_score": "82", "total_pages": "3", "discovered": "4", "seconds_left": "30", "page_limit": "5",
	"findings_error": "6", "findings_warning": "7", "findings_notice": "8",
	"responses_2xx": "9", "responses_3xx": "10", "responses_4xx": "11", "responses_5xx": "12",
	"responses_failed": "13",
	"attempt":          "2", "partial": "NOT partial", "stop_reason": "'page limit'",
	"previous":   `'{"audit_id":1,"geo_score":7,"errors":0,"finished_at":"2026-01-01T00:00:00.000Z","partial":false}'`,
	"activity":   `'{"stages":[],"pages":[],"top":[]}'`,
	"created_at": otherTime, "started_at": otherTime, "finished_at": otherTime,

	"max_depth": "6", "max_bytes": "7", "max_seconds": "8", "skip_ai_agents": "NOT skip_ai_agents", "rate": "2.5",
	"include_paths": "'/a/'", "exclude_paths": "'/b/'", "patched": "'7 x'",
	"worker_seen_at": otherTime, "lease_owner": "'w'", "lease_until": otherTime, "leases_lost": "1",
	"cancel_requested": "NOT cancel_requested", "idempotency_key": "'key'", "request_hash": "'hash'",
	"started_by": "7", "noticed": "NOT noticed",

	// The triggers own these: a write of them alone is taken back.
	"revision": "revision + 1000", "change_xid": "'3'", "updated_at": otherTime,
}

// exceptions are the columns whose change is neither visible nor hidden.
var exceptions = map[string]string{
	"id":           "names the row, so the triggers refuse a change",
	"site":         "is made from url, so the database refuses a change",
	"rank_score":   "is made from geo_score",
	"rank_errors":  "is made from findings_error",
	"rank_seconds": "is made from started_at and finished_at",
	"deleted_at":   "tells readers that the row is gone; TestDeleteStatement",
}

// columns lists the columns of audits as the database knows them.
func (f *fixture) columns(t *testing.T) []string {
	t.Helper()
	query := "SELECT string_agg(column_name, ' ') FROM information_schema.columns WHERE table_name = 'audits'"
	if f.Dialect() == "sqlite" {
		query = "SELECT group_concat(name, ' ') FROM pragma_table_info('audits')"
	}
	return strings.Fields(f.text(t, query))
}

// allColumns are those, and the visible ones are among them.
func (f *fixture) allColumns(t *testing.T) []string {
	t.Helper()
	all := f.columns(t)
	for _, column := range migrations.Visible {
		if !slices.Contains(all, column) {
			t.Fatalf("the visible column %s is not in the database: %q", column, all)
		}
	}
	return all
}

// allowAnything drops what keeps a column from changing alone: geo_score may be
// set only together with status.
func (f *fixture) allowAnything(t *testing.T) {
	t.Helper()
	f.foreign.SetMaxOpenConns(1) // a PRAGMA holds for one connection
	if f.Dialect() == "sqlite" {
		f.sql(t, "PRAGMA ignore_check_constraints = 1")
	} else {
		f.sql(t, `ALTER TABLE audits DROP CONSTRAINT "atalaya: geo_score is set only when completed"`)
	}
}

// TestEveryVisibleColumnMakesARevision changes each column of audits alone, in a
// row that waits. Readers learn of it, and are woken, exactly when it is visible.
func TestEveryVisibleColumnMakesARevision(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.allowAnything(t)
		for _, column := range f.allColumns(t) {
			if exceptions[column] != "" {
				continue
			}
			value, ok := otherValue[column]
			if !ok {
				t.Errorf("column %s: give it a value in this test, and put it into migrations.Visible if readers see it", column)
				continue
			}
			p := f.create(t, external)
			cursor := f.now(t)
			f.muteWakeup(t)
			f.sql(t, fmt.Sprintf("UPDATE audits SET %s = %s WHERE id = %d", column, value, p.AuditID))
			woke := f.wokeup(t)
			after := f.progress(t, p.AuditID)
			changed, deleted, _ := f.changes(t, cursor)
			if !slices.Contains(migrations.Visible, column) {
				if len(changed) != 0 || after.Revision != p.Revision || woke {
					t.Errorf("the hidden column %s changed: revision %d became %d, changes %v, wake-up %v, want none",
						column, p.Revision, after.Revision, changed, woke)
				}
				continue
			}
			if after.Revision <= p.Revision || len(changed) != 1 || changed[p.AuditID] != after.Revision || len(deleted) != 0 {
				t.Errorf("the visible column %s changed: revision %d became %d, changes %v, want a new revision in both",
					column, p.Revision, after.Revision, changed)
			}
			if !woke && f.Dialect() == "postgresql" {
				t.Errorf("the visible column %s changed: no wake-up", column)
			}
		}
	})
}

// muteWakeup makes the next wake-up of PostgreSQL due, and wokeup tells whether
// it was sent; a database without notifications has none.
func (f *fixture) muteWakeup(t *testing.T) {
	t.Helper()
	if f.Dialect() == "postgresql" {
		f.text(t, "SELECT setval('audits_wake_ms', 0)")
	}
}

func (f *fixture) wokeup(t *testing.T) bool {
	t.Helper()
	return f.Dialect() == "postgresql" && f.text(t, "SELECT last_value FROM audits_wake_ms") != "0"
}

// TestEveryVisibleColumnIsFinal changes each column of an ended audit: those that
// readers see are refused, the others are not.
func TestEveryVisibleColumnIsFinal(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.allowAnything(t)
		f.sql(t, "INSERT INTO audits (url, status, error_message) VALUES ('https://example.org/', 'failed', 'x')")
		for _, column := range f.allColumns(t) {
			if exceptions[column] != "" || otherValue[column] == "" {
				continue
			}
			err := f.try(t, fmt.Sprintf("UPDATE audits SET %s = %s WHERE id = 1", column, otherValue[column]))
			if slices.Contains(migrations.Visible, column) {
				if err == nil || !strings.Contains(err.Error(), "failed and final") {
					t.Errorf("the visible column %s of an ended audit: got %v, want a refusal", column, err)
				}
			} else if err != nil {
				t.Errorf("the hidden column %s of an ended audit: %v", column, err)
			}
		}
	})
}

// TestReadersGetVisibleColumns checks the columns that are read against those
// that the triggers watch: a column that is shown and not watched would be stale.
func TestReadersGetVisibleColumns(t *testing.T) {
	reasons := map[string]string{
		"id":             "names the row",
		"revision":       "is what a visible change moves",
		"updated_at":     "is what a visible change moves",
		"deleted_at":     "takes the row out of every read, and is watched beside the visible columns",
		"worker_seen_at": "is a heartbeat: it is shown with the next visible change and makes none",
	}
	read := store.AuditColumns()
	for _, column := range read {
		visible, reason := slices.Contains(migrations.Visible, column), reasons[column]
		if visible == (reason != "") {
			t.Errorf("column %s is read: visible %v, reason not to be %q, want exactly one of the two", column, visible, reason)
		}
	}
	for _, column := range migrations.Visible {
		if !slices.Contains(read, column) {
			t.Errorf("column %s is visible and nobody reads it", column)
		}
	}
}
