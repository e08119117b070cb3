package stream

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// everyWriter runs f against real sockets, once for each writer that this system
// has. What one does the others do.
func everyWriter(t *testing.T, cfg Config, f func(t *testing.T, r *rig)) {
	t.Helper()
	writers := []Writer{WriterNetHTTP, WriterConn}
	if runtime.GOOS == "linux" {
		writers = append(writers, WriterEpoll)
	}
	for _, cfg.Writer = range writers {
		t.Run(string(cfg.Writer), func(t *testing.T) { f(t, newLoopback(t, cfg, plain)) })
	}
}

// carried checks that n streams are open and that the configured writer has
// them all.
func (r *rig) carried(n int) {
	r.t.Helper()
	testkit.Eventually(r.t, 5*time.Second, fmt.Sprintf("%d streams", n), func() bool {
		return r.metric("atalaya_stream_writers", "writer", string(r.server.cfg.Writer)) == float64(n) &&
			r.metric("atalaya_streams") == float64(n)
	})
}

// raw opens a connection of its own and sends request.
func (r *rig) raw(request string) net.Conn {
	r.t.Helper()
	conn, err := r.dial(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

const plainRequest = "GET /sse/audits/7/progress HTTP/1.1\r\nHost: atalaya.test\r\n\r\n"

// whole reads the answer to its end, closes and returns it without what may differ
// between two streams.
func whole(t *testing.T, conn net.Conn) (*http.Response, string) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%v after %q", err, data)
	}
	conn.Close()
	masks := regexp.MustCompile(`^retry: [0-9]+|"(server_time|fresh_at)":"[^"]+"`)
	return resp, string(masks.ReplaceAll(data, []byte("…")))
}

// The same bytes and the same head from every writer, to HTTP/1.1 and 1.0.
func TestWritersSendTheSame(t *testing.T) {
	for _, version := range []string{"1.1", "1.0"} {
		t.Run("HTTP "+version, func(t *testing.T) {
			everyWriter(t, Config{}, func(t *testing.T, r *rig) {
				inner := r.http.Handler
				r.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					w.Header().Set("X-Request-Id", "4711")
					w.Header().Set("X-Hostile", "a\r\nSet-Cookie: b")
					w.Header().Set("Content-Length", "5")
					w.Header().Del("Content-Length")
					inner.ServeHTTP(w, req)
				})
				r.table.insert(7)
				conn := r.raw(strings.Replace(plainRequest, "1.1", version, 1))
				r.carried(1)
				states := []string{string(mustJSON(r.table.row(7)))}
				for n := range 3 {
					if n < 2 {
						r.table.progress(7, 10+n)
					} else {
						r.table.complete(7)
					}
					states = append(states, string(mustJSON(r.table.row(7))))
					testkit.Eventually(t, 5*time.Second, "frame", func() bool {
						return r.metric("atalaya_stream_frames_total", "event", "progress") == float64(n+2)
					})
				}
				resp, got := whole(t, conn)
				want := "…\n\n: connected\n\nevent: heartbeat\ndata: {…,…}\n\n"
				for i, state := range states {
					want += fmt.Sprintf("id: %d\ndata: %s\n\n", i+1, state)
				}
				want += "event: end\ndata: {\"reason\":\"finished\",\"retry_ms\":0}\n\n"
				if got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
				if resp.Proto != "HTTP/"+version || resp.StatusCode != http.StatusOK || resp.ContentLength != -1 {
					t.Errorf("got %s %d, length %d", resp.Proto, resp.StatusCode, resp.ContentLength)
				}
				if at, err := http.ParseTime(resp.Header.Get("Date")); err != nil || time.Since(at) > time.Minute {
					t.Errorf("Date: %v, %v", at, err)
				}
				resp.Header.Del("Date")
				resp.Header.Del("Connection")
				wantHead := http.Header{
					"Content-Type": {sse.ContentType}, "Cache-Control": {"no-store, no-transform"},
					"X-Accel-Buffering": {"no"},
					"X-Request-Id":      {"4711"}, "X-Hostile": {"a  Set-Cookie: b"},
				}
				if fmt.Sprint(resp.Header) != fmt.Sprint(wantHead) {
					t.Errorf("got head %v, want %v", resp.Header, wantHead)
				}
				r.gone(1)
			})
		})
	}
}

