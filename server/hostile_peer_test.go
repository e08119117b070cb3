package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// Bounds that a server sets to what peers take their time with, and what a busy machine may
// take beside them.
const (
	headWithin = 10 * time.Second
	bodyWithin = 30 * time.Second
	busyExtra  = time.Minute
)

// slowPeer says something, then a piece of more every half second.
type slowPeer struct {
	name, from, first, drip string
	want                    string // until the server closes
	within                  time.Duration
}

// slow are peers that take as long as they may: all sit there while everything else happens.
var slow = []slowPeer{
	{"says nothing", stranger, "", "", "", headWithin},
	{"half a request line", stranger, "GET /heal", "", "400", headWithin},
	{"a request line that grows", stranger, "GET /", "a", "400", headWithin},
	{"a head that does not end", stranger, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", "X: y\r\n", "", headWithin},
	{"a header that grows", stranger, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", "y", "", headWithin},
	{"line ends, slowly", stranger, "", "\r\n", "400", headWithin},
	{"a body that does not come", stranger, slowPost("Content-Length: 10", "application/json"), "", "400 bad_json",
		bodyWithin},
	{"a body, a byte at a time", stranger, slowPost("Content-Length: 1000", "application/json"), " ", "400 bad_json",
		bodyWithin},
	{"chunks, a byte at a time", stranger, slowPost("Transfer-Encoding: chunked", "application/json"), "1\r\n \r\n",
		"400 bad_json",
		bodyWithin},
	{"a chunk's size that grows", stranger, slowPost("Transfer-Encoding: chunked", "application/json"), "0",
		"400 bad_json", bodyWithin},
	{"trailers without end", stranger, slowPost("Transfer-Encoding: chunked", "application/json") + "2\r\n{}\r\n0\r\n",
		"X: y\r\n",
		"400 bad_json", bodyWithin},
	{"a form, a byte at a time", stranger,
		strings.Replace(slowPost("Content-Length: 1000", "application/x-www-form-urlencoded"),
			shared.PathAudits, shared.PathBasic, 1), "a", "400", bodyWithin},
	{"a token, a byte at a time", stranger,
		strings.Replace(slowPost("Content-Length: 1000", "application/x-www-form-urlencoded"),
			shared.PathAudits, shared.PathSignIn, 1), "a", "400", bodyWithin},
	{"asks whether to go on, and does not", stranger,
		slowPost("Content-Length: 10\r\nExpect: 100-continue", "application/json"), "",
		"100, 400 bad_json", bodyWithin},
	{"a body for a path that takes none", stranger, strings.Replace(slowPost("Content-Length: 1000", "text/plain"),
		"POST "+shared.PathAudits, "GET /healthz", 1), " ", "200", bodyWithin},
	{"a body for another host", stranger,
		strings.Replace(slowPost("Content-Length: 1000", "application/json"), "Host: localhost",
			"Host: evil.example", 1), " ", "403 forbidden_host", bodyWithin},
	{"a body from nobody", stranger, strings.Replace(slowPost("Content-Length: 1000", "application/json"),
		"Bearer {auditor}", "Bearer x", 1), " ", "401 unauthorized", bodyWithin},
	{"a body for a stream", stranger, strings.Replace(slowPost("Content-Length: 1000", "application/json"),
		"POST "+shared.PathAudits, "GET /sse/audits", 1), " ", "400 bad_query", bodyWithin},
	{"half of HTTP/2", stranger, "PRI * HTTP/2.0\r\n\r\nSM", "", "403 forbidden_host", headWithin},
	{"HTTP/2 that says nothing more", stranger, http2.ClientPreface, "", "+", headWithin},
	{"half a PROXY header", ownProxy, "PROXY TCP4 203.0.113.5", "", "", proxyHeaderWithin},
	{"a PROXY header that grows", ownProxy, "PROXY TCP4 203.0.113.5", " ", "", proxyHeaderWithin},
	{"half a PROXY header in binary", ownProxy, "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c", "", "", proxyHeaderWithin},
	{"nothing behind a PROXY header", ownProxy, "PROXY TCP4 203.0.113.5 10.0.0.1 1 80\r\n", "", "", headWithin},
}

func slowPost(framing, kind string) string {
	return "POST " + shared.PathAudits + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {auditor}\r\n" +
		"Content-Type: " + kind + "\r\n" + framing + "\r\n\r\n"
}

// slowPeers are the slow ones, of which each must have been answered or cut by its bound.
func slowPeers() (attacks []attack) {
	for _, peer := range slow {
		attacks = append(attacks, attack{peer.name, func(t *testing.T, a *arena) {
			if got := <-a.slow[peer.name]; got != peer.want {
				t.Errorf("got %q, want %q within %v", got, peer.want, peer.within)
			}
		}})
	}
	return attacks
}

// openSlowPeers connects the slow ones.
func (a *arena) openSlowPeers(t *testing.T) {
	t.Helper()
	a.slow = map[string]<-chan string{}
	for _, peer := range slow {
		conn, got := a.dial(t, peer.from), make(chan string, 1)
		a.slow[peer.name] = got
		_ = conn.SetReadDeadline(time.Now().Add(peer.within + busyExtra))
		_ = conn.SetWriteDeadline(time.Time{})
		if _, err := io.WriteString(conn, a.fill(peer.first)); err != nil {
			t.Fatal(err)
		}
		go func() { got <- readAnswers(conn, "GET") }()
		if peer.drip != "" {
			go drip(conn, peer.drip)
		}
	}
}

// drip sends a piece every half second, until nobody takes it.
func drip(conn net.Conn, piece string) {
	tick := time.NewTicker(time.Second / 2)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(conn, piece); err != nil {
			return
		}
	}
}

// hostileStreams are those who open a stream and do not behave.
func hostileStreams() []attack {
	return append(behindStreams(map[string]string{
		"nothing": "", "a second request": get("/hidden"), "a byte": "x", "a line end": "\r\n",
		"15 KB": strings.Repeat("x", 15<<10), "a websocket's frame": "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
		"a TLS handshake": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "HTTP/2": http2.ClientPreface,
		"a PROXY header": "PROXY TCP4 203.0.113.5 10.0.0.1 1 80\r\n", "an event": "data: {}\n\n",
	}),
		attack{"a megabyte behind a request", func(t *testing.T, a *arena) {
			conn := a.openRaw(t, "/sse/audits")
			if _, err := io.Copy(conn, bytes.NewReader(make([]byte, 8<<20))); err == nil {
				// The writer may have stopped reading instead: then the stream must be over.
				a.readsToTheEnd(t, conn)
			}
		}},
		attack{"a request a byte at a time", func(t *testing.T, a *arena) {
			conn := a.dial(t, stranger)
			for _, c := range []byte(a.fill(streamRequest("/sse/audits"))) {
				if _, err := conn.Write([]byte{c}); err != nil {
					t.Fatal(err)
				}
			}
			begins(t, bufio.NewReader(conn))
		}},
		attack{"half open", func(t *testing.T, a *arena) {
			conn := a.openRaw(t, shared.PathStream(a.audit))
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}},
		attack{"half open before the answer", func(t *testing.T, a *arena) {
			conn := a.dial(t, stranger)
			if _, err := io.WriteString(conn, a.fill(streamRequest("/sse/audits"))); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}},
		attack{"fifty that are reset before the answer", func(t *testing.T, a *arena) { a.resets(t, 50, false) }},
		attack{"fifty that are reset behind the answer", func(t *testing.T, a *arena) { a.resets(t, 50, true) }},
		attack{"fifty that are closed", func(t *testing.T, a *arena) {
			for range 50 {
				_ = a.openRaw(t, "/sse/audits").Close()
			}
		}},
		attack{"an audit deleted under a stream", func(t *testing.T, a *arena) {
			id := a.startsAs("auditor")
			conn := a.openRaw(t, shared.PathStreams+"?id="+id)
			if got := a.as(t, "auditor", "DELETE", shared.PathAudits+"/"+id, ""); got.status != 204 {
				t.Fatalf("deleted: %s", got.summary())
			}
			if !strings.Contains(a.readsUntil(t, conn, "event: deleted"), "event: deleted") {
				t.Error("the stream does not say so")
			}
		}},
		attack{"a cursor from the future", func(t *testing.T, a *arena) { a.resumes(t, "9007199254740991") }},
		attack{"a cursor below 0", func(t *testing.T, a *arena) { a.resumes(t, "-1") }},
		attack{"a cursor too large", func(t *testing.T, a *arena) { a.resumes(t, "9223372036854775808") }},
		attack{"a cursor that is none", func(t *testing.T, a *arena) { a.resumes(t, "\u00e9'; DROP TABLE audits") }},
		attack{"a cursor of 60 KB", func(t *testing.T, a *arena) { a.resumes(t, strings.Repeat("1", 60_000)) }},
		attack{"fifty ids", func(t *testing.T, a *arena) {
			conn := a.openRaw(t, shared.PathStreams+"?"+many("id=%d&", shared.MaxStreamIDs-1)+"id="+a.fill("{id}"))
			if !strings.Contains(a.readsUntil(t, conn, `"audit_id"`), `"audit_id"`) {
				t.Error("the stream says nothing")
			}
		}},
		attack{"a waiting poll that is reset",
			func(t *testing.T, a *arena) { a.waits(t, func(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() }) }},
		attack{"a waiting poll that is closed",
			func(t *testing.T, a *arena) { a.waits(t, func(c *net.TCPConn) { _ = c.Close() }) }},
		attack{"a waiting poll that is half open",
			func(t *testing.T, a *arena) { a.waits(t, func(c *net.TCPConn) { _ = c.CloseWrite() }) }},
		attack{"a waiting poll with a request behind it", func(t *testing.T, a *arena) {
			a.waits(t, func(c *net.TCPConn) { _, _ = io.WriteString(c, get("/hidden")); _ = c.CloseWrite() })
		}},
		attack{"HTTP/1.0", func(t *testing.T, a *arena) {
			conn := a.dial(t, stranger)
			send := strings.Replace(a.fill(streamRequest(shared.PathStream(a.audit))), "HTTP/1.1", "HTTP/1.0", 1)
			if _, err := io.WriteString(conn, send); err != nil {
				t.Fatal(err)
			}
			begins(t, bufio.NewReader(conn))
		}},
		attack{"HEAD", func(t *testing.T, a *arena) {
			if got := a.exchange(t, stranger, request("HEAD", "/sse/audits", "localhost")); got != "200" {
				t.Errorf("got %q", got)
			}
		}},
		attack{"nothing is left of all these", func(t *testing.T, a *arena) {
			testkit.Eventually(t, busyExtra, "their streams have ended", func() bool { return a.streams(t) == 1 })
		}},
	)
}

func streamRequest(path string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {viewer}\r\n\r\n"
}

// behindStreams send something behind the request for a stream: it is no request.
func behindStreams(pieces map[string]string) (attacks []attack) {
	for name, piece := range pieces {
		attacks = append(attacks, attack{name + " behind a request", func(t *testing.T, a *arena) {
			conn := a.dial(t, stranger)
			if _, err := io.WriteString(conn, a.fill(streamRequest(shared.PathStream(a.audit))+piece)); err != nil {
				t.Fatal(err)
			}
			got := a.readsUntil(t, conn, "event: heartbeat")
			if n := strings.Count(got, "HTTP/1.1 "); n != 1 || !strings.HasPrefix(got, "HTTP/1.1 200 ") {
				t.Errorf("%d answers: %.400q", n, got)
			}
		}})
	}
	return attacks
}

// openRaw opens a stream and reads the beginning of its answer.
func (a *arena) openRaw(t *testing.T, path string) net.Conn {
	t.Helper()
	conn := a.dial(t, stranger)
	if _, err := io.WriteString(conn, a.fill(streamRequest(path))); err != nil {
		t.Fatal(err)
	}
	if got := a.readsUntil(t, conn, "\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Fatalf("opened: %.200q", got)
	}
	return conn
}

// begins reads the head of a stream.
func begins(t *testing.T, from *bufio.Reader) {
	t.Helper()
	line, err := from.ReadString('\n')
	if err != nil || !strings.Contains(line, " 200 ") {
		t.Errorf("got %q, %v", line, err)
	}
}

// readsUntil reads until something was said, or there is no more.
func (a *arena) readsUntil(t *testing.T, conn net.Conn, said string) string {
	t.Helper()
	var got strings.Builder
	piece := make([]byte, 4096)
	for !strings.Contains(got.String(), said) {
		n, err := conn.Read(piece)
		got.Write(piece[:n])
		if err != nil {
			break
		}
	}
	return got.String()
}

// readsToTheEnd reads what is left of a stream that has to end at once.
func (a *arena) readsToTheEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the stream goes on")
	}
}

