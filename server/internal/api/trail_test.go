package api_test

import (
	"net/http"
	"strings"
	"testing"

	"atalaya/shared"
)

func TestTrailSelects(t *testing.T) {
	s := newServer(t)
	for _, e := range []shared.TrailEntry{
		{Deed: shared.DeedSignedIn, Who: "Ana Ñ"}, {Deed: shared.DeedStarted, Who: "Ana Ñ"}, {Deed: shared.DeedStarted, Who: "Luis"},
	} {
		if err := s.store.NoteDeed(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		query  string
		status int
		want   string
		lines  int
	}{
		{"", 200, `"next_before":null`, 3},
		{"?who=Ana+%C3%91", 200, `"who":"Ana Ñ"`, 2},
		{"?deed=started&limit=1", 200, `"next_before":3`, 1},
		{"?deed=started&limit=1&before=3", 200, `"next_before":null`, 1},
		{"?who=Luis&deed=signed_in", 200, `{"entries":[],"next_before":null}`, 0},
		{"?from=2020-11-26T10:00:00%2B01:00", 200, `"who":"Luis"`, 3},
		{"?until=2020-11-26T10:00:00Z", 200, `{"entries":[],"next_before":null}`, 0},
		{"?deed=burned", 400, `"field":"deed"`, 0},
		{"?from=yesterday", 400, `"field":"from"`, 0},
		{"?until=2026-11-26", 400, `"field":"until"`, 0},
		{"?before=x", 400, `"field":"before"`, 0},
		{"?limit=0", 400, `"field":"limit"`, 0},
		{"?who=a&who=b", 400, `"bad_query"`, 0},
		{"?whom=a", 400, `"bad_query"`, 0},
	} {
		w := s.do(http.MethodGet, "/api/v1/trail"+c.query, nil)
		lines := strings.Count(w.Body.String(), `"deed":`)
		if w.Code != c.status || lines != c.lines || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s, want %d with %d lines and %s", c.query, w.Code, w.Body, c.status, c.lines, c.want)
		}
	}
}
