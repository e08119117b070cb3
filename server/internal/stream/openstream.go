package stream

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"atalaya/shared"
)

// openStream is one admitted stream: its session, and what must be released when it
// ends. Every writer uses it: serveHTTP, connStream and shard call opened and ended once
// each, and the last two release after them.
type openStream struct {
	session
	admission Admission
	from      string // request id, remote address and cursor, with spaces between: one string for the log
}

func newOpenStream(e *env, s subscriber, began time.Time, a Admission, requestID, remote, cursor string) *openStream {
	from := requestID + " " + remote + " " + cutForLog(cursor)
	o := &openStream{session: newSession(e, s, began), admission: a, from: from}
	o.over = a.Over
	return o
}

// origin is where the stream came from.
func (o *openStream) origin() (requestID, remote, cursor string) {
	requestID, rest, _ := strings.Cut(o.from, " ")
	remote, cursor, _ = strings.Cut(rest, " ")
	return requestID, remote, cursor
}

// opened counts and logs the stream before its first byte.
func (o *openStream) opened() {
	o.env.metrics.sse.Inc()
	o.env.summary.begin()
	o.log(slog.LevelDebug, "stream opened")
}

// do carries an output out with a writer's write, and reports whether the stream is
// over, and why. w is woken when a resync that was due has come.
func (o *openStream) do(out output, w waker, write func(blocks [][]byte) error) (reason string, over bool) {
	if out.resync {
		o.subscriber.resync(w)
	}
	if len(out.blocks) > 0 {
		if err := write(out.blocks); err != nil {
			return endOf(err), true
		}
		clear(out.blocks) // a frame must not live as long as its slowest subscriber idles
		o.flushed(time.Now())
	}
	return out.reason, out.reason != ""
}

// ended gives the subscription up, counts and logs: nothing more will be sent.
func (o *openStream) ended(reason string, now time.Time) {
	o.subscriber.unsubscribe()
	life := o.env.since(now) - o.began
	o.env.metrics.sse.Dec()
	requestID, _, _ := o.origin()
	o.env.metrics.streamEnded(reason, life, requestID)
	level := o.env.summary.end(reason)
	if reason == string(shared.EndMaxAge) {
		o.log(level, "stream lifetime reached", slog.Duration("duration", life))
	}
	o.log(level, "stream ended", slog.String("reason", reason), slog.Duration("duration", life),
		slog.Int("frames", int(o.sent)))
}

// log writes a line about the stream, which costs nothing if nobody wants it.
func (o *openStream) log(level slog.Level, message string, attrs ...slog.Attr) {
	ctx, log := context.Background(), o.env.cfg.Log
	if log.Enabled(ctx, level) {
		log.LogAttrs(ctx, level, message, append(o.logAttrs(), attrs...)...)
	}
}

// release gives back what admission gave, after the socket was closed.
func (o *openStream) release() {
	o.env.takenOver.Add(-1)
	o.env.release(o.admission)
}

func (o *openStream) logAttrs() []slog.Attr {
	requestID, remote, cursor := o.origin()
	want := o.subscriber.request()
	want.cursor = cursor
	return append(want.logAttrs(remote), slog.String("request_id", requestID))
}

// discardMax is how many bytes a peer may send after its request. A browser sends
// none.
const discardMax = 16 << 10

// lingerMax is how long a peer may take to close after the last byte was written.
// Closing at once would answer whatever it may have sent meanwhile with a reset,
// which would destroy the last bytes on their way to it.
const lingerMax = 500 * time.Millisecond

// endOf is the reason for which a stream ends after a write has failed.
func endOf(err error) (reason string) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return endWriteDeadline
	}
	return endClientGone
}
