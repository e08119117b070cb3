package store

import (
	"context"
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

// Wakeups are hints that other processes have committed. They carry no data, and
// some are lost. What the database does not offer is nil.
type Wakeups struct {
	// Listen is one connection that listens for PostgreSQL's notifications. It
	// calls wake when it has begun, because whatever was notified before is lost,
	// and for each notification; wake must not block. It returns nil when ctx
	// ends, else the error that ended the connection: then call it again.
	Listen func(ctx context.Context, wake func()) error
	// Version returns a number that changes whenever any process commits to the
	// SQLite file, this one included.
	Version func(ctx context.Context) (int64, error)
	// Watch calls touched when it has begun and whenever a process writes to the
	// SQLite file's log, which SQLite does shortly before the commit can be read.
	// touched must not block. Watch returns nil when ctx ends, else an error: where
	// the system watches no files, or no more of them.
	Watch func(ctx context.Context, touched func()) error
}

// Wakeups returns the hints that this store's database offers. Commits of this
// store itself are told by [Store.OnCommit].
func (s *Store) Wakeups() Wakeups {
	if s.postgres != nil {
		return Wakeups{Listen: s.postgres.listen}
	}
	return Wakeups{Version: s.watcher.version, Watch: s.watcher.watch}
}

// listen is [Wakeups.Listen]. It does not use the driver's channel, which hides
// reconnections; and it relies on TCP keep-alive, not on pings, to notice a peer
// that is gone.
func (pg *postgres) listen(ctx context.Context, wake func()) error {
	pool := pg.pool(1, withKeepAlive)
	defer pool.Close()
	ln := pgdriver.NewListener(bun.NewDB(pool, pgdialect.New()))
	// Receive heeds no cancellation; it ends with its connection.
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer func() {
		if stop() {
			_ = ln.Close()
		}
	}()
	err := ln.Listen(ctx, wakeChannel)
	for err == nil {
		wake()
		_, _, err = ln.Receive(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("store: listen: %w", normalise(err))
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
