package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"atalaya/server/internal/api/apitest"
	"atalaya/shared"
)

// TestDocumentDescribesAServer asks a server for what packages other than api answer:
// polls, refused and finished streams, readiness. openapi.json must describe each answer.
func TestDocumentDescribesAServer(t *testing.T) {
	t.Parallel()
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	home, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	held := apitest.Held(t, httputil.NewSingleHostReverseProxy(home))
	ask := func(method, path, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, p.url+path, strings.NewReader(body))
		r.RequestURI, r.Host = "", home.Host
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		held.ServeHTTP(w, r)
		return w
	}
	const asJSON = "application/json"
	made := ask("POST", shared.PathAudits, `{"url":"import","kind":"external"}`, "Content-Type", asJSON)
	polled := ask("GET", shared.PathProgress(1), "")
	same := ask("GET", shared.PathProgress(1), "", "If-None-Match", polled.Header().Get("Etag"))
	waited := ask("GET", shared.PathProgress(1), "", "If-None-Match", polled.Header().Get("Etag"), "Prefer", "wait=1")
	ended := ask("PATCH", shared.PathProgress(1), `{"status":"completed","geo_score":70}`, "Content-Type", asJSON)
	last := strings.Trim(ended.Header().Get("Etag"), `"`)
	for name, c := range map[string]struct {
		answer *httptest.ResponseRecorder
		status int
	}{
		"created":                    {made, http.StatusCreated},
		"poll":                       {polled, http.StatusOK},
		"poll without change":        {same, http.StatusNotModified},
		"poll that waited":           {waited, http.StatusNotModified},
		"ended":                      {ended, http.StatusOK},
		"poll of no audit":           {ask("GET", shared.PathProgress(9), ""), http.StatusNotFound},
		"poll of no number":          {ask("GET", "/api/v1/audits/x/progress", ""), http.StatusBadRequest},
		"stream of no audit":         {ask("GET", shared.PathStream(9), ""), http.StatusNotFound},
		"stream of no number":        {ask("GET", "/sse/audits/x/progress", ""), http.StatusBadRequest},
		"streams of no number":       {ask("GET", shared.PathStreams+"?id=x", ""), http.StatusBadRequest},
		"stream of a finished audit": {ask("GET", shared.PathStream(1), "", "Last-Event-ID", last), http.StatusNoContent},
		"ready":                      {ask("GET", shared.PathReady, ""), http.StatusOK},
		"statistics":                 {ask("GET", shared.PathStats, ""), http.StatusOK},
	} {
		if c.answer.Code != c.status {
			t.Errorf("%s: got %d, want %d: %s", name, c.answer.Code, c.status, c.answer.Body)
		}
	}
}
