package api

import (
	"context"
	"net/http"

	"atalaya/shared"
)

// Trail is where it is kept what people did.
type Trail interface {
	Trail(ctx context.Context, before int64, limit int) (shared.TrailList, error)
}

// getTrail handles GET /api/v1/trail: what people did, the newest first; ?before= goes on.
func (a *API) getTrail(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r, "before", "limit")
	if err != nil {
		return err
	}
	limit, err := readLimit(q)
	if err != nil {
		return err
	}
	var before int64
	if text := q.Get("before"); text != "" {
		var ok bool
		if before, ok = shared.ParseID(text); !ok {
			return &Error{Code: shared.CodeBadQuery, Field: "before", Detail: "before is next_before of the answer before."}
		}
	}
	list, err := a.Trail.Trail(r.Context(), before, limit)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list)
}
