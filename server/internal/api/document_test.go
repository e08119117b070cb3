package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"atalaya/server/internal/api"
	"atalaya/server/internal/api/apitest"
	"atalaya/shared"
)

// TestDocumentDescribesEveryRoute compares the methods of every path.
func TestDocumentDescribesEveryRoute(t *testing.T) {
	s, doc := newServer(t), apitest.Read(t)
	for _, route := range api.Routes() {
		method, path, _ := strings.Cut(route, " ")
		if item := doc.Paths.Find(path); item == nil || item.GetOperation(method) == nil {
			t.Errorf("%s is not described", route)
		}
	}
	for path, item := range doc.Paths.Map() {
		if !strings.HasPrefix(path, shared.PathAPI) {
			continue
		}
		allow := s.do("TRACE", strings.ReplaceAll(path, "{id}", "1"), nil).Header().Get("Allow")
		want := []string{}
		for method := range item.Operations() {
			want = append(want, method)
			if method == http.MethodGet {
				want = append(want, http.MethodHead)
			}
		}
		slices.Sort(want)
		if got := strings.Split(allow, ", "); !slices.Equal(got, want) {
			t.Errorf("%s takes %v, but is described with %v", path, got, want)
		}
	}
}

// TestDocumentDescribesRefusalsOfEveryPath looks for the answers that do not
// depend on the route: the guard's, and the server's own fault.
func TestDocumentDescribesRefusalsOfEveryPath(t *testing.T) {
	for path, item := range apitest.Read(t).Paths.Map() {
		for method, operation := range item.Operations() {
			for _, status := range []int{http.StatusForbidden, http.StatusInternalServerError} {
				if operation.Responses.Status(status) == nil {
					t.Errorf("%s %s is described without %d", method, path, status)
				}
			}
		}
	}
}

// TestDocumentDescribesTheExamplesOfTheWire takes the examples that both sides of
// the wire are tested with.
func TestDocumentDescribesTheExamplesOfTheWire(t *testing.T) {
	for _, name := range []string{"running", "completed", "external", "keyed"} {
		data, err := os.ReadFile("../../../shared/testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		// The oldest examples lack what every answer has today.
		p, err := shared.DecodeAuditProgress(data)
		if err != nil {
			t.Fatal(err)
		}
		if data, err = json.Marshal(p); err != nil {
			t.Fatal(err)
		}
		if err := apitest.Read(t).Fits("AuditProgress", data); err != nil {
			t.Errorf("%s.json: %v", name, err)
		}
	}
}

// TestDocumentBites changes an answer in one way after another, each of which the
// document forbids.
func TestDocumentBites(t *testing.T) {
	s, doc := newServer(t), apitest.Read(t)
	w := s.do("POST", shared.PathAudits, `{"url":"http://site.example/"}`)
	for name, change := range map[string]func(answer *httptest.ResponseRecorder, body map[string]any){
		"a field nobody described": func(_ *httptest.ResponseRecorder, body map[string]any) { body["colour"] = "red" },
		"a field left out":         func(_ *httptest.ResponseRecorder, body map[string]any) { delete(body, "stage") },
		"null where none may be":   func(_ *httptest.ResponseRecorder, body map[string]any) { body["url"] = nil },
		"a number out of range":    func(_ *httptest.ResponseRecorder, body map[string]any) { body["progress"] = 101 },
		"a time in other words":    func(_ *httptest.ResponseRecorder, body map[string]any) { body["created_at"] = "now" },
		"an unknown status":        func(answer *httptest.ResponseRecorder, _ map[string]any) { answer.Code = 203 },
		"another media type": func(answer *httptest.ResponseRecorder, _ map[string]any) {
			answer.Header().Set("Content-Type", "text/plain")
		},
	} {
		var body map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		answer.Code = w.Code
		answer.Header().Set("Content-Type", w.Header().Get("Content-Type"))
		change(answer, body)
		if err := json.NewEncoder(answer.Body).Encode(body); err != nil {
			t.Fatal(err)
		}
		sent := []byte(`{"url":"http://site.example/"}`)
		r := httptest.NewRequest("POST", shared.PathAudits, nil)
		r.Header.Set("Content-Type", "application/json")
		if doc.Check(r, sent, answer) == nil {
			t.Errorf("%s: passes", name)
		}
	}
}
