package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

func TestDescriptorsAreDivided(t *testing.T) {
	for _, tc := range []struct{ limit, workers, clients, streams int }{
		{0, 2, 0, 0}, // no limit
		{1, 0, 1, 1},
		{256, 0, 192, 96},
		{256, 2, 128, 64},
		{1024, 0, 960, 704},
		{1024, 2, 796, 540},
		{20_000, 2, 19_772, 19_516}, // the 19,000 of make bench among them
		{20_000, 64, 17_788, 17_532},
	} {
		got := divide(tc.limit, tc.workers)
		if want := (descriptors{tc.limit, tc.clients, tc.streams}); got != want {
			t.Errorf("%d descriptors, %d workers: got %+v, want %+v", tc.limit, tc.workers, got, want)
		}
	}
}

func TestMaxStreamsBesideDescriptors(t *testing.T) {
	for _, tc := range []struct {
		limit, maxStreams, want int
		warned                  bool
	}{
		{1024, 0, 704, false},
		{1024, 700, 700, false},
		{1024, 705, 705, true},
		{0, 0, 0, false},
		{0, 1 << 20, 1 << 20, false},
	} {
		var log testkit.LogBuffer
		got := divide(tc.limit, 0).bound(tc.maxStreams, slog.New(slog.NewTextHandler(&log, nil)))
		if got != tc.want || log.Contains("ulimit -n") != tc.warned {
			t.Errorf("%+v: got %d, log %q", tc, got, log.String())
		}
	}
}

// fewConnections serves with room for most connections, in virtual time.
type fewConnections struct {
	*pipes
	t      *testing.T
	conns  *connections
	log    testkit.LogBuffer
	taken  atomic.Int64
	server http.Server
}

func newFewConnections(t *testing.T, most int) *fewConnections {
	f := &fewConnections{pipes: newPipes(), t: t}
	f.conns = newConnections(most, func() int { return int(f.taken.Load()) }, slog.New(slog.NewTextHandler(&f.log, nil)))
	f.server.ConnState = f.conns.changed
	f.server.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			<-r.Context().Done()
		}
	})
	ended := make(chan error, 1)
	go func() { ended <- f.server.Serve(f.conns.listener(f.pipes)) }()
	t.Cleanup(func() {
		f.server.Close()
		<-ended
	})
	return f
}

// dial connects; the server may let the connection wait.
func (f *fewConnections) dial() net.Conn {
	near, far := net.Pipe()
	f.t.Cleanup(func() { near.Close() })
	go func() {
		select {
		case f.pipes.conns <- far:
		case <-f.pipes.done:
		}
	}()
	synctest.Wait()
	return near
}

func (f *fewConnections) ask(conn net.Conn, path string) {
	f.t.Helper()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path); err != nil {
		f.t.Fatal(err)
	}
	if path == "/long" {
		synctest.Wait()
		return
	}
	if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
		f.t.Fatal(err)
	}
	synctest.Wait()
}

// gone reports whether the server has closed its side.
func (f *fewConnections) gone(conn net.Conn) bool {
	synctest.Wait()
	_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := conn.Read(make([]byte, 1))
	return errors.Is(err, io.EOF)
}

// served is how many connections net/http has.
func (f *fewConnections) served() int {
	synctest.Wait()
	f.conns.mu.Lock()
	defer f.conns.mu.Unlock()
	return len(f.conns.places)
}

func TestNewcomerTakesThePlaceOfTheLongestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFewConnections(t, 3)
		busy, first, second := f.dial(), f.dial(), f.dial()
		f.ask(busy, "/long")
		f.ask(second, "/")
		f.ask(first, "/")
		f.ask(second, "/") // so that first has been idle longest
		if f.gone(first) {
			t.Fatal("closed before anybody wanted its place")
		}
		f.ask(f.dial(), "/")
		if f.gone(busy) || !f.gone(first) || f.gone(second) {
			t.Errorf("closed: busy %v, first %v, second %v; want the one idle longest",
				f.gone(busy), f.gone(first), f.gone(second))
		}
		if f.log.String() != "" {
			t.Errorf("logged %s", &f.log)
		}
	})
}

func TestNewcomersWaitForThoseWithARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFewConnections(t, 2)
		first, second := f.dial(), f.dial()
		f.ask(first, "/long")
		f.ask(second, "/long")
		newcomer := f.dial()
		time.Sleep(150 * time.Second)
		if got := f.served(); got != 2 {
			t.Errorf("%d connections, want 2", got)
		}
		if got := f.log.Count("ulimit -n"); got != 3 {
			t.Errorf("%d lines in two and a half minutes, want 3:\n%s", got, &f.log)
		}
		first.Close()
		f.ask(newcomer, "/")
	})
}

func TestSilentConnectionsAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFewConnections(t, 2)
		first, second := f.dial(), f.dial()
		newcomer := f.dial()
		if f.gone(first) {
			t.Error("a newcomer took the place of one that has just come")
		}
		time.Sleep(silentFor + roomLook)
		f.ask(newcomer, "/")
		if !f.gone(first) || f.gone(second) {
			t.Error("a newcomer did not get the place of the one that has been silent longest")
		}
	})
}

func TestTakenOverSocketsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFewConnections(t, 5)
		f.taken.Store(5)
		conn := f.dial()
		if got := f.served(); got != 0 {
			t.Errorf("%d connections beside 5 streams, want 0", got)
		}
		f.taken.Store(4)
		time.Sleep(roomLook)
		f.ask(conn, "/")
	})
}

func TestRefusedAcceptsAreExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFewConnections(t, 0)
		idle := f.dial()
		f.ask(idle, "/")
		f.conns.refused(net.ErrClosed)
		for range 100 {
			f.conns.refused(&net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)})
			time.Sleep(time.Second)
		}
		if got := f.log.Count("ulimit -n"); got != 2 || !f.log.Contains("too many open files") {
			t.Errorf("%d lines in 100 seconds:\n%s", got, &f.log)
		}
		if !f.gone(idle) {
			t.Error("an idle connection holds its descriptor")
		}
	})
}

// limited is a program that runs the server with at most n open files.
func limited(t *testing.T, n int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "limited")
	script := fmt.Sprintf("#!/bin/sh\nulimit -n %d\nexec '%s' \"$@\"\n", n, os.Args[0])
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStreamsLeaveDescriptorsToOthers asks for 400 streams of a server that may have
// 256 descriptors, and keeps the connections of those that were refused.
func TestStreamsLeaveDescriptorsToOthers(t *testing.T) {
	p := startProgram(t, limited(t, 256), []string{asProgram + "=1"}, "--data-dir", t.TempDir(), "--workers", "0")
	a := p.create(`{"url":"x","kind":"external"}`)
	p.http = &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	watched := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-watched:
				return
			default:
			}
			res, err := p.http.Get(p.url + shared.PathHealth)
			if err != nil {
				t.Errorf("while streams come: %v", err)
				return
			}
			res.Body.Close()
		}
	})
	var opened []net.Conn
	var answered sync.WaitGroup
	var streams, refused atomic.Int64
	for range 400 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		opened = append(opened, conn)
		answered.Go(func() {
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", shared.PathStream(a.AuditID))
			_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Errorf("a request for a stream was not answered: %v", err)
				return
			}
			if res.StatusCode == http.StatusOK {
				streams.Add(1)
				return
			}
			var problem shared.Problem
			if err := json.NewDecoder(res.Body).Decode(&problem); err != nil || res.StatusCode != 503 ||
				problem.Code != shared.CodeDescriptors || res.Header.Get("Retry-After") == "" {
				t.Errorf("refused with %s, %+v, Retry-After %q", res.Status, problem, res.Header.Get("Retry-After"))
			}
			refused.Add(1)
		})
	}
	answered.Wait()
	want := int64(divide(256, 0).streams)
	if streams.Load() != want || refused.Load() != 400-want {
		t.Errorf("%d streams and %d refused, want %d and %d", streams.Load(), refused.Load(), want, 400-want)
	}
	close(watched)
	watching.Wait()
	if status, body := p.request("PATCH", shared.PathProgress(a.AuditID), `{"progress":40}`); status != 200 {
		t.Errorf("a write beside all those streams: %d %s", status, body)
	}
	if status, body := p.request("GET", shared.PathReady, ""); status != 200 {
		t.Errorf("not ready: %d %s", status, body)
	}
	if p.log.Contains("too many open files") {
		t.Error("descriptors ran out")
	}
	for _, conn := range opened {
		conn.Close()
	}
	testkit.Eventually(t, 10*time.Second, "places are free again", func() bool {
		res, err := p.http.Get(p.url + shared.PathStream(a.AuditID))
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == 200
	})
}
