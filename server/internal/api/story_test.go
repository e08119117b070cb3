package api_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"atalaya/server/internal/api"
	"atalaya/shared"
)

// stories are those that a server took until it had enough.
type stories struct{ taken []shared.ClientStory }

func (s *stories) take(_ *http.Request, told shared.ClientStory) error {
	if len(s.taken) == 2 {
		return &api.Error{Code: shared.CodeStoryLimited, Detail: "Later."}
	}
	s.taken = append(s.taken, told)
	return nil
}

func TestStory(t *testing.T) {
	s := newServer(t)
	for _, tt := range []struct {
		name, body string
		status     int
		code       shared.Code
	}{
		{"a good visit", `{"useful_after_ms":340,"reconnects":0,"stalls":0,"fallback":null}`, 204, ""},
		{"a bad one", `{"useful_after_ms":null,"reconnects":1000,"stalls":2,"fallback":"a later cause"}`, 204, ""},
		{"one too many", `{}`, 429, shared.CodeStoryLimited},
		{"more than can be", `{"reconnects":1001}`, 422, shared.CodeOutOfRange},
		{"less than can be", `{"stalls":-1}`, 422, shared.CodeOutOfRange},
		{"too late", `{"useful_after_ms":3600001}`, 422, shared.CodeOutOfRange},
		{"before it began", `{"useful_after_ms":-1}`, 422, shared.CodeOutOfRange},
		{"a cause without a name", `{"fallback":""}`, 422, shared.CodeOutOfRange},
		{"a cause without an end", `{"fallback":"` + strings.Repeat("x", 41) + `"}`, 422, shared.CodeOutOfRange},
		{"somebody's name", `{"audit_id":7}`, 400, shared.CodeUnknownField},
		{"a fraction", `{"stalls":0.5}`, 400, shared.CodeBadJSON},
		{"too long", `{"stalls":1` + strings.Repeat(" ", shared.StoryBodyMax) + `}`, 413, shared.CodeTooLarge},
	} {
		w := s.do("POST", shared.PathStory, tt.body)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), string(tt.code)) {
			t.Errorf("%s: %d %s, want %d %s", tt.name, w.Code, w.Body, tt.status, tt.code)
		}
	}
	want := []shared.ClientStory{
		{UsefulAfterMS: new(int64(340))},
		{Reconnects: 1000, Stalls: 2, Fallback: new("a later cause")},
	}
	if !reflect.DeepEqual(s.told.taken, want) {
		t.Errorf("took %+v, want %+v", s.told.taken, want)
	}
}
