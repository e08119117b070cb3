package stream

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/shared"
)

// connStream writes a stream to a connection taken over from net/http. One
// goroutine always reads, because that is how a peer that leaves is noticed; its
// read deadline is the stream's timer. It does nothing else, so that its stack stays
// the smallest there is. When there is something to do, a second goroutine does it
// and ends; it borrows a stack for the moment.
type connStream struct {
	openStream
	conns    *conns
	conn     net.Conn
	pending  atomic.Int32 // wake-ups not handled yet; whoever makes it 1 starts the goroutine that handles them
	peerLeft atomic.Bool
	halfOpen atomic.Bool // the peer will send no more, and may still listen
	drained  atomic.Bool // by conns.stop
	over     atomic.Bool // nothing more will be sent
	reading  atomic.Bool // a goroutine reads, and closes the connection when it is over
	input    int32       // bytes the peer sent; only the reading goroutine uses it
	discard  [4]byte     // … and where they go
	asked    int8        // times that a half-open peer was asked
	timer    *time.Timer // of a half-open connection, on which no read can wait
	single   [1][]byte   // room for the blocks of nearly every output
}

// conns are the streams whose connections have goroutines of their own.
type conns struct {
	running sync.WaitGroup // streams
	mu      sync.Mutex
	stopped bool
	open    map[*connStream]struct{}
}

// start writes o to conn until one side ends it. It does not wait.
func (c *conns) start(o *openStream, conn net.Conn, first output, input int) {
	st := &connStream{openStream: *o, conns: c, conn: conn, input: int32(input)}
	st.env.metrics.writers[WriterConn].Inc()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[*connStream]struct{}{}
	}
	c.open[st] = struct{}{}
	c.running.Add(1)
	if c.stopped {
		st.drainNow()
	}
	st.pending.Store(1)
	go st.begin(first)
}

// stop ends all streams, now and in future, and waits until they have ended.
func (c *conns) stop() {
	c.mu.Lock()
	c.stopped = true
	for st := range c.open {
		st.drainNow()
	}
	c.mu.Unlock()
	c.running.Wait()
}

func (c *conns) remove(st *connStream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, st)
	c.running.Done()
}

// drainNow closes the connection; the stream notices.
func (st *connStream) drainNow() {
	st.drained.Store(true)
	_ = st.conn.Close()
}

// begin attaches first, and steps again after the first output, so that no change
// falls between the two.
func (st *connStream) begin(first output) {
	st.subscriber.attach(st)
	if st.doOutput(first) {
		st.handleWakeups()
	}
}

// wake is called by the relay, by the reading goroutine at the deadline and when the
// peer has left, and with the answer to a resync.
func (st *connStream) wake() {
	if st.pending.Add(1) == 1 {
		go st.handleWakeups()
	}
}

// handleWakeups handles all wake-ups there are, and those that come meanwhile.
func (st *connStream) handleWakeups() {
	for {
		n := st.pending.Load()
		if st.peerLeft.Load() {
			st.finish(endClientGone)
			return
		}
		if st.halfOpen.Load() && st.asked < askTimes {
			st.asked++
			st.askPeer()
		}
		if !st.doOutput(st.step(time.Now(), st.env.draining(), st.single[:0])) {
			return // pending stays above 0, so no later wake-up starts anything
		}
		if st.pending.CompareAndSwap(n, 0) {
			return
		}
	}
}

// doOutput carries an output out and reports whether the stream goes on.
func (st *connStream) doOutput(out output) (goesOn bool) {
	if reason, over := st.do(out, st, st.write); over {
		st.finish(reason)
		return false
	}
	if st.halfOpen.Load() {
		st.waitHalfOpen()
		return true
	}
	if st.conn.SetReadDeadline(st.env.timeOf(st.deadline())) != nil {
		st.finish(endClientGone)
		return false
	}
	if !st.reading.Swap(true) {
		go st.read()
	}
	return true
}

// A peer that has closed its own side is asked twice, a moment apart: what is sent to
// one that has left is answered by a reset, which the next write finds.
const (
	askTimes = 2
	askAgain = 100 * time.Millisecond
)

// waitHalfOpen sets the timer that stands in for the read deadline.
func (st *connStream) waitHalfOpen() {
	wait := time.Until(st.env.timeOf(st.deadline()))
	if st.asked < askTimes {
		wait = min(wait, askAgain)
	}
	if st.timer == nil {
		st.timer = time.AfterFunc(wait, st.wake)
		return
	}
	st.timer.Reset(wait)
}

func (st *connStream) write(blocks [][]byte) error {
	if err := st.conn.SetWriteDeadline(time.Now().Add(st.env.cfg.WriteTimeout)); err != nil {
		return err
	}
	piece := blocks[0]
	if len(blocks) > 1 {
		piece = slices.Concat(blocks...) // net.Buffers would leave its vector with the connection
	}
	_, err := st.conn.Write(piece)
	return err
}

// read waits for the peer to leave or to send no more, or for the deadline; whatever the peer sends is
// thrown away.
func (st *connStream) read() {
	var err error
	for err == nil && st.input <= discardMax {
		var n int
		n, err = st.conn.Read(st.discard[:])
		st.input += int32(n)
	}
	switch {
	case errors.Is(err, io.EOF):
		st.halfOpen.Store(true)
	case !errors.Is(err, os.ErrDeadlineExceeded):
		st.peerLeft.Store(true)
	}
	if st.over.Load() {
		st.closeSocket()
		return
	}
	st.reading.Store(false)
	if st.over.Load() && !st.reading.Swap(true) {
		st.closeSocket() // it was over in this very moment
		return
	}
	st.wake()
}

// finish ends the stream and has the connection closed: after an end event when the
// peer has read it, else at once.
func (st *connStream) finish(reason string) {
	if st.drained.Load() {
		reason = string(shared.EndDrain)
	}
	st.ended(reason, time.Now())
	if st.timer != nil {
		st.timer.Stop()
	}
	st.env.metrics.writers[WriterConn].Dec()
	tcp, ok := st.conn.(*net.TCPConn)
	if ok && reason == endWriteDeadline {
		_ = tcp.SetLinger(0) // forget what the peer has not taken
	}
	st.over.Store(true)
	if !ok || reason == endWriteDeadline || reason == endClientGone ||
		tcp.CloseWrite() != nil || tcp.SetReadDeadline(time.Now().Add(lingerMax)) != nil {
		_ = st.conn.Close()
	}
	if !st.reading.Swap(true) {
		st.read() // until the peer closes; at once if the connection is closed
	}
}

// closeSocket is the last that happens, once.
func (st *connStream) closeSocket() {
	_ = st.conn.Close()
	st.release()
	st.conns.remove(st)
}
