package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

func TestChanges(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		old := f.create(t, external)
		cursor := f.now(t)
		if changed, deleted, _ := f.changes(t, cursor); len(changed)+len(deleted) != 0 {
			t.Errorf("nothing happened: got %v, %v", changed, deleted)
		}
		a, b := f.create(t, external), f.create(t, site)
		activity := `{"stages":[],"pages":[],"top":[{"id":"x","severity":"error","count":2}]}`
		f.sql(t, fmt.Sprintf("UPDATE audits SET progress = 7, activity = '%s' WHERE id = %d", activity, old.AuditID))
		if err := f.Delete(t.Context(), a.AuditID); err != nil {
			t.Fatal(err)
		}
		known := f.progress(t, old.AuditID).Revision
		got, err := f.Changes(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		f.known[old.AuditID], f.known[b.AuditID], f.known[a.AuditID] = known, b.Revision, -1
		want := []shared.AuditProgress{f.progress(t, old.AuditID), f.progress(t, b.AuditID)}
		slices.SortFunc(got.Changed, func(x, y shared.AuditProgress) int { return int(x.AuditID - y.AuditID) })
		if !equal(got.Changed, want) || !equal(got.Deleted, []int64{a.AuditID}) {
			t.Errorf("got %+v, %v\nwant %+v, [%d]", got.Changed, got.Deleted, want, a.AuditID)
		}
		if got.Changed[0].Activity == nil || len(got.Changed[0].Activity.Top) != 1 {
			t.Errorf("activity: got %v, want one check", got.Changed[0].Activity)
		}
		if again, gone, _ := f.changes(t, got.Next); len(again)+len(gone) != 0 {
			t.Errorf("nothing more happened: got %v, %v", again, gone)
		}
	})
}

func TestChangesBadCursor(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, cursor := range []string{"x", "-1", "1.2", "1.2.3.4.5", "99999999999999999999", "1'; --"} {
			if _, err := f.Changes(t.Context(), cursor); !errors.Is(err, store.ErrBadCursor) {
				t.Errorf("cursor %q: got %v, want %v", cursor, err, store.ErrBadCursor)
			}
		}
	})
}

// TestChangesOfAnOlderDatabase goes on with a position that this database has not
// reached, as after a failover to a copy that lags behind. Silence would last
// until the copy has caught up, and then hide what happened meanwhile.
func TestChangesOfAnOlderDatabase(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, external)
		present := f.now(t)
		beyond := []string{"9000000000000", "9223372036854775807"}
		if f.Dialect() == "sqlite" {
			ahead := onSQLite(t, 0)
			ahead.create(t, external)
			ahead.create(t, external)
			beyond = append(beyond, ahead.now(t))
		} else {
			beyond = append(beyond, "1.1.9000000000000.1", "1.1.2.9000000000000")
		}
		for _, cursor := range beyond {
			if _, err := f.Changes(t.Context(), cursor); !errors.Is(err, store.ErrBadCursor) {
				t.Errorf("cursor %q: got %v, want %v", cursor, err, store.ErrBadCursor)
			}
		}
		p := f.create(t, external)
		if got, _, _ := f.changes(t, present); got[p.AuditID] == 0 {
			t.Errorf("from the present: got %v, want audit %d", got, p.AuditID)
		}
	})
}

// TestChangesMoreThanOneCall changes more rows in one transaction than a call
// returns, and some of them again while the window is being read.
func TestChangesMoreThanOneCall(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const rows = store.ChangesMax + 10
		f.sql(t, fmt.Sprintf(`INSERT INTO audits (url) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT 'https://example.org/' || i FROM n`, rows))
		cursor := f.now(t)
		f.sql(t, "UPDATE audits SET progress = 5")
		got := map[int64]int{}
		calls := 0
		for ; ; calls++ {
			answer, err := f.Changes(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			if len(answer.Changed) > store.ChangesMax {
				t.Fatalf("one call returned %d rows", len(answer.Changed))
			}
			for _, p := range answer.Changed {
				got[p.AuditID] = p.Progress
			}
			if answer.More != (len(answer.Changed) == store.ChangesMax) {
				t.Errorf("%d rows, and more: %v", len(answer.Changed), answer.More)
			}
			if !answer.More && calls > 3 {
				break
			}
			cursor = answer.Next
			if calls == 0 {
				f.sql(t, fmt.Sprintf("UPDATE audits SET progress = 6 WHERE id IN (1, %d)", rows))
			}
		}
		if len(got) != rows || got[1] != 6 || got[rows] != 6 || got[2] != 5 {
			t.Errorf("after %d calls: got %d audits, progress of the first %d, of the last %d", calls, len(got),
				got[1], got[rows])
		}
	})
}

