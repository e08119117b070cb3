package store_test

import (
	"errors"
	"fmt"
	"slices"
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
		if err := errors.Join(f.TouchShares(t.Context(), []int64{good.ID}), f.TouchShares(t.Context(), nil)); err != nil {
			t.Fatal(err)
		}
		list, err = f.Shares(t.Context(), a.AuditID)
		if err != nil || list[2].LastUsedAt == nil || list[2].LastUsedAt.Before(good.CreatedAt.Time) ||
			list[1].LastUsedAt != nil {
			t.Errorf("once used: %+v, %v", list, err)
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

// TestSharesSayWhoMadeThem lists the links of two audits by pages, with the names of their
// makers as the trail has them.
func TestSharesSayWhoMadeThem(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		var by []int64
		for _, name := range []string{"Ana", ""} {
			made, err := f.CreateToken(t.Context(), shared.NewToken{Role: shared.RoleAdmin, Name: name},
				store.Secret{Prefix: "atl_" + name, Hash: "x"})
			if err != nil {
				t.Fatal(err)
			}
			by = append(by, made.ID)
		}
		for i, by := range append(by, 0) {
			a, _, err := f.Create(t.Context(), shared.NewAudit{URL: fmt.Sprintf("https://%d.example/", i)}, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.CreateShare(t.Context(), a.AuditID, by, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for before := int64(0); ; {
			all, next, err := f.AllShares(t.Context(), before, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range all {
				who := "nobody"
				if s.MadeBy != nil {
					who = *s.MadeBy
				}
				got = append(got, fmt.Sprintf("%d by %s", s.AuditID, who))
			}
			if before = next; before == 0 {
				break
			}
		}
		if want := []string{"3 by nobody", "2 by atl_", "1 by Ana"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
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
