package stream

import (
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
)

// Without a descriptor to spare a stream stays on Go's, and the log says once
// what to do.
func TestNoDescriptorToSpare(t *testing.T) {
	var accepted atomic.Int64
	r := newLoopback(t, Config{Writer: WriterEpoll}, func(h http.Handler) *http.Server {
		return &http.Server{Handler: h, ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				accepted.Add(1)
			}
		}}
	})
	r.table.insert(7)
	var early []net.Conn // accepted while there are descriptors
	for range 3 {
		early = append(early, r.raw("GET /sse/audits/7/progress HTTP/1.1\r\nHost: x\r\n"))
	}
	first := r.raw(plainRequest) // starts the shards
	r.carried(1)
	testkit.Eventually(t, 5*time.Second, "all accepted", func() bool { return accepted.Load() == 4 })
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low := limit
	low.Cur = uint64(descriptors(t) + 20)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	var filling []*os.File
	for f, err := os.Open(os.DevNull); err == nil; f, err = os.Open(os.DevNull) {
		filling = append(filling, f)
	}
	for _, conn := range early {
		io.WriteString(conn, "\r\n")
	}
	testkit.Eventually(t, 5*time.Second, "streams on Go's poller", func() bool {
		return r.metric("atalaya_stream_writers", "writer", string(WriterConn)) == 3
	})
	for _, f := range filling {
		f.Close()
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	r.table.complete(7)
	for i, conn := range append(early, first) {
		if _, got := whole(t, conn); !strings.Contains(got, "id: 2\n") || !strings.Contains(got, "finished") {
			t.Errorf("stream %d: got %q", i, got)
		}
	}
	if got := r.log.Count("ulimit -n"); got != 1 {
		t.Errorf("%d lines with the cure, want 1:\n%s", got, r.log)
	}
}