// resets opens streams that are reset, before or behind the head of their answer.
func (a *arena) resets(t *testing.T, n int, answered bool) {
	t.Helper()
	for range n {
		conn := a.dial(t, stranger)
		if _, err := io.WriteString(conn, a.fill(streamRequest(shared.PathStream(a.audit)))); err != nil {
			t.Fatal(err)
		}
		if answered {
			a.readsUntil(t, conn, "\r\n\r\n")
		}
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

// resumes comes back with a cursor that was never given: the present state comes.
func (a *arena) resumes(t *testing.T, cursor string) {
	t.Helper()
	r := a.ask(shared.PathStream(a.audit), cursor)
	authorize(r, a.tokens["viewer"])
	s, err := ssetest.Open(t, a.http, r)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if p, err := s.NextProgress(); err != nil || p.AuditID != a.audit {
		t.Errorf("got %+v, %v", p, err)
	}
}

// waits has a poll wait for a change, and then leave.
func (a *arena) waits(t *testing.T, leave func(*net.TCPConn)) {
	t.Helper()
	tag := a.as(t, "viewer", "GET", shared.PathProgress(a.audit), "").header.Get("ETag")
	conn := a.dial(t, stranger)
	send := strings.Replace(get(shared.PathProgress(a.audit), "Prefer: wait=5", "If-None-Match: "+tag),
		"Connection: close\r\n", "", 1)
	if _, err := io.WriteString(conn, a.fill(send)); err != nil {
		t.Fatal(err)
	}
	polls := func(want int) func() bool {
		line := `atalaya_streams{transport="poll"} ` + strconv.Itoa(want) + "\n"
		return func() bool { return strings.Contains(a.as(t, "viewer", "GET", shared.PathMetrics, "").body, line) }
	}
	testkit.Eventually(t, busyExtra, "the poll waits", polls(1))
	leave(conn.(*net.TCPConn))
	testkit.Eventually(t, busyExtra, "the poll has left", polls(0))
}

// h2 is an attack by the frames of a connection.
type h2 struct {
	name string
	send func(f *http2.Framer)
	want string
}

// head is a block of headers: names and values in turn.
func head(pairs ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(pairs); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]}) // a buffer takes everything
	}
	return b.Bytes()
}