// gone checks that nothing of n streams is left: no subscription, no place at
// the gate, and each told of once.
func (r *rig) gone(n int) {
	r.t.Helper()
	testkit.Eventually(r.t, 5*time.Second, "all gone", func() bool {
		r.server.gate.mu.Lock()
		defer r.server.gate.mu.Unlock()
		r.server.hub.mu.Lock()
		defer r.server.hub.mu.Unlock()
		return r.server.gate.open == 0 && r.server.hub.subscribers == 0 && len(r.server.hub.topics) == 0
	})
	if got := r.metric("atalaya_streams") + r.metric("atalaya_stream_writers"); got != 0 {
		r.t.Errorf("the gauges stand at %v", got)
	}
	if got := r.metric("atalaya_stream_duration_seconds"); got != float64(n) {
		r.t.Errorf("%v ends counted, want %d", got, n)
	}
	for _, line := range []string{"stream opened", "stream ended"} {
		if got := r.log.Count(line); got != n {
			r.t.Errorf("%d streams, %d lines %q", n, got, line)
		}
	}
}

// What is refused is refused by net/http, whatever carries the streams.
func TestWritersRefuseTheSame(t *testing.T) {
	everyWriter(t, Config{MaxStreams: 1}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		r.table.complete(7)
		for _, test := range []struct {
			method, path, cursor string
			want                 int
		}{
			{"GET", "/sse/audits/8/progress", "", 404},
			{"GET", "/sse/audits/7/progress", "2", 204},
			{"HEAD", "/sse/audits/7/progress", "", 200},
			{"HEAD", "/sse/audits", "", 200},
			{"GET", "/sse/audits/x/progress", "", 400},
		} {
			resp, err := r.client.Do(r.request(test.method, test.path, "Last-Event-ID", test.cursor))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != test.want {
				t.Errorf("%s %s: got %d, want %d", test.method, test.path, resp.StatusCode, test.want)
			}
		}
		r.gone(0)
		first := r.open("/sse/audits")
		r.carried(1)
		if s := r.open("/sse/audits"); s.Status != 503 || s.Header.Get("Retry-After") == "" {
			t.Errorf("over the cap: got %d", s.Status)
		}
		first.Stop()
		r.gone(1)
	})
}

func TestWritersNoticeThatThePeerHasLeft(t *testing.T) {
	for name, leave := range map[string]func(*net.TCPConn){
		"close": func(c *net.TCPConn) { c.Close() },
		"reset": func(c *net.TCPConn) { c.SetLinger(0); c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			everyWriter(t, Config{}, func(t *testing.T, r *rig) {
				r.table.insert(7)
				conn := r.raw(plainRequest)
				r.carried(1)
				leave(conn.(*net.TCPConn))
				testkit.Eventually(t, time.Second, "noticed", func() bool {
					return r.metric("atalaya_stream_duration_seconds", "reason", endClientGone) == 1
				})
				r.gone(1)
			})
		})
	}
}