// TestChangesLateCommit has a transaction take its revision first and commit
// last: a cursor made of revisions would skip it.
func TestChangesLateCommit(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	late, early := f.create(t, external), f.create(t, external)
	cursor := f.now(t)
	tx, err := f.foreign.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(),
		fmt.Sprintf("UPDATE audits SET progress = 30 WHERE id = %d", late.AuditID)); err != nil {
		t.Fatal(err)
	}
	f.sql(t, fmt.Sprintf("UPDATE audits SET progress = 20 WHERE id = %d", early.AuditID))
	var revisions map[int64]int64
	if revisions, _, cursor = f.changes(t, cursor); revisions[early.AuditID] == 0 || revisions[late.AuditID] != 0 {
		t.Fatalf("before the late commit: got %v, want only audit %d", revisions, early.AuditID)
	}
	for range 3 { // the position moves on with every sweep
		var more map[int64]int64
		if more, _, cursor = f.changes(t, cursor); len(more) != 0 {
			t.Fatalf("before the late commit: got %v, want nothing new", more)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	after, _, cursor := f.changes(t, cursor)
	if after[late.AuditID] == 0 || after[late.AuditID] >= revisions[early.AuditID] {
		t.Errorf("after the late commit: got %v, want audit %d with a revision below %d", after, late.AuditID,
			revisions[early.AuditID])
	}
	if rest, _, _ := f.changes(t, cursor); len(rest) != 0 {
		t.Errorf("then: got %v, want nothing", rest)
	}
}

// TestChangesBesideAnOpenTransaction has a transaction stay open that has written, as a
// nightly batch does. Everything that commits meanwhile is read once, not at every call.
func TestChangesBesideAnOpenTransaction(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	f.sql(t, "INSERT INTO audits (url) SELECT 'https://example.org/' || i FROM generate_series(1, 1200) AS i")
	cursor := f.now(t)
	batch, err := f.foreign.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = batch.Rollback() }()
	if _, err := batch.ExecContext(t.Context(), "UPDATE audits SET progress = 30 WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	// ahead reads until nothing more is left, and returns the rows that were read.
	ahead := func() (read int) {
		for {
			c, err := f.Changes(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			read, cursor = read+len(c.Changed), c.Next
			if !c.More {
				return read
			}
		}
	}
	f.sql(t, "UPDATE audits SET progress = 5 WHERE id > 1")
	if read := ahead(); read != 1199 {
		t.Errorf("%d rows were read, want each of the 1199 that changed once", read)
	}
	for _, c := range []struct {
		sql  string
		read int
	}{
		{"SELECT", 0},
		{"UPDATE audits SET progress = 6 WHERE id = 7", 1},
		{"UPDATE audits SET progress = 7 WHERE id IN (7, 8)", 2},
		{"SELECT", 0},
	} {
		f.sql(t, c.sql)
		if read := ahead(); read != c.read {
			t.Errorf("%s: %d rows were read, want %d", c.sql, read, c.read)
		}
	}
	if err := batch.Commit(); err != nil {
		t.Fatal(err)
	}
	if read := ahead(); read != 1 {
		t.Errorf("the batch has committed: %d rows were read, want 1", read)
	}
}

// TestChangesForeignTransactionIDs plays a dump restored into a younger cluster:
// its rows carry transaction ids that this cluster has not reached.
func TestChangesForeignTransactionIDs(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	p := f.create(t, external)
	cursor := f.now(t)
	f.sql(t, "ALTER TABLE audits DISABLE TRIGGER ALL; UPDATE audits SET change_xid = '9000000000000'; ALTER TABLE audits ENABLE TRIGGER ALL")
	if got, _, _ := f.changes(t, cursor); len(got) != 0 {
		t.Errorf("restored row: got %v, want nothing", got)
	}
	f.sql(t, "UPDATE audits SET progress = 3")
	if got, _, _ := f.changes(t, cursor); got[p.AuditID] == 0 {
		t.Errorf("changed again: got %v, want audit %d", got, p.AuditID)
	}
}
