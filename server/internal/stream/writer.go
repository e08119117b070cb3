package stream

import (
	"bytes"
	"net"
	"net/http"
	"time"

	"atalaya/server/internal/sse"
)

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
	conn = socketOf(conn)
	s.takenOver.Add(1)
	input := buffered.Reader.Buffered()
	o.opened()
	out := o.start(time.Now(), first, [][]byte{head})
	if s.cfg.Writer != WriterConn && s.shards.adopt(o, conn, out, input) {
		return true
	}
	s.conns.start(o, conn, out, input)
	return true
}

// socketOf is what a connection without TLS writes to: a listener may have wrapped it.
func socketOf(conn net.Conn) net.Conn {
	for {
		wrapped, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn
		}
		conn = wrapped.NetConn()
	}
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

func setHead(h http.Header) {
	h.Set("Content-Type", sse.ContentType)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
}
