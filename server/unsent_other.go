//go:build !linux

package main

import (
	"context"
	"net"
)

// keepLittle does nothing here: the option is Linux's.
func keepLittle(ctx context.Context, _ net.Conn) context.Context { return ctx }
