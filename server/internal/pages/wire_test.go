package pages

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"atalaya/server/internal/work"
	"atalaya/shared"
	"atalaya/shared/text"
)

// TestWireSizes holds what a visit costs on the line, whatever the coding: a list of
// 50, a report of a dozen failed checks, an audit.
func TestWireSizes(t *testing.T) {
	s := newSite(t)
	draw := rand.New(rand.NewPCG(1, 2))
	page := func() string {
		return fmt.Sprintf("https://one.example/shop-%d/item-%d", draw.IntN(30), draw.IntN(9999))
	}
	site := s.audit("https://one.example/").AuditID
	last := halfway
	last.Activity = &shared.Activity{Stages: halfway.Activity.Stages}
	for range 12 {
		last.Activity.Pages = append(last.Activity.Pages, shared.PageLine{URL: page(), Status: 200, MS: draw.IntN(900)})
	}
	var report shared.Report
	for i, id := range text.CheckIDs() {
		if i >= 12 {
			break
		}
		check := shared.CheckResult{ID: id, Category: shared.CategoryContent, Severity: shared.SeverityWarning,
			Outcome: shared.OutcomeFail, Failed: 10 + draw.IntN(90), PointsLost: draw.IntN(9000)}
		for range 10 {
			check.Samples = append(check.Samples, shared.Finding{ID: int64(draw.IntN(9999)), CheckID: id, PageURL: page(),
				Evidence: []shared.Evidence{{Name: "length", Value: fmt.Sprint(draw.IntN(999))}}})
		}
		report.Checks = append(report.Checks, check)
	}
	lease := s.run(last)
	score := 61
	s.finish(lease, work.Result{Status: shared.StatusCompleted, GeoScore: &score, Last: last}, report)
	for range 49 {
		url := fmt.Sprintf("import of shop-%d.example", draw.IntN(9999))
		p, _, err := s.rows.Create(t.Context(), shared.NewAudit{URL: url, Kind: shared.KindExternal}, "")
		if err == nil {
			_, err = s.rows.Patch(t.Context(), p.AuditID, shared.ProgressPatch{
				Progress: new(draw.IntN(99)), Message: new("reading " + page()), TotalPages: new(draw.IntN(999)),
			}, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for target, most := range map[string]int{
		"/": 10_000, shared.PathReportPage(site): 12 << 10, shared.PathPage(site): 6_000,
		shared.PathBasic: 3_000, shared.PathBasicPage(site): 6_000,
	} {
		for _, coding := range []string{"br", "gzip"} {
			r := s.get(target, "Accept-Encoding", coding)
			body, err := io.ReadAll(r.Body)
			if err != nil || r.Header.Get("Content-Encoding") != coding || len(body) > most {
				t.Errorf("%s in %q: %d bytes, %v; want at most %d in %s", target, r.Header.Get("Content-Encoding"), len(body), err,
					most, coding)
			}
			t.Logf("%s in %s: %d bytes", target, coding, len(body))
		}
	}
}
