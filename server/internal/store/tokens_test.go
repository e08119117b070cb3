package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

func secretOf(prefix string) store.Secret {
	return store.Secret{Prefix: prefix, Hash: "hash of " + prefix}
}

func (f *fixture) token(t *testing.T, prefix string, want shared.NewToken) shared.Token {
	t.Helper()
	token, err := f.CreateToken(t.Context(), want, secretOf(prefix))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// good reports which of some tokens are good for something.
func (f *fixture) good(t *testing.T, prefixes ...string) (good string) {
	t.Helper()
	for _, prefix := range prefixes {
		token, err := f.TokenByPrefix(t.Context(), prefix)
		switch {
		case err == nil && token.Prefix == prefix && token.Hash == "hash of "+prefix:
			good += prefix
		case !errors.Is(err, store.ErrNotFound):
			t.Errorf("%s: %+v, %v", prefix, token, err)
		}
	}
	return good
}

func TestTokens(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		has := func(wantKept, wantUsable bool) {
			t.Helper()
			if kept, usable, err := f.HasTokens(t.Context()); kept != wantKept || usable != wantUsable || err != nil {
				t.Errorf("has tokens %v, usable %v, %v", kept, usable, err)
			}
		}
		has(false, false)
		past, future := shared.At(time.Now().Add(-time.Hour)), shared.At(time.Now().Add(time.Hour))
		f.token(t, "a", shared.NewToken{Role: shared.RoleViewer, ExpiresAt: &past})
		has(true, false)
		b := f.token(t, "b", shared.NewToken{Role: shared.RoleAdmin, Name: "Ana", ExpiresAt: &future})
		c := f.token(t, "c", shared.NewToken{Role: shared.RoleWorker})
		has(true, true)
		if got := f.good(t, "a", "b", "c", "d", ""); got != "bc" {
			t.Errorf("good are %s", got)
		}
		if b.Name != "Ana" || b.Role != shared.RoleAdmin || !b.ExpiresAt.Equal(future.Time) || b.CreatedAt.IsZero() ||
			b.LastUsedAt != nil || b.RevokedAt != nil {
			t.Errorf("made %+v", b)
		}
		if err := f.TouchTokens(t.Context(), []int64{b.ID}); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.RevokeToken(t.Context(), c.ID), f.TouchTokens(t.Context(), nil)); err != nil {
			t.Fatal(err)
		}
		if err := f.RevokeToken(t.Context(), c.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("revoked twice: %v", err)
		}
		list, err := f.Tokens(t.Context())
		if err != nil || len(list) != 3 || list[0].RevokedAt == nil || list[1].LastUsedAt == nil || list[2].Prefix != "a" {
			t.Errorf("list %+v, %v", list, err)
		}
		if got := f.good(t, "a", "b", "c"); got != "b" {
			t.Errorf("good are %s", got)
		}
		for name, bad := range map[string]shared.NewToken{
			"no role": {Role: "root"}, "no text": {Role: shared.RoleViewer, Name: "\x00"},
		} {
			if _, err := f.CreateToken(t.Context(), bad, secretOf(name)); !errors.Is(err, store.ErrOutOfRange) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestTokenUsedOnce(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, prefix := range []string{"first", "second"} {
			secret := secretOf(prefix)
			secret.Once = true
			if _, err := f.CreateToken(t.Context(), shared.NewToken{Role: shared.RoleAdmin}, secret); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.good(t, "first", "second"); got != "second" {
			t.Errorf("good are %s", got)
		}
		if kept, usable, err := f.HasTokens(t.Context()); kept || usable || err != nil {
			t.Errorf("it counts as a token: %v, %v, %v", kept, usable, err)
		}
		once, err := f.TokenByPrefix(t.Context(), "second")
		if err != nil || !once.Once {
			t.Fatalf("got %+v, %v", once, err)
		}
		admin := shared.NewToken{Role: shared.RoleAdmin}
		got, err := f.RedeemToken(t.Context(), once.ID, admin, secretOf("admin"))
		if err != nil || got.Role != shared.RoleAdmin {
			t.Errorf("redeemed for %+v, %v", got, err)
		}
		if _, err := f.RedeemToken(t.Context(), once.ID, admin, secretOf("again")); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("redeemed twice: %v", err)
		}
		if _, err := f.RedeemToken(t.Context(), got.ID, admin, secretOf("other")); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("redeemed a token that is not for that: %v", err)
		}
		if got := f.good(t, "second", "admin", "again", "other"); got != "admin" {
			t.Errorf("good are %s", got)
		}
	})
}

