package main

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// pipes is a listener without a network, so that connections run in virtual time
// and nothing is buffered on the way.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// TestH2PeersThatAreGone holds the bounds on connections whose peer is there no
// more, or acts so: it takes no bytes, or takes them and says nothing.
func TestH2PeersThatAreGone(t *testing.T) {
	for name, tc := range map[string]struct {
		read        func(net.Conn) // after the stream has begun
		least, most time.Duration
	}{
		// Twice, for it has taken a part of the first bytes.
		"takes nothing": {func(net.Conn) {}, 5*time.Second + byteMargin, 2*(5*time.Second+byteMargin) + time.Second},
		"says nothing":  {func(c net.Conn) { io.Copy(io.Discard, c) }, pingAfter + pingWithin, pingAfter + pingWithin + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var left time.Duration
				// It writes as often as a stream does, without its deadlines.
				stream := func(w http.ResponseWriter, r *http.Request) {
					for r.Context().Err() == nil {
						io.WriteString(w, ": beat\n\n")
						http.NewResponseController(w).Flush()
						select {
						case <-r.Context().Done():
						case <-time.After(time.Second):
						}
					}
					left = time.Since(began)
				}
				l := newPipes()
				server := newHTTPServer(Config{WriteTimeout: 5 * time.Second}, nil, http.HandlerFunc(stream),
					slog.New(slog.DiscardHandler))
				ended := make(chan error, 1)
				go func() { ended <- listen(server, l) }()
				near, far := net.Pipe()
				l.conns <- far
				askHTTP2(t, near)
				tc.read(near)
				time.Sleep(time.Minute)
				synctest.Wait()
				if left < tc.least || left > tc.most {
					t.Errorf("the stream ended after %v, want %v to %v", left, tc.least, tc.most)
				}
				near.Close()
				server.Close()
				<-ended
			})
		})
	}
}

// askHTTP2 sends one request over HTTP/2 without TLS, and reads until its answer
// begins.
func askHTTP2(t *testing.T, conn net.Conn) {
	t.Helper()
	var head bytes.Buffer
	for _, f := range []hpack.HeaderField{
		{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "http"}, {Name: ":authority", Value: "atalaya.test"},
		{Name: ":path", Value: "/"},
	} {
		hpack.NewEncoder(&head).WriteField(f)
	}
	framer := http2.NewFramer(conn, conn)
	go func() {
		io.WriteString(conn, http2.ClientPreface)
		framer.WriteSettings()
		framer.WriteHeaders(http2.HeadersFrameParam{
			StreamID: 1, BlockFragment: head.Bytes(), EndStream: true, EndHeaders: true,
		})
	}()
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := frame.(*http2.SettingsFrame); ok && !s.IsAck() {
			if most, ok := s.Value(http2.SettingMaxConcurrentStreams); !ok || most != maxConcurrentStreams {
				t.Errorf("the server allows %d streams, want %d", most, maxConcurrentStreams)
			}
		}
		if _, ok := frame.(*http2.HeadersFrame); ok {
			return
		}
	}
}