// A client that has said all it has to say gets its stream to the end all the same,
// whether it closes its side with the request or later.
func TestWritersServeWhoClosesItsOwnSide(t *testing.T) {
	everyWriter(t, Config{Heartbeat: 200 * time.Millisecond}, func(t *testing.T, r *rig) {
		if r.server.cfg.Writer == WriterNetHTTP {
			t.Skip("net/http takes it for one that has left")
		}
		r.table.insert(7)
		for _, early := range []bool{true, false} {
			conn := r.raw(plainRequest)
			if early {
				conn.(*net.TCPConn).CloseWrite()
			}
			r.carried(1)
			if !early {
				conn.(*net.TCPConn).CloseWrite()
			}
			sent := func(event string) float64 { return r.metric("atalaya_stream_frames_total", "event", event) }
			before := sent("heartbeat")
			testkit.Eventually(t, 5*time.Second, "heartbeats go on", func() bool { return sent("heartbeat") > before+4 })
			before = sent("progress")
			r.table.progress(7, r.table.row(7).Progress+1)
			testkit.Eventually(t, 5*time.Second, "delivered", func() bool { return sent("progress") == before+1 })
			r.carried(1)
			if !early {
				r.table.complete(7)
				if _, got := whole(t, conn); !strings.Contains(got, `"reason":"finished"`) || strings.Count(got, "id: ") != 3 {
					t.Errorf("got %s", got)
				}
			}
			conn.Close()
			testkit.Eventually(t, 5*time.Second, "noticed", func() bool { return r.metric("atalaya_streams") == 0 })
		}
	})
}

// A stream request with a body is refused at once, although none of it has come, and
// its connection is closed.
func TestWritersRefuseABody(t *testing.T) {
	everyWriter(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		for _, head := range []string{"Content-Length: 100000", "Content-Length: 9000000", "Transfer-Encoding: chunked"} {
			conn := r.raw(strings.Replace(plainRequest, "\r\n\r\n", "\r\n"+head+"\r\n\r\n", 1))
			began := time.Now()
			resp, _ := whole(t, conn)
			if took := time.Since(began); resp.StatusCode != http.StatusBadRequest || took > time.Second {
				t.Errorf("%s: %d after %v, want 400 at once", head, resp.StatusCode, took)
			}
		}
	})
}

