package api_test

import (
	"encoding/json"
	"testing"

	"atalaya/shared"
)

func TestStats(t *testing.T) {
	s := newServer(t)
	for _, body := range []string{`{"url":"http://site.example/"}`, `{"url":"x","kind":"external"}`} {
		if w := s.do("POST", shared.PathAudits, body); w.Code != 201 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	s.do("PATCH", shared.PathProgress(2), `{"progress":1}`)
	w := s.do("GET", shared.PathStats, nil)
	var got shared.Stats
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 ||
		w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %s", w.Code, err, w.Body)
	}
	if want := (shared.AuditCounts{Waiting: 1, Running: 1}); got.Audits != want {
		t.Errorf("audits: got %+v, want %+v", got.Audits, want)
	}
	if w := s.do("GET", shared.PathStats+"?colour=red", nil); w.Code != 400 {
		t.Errorf("an unknown parameter: %d", w.Code)
	}
}
