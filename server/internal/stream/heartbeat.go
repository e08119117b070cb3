package stream

import (
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// heartbeats encodes heartbeats. Streams whose heartbeats are due in the same
// millisecond share the bytes, if the same query confirmed their states.
type heartbeats struct {
	watching map[int64]int // what they tell beside the times; never changed
	newest   atomic.Pointer[heartbeat]
}

// with are heartbeats that tell what both do.
func (h *heartbeats) with(other *heartbeats) *heartbeats {
	switch {
	case len(other.watching) == 0:
		return h
	case len(h.watching) == 0:
		return other
	}
	both := maps.Clone(h.watching)
	maps.Copy(both, other.watching)
	return &heartbeats{watching: both}
}

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
		Watching:   h.watching,
	})})
	h.newest.Store(&heartbeat{now.UnixMilli(), fresh.UnixMilli(), block})
	return block
}

// encodeEvent is a heartbeat without its comment.
func (h *heartbeats) encodeEvent(now, fresh time.Time) []byte {
	return h.encode(now, fresh)[len(heartbeatComment):]
}
