package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"atalaya/shared"
)

// TestRegressionIsTold has an external worker complete three audits of one site, of which
// the second is worse than the first. It does not hear the answers and says everything
// twice, which counts once.
func TestRegressionIsTold(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	complete := func(score int) {
		t.Helper()
		a := p.create(`{"url":"https://a.example/","kind":"external"}`)
		body := fmt.Sprintf(`{"status":"completed","progress":100,"geo_score":%d}`, score)
		for range 2 {
			if status, answer := p.requestIf(shared.ETag(a.Revision), http.MethodPatch, shared.PathProgress(a.AuditID), body); status != 200 {
				t.Fatalf("completed: %d %s", status, answer)
			}
		}
	}
	for i, score := range []int{80, 75, 76} {
		complete(score)
		want := fmt.Sprintf("atalaya_regressions_total %d\n", min(i, 1))
		if _, body := p.request(http.MethodGet, shared.PathMetrics, ""); !strings.Contains(string(body), want) {
			t.Errorf("after a score of %d: the metrics lack %q", score, want)
		}
	}
	if p.log.Count("ended worse than the last") != 1 || !p.log.Contains("score=75 before=80") {
		t.Errorf("log: %s", p.log)
	}
}
