package store_test

import (
	"errors"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

func TestShares(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		a, _, err := f.Create(t.Context(), shared.NewAudit{URL: "https://a.example/"}, "")
		if err != nil {
			t.Fatal(err)
		}
		share := func(life time.Duration) shared.Share {
			t.Helper()
			made, err := f.CreateShare(t.Context(), a.AuditID, 0, life)
			if err != nil || made.AuditID != a.AuditID || made.CreatedAt.IsZero() {
				t.Fatalf("made %+v, %v", made, err)
			}
			return made
		}
		good, expired, revoked := share(time.Hour), share(-time.Second), share(time.Hour)
		if err := f.RevokeShare(t.Context(), a.AuditID+1, good.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("by another audit: %v", err)
		}
		for _, want := range []error{nil, store.ErrNotFound} {
			if err := f.RevokeShare(t.Context(), a.AuditID, revoked.ID); !errors.Is(err, want) {
				t.Errorf("revoked: %v, want %v", err, want)
			}
		}
		for id, want := range map[int64]error{
			good.ID: nil, expired.ID: store.ErrNotFound, revoked.ID: store.ErrNotFound, 1000: store.ErrNotFound,
		} {
			if got, err := f.Share(t.Context(), id); !errors.Is(err, want) || err == nil && got != good {
				t.Errorf("share %d: %+v, %v, want %v", id, got, err, want)
			}
		}
		list, err := f.Shares(t.Context(), a.AuditID)
		if err != nil || len(list) != 3 || list[0].RevokedAt == nil || list[2] != good {
			t.Errorf("list %+v, %v", list, err)
		}
		if _, err := f.CreateShare(t.Context(), 1000, 0, time.Hour); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no audit: %v", err)
		}
		for range store.SharesMax - 3 {
			share(time.Hour)
		}
		if _, err := f.CreateShare(t.Context(), a.AuditID, 0, time.Hour); !errors.Is(err, store.ErrOutOfRange) {
			t.Errorf("one too many: %v", err)
		}
	})
}

func TestSigningKey(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for name, tries := range map[string][]string{"a": {"1", "2"}, "b": {"3", "4"}} {
			for _, drawn := range tries {
				if got, err := f.SigningKey(t.Context(), name, drawn); err != nil || got != tries[0] {
					t.Errorf("%s: got %s, %v; want %s", name, got, err, tries[0])
				}
			}
		}
	})
}
