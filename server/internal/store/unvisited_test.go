package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

func TestUnvisitedAddressesAreListedWhole(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a := f.create(t, site)
		job, ok, err := f.Claim(ctx, "w", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		const many = 4_567 // several writes, the last one not full
		list := make([]work.Unvisited, many)
		for i := range list {
			list[i] = work.Unvisited{URL: fmt.Sprintf("https://example.org/%d", i), Referrer: "https://example.org/", Reason: "limit"}
		}
		list[7] = work.Unvisited{URL: "https://example.org/\x00broken\xff", Reason: "depth"}
		for range 2 { // a worker may repeat what it does not know to have succeeded
			if err := f.SaveUnvisited(ctx, job.Lease, list); err != nil {
				t.Fatal(err)
			}
		}
		var got []shared.UnvisitedURL
		for q := (shared.UnvisitedQuery{Limit: shared.ListLimitMax}); ; {
			page, err := f.Unvisited(ctx, a.AuditID, q)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, page.Unvisited...)
			if page.NextCursor == nil {
				break
			}
			q.Cursor = *page.NextCursor
		}
		if len(got) != many || got[0].URL != list[0].URL || got[many-1].URL != list[many-1].URL || got[3].Referrer != list[3].Referrer {
			t.Errorf("%d addresses from %+v to %+v", len(got), got[0], got[len(got)-1])
		}
		named, err := f.Unvisited(ctx, a.AuditID, shared.UnvisitedQuery{Text: "ORG/45"})
		if err != nil || len(named.Unvisited) != shared.ListLimitDefault || named.Unvisited[1].URL != list[450].URL {
			t.Errorf("by text: %d, %v", len(named.Unvisited), err)
		}
		one, err := f.Unvisited(ctx, a.AuditID, shared.UnvisitedQuery{Reason: "depth"})
		if err != nil || len(one.Unvisited) != 1 || one.Unvisited[0].Reason != "depth" || one.NextCursor != nil {
			t.Errorf("by reason: %+v, %v", one, err)
		}
		if err := f.SaveUnvisited(ctx, job.Lease, nil); err != nil {
			t.Fatal(err)
		}
		none, err := f.Unvisited(ctx, a.AuditID, shared.UnvisitedQuery{})
		if err != nil || len(none.Unvisited) != 0 || none.Unvisited == nil {
			t.Errorf("replaced by nothing: %+v, %v", none, err)
		}

		other := job.Lease
		other.Attempt++
		if err := f.SaveUnvisited(ctx, other, list[:1]); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("with another's lease: %v", err)
		}
		for _, cursor := range []string{"x", "MTI", "dW52aXNpdGVkOjA"} {
			if _, err := f.Unvisited(ctx, a.AuditID, shared.UnvisitedQuery{Cursor: cursor}); !errors.Is(err, store.ErrBadCursor) {
				t.Errorf("cursor %q: %v", cursor, err)
			}
		}
		if _, err := f.Unvisited(ctx, 4711, shared.UnvisitedQuery{}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of no audit: %v", err)
		}
	})
}
