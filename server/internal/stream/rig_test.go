package stream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"atalaya/server/internal/feed"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// rig is a whole server: table, feed, relay, hub, and net/http over whatever
// listener it is given. Over pipes it runs in virtual time.
type rig struct {
	t       *testing.T
	table   *table
	feed    *feed.Feed
	server  *Server
	http    *http.Server
	client  *http.Client
	dial    func(context.Context) (net.Conn, error)
	log     *testkit.LogBuffer
	metrics *prometheus.Registry
	stop    func() // ends feed and server, and waits
}

// pipes is a listener without a network.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

var statusOf = map[shared.Code]int{
	shared.CodeBadID: http.StatusBadRequest, shared.CodeBadQuery: http.StatusBadRequest,
	shared.CodeNotFound: http.StatusNotFound, shared.CodeUnauthorized: http.StatusUnauthorized,
	shared.CodeTooManyStreams: http.StatusTooManyRequests, shared.CodeInternal: http.StatusInternalServerError,
	shared.CodeUnavailable: http.StatusServiceUnavailable, shared.CodeDraining: http.StatusServiceUnavailable,
	shared.CodeOverloaded: http.StatusServiceUnavailable,
}

// fail answers like the API's table does, as far as these tests look.
func fail(w http.ResponseWriter, _ *http.Request, err error) {
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		refusal = &Refusal{Code: shared.CodeTooManyStreams}
	}
	status := statusOf[refusal.Code]
	if refusal.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((refusal.RetryAfter+time.Second-1)/time.Second)))
	}
	w.Header().Set("Content-Type", shared.ProblemType)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(shared.Problem{Status: status, Code: refusal.Code, Field: refusal.Field})
}

// newRig starts a server on pipes, over net/http if cfg does not say otherwise;
// every part ends with the test.
func newRig(t *testing.T, cfg Config) *rig {
	p := newPipes()
	cfg.Writer = cmp.Or(cfg.Writer, WriterNetHTTP)
	return newRigOn(t, cfg, p, p.dial, func(h http.Handler) *http.Server { return &http.Server{Handler: h} })
}

func newRigOn(
	t *testing.T, cfg Config, l net.Listener, dial func(context.Context) (net.Conn, error),
	build func(http.Handler) *http.Server,
) *rig {
	t.Helper()
	r := &rig{t: t, table: newTable(), dial: dial, log: &testkit.LogBuffer{}, metrics: prometheus.NewRegistry()}
	cfg.Fail, cfg.Metrics = fail, r.metrics
	cfg.Log = slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.feed = feed.New(feed.Config{Log: cfg.Log})
	r.table.committed = r.feed.Wake
	r.server = New(r.table, r.feed, cfg)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sse/audits/{id}/progress", r.server.Audit)
	mux.HandleFunc("GET /sse/audits", r.server.Audits)
	mux.HandleFunc("GET /api/v1/audits/{id}/progress", r.server.Poll)
	r.http = build(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if w.Header().Get("X-Request-Id") == "" { // as the API's log gives every request one
			w.Header().Set("X-Request-Id", "rig")
		}
		mux.ServeHTTP(w, req)
	}))
	r.client = &http.Client{Transport: &http.Transport{
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		DisableCompression: true,
	}}
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { r.feed.Run(ctx) })
	parts.Go(func() { r.server.Run(ctx) })
	r.stop = func() {
		cancel()
		parts.Wait()
	}
	serving := make(chan struct{})
	go func() { defer close(serving); r.http.Serve(l) }()
	t.Cleanup(func() {
		r.client.CloseIdleConnections()
		r.http.Close()
		r.stop()
		<-serving
	})
	return r
}

func (r *rig) request(method, path string, header ...string) *http.Request {
	req, err := http.NewRequest(method, "http://atalaya.test"+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	return req
}

// open opens a stream, or asks for a poll, and reads it in the background.
func (r *rig) open(path string, header ...string) *ssetest.Reader {
	r.t.Helper()
	s, err := ssetest.Open(r.t, r.client, r.request("GET", path, header...))
	if err != nil {
		r.t.Fatalf("GET %s: %v", path, err)
	}
	return s
}

// openSoon does what open does, without waiting for the answer. What it returns
// gives the stream once the answer begins, or nil if there was none.
func (r *rig) openSoon(path string, header ...string) <-chan *ssetest.Reader {
	r.t.Helper()
	opened, req := make(chan *ssetest.Reader, 1), r.request("GET", path, header...)
	go func() {
		s, err := ssetest.Open(r.t, r.client, req)
		if err != nil {
			r.t.Errorf("GET %s: %v", path, err)
		}
		opened <- s
	}()
	return opened
}

// metric sums the samples of a metric whose labels include the given pairs:
// values of counters and gauges, counts of histograms.
func (r *rig) metric(name string, labels ...string) (sum float64) {
	r.t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			have := map[string]string{}
			for _, l := range m.GetLabel() {
				have[l.GetName()] = l.GetValue()
			}
			fits := true
			for i := 0; i < len(labels); i += 2 {
				fits = fits && have[labels[i]] == labels[i+1]
			}
			if fits {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum
}

// virtual runs f with a rig in virtual time, once for each writer that can do
// without a socket, and over HTTP/2.
func virtual(t *testing.T, cfg Config, f func(t *testing.T, r *rig)) {
	t.Helper()
	for _, cfg.Writer = range []Writer{WriterNetHTTP, WriterConn} {
		t.Run(string(cfg.Writer), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, newRig(t, cfg)) })
		})
	}
	cfg.Writer = WriterAuto
	t.Run("http2", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { f(t, newRigOverHTTP2(t, cfg)) })
	})
}

// newRigOverHTTP2 is newRig for a client that speaks HTTP/2, without TLS. Requests
// written by hand are still HTTP/1.1.
func newRigOverHTTP2(t *testing.T, cfg Config) *rig {
	p := newPipes()
	r := newRigOn(t, cfg, p, p.dial, func(h http.Handler) *http.Server {
		s := &http.Server{
			Handler: h, Protocols: new(http.Protocols), HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 250},
		}
		s.Protocols.SetHTTP1(true)
		s.Protocols.SetUnencryptedHTTP2(true)
		return s
	})
	transport := r.client.Transport.(*http.Transport)
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetUnencryptedHTTP2(true)
	return r
}
