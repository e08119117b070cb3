package store_test

import (
	"errors"
	"reflect"
	"testing"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

func TestCreate(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		p := f.create(t, site)
		want := shared.AuditProgress{
			AuditID: p.AuditID, Revision: p.Revision, URL: site.URL, Kind: shared.KindSite,
			Status: shared.StatusPending, PageLimit: ptr(50), CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
		}
		if !equal(p, want) {
			t.Errorf("created:\ngot  %+v\nwant %+v", p, want)
		}
		if got := f.progress(t, p.AuditID); !equal(got, p) {
			t.Errorf("read again:\ngot  %+v\nwant %+v", got, p)
		}
		if got := f.committed.Load(); got != 1 {
			t.Errorf("commits told: got %d, want 1", got)
		}
		if _, err := f.Progress(t.Context(), 999); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("unknown audit: got %v, want %v", err, store.ErrNotFound)
		}
	})
}

func TestCreateIdempotency(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		first, created, err := f.Create(ctx, site, "key'1")
		if err != nil || !created {
			t.Fatalf("first: created %v, %v", created, err)
		}
		again, created, err := f.Create(ctx, site, "key'1")
		if err != nil || created || again.AuditID != first.AuditID {
			t.Errorf("again: got audit %d, created %v, %v, want audit %d, not created", again.AuditID, created, err,
				first.AuditID)
		}
		if _, _, err := f.Create(ctx, external, "key'1"); !errors.Is(err, store.ErrIdempotency) {
			t.Errorf("another body: got %v, want %v", err, store.ErrIdempotency)
		}
		if err := f.Delete(ctx, first.AuditID); err != nil {
			t.Fatal(err)
		}
		fresh, created, err := f.Create(ctx, site, "key'1")
		if err != nil || !created || fresh.AuditID == first.AuditID {
			t.Errorf("after delete: got audit %d, created %v, %v, want a new audit", fresh.AuditID, created, err)
		}
	})
}

// TestSettings finds nothing missing of what an audit was created with.
func TestSettings(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, a := range []shared.NewAudit{
			site, external, {URL: "x", Kind: shared.KindExternal, PageLimit: 3, MaxDepth: 2},
			{URL: "https://example.org/", Kind: shared.KindSite, MaxBytes: 5 << 40, MaxSeconds: 86400, SkipAIAgents: true, Rate: 0.25},
			{URL: "https://example.org/", Kind: shared.KindSite, Include: []string{"/a/", "/ñ"}, Exclude: []string{"*"}},
		} {
			id := f.create(t, a).AuditID
			got, status, err := f.Settings(t.Context(), id)
			if err != nil || !reflect.DeepEqual(got, a) || status != shared.StatusPending {
				t.Errorf("got %+v, %s, %v, want %+v, %s", got, status, err, a, shared.StatusPending)
			}
			if _, err := f.Cancel(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if got, status, err := f.Settings(t.Context(), id); err != nil || !reflect.DeepEqual(got, a) ||
				status != shared.StatusCancelled {
				t.Errorf("ended: got %+v, %s, %v, want %+v, %s", got, status, err, a, shared.StatusCancelled)
			}
		}
		if err := f.Delete(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		for _, id := range []int64{1, 999} {
			if _, _, err := f.Settings(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("audit %d: got %v, want %v", id, err, store.ErrNotFound)
			}
		}
	})
}