// asks sends the head of a request.
func asks(f *http2.Framer, stream uint32, ends bool, pairs ...string) {
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: head(pairs...), EndStream: ends,
		EndHeaders: true})
}

// usual is the head of a good request, with more behind it.
func usual(more ...string) []string {
	return append([]string{":method", "GET", ":scheme", "http", ":authority", "localhost", ":path", "/healthz"}, more...)
}

// asking makes an attack of a head.
func asking(name, want string, pairs ...string) h2 {
	return h2{name, func(f *http2.Framer) { asks(f, 1, true, pairs...) }, want}
}

func hostileHTTP2() []attack {
	return overHTTP2s(
		asking("a good request", "200", usual()...),
		asking("another host", "403", ":method", "GET", ":scheme", "http", ":authority", "evil.example", ":path", "/healthz"),
		asking("no host", "403", ":method", "GET", ":scheme", "http", ":path", "/healthz"),
		asking("a host that is none", "RST PROTOCOL_ERROR", ":method", "GET", ":scheme", "http", ":authority", "a/b@c",
			":path", "/healthz"),
		asking("two hosts", "403", ":method", "GET", ":scheme", "http", ":authority", "evil.example", ":path", "/healthz",
			"host", "localhost"),
		asking("two paths", "RST PROTOCOL_ERROR", usual(":path", "/hidden")...),
		asking("two methods", "RST PROTOCOL_ERROR", ":method", "GET", ":method", "POST", ":scheme", "http", ":authority",
			"localhost", ":path", "/"),
		asking("no path", "RST PROTOCOL_ERROR", ":method", "GET", ":scheme", "http", ":authority", "localhost"),
		asking("no method", "RST PROTOCOL_ERROR", ":scheme", "http", ":authority", "localhost", ":path", "/"),
		asking("no scheme", "RST PROTOCOL_ERROR", ":method", "GET", ":authority", "localhost", ":path", "/"),
		asking("another scheme", "RST PROTOCOL_ERROR", ":method", "GET", ":scheme", "gopher", ":authority", "localhost",
			":path", "/"),
		asking("an empty path", "RST PROTOCOL_ERROR", ":method", "GET", ":scheme", "http", ":authority", "localhost",
			":path", ""),
		asking("a path of another host", "303", ":method", "GET", ":scheme", "http", ":authority", "localhost", ":path",
			"http://evil.example/"),
		asking("a path with a blank", "303", ":method", "GET", ":scheme", "http", ":authority", "localhost", ":path",
			"/ HTTP/1.1"),
		asking("a path with a line", "RST PROTOCOL_ERROR", ":method", "GET", ":scheme", "http", ":authority", "localhost",
			":path", "/\r\nX: y"),
		asking("a path above the root", "303", ":method", "GET", ":scheme", "http", ":authority", "localhost", ":path",
			"/../../etc/passwd"),
		asking("a pseudo-header to come", "RST PROTOCOL_ERROR", usual(":evil", "x")...),
		asking("a pseudo-header of an answer", "RST PROTOCOL_ERROR", usual(":status", "200")...),
		asking("a pseudo-header behind the others", "RST PROTOCOL_ERROR", ":method", "GET", ":scheme", "http", "x", "y",
			":path", "/"),
		asking("a name in capitals", "RST PROTOCOL_ERROR", usual("X-Evil", "y")...),
		asking("a name with a blank", "RST PROTOCOL_ERROR", usual("x y", "z")...),
		asking("a name with a colon", "RST PROTOCOL_ERROR", usual("x:", "z")...),
		asking("an empty name", "RST PROTOCOL_ERROR", usual("", "z")...),
		asking("a value with a line", "RST PROTOCOL_ERROR", usual("x", "a\r\nset-cookie: b")...),
		asking("a value with a NUL", "RST PROTOCOL_ERROR", usual("x", "a\x00b")...),
		asking("Connection", "400", usual("connection", "keep-alive")...),
		asking("Transfer-Encoding", "400", usual("transfer-encoding", "chunked")...),
		asking("Upgrade", "400", usual("upgrade", "websocket")...),
		asking("TE", "400", usual("te", "gzip")...),
		asking("CONNECT", "RST PROTOCOL_ERROR", ":method", "CONNECT", ":scheme", "http", ":authority", "169.254.169.254:80",
			":path", "/"),
		asking("CONNECT to others", "303", ":method", "CONNECT", ":authority", "169.254.169.254:80"),
		asking("CONNECT for a websocket", "RST PROTOCOL_ERROR", ":method", "CONNECT", ":protocol", "websocket", ":scheme",
			"http", ":authority", "localhost", ":path", "/"),
		asking("a length of a body that is not there", "200", usual("content-length", "5")...),
		asking("a length of nonsense", "200", usual("content-length", "-1")...),
		asking("two lengths", "200", usual("content-length", "0", "content-length", "5")...),
		h2{"a head of 200 KB", func(f *http2.Framer) {
			raw(f, http2.FrameHeaders, 1, 1, string(head(usual()...)))
			for i := range 20 {
				_ = f.WriteContinuation(1, i == 19, head("x", strings.Repeat("~", 10_000)))
			}
		}, "431 or GOAWAY"},
		asking("another origin", "403", usual("origin", "https://evil.example")...),
		h2{"a body longer than it says", func(f *http2.Framer) {
			asks(f, 1, false, usual("content-length", "1")...)
			_ = f.WriteData(1, true, []byte("xxxxx"))
		}, "200 or RST"},
		h2{"data before a head", func(f *http2.Framer) { _ = f.WriteData(1, true, []byte("x")) }, "GOAWAY PROTOCOL_ERROR"},
		h2{"data of stream 0", func(f *http2.Framer) { raw(f, http2.FrameData, 0, 0, "x") }, "GOAWAY PROTOCOL_ERROR"},
		h2{"an even stream", func(f *http2.Framer) { asks(f, 2, true, usual()...) }, "GOAWAY PROTOCOL_ERROR"},
		h2{"a head of stream 0", func(f *http2.Framer) { raw(f, http2.FrameHeaders, 5, 0, string(head(usual()...))) },
			"GOAWAY PROTOCOL_ERROR"},
		h2{"an earlier stream", func(f *http2.Framer) { asks(f, 5, true, usual()...); asks(f, 3, true, usual()...) },
			"200 or GOAWAY"},
		h2{"a head that is no code",
			func(f *http2.Framer) { raw(f, http2.FrameHeaders, 5, 1, "\xff\xff\xff\xff\xff\xff\xff") },
			"GOAWAY COMPRESSION_ERROR"},
		h2{"an index of no header", func(f *http2.Framer) { raw(f, http2.FrameHeaders, 5, 1, "\xff\x80\x01") },
			"GOAWAY COMPRESSION_ERROR"},
		h2{"a table that is too large", func(f *http2.Framer) { raw(f, http2.FrameHeaders, 5, 1, "\x3f\xff\xff\xff\x0f") },
			"GOAWAY COMPRESSION_ERROR"},
		h2{"a bomb of references", func(f *http2.Framer) {
			raw(f, http2.FrameHeaders, 5, 1,
				string(head(usual("x", strings.Repeat("y", 4000))...))+strings.Repeat("\xbe", 12_000))
		}, "431"},
		h2{"a continuation of nothing", func(f *http2.Framer) { _ = f.WriteContinuation(1, true, head(usual()...)) },
			"GOAWAY PROTOCOL_ERROR"},
		h2{"a continuation of another", func(f *http2.Framer) {
			raw(f, http2.FrameHeaders, 0, 1, string(head(usual()...)))
			_ = f.WriteContinuation(3, true, nil)
		}, "GOAWAY PROTOCOL_ERROR"},
		h2{"something between continuations", func(f *http2.Framer) {
			raw(f, http2.FrameHeaders, 0, 1, string(head(usual()...)))
			_ = f.WritePing(false, [8]byte{})
		}, "GOAWAY PROTOCOL_ERROR"},
		h2{"continuations without end", func(f *http2.Framer) {
			raw(f, http2.FrameHeaders, 0, 1, string(head(usual()...)))
			for range 10_000 {
				_ = f.WriteContinuation(1, false, head("x", strings.Repeat("y", 1000)))
			}
		}, "GOAWAY PROTOCOL_ERROR"},
		h2{"a priority on itself", func(f *http2.Framer) { _ = f.WritePriority(1, http2.PriorityParam{StreamDep: 1}) },
			"RST PROTOCOL_ERROR"},
		h2{"a window of 0", func(f *http2.Framer) { _ = f.WriteWindowUpdate(0, 0) }, "GOAWAY PROTOCOL_ERROR"},
		h2{"a window too large", func(f *http2.Framer) { _ = f.WriteWindowUpdate(0, 1<<31-1) }, "GOAWAY FLOW_CONTROL_ERROR"},
		h2{"a window of a stream too large", func(f *http2.Framer) {
			asks(f, 1, false, usual()...)
			_ = f.WriteWindowUpdate(1, 1<<31-1)
		}, "200 or RST"},
		h2{"a window of an idle stream", func(f *http2.Framer) { _ = f.WriteWindowUpdate(7, 1) }, "GOAWAY PROTOCOL_ERROR"},
		h2{"settings of a stream", func(f *http2.Framer) { raw(f, http2.FrameSettings, 0, 1, "") }, "GOAWAY PROTOCOL_ERROR"},
		h2{"settings of 5 bytes", func(f *http2.Framer) { raw(f, http2.FrameSettings, 0, 0, "12345") },
			"GOAWAY FRAME_SIZE_ERROR"},
		h2{"settings with a window too large", func(f *http2.Framer) {
			_ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 31})
		}, "GOAWAY FLOW_CONTROL_ERROR"},
		h2{"settings with a frame too small", func(f *http2.Framer) {
			_ = f.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1})
		}, "GOAWAY PROTOCOL_ERROR"},
		h2{"an acknowledgement of nothing", func(f *http2.Framer) { _ = f.WriteSettingsAck(); _ = f.WriteSettingsAck() },
			"GOAWAY PROTOCOL_ERROR"},
		h2{"a ping of 5 bytes", func(f *http2.Framer) { raw(f, http2.FramePing, 0, 0, "12345") }, "GOAWAY FRAME_SIZE_ERROR"},
		h2{"a promise", func(f *http2.Framer) {
			raw(f, http2.FramePushPromise, 4, 1, "\x00\x00\x00\x02"+string(head(usual()...)))
		}, "GOAWAY PROTOCOL_ERROR"},
		h2{"a reset of an idle stream", func(f *http2.Framer) { _ = f.WriteRSTStream(7, http2.ErrCodeCancel) },
			"GOAWAY PROTOCOL_ERROR"},
		h2{"a frame of 1 MB", func(f *http2.Framer) { raw(f, http2.FrameData, 0, 1, strings.Repeat("x", 1<<20)) }, "GOAWAY"},
		h2{"padding longer than its frame",
			func(f *http2.Framer) { raw(f, http2.FrameHeaders, 0xd, 1, "\xff"+string(head(usual()...))) }, "GOAWAY or RST"},
		h2{"frames of no kind", func(f *http2.Framer) {
			for kind := range 200 {
				raw(f, http2.FrameType(20+kind), 0, 0, "x")
			}
			asks(f, 1, true, usual()...)
		}, "200"},
		h2{"a thousand streams that are reset at once", func(f *http2.Framer) {
			for i := range uint32(1000) {
				asks(f, 2*i+1, true, usual()...)
				_ = f.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
			}
			asks(f, 2001, true, usual()...)
		}, "200 or GOAWAY"},
		h2{"ten thousand pings", func(f *http2.Framer) {
			for range 10_000 {
				_ = f.WritePing(false, [8]byte{})
			}
			asks(f, 1, true, usual()...)
		}, "200 or GOAWAY"},
		h2{"ten thousand settings", func(f *http2.Framer) {
			for range 10_000 {
				_ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1})
			}
			asks(f, 1, true, usual()...)
		}, "200 or GOAWAY"},
		h2{"ten thousand empty frames", func(f *http2.Framer) {
			asks(f, 1, false, usual()...)
			for range 10_000 {
				_ = f.WriteData(1, false, nil)
			}
		}, "200 or GOAWAY"},
	)
}

