package main

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"atalaya/server/internal/api"
	"atalaya/server/internal/store"
	"atalaya/server/internal/stream"
	"atalaya/shared"
)

// routes adds what is not JSON: streams, the operator's paths, and the pages,
// which take everything else.
func routes(
	mux *http.ServeMux, problems *api.Problems, streams *stream.Server, rows *store.Store, m *metrics, app http.Handler,
) {
	get := func(path string, h http.HandlerFunc) {
		mux.Handle(path, problems.Methods(map[string]http.Handler{http.MethodGet: h}))
	}
	get(shared.PathStreams, streams.Audits)
	get(shared.PathStreams+"/{id}/progress", streams.Audit)
	mux.Handle("/sse", problems.NotFound()) // or ServeMux would redirect it
	mux.Handle("/sse/", problems.NotFound())
	get(shared.PathHealth, func(w http.ResponseWriter, _ *http.Request) {
		status(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	get(shared.PathReady, ready(streams, rows))
	get(shared.PathMetrics, m.handler().ServeHTTP)
	mux.Handle("/", app)
}

// programs are the roots of what is asked for by programs rather than people.
var programs = [...]string{"/api", "/sse"}

// strict answers 404 where [http.ServeMux] would send a program to the clean
// form of its path (/api//v1, /x/../sse): it gets a problem, and no redirect that
// would turn the mistake into a second request. People are sent on.
func strict(mux http.Handler, problems *api.Problems) http.Handler {
	missing := problems.NotFound()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clean := path.Clean("/" + r.URL.Path)
		if clean != r.URL.Path && clean+"/" != r.URL.Path && (forPrograms(clean) || forPrograms(r.URL.Path)) {
			missing.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func forPrograms(p string) bool {
	return slices.ContainsFunc(programs[:],
		func(root string) bool { return p == root || strings.HasPrefix(p, root+"/") })
}

// ready answers whether this process should get traffic: not while it drains,
// nor when the database or the feed of changes fails.
func ready(streams *stream.Server, rows *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		parts := map[string]string{"status": "ready", "database": "ok", "feed": "ok", "streams": "ok"}
		code := http.StatusOK
		for part, err := range map[string]error{"database": rows.Ping(ctx), "feed": streams.Healthy()} {
			if err != nil {
				parts[part], parts["status"], code = "failing", "not ready", http.StatusServiceUnavailable
			}
		}
		if streams.Draining() {
			parts["streams"], parts["status"], code = "draining", "not ready", http.StatusServiceUnavailable
		}
		status(w, code, parts)
	}
}

func status(w http.ResponseWriter, code int, v map[string]string) {
	body, _ := json.Marshal(v) // strings always encode
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n'))
}
