//go:build !linux

package stream

import "net"

// shards are possible on Linux only.
type shards struct {
	env *env
	hub *hub
}

func (*shards) adopt(*openStream, net.Conn, output, int) bool { return false }

func (*shards) stop() {}
