package stream

import (
	"slices"
	"sync/atomic"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// heartbeats encodes heartbeats. Streams whose heartbeats are due in the same
// millisecond share the bytes, if the same query confirmed their states.
type heartbeats struct{ newest atomic.Pointer[heartbeat] }

type heartbeat struct {
	server, fresh int64  // Unix ms
	block         []byte // the comment for proxies, then the event for code
}

var heartbeatComment = sse.AppendComment(nil, "heartbeat")

func (h *heartbeats) encode(now, fresh time.Time) []byte {
	newest := h.newest.Load()
	if newest != nil && newest.server == now.UnixMilli() && newest.fresh == fresh.UnixMilli() {
		return newest.block
	}
	block := mustEvent(slices.Clone(heartbeatComment), sse.Event{Type: shared.EventHeartbeat, Data: mustJSON(shared.Heartbeat{
		ServerTime: shared.At(now),
		FreshAt:    shared.AtPtr(fresh),
	})})
	h.newest.Store(&heartbeat{now.UnixMilli(), fresh.UnixMilli(), block})
	return block
}

// encodeEvent is a heartbeat without its comment.
func (h *heartbeats) encodeEvent(now, fresh time.Time) []byte {
	return h.encode(now, fresh)[len(heartbeatComment):]
}
