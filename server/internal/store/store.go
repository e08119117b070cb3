package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
)

// Config configures [Open].
type Config struct {
	// DatabaseURL is a postgres:// or postgresql:// address; empty means SQLite
	// in DataDir.
	DatabaseURL string
	// ListenURL is another address of the same database, where PostgreSQL's notifications
	// can be listened to when DatabaseURL leads to a pooler; empty for none.
	ListenURL string
	// DataDir is the folder of the SQLite file; made when missing.
	DataDir string
	// Guest opens a data directory beside its owner: for a few calls, not for readers of
	// streams. The schema must be this one's already.
	Guest bool
	// Bounds hold for what this store creates.
	Bounds Bounds
	// PoolSize is the greatest number of connections that serve reads; on
	// PostgreSQL they serve writes as well. 0 means 8 on PostgreSQL, 4 on SQLite.
	PoolSize int
	// Log takes what happens outside of any call; nil means slog.Default.
	Log *slog.Logger
	// Observe is called after each query with its first SQL word. May be nil.
	Observe func(operation string, d time.Duration, err error)
}

// Store is an open database. The zero value is not usable: see [Open].
type Store struct {
	dialect   dialect
	bounds    Bounds
	readDB    *bun.DB
	writeDB   *bun.DB // the same as readDB on PostgreSQL
	pools     []Pool
	log       *slog.Logger
	spoiled   onceEach
	committed func()
	postgres  *postgres
	sweeps    *sweeps   // none on SQLite
	listener  *postgres // nil: nobody announces commits of others
	watcher   *watcher
	files     files       // none on PostgreSQL
	closers   []io.Closer // in order of closing

	writability writability
	purging     purging
	// budgetsForgotten is when old notes about budgets were removed, in ms.
	budgetsForgotten atomic.Int64
}

// Pool is a pool of connections and its name, for metrics.
type Pool struct {
	Name string
	DB   *sql.DB
}

// Open connects to the database, brings its schema up to date and, on SQLite,
// takes the data directory. Its errors are one line that says what to do, and
// never contain the password. [Store.Close] releases everything.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{log: c.Log, bounds: c.Bounds, committed: func() {}}
	if s.log == nil {
		s.log = slog.Default()
	}
	open := s.openSQLite
	if c.DatabaseURL != "" {
		open = s.openPostgres
	}
	if err := open(ctx, c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func observed(db *bun.DB, c Config) *bun.DB {
	if c.Observe == nil {
		return db
	}
	return db.WithQueryHook(observer(c.Observe))
}

type observer func(operation string, d time.Duration, err error)

func (o observer) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (o observer) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	err := e.Err
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	o(e.Operation(), time.Since(e.StartTime), normalise(err))
}

// OnCommit makes the store call wake after each commit of its own that may have
// changed a visible row. wake must not block. Call it before the first write.
func (s *Store) OnCommit(wake func()) { s.committed = wake }

// Close ends every connection and, on SQLite, gives the data directory back.
// Calls still running fail with [ErrUnavailable].
func (s *Store) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c.Close())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// Dialect is "sqlite" or "postgresql".
func (s *Store) Dialect() string { return s.dialect.name }

// Pools lists the pools with their names.
func (s *Store) Pools() []Pool { return s.pools }

// Ping reports whether the database answers a query within [ReadTimeout].
func (s *Store) Ping(ctx context.Context) error {
	_, err := read(ctx, s, "ping", func(ctx context.Context, db bun.IDB) (one int, err error) {
		err = db.NewSelect().ColumnExpr("1").Scan(ctx, &one)
		return one, err
	})
	return err
}