// raw writes a frame that no encoder would.
func raw(f *http2.Framer, kind http2.FrameType, flags http2.Flags, stream uint32, payload string) {
	_ = f.WriteRawFrame(kind, flags, stream, []byte(payload))
}

// overHTTP2s makes attacks of a table.
func overHTTP2s(table ...h2) (attacks []attack) {
	for _, row := range table {
		attacks = append(attacks, attack{row.name, func(t *testing.T, a *arena) {
			conn := a.dial(t, stranger)
			f := http2.NewFramer(conn, conn)
			f.AllowIllegalWrites = true
			go func() { // the server may stop reading
				_, _ = io.WriteString(conn, http2.ClientPreface)
				_ = f.WriteSettings()
				row.send(f)
			}()
			got := reaction(conn)
			if kind, _, _ := strings.Cut(got, " "); got != row.want && !slices.Contains(strings.Split(row.want, " or "), kind) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		}})
	}
	return attacks
}

// reaction is the first that a server says to a request: a status, a reset or a farewell;
// "closed" for none.
func reaction(conn net.Conn) string {
	in := http2.NewFramer(io.Discard, conn)
	status := ""
	decoder := hpack.NewDecoder(4096, func(h hpack.HeaderField) {
		if h.Name == ":status" {
			status = h.Value
		}
	})
	for {
		frame, err := in.ReadFrame()
		switch f := frame.(type) {
		case nil:
			return fmt.Sprintf("closed: %v", err)
		case *http2.HeadersFrame:
			if _, err := decoder.Write(f.HeaderBlockFragment()); err == nil && status != "" && status != "100" {
				return status
			}
		case *http2.RSTStreamFrame:
			return "RST " + f.ErrCode.String()
		case *http2.GoAwayFrame:
			return "GOAWAY " + f.ErrCode.String()
		}
	}
}

