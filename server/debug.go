package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"sync"
	"time"

	"atalaya/server/internal/access"
	"atalaya/server/internal/api"
)

// memoryProfileRate is how many bytes are taken from one note of who takes them to the next.
const memoryProfileRate = 512 << 10

var profileMemory = sync.OnceFunc(func() { runtime.MemProfileRate = memoryProfileRate })

// debugListener listens at --debug-addr; it is nil without that flag. Then nobody can ask who
// takes the memory, and the process does not note it: each note walks a stack, which is one
// part in a hundred of what an audit costs.
func debugListener(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		return nil, nil
	}
	profileMemory()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, listenError("--debug-addr", addr, err)
	}
	return l, nil
}

// serveDebug serves the profiles of this process at /debug/pprof/ until ctx ends. They
// tell what it does and holds, so they have a port of their own on loopback, closed to
// pages that the user visits.
func serveDebug(ctx context.Context, l net.Listener, problems *api.Problems, log *slog.Logger) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	server := &http.Server{
		Handler:           access.NewGuard(nil, access.Readers{}, problems.Fail).Wrap(mux),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	log.Info("profiles", "url", "http://"+l.Addr().String()+"/debug/pprof/")
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}
