package main

import (
	"context"
	"net"
	"syscall"
)

// keepLittle has the kernel take no more than 64 KB that a client has not
// fetched yet, instead of the 4 MB that send buffers grow to. A slow reader of a
// stream would otherwise be fed a queue of states, minutes old, before it is
// noticed, and hold so much memory. What is on its way does not count, so a
// download over a long line is as fast as ever.
//
// It is an [http.Server.ConnContext]; a connection that knows no such option
// goes without.
func keepLittle(ctx context.Context, conn net.Conn) context.Context {
	const tcpNotsentLowat = 25 // TCP_NOTSENT_LOWAT, which package syscall lacks
	for {
		t, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = t.NetConn()
	}
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return ctx
	}
	if rc, err := sc.SyscallConn(); err == nil {
		_ = rc.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotsentLowat, 64<<10)
		})
	}
	return ctx
}