// hostileProxies name clients in the PROXY protocol: ours is believed, within reason, and a
// stranger is not.
func hostileProxies() (attacks []attack) {
	const v1 = "PROXY TCP4 203.0.113.5 10.0.0.1 1 80\r\n"
	for _, row := range []struct{ name, from, first, want string }{
		{"version 1", ownProxy, v1, "200"},
		{"version 1 from a stranger", stranger, v1, "400"},
		{"version 2", ownProxy, version2(0x21, 0x11, []byte{203, 0, 113, 5, 10, 0, 0, 1, 0, 1, 0, 80}), "200"},
		{"version 2 from a stranger", stranger, version2(0x21, 0x11, make([]byte, 12)), "400"},
		{"twice", ownProxy, v1 + v1, "400"},
		{"an address that is none", ownProxy, "PROXY TCP4 evil.example 10.0.0.1 1 80\r\n", ""},
		{"an address of the other kind", ownProxy, "PROXY TCP4 ::1 ::1 1 80\r\n", ""},
		{"a port too large", ownProxy, "PROXY TCP4 203.0.113.5 10.0.0.1 65536 80\r\n", ""},
		{"a port below 0", ownProxy, "PROXY TCP4 203.0.113.5 10.0.0.1 -1 80\r\n", ""},
		{"fields more than there are", ownProxy, "PROXY TCP4 203.0.113.5 10.0.0.1 1 80 x\r\n", ""},
		{"a NUL", ownProxy, "PROXY TCP4 203.0.113.5\x00 10.0.0.1 1 80\r\n", ""},
		{"a line without end", ownProxy, "PROXY TCP4 " + strings.Repeat("1", 5000), ""},
		{"a bare line feed", ownProxy, "PROXY TCP4 203.0.113.5 10.0.0.1 1 80\n", ""},
		{"small letters", ownProxy, strings.ToLower(v1), "400"},
		{"no addresses", ownProxy, "PROXY UNKNOWN\r\n", "200"},
		{"no addresses, and a long rest", ownProxy, "PROXY UNKNOWN " + strings.Repeat("x", 200) + "\r\n", ""},
		{"version 3", ownProxy, version2(0x31, 0x11, make([]byte, 12)), ""},
		{"64 KB", ownProxy, version2(0x21, 0x11, make([]byte, 65535)), ""},
		{"addresses cut short", ownProxy, version2(0x21, 0x11, make([]byte, 3)), ""},
		{"a length of 0", ownProxy, version2(0x21, 0x11, nil), ""},
		{"a unix socket", ownProxy, version2(0x21, 0x31, make([]byte, 216)), "200"},
		{"loopback", ownProxy, "PROXY TCP4 127.0.0.1 127.0.0.1 1 80\r\n", "200"},
		{"a proxy of ours", ownProxy, "PROXY TCP4 " + ownProxy + " 127.0.0.1 1 80\r\n", "200"},
	} {
		attacks = append(attacks, attack{row.name, func(t *testing.T, a *arena) {
			if got := a.exchange(t, row.from, row.first+get("/healthz")); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		}})
	}
	return append(attacks, namedClients()...)
}

