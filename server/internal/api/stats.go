package api

import "net/http"

// getStats handles GET /api/v1/stats: how this process is doing.
func (a *API) getStats(w http.ResponseWriter, r *http.Request) error {
	if _, err := readQuery(r); err != nil {
		return err
	}
	stats, err := a.Stats(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, stats)
}
