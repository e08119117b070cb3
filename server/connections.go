package main

import (
	"container/list"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

const (
	// silentFor is how long a new connection may keep its first request to itself
	// when others wait for its place.
	silentFor = time.Second
	// roomLook is how often room is looked for while there is none: streams that
	// leave say nothing here, and a connection that was given up may not leave at once.
	roomLook = 50 * time.Millisecond
	// reportEvery is how often the log repeats that there is no room.
	reportEvery = time.Minute
)

// connections keeps the sockets of clients within their share of the descriptors.
// When there is no room, the connection that has been idle longest is closed for a
// newcomer; while none is idle, one newcomer waits here and all others in the kernel's
// queue. A stream that its writer took over counts, and is never closed for anybody.
type connections struct {
	most  int        // 0: no bound
	taken func() int // sockets that writers of streams took over from net/http
	log   *slog.Logger

	mu sync.Mutex
	// places are net/http's connections: where each stands in idle or silent, or nil
	// while it has a request.
	places map[net.Conn]*list.Element
	idle   list.List // of net.Conn: the answer was sent, and no other request has come
	silent list.List // of silentConn: no request has come yet
	// leaving was given up last, and has its descriptor still.
	leaving   net.Conn
	leavingAt time.Time
	// left has one slot, and is filled when a connection leaves.
	left       chan struct{}
	lastReport time.Time
}

type silentConn struct {
	net.Conn
	since time.Time
}

func newConnections(most int, taken func() int, log *slog.Logger) *connections {
	return &connections{
		most: most, taken: taken, log: log, places: map[net.Conn]*list.Element{}, left: make(chan struct{}, 1),
	}
}

// changed is an [http.Server.ConnState]. Serve calls it with a new connection before
// it accepts the next one.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if place := c.places[conn]; place != nil {
		c.idle.Remove(place) // a list leaves alone what is not in it
		c.silent.Remove(place)
	}
	switch state {
	case http.StateNew:
		c.places[conn] = c.silent.PushBack(silentConn{conn, time.Now()})
	case http.StateIdle:
		c.places[conn] = c.idle.PushBack(conn)
	case http.StateActive:
		c.places[conn] = nil
	case http.StateHijacked, http.StateClosed:
		delete(c.places, conn)
		if conn == c.leaving {
			c.leaving = nil
		}
		select {
		case c.left <- struct{}{}:
		default:
		}
	}
}

// room reports whether there is room for one more. When there is none it gives up the
// connection that is missed least, if there is one, whose place is free in a moment.
func (c *connections) room() bool {
	if c.most == 0 {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.places)+c.taken() < c.most {
		return true
	}
	if c.leaving != nil && time.Since(c.leavingAt) < roomLook {
		return false
	}
	if !c.giveUpOne() {
		c.report("as many connections as the limit of open files has room for; newcomers wait", "most", c.most)
	}
	return false
}

// giveUpOne closes the connection that has been idle longest, or else one that has been
// silent for too long.
func (c *connections) giveUpOne() bool {
	if oldest := c.idle.Front(); oldest != nil {
		c.giveUp(c.idle.Remove(oldest).(net.Conn))
		return true
	}
	oldest := c.silent.Front()
	if oldest == nil || time.Since(oldest.Value.(silentConn).since) < silentFor {
		return false
	}
	c.giveUp(c.silent.Remove(oldest).(silentConn).Conn)
	return true
}

func (c *connections) giveUp(conn net.Conn) {
	c.leaving, c.leavingAt = conn, time.Now()
	go conn.Close() // TLS says goodbye first, which may take its time
}

// refused says in words why a connection could not be accepted, if that is for want of
// descriptors or memory, and makes room. net/http tries again, with pauses.
func (c *connections) refused(err error) {
	for _, want := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, want) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.giveUpOne()
			c.report("connections cannot be accepted; newcomers wait", "err", err)
			return
		}
	}
}

// report says once a minute what is wrong, with its cure.
func (c *connections) report(what string, attrs ...any) {
	if now := time.Now(); now.Sub(c.lastReport) >= reportEvery {
		c.lastReport = now
		c.log.Warn(what, append(attrs, "cure", cureForDescriptors)...)
	}
}

// roomyListener hands out what it accepts when there is room for it.
type roomyListener struct {
	net.Listener
	conns  *connections
	closed chan struct{}
	once   sync.Once
}

func (c *connections) listener(l net.Listener) net.Listener {
	return &roomyListener{Listener: l, conns: c, closed: make(chan struct{})}
}

func (l *roomyListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		l.conns.refused(err)
		return nil, err
	}
	for !l.conns.room() {
		select {
		case <-l.conns.left:
		case <-time.After(roomLook):
		case <-l.closed:
			_ = conn.Close()
			return nil, net.ErrClosed
		}
	}
	return conn, nil
}

func (l *roomyListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}
