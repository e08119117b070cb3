package stream

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// deaf asks for a stream and never reads a byte of it.
func (r *rig) deaf(path string) net.Conn {
	r.t.Helper()
	conn, err := r.dial(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetReadBuffer(4 << 10)
	}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: atalaya.test\r\n\r\n", path); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

// A pipe holds nothing, so a subscriber that does not read blocks the first write.
func TestWriteDeadline(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		conn := r.deaf("/sse/audits/7/progress")
		defer conn.Close()
		synctest.Wait()
		began := time.Now()
		s := r.open("/sse/audits/7/progress")
		for n := range 40 {
			r.table.progress(7, 2+n)
			synctest.Wait()
			if got := len(s.Of("")); got != n+2 {
				t.Fatalf("beside a slow subscriber: got %d frames after %d changes", got, n+1)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if got := r.metric("atalaya_streams", "transport", "sse"); got != 2 {
			t.Errorf("after 4 s: %v streams, want 2", got)
		}
		time.Sleep(1100 * time.Millisecond)
		if got := r.metric("atalaya_streams", "transport", "sse"); got != 1 {
			t.Errorf("after %v: %v streams, want 1", time.Since(began), got)
		}
		for _, name := range []string{"atalaya_stream_errors_total", "atalaya_stream_duration_seconds"} {
			if got := r.metric(name, "reason", "write_deadline"); got != 1 {
				t.Errorf("%s{write_deadline}: got %v, want 1", name, got)
			}
		}
	})
}

// A subscriber that pauses for less than the write deadline loses what lay between,
// and gets the newest state.
func TestSlowSubscriberGetsTheNewestState(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		conn := r.deaf("/sse/audits/7/progress")
		defer conn.Close()
		for n := range 9 {
			time.Sleep(400 * time.Millisecond)
			r.table.progress(7, 2+n)
		}
		synctest.Wait()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		s := ssetest.Read(t, resp)
		synctest.Wait()
		if got, want := s.Revisions(), []string{"7@1", "7@10"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := r.metric("atalaya_stream_conflated_total"); got != 8 {
			t.Errorf("%v frames conflated, want 8", got)
		}
	})
}

// newLoopback starts a server on a real socket, with a send buffer of a few
// frames so that a subscriber that does not read is noticed soon.
func newLoopback(t *testing.T, cfg Config, build func(http.Handler) *http.Server) *rig {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
	return newRigOn(t, cfg, l, dial, func(h http.Handler) *http.Server {
		s := build(h)
		s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			c.(*net.TCPConn).SetWriteBuffer(64 << 10)
			return ctx
		}
		return s
	})
}

func plain(h http.Handler) *http.Server { return &http.Server{Handler: h} }

// large makes the next frame as large as frames get, some 24 KB.
func (t *table) large(id int64) {
	t.write(id, func(p *shared.AuditProgress) {
		a := *p.Activity
		a.Pages = nil
		for range shared.MaxActivityPages {
			a.Pages = append(a.Pages, shared.PageLine{URL: strings.Repeat("x", 2000), Status: 200})
		}
		p.Activity = &a
	})
}

func TestSlowSubscriberOnARealSocket(t *testing.T) {
	r := newLoopback(t, Config{WriteTimeout: 500 * time.Millisecond}, plain)
	r.table.insert(7)
	var deaf []net.Conn
	for range 10 {
		deaf = append(deaf, r.deaf("/sse/audits/7/progress"))
	}
	defer func() {
		for _, c := range deaf {
			c.Close()
		}
	}()
	s := r.open("/sse/audits/7/progress")
	testkit.Eventually(t, 5*time.Second, "11 streams", func() bool { return r.metric("atalaya_streams") == 11 })
	slowest := time.Duration(0)
	for n := range 40 {
		changed := time.Now()
		r.table.large(7)
		testkit.Eventually(t, 400*time.Millisecond, fmt.Sprintf("frame %d", n+2),
			func() bool { return len(s.Of("")) >= n+2 })
		slowest = max(slowest, time.Since(changed))
	}
	t.Logf("40 frames beside 10 subscribers that do not read: the slowest took %v", slowest)
	testkit.Eventually(t, 5*time.Second, "slow subscribers cut",
		func() bool { return r.metric("atalaya_streams") == 1 })
	if got := r.metric("atalaya_stream_duration_seconds", "reason", endWriteDeadline); got != 10 {
		t.Errorf("%v streams ended by the write deadline, want 10", got)
	}
}

