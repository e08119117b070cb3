package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

func TestPeople(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		receive := func(prefix, subject, name string, role shared.Role) (shared.Token, error) {
			return f.ReceivePerson(t.Context(), store.Person{
				Issuer: "https://id.example", Subject: subject, Name: name, Role: role,
			}, secretOf(prefix))
		}
		f.token(t, "token", shared.NewToken{Role: shared.RoleWorker}) // neither has an issuer
		f.token(t, "other", shared.NewToken{Role: shared.RoleWorker})
		ana, err := receive("a", "1", "ana@example.com", shared.RoleViewer)
		if err != nil || ana.Issuer != "https://id.example" || ana.Role != shared.RoleViewer || ana.CreatedAt.IsZero() {
			t.Fatalf("received %+v, %v", ana, err)
		}
		if err := f.CreateSession(t.Context(), "s", "hash", ana.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		bea, err := receive("b", "2", strings.Repeat("é", 100), shared.RoleAdmin)
		if err != nil || bea.ID == ana.ID || bea.Name != strings.Repeat("é", 50) {
			t.Errorf("received %+v, %v", bea, err)
		}
		again, err := receive("c", "1", "ana@new.example", shared.RoleAdmin)
		if err != nil || again.ID != ana.ID || again.Name != "ana@new.example" || again.Role != shared.RoleAdmin ||
			again.Prefix != "a" {
			t.Errorf("received again %+v, %v", again, err)
		}
		if s, err := f.Session(t.Context(), "s"); err != nil || s.Token.Role != shared.RoleAdmin {
			t.Errorf("the session has %+v, %v", s, err)
		}
		if err := f.DismissPerson(t.Context(), "https://id.example", "2"); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Session(t.Context(), "s"); err != nil {
			t.Errorf("signed out with another: %v", err)
		}
		err = errors.Join(f.DismissPerson(t.Context(), "https://id.example", "1"), f.DismissPerson(t.Context(), "https://id.example", "nobody"))
		if _, gone := f.Session(t.Context(), "s"); err != nil || !errors.Is(gone, store.ErrNotFound) {
			t.Errorf("dismissed: %v; the session: %v", err, gone)
		}
		if err := f.RevokeToken(t.Context(), ana.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := receive("d", "1", "ana@example.com", shared.RoleAdmin); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("received after the end: %+v, %v", got, err)
		}
		list, err := f.Tokens(t.Context())
		if err != nil || len(list) != 4 || list[3].Issuer != "" || list[1].RevokedAt == nil || list[1].Issuer == "" {
			t.Errorf("list %+v, %v", list, err)
		}
	})
}

// TestPeopleAreNoTokens has only people: nobody can sign in with what stands for them.
func TestPeopleAreNoTokens(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		person := store.Person{Issuer: "https://id.example", Subject: "1", Role: shared.RoleAdmin}
		var together sync.WaitGroup
		for _, prefix := range []string{"a", "b", "c"} {
			together.Go(func() {
				if _, err := f.ReceivePerson(t.Context(), person, secretOf(prefix)); err != nil {
					t.Error(err)
				}
			})
		}
		together.Wait()
		if kept, usable, err := f.HasTokens(t.Context()); !kept || usable || err != nil {
			t.Errorf("has tokens %v, usable %v, %v", kept, usable, err)
		}
		if list, err := f.Tokens(t.Context()); len(list) != 1 || err != nil {
			t.Errorf("list %+v, %v", list, err)
		}
	})
}
