package shared

import "testing"

func TestSiteName(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.example.com/a": "example.com",
		"http://127.0.0.1:8080/":    "127.0.0.1:8080",
		"https://[::1]:8/":          "[::1]:8",
		"nightly import «ñandú»":    "nightly import «ñandú»",
		"":                          "",
	} {
		if got := SiteName(raw); got != want {
			t.Errorf("%s: got %q, want %q", raw, got, want)
		}
	}
}

func TestRegressed(t *testing.T) {
	for _, c := range []struct {
		score, errors int
		last          *Verdict
		want          bool
	}{
		{70, 9, nil, false},
		{70, 2, &Verdict{GeoScore: 74, Errors: 2}, false},
		{70, 2, &Verdict{GeoScore: 75, Errors: 2}, true},
		{80, 3, &Verdict{GeoScore: 70, Errors: 2}, true},
		{80, 1, &Verdict{GeoScore: 70, Errors: 2}, false},
	} {
		p := AuditProgress{GeoScore: &c.score, Findings: Findings{Error: c.errors}, Previous: c.last}
		if got := p.Regressed(); got != c.want {
			t.Errorf("%d with %d errors after %+v: got %v", c.score, c.errors, c.last, got)
		}
	}
	if (&AuditProgress{Previous: &Verdict{GeoScore: 90}}).Regressed() {
		t.Error("an audit without a score regressed")
	}
}

// TestBest takes the newest of the highest scores.
func TestBest(t *testing.T) {
	site := Site{Trend: []Verdict{
		{AuditID: 1, GeoScore: 80}, {AuditID: 2, GeoScore: 80}, {AuditID: 3, GeoScore: 70},
	}}
	if best := site.Best(); best == nil || best.AuditID != 2 {
		t.Errorf("got %+v, want audit 2", best)
	}
	if best := new(Site).Best(); best != nil {
		t.Errorf("of no audit: %+v", best)
	}
}
