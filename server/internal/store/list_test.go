package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

func TestList(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for i := 1; i <= 7; i++ {
			f.sql(t, fmt.Sprintf("INSERT INTO audits (url) VALUES ('https://Example.org/%d')", i))
		}
		f.sql(t, "INSERT INTO audits (url, status, activity) VALUES ('100%_!\\done''', 'completed', '{}')") // 8
		f.sql(t, "UPDATE audits SET deleted_at = created_at WHERE id = 6")
		for _, c := range []struct {
			name  string
			query shared.ListQuery
			want  []int64
		}{
			{"all", shared.ListQuery{}, []int64{8, 7, 5, 4, 3, 2, 1}},
			{"in steps", shared.ListQuery{Limit: 3}, []int64{8, 7, 5, 4, 3, 2, 1}},
			{"by status", shared.ListQuery{Status: shared.StatusPending, Limit: 2}, []int64{7, 5, 4, 3, 2, 1}},
			{"unknown status", shared.ListQuery{Status: "x\x00'"}, nil},
			{"any case", shared.ListQuery{Text: "EXAMPLE.ORG/5"}, []int64{5}},
			{"percent is no wildcard", shared.ListQuery{Text: "0%_"}, []int64{8}},
			{"underscore is no wildcard", shared.ListQuery{Text: "example_org"}, nil},
			{"escape and quote", shared.ListQuery{Text: `!\done'`}, []int64{8}},
			{"question mark", shared.ListQuery{Text: "?"}, nil},
			{"negative limit", shared.ListQuery{Limit: -5, Status: shared.StatusCompleted}, []int64{8}},
		} {
			if got := f.walk(t, c.query); !equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", c.name, got, c.want)
			}
		}
		list, err := f.List(t.Context(), shared.ListQuery{Limit: 1})
		if err != nil || list.Audits[0].Activity != nil {
			t.Errorf("activity in a list: got %+v, %v", list, err)
		}
		pages, err := f.Pages(t.Context(), 1, shared.PageQuery{})
		if err != nil || pages.Pages == nil || len(pages.Pages) != 0 {
			t.Errorf("an audit without pages: got %+v, %v", pages, err)
		}
		for _, cursor := range []string{
			"x", "!!", (*list.NextCursor)[1:], "cGFnZXM6MQ", "YXVkaXRzOi0x", "YXVkaXRzOjAx",
		} {
			if _, err := f.List(t.Context(), shared.ListQuery{Cursor: cursor}); !errors.Is(err, store.ErrBadCursor) {
				t.Errorf("cursor %q: got %v, want %v", cursor, err, store.ErrBadCursor)
			}
		}
		if _, err := f.Pages(t.Context(), 1, shared.PageQuery{Cursor: *list.NextCursor}); !errors.Is(err, store.ErrBadCursor) {
			t.Errorf("a cursor of another list: got %v, want %v", err, store.ErrBadCursor)
		}
	})
}

// An audit that has not ended stays in the list whatever its age, and those that run
// before those that wait.
func TestListHoldsUnfinishedAudits(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		insert := func(status string, n int) {
			for range n {
				f.sql(t, fmt.Sprintf("INSERT INTO audits (url, status) VALUES ('https://example.org/', '%s')", status))
			}
		}
		insert("running", 1)   // 1
		insert("completed", 1) // 2
		insert("pending", 2)   // 3, 4
		insert("completed", 4) // 5 … 8
		f.sql(t, "UPDATE audits SET deleted_at = created_at WHERE id = 4")
		newest, err := f.Newest(t.Context(), 3)
		if got, want := idsOf(newest), []int64{8, 7, 6, 3, 1}; err != nil || !equal(got, want) {
			t.Errorf("newest 3: got %v, %v, want %v", got, err, want)
		}
		for _, c := range []struct {
			name  string
			query shared.ListQuery
			want  []int64
			more  bool
		}{
			{"first page", shared.ListQuery{Limit: 3, Unfinished: true}, []int64{8, 7, 6, 3, 1}, true},
			{"without", shared.ListQuery{Limit: 3}, []int64{8, 7, 6}, true},
			{"one that is on the page", shared.ListQuery{Limit: 5, Unfinished: true}, []int64{8, 7, 6, 5, 3, 1}, true},
			{"all on one page", shared.ListQuery{Limit: 9, Unfinished: true}, []int64{8, 7, 6, 5, 3, 2, 1}, false},
			{"another status", shared.ListQuery{Limit: 2, Unfinished: true, Status: shared.StatusCompleted}, []int64{8, 7}, true},
		} {
			list, err := f.List(t.Context(), c.query)
			if got := idsOf(list.Audits); err != nil || !equal(got, c.want) || (list.NextCursor != nil) != c.more {
				t.Errorf("%s: got %v, more %v, %v; want %v, %v", c.name, got, list.NextCursor != nil, err, c.want, c.more)
			}
		}
		if got, want := f.walk(t, shared.ListQuery{Limit: 3, Unfinished: true}), []int64{8, 7, 6, 3, 1, 5, 3, 2, 1}; !equal(got, want) {
			t.Errorf("all pages: got %v, want %v", got, want)
		}

		insert("pending", shared.ListUnfinishedMax+50)
		insert("completed", 3)
		newest, err = f.Newest(t.Context(), 3)
		got := idsOf(newest)
		if err != nil || len(got) != shared.ListUnfinishedMax+3 || got[len(got)-1] != 1 || slices.Contains(got, 3) {
			t.Errorf("too many: got %d, the last %d, %v; want %d and the one that runs", len(got), got[len(got)-1], err,
				shared.ListUnfinishedMax+3)
		}
	})
}

