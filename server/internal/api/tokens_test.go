package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"atalaya/shared"
)

func TestTokens(t *testing.T) {
	s := newServer(t)
	for body, want := range map[string]int{
		`{"role":"viewer"}`: 201,
		`{"role":"admin","name":"Ana","expires_at":"2999-01-01T00:00:00Z"}`: 201,
		`{"role":"worker","name":"w","expires_at":null}`:                    201,
		`{"role":"root"}`:                   422,
		`{}`:                                422,
		`{"role":"viewer","id":7}`:          400,
		`{"role":"viewer","name":"\u0000"}`: 422,
		`{"role":"viewer","name":"` + strings.Repeat("a", 101) + `"}`: 422,
		`{"role":"viewer","expires_at":"2001-01-01T00:00:00Z"}`:       422,
		`{"role":"viewer","expires_at":"tomorrow"}`:                   400,
	} {
		w := s.do("POST", shared.PathTokens, body)
		if w.Code != want {
			t.Errorf("%s: got %d %s, want %d", body, w.Code, w.Body, want)
		}
		if w.Code == 201 && (w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Body.String(), `"secret":"atl_`)) {
			t.Errorf("%s: got %v %s", body, w.Header(), w.Body)
		}
	}
	w := s.do("GET", shared.PathTokens, nil)
	var list shared.TokenList
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Tokens) != 3 ||
		strings.Contains(w.Body.String(), "rest") || strings.Contains(w.Body.String(), "hash") {
		t.Fatalf("list %s, %v", w.Body, err)
	}
	for _, want := range []int{204, 404} {
		if got := s.do("DELETE", shared.PathToken(list.Tokens[0].ID), nil); got.Code != want {
			t.Errorf("revoked with %d, want %d", got.Code, want)
		}
	}
	if got := s.do("DELETE", shared.PathTokens+"/x", nil); got.Code != 400 {
		t.Errorf("no number: %d", got.Code)
	}
}
