package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"atalaya/shared"
)

// Tokens is where tokens are kept.
type Tokens interface {
	Tokens(ctx context.Context) ([]shared.Token, error)
	// CreateToken makes a token, and is the only one to tell its secret.
	CreateToken(ctx context.Context, want shared.NewToken) (shared.CreatedToken, error)
	RevokeToken(ctx context.Context, id int64) error
}

// listTokens handles GET /api/v1/tokens.
func (a *API) listTokens(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	tokens, err := a.Tokens.Tokens(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, shared.TokenList{Tokens: tokens})
}

// createToken handles POST /api/v1/tokens. Its answer is the only one with the secret.
func (a *API) createToken(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	var want shared.NewToken
	if err := decodeBody(w, r, &want); err != nil {
		return err
	}
	if err := CheckToken(want); err != nil {
		return err
	}
	made, err := a.Tokens.CreateToken(r.Context(), want)
	if err != nil {
		return err
	}
	w.Header().Set("Location", shared.PathToken(made.ID))
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusCreated, made)
}

// CheckToken refuses what no token can be.
func CheckToken(want shared.NewToken) error {
	switch {
	case !slices.Contains(shared.Roles, want.Role):
		return outOfRange("role", "role is viewer, auditor, worker or admin.")
	case len(want.Name) > shared.MaxTokenName:
		return outOfRange("name", "name has at most "+strconv.Itoa(shared.MaxTokenName)+" bytes.")
	case want.ExpiresAt != nil && !want.ExpiresAt.After(time.Now()):
		return outOfRange("expires_at", "expires_at is a time to come.")
	}
	return nil
}

// revokeToken handles DELETE /api/v1/tokens/{id}, which also signs out whoever signed in
// with it.
func (a *API) revokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	if err := a.Tokens.RevokeToken(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