// A list can be sorted, walked to its end and back, and cut to what has ended.
func TestListSorts(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, row := range []string{
			"'completed', 80, 3, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:09+00:00'",   // 1
			"'completed', 40, 9, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:30.5+00:00'", // 2
			"'failed', NULL, 9, '2026-01-01 00:00:00+00:00', '2026-01-01 00:01:00+00:00'",    // 3
			"'running', NULL, 50, '2026-01-01 00:00:00+00:00', NULL",                         // 4
			"'completed', 40, 0, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:01+00:00'",   // 5
			"'cancelled', NULL, 1, NULL, '2026-01-01 00:00:01+00:00'",                        // 6
			"'pending', NULL, 0, NULL, NULL",                                                 // 7
			"'running', NULL, 2, '2026-01-01 00:00:00+00:00', NULL",                          // 8
		} {
			f.sql(t, "INSERT INTO audits (url, status, geo_score, findings_error, started_at, finished_at) "+
				"VALUES ('https://example.org/', "+row+")")
		}
		for _, c := range []struct {
			name  string
			query shared.ListQuery
			want  []int64
		}{
			{"newest", shared.ListQuery{}, []int64{8, 7, 6, 5, 4, 3, 2, 1}},
			{"worst score", shared.ListQuery{Order: shared.OrderScore}, []int64{5, 2, 1, 8, 7, 6, 4, 3}},
			{"most errors", shared.ListQuery{Order: shared.OrderErrors}, []int64{3, 2, 1, 6, 5, 8, 7, 4}},
			{"longest", shared.ListQuery{Order: shared.OrderLength}, []int64{3, 2, 1, 5, 8, 7, 6, 4}},
			{"ended", shared.ListQuery{Ended: true}, []int64{6, 5, 3, 2, 1}},
			{"ended by errors", shared.ListQuery{Ended: true, Order: shared.OrderErrors}, []int64{3, 2, 1, 6, 5}},
			{"one status", shared.ListQuery{Status: shared.StatusCompleted, Order: shared.OrderScore}, []int64{5, 2, 1}},
			{"those that run", shared.ListQuery{Status: shared.StatusRunning, Order: shared.OrderScore}, []int64{8, 4}},
			{"those that wait", shared.ListQuery{Status: shared.StatusPending, Order: shared.OrderErrors}, []int64{7}},
			{"a site", shared.ListQuery{Site: "example.org", Ended: true, Order: shared.OrderLength}, []int64{3, 2, 1, 5, 6}},
			{"a text", shared.ListQuery{Text: "ORG", Order: shared.OrderErrors}, []int64{3, 2, 1, 6, 5, 8, 7, 4}},
			{"its end", shared.ListQuery{Text: "g/", Order: shared.OrderScore}, []int64{5, 2, 1, 8, 7, 6, 4, 3}},
			{"its last character", shared.ListQuery{Text: "/", Ended: true}, []int64{6, 5, 3, 2, 1}},
		} {
			for _, limit := range []int{1, 2, 4, 50} {
				c.query.Limit = limit
				if got := f.walk(t, c.query); !equal(got, c.want) {
					t.Errorf("%s by %d: got %v, want %v", c.name, limit, got, c.want)
				}
				if got, want := f.walkBack(t, c.query), c.want[:(len(c.want)-1)/limit*limit]; !equal(got, want) {
					t.Errorf("%s by %d and back: got %v, want %v", c.name, limit, got, want)
				}
			}
		}
		_, err := f.List(t.Context(), shared.ListQuery{Order: "x"})
		if !errors.Is(err, store.ErrBadCursor) {
			t.Errorf("unknown order: got %v", err)
		}
		list, _ := f.List(t.Context(), shared.ListQuery{Limit: 1})
		_, err = f.List(t.Context(), shared.ListQuery{Order: shared.OrderScore, Cursor: *list.NextCursor})
		if !errors.Is(err, store.ErrBadCursor) {
			t.Errorf("a cursor of another order: got %v", err)
		}
	})
}

