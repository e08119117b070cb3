package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// fill gives an audit that a worker holds something of everything.
func (f *fixture) fill(t *testing.T, l work.Lease, pages int) {
	t.Helper()
	var records []work.PageRecord
	var left []work.Unvisited
	for i := range pages {
		url := fmt.Sprintf("https://example.org/%d", i)
		records = append(records, page(url))
		left = append(left, work.Unvisited{URL: url + "/left", Referrer: url, Reason: "limit"})
	}
	in := work.LinksIn{Pages: []string{"https://example.org/0"}, From: [][]int32{{}}}
	for _, err := range []error{
		f.SavePages(t.Context(), l, records), f.SaveLinksIn(t.Context(), l, in),
		f.SaveFindings(t.Context(), l, []shared.Finding{finding("robots", "x")}),
		f.SaveUnvisited(t.Context(), l, left),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// belongings counts the rows beside table audits.
func (f *fixture) belongings(t *testing.T) string {
	t.Helper()
	return f.text(t, `SELECT (SELECT count(*) FROM pages) || ' pages, ' || (SELECT count(*) FROM findings) || ' findings, ' ||
		(SELECT count(*) FROM unvisited) || ' unvisited, ' || (SELECT count(*) FROM reports) || ' reports'`)
}

// expireAll returns how many audits each call deleted.
func (f *fixture) expireAll(t *testing.T, keep time.Duration) (calls []int) {
	t.Helper()
	for {
		n, err := f.Expire(t.Context(), keep)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return calls
		}
		calls = append(calls, n)
	}
}

// purgeAll returns how many rows were removed, and the most that one call did.
func (f *fixture) purgeAll(t *testing.T) (removed, most int) {
	t.Helper()
	for {
		n, err := f.Purge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return removed, most
		}
		removed, most = removed+n, max(most, n)
	}
}

// TestWhatEndedLongAgoIsDeleted keeps what waits, runs or ended lately, however old
// it is, and deletes the rest with all that belongs to it.
func TestWhatEndedLongAgoIsDeleted(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const long = "'2020-01-01 00:00:00.000+00:00'"
		if _, _, err := f.Create(t.Context(), site, "key 1"); err != nil { // 1: ends, and becomes old
			t.Fatal(err)
		}
		old := f.claim(t, "w")
		f.fill(t, old.Lease, 30)
		f.create(t, site) // 2: runs
		runs := f.claim(t, "w")
		f.fill(t, runs.Lease, 7)
		f.create(t, site) // 3: waits
		f.finishCompleted(t, old.Lease)
		f.sql(t, "UPDATE audits SET created_at = "+long+", started_at = "+long+" WHERE id = 2")
		f.sql(t, "UPDATE audits SET created_at = "+long+" WHERE id = 3")
		f.sql(t, "INSERT INTO audits (url, status, finished_at) VALUES ('4', 'failed', "+long+")")
		f.sql(t, "INSERT INTO audits (url, status, finished_at) VALUES ('5', 'cancelled', "+long+")")
		f.sql(t, "INSERT INTO audits (url, status, created_at) VALUES ('6', 'completed', "+long+")") // ends now
		kept := []int64{1, 2, 3, 6}
		if f.Dialect() == "sqlite" { // 7: what is no time is not long ago
			f.sql(t, "INSERT INTO audits (url, status, finished_at) VALUES ('7', 'completed', '1577836800')")
			kept = append(kept, 7)
		}
		cursor, committed := f.now(t), f.committed.Load()

		if got := f.expireAll(t, time.Hour); !equal(got, []int{2}) {
			t.Errorf("audits deleted per call: got %v, want 2", got)
		}
		if f.committed.Load() == committed {
			t.Error("nobody was woken")
		}
		_, deleted, next := f.changes(t, cursor)
		if !equal(deleted, []int64{4, 5}) {
			t.Errorf("readers are told that %v are deleted, want 4 and 5", deleted)
		}
		for _, id := range kept {
			f.progress(t, id)
		}
		if removed, _ := f.purgeAll(t); removed != 0 {
			t.Errorf("%d rows removed, want the rows of the deleted ones to stay for their readers", removed)
		}

		// As an hour later: what has ended by now is old.
		f.expireAll(t, -time.Hour)
		if _, deleted, _ := f.changes(t, next); len(deleted) != 2 {
			t.Errorf("readers are told that %v are deleted, want 1 and 6", deleted)
		}
		// Its key is free.
		if p, created, err := f.Create(t.Context(), site, "key 1"); err != nil || !created {
			t.Errorf("its key: got audit %d, created %v, %v", p.AuditID, created, err)
		}
		f.purgeAll(t)
		if got, want := f.belongings(t), "7 pages, 1 findings, 7 unvisited, 0 reports"; got != want {
			t.Errorf("left: %s, want %s", got, want)
		}
		f.sql(t, "UPDATE audits SET deleted_at = "+long+" WHERE deleted_at IS NOT NULL")
		if removed, _ := f.purgeAll(t); removed != 4 {
			t.Errorf("%d rows removed, want those of the 4 deleted audits", removed)
		}
		if err := f.Advance(t.Context(), runs.Lease, work.Advance{Progress: 50}); err != nil {
			t.Errorf("the one that runs: %v", err)
		}
	})
}

