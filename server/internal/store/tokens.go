package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// tokenRow is a token as it is stored.
type tokenRow struct {
	bun.BaseModel `bun:"table:tokens,alias:t"`

	ID         int64  `bun:"id,pk,autoincrement"`
	Prefix     string `bun:"prefix"`
	Hash       string `bun:"hash"`
	Role       string `bun:"role"`
	Name       string `bun:"name"`
	Once       bool   `bun:"once"`
	CreatedAt  stamp  `bun:"created_at"`
	ExpiresAt  stamp  `bun:"expires_at"`
	LastUsedAt stamp  `bun:"last_used_at"`
	RevokedAt  stamp  `bun:"revoked_at"`
	// Issuer and Subject are those of a [Person]; nil for what is a token.
	Issuer  *string `bun:"issuer"`
	Subject *string `bun:"subject"`
}

func (r *tokenRow) token() shared.Token {
	issuer := ""
	if r.Issuer != nil {
		issuer = *r.Issuer
	}
	return shared.Token{
		Issuer:   issuer,
		NewToken: shared.NewToken{Role: shared.Role(r.Role), Name: r.Name, ExpiresAt: shared.AtPtr(r.ExpiresAt.Time)},
		ID:       r.ID, Prefix: r.Prefix, CreatedAt: shared.At(r.CreatedAt.Time),
		LastUsedAt: shared.AtPtr(r.LastUsedAt.Time), RevokedAt: shared.AtPtr(r.RevokedAt.Time),
	}
}

// Secret is what is kept of a token's secret.
type Secret struct {
	Prefix string // how the token begins
	Hash   string
	Once   bool // it makes the first admin, and is good for nothing else
}

// Token is a token that is good at present.
type Token struct {
	shared.Token
	Hash string
	Once bool // see [Secret]
}

// TokensMax is how many tokens [Store.Tokens] returns at most.
const TokensMax = 1000

// usable selects the tokens that are good at present.
func (s *Store) usable(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > (SELECT ?))", s.dialect.now)
}

// CreateToken stores a token. A name that is no text gives [ErrOutOfRange]. One that is to
// be used once takes the place of those before it.
func (s *Store) CreateToken(ctx context.Context, want shared.NewToken, secret Secret) (t shared.Token, err error) {
	err = s.write(ctx, "create token", false, func(ctx context.Context, tx bun.Tx) (err error) {
		if secret.Once {
			_, err = tx.NewUpdate().Table("tokens").Set("revoked_at = ?", s.dialect.now).
				Where("once AND revoked_at IS NULL").Exec(ctx)
		}
		if err == nil {
			t, err = s.insertToken(ctx, tx, want, secret)
		}
		return err
	})
	return t, err
}

func (s *Store) insertToken(
	ctx context.Context, tx bun.Tx, want shared.NewToken, secret Secret,
) (t shared.Token, err error) {
	if err := checkText("name", want.Name); err != nil {
		return t, err
	}
	row := tokenRow{Prefix: secret.Prefix, Hash: secret.Hash, Role: string(want.Role), Name: want.Name, Once: secret.Once}
	if want.ExpiresAt != nil {
		row.ExpiresAt = stamp{want.ExpiresAt.Time}
	}
	_, err = tx.NewInsert().Model(&row).Value("created_at", "?", s.dialect.now).Returning("*").Exec(ctx)
	return row.token(), err
}

// RedeemToken stores the token of the first admin in the place of one that may be used
// once; [ErrNotFound] if somebody has used that before.
func (s *Store) RedeemToken(
	ctx context.Context, once int64, want shared.NewToken, secret Secret,
) (t shared.Token, err error) {
	err = s.write(ctx, "redeem token", false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(tx.NewUpdate().Table("tokens").Set("revoked_at = ?", s.dialect.now).
			Where("id = ? AND once AND revoked_at IS NULL", once).Exec(ctx))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err == nil {
			t, err = s.insertToken(ctx, tx, want, secret)
		}
		return err
	})
	return t, err
}

// Tokens lists the tokens, the newest first, but not those that make the first admin.
func (s *Store) Tokens(ctx context.Context) ([]shared.Token, error) {
	rows, err := readRows[tokenRow](ctx, s, "tokens", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("NOT t.once").Order("t.id DESC").Limit(TokensMax)
	})
	tokens := make([]shared.Token, 0, len(rows))
	for i := range rows {
		tokens = append(tokens, rows[i].token())
	}
	return tokens, err
}

// TokenByPrefix returns the token that begins so, or [ErrNotFound] if none that is good
// at present does.
func (s *Store) TokenByPrefix(ctx context.Context, prefix string) (Token, error) {
	rows, err := readRows[tokenRow](ctx, s, "token", func(q *bun.SelectQuery) *bun.SelectQuery {
		return s.usable(q).Where("t.prefix = ?", sanitise(prefix))
	})
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("store: token: %w", ErrNotFound)
	}
	if err != nil {
		return Token{}, err
	}
	r := &rows[0]
	return Token{Token: r.token(), Hash: r.Hash, Once: r.Once}, nil
}

// HasTokens reports whether there is a token that was not revoked, expired or not, and
// whether one of them is good for signing in at present, as those of a [Person] are not.
func (s *Store) HasTokens(ctx context.Context) (kept, usable bool, err error) {
	const what = "tokens there are"
	kept, err = read(ctx, s, what, func(ctx context.Context, db bun.IDB) (bool, error) {
		return db.NewSelect().Model((*tokenRow)(nil)).Where("NOT t.once AND t.revoked_at IS NULL").Exists(ctx)
	})
	if err != nil || !kept {
		return false, false, err
	}
	usable, err = read(ctx, s, what, func(ctx context.Context, db bun.IDB) (bool, error) {
		return s.usable(db.NewSelect().Model((*tokenRow)(nil))).Where("NOT t.once AND t.issuer IS NULL").Exists(ctx)
	})
	return kept, usable, err
}

// RevokeToken makes a token good for nothing, and signs out whoever signed in with it;
// [ErrNotFound] if there is none that was not revoked before.
func (s *Store) RevokeToken(ctx context.Context, id int64) error {
	return s.write(ctx, fmt.Sprintf("revoke token %d", id), false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(tx.NewUpdate().Table("tokens").Set("revoked_at = ?", s.dialect.now).
			Where("id = ? AND NOT once AND revoked_at IS NULL", id).Exec(ctx))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err == nil {
			err = endSessionsOf(ctx, tx, id)
		}
		return err
	})
}

// TouchTokens notes that tokens were used just now.
func (s *Store) TouchTokens(ctx context.Context, ids []int64) error {
	return s.touch(ctx, "tokens", ids)
}

// touch notes that rows of a table were used just now.
func (s *Store) touch(ctx context.Context, table string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, "touch "+table, false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Table(table).Set("last_used_at = ?", s.dialect.now).
			Where("id IN (?)", bun.List(ids)).Exec(ctx)
		return err
	})
}

// StartedBy is the token with which somebody started an audit; 0 if nobody did so.
func (s *Store) StartedBy(ctx context.Context, id int64) (token int64, err error) {
	return read(ctx, s, fmt.Sprintf("starter of audit %d", id), func(ctx context.Context, db bun.IDB) (int64, error) {
		var by []*int64
		err := db.NewSelect().Table("audits").Column("started_by").Where("id = ? AND deleted_at IS NULL", id).Scan(ctx, &by)
		switch {
		case err != nil:
			return 0, err
		case len(by) == 0:
			return 0, ErrNotFound
		case by[0] == nil:
			return 0, nil
		}
		return *by[0], nil
	})
}
