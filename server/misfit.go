package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync/atomic"

	"atalaya/server/internal/access"
)

// misfitListener hands out connections on which also what net/http itself answers to misfits
// has the headers of every answer. A misfit is what no handler sees, because it is no request:
// without a Host, with a head that is too large, not of HTTP/1, or not of TLS where TLS is
// spoken. Within TLS such an answer goes out as net/http writes it: it cannot be told there.
type misfitListener struct{ net.Listener }

func (l misfitListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &misfitConn{Conn: conn}, nil
}

// misfitConn is a connection whose reader may send misfits.
type misfitConn struct {
	net.Conn

	// answering is true from when a handler has a request until its answer was sent. What
	// is written then may have any bytes, of an audited site's too.
	answering atomic.Bool
}

// NetConn is the connection below.
func (c *misfitConn) NetConn() net.Conn { return c.Conn }

// CloseWrite lets net/http say that nothing more comes, as it does on a TCP connection.
func (c *misfitConn) CloseWrite() error { return closeWrite(c.Conn) }

// Write adds the headers to an answer that has none.
func (c *misfitConn) Write(p []byte) (int, error) {
	if c.answering.Load() {
		return c.Conn.Write(p)
	}
	hardened := hardenMisfit(p)
	n, err := c.Conn.Write(hardened)
	if n == len(hardened) {
		n = len(p)
	}
	return min(n, len(p)), err
}

// hardenMisfit adds the headers of every answer to one of net/http's own refusals, which is
// a status line and what it says of its text, or nothing.
func hardenMisfit(p []byte) []byte {
	if !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return p
	}
	line, rest, whole := bytes.Cut(p, []byte("\r\n"))
	if !whole || len(line) < len("HTTP/1.1 400") || line[len("HTTP/1.1 ")] < '4' {
		return p
	}
	hardened := append(bytes.Clone(line), "\r\n"...)
	for _, header := range access.Hardening {
		hardened = append(append(append(append(hardened, header[0]...), ": "...), header[1]...), "\r\n"...)
	}
	return append(hardened, rest...)
}

type misfitKey struct{}

// withMisfits is an [http.Server.ConnContext]: it has [answering] find the connection.
func withMisfits(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*misfitConn); ok {
		return context.WithValue(ctx, misfitKey{}, c)
	}
	return ctx
}

// answering tells a request's connection that what is written from now on is a handler's.
func answering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(misfitKey{}).(*misfitConn); ok {
			c.answering.Store(true)
		}
		next.ServeHTTP(w, r)
	})
}

// answered is an [http.Server.ConnState] hook: an idle connection has had its answer.
func answered(conn net.Conn, state http.ConnState) {
	if c, ok := conn.(*misfitConn); ok && state == http.StateIdle {
		c.answering.Store(false)
	}
}