// TestOldAuditsGoLittleByLittle bounds what one transaction does.
func TestOldAuditsGoLittleByLittle(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const last = 2*store.ExpireMax + 1
		f.sql(t, "INSERT INTO audits (url, status, finished_at) SELECT 'a', 'completed', "+
			"CAST('2020-01-01 00:00:00.000+00:00' AS "+
			map[string]string{"sqlite": "text", "postgresql": "timestamptz"}[f.Dialect()]+") FROM "+upTo(last))
		f.sql(t, fmt.Sprintf("INSERT INTO unvisited (audit_id, url, referrer, reason) SELECT %d, 'a', '', 'limit' FROM %s",
			last, upTo(2*store.PurgeMax+1)))
		if got, want := f.expireAll(t, time.Hour), []int{store.ExpireMax, store.ExpireMax, 1}; !equal(got, want) {
			t.Errorf("audits deleted per call: got %v, want %v", got, want)
		}
		if removed, most := f.purgeAll(t); removed != 2*store.PurgeMax+1 || most != store.PurgeMax {
			t.Errorf("%d rows removed, %d in one call, want %d and %d", removed, most, 2*store.PurgeMax+1, store.PurgeMax)
		}
	})
}

// TestOldAuditsAreFoundByIndex looks at the plan: a search through all audits, in a
// transaction that writes, would keep every other writer of SQLite waiting.
func TestOldAuditsAreFoundByIndex(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		want := map[string]string{
			"sqlite":     "USING INDEX audits_finished (finished_at>? AND finished_at<?)",
			"postgresql": "Index Scan using audits_finished on audits",
		}[f.Dialect()]
		var expire string
		f.Overhear(func(query string) {
			if strings.HasPrefix(query, "UPDATE") {
				expire = query
			}
		})
		f.expireAll(t, time.Hour)
		if got := f.plan(t, expire); !strings.Contains(got, want) {
			t.Errorf("want %q in the plan\n%s", want, got)
		}
	})
}

// upTo is a table of n rows.
func upTo(n int) string {
	return fmt.Sprintf("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "+
		"SELECT i FROM n) AS n", n)
}

// TestBelongingsAreFoundByTheirAudit looks at the plan, for the tables may be large.
func TestBelongingsAreFoundByTheirAudit(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, site).AuditID
		f.fill(t, f.claim(t, "w").Lease, 3)
		f.sql(t, "DELETE FROM audits")
		want := map[string]string{
			"sqlite": "(audit_id=?", "postgresql": fmt.Sprintf("Index Cond: (audit_id = %d)", id),
		}[f.Dialect()]
		var removals []string
		f.Overhear(func(query string) { removals = append(removals, query) })
		f.purgeAll(t)
		for _, table := range []string{"unvisited", "links_in", "findings", "pages"} {
			i := slices.IndexFunc(removals, func(q string) bool { return strings.HasPrefix(q, `DELETE FROM "`+table+`"`) })
			if i < 0 {
				t.Errorf("nothing was removed from %s", table)
			} else if got := f.plan(t, removals[i]); !strings.Contains(got, want) {
				t.Errorf("want %q in the plan of %s\n%s", want, removals[i], got)
			}
		}
	})
}

// TestServersDeleteOldAuditsTogether has several at it at once, beside a worker's
// writes: none fails, and none deletes what another did.
func TestServersDeleteOldAuditsTogether(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for range 250 {
			f.sql(t, "INSERT INTO audits (url, status, finished_at) VALUES ('a', 'completed', '2020-01-01 00:00:00.000+00:00')")
		}
		counts := make(chan int)
		for range 3 {
			go func() {
				sum := 0
				for {
					n, err := f.Expire(t.Context(), time.Hour)
					if err != nil {
						t.Error(err)
					}
					if sum += n; n == 0 || err != nil {
						counts <- sum
						return
					}
				}
			}()
		}
		if sum := <-counts + <-counts + <-counts; sum > 250 {
			t.Errorf("%d audits were deleted, want each once", sum)
		}
		f.expireAll(t, time.Hour) // what was locked by one while the others looked
		if left := f.text(t, "SELECT count(*) FROM audits WHERE deleted_at IS NULL"); left != "0" {
			t.Errorf("%s old audits are left", left)
		}
	})
}
