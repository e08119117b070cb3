package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"atalaya/shared"
)

// Trail is where it is kept what people did.
type Trail interface {
	Trail(ctx context.Context, q shared.TrailQuery) (shared.TrailList, error)
}

// getTrail handles GET /api/v1/trail: what people did, the newest first; ?before= goes on.
func (a *API) getTrail(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r, shared.ParamWho, shared.ParamDeed, shared.ParamFrom, shared.ParamUntil, "before", "limit")
	if err != nil {
		return err
	}
	tq, err := readTrailQuery(q)
	if err != nil {
		return err
	}
	list, err := a.Trail.Trail(r.Context(), tq)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list)
}

// readTrailQuery reads what the trail is asked for.
func readTrailQuery(q url.Values) (tq shared.TrailQuery, err error) {
	tq = shared.TrailQuery{Who: q.Get(shared.ParamWho), Deed: shared.Deed(q.Get(shared.ParamDeed))}
	if tq.Deed != "" && !slices.Contains(shared.Deeds[:], tq.Deed) {
		return tq, &Error{Code: shared.CodeBadQuery, Field: shared.ParamDeed, Detail: "There is no such deed."}
	}
	for name, at := range map[string]*time.Time{shared.ParamFrom: &tq.From, shared.ParamUntil: &tq.Until} {
		if *at, err = readTime(q, name); err != nil {
			return tq, err
		}
	}
	if before := q.Get("before"); before != "" {
		var ok bool
		if tq.Before, ok = shared.ParseID(before); !ok {
			return tq, &Error{Code: shared.CodeBadQuery, Field: "before", Detail: "before is next_before of the answer before."}
		}
	}
	tq.Limit, err = readLimit(q)
	return tq, err
}

// readTime reads a moment; without one it is zero.
func readTime(q url.Values, name string) (time.Time, error) {
	given := q.Get(name)
	if given == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return at, &Error{Code: shared.CodeBadQuery, Field: name, Detail: name + " is a time such as 2026-11-26T10:00:00Z."}
	}
	return at, nil
}
