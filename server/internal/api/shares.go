package api

import (
	"context"
	"fmt"
	"net/http"

	"atalaya/shared"
)

// Shares is where links to audits are kept.
type Shares interface {
	// CreateShare makes a link to an audit that lives for some days.
	CreateShare(ctx context.Context, audit int64, days int) (shared.Share, error)
	Shares(ctx context.Context, audit int64) ([]shared.Share, error)
	RevokeShare(ctx context.Context, audit, id int64) error
}

// listShares handles GET /api/v1/audits/{id}/shares.
func (a *API) listShares(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	shares, err := a.Shares.Shares(r.Context(), id)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, shared.ShareList{Shares: shares})
}

// createShare handles POST /api/v1/audits/{id}/shares.
func (a *API) createShare(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	var want shared.NewShare
	if err := decodeBody(w, r, &want); err != nil {
		return err
	}
	if want.Days == 0 {
		want.Days = shared.ShareDaysDefault
	}
	if want.Days < 1 || want.Days > shared.ShareDaysMax {
		return outOfRange("days", fmt.Sprintf("days is 1 to %d.", shared.ShareDaysMax))
	}
	made, err := a.Shares.CreateShare(r.Context(), id, want.Days)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusCreated, made)
}

// revokeShare handles DELETE /api/v1/audits/{id}/shares/{share}.
func (a *API) revokeShare(w http.ResponseWriter, r *http.Request) error {
	id, err := readID(r)
	if err != nil {
		return err
	}
	share, ok := shared.ParseID(r.PathValue("share"))
	if !ok {
		return &Error{Code: shared.CodeBadID, Field: "share", Detail: "The number of a link is a positive whole number."}
	}
	if err := a.Shares.RevokeShare(r.Context(), id, share); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
