package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/uptrace/bun"
)

const (
	// ReadTimeout is the deadline of one read, its repetition included.
	ReadTimeout = 2 * time.Second
	// WriteTimeout is the deadline of one write.
	WriteTimeout = 5 * time.Second
)

// Config says where the data is and who wants to know of it.
type Config struct {
	// DatabaseURL is a postgres:// or postgresql:// address; empty means SQLite
	// in DataDir.
	DatabaseURL string
	// DataDir is the folder of the SQLite file; made when missing.
	DataDir string
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
	readDB    *bun.DB
	writeDB   *bun.DB // the same as readDB on PostgreSQL
	pools     []Pool
	log       *slog.Logger
	spoiled   onceEach
	committed func()
	postgres  *postgres
	watcher   *watcher
	closers   []io.Closer // in order of closing
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
	s := &Store{log: c.Log, committed: func() {}}
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

// OnCommit has wake called after each own commit that may have changed a
// visible row. wake must not block. Call it before the first write.
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

// DB lists the pools without their names.
func (s *Store) DB() []*sql.DB {
	dbs := make([]*sql.DB, len(s.pools))
	for i, p := range s.pools {
		dbs[i] = p.DB
	}
	return dbs
}

// Ping reports whether the database answers a query within [ReadTimeout].
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, "ping", func(ctx context.Context, db bun.IDB) error {
		var one int
		return db.NewSelect().ColumnExpr("1").Scan(ctx, &one)
	})
}

// read runs one query with the deadline of reads, and once more when the first
// try found the server gone: an idle connection often learns only then.
func (s *Store) read(ctx context.Context, what string, query func(context.Context, bun.IDB) error) error {
	ctx, cancel := context.WithTimeout(ctx, ReadTimeout)
	defer cancel()
	err := normalise(query(ctx, s.readDB))
	if errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
		err = normalise(query(ctx, s.readDB))
	}
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

// write runs one transaction with the deadline of writes. visible says whether a
// commit may be of interest to readers.
func (s *Store) write(ctx context.Context, what string, visible bool, do func(context.Context, bun.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, WriteTimeout)
	defer cancel()
	if err := normalise(s.writeDB.RunInTx(ctx, nil, do)); err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	if visible {
		s.committed()
	}
	return nil
}

// dialect is where the two databases differ inside of queries.
type dialect struct {
	name string
	// now is the database's time in the form of the columns.
	now bun.Safe
	// after is now plus a duration.
	after func(time.Duration) bun.Safe
	// lock makes a selected row wait for, and keep off, other writers; on SQLite
	// the transaction itself does.
	lock, lockFree string
	like           bun.Safe
}

func limitOr(n, otherwise, most int) int { return min(cmp.Or(max(n, 0), otherwise), most) }
