package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// siteAt is a site audit of an address.
func siteAt(url string) shared.NewAudit { return shared.NewAudit{URL: url, Kind: shared.KindSite} }

// refused wants an audit refused and not stored.
func (f *fixture) refused(t *testing.T, a shared.NewAudit, want error) {
	t.Helper()
	before := f.text(t, "SELECT count(*) FROM audits")
	_, created, err := f.Create(t.Context(), a, "")
	if !errors.Is(err, want) || created {
		t.Errorf("%s: created %v, %v; want %v", a.URL, created, err, want)
	}
	if after := f.text(t, "SELECT count(*) FROM audits"); after != before {
		t.Errorf("%s was refused, and there are %s audits where %s were", a.URL, after, before)
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.Bound(store.Bounds{Queue: 2})
		first, _, err := f.Create(t.Context(), siteAt("https://a.example/"), "key")
		if err != nil {
			t.Fatal(err)
		}
		// A plain worker's row waits as well.
		f.sql(t, "INSERT INTO audits (url, kind) VALUES ('https://b.example/', 'site')")
		f.refused(t, siteAt("https://c.example/"), store.ErrQueueFull)
		for range 3 {
			f.create(t, external)
		}
		again, created, err := f.Create(t.Context(), siteAt("https://a.example/"), "key")
		if err != nil || created || again.AuditID != first.AuditID {
			t.Errorf("the same key again: audit %d, created %v, %v", again.AuditID, created, err)
		}
		f.claim(t, "worker") // what runs waits no more
		f.create(t, siteAt("https://c.example/"))
		f.refused(t, siteAt("https://d.example/"), store.ErrQueueFull)
		if _, err := f.Cancel(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		last := f.create(t, siteAt("https://d.example/"))
		if err := f.Delete(t.Context(), last.AuditID); err != nil {
			t.Fatal(err)
		}
		f.create(t, siteAt("https://e.example/"))
	})
}

func TestAuditsOfAHostAreBounded(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.Bound(store.Bounds{PerHost: 2})
		f.sql(t, "INSERT INTO audits (url, kind) VALUES ('http://a.example/path?x=/y', 'site')")
		f.create(t, siteAt("https://a.example/"))
		f.refused(t, siteAt("https://a.example/other"), store.ErrHostBusy)
		f.create(t, siteAt("https://a.example:8443/"))
		f.create(t, siteAt("https://b.example/a.example/"))
		f.create(t, siteAt("https://aa.example/"))
		f.create(t, shared.NewAudit{URL: "https://a.example/", Kind: shared.KindExternal})
		job := f.claim(t, "worker") // what runs has not ended
		f.refused(t, siteAt("http://a.example/"), store.ErrHostBusy)
		f.finishCompleted(t, job.Lease)
		f.create(t, siteAt("http://a.example/"))
		f.refused(t, siteAt("http://a.example/"), store.ErrHostBusy)
	})
}

// The caller's own bound is asked about audits that are new, and last.
func TestCallersAreAskedLast(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.Bound(store.Bounds{PerHost: 1})
		asked := 0
		count := func() error { asked++; return nil }
		for _, c := range []struct {
			name  string
			audit shared.NewAudit
			key   string
			want  int
		}{
			{"new", siteAt("https://a.example/"), "key", 1},
			{"known", siteAt("https://a.example/"), "key", 1},
			{"beyond another bound", siteAt("https://a.example/"), "", 1},
			{"external", external, "", 1},
			{"another", siteAt("https://b.example/"), "", 2},
		} {
			if _, _, err := f.CreateFor(t.Context(), c.audit, c.key, store.Starter{Admit: count}); errors.Is(err, store.ErrHostBusy) !=
				(c.name == "beyond another bound") || asked != c.want {
				t.Errorf("%s: asked %d times, want %d; %v", c.name, asked, c.want, err)
			}
		}
		no := errors.New("no more today")
		before := f.text(t, "SELECT count(*) FROM audits")
		_, created, err := f.CreateFor(t.Context(), siteAt("https://c.example/"), "",
			store.Starter{Admit: func() error { return no }})
		if !errors.Is(err, no) || created || f.text(t, "SELECT count(*) FROM audits") != before {
			t.Errorf("refused by the caller's bound: created %v, %v", created, err)
		}
	})
}

// Many who create at the same time, through several servers on PostgreSQL, keep to the
// bounds together.
func TestBoundsHoldAmongMany(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		bounds := store.Bounds{Queue: 7, PerHost: 3}
		f.Bound(bounds)
		servers := []*store.Store{f.Store}
		if f.Dialect() == "postgresql" {
			c := f.config
			c.Bounds = bounds
			other, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = other.Close() })
			servers = append(servers, other)
		}
		var made, full, busy atomic.Int64
		var callers sync.WaitGroup
		for i := range 40 {
			callers.Go(func() {
				// Twenty of one host, and twenty hosts.
				host := "one.example"
				if i%2 == 1 {
					host = fmt.Sprintf("host%d.example", i)
				}
				_, _, err := servers[i%len(servers)].Create(t.Context(), siteAt("https://"+host+"/"), "")
				switch {
				case err == nil:
					made.Add(1)
				case errors.Is(err, store.ErrQueueFull):
					full.Add(1)
				case errors.Is(err, store.ErrHostBusy):
					busy.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		callers.Wait()
		one := f.text(t, "SELECT count(*) FROM audits WHERE url = 'https://one.example/'")
		if made.Load() != 7 || f.text(t, "SELECT count(*) FROM audits") != "7" || one > "3" || full.Load()+busy.Load() != 33 {
			t.Errorf("%d made, %s of one host, %d times full, %d times busy", made.Load(), one, full.Load(), busy.Load())
		}
	})
}

// TestTheHostIsFoundByIndex looks at the plan, so that many unfinished audits cost
// nothing.
func TestTheHostIsFoundByIndex(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		want := map[string]string{
			"sqlite": "USING INDEX audits_host (<expr>=?)", "postgresql": "Index Cond: (split_part(",
		}[f.Dialect()]
		if f.Dialect() == "postgresql" {
			f.sql(t, "INSERT INTO audits (url, kind) SELECT 'https://host' || n || '.example/', 'site'"+
				" FROM generate_series(1, 3000) AS n") // of an empty table any index will do
			f.sql(t, "ANALYZE audits")
		}
		query := "SELECT 1 FROM audits WHERE kind = 'site' AND status IN ('pending', 'running') AND deleted_at IS NULL" +
			" AND " + f.Host() + " = 'a.example'"
		if got := f.plan(t, query); !strings.Contains(got, want) {
			t.Errorf("want %q in the plan\n%s", want, got)
		}
	})
}

// plan is how the database would answer a query, a line for each step.
func (f *fixture) plan(t *testing.T, query string) string {
	t.Helper()
	explain, column := "EXPLAIN QUERY PLAN ", "detail"
	if f.Dialect() == "postgresql" {
		f.foreign.SetMaxOpenConns(1)
		f.sql(t, "SET enable_seqscan = off") // the table is empty
		f.sql(t, "SET enable_bitmapscan = off")
		explain, column = "EXPLAIN ", "QUERY PLAN"
	}
	rows, err := f.foreign.QueryContext(t.Context(), explain+query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		row := make([]any, len(names))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, *row[slices.Index(names, column)].(*any))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