// A subscriber that never reads is cut at the write deadline; 200 others are not
// delayed meanwhile, and the server's memory does not grow.
func TestWritersCutWhoNeverReads(t *testing.T) {
	everyWriter(t, Config{WriteTimeout: 500 * time.Millisecond}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		var deaf []net.Conn
		for range 5 {
			deaf = append(deaf, r.deaf("/sse/audits/7/progress"))
		}
		const others = 200
		var bytesSeen atomic.Int64
		for range others {
			conn := r.raw(plainRequest)
			go func() {
				buf := make([]byte, 16<<10)
				for {
					n, err := conn.Read(buf)
					if err != nil {
						return
					}
					bytesSeen.Add(int64(bytes.Count(buf[:n], []byte("\nid: "))))
				}
			}()
		}
		r.carried(others + len(deaf))
		before := heap()
		slowest := time.Duration(0)
		for n := range 40 {
			changed := time.Now()
			r.table.large(7)
			testkit.Eventually(t, 10*time.Second, fmt.Sprintf("frame %d with everybody", n+2), func() bool {
				return r.metric("atalaya_stream_frames_total", "event", "progress") >= float64((n+2)*others)
			})
			slowest = max(slowest, time.Since(changed))
		}
		after := heap()
		testkit.Eventually(t, 20*time.Second, "cut", func() bool {
			return r.metric("atalaya_stream_duration_seconds", "reason", endWriteDeadline) == float64(len(deaf))
		})
		t.Logf("the slowest of 40 changes took %v; the heap grew from %d to %d KB", slowest, before>>10, after>>10)
		if after > before+8<<20 {
			t.Errorf("the heap grew from %d to %d KB", before>>10, after>>10)
		}
		r.carried(others)
		for _, c := range deaf {
			c.Close()
		}
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A subscriber of a few bytes now and then gets whole frames, in order, misses some,
// and has the last state in the end.
func TestWritersServeTheSlow(t *testing.T) {
	everyWriter(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		conn := r.raw(plainRequest)
		conn.(*net.TCPConn).SetReadBuffer(64 << 10)
		r.carried(1)
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		const changes = 60
		var slow sync.WaitGroup
		read, write := io.Pipe()
		slow.Go(func() { // a byte every 10 ms, then everything
			defer write.Close()
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for range 50 {
				<-tick.C
				if _, err := io.CopyN(write, conn, 1); err != nil {
					t.Error(err)
					return
				}
			}
			io.Copy(write, conn)
		})
		go func() {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for range changes {
				<-tick.C
				r.table.large(7)
			}
			r.table.complete(7)
		}()
		resp, err := http.ReadResponse(bufio.NewReader(read), nil)
		if err != nil {
			t.Fatal(err)
		}
		s := ssetest.Read(t, resp)
		s.Wait()
		conn.Close()
		slow.Wait()
		last := int64(0)
		for _, p := range s.Progress() {
			if p.Revision <= last {
				t.Errorf("revision %d after %d", p.Revision, last)
			}
			last = p.Revision
		}
		if e, ok := s.End(); !ok || e.Reason != shared.EndFinished || last != changes+2 {
			t.Errorf("got revision %d and end %+v (%v), want %d and finished", last, e, ok, changes+2)
		}
		conflated := r.metric("atalaya_stream_conflated_total")
		// What one sweep finds changed twice is conflated in the row already.
		if got := len(s.Progress()); conflated == 0 || got+int(conflated) > changes+2 {
			t.Errorf("%d frames seen and %v conflated of %d", got, conflated, changes+2)
		}
		r.gone(1)
	})
}

func TestWritersDrain(t *testing.T) {
	everyWriter(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7, 8)
		var subscribers []*ssetest.Reader
		paths := []string{
			"/sse/audits/7/progress", "/sse/audits", "/sse/audits?id=7&id=8", "/sse/audits?list=true&id=7&id=8",
		}
		for n := range 60 {
			subscribers = append(subscribers, r.open(paths[n%len(paths)]))
		}
		r.carried(len(subscribers))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := r.server.Drain(ctx); err != nil {
			t.Error(err)
		}
		for _, s := range subscribers {
			s.Wait()
			if e, ok := s.End(); !ok || e.Reason != shared.EndDrain || e.RetryMS < 100 {
				t.Fatalf("got %+v (%v)", e, ok)
			}
		}
		r.gone(len(subscribers))
	})
}

// Streams that net/http has given away end with Run, even if they are in the
// middle of a write.
func TestStopCutsWhatWasTakenOver(t *testing.T) {
	for _, writer := range []Writer{WriterConn, WriterEpoll} {
		t.Run(string(writer), func(t *testing.T) {
			r := newLoopback(t, Config{Writer: writer, WriteTimeout: time.Minute}, plain)
			r.table.insert(7)
			conn := r.deaf("/sse/audits/7/progress")
			defer conn.Close()
			s := r.open("/sse/audits/7/progress")
			r.open("/sse/audits")
			testkit.Eventually(t, 5*time.Second, "3 streams", func() bool { return r.metric("atalaya_streams") == 3 })
			for n := range 40 { // each seen before the next, so that the socket of the deaf one fills
				r.table.large(7)
				testkit.Eventually(t, 5*time.Second, "a frame", func() bool { return len(s.Of("")) == n+2 })
			}
			r.stop()
			r.gone(3)
			if got := r.metric("atalaya_stream_duration_seconds", "reason", string(shared.EndDrain)); got != 3 {
				t.Errorf("%v streams ended with drain, want 3", got)
			}
		})
	}
}

