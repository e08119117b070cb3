package worker_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"atalaya/server/internal/api"
	"atalaya/server/internal/store"
	"atalaya/server/worker"
	"atalaya/shared"
)

// server is the API over a real SQLite store.
type server struct {
	*store.Store
	url  string
	stop func()
}

func startServer(ctx context.Context) (*server, error) {
	dir, err := os.MkdirTemp("", "worker")
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	rows, err := store.Open(ctx, store.Config{DataDir: dir, Log: log})
	if err != nil {
		return nil, err
	}
	problems := api.NewProblems(log,
		api.Rule{Err: store.ErrNotFound, Code: shared.CodeNotFound, Detail: "There is no such audit."},
		api.Rule{Err: store.ErrTerminal, Code: shared.CodeTerminal, Detail: "It is final."},
		api.Rule{Err: store.ErrPrecondition, Code: shared.CodePrecondition, Detail: "Read it again."},
		api.Rule{Err: store.ErrOutOfRange, Code: shared.CodeOutOfRange},
	)
	mux := http.NewServeMux()
	api.New(api.Config{Service: rows, Problems: problems, Poll: http.NotFoundHandler()}).Register(mux)
	web := httptest.NewServer(mux)
	return &server{rows, web.URL, func() {
		web.Close()
		_ = rows.Close()
		_ = os.RemoveAll(dir)
	}}, nil
}

func newServer(t *testing.T) *server {
	t.Helper()
	s, err := startServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// client is a client of the server, by way of a transport if there is one.
func (s *server) client(t *testing.T, way http.RoundTripper) *worker.Client {
	t.Helper()
	c, err := worker.New(worker.Config{
		URL: s.url, Name: "a test", HTTP: &http.Client{Transport: way}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// way stands between a client and a server.
type way func(*http.Request) (*http.Response, error)

func (w way) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }
