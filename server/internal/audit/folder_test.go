package audit

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"atalaya/shared"
)

// TestFolder audits a folder of HTML files that nobody here wrote, such as that
// of Debian's git-doc. It runs when ATALAYA_TEST_FOLDER names one, and compares
// the number of pages with ATALAYA_TEST_PAGES.
func TestFolder(t *testing.T) {
	folder := os.Getenv("ATALAYA_TEST_FOLDER")
	if folder == "" {
		t.Skip("ATALAYA_TEST_FOLDER names no folder")
	}
	srv := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(srv.Close)
	s := open(t)
	id := create(t, s, shared.NewAudit{URL: srv.URL + "/" + os.Getenv("ATALAYA_TEST_START")})
	begun := time.Now()
	start(t, New(s, loopback("folder")))
	await(t, s, id, "first page", func(p shared.AuditProgress) bool { return p.TotalPages > 0 })
	t.Logf("first page after %v", time.Since(begun))
	await(t, s, id, "first finding", func(p shared.AuditProgress) bool { return p.Findings.Total() > 0 })
	t.Logf("first finding after %v", time.Since(begun))
	p := await(t, s, id, "end", terminal)
	t.Logf("end after %v: %d pages, %d discovered, %+v, %+v", time.Since(begun), p.TotalPages, p.Discovered,
		p.Responses, p.Findings)
	if p.Status != shared.StatusCompleted {
		t.Fatalf("status %s: %v", p.Status, p.ErrorMessage)
	}
	rep, err := s.Report(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("score %+v, unvisited %+v, message %s", rep.Score, rep.Unvisited, *p.Message)
	for _, c := range rep.Checks {
		t.Logf("%-24s %-15s applied %3d failed %3d lost %4d %s", c.ID, c.Outcome, c.Applied, c.Failed,
			c.PointsLost, c.Reason)
	}
}
