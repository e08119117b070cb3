package api

import (
	"net/http"

	"atalaya/shared"
)

// listSites handles GET /api/v1/sites: the sites that were audited, the last one first,
// in pages.
func (a *API) listSites(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r, "q", "cursor", "limit")
	if err != nil {
		return err
	}
	sq := shared.SiteQuery{Text: q.Get("q"), Cursor: q.Get("cursor")}
	if sq.Limit, err = readLimit(q); err != nil {
		return err
	}
	list, err := a.Service.Sites(r.Context(), sq)
	if err != nil {
		return err
	}
	linkNext(w, r, q, list.NextCursor)
	return writeJSON(w, http.StatusOK, list)
}

// getSite handles GET /api/v1/sites/{site}: what is known of one site. Its audits are a
// list with ?site=.
func (a *API) getSite(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	site, err := a.Service.Site(r.Context(), r.PathValue("site"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, site)
}
