//go:build !linux

package stream

import "net"

// shards are possible on Linux only.
type shards struct{ server *Server }

func (*shards) adopt(*ticket, net.Conn, turn, int) bool { return false }

func (*shards) stop() {}
