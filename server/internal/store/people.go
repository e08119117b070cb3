package store

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// Person is somebody who signs in by a provider of OpenID Connect.
type Person struct {
	// Issuer and Subject are who it is for good.
	Issuer, Subject string
	// Name is what others know the person by; what is too long for a token's name is cut.
	Name string
	Role shared.Role
}

// ReceivePerson returns the token that stands for a person, with the name and role that the
// person has by now: sessions, audits and the trail belong to it. secret is for the first
// time; nobody may know it. It is [ErrNotFound] if the token was revoked.
func (s *Store) ReceivePerson(ctx context.Context, p Person, secret Secret) (t shared.Token, err error) {
	err = s.write(ctx, "receive person", false, func(ctx context.Context, tx bun.Tx) error {
		row := tokenRow{
			Prefix: secret.Prefix, Hash: secret.Hash, Role: string(p.Role),
			Name: cutBytes(sanitise(p.Name), shared.MaxTokenName), Issuer: &p.Issuer, Subject: &p.Subject,
		}
		_, err := tx.NewInsert().Model(&row).Value("created_at", "?", s.dialect.now).
			On("CONFLICT (issuer, subject) DO UPDATE").Set("role = EXCLUDED.role").Set("name = EXCLUDED.name").
			Where("t.revoked_at IS NULL").Returning("*").Exec(ctx)
		if err == nil && row.ID == 0 {
			err = ErrNotFound // for the row that is there was not changed
		}
		t = row.token()
		return err
	})
	return t, err
}

// DismissPerson signs out every browser of a person, if it knows that one. The token that stands for
// the person stays, and so does what was done with it.
func (s *Store) DismissPerson(ctx context.Context, issuer, subject string) error {
	return s.write(ctx, "dismiss person", false, func(ctx context.Context, tx bun.Tx) error {
		var known []int64
		err := tx.NewSelect().Table("tokens").Column("id").Where("issuer = ? AND subject = ?", issuer, subject).Scan(ctx, &known)
		for _, token := range known { // one at most
			err = errors.Join(err, endSessionsOf(ctx, tx, token))
		}
		return err
	})
}