// walkBack goes to the end of a list and returns what stands before that, as the way back
// shows it, in the order of the list.
func (f *fixture) walkBack(t *testing.T, q shared.ListQuery) []int64 {
	t.Helper()
	ids := []int64{}
	list, err := f.List(t.Context(), q)
	for err == nil && list.NextCursor != nil {
		q.Cursor = *list.NextCursor
		list, err = f.List(t.Context(), q)
	}
	for err == nil && list.PreviousCursor != nil {
		q.Cursor = *list.PreviousCursor
		if list, err = f.List(t.Context(), q); err == nil {
			ids = append(idsOf(list.Audits), ids...)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestListCounts(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, row := range []string{
			"'https://a.example/x', 'completed'", "'https://a.example/y', 'completed'", "'https://b.example/x', 'failed'",
			"'https://b.example/', 'running'", "'https://b.example/', 'cancelled'", "'https://b.example/', 'pending'",
		} {
			f.sql(t, "INSERT INTO audits (url, status) VALUES ("+row+")")
		}
		f.sql(t, "UPDATE audits SET deleted_at = created_at WHERE id = 2")
		for _, c := range []struct {
			name  string
			query shared.ListQuery
			want  shared.StatusCounts
		}{
			{"all", shared.ListQuery{}, shared.StatusCounts{Completed: 1, Failed: 1, Running: 1, Cancelled: 1, Pending: 1}},
			{"whichever is listed", shared.ListQuery{Status: shared.StatusFailed, Text: "/x"}, shared.StatusCounts{Completed: 1, Failed: 1}},
			{"a site", shared.ListQuery{Site: "a.example"}, shared.StatusCounts{Completed: 1}},
			{"none", shared.ListQuery{Text: "nowhere"}, shared.StatusCounts{}},
		} {
			c.query.Counts = true
			list, err := f.List(t.Context(), c.query)
			if err != nil || list.Counts == nil || *list.Counts != c.want {
				t.Errorf("%s: got %+v, %v; want %+v", c.name, list.Counts, err, c.want)
			}
		}
	})
}

// The index of addresses follows those who write with plain SQL.
func TestSearchFollowsAddresses(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO audits (url) VALUES ('Nightly IMPORT of añil')")
		find := func(text string, want ...int64) {
			t.Helper()
			if got := f.walk(t, shared.ListQuery{Text: text}); !equal(got, want) {
				t.Errorf("%q: got %v, want %v", text, got, want)
			}
		}
		find("import", 1)
		find("y I", 1)
		find("ñil", 1)
		find("il", 1)
		f.sql(t, "UPDATE audits SET url = 'https://example.org/' WHERE id = 1")
		find("import")
		find("example", 1)
		f.sql(t, "DELETE FROM audits")
		find("example")
		f.sql(t, "DELETE FROM audits")
		if got := f.text(t, "SELECT count(*) FROM audits_grams"); got != "0" {
			t.Errorf("left in the index: %s", got)
		}
	})
}

func idsOf(audits []shared.AuditProgress) (ids []int64) {
	for _, p := range audits {
		ids = append(ids, p.AuditID)
	}
	return ids
}

func (f *fixture) walk(t *testing.T, q shared.ListQuery) (ids []int64) {
	t.Helper()
	for range 20 {
		list, err := f.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list.Audits {
			ids = append(ids, a.AuditID)
		}
		if list.NextCursor == nil {
			return ids
		}
		q.Cursor = *list.NextCursor
	}
	t.Fatal("the list does not end")
	return nil
}

