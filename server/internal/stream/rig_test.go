package stream

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
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
	"atalaya/server/internal/sse"
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
	log     *logBuffer
	metrics *prometheus.Registry
	stop    func() // ends feed and server, and waits
}

type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
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
	shared.CodeBadID: http.StatusBadRequest, shared.CodeBadQuery: http.StatusBadRequest, shared.CodeNotFound: http.StatusNotFound,
	shared.CodeTooManyStreams: http.StatusTooManyRequests, shared.CodeInternal: http.StatusInternalServerError,
	shared.CodeUnavailable: http.StatusServiceUnavailable, shared.CodeDraining: http.StatusServiceUnavailable, shared.CodeOverloaded: http.StatusServiceUnavailable,
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

func newRigOn(t *testing.T, cfg Config, l net.Listener, dial func(context.Context) (net.Conn, error), build func(http.Handler) *http.Server) *rig {
	t.Helper()
	r := &rig{t: t, table: newTable(), dial: dial, log: &logBuffer{}, metrics: prometheus.NewRegistry()}
	cfg.Fail, cfg.Log, cfg.Metrics = fail, slog.New(slog.NewTextHandler(r.log, nil)), r.metrics
	r.feed = feed.New(feed.Config{Log: cfg.Log})
	r.table.committed = r.feed.Wake
	r.server = New(r.table, r.feed, cfg)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sse/audits/{id}/progress", r.server.Audit)
	mux.HandleFunc("GET /sse/audits", r.server.Audits)
	mux.HandleFunc("GET /api/v1/audits/{id}/progress", r.server.Poll)
	r.http = build(mux)
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

// seen is one event and when it came.
type seen struct {
	sse.Event
	at time.Time
}

// viewer reads one stream to its end.
type viewer struct {
	rig    *rig
	list   bool
	Status int
	Header http.Header
	began  time.Time
	stop   context.CancelFunc
	ended  chan struct{}

	mu       sync.Mutex
	events   []seen
	comments []string
	problem  shared.Problem
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

// view opens a stream and reads it in the background.
func (r *rig) view(path string, header ...string) *viewer {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	began := time.Now()
	resp, err := r.client.Do(r.request("GET", path, header...).WithContext(ctx))
	if err != nil {
		r.t.Fatalf("GET %s: %v", path, err)
	}
	v := &viewer{rig: r, list: path == shared.PathStreams, Status: resp.StatusCode, Header: resp.Header, began: began, stop: cancel, ended: make(chan struct{})}
	go v.read(resp.Body)
	r.t.Cleanup(func() {
		cancel()
		<-v.ended
	})
	return v
}

func (v *viewer) read(body io.ReadCloser) {
	defer close(v.ended)
	defer body.Close()
	if v.Status != http.StatusOK {
		v.mu.Lock()
		defer v.mu.Unlock()
		json.NewDecoder(body).Decode(&v.problem)
		return
	}
	d := sse.NewDecoder(body)
	d.OnComment = func(text string) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.comments = append(v.comments, text)
	}
	for {
		e, err := d.Next()
		if err != nil {
			return
		}
		v.mu.Lock()
		v.events = append(v.events, seen{e, time.Now()})
		v.mu.Unlock()
	}
}

// of returns the events of one type so far; "" is progress.
func (v *viewer) of(kind string) (events []seen) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range v.events {
		if e.Type == kind {
			events = append(events, e)
		}
	}
	return events
}

func (v *viewer) all() []seen {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]seen(nil), v.events...)
}

// progress returns the states seen so far, strictly decoded.
func (v *viewer) progress() (states []shared.AuditProgress) {
	v.rig.t.Helper()
	for _, e := range v.of("") {
		p, err := shared.DecodeAuditProgress(e.Data)
		if err != nil {
			v.rig.t.Fatalf("frame %s: %v", e.Data, err)
		}
		states = append(states, p)
	}
	return states
}

// revisions returns "id@revision" of the frames seen so far.
func (v *viewer) revisions() (list []string) {
	v.rig.t.Helper()
	for _, p := range v.progress() {
		list = append(list, strconv.FormatInt(p.AuditID, 10)+"@"+strconv.FormatInt(p.Revision, 10))
	}
	return list
}

func (v *viewer) heartbeats() (beats []shared.Heartbeat) {
	v.rig.t.Helper()
	for _, e := range v.of(shared.EventHeartbeat) {
		h, err := shared.DecodeHeartbeat(e.Data)
		if err != nil {
			v.rig.t.Fatal(err)
		}
		beats = append(beats, h)
	}
	return beats
}

// end returns the end event; ok is false while there is none.
func (v *viewer) end() (e shared.End, ok bool) {
	v.rig.t.Helper()
	ends := v.of(shared.EventEnd)
	if len(ends) == 0 {
		return e, false
	}
	all := v.all()
	if len(ends) > 1 || all[len(all)-1].Type != shared.EventEnd {
		v.rig.t.Fatalf("end is not the last event: %+v", all)
	}
	e, err := shared.DecodeEnd(ends[0].Data)
	if err != nil {
		v.rig.t.Fatal(err)
	}
	return e, true
}

// closed reports whether the server closed the connection.
func (v *viewer) closed() bool {
	select {
	case <-v.ended:
		return true
	default:
		return false
	}
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
		s := &http.Server{Handler: h, Protocols: new(http.Protocols), HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 250}}
		s.Protocols.SetHTTP1(true)
		s.Protocols.SetUnencryptedHTTP2(true)
		return s
	})
	transport := r.client.Transport.(*http.Transport)
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetUnencryptedHTTP2(true)
	return r
}
