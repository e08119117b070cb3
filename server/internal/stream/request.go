package stream

import (
	"log/slog"
	"strings"
)

// request is what a client wants streamed.
type request struct {
	ids     []int64 // nil for the list alone
	variant variant
	cursor  string // the last event id of a client that comes back; empty for none
}

// list reports whether the list is wanted.
func (r request) list() bool { return r.variant == brief || r.variant == beside }

// logAttrs are the attributes of a stream's log lines.
func (r request) logAttrs(remote string) []slog.Attr {
	var attrs []slog.Attr
	switch r.variant {
	case withID:
		attrs = []slog.Attr{slog.Int64("audit_id", r.ids[0]), slog.String("last_event_id", cutForLog(r.cursor))}
	case withoutID:
		attrs = []slog.Attr{slog.Any("audit_ids", r.ids)}
	case beside:
		attrs = []slog.Attr{slog.String("topic", "list"), slog.Any("audit_ids", r.ids)}
	default:
		attrs = []slog.Attr{slog.String("topic", "list")}
	}
	return append(attrs, slog.String("remote", remote), slog.String("transport", "sse"))
}

// cutForLog bounds what a client chose and the log repeats.
func cutForLog(text string) string {
	const most = 40 // bytes
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "")
	}
	return text
}
