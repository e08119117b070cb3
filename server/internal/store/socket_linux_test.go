package store

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// socketPair is a connection that goes by withoutScheduler, and the other end of it.
func socketPair(t *testing.T) (s, other net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if other, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	s = withoutScheduler(conn)
	if _, ok := s.(*socket); !ok {
		t.Fatalf("got a %T, want a socket", s)
	}
	t.Cleanup(func() { _ = errors.Join(s.Close(), other.Close()) })
	return s, other
}

// TestSocketCarriesMore than a buffer of the kernel holds, both ways at once, each slower
// than the other writes.
func TestSocketCarriesMore(t *testing.T) {
	t.Parallel()
	s, other := socketPair(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	go func() { _, _ = io.Copy(other, other) }()
	go func() { _, _ = s.Write(sent) }()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(s, got); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("got %d bytes that differ, or %v", len(got), err)
	}
	if n, err := s.Read(nil); n != 0 || err != nil {
		t.Errorf("read of nothing: got %d, %v", n, err)
	}
}

// TestSocketEnds with the errors of any other connection.
func TestSocketEnds(t *testing.T) {
	t.Parallel()
	var b [8]byte
	t.Run("deadline", func(t *testing.T) {
		s, _ := socketPair(t)
		_ = s.SetDeadline(time.Now().Add(-time.Second))
		if _, err := s.Read(b[:]); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: got %v, want %v", err, os.ErrDeadlineExceeded)
		}
		if _, err := s.Write(b[:]); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: got %v, want %v", err, os.ErrDeadlineExceeded)
		}
	})
	t.Run("closed while it waits", func(t *testing.T) {
		s, _ := socketPair(t)
		go func() { _ = s.Close() }()
		if _, err := s.Read(b[:]); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want %v", err, net.ErrClosed)
		}
	})
	t.Run("the other end closes", func(t *testing.T) {
		s, other := socketPair(t)
		_ = other.Close()
		if _, err := s.Read(b[:]); !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want %v", err, io.EOF)
		}
	})
	t.Run("the other end resets", func(t *testing.T) {
		s, other := socketPair(t)
		_ = other.(*net.TCPConn).SetLinger(0)
		_ = other.Close()
		_, err := s.Read(b[:])
		if failed, ok := errors.AsType[*net.OpError](err); !ok || failed.Op != "read" || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("read: got %v, want %v", err, syscall.ECONNRESET)
		}
		if _, err := s.Write(b[:]); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("write: got %v, want %v", err, syscall.EPIPE)
		}
	})
}

// TestSocketLeavesOthers as they are: what is no socket has no descriptor.
func TestSocketLeavesOthers(t *testing.T) {
	t.Parallel()
	here, there := net.Pipe()
	defer there.Close()
	defer here.Close()
	if got := withoutScheduler(here); got != here {
		t.Errorf("got %T, want it as it was", got)
	}
}
