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
	mux.Handle(shared.PathReference, app)   // or ServeMux would redirect it
	mux.Handle("/sse", problems.NotFound()) // likewise
	mux.Handle("/sse/", problems.NotFound())
	get(shared.PathHealth, func(w http.ResponseWriter, _ *http.Request) {
		status(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	get(shared.PathReady, ready(problems, streams, rows))
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

// forReaders is true of what pages of other sites may read if they are allowed to. Where
// messages go is not for them.
func forReaders(p string) bool {
	isBelow := func(root string) bool { return p == root || strings.HasPrefix(p, root+"/") }
	return forPrograms(p) && !isBelow(shared.PathWebhooks) && !isBelow(shared.PathPush)
}

// ready answers whether this process should get traffic: not while it drains, nor
// when the database, writes to it or the feed of changes fail. Beside what fails it
// says why, with the code and the words of a problem.
func ready(problems *api.Problems, streams *stream.Server, rows *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		parts := map[string]string{"status": "ready", "database": "ok", "writes": "ok", "feed": "ok", "streams": "ok"}
		code := http.StatusOK
		fail := func(part, how string, why shared.Code, detail string) {
			parts[part] = how
			if code == http.StatusOK { // the first is the cause of those that follow
				parts["status"], parts["code"], parts["detail"] = "not ready", string(why), detail
			}
			code = http.StatusServiceUnavailable
		}
		for _, check := range []struct {
			part string
			err  error
		}{{"database", rows.Ping(ctx)}, {"writes", rows.Writable(ctx)}, {"feed", streams.Healthy()}} {
			if check.err != nil {
				p := problems.Describe(check.err)
				fail(check.part, "failing", p.Code, p.Detail)
			}
		}
		if streams.Draining() {
			fail("streams", "draining", shared.CodeDraining, "The server is shutting down.")
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
