package stream

import (
	"log/slog"
	"strings"
	"time"

	"atalaya/shared"
)

// ticket is an open stream whatever carries it: what it sends, and what it holds
// from its admission to its end. Each is driven by one of serveHTTP, connStream
// and shard, which call opened, ended and release once, in this order.
type ticket struct {
	session
	free   func() // of Config.Admit
	caller string // the remote address; with a cursor a space and that, cut for the log
}

func caller(remote, cursor string) string {
	if cursor == "" {
		return remote
	}
	return remote + " " + clip(cursor)
}

func (t *ticket) opened() {
	t.server.metrics.sse.Inc()
	t.server.cfg.Log.Info("stream opened", t.about()...)
}

// ended tells that nothing more will be sent, and gives the subscription up.
func (t *ticket) ended(reason string, now time.Time) {
	t.view.close()
	life := t.server.since(now) - t.began
	t.server.metrics.sse.Dec()
	t.server.metrics.streamEnded(reason, life)
	about := t.about()
	if reason == string(shared.EndMaxAge) {
		t.server.cfg.Log.Info("stream lifetime reached", append(about, "duration", life)...)
	}
	t.server.cfg.Log.Info("stream ended", append(about, "reason", reason, "duration", life, "frames", int(t.sent))...)
}

// release gives back what admission gave.
func (t *ticket) release() { t.server.release(t.free) }

// about rebuilds what was asked for: most of a stream's life nobody asks, and it
// would be half of what a stream costs.
func (t *ticket) about() []any {
	remote, cursor, _ := strings.Cut(t.caller, " ")
	want := wish{variant: brief, cursor: cursor}
	if a, ok := t.view.(*audits); ok {
		want.variant = a.variant
		for i := range a.seats {
			want.ids = append(want.ids, a.seats[i].topic.id)
		}
	}
	return want.about(remote)
}

// about are the attributes of a stream's log lines.
func (w wish) about(remote string) []any {
	var about []any
	switch w.variant {
	case withID:
		about = []any{slog.Int64("audit_id", w.ids[0]), slog.String("last_event_id", clip(w.cursor))}
	case withoutID:
		about = []any{slog.Any("audit_ids", w.ids)}
	default:
		about = []any{slog.String("topic", "list")}
	}
	return append(about, slog.String("remote", remote), slog.String("transport", "sse"))
}