func TestWritersEndAtTheLifetime(t *testing.T) {
	cfg := Config{Lifetime: 400 * time.Millisecond, Heartbeat: 150 * time.Millisecond}
	everyWriter(t, cfg, func(t *testing.T, r *rig) {
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		s.Wait()
		life := time.Since(s.Began)
		if e, ok := s.End(); !ok || e.Reason != shared.EndMaxAge || e.Error != shared.StreamTimeout {
			t.Errorf("got %+v (%v)", e, ok)
		}
		if life < 300*time.Millisecond || life > 2*time.Second {
			t.Errorf("lived %v", life)
		}
		if got := len(s.Heartbeats()); got < 2 || got > 6 {
			t.Errorf("%d heartbeats in %v", got, life)
		}
		r.gone(1)
		if got := r.log.Count("stream lifetime reached"); got != 1 {
			t.Errorf("%d lines about the lifetime", got)
		}
	})
}

// What comes after the request does not disturb the stream; without end it is
// not listened to.
func TestWritersAndInput(t *testing.T) {
	everyWriter(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		conn := r.raw(plainRequest + plainRequest + "garbage\x00\xff")
		r.carried(1)
		io.WriteString(conn, strings.Repeat("more", 100))
		r.table.progress(7, 50)
		r.table.complete(7)
		in := bufio.NewReader(conn)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		d := sse.NewDecoder(resp.Body)
		var e sse.Event
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		for err == nil && e.Type != shared.EventEnd {
			e, err = d.Next()
		}
		if err != nil || !bytes.Contains(e.Data, []byte("finished")) {
			t.Errorf("got %s, %v", e.Data, err)
		}
		conn.Close()
		if r.server.cfg.Writer == WriterNetHTTP {
			return // it answers the second request too, and reads no more than that
		}
		r.gone(1)
		r.table.insert(7)
		flood := r.raw(plainRequest)
		r.carried(1)
		flood.SetWriteDeadline(time.Now().Add(10 * time.Second))
		for err == nil {
			_, err = io.WriteString(flood, strings.Repeat("flood", 1000))
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("a flood is read for ever")
		}
		r.gone(2)
	})
}

// Whoever comes and goes leaves nothing behind.
func TestWritersComeAndGo(t *testing.T) {
	cycles := 2000
	if testing.Short() {
		cycles = 200
	}
	everyWriter(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		cycle := func(n int) {
			var all sync.WaitGroup
			for worker := range 20 {
				all.Go(func() {
					for i := range n / 20 {
						conn, err := r.dial(context.Background())
						if err != nil {
							t.Error(err)
							return
						}
						io.WriteString(conn, plainRequest)
						if i%3 > 0 { // some leave before the answer
							conn.Read(make([]byte, 100+worker))
						}
						conn.Close()
					}
				})
			}
			all.Wait()
			testkit.Eventually(t, 10*time.Second, "the first one alone again", func() bool {
				r.server.gate.mu.Lock()
				defer r.server.gate.mu.Unlock()
				return r.server.gate.open == 1
			})
		}
		r.raw(plainRequest) // starts what starts with the first stream
		r.carried(1)
		cycle(20)
		testkit.Eventually(t, 5*time.Second, "rest", func() bool { return r.metric("atalaya_streams") == 1 })
		runtime.GC()
		goroutines, files, bytes := runtime.NumGoroutine(), descriptors(t), heap()
		cycle(cycles)
		testkit.Eventually(t, 10*time.Second, "goroutines and descriptors as before", func() bool {
			return runtime.NumGoroutine() <= goroutines && descriptors(t) <= files
		})
		if after := heap(); after > bytes+4<<20 {
			t.Errorf("the heap grew from %d to %d KB", bytes>>10, after>>10)
		}
		testkit.Eventually(t, time.Second, "no connection kept", func() bool {
			r.server.conns.mu.Lock()
			defer r.server.conns.mu.Unlock()
			return len(r.server.conns.open) <= 1
		})
	})
}

func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc")
	}
	return len(open)
}

