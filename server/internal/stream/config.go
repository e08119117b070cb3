package stream

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"atalaya/shared"
)

// Defaults of [Config].
const (
	WriteTimeoutDefault = 5 * time.Second
	DrainDefault        = 10 * time.Second
)

// Times that are not configured.
const (
	// queryTimeout bounds each query, and the whole wait of a request for its
	// snapshot.
	queryTimeout = 2 * time.Second
	// The reconnection time told to each stream is drawn between these, so
	// that streams cut together do not come back together.
	retryFirst, retryLast = 1000 * time.Millisecond, 3000 * time.Millisecond
	// After its lifetime a stream should come back at once; the spread is for
	// streams whose ends happened to meet.
	againFirst, againLast = 100 * time.Millisecond, time.Second
	// A refused request is told a Retry-After between these.
	refusedFirst, refusedLast = time.Second, 5 * time.Second
)

// Reader is what the relay reads: the store. It is called from one goroutine,
// one call at a time, and a later call must not show an older state than an
// earlier one did.
type Reader interface {
	// ProgressOf returns the audits with activity, in any order; those that do
	// not exist are left out.
	ProgressOf(ctx context.Context, ids []int64) ([]shared.AuditProgress, error)
	// Newest returns the list without activity, newest first: the n newest audits
	// and every older one that has not ended.
	Newest(ctx context.Context, n int) ([]shared.AuditProgress, error)
	// Changes returns what has changed since cursor. The empty cursor takes the
	// present as the place to go on from and returns no audit.
	Changes(ctx context.Context, cursor string) (Changes, error)
}

// Changes is what has changed since a cursor.
type Changes struct {
	// Changed are the audits that changed, with activity. One may come again with
	// the same revision.
	Changed []shared.AuditProgress
	// Deleted are the audits that were deleted.
	Deleted []int64
	// Next is the cursor to go on from.
	Next string
	// More says that the answer was cut off: there is more behind Next.
	More bool
}

// Config holds the times and bounds of a [Server].
type Config struct {
	// Heartbeat is the longest silence of a stream; each is
	// drawn from 83 to 100 % of it, so that many end together. Defaults to, and is cut to, the figures in
	// package shared: 15 s, at most 30 s.
	Heartbeat time.Duration
	// Lifetime is the longest life of a stream; each draws its own from 90 to
	// 100 % of it. Defaults to, and is cut to, 10 min.
	Lifetime time.Duration
	// WriteTimeout is the write deadline: how long one write may take before the
	// stream is ended. Defaults to [WriteTimeoutDefault].
	WriteTimeout time.Duration
	// Drain is the window over which the clients of a server that shuts down are
	// told to come back. Defaults to [DrainDefault].
	Drain time.Duration
	// MaxStreams bounds the open streams and held polls. Defaults to 0: no
	// bound.
	MaxStreams int
	// FewDescriptors says that MaxStreams is what the limit of open files has room for,
	// so that a refusal says so. Defaults to false: somebody has chosen it.
	FewDescriptors bool
	// Writer is what carries the bytes. Defaults to [WriterAuto].
	Writer Writer
	// Admit may refuse a request with an error that Fail understands. Defaults to nil:
	// everybody.
	Admit func(r *http.Request) (Admission, error)
	// Fail answers a request with a problem. It gets a [*Refusal] or an error
	// of Admit. Required.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
	// Log is told of every outage and every trouble, once a minute what streams did,
	// and at DEBUG of every stream. Required.
	Log *slog.Logger
	// Metrics is where the metrics are registered; registering twice panics.
	// Defaults to nil: nowhere.
	Metrics prometheus.Registerer
}

// Admission is what a request was let in with. Both functions may be nil.
type Admission struct {
	// Release is called when the request ends.
	Release func()
	// Over reports whether the request must not go on. It is asked before anything is
	// sent; [Server.Recheck] has all open streams ask it. It must not block.
	Over func() bool
}

// Writer names what carries the bytes of streams to their connections.
type Writer string

// The writers. Where the one that was chosen is not possible, the next one that
// is takes its place, in the order epoll, conn, nethttp.
const (
	// WriterAuto is the lightest that is possible: epoll, else conn, else
	// nethttp.
	WriterAuto Writer = "auto"
	// WriterNetHTTP leaves connections with net/http: a goroutine and some
	// 25 KB for each. The only one for TLS and HTTP/2.
	WriterNetHTTP Writer = "nethttp"
	// WriterConn takes connections over from net/http: a goroutine and some
	// 5 KB for each. For HTTP/1 without TLS.
	WriterConn Writer = "conn"
	// WriterEpoll takes sockets over from Go's own poller too: no goroutine,
	// and less than 1 KB for each. For HTTP/1 without TLS over TCP, on Linux.
	WriterEpoll Writer = "epoll"
)

// Writers are all there are.
var Writers = []Writer{WriterAuto, WriterNetHTTP, WriterConn, WriterEpoll}

func (c Config) withDefaults() Config {
	c.Heartbeat = min(cmp.Or(c.Heartbeat, shared.HeartbeatDefault), shared.HeartbeatMax)
	c.Lifetime = min(cmp.Or(c.Lifetime, shared.StreamLifetime), shared.StreamLifetime)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, WriteTimeoutDefault)
	c.Drain = cmp.Or(c.Drain, DrainDefault)
	c.Writer = cmp.Or(c.Writer, WriterAuto)
	return c
}

// between draws a duration from first to last.
func between(first, last time.Duration) time.Duration {
	return first + rand.N(max(last-first, 0)+1)
}

// jittered draws from 90 to 100 % of d.
func jittered(d time.Duration) time.Duration { return between(d-d/10, d) }