func TestHTTP2(t *testing.T) {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	r := newLoopback(t, Config{WriteTimeout: 300 * time.Millisecond}, func(h http.Handler) *http.Server {
		return &http.Server{Handler: h, Protocols: protocols, WriteTimeout: 200 * time.Millisecond}
	})
	r.client.Transport.(*http.Transport).Protocols = protocols
	r.table.insert(7)
	resp, err := r.client.Do(r.request("GET", "/sse/audits/7/progress")) // never read
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Fatalf("got %s, want HTTP/2", resp.Proto)
	}
	s := r.open("/sse/audits/7/progress")
	frames, began := 1, time.Now()
	for r.metric("atalaya_stream_duration_seconds", "reason", endWriteDeadline) != 1 {
		if time.Since(began) > 15*time.Second {
			t.Fatal("not within 15 s: the slow subscriber cut")
		}
		r.table.large(7)
		frames++
		testkit.Eventually(t, 5*time.Second, "frame beside a slow subscriber", func() bool {
			got := s.Of("")
			return len(got) > 0 && got[len(got)-1].ID == strconv.Itoa(frames)
		})
	}
	r.table.complete(7)
	testkit.Eventually(t, 5*time.Second, "the end",
		func() bool { e, ok := s.End(); return ok && e.Reason == shared.EndFinished })
}

// A thousand subscribers on real sockets see one change; when they have gone,
// nothing of them is left.
func TestThousandSubscribers(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand connections")
	}
	r := newLoopback(t, Config{}, plain)
	r.table.insert(7)
	warm := r.open("/sse/audits/7/progress")
	warm.Stop()
	warm.Wait()
	testkit.Eventually(t, 5*time.Second, "nobody left", func() bool { return r.metric("atalaya_streams") == 0 })
	r.client.CloseIdleConnections()
	before := runtime.NumGoroutine()

	const n = 1000
	r.table.set(func() { r.table.lag = 2 * time.Millisecond }) // as a database would
	const atATime = 50
	var subscribers []*ssetest.Reader
	for range n / atATime {
		var opening []<-chan *ssetest.Reader
		for range atATime {
			opening = append(opening, r.openSoon("/sse/audits/7/progress"))
		}
		for _, opened := range opening {
			if s := <-opened; s != nil {
				subscribers = append(subscribers, s)
			}
		}
	}
	if len(subscribers) != n {
		t.Fatalf("only %d streams of %d", len(subscribers), n)
	}
	queries := r.table.queries()
	if queries[1] > n/2 {
		t.Errorf("%d snapshot queries for %d subscribers %d at a time", queries[1], n, atATime)
	}
	r.table.set(func() { r.table.lag = 0 })
	changed := time.Now()
	r.table.progress(7, 50)
	testkit.Eventually(t, 10*time.Second, "everybody sees the change", func() bool {
		for _, s := range subscribers {
			if len(s.Of("")) < 2 {
				return false
			}
		}
		return true
	})
	t.Logf("%d subscribers reached in %v", n, time.Since(changed))
	if got := r.metric("atalaya_stream_frames_total", "event", "progress"); got != 2*n+1 {
		t.Errorf("%v frames written, want %d", got, 2*n+1)
	}
	r.table.complete(7)
	for _, s := range subscribers {
		s.Wait()
		if e, ok := s.End(); !ok || e.Reason != shared.EndFinished {
			t.Fatalf("got %+v (%v)", e, ok)
		}
	}
	if got := r.table.queries(); got[1] != queries[1] {
		t.Errorf("%d more snapshot queries for two changes", got[1]-queries[1])
	}
	r.client.CloseIdleConnections()
	testkit.Eventually(t, 10*time.Second, "all goroutines gone",
		func() bool { return runtime.NumGoroutine() <= before })
	testkit.Eventually(t, 10*time.Second, "no subscriber and no topic left", func() bool {
		r.server.hub.mu.Lock()
		defer r.server.hub.mu.Unlock()
		return r.server.hub.subscribers == 0 && len(r.server.hub.topics) == 0
	})
}