// While many subscribers are written to without a pause, one of another audit
// sees each change, and soon.
func TestWritersAreFair(t *testing.T) {
	everyWriter(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7, 8)
		for range 300 {
			conn := r.raw(plainRequest)
			go io.Copy(io.Discard, conn)
		}
		lone := r.open("/sse/audits/8/progress")
		r.carried(301)
		stop := make(chan struct{})
		var restless sync.WaitGroup
		restless.Go(func() {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
					r.table.large(7)
				}
			}
		})
		var took []time.Duration
		for n := range 40 {
			changed := time.Now()
			r.table.progress(8, 1+n)
			testkit.Eventually(t, 5*time.Second, "the lone subscriber's frame",
				func() bool { return len(lone.Of("")) == n+2 })
			took = append(took, time.Since(changed))
		}
		close(stop)
		restless.Wait()
		slices.Sort(took)
		t.Logf("beside 300 restless streams: median %v, longest %v", took[20], took[39])
		if took[20] > 200*time.Millisecond {
			t.Errorf("a lone subscriber waits %v beside 300 others", took[20])
		}
	})
}

// What cannot be taken over stays with net/http.
func TestAutoFallsBack(t *testing.T) {
	r := newLoopback(t, Config{}, plain)
	r.table.insert(7)
	open := func(client *http.Client, url string) {
		t.Helper()
		resp, err := client.Get(url + "/sse/audits/7/progress")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		if _, err := sse.NewDecoder(resp.Body).Next(); err != nil {
			t.Error(err)
		}
	}
	count := func(w Writer) float64 { return r.metric("atalaya_stream_writers", "writer", string(w)) }
	secure := httptest.NewUnstartedServer(r.http.Handler)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.CloseClientConnections)
	open(secure.Client(), secure.URL)
	one := httptest.NewTLSServer(r.http.Handler)
	t.Cleanup(one.CloseClientConnections)
	open(one.Client(), one.URL)
	if got := count(WriterNetHTTP); got != 2 {
		t.Errorf("%v streams over TLS on net/http, want 2", got)
	}
	hidden := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.http.Handler.ServeHTTP(unhijackable{w}, req)
	}))
	t.Cleanup(hidden.CloseClientConnections)
	open(hidden.Client(), hidden.URL)
	if got := count(WriterNetHTTP); got != 3 {
		t.Errorf("%v streams on net/http, want also the one that cannot be hijacked", got)
	}
	best := WriterConn
	if runtime.GOOS == "linux" {
		best = WriterEpoll
	}
	r.open("/sse/audits/7/progress")
	testkit.Eventually(t, time.Second, "the lightest writer", func() bool { return count(best) == 1 })
}

// unhijackable lets deadlines and flushing through, and nothing else.
type unhijackable struct{ http.ResponseWriter }

func (u unhijackable) FlushError() error { return http.NewResponseController(u.ResponseWriter).Flush() }
func (u unhijackable) SetReadDeadline(d time.Time) error {
	return http.NewResponseController(u.ResponseWriter).SetReadDeadline(d)
}
func (u unhijackable) SetWriteDeadline(d time.Time) error {
	return http.NewResponseController(u.ResponseWriter).SetWriteDeadline(d)
}

// A list stream that falls behind what is kept takes a new snapshot, and the
// others do not wait for it.
func TestWritersResyncTheList(t *testing.T) {
	everyWriter(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(1, 2)
		list, one := r.open("/sse/audits"), r.open("/sse/audits/1/progress")
		r.carried(2)
		r.table.set(func() { r.table.lag = 300 * time.Millisecond }) // of the snapshot
		r.server.hub.resyncList()
		testkit.Eventually(t, 5*time.Second, "the snapshot again", func() bool { return len(list.Of("")) == 4 })
		r.table.set(func() { r.table.lag = 0 })
		r.table.progress(1, 50)
		testkit.Eventually(t, 5*time.Second, "the next change",
			func() bool { return len(list.Of("")) == 5 && len(one.Of("")) == 2 })
		if got, want := list.Revisions(), []string{"2@1", "1@1", "2@1", "1@1", "1@2"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
