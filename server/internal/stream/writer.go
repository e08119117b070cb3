package stream

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"time"
)

// Writer names what carries the bytes of streams to their connections.
type Writer string

// The writers. Where the one that was chosen is not possible, the next one that
// is takes its place, in the order epoll, conn, nethttp.
const (
	// WriterAuto is the lightest that is possible: epoll, else conn, else
	// nethttp.
	WriterAuto Writer = "auto"
	// WriterNetHTTP leaves connections with net/http: a goroutine and some
	// 25 KB for each. The only one for TLS and HTTP/2.
	WriterNetHTTP Writer = "nethttp"
	// WriterConn takes connections over from net/http: a goroutine and some
	// 5 KB for each. For HTTP/1 without TLS.
	WriterConn Writer = "conn"
	// WriterEpoll takes sockets over from Go's own poller too: no goroutine,
	// and less than 1 KB for each. For HTTP/1 without TLS over TCP, on Linux.
	WriterEpoll Writer = "epoll"
)

// Writers are all there are.
var Writers = []Writer{WriterAuto, WriterNetHTTP, WriterConn, WriterEpoll}

// takeOver takes the connection of a request over from net/http and has o written to
// it. It returns false when that is not possible; then nothing has happened.
func (s *Server) takeOver(w http.ResponseWriter, r *http.Request, o *openStream, first *snapshot) bool {
	if s.cfg.Writer == WriterNetHTTP || r.ProtoMajor != 1 || r.TLS != nil {
		return false
	}
	head := responseHead(r, w.Header())
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	input := buffered.Reader.Buffered()
	o.opened()
	out := o.start(time.Now(), first, [][]byte{head})
	if s.cfg.Writer != WriterConn && s.shards.adopt(o, conn, out, input) {
		return true
	}
	s.conns.start(o, conn, out, input)
	return true
}

// responseHead is what net/http would send before the stream, but for the length
// of what follows: it ends with the connection.
func responseHead(r *http.Request, h http.Header) []byte {
	setHead(h)
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Trailer", "Keep-Alive", "Upgrade"} {
		h.Del(name)
	}
	h.Set("Connection", "close")
	if h.Get("Date") == "" {
		h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	if !r.ProtoAtLeast(1, 1) {
		b.Reset()
		b.WriteString("HTTP/1.0 200 OK\r\n")
	}
	_ = h.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	return b.Bytes()
}

// discardMax is how many bytes a peer may send after its request. A browser sends
// none.
const discardMax = 16 << 10

// lingerMax is how long a peer may take to close after the last byte was written.
// Closing at once would answer whatever it may have sent meanwhile with a reset,
// which would destroy the last bytes on their way to it.
const lingerMax = 500 * time.Millisecond

// endOf is the reason for which a stream ends after a write has failed.
func endOf(err error) (reason string) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return endWriteDeadline
	}
	return endClientGone
}
