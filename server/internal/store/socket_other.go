//go:build !linux

package store

import "net"

// withoutScheduler returns the connection as it is.
func withoutScheduler(conn net.Conn) net.Conn { return conn }
