package stream

import (
	"syscall"
	"unsafe"
)

// System calls on sockets and epoll sets that do not block, made without telling
// Go's scheduler: told, it would suspect each of them to block, give the
// processor away and start threads in vain, the more the busier the machine is.

// writeSocket writes p, which is not empty.
func writeSocket(fd int32, p []byte) (int, syscall.Errno) {
	return result(syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p))))
}

// readSocket reads into p, which is not empty.
func readSocket(fd int32, p []byte) (int, syscall.Errno) {
	return result(syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p))))
}

// duplicate returns a second descriptor of a socket, closed on exec. It shares
// everything with the first, O_NONBLOCK too.
func duplicate(fd uintptr) (int, error) {
	n, errno := result(syscall.RawSyscall(syscall.SYS_FCNTL, fd, syscall.F_DUPFD_CLOEXEC, 0))
	return n, asError(errno)
}

// control adds, changes or deletes what the set watches of fd.
func control(set uintptr, operation, fd int, events uint32) error {
	e := syscall.EpollEvent{Events: events, Fd: int32(fd)}
	_, errno := result(syscall.RawSyscall6(syscall.SYS_EPOLL_CTL,
		set, uintptr(operation), uintptr(fd), uintptr(unsafe.Pointer(&e)), 0, 0))
	return asError(errno)
}

// poll fills events without waiting and returns how many there are.
func poll(set uintptr, events []syscall.EpollEvent) int {
	n, errno := result(syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT,
		set, uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0))
	if errno != 0 {
		return 0
	}
	return n
}

func result(n, _ uintptr, errno syscall.Errno) (int, syscall.Errno) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

func asError(errno syscall.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}
