package stream

import (
	"encoding/binary"
	"os"
	"runtime"
	"syscall"
	"time"
)

// yielder gives the processor away in the midst of work, so that those run who wait for a
// socket: for the database's answer, a notification, a request.
//
// runtime.Gosched alone does not do that. Go asks the kernel which sockets are ready when
// a processor has nothing to run, else once in 10 ms; and shards that are busy on every
// processor, however politely they go to the end of the queue, are always there to be
// run. So every other time the yielder waits for a socket itself, one that is ready: it
// goes on when Go has asked.
type yielder struct {
	file *os.File // an eventfd
	raw  syscall.RawConn

	wait     func(fd uintptr) bool // y.signalOnce, made once
	signaled bool
	turns    int
}

func newYielder() (*yielder, error) {
	fd, errno := result(syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0))
	if errno != 0 {
		return nil, os.NewSyscallError("eventfd", errno)
	}
	y := &yielder{file: os.NewFile(uintptr(fd), "eventfd")}
	y.wait = y.signalOnce
	err := y.file.SetReadDeadline(time.Time{}) // fails if Go's poller does not take it
	if err == nil {
		y.raw, err = y.file.SyscallConn()
	}
	if err != nil {
		_ = y.file.Close()
		return nil, err
	}
	return y, nil
}

func (y *yielder) yield() {
	if y.turns++; y.turns%2 == 0 {
		runtime.Gosched()
		return
	}
	y.signaled = false
	_ = y.raw.Read(y.wait)
}

// signalOnce makes the eventfd ready, anew if it was, and has Go wait for that.
func (y *yielder) signalOnce(fd uintptr) (done bool) {
	if y.signaled {
		return true
	}
	y.signaled = true
	_, errno := writeSocket(int32(fd), readiness)
	return errno != 0
}

// readiness is what is written to an eventfd to make it ready.
var readiness = binary.NativeEndian.AppendUint64(nil, 1)

func (y *yielder) close() { _ = y.file.Close() }
