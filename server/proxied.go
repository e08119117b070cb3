package main

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pires/go-proxyproto"
)

const (
	// proxyHeaderWithin bounds the wait for what a proxy says first. It says it at once,
	// but what it says may be the first bytes of a client that does not.
	proxyHeaderWithin = 5 * time.Second
	// proxyHeaderMax bounds the header: addresses, and what a proxy adds to them.
	proxyHeaderMax = 4 << 10
)

// proxiedListener believes what trusted proxies say of a connection in the PROXY
// protocol (versions 1 and 2, HAProxy's proxy-protocol.txt). They need not say anything:
// the same proxy may speak plain HTTP and name its clients in X-Forwarded-For. To all
// others such a header is no HTTP. Whoever may open a unix socket counts as a proxy.
type proxiedListener struct {
	net.Listener
	trusted []netip.Prefix
	log     *slog.Logger
	// reported is when the log last had something to say, in Unix seconds.
	reported *atomic.Int64
}

func newProxiedListener(l net.Listener, trusted []netip.Prefix, log *slog.Logger) net.Listener {
	return proxiedListener{l, trusted, log, new(atomic.Int64)}
}

func (l proxiedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || !l.trusts(conn.RemoteAddr()) {
		return conn, err
	}
	return &proxiedConn{Conn: conn, listener: &l}, nil
}

func (l proxiedListener) trusts(peer net.Addr) bool {
	tcp, ok := peer.(*net.TCPAddr)
	if !ok {
		return true
	}
	addr := tcp.AddrPort().Addr().Unmap().WithZone("")
	return slices.ContainsFunc(l.trusted, func(network netip.Prefix) bool { return network.Contains(addr) })
}

// report says once a minute that a header could not be read.
func (l proxiedListener) report(proxy net.Addr, err error) {
	now, last := time.Now().Unix(), l.reported.Load()
	if now-last >= int64(reportEvery/time.Second) && l.reported.CompareAndSwap(last, now) {
		l.log.Warn("a trusted proxy sent a PROXY header that cannot be read; its connection is closed",
			"proxy", proxy.String(), "err", err)
	}
}

// proxiedConn is a connection of a trusted proxy. Its header is read when its address or
// its first byte is asked for, which net/http does in a goroutine of the connection.
type proxiedConn struct {
	net.Conn
	listener *proxiedListener

	once   sync.Once
	first  *bufio.Reader // what was read with the header; nil when it has been read on
	client net.Addr      // nil when the proxy speaks for itself
	err    error
}

// RemoteAddr is the client that the proxy has named, or else the proxy.
func (c *proxiedConn) RemoteAddr() net.Addr {
	c.once.Do(c.readHeader)
	if c.client != nil {
		return c.client
	}
	return c.Conn.RemoteAddr()
}

func (c *proxiedConn) Read(p []byte) (int, error) {
	c.once.Do(c.readHeader)
	if c.err != nil {
		return 0, c.err
	}
	if c.first == nil {
		return c.Conn.Read(p)
	}
	n, err := c.first.Read(p[:min(len(p), c.first.Buffered())])
	if c.first.Buffered() == 0 {
		c.first = nil
	}
	return n, err
}

// NetConn is the connection below. What was read with the header is not in it; net/http
// has all of that after its first Read.
func (c *proxiedConn) NetConn() net.Conn { return c.Conn }

// CloseWrite lets net/http say that nothing more comes, as it does on a TCP connection.
func (c *proxiedConn) CloseWrite() error { return closeWrite(c.Conn) }

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

func (c *proxiedConn) readHeader() {
	if c.err = c.Conn.SetReadDeadline(time.Now().Add(proxyHeaderWithin)); c.err != nil {
		return
	}
	c.first = bufio.NewReaderSize(io.LimitReader(c.Conn, proxyHeaderMax), proxyHeaderMax)
	header, err := proxyproto.Read(c.first)
	switch {
	case errors.Is(err, proxyproto.ErrNoProxyProtocol):
	case err != nil:
		c.err = io.EOF // which net/http does not answer: who would understand the answer?
		// Who is gone, or says nothing, has sent no header.
		if _, ok := errors.AsType[net.Error](err); !ok {
			c.listener.report(c.Conn.RemoteAddr(), err)
		}
		return
	default:
		c.client = namedClient(header)
	}
	if c.first.Buffered() == 0 {
		c.first = nil
	}
	c.err = c.Conn.SetReadDeadline(time.Time{})
}

// namedClient is nil when the proxy speaks for itself, as it does to see whether we are
// there, or has no address for its client. A client on the proxy's own loopback is the
// proxy too: its loopback need not be ours, which is exempt from bounds.
func namedClient(h *proxyproto.Header) net.Addr {
	client, _, ok := h.TCPAddrs()
	if !ok || h.Command.IsLocal() || client.IP.IsLoopback() || client.IP.IsUnspecified() {
		return nil
	}
	return client
}
