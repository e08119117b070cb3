package stream

import (
	"time"
)

// epollStream is a stream on a socket that a shard owns. Once it is posted, only
// its shard touches it, except for wake.
type epollStream struct {
	ticket
	queue *schedule // the shard's
	rest  *rest     // of a flush that the socket did not take whole; nil for none
	fd    int32
	timer int32 // in timers.heap
	input int32 // bytes the peer sent
	phase phase
}

type phase uint8

const (
	posted    phase = iota // the shard has not seen it yet
	streaming              // …
	lingering              // all is sent; the peer is given a moment to close
	closed
)

// rest is what is left of one flush. The bytes are shared, not copied, and
// nothing is taken from the view before they are gone: what changes meanwhile is
// conflated.
type rest struct {
	blocks [][]byte
	reason string        // why the stream ends after them; empty if it does not
	until  time.Duration // the write deadline, or the end of lingering
}

// wake has the shard see to this one stream.
func (st *epollStream) wake() { st.queue.post(st) }
