package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"atalaya/server/internal/api"
	"atalaya/shared"
)

// document is openapi.json, validated, with the routes it describes.
type document struct {
	*openapi3.T
	router routers.Router
}

// readDocument reads openapi.json once. The document leaves its objects open, so
// that a client outlives a field that is added; here they are closed, so that a
// field which the document forgets fails the test that sees it.
var readDocument = sync.OnceValues(func() (document, error) {
	data, err := os.ReadFile("openapi.json")
	if err != nil {
		return document{}, err
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		return document{}, err
	}
	closeObjects(raw["components"])
	if data, err = json.Marshal(raw); err != nil {
		return document{}, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return document{}, err
	}
	router, err := legacy.NewRouter(doc) // validates the document
	return document{doc, router}, err
})

// closeObjects forbids, in every schema below v, the properties it does not list.
// The keyword is one of 3.1 only: where a schema has none of those, the library
// falls back to its validator for 3.0, which refuses null in an enum.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "object" && v["additionalProperties"] == nil {
			v["unevaluatedProperties"] = false
		}
		for _, child := range v {
			closeObjects(child)
		}
	case []any:
		for _, child := range v {
			closeObjects(child)
		}
	}
}

func described(t *testing.T) document {
	t.Helper()
	doc, err := readDocument()
	if err != nil {
		t.Fatalf("openapi.json: %v", err)
	}
	return doc
}

// held answers as h does and fails the test where an answer, or a request that
// was accepted, is not as openapi.json describes it.
func held(t *testing.T, h http.Handler) http.Handler {
	doc := described(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var sent []byte
		if r.Body != nil {
			var err error
			if sent, err = io.ReadAll(r.Body); err != nil {
				t.Errorf("%s %s: body: %v", r.Method, r.URL, err)
			}
		}
		again := r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if err := doc.check(again, sent, answer); err != nil {
			t.Errorf("openapi.json does not describe %s %s, answered %d: %v", r.Method, r.URL, answer.Code, err)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// check compares one exchange with the document.
func (doc document) check(r *http.Request, sent []byte, answer *httptest.ResponseRecorder) error {
	route, params, err := doc.router.FindRoute(r)
	if err != nil { // a path or a method that is not described gets a problem, and nothing else
		if answer.Code != http.StatusNotFound && answer.Code != http.StatusMethodNotAllowed {
			return err
		}
		return doc.fits("Problem", answer.Body.Bytes())
	}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	if answer.Code < http.StatusBadRequest {
		if err := checkRequest(input, sent); err != nil {
			return fmt.Errorf("the request was accepted: %w", err)
		}
	}
	// The library looks neither at a 304 nor for a body where none is described.
	response := route.Operation.Responses.Status(answer.Code)
	if response == nil {
		return fmt.Errorf("no such status")
	}
	if n := answer.Body.Len(); len(response.Value.Content) == 0 && n > 0 {
		return fmt.Errorf("%d bytes where no body is described", n)
	}
	return openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.Code, Header: answer.Header(),
		Body:    io.NopCloser(bytes.NewReader(answer.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
}

// meaningful are the request headers that change an answer.
var meaningful = []string{"Idempotency-Key", "If-Match", "If-None-Match", "Prefer"}

// checkRequest holds a request that the server accepted against the document,
// which must describe every parameter of it.
func checkRequest(input *openapi3filter.RequestValidationInput, sent []byte) error {
	r, operation := input.Request, input.Route.Operation
	for name := range r.URL.Query() {
		if operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("the query parameter %s is not described", name)
		}
	}
	for _, name := range meaningful {
		if r.Header.Get(name) != "" && operation.Parameters.GetByInAndName(openapi3.ParameterInHeader, name) == nil {
			return fmt.Errorf("the header %s is not described", name)
		}
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		// What curl -d claims: the server lets it pass, and the document need not.
		r.Header.Set("Content-Type", "application/json")
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
	return openapi3filter.ValidateRequest(r.Context(), input)
}

// fits reports how JSON departs from a schema of the document.
func (doc document) fits(schema string, data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	return doc.Components.Schemas[schema].Value.VisitJSON(v, openapi3.EnableJSONSchema2020())
}

// TestDocumentDescribesEveryRoute compares the methods of every path.
func TestDocumentDescribesEveryRoute(t *testing.T) {
	s, doc := newServer(t), described(t)
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
	for path, item := range described(t).Paths.Map() {
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
		if err := described(t).fits("AuditProgress", data); err != nil {
			t.Errorf("%s.json: %v", name, err)
		}
	}
}

// TestDocumentBites changes an answer in one way after another, each of which the
// document forbids.
func TestDocumentBites(t *testing.T) {
	s, doc := newServer(t), described(t)
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
		if doc.check(r, sent, answer) == nil {
			t.Errorf("%s: passes", name)
		}
	}
}
