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

// connStream drives a stream on a connection taken over from net/http, in one
// goroutine. While there is nothing to do the goroutine reads, for that is how a
// peer that leaves is noticed; the read deadline is both its timer and its
// wake-up, so it needs neither a timer nor a channel.
type connStream struct {
	ticket
	conn  net.Conn
	woken atomic.Bool
	cut   atomic.Bool // by conns.stop
	input int         // bytes the peer sent
	trash [16]byte    // … and where they go
	one   [1][]byte   // room for the blocks of nearly every turn
}

// conns are the connections that have goroutines of their own.
type conns struct {
	running sync.WaitGroup
	mu      sync.Mutex
	stopped bool
	open    map[*connStream]struct{}
}

// drive streams on conn until one side ends it. It does not wait.
func (all *conns) drive(t *ticket, conn net.Conn, first turn, input int) {
	c := &connStream{ticket: *t, conn: conn, input: input}
	c.server.metrics.writers[WriterConn].Inc()
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.open == nil {
		all.open = map[*connStream]struct{}{}
	}
	all.open[c] = struct{}{}
	if all.stopped {
		c.hangUp()
	}
	all.running.Go(func() { c.run(first) })
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

func (c *connStream) run(first turn) {
	reason := c.stream(first)
	if c.cut.Load() {
		reason = string(shared.EndDrain)
	}
	c.ended(reason, time.Now())
	switch reason {
	case endWriteDeadline:
		abort(c.conn)
	case endClientGone:
		_ = c.conn.Close()
	default:
		c.linger()
	}
	c.server.metrics.writers[WriterConn].Dec()
	c.release()
	c.server.conns.mu.Lock()
	defer c.server.conns.mu.Unlock()
	delete(c.server.conns.open, c)
}

func (c *connStream) stream(now turn) (reason string) {
	c.view.attach(c)
	c.woken.Store(true) // by what came before
	for {
		if now.resync {
			c.view.(*listing).resync(c.server.relay, c)
		}
		if err := c.write(now.blocks); err != nil {
			return failure(err)
		}
		if now.reason != "" {
			return now.reason
		}
		if err := c.wait(); err != nil {
			return endClientGone
		}
		now = c.step(time.Now(), c.server.Draining(), c.one[:0])
	}
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
	c.flushed(time.Now())
	return err
}

var errTooMuchInput = errors.New("the peer does not stop sending")

var longAgo = time.Unix(1, 0)

// wake ends the wait. The flag comes first: either wait sees it after it has set
// its own deadline, or this deadline comes after that one.
func (c *connStream) wake() {
	if !c.woken.Swap(true) {
		_ = c.conn.SetReadDeadline(longAgo)
	}
}

// wait returns nil after a wake-up or at the deadline, and an error when the peer
// has left.
func (c *connStream) wait() error {
	if err := c.conn.SetReadDeadline(c.server.epoch.Add(c.deadline())); err != nil {
		return err
	}
	for !c.woken.Load() {
		n, err := c.conn.Read(c.trash[:])
		if c.input += n; c.input > discardMost {
			return errTooMuchInput
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			return err
		}
	}
	c.woken.Store(false)
	return nil
}

// linger lets the last bytes arrive before the connection is closed.
func (c *connStream) linger() {
	defer c.conn.Close()
	tcp, ok := c.conn.(*net.TCPConn)
	if !ok || tcp.CloseWrite() != nil || tcp.SetReadDeadline(time.Now().Add(lingerMost)) != nil {
		return
	}
	for c.input <= discardMost {
		n, err := tcp.Read(c.trash[:])
		if err != nil {
			return
		}
		c.input += n
	}
}
