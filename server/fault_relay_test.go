package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"syscall"
	"testing"
	"time"
)

// faultRelay carries connections to one address and harms them on demand.
type faultRelay struct {
	addr     string
	listener net.Listener
	running  sync.WaitGroup
	stop     context.CancelFunc
	ctx      context.Context

	mu     sync.Mutex
	target string
	links  []*link
	delay  time.Duration // of each piece, in both directions
	rate   int           // bytes a second towards the one who dialled; 0 for no bound
	loss   float64       // the part of the packets that are lost and sent again
	fresh  treatment     // of links to come
}

// How a link treats what it reads.
type treatment int

const (
	pass    treatment = iota
	hold              // reads no more: the sender's buffers fill, as when packets get no answer
	swallow           // goes on reading, and nothing arrives
	mute              // what the target says does not arrive; what it is told does
)

// link is one connection through a relay.
type link struct {
	ends [2]*net.TCPConn // the one who dialled, the target

	mu        sync.Mutex
	treatment treatment
	changed   chan struct{} // closed, and replaced, when treatment changes
	swallowed int           // bytes
	listening bool          // PostgreSQL: LISTEN was said
}

// relayTo listens on a port of its own and carries what comes there to target.
// Its buffers are small, so that one who is held up notices.
func relayTo(t *testing.T, target string) *faultRelay {
	t.Helper()
	small := net.ListenConfig{Control: smallBuffer}
	l, err := small.Listen(t.Context(), "tcp", "127.0.0.3:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &faultRelay{target: target, addr: l.Addr().String(), listener: l}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.running.Go(r.accept)
	t.Cleanup(func() {
		r.stop()
		l.Close()
		r.reset()
		r.running.Wait()
	})
	return r
}

// smallBuffer lets a socket take little that nobody reads. It must be said
// before the connection is made.
func smallBuffer(_, _ string, c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 8<<10)
	}); e != nil {
		return e
	}
	return err
}

func (r *faultRelay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		d := net.Dialer{Timeout: 5 * time.Second, Control: smallBuffer}
		far, err := d.DialContext(r.ctx, "tcp", r.there())
		if err != nil {
			near.Close()
			continue
		}
		l := &link{ends: [2]*net.TCPConn{near.(*net.TCPConn), far.(*net.TCPConn)}, changed: make(chan struct{})}
		r.mu.Lock()
		l.treatment = r.fresh
		r.links = append(r.links, l)
		r.mu.Unlock()
		r.running.Go(func() { r.carry(l, 0, 1) })
		r.running.Go(func() { r.carry(l, 1, 0) })
	}
}

func (r *faultRelay) there() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.target
}

// lead has every connection from now on go to target.
func (r *faultRelay) lead(target string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = target
}

// carry moves bytes in one direction until either end is gone; then it closes
// both, as the packets that say so are lost or not.
func (r *faultRelay) carry(l *link, from, to int) {
	defer l.ends[to].Close()
	piece := make([]byte, 16<<10)
	for {
		n, err := l.ends[from].Read(piece)
		if n > 0 && !l.treat(r, piece[:n], from == 0) {
			continue
		}
		if n > 0 {
			if _, err := l.ends[to].Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// treat says whether a piece may go on, once it may.
func (l *link) treat(r *faultRelay, piece []byte, request bool) bool {
	r.mu.Lock()
	delay := r.delay
	if r.rate > 0 && !request {
		delay += time.Second * time.Duration(len(piece)) / time.Duration(r.rate)
	}
	delay += sentAgain(r.loss, len(piece))
	r.mu.Unlock()
	if delay > 0 {
		select {
		case <-r.ctx.Done():
		case <-time.After(delay):
		}
	}
	for {
		l.mu.Lock()
		treatment, changed := l.treatment, l.changed
		if treatment == swallow {
			l.swallowed += len(piece)
		}
		l.listening = l.listening || request && bytes.Contains(piece, []byte("LISTEN "))
		l.mu.Unlock()
		switch treatment {
		case pass:
			return true
		case swallow:
			return false
		case mute:
			return request
		}
		select {
		case <-r.ctx.Done():
			return false
		case <-changed:
		}
	}
}

// sentAgain is how much later a piece arrives whose packets may be lost: TCP waits twice as
// long each time before it sends one again, and what follows it waits too.
func sentAgain(loss float64, bytes int) (late time.Duration) {
	const packet = 1460 // bytes
	for ; bytes > 0; bytes -= packet {
		for wait := 200 * time.Millisecond; rand.Float64() < loss; wait *= 2 {
			late += wait
		}
	}
	return late
}

func (l *link) set(t treatment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.treatment = t
	close(l.changed)
	l.changed = make(chan struct{})
}

// each calls do for every link so far, those that are gone among them.
func (r *faultRelay) each(do func(l *link)) {
	r.mu.Lock()
	links := r.links
	r.mu.Unlock()
	for _, l := range links {
		do(l)
	}
}

// treat has every link so far treat its bytes so.
func (r *faultRelay) treat(t treatment) { r.each(func(l *link) { l.set(t) }) }

// slow delays every piece from now on.
func (r *faultRelay) slow(delay time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay = delay
}

// narrow lets no more than so many bytes a second through to those who dialled; 0 lets all.
func (r *faultRelay) narrow(rate int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rate = rate
}

// lose has a part of the packets from now on, in both directions, be lost once or more.
func (r *faultRelay) lose(part float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loss = part
}

// treatAll has every link so far and to come treat its bytes so.
func (r *faultRelay) treatAll(t treatment) {
	r.mu.Lock()
	r.fresh = t
	r.mu.Unlock()
	r.treat(t)
}

// reset ends every link so far with a reset in both directions.
func (r *faultRelay) reset() {
	r.each(func(l *link) {
		l.set(pass)
		for _, end := range l.ends {
			_ = end.SetLinger(0)
			_ = end.Close()
		}
	})
}

// listeners are the links on which LISTEN was said.
func (r *faultRelay) listeners() (found []*link) {
	r.each(func(l *link) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.listening {
			found = append(found, l)
		}
	})
	return found
}

// to is a database URL by way of the relay.
func (r *faultRelay) to(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = r.addr
	return u.String()
}

// hostOf is the address in a database URL.
func hostOf(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}
