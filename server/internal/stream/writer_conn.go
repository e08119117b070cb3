package stream

import (
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/shared"
)

// connStream drives a stream on a connection taken over from net/http. One
// goroutine always reads, for that is how a peer that leaves is noticed; its
// read deadline is the stream's timer. It does nothing else, so that its stack
// stays the smallest there is. When there is something to do, a second goroutine
// does it and ends; it borrows a stack for the moment.
type connStream struct {
	ticket
	conn    net.Conn
	pending atomic.Int32 // wake-ups not seen to; who makes it 1 starts the one who does
	left    atomic.Bool  // the peer has
	cut     atomic.Bool  // by conns.stop
	over    atomic.Bool  // nothing more will be sent
	reading atomic.Bool  // somebody does, and closes the connection when it is over
	input   int32        // bytes the peer sent; the reader's
	trash   [4]byte      // … and where they go
	one     [1][]byte    // room for the blocks of nearly every turn
}

// conns are the connections that have goroutines of their own.
type conns struct {
	running sync.WaitGroup // streams
	mu      sync.Mutex
	stopped bool
	open    map[*connStream]struct{}
}

// drive streams on conn until one side ends it. It does not wait.
func (all *conns) drive(t *ticket, conn net.Conn, first turn, input int) {
	c := &connStream{ticket: *t, conn: conn, input: int32(input)}
	c.server.metrics.writers[WriterConn].Inc()
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.open == nil {
		all.open = map[*connStream]struct{}{}
	}
	all.open[c] = struct{}{}
	all.running.Add(1)
	if all.stopped {
		c.hangUp()
	}
	c.pending.Store(1)
	go c.begin(first)
}

// stop cuts all streams, now and in future, and waits until they have ended.
func (all *conns) stop() {
	all.mu.Lock()
	all.stopped = true
	for c := range all.open {
		c.hangUp()
	}
	all.mu.Unlock()
	all.running.Wait()
}

func (c *connStream) hangUp() {
	c.cut.Store(true)
	_ = c.conn.Close()
}

// begin subscribes to wake-ups first, and looks again after the first turn, so
// that no change falls between.
func (c *connStream) begin(first turn) {
	c.view.attach(c)
	if c.do(first) {
		c.turns()
	}
}

// wake is called by the relay, by the reader at the deadline and when the peer
// has left, and with the answer to a resync.
func (c *connStream) wake() {
	if c.pending.Add(1) == 1 {
		go c.turns()
	}
}

// turns sees to all wake-ups there are, and to those that come meanwhile.
func (c *connStream) turns() {
	for {
		n := c.pending.Load()
		if c.left.Load() {
			c.finish(endClientGone)
			return
		}
		if !c.do(c.step(time.Now(), c.server.Draining(), c.one[:0])) {
			return // pending stays: whatever wakes now is too late
		}
		if c.pending.CompareAndSwap(n, 0) {
			return
		}
	}
}

// do does what a turn wants done, and reports whether the stream goes on.
func (c *connStream) do(now turn) (goesOn bool) {
	if now.resync {
		c.view.(*listing).resync(c.server.relay, c)
	}
	if err := c.write(now.blocks); err != nil {
		c.finish(failure(err))
		return false
	}
	if now.reason != "" {
		c.finish(now.reason)
		return false
	}
	if c.conn.SetReadDeadline(c.server.epoch.Add(c.deadline())) != nil {
		c.finish(endClientGone)
		return false
	}
	if !c.reading.Swap(true) {
		go c.read()
	}
	return true
}

func (c *connStream) write(blocks [][]byte) error {
	if len(blocks) == 0 {
		return nil
	}
	err := c.conn.SetWriteDeadline(time.Now().Add(c.server.cfg.WriteTimeout))
	if err == nil {
		piece := blocks[0]
		if len(blocks) > 1 {
			piece = slices.Concat(blocks...) // net.Buffers would leave its vector with the connection
		}
		_, err = c.conn.Write(piece)
	}
	clear(c.one[:]) // a frame must not live as long as its slowest reader idles
	if err == nil {
		c.flushed(time.Now())
	}
	return err
}

// read waits for the peer to leave, or for the deadline; what the peer sends is
// thrown away.
func (c *connStream) read() {
	var err error
	for err == nil && c.input <= discardMost {
		var n int
		n, err = c.conn.Read(c.trash[:])
		c.input += int32(n)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		c.left.Store(true)
	}
	if c.over.Load() {
		c.close()
		return
	}
	c.reading.Store(false)
	if c.over.Load() && !c.reading.Swap(true) {
		c.close() // it was over in this very moment
		return
	}
	c.wake()
}

// finish gives up what the stream subscribed to, and has the connection closed:
// gently after an end event, at once when there is nobody to be gentle with.
func (c *connStream) finish(reason string) {
	if c.cut.Load() {
		reason = string(shared.EndDrain)
	}
	c.ended(reason, time.Now())
	c.server.metrics.writers[WriterConn].Dec()
	tcp, ok := c.conn.(*net.TCPConn)
	if ok && reason == endWriteDeadline {
		_ = tcp.SetLinger(0) // forget what the peer has not taken
	}
	c.over.Store(true)
	if !ok || reason == endWriteDeadline || reason == endClientGone ||
		tcp.CloseWrite() != nil || tcp.SetReadDeadline(time.Now().Add(lingerMost)) != nil {
		_ = c.conn.Close()
	}
	if !c.reading.Swap(true) {
		c.read() // until the peer closes; at once if the connection is closed
	}
}

// close is the last that happens, once.
func (c *connStream) close() {
	_ = c.conn.Close()
	c.release()
	all := &c.server.conns
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.open, c)
	all.running.Done()
}
