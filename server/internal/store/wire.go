package store

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/uptrace/bun/driver/pgdriver"
)

// The driver takes a notification for the end of the world: a query whose answer has one
// before it fails, a COMMIT too, which has then happened all the same. And they do come
// unasked: behind a pooler a connection to the server is used by many, and whatever one
// of them has listened to, all of them hear. So what the driver reads goes through a
// [wire] first, which also sees what the driver does not tell: which process the server
// claims to be. For that the wire lies within TLS, which it therefore begins itself.

// Messages of the protocol, by their first byte.
const (
	notification = 'A'
	backendKey   = 'K'
)

// requestTLS is what a client says that wants TLS: its length, and a version that is none.
var requestTLS = []byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}

var errNoTLS = errors.New("the server speaks no TLS (sslmode says that it has to)")

// throughWire lets the connections of a pool be wires. It has to be the last option.
func throughWire(conf *pgdriver.Config) {
	dial, secure := conf.Dialer, conf.TLSConfig
	conf.TLSConfig = nil
	conf.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		conn = withoutScheduler(conn)
		if secure == nil {
			return &wire{Conn: conn}, nil
		}
		secured, err := startTLS(ctx, conn, secure)
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return &wire{Conn: secured}, nil
	}
}

func startTLS(ctx context.Context, conn net.Conn, conf *tls.Config) (net.Conn, error) {
	deadline := time.Now().Add(netTimeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if _, err := conn.Write(requestTLS); err != nil {
		return nil, err
	}
	// One byte and no more: what follows it would have been sent in the clear.
	var answer [1]byte
	if _, err := conn.Read(answer[:]); err != nil {
		return nil, err
	}
	if answer[0] != 'S' {
		return nil, errNoTLS
	}
	secured := tls.Client(conn, conf)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("TLS handshake failed: %w", err)
	}
	return secured, conn.SetDeadline(time.Time{})
}

// wire is a connection from which notifications cannot be read. One goroutine at a time
// reads.
type wire struct {
	net.Conn

	head [5]byte // of the message at hand: its kind, and its length from there on
	have int     // bytes of head that have come
	left int     // bytes after it that have not
	key  []byte  // what the server said that cancels a query: a process and a secret
}

// NetConn is the connection below.
func (w *wire) NetConn() net.Conn { return w.Conn }

// process is the number of the server's process, as whoever answered tells it.
func (w *wire) process() int {
	if len(w.key) < 4 {
		return 0
	}
	return int(binary.BigEndian.Uint32(w.key))
}

func (w *wire) Read(p []byte) (int, error) {
	for {
		n, err := w.Conn.Read(p)
		kept := w.keep(p[:n])
		if kept > 0 || err != nil || n == 0 {
			return kept, err
		}
	}
}

// keep moves what is not of a notification to the front of p and returns how much it is.
func (w *wire) keep(p []byte) int {
	kept := p[:0]
	for len(p) > 0 {
		n := w.take(p)
		if w.head[0] != notification {
			kept = append(kept, p[:n]...)
		}
		p = p[n:]
		if w.have == len(w.head) && w.left <= 0 {
			w.have = 0
		}
	}
	return len(kept)
}

// take reads on in the message at hand and returns how many bytes of p that were.
func (w *wire) take(p []byte) int {
	if w.have < len(w.head) {
		w.head[w.have] = p[0]
		w.have++
		if w.have == len(w.head) {
			w.left = int(binary.BigEndian.Uint32(w.head[1:])) - 4
		}
		return 1
	}
	n := min(len(p), w.left)
	w.left -= n
	if w.head[0] == backendKey && len(w.key) < 4 {
		w.key = append(w.key, p[:n]...)
	}
	return n
}
