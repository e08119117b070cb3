package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// The headers of an audit are kept for whichever worker takes it up, until the triggers erase
// them with its end. They are sealed with a key of the database, so that what a database tells
// of its statements (logs, errors, those that run) does not tell them.

// headersKey names that key.
const headersKey = "headers"

// keepHeaders stores the headers of a new audit.
func (s *Store) keepHeaders(ctx context.Context, tx bun.Tx, id int64, headers shared.Headers) error {
	if len(headers) == 0 {
		return nil
	}
	seal, err := headersSeal(ctx, tx)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(headers)
	if err != nil {
		return err
	}
	row := map[string]any{"audit_id": id, "sealed": seal.Seal(nil, nil, plain, sealedFor(id))} //nolint:gosec // it draws its nonce itself
	_, err = tx.NewInsert().Model(&row).Table("audit_headers").Exec(ctx)
	return err
}

// keptHeaders are those of an audit that has not ended; kept is false when it has, or was
// started without any.
func (s *Store) keptHeaders(ctx context.Context, tx bun.Tx, id int64) (headers shared.Headers, kept bool, err error) {
	var sealed []byte
	err = tx.NewSelect().Table("audit_headers").Column("sealed").
		Where("audit_id = ? AND sealed IS NOT NULL", id).Scan(ctx, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	seal, err := headersSeal(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	plain, err := seal.Open(nil, nil, sealed, sealedFor(id))
	if err == nil {
		err = json.Unmarshal(plain, &headers)
	}
	if err != nil { // somebody else wrote it: the audit goes on without
		s.log.ErrorContext(ctx, "the headers of an audit cannot be read", slog.Int64("audit_id", id), slog.Any("err", err))
		return nil, true, nil
	}
	return headers, true, nil
}

// HadHeaders reports whether an audit was started with headers, which may be erased by now.
func (s *Store) HadHeaders(ctx context.Context, id int64) (bool, error) {
	return read(ctx, s, fmt.Sprintf("headers of %d", id), func(ctx context.Context, db bun.IDB) (bool, error) {
		return db.NewSelect().Table("audit_headers").Where("audit_id = ?", id).Exists(ctx)
	})
}

// sameHeaders fails with [ErrIdempotency] if an audit that goes on was started with other
// headers. When it has ended nobody knows.
func (s *Store) sameHeaders(ctx context.Context, tx bun.Tx, id int64, headers shared.Headers) error {
	kept, known, err := s.keptHeaders(ctx, tx, id)
	if err == nil && known && !slices.Equal(kept, headers) {
		err = ErrIdempotency
	}
	return err
}

// headerNames is what the hash of a request may know of headers: a password could be guessed
// from the hash of its header.
func headerNames(headers shared.Headers) (names shared.Headers) {
	for _, line := range headers {
		name, _, _ := strings.Cut(line, ":")
		names = append(names, strings.ToLower(name))
	}
	return names
}

// headersSeal seals headers with the key of this database. The first to need that draws it.
func headersSeal(ctx context.Context, tx bun.Tx) (cipher.AEAD, error) {
	var drawn [32]byte
	_, _ = rand.Read(drawn[:]) // which never fails
	text, err := signingKey(ctx, tx, headersKey, base64.StdEncoding.EncodeToString(drawn[:]))
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the key of headers: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("the key of headers: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// sealedFor binds what is sealed to its audit.
func sealedFor(id int64) []byte { return fmt.Appendf(nil, "audit %d", id) }