// namedClients claim to be others, and the trail says who they were taken for.
func namedClients() (attacks []attack) {
	for _, row := range []struct{ name, from, first, forwarded, want string }{
		{"X-Forwarded-For of a stranger", stranger, "", "203.0.113.7", "127.0.0.1"},
		{"X-Forwarded-For of our proxy", ownProxy, "", "203.0.113.7", "203.0.113.7"},
		{"a chain of which the last counts", ownProxy, "", "127.0.0.1, 203.0.113.8", "203.0.113.8"},
		{"a chain with nonsense", ownProxy, "", "203.0.113.9, evil", ownProxy},
		{"a chain with a line's end", ownProxy, "", "203.0.113.9, %0d%0a", ownProxy},
		{"IPv6", ownProxy, "", "2001:db8::7", "2001:db8::"},
		{"IPv6 with a zone", ownProxy, "", "fe80::1%25eth0';--", "fe80::"},
		{"IPv4 in IPv6", ownProxy, "", "::ffff:203.0.113.7", "203.0.113.7"},
		{"PROXY and a header", ownProxy, "PROXY TCP4 203.0.113.5 10.0.0.1 1 80\r\n", "198.51.100.1", "203.0.113.5"},
	} {
		attacks = append(attacks, attack{row.name, func(t *testing.T, a *arena) {
			send := with("auditor", "POST", shared.PathAudits, "application/json", `{"url":"x","kind":"external"}`,
				"X-Forwarded-For: "+row.forwarded)
			if got := a.exchange(t, row.from, row.first+send); got != "201" {
				t.Fatalf("started: %s", got)
			}
			var trail shared.TrailList
			got := a.as(t, "admin", "GET", "/api/v1/trail"+"?limit=1", "")
			if err := json.Unmarshal([]byte(got.body), &trail); err != nil || len(trail.Entries) != 1 {
				t.Fatalf("the trail: %s, %v", got.body, err)
			}
			if address := trail.Entries[0].Address; address != row.want {
				t.Errorf("taken for %q, want %q", address, row.want)
			}
		}})
	}
	return attacks
}
