package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Session is a browser that has signed in with a token that is good at present.
type Session struct {
	ID    string
	Token Token
	// Hash is that of its secret; Previous is that of the one before, until RotatedAt.
	Hash, Previous string
	RotatedAt      time.Time
	ExpiresAt      time.Time
}

// sessionRow is a session as it is stored.
type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	ID        string    `bun:"id,pk"`
	TokenID   int64     `bun:"token_id"`
	Hash      string    `bun:"hash"`
	Previous  string    `bun:"previous"`
	CreatedAt stamp     `bun:"created_at"`
	RotatedAt stamp     `bun:"rotated_at"`
	ExpiresAt stamp     `bun:"expires_at"`
	Token     *tokenRow `bun:"rel:belongs-to,join:token_id=id"`
}

// CreateSession stores a session of a token for some time, and forgets those that are over.
func (s *Store) CreateSession(ctx context.Context, id, hash string, token int64, life time.Duration) error {
	return s.write(ctx, "create session", false, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Table("sessions").Where("expires_at < (SELECT ?)", s.dialect.now).Exec(ctx); err != nil {
			return err
		}
		row := sessionRow{ID: id, TokenID: token, Hash: hash}
		_, err := tx.NewInsert().Model(&row).Value("created_at", "?", s.dialect.now).
			Value("rotated_at", "?", s.dialect.now).Value("expires_at", "?", s.dialect.after(life)).Exec(ctx)
		return err
	})
}

// Session returns a session, or [ErrNotFound] if there is none that is good at present.
func (s *Store) Session(ctx context.Context, id string) (Session, error) {
	rows, err := readRows[sessionRow](ctx, s, "session", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Relation("Token").Where("s.id = ? AND s.expires_at > (SELECT ?)", sanitise(id), s.dialect.now).
			Where("token.revoked_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > (SELECT ?))", s.dialect.now)
	})
	if err == nil && (len(rows) == 0 || rows[0].Token == nil) {
		err = fmt.Errorf("store: session: %w", ErrNotFound)
	}
	if err != nil {
		return Session{}, err
	}
	r := &rows[0]
	return Session{
		ID: r.ID, Token: Token{Token: r.Token.token()}, Hash: r.Hash, Previous: r.Previous,
		RotatedAt: r.RotatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
	}, nil
}

// RotateSession gives a session another secret, unless somebody else has done so.
func (s *Store) RotateSession(ctx context.Context, id, from, to string) (done bool, err error) {
	err = s.write(ctx, "rotate session", false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(tx.NewUpdate().Table("sessions").Set("previous = hash").Set("hash = ?", to).
			Set("rotated_at = ?", s.dialect.now).Where("id = ? AND hash = ?", id, from).Exec(ctx))
		done = n == 1
		return err
	})
	return done, err
}

// EndSession forgets a session, if there is one. Its browser is told of audits no longer.
func (s *Store) EndSession(ctx context.Context, id string) error {
	return s.write(ctx, "end session", false, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Table("sessions").Where("id = ?", id).Exec(ctx); err != nil {
			return err
		}
		return unsubscribe(ctx, tx, "session = ?", id)
	})
}

// EndSessionsOf forgets all sessions of a token, likewise.
func (s *Store) EndSessionsOf(ctx context.Context, token int64) error {
	return s.write(ctx, "end sessions", false, func(ctx context.Context, tx bun.Tx) error {
		return endSessionsOf(ctx, tx, token)
	})
}

func endSessionsOf(ctx context.Context, tx bun.Tx, token int64) error {
	if _, err := tx.NewDelete().Table("sessions").Where("token_id = ?", token).Exec(ctx); err != nil {
		return err
	}
	return unsubscribe(ctx, tx, "made_by = ?", token)
}