func TestReadsOfSeveral(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for range 4 {
			f.create(t, external)
		}
		ids := func(ps []shared.AuditProgress, err error) []int64 {
			if err != nil {
				t.Fatal(err)
			}
			return idsOf(ps)
		}
		if got := ids(f.ProgressOf(t.Context(), []int64{3, 1, 99})); !equal(got, []int64{1, 3}) {
			t.Errorf("progress of 3, 1, 99: got %v, want [1 3]", got)
		}
		if got := ids(f.ProgressOf(t.Context(), nil)); len(got) != 0 {
			t.Errorf("progress of none: got %v", got)
		}
		for id := range int64(4) {
			f.sql(t, fmt.Sprintf("UPDATE audits SET status = 'failed' WHERE id = %d", id+1))
		}
		if got := ids(f.Newest(t.Context(), 2)); !equal(got, []int64{4, 3}) {
			t.Errorf("newest 2: got %v, want [4 3]", got)
		}
	})
}

func TestPatch(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		id := f.create(t, external).AuditID
		p, err := f.Patch(ctx, id,
			shared.ProgressPatch{Progress: ptr(30), Message: ptr("it's on"), TotalPages: ptr(4)}, 0)
		if err != nil || p.Status != shared.StatusRunning || p.Progress != 30 || *p.Message != "it's on" ||
			p.TotalPages != 4 || p.WorkerSeenAt == nil {
			t.Errorf("first: got %+v, %v", p, err)
		}
		same, err := f.Patch(ctx, id, shared.ProgressPatch{Progress: ptr(30)}, p.Revision)
		if err != nil || same.Revision != p.Revision {
			t.Errorf("same again: got revision %d, %v, want %d", same.Revision, err, p.Revision)
		}
		for _, c := range []struct {
			name    string
			patch   shared.ProgressPatch
			ifMatch int64
			want    error
		}{
			{"stale", shared.ProgressPatch{Progress: ptr(31)}, p.Revision - 1, store.ErrPrecondition},
			{"falling", shared.ProgressPatch{Progress: ptr(29)}, 0, store.ErrOutOfRange},
			{"above", shared.ProgressPatch{Progress: ptr(101)}, 0, store.ErrOutOfRange},
			{"100 while running", shared.ProgressPatch{Progress: ptr(100)}, 0, store.ErrOutOfRange},
			{"score while running", shared.ProgressPatch{GeoScore: ptr(1)}, 0, store.ErrOutOfRange},
			{"unknown status", shared.ProgressPatch{Status: ptr(shared.Status("x"))}, 0, store.ErrOutOfRange},
			{"huge count", shared.ProgressPatch{TotalPages: ptr(-1 << 40)}, 0, store.ErrOutOfRange},
			{"NUL", shared.ProgressPatch{Message: ptr("a\x00b")}, 0, store.ErrOutOfRange},
			{"no UTF-8", shared.ProgressPatch{ErrorMessage: ptr("a\xff")}, 0, store.ErrOutOfRange},
		} {
			if _, err := f.Patch(ctx, id, c.patch, c.ifMatch); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", c.name, err, c.want)
			}
		}
		if got := f.progress(t, id); !equal(got, same) {
			t.Errorf("refused patches changed the row:\ngot  %+v\nwant %+v", got, same)
		}
		done, err := f.Patch(ctx, id,
			shared.ProgressPatch{Status: ptr(shared.StatusCompleted), GeoScore: ptr(88), Message: ptr("")}, p.Revision)
		if err != nil || done.Progress != 100 || *done.GeoScore != 88 || done.Message != nil {
			t.Errorf("completed: got %+v, %v", done, err)
		}
		_, err = f.Patch(ctx, id, shared.ProgressPatch{Message: ptr("late")}, 0)
		if !errors.Is(err, store.ErrTerminal) {
			t.Errorf("ended: got %v, want %v", err, store.ErrTerminal)
		}
		_, err = f.Patch(ctx, f.create(t, site).AuditID, shared.ProgressPatch{Progress: ptr(1)}, 0)
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("site audit: got %v, want %v", err, store.ErrConflict)
		}
		if _, err := f.Patch(ctx, 999, shared.ProgressPatch{}, 0); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown: got %v, want %v", err, store.ErrNotFound)
		}
	})
}

