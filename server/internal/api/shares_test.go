package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"atalaya/shared"
)

func TestShares(t *testing.T) {
	s := newServer(t)
	s.do("POST", shared.PathAudits, `{"url":"https://a.example/"}`)
	for body, want := range map[string]struct{ status, days int }{
		`{}`: {201, 7}, `{"days":1}`: {201, 1}, `{"days":366}`: {201, 366}, `{"days":-1}`: {422, 0}, `{"days":367}`: {422, 0},
		`{"days":1.5}`: {400, 0}, `{"audit_id":2}`: {400, 0},
	} {
		w := s.do("POST", shared.PathShares(1), body)
		var made shared.Share
		_ = json.Unmarshal(w.Body.Bytes(), &made) // a refusal has other fields
		days := int(made.ExpiresAt.Sub(made.CreatedAt.Time).Round(time.Hour) / (24 * time.Hour))
		if w.Code != want.status || want.days > 0 && days != want.days {
			t.Errorf("%s: got %d %s, want %+v", body, w.Code, w.Body, want)
		}
	}
	if w := s.do("POST", shared.PathShares(2), `{}`); w.Code != 404 {
		t.Errorf("no audit: %d", w.Code)
	}
	var list shared.ShareList
	if w := s.do("GET", shared.PathShares(1), nil); json.Unmarshal(w.Body.Bytes(), &list) != nil || len(list.Shares) != 3 {
		t.Errorf("list %s", w.Body)
	}
	for path, want := range map[string]int{"/1": 204, "/1000": 404, "/x": 400} {
		if w := s.do("DELETE", shared.PathShares(1)+path, nil); w.Code != want {
			t.Errorf("%s: got %d, want %d", path, w.Code, want)
		}
	}
}
