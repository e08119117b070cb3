package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"slices"
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

// Wakeups returns the hints that this store's database offers, and says in the log when
// it could offer more. Commits of this store itself are told by [Store.OnCommit].
func (s *Store) Wakeups() Wakeups {
	switch {
	case s.listener != nil:
		return Wakeups{Listen: s.listener.listen}
	case s.postgres != nil:
		s.log.Warn("a pooler stands before the database, so commits of others are not announced, "+
			"and are seen up to --sweep later: name a direct connection in --listen-url",
			"database", s.postgres.where)
		return Wakeups{}
	}
	return Wakeups{Version: s.watcher.version, Watch: s.watcher.watch}
}

// listener is where to listen: what url names, or else the database's own address, but
// not through a pooler, where another would hear what comes. Then it is nil.
func (pg *postgres) listener(ctx context.Context, url string) (*postgres, error) {
	if url == "" {
		if pg.pooled {
			return nil, nil
		}
		return pg, nil
	}
	direct, err := openURL(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("--listen-url: %w", err)
	}
	if direct.pooled {
		return nil, fmt.Errorf("--listen-url: a pooler answers as %s that shares its sessions, "+
			"but a direct connection is needed, or a pooler in session mode", direct.where)
	}
	return &direct, nil
}

// listen is [Wakeups.Listen]. It does not use the driver's channel, which hides
// reconnections; and it relies on TCP keep-alive, not on pings, to notice a peer
// that is gone.
func (pg *postgres) listen(ctx context.Context, wake func()) error {
	// No wire: it would keep notifications back.
	pool := sql.OpenDB(pgdriver.NewConnector(append(slices.Clip(pg.options), withKeepAlive)...))
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
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return withoutScheduler(conn), nil
	}
}

var driverLogOnce sync.Once

// logDriver redirects the driver's global logger. The first store of the process
// decides; a later change would race with connections in use.
func logDriver(log *slog.Logger) {
	driverLogOnce.Do(func() { pgdriver.Logger = driverLog{log} })
}
