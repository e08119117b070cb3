package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"atalaya/shared"
)

// Config is what [New] needs.
type Config struct {
	Service  Service
	Tokens   Tokens
	Shares   Shares
	Push     Push
	Trail    Trail
	Problems *Problems
	// Seed checks what a user typed as an address and returns it in canonical
	// form. Its errors are [*Error] values.
	Seed func(raw string) (string, error)
	// Target checks where the messages of a webhook are to go and returns it in canonical
	// form. Its errors are [*Error] values.
	Target func(kind shared.WebhookKind, raw string) (string, error)
	// PageLimit is used where a request names none.
	PageLimit int
	// MaxBytes and MaxSeconds are the server's own bounds of an audit, which a request
	// can only lower; 0 means none.
	MaxBytes   int64
	MaxSeconds int
	// Rate is the server's own bound of requests a second, likewise; 0 means none.
	Rate float64
	// CheckHeaders says what is wrong with the headers of an audit. Its errors name no value.
	CheckHeaders func(lines []string) error
	// Version is that of the program, whose words are in reports.
	Version string
	// Stats says how this process is doing.
	Stats func(ctx context.Context) (shared.Stats, error)
	// Story takes how a visit of a browser fared, or refuses it.
	Story func(r *http.Request, told shared.ClientStory) error
	// Poll answers GET …/progress; package stream's.
	Poll http.Handler
}

// API holds the JSON handlers.
type API struct {
	Config
}

// New returns the handlers of /api/v1.
func New(c Config) *API { return &API{c} }

// Register adds the routes to mux, with a 404 for whatever else lies under /api. /api
// itself is a page.
// [http.ServeMux] could take the methods too, but would answer a wrong one in
// plain text.
func (a *API) Register(mux *http.ServeMux) {
	paths := map[string]map[string]http.Handler{}
	for route, handler := range a.routes() {
		method, path, _ := strings.Cut(route, " ")
		if paths[path] == nil {
			paths[path] = map[string]http.Handler{}
		}
		paths[path][method] = handler
	}
	for path, methods := range paths {
		mux.Handle(path, a.Problems.Methods(methods))
	}
	mux.Handle("/api/", a.Problems.NotFound())
}

// Routes lists the routes that [API.Register] adds, each with its method.
func (a *API) Routes() []string { return slices.Sorted(maps.Keys(a.routes())) }

// handle adapts a handler that returns its error.
func (a *API) handle(h func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			a.Problems.Fail(w, r, err)
		}
	})
}

// writeJSON sends v as JSON. Encoding comes first, so that a failure is still an
// answer.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("api: encode %T: %w", v, err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may have gone
	return nil
}
