package store

import (
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// socket makes the system calls of a connection without telling Go's scheduler. They do
// not block, but the scheduler, told, suspects each of them to: it wakes the thread that
// watches over such calls, which then looks every 20 µs. With some hundred sweeps a second
// that was a quarter of all that the server did. Deadlines and Close are those of the
// connection. One goroutine at a time reads, and one writes.
type socket struct {
	net.Conn

	raw     syscall.RawConn
	in, out transfer
}

// withoutScheduler makes a connection that is a socket a [socket].
func withoutScheduler(conn net.Conn) net.Conn {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return conn
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return conn
	}
	s := &socket{Conn: conn, raw: raw}
	s.in.init(syscall.SYS_READ)
	s.out.init(syscall.SYS_WRITE)
	return s
}

// NetConn is the connection below.
func (s *socket) NetConn() net.Conn { return s.Conn }

func (s *socket) Read(p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	s.in.rest = p
	if err := s.raw.Read(s.in.try); err != nil {
		return 0, err
	}
	switch n, errno := s.in.result(); {
	case errno != 0:
		return 0, s.failed("read", errno)
	case n == 0:
		return 0, io.EOF
	default:
		return n, nil
	}
}

func (s *socket) Write(p []byte) (written int, err error) {
	for written < len(p) {
		s.out.rest = p[written:]
		if err := s.raw.Write(s.out.try); err != nil {
			return written, err
		}
		n, errno := s.out.result()
		if errno != 0 {
			return written, s.failed("write", errno)
		}
		written += n
	}
	return written, nil
}

func (s *socket) failed(operation string, errno syscall.Errno) error {
	return &net.OpError{
		Op: operation, Net: s.LocalAddr().Network(), Source: s.LocalAddr(), Addr: s.RemoteAddr(),
		Err: os.NewSyscallError(operation, errno),
	}
}

// transfer is one way of a socket.
type transfer struct {
	call  uintptr
	rest  []byte // not empty
	n     int
	errno syscall.Errno
	try   func(fd uintptr) (done bool) // once is made once: a closure a call would be garbage
}

func (t *transfer) init(call uintptr) { t.call, t.try = call, t.once }

func (t *transfer) once(fd uintptr) (done bool) {
	for {
		n, _, errno := syscall.RawSyscall(t.call, fd, uintptr(unsafe.Pointer(&t.rest[0])), uintptr(len(t.rest)))
		switch errno {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return false
		}
		t.n, t.errno = int(n), errno
		return true
	}
}

// result is what the last call gave. It lets go of the bytes.
func (t *transfer) result() (int, syscall.Errno) {
	t.rest = nil
	return t.n, t.errno
}
