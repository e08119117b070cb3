//go:build unix && !aix && !solaris

package store

import (
	"context"
	"database/sql/driver"
	"syscall"

	"github.com/uptrace/bun/driver/pgdriver"
)

// checkAlive looks, without waiting, whether an idle connection was closed by
// the server or holds bytes that nobody asked for. Without it each dead
// connection of the pool costs one failed query after a restart of the server.
func checkAlive(_ context.Context, cn *pgdriver.Conn) error {
	sc, ok := raw(cn.Conn()).(syscall.Conn)
	if !ok {
		return nil
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return driver.ErrBadConn
	}
	alive := false
	err = rc.Read(func(fd uintptr) bool {
		var b [1]byte
		n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		alive = n < 0 && (err == syscall.EAGAIN || err == syscall.EINTR)
		return true
	})
	if err != nil || !alive {
		return driver.ErrBadConn
	}
	return nil
}