func TestSessions(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		ana := f.token(t, "ana", shared.NewToken{Role: shared.RoleAuditor, Name: "Ana"})
		past := shared.At(time.Now().Add(-time.Hour))
		old := f.token(t, "old", shared.NewToken{Role: shared.RoleAuditor, ExpiresAt: &past})
		for id, of := range map[string]struct {
			token int64
			life  time.Duration
		}{"one": {ana.ID, time.Hour}, "two": {ana.ID, time.Hour}, "expired": {ana.ID, -time.Hour}, "old": {old.ID, time.Hour}} {
			if err := f.CreateSession(t.Context(), id, "hash "+id, of.token, of.life); err != nil {
				t.Fatal(err)
			}
		}
		live := func() string {
			t.Helper()
			var ids []string
			for _, id := range []string{"one", "two", "expired", "old", "none"} {
				s, err := f.Session(t.Context(), id)
				if err == nil && s.Token.ID == ana.ID && s.Token.Role == shared.RoleAuditor && s.ID == id {
					ids = append(ids, id)
				} else if !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s: %+v, %v", id, s, err)
				}
			}
			return strings.Join(ids, " ")
		}
		if got := live(); got != "one two" {
			t.Errorf("live are %s", got)
		}
		for from, want := range map[string]bool{"hash two": false, "hash one": true} {
			if done, err := f.RotateSession(t.Context(), "one", from, "hash new"); done != want || err != nil {
				t.Errorf("rotated from %s: %v, %v", from, done, err)
			}
		}
		s, err := f.Session(t.Context(), "one")
		if err != nil || s.Hash != "hash new" || s.Previous != "hash one" || time.Since(s.RotatedAt).Abs() > time.Minute ||
			time.Until(s.ExpiresAt) < 50*time.Minute {
			t.Errorf("rotated to %+v, %v", s, err)
		}
		if err := f.EndSession(t.Context(), "one"); err != nil || live() != "two" {
			t.Errorf("ended one: %v, %s are left", err, live())
		}
		if err := f.EndSessionsOf(t.Context(), old.ID); err != nil || live() != "two" {
			t.Errorf("ended another's: %v, %s are left", err, live())
		}
		if err := f.RevokeToken(t.Context(), ana.ID); err != nil || live() != "" {
			t.Errorf("revoked the token: %v, %s are left", err, live())
		}
	})
}

func TestStartedBy(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		starter := store.Starter{Token: 7, Admit: func() error { return nil }}
		hers, _, err1 := f.CreateFor(t.Context(), shared.NewAudit{URL: "https://a.example/"}, "", starter)
		nobodys, _, err2 := f.Create(t.Context(), shared.NewAudit{URL: "https://b.example/"}, "")
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[int64]int64{hers.AuditID: 7, nobodys.AuditID: 0} {
			if got, err := f.StartedBy(t.Context(), id); got != want || err != nil {
				t.Errorf("audit %d: started by %d, %v; want %d", id, got, err, want)
			}
		}
		if _, err := f.StartedBy(t.Context(), 1000); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no audit: %v", err)
		}
	})
}

// TestGuest makes a token beside the owner of a data directory.
func TestGuest(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	if _, err := store.Open(t.Context(), store.Config{DataDir: f.config.DataDir}); !errors.Is(err, store.ErrInUse) {
		t.Fatalf("a second owner: %v", err)
	}
	guest, err := store.Open(t.Context(), store.Config{DataDir: f.config.DataDir, Guest: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := guest.CreateToken(t.Context(), shared.NewToken{Role: shared.RoleAdmin}, secretOf("a")); err != nil {
		t.Error(err)
	}
	if err := guest.Close(); err != nil {
		t.Error(err)
	}
	if got := f.good(t, "a"); got != "a" {
		t.Error("the owner does not know the token")
	}
	f.sql(t, "DELETE FROM atalaya_migrations WHERE name = (SELECT max(name) FROM atalaya_migrations)")
	_, err = store.Open(t.Context(), store.Config{DataDir: f.config.DataDir, Guest: true})
	if err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("another schema: %v", err)
	}
	if _, err := store.Open(t.Context(), store.Config{DataDir: t.TempDir(), Guest: true}); err == nil {
		t.Error("a guest where nobody is at home")
	}
}
