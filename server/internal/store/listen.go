package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
)

// wakeChannel is what the trigger audits_wake notifies.
const wakeChannel = "audits_wake"

// reconnectEvery is the wait between attempts to reach the server again.
const reconnectEvery = 500 * time.Millisecond

// Listen calls wake for each notification of PostgreSQL and after each time it
// had to connect anew, because whatever was notified in between is lost. wake
// must not block. Listen returns nil when ctx ends; it survives a server that is
// down from the start. On SQLite it fails with [errors.ErrUnsupported].
//
// It does not use the listener's channel, which hides reconnections; and it
// relies on TCP keep-alive, not on pings, to notice a peer that is gone.
func (s *Store) Listen(ctx context.Context, wake func()) error {
	if s.postgres == nil {
		return fmt.Errorf("store: listen: %w", errors.ErrUnsupported)
	}
	pool := s.postgres.pool(1, withKeepAlive)
	defer pool.Close()
	ln := pgdriver.NewListener(bun.NewDB(pool, pgdialect.New()))
	// Receive heeds no cancellation; it ends with its connection.
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer func() {
		if stop() {
			_ = ln.Close()
		}
	}()
	for down := false; ; {
		err := ln.Listen(ctx, wakeChannel)
		if err == nil {
			if down {
				s.log.InfoContext(ctx, "listening to the database again")
			}
			down = false
			wake()
			for err == nil {
				if _, _, err = ln.Receive(ctx); err == nil {
					wake()
				}
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if !down {
			s.log.WarnContext(ctx, "not listening to the database", slog.Any("err", normalise(err)))
		}
		down = true
		wake()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(reconnectEvery):
		}
	}
}

// withKeepAlive finds a dead peer within about half a minute.
func withKeepAlive(conf *pgdriver.Config) {
	conf.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		d := net.Dialer{Timeout: conf.DialTimeout, KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
		}}
		return d.DialContext(ctx, network, addr)
	}
}

var driverLogOnce sync.Once

// logDriver redirects the driver's global logger. The first store of the process
// decides; a later change would race with connections in use.
func logDriver(log *slog.Logger) {
	driverLogOnce.Do(func() { pgdriver.Logger = driverLog{log} })
}
