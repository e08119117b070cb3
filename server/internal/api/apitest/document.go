// Package apitest holds answers against the API's description, for the tests of every
// package that answers in its name:
//
//	mux := apitest.Held(t, handler) // fails t at the first answer that is not described
package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"atalaya/server/internal/api"
)

// Document is openapi.json, validated, with the routes it describes.
type Document struct {
	*openapi3.T
	router routers.Router
}

// readDocument reads openapi.json once. The document leaves its objects open, so
// that a client outlives a field that is added; here they are closed, so that a
// field which the document forgets fails the test that sees it.
var readDocument = sync.OnceValues(func() (Document, error) {
	var raw map[string]any
	if err := json.Unmarshal(api.Document(), &raw); err != nil {
		return Document{}, err
	}
	closeObjects(raw["components"])
	data, err := json.Marshal(raw)
	if err != nil {
		return Document{}, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return Document{}, err
	}
	router, err := legacy.NewRouter(doc) // validates the document
	return Document{doc, router}, err
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

// Read returns the document, or ends the test.
func Read(t testing.TB) Document {
	t.Helper()
	doc, err := readDocument()
	if err != nil {
		t.Fatalf("openapi.json: %v", err)
	}
	return doc
}

// Held answers as h does and fails the test where an answer, or a request that
// was accepted, is not as openapi.json describes it.
func Held(t testing.TB, h http.Handler) http.Handler {
	doc := Read(t)
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
		if err := doc.Check(again, sent, answer); err != nil {
			t.Errorf("openapi.json does not describe %s %s, answered %d: %v", r.Method, r.URL, answer.Code, err)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// Check compares one exchange with the document.
func (doc Document) Check(r *http.Request, sent []byte, answer *httptest.ResponseRecorder) error {
	route, params, err := doc.router.FindRoute(r)
	if err != nil { // a path or a method that is not described gets a problem, and nothing else
		if answer.Code != http.StatusNotFound && answer.Code != http.StatusMethodNotAllowed {
			return err
		}
		return doc.Fits("Problem", answer.Body.Bytes())
	}
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		// Who may send a request is decided before it gets here.
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
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
	given := r.URL.Query()
	for name := range given {
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
	// A form sends the fields that are not filled in, which mean none.
	maps.DeleteFunc(given, func(_ string, values []string) bool { return values[0] == "" })
	r.URL.RawQuery = given.Encode()
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
	return openapi3filter.ValidateRequest(r.Context(), input)
}

// Fits reports how JSON departs from a schema of the document.
func (doc Document) Fits(schema string, data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	return doc.Components.Schemas[schema].Value.VisitJSON(v, openapi3.EnableJSONSchema2020())
}
