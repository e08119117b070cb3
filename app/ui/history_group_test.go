//go:build !js

package ui

import (
	"net/url"
	"strings"
	"testing"

	"atalaya/shared"
	"atalaya/shared/text"
)

// The newest audit of each site stands for the older ones, which are unfolded behind it.
func TestHistoryBySite(t *testing.T) {
	u, err := url.Parse("/?group=site&sort=score")
	if err != nil {
		t.Fatal(err)
	}
	h := &history{query: readListQuery(u.Query())}
	if got := h.query.link(); got != u.String() || !h.query.asks().BySite || h.query.plain() {
		t.Errorf("read and written again: %s", got)
	}
	ended := func(id int64, address string, score int) shared.AuditProgress {
		p := *sample(t, "completed")
		p.AuditID, p.URL, p.GeoScore = id, address, &score
		return p
	}
	h.answered(&shared.AuditList{
		Audits: []shared.AuditProgress{ended(30, "https://a.example/", 40), ended(29, "https://b.example/", 50)},
		Older:  map[int64]int{30: 12, 29: 0}, Scores: map[string][]int{"a.example": {70, 60, 40}},
	}, nil)
	loc := localeAt(t, text.EN, "14:04:26")
	m := loc.history(h, nil, nil)
	if len(m.Rows) != 2 || m.Rows[0].Older != "12 older" || !m.Rows[0].Folded || m.Rows[1].Older != "" {
		t.Fatalf("folded: %+v", m.Rows)
	}
	if got := m.Rows[0].Trend.Label; !strings.Contains(got, "70, 60, 40") {
		t.Errorf("the scores: %q", got)
	}
	if m.Rows[1].Trend.drawn() {
		t.Error("a line without scores")
	}
	if !m.Group.Current || m.Group.Link != "/?sort=score" || m.Range != "1 to 2" {
		t.Errorf("the way back: %+v, %q", m.Group, m.Range)
	}

	older := []shared.AuditProgress{ended(30, "https://a.example/", 40)}
	for _, id := range []int64{20, 19, 18} {
		older = append(older, ended(id, "https://a.example/", 60))
	}
	h.unfolded = map[string][]shared.AuditProgress{"a.example": older}
	h.bury(19)
	m = loc.history(h, nil, map[int64]bool{30: true, 18: true})
	if len(m.Rows) != 4 || m.Rows[0].Folded || !m.Rows[1].Behind || m.Rows[1].ID != 20 || m.Rows[2].ID != 18 {
		t.Errorf("unfolded: %d rows, %+v", len(m.Rows), m.Rows[:3])
	}
	if m.Chosen != "2 selected" || m.Range != "1 to 2" {
		t.Errorf("%q, %q", m.Chosen, m.Range)
	}
}
