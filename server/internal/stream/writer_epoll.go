package stream

import "time"

// epollStream is a stream on a socket that a shard owns. Once it is posted, only its
// shard touches it, except for wake.
type epollStream struct {
	openStream
	schedule *schedule     // the shard's
	unsent   *unsentOutput // what the socket did not take of the last flush; nil for nothing
	fd       int32
	timer    int32 // its place in timers.heap
	input    int32 // bytes the peer sent
	phase    phase
	halfOpen bool // the peer will send no more, and may still listen
}

type phase uint8

const (
	posted    phase = iota // the shard has not begun it yet
	streaming              // between the first byte and the last
	lingering              // all is sent; the peer is given a moment to close
	closed
)

// unsentOutput is what is left of one flush. The bytes are shared, not copied, and
// nothing is taken from the subscriber before they have left: what changes meanwhile
// is conflated.
type unsentOutput struct {
	blocks [][]byte
	reason string        // why the stream ends after them; empty if it does not
	until  time.Duration // the write deadline, or the end of lingering
}

// wake has the shard step this one stream.
func (st *epollStream) wake() { st.schedule.post(st) }