func TestDelete(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		id := f.create(t, site).AuditID
		f.claim(t, "w")
		if err := f.Delete(t.Context(), id); !errors.Is(err, store.ErrConflict) {
			t.Errorf("running: got %v, want %v", err, store.ErrConflict)
		}
		other := f.create(t, site).AuditID
		if err := f.Delete(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		if err := f.Delete(t.Context(), other); err != nil {
			t.Errorf("deleted already: %v", err)
		}
		if err := f.Delete(t.Context(), other+1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("never there: got %v, want %v", err, store.ErrNotFound)
		}
		if _, ok, err := f.Claim(t.Context(), "w", 1); ok || err != nil {
			t.Errorf("claim of a deleted one: got %v, %v", ok, err)
		}
	})
}

func TestCounts(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, status := range []string{"pending", "pending", "pending", "running", "completed", "running"} {
			f.sql(t, fmt.Sprintf("INSERT INTO audits (url, status) VALUES ('https://example.org/', '%s')", status))
		}
		f.sql(t, "UPDATE audits SET deleted_at = created_at WHERE id = 1")
		got, err := f.Counts(t.Context())
		if want := (shared.AuditCounts{Waiting: 2, Running: 2}); err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	})
}

// A list by site has the newest audit of each, of those that have ended if that is asked
// for; the filters choose among these, and each says how many are behind it.
func TestListBySite(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, row := range []string{
			"'https://www.a.example/1', 'completed', 40",   // 1
			"'https://b.example/', 'completed', 90",        // 2
			"'https://a.example/2', 'failed', NULL",        // 3
			"'https://c.example/', 'completed', 70",        // 4
			"'https://a.example/3', 'completed', 50",       // 5
			"'https://b.example/new', 'running', NULL",     // 6
			"'https://c.example/gone', 'completed', 10",    // 7
			"'https://d.example/', 'cancelled', NULL",      // 8
			"'https://b.example/again', 'completed', 20",   // 9
			"'https://b.example/deleted', 'completed', 20", // 10
		} {
			f.sql(t, "INSERT INTO audits (url, status, geo_score) VALUES ("+row+")")
		}
		f.sql(t, "UPDATE audits SET deleted_at = created_at WHERE id IN (7, 10)")
		for _, c := range []struct {
			name  string
			query shared.ListQuery
			want  []int64
		}{
			{"all", shared.ListQuery{}, []int64{9, 8, 5, 4}},
			{"ended", shared.ListQuery{Ended: true}, []int64{9, 8, 5, 4}},
			{"the worst", shared.ListQuery{Ended: true, Order: shared.OrderScore}, []int64{9, 5, 4, 8}},
			{"one status", shared.ListQuery{Ended: true, Status: shared.StatusCancelled}, []int64{8}},
			{"none whose newest failed", shared.ListQuery{Ended: true, Status: shared.StatusFailed}, nil},
			{"a text", shared.ListQuery{Ended: true, Text: "a.example"}, []int64{5}},
			{"a text of an older one", shared.ListQuery{Ended: true, Text: "a.example/2"}, nil},
			{"a site", shared.ListQuery{Ended: true, Site: "b.example"}, []int64{9}},
		} {
			for _, limit := range []int{1, 3, 50} {
				c.query.BySite, c.query.Limit = true, limit
				if got := f.walk(t, c.query); !equal(got, c.want) {
					t.Errorf("%s by %d: got %v, want %v", c.name, limit, got, c.want)
				}
			}
		}
		f.sql(t, "UPDATE audits SET deleted_at = created_at WHERE id = 9")
		list, err := f.List(t.Context(), shared.ListQuery{BySite: true, Ended: true, Scores: true, Counts: true})
		if err != nil || !equal(idsOf(list.Audits), []int64{8, 5, 4, 2}) || list.Counts != nil {
			t.Fatalf("got %v, counts %v, %v", idsOf(list.Audits), list.Counts, err)
		}
		if want := map[int64]int{8: 0, 5: 2, 4: 0, 2: 0}; !reflect.DeepEqual(list.Older, want) {
			t.Errorf("older: got %v, want %v", list.Older, want)
		}
		want := map[string][]int{"a.example": {40, 50}, "b.example": {90}, "c.example": {70}}
		if !reflect.DeepEqual(list.Scores, want) {
			t.Errorf("scores: got %v, want %v", list.Scores, want)
		}
	})
}
