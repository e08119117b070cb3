package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"atalaya/shared"
)

// TestPagesOfOtherSitesRead asks the whole server as browsers do for a page of another
// site: whatever carries the answer, the page may read it.
func TestPagesOfOtherSitesRead(t *testing.T) {
	const friend = "https://status.example"
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--cors-origin", "https://a.example, "+friend)
	a := p.create(`{"url":"x","kind":"external"}`)
	for _, tc := range []struct {
		path   string
		status int
	}{
		{shared.PathStream(a.AuditID), 200},
		{shared.PathProgress(a.AuditID), 200},
		{shared.PathAudits, 200},
		{shared.PathAudit(99), 404},
		{shared.PathStream(99), 404},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", p.url+tc.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", friend)
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		res, err := p.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if tc.status != 200 {
			_, _ = io.Copy(io.Discard, res.Body)
		}
		res.Body.Close()
		vary := strings.Split(strings.Join(res.Header.Values("Vary"), ","), ",")
		if res.StatusCode != tc.status || res.Header.Get("Access-Control-Allow-Origin") != friend ||
			!slices.Contains(vary, "Origin") || res.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %s, %v", tc.path, res.Status, res.Header)
		}
	}
}
