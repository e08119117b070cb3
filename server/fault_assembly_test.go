package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"

	"atalaya/server/internal/feed"
	"atalaya/server/internal/store"
	"atalaya/server/internal/stream"
	"atalaya/shared"
)

// assembly is the part of a server between database and subscriber, in this process:
// for faults that no flag and no other process can cause. It is made of the real
// parts, without their wake-ups: only the sweep is left.
type assembly struct {
	rows *store.Store
	url  string
}

// assemble serves the database in dir, or at dsn when that is not empty, over a
// pool of the given size.
func assemble(t *testing.T, dir, dsn string, pool int) *assembly {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	rows, err := store.Open(t.Context(), store.Config{DataDir: dir, DatabaseURL: dsn, PoolSize: pool, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := assembleOn(reader{rows}, feed.New(feed.Config{Log: quiet}), l, stream.Config{Log: quiet})
	t.Cleanup(func() {
		stop()
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	})
	return &assembly{rows: rows, url: "http://" + l.Addr().String()}
}

// assembleOn serves streams and polls of rows until stop, which cuts all of them.
func assembleOn(rows stream.Reader, changes *feed.Feed, l net.Listener, cfg stream.Config) (stop func()) {
	cfg.Fail = failStream(problems(cfg.Log))
	streams := stream.New(rows, changes, cfg)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+shared.PathStreams+"/{id}/progress", streams.Audit)
	mux.HandleFunc("GET "+shared.PathAudits+"/{id}/progress", streams.Poll)
	server := &http.Server{Handler: mux, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { _ = changes.Run(ctx) })
	parts.Go(func() { _ = streams.Run(ctx) })
	serving := make(chan struct{})
	go func() { defer close(serving); _ = server.Serve(l) }()
	return func() {
		_ = server.Close()
		cancel()
		parts.Wait()
		<-serving
	}
}

// fileURL is the database in dir as another program opens it.
func fileURL(dir string) string {
	file := url.URL{
		Scheme: "file", OmitHost: true, Path: filepath.Join(dir, "atalaya.db"), RawQuery: "_pragma=busy_timeout(5000)",
	}
	return file.String()
}
