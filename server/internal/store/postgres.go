package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"

	"atalaya/server/internal/store/migrations"
)

// The driver does not heed the cancellation of a context, only its deadline, and
// a query it gave up goes on in the server. So these stand beside the deadlines
// of calls: the socket gives up after netTimeout, the server after
// statementTimeout.
const (
	netTimeout       = 5 * time.Second
	dialTimeout      = 3 * time.Second
	statementTimeout = "3000" // ms
	lockTimeout      = "2500" // ms
	idleInTxTimeout  = "10000"
	// connLifetime has a server that was moved found again.
	connLifetime = 30 * time.Minute
	// migrateWithin bounds the wait for another process that migrates, and each
	// statement of a migration.
	migrateWithin = 2 * time.Minute
	// migrateLockTimeout bounds the wait of a migration for a table, because every
	// reader that comes later waits behind it. It gives way to them for a while,
	// migratePause, and tries again.
	migrateLockTimeout = "200" // ms
	migratePause       = 500 * time.Millisecond
	// migrateLock is the key of the advisory lock around migrations.
	migrateLock = 0x6174616c617961 // "atalaya"
	// createLock is the key of the one around the creation of audits within bounds.
	createLock = migrateLock + 1
)

var postgresDialect = dialect{
	name: "postgresql",
	now:  "clock_timestamp()",
	after: func(d time.Duration) bun.Safe {
		return bun.Safe(fmt.Sprintf("clock_timestamp() + interval '%d milliseconds'", d.Milliseconds()))
	},
	lock:     "UPDATE",
	lockFree: "UPDATE SKIP LOCKED",
	// A lock of the transaction, not of the session, which a pooler may share.
	createAlone: fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", createLock),
	host:        "split_part(url, '/', 3)",
	like:        "ILIKE",
	containsURL: `strpos(lower(a.url COLLATE "C"), ?) > 0`,
	bytewise:    `COLLATE "C"`,
}

// postgres is how to reach the server; the listener has a connection of its own.
type postgres struct {
	options []pgdriver.Option
	where   string // for messages; without the password
	pooled  bool   // a pooler stands between: nothing may rely on a session
}

func (s *Store) openPostgres(ctx context.Context, c Config) error {
	pg, err := openURL(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	logDriver(s.log)
	if err := pg.migrate(ctx, s.log); err != nil {
		return fmt.Errorf("store: %s: %w", pg.where, normalise(err))
	}
	s.postgres = &pg
	if s.listener, err = pg.listener(ctx, c.ListenURL); err != nil {
		return err
	}
	size := limitOr(c.PoolSize, 8, 1000)
	forSweeps := sweepConns(&pg, size)
	pool := pg.pool(size - forSweeps)
	s.closers = append(s.closers, pool)
	s.pools = []Pool{{"main", pool}}
	s.dialect = postgresDialect
	s.writeDB = observed(bun.NewDB(pool, pgdialect.New()), c)
	s.readDB = s.writeDB
	s.sweeps = openSweeps(&pg, s.readDB, c, forSweeps > 0)
	s.closers = append(s.closers, s.sweeps)
	if forSweeps > 0 {
		s.pools = append(s.pools, Pool{"sweeps", s.sweeps.pool})
	}
	return nil
}

// openURL reads an address and proves that the server behind it answers.
func openURL(ctx context.Context, url string) (postgres, error) {
	pg, err := parseDatabaseURL(url)
	if err != nil {
		return pg, err
	}
	if pg, err = pg.reach(ctx); err != nil {
		return pg, fmt.Errorf("store: cannot open the database %s: %w", pg.where, normalise(err))
	}
	return pg, nil
}

var errDatabaseURL = errors.New("store: the database URL cannot be read: it must look like " +
	"postgres://user:password@host:5432/name?sslmode=verify-full, " +
	"with special characters of user and password percent-encoded")

// parseDatabaseURL checks the address before the driver sees it, which panics on
// what it cannot read. The errors repeat nothing of it: a password may be
// anywhere in an address that cannot be read.
func parseDatabaseURL(raw string) (pg postgres, err error) {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return pg, errDatabaseURL
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil {
		return pg, errDatabaseURL
	}
	// A password with a bare /, ? or # ends the host's part before it, and would be told
	// as the name of a database.
	if strings.ContainsRune(u.EscapedPath()+u.RawQuery+u.EscapedFragment(), '@') {
		return pg, errDatabaseURL
	}
	mode := u.Query().Get("sslmode")
	defer func() {
		// What is left are names of files: sslrootcert, sslcert, sslkey.
		if r := recover(); r != nil {
			err = fmt.Errorf("store: the database URL: %v", r)
		}
	}()
	pg.options = []pgdriver.Option{
		pgdriver.WithReadTimeout(netTimeout), pgdriver.WithWriteTimeout(netTimeout), pgdriver.WithDialTimeout(dialTimeout),
		pgdriver.WithApplicationName("atalaya"),
		pgdriver.WithDSN(raw),
		withSessionDefaults,
		pgdriver.WithResetSessionFunc(checkAlive),
	}
	conf := pgdriver.NewConnector(pg.options...).Config()
	pg.where = fmt.Sprintf("%s at %s as user %s", conf.Database, conf.Addr, conf.User)
	if conf.Network == "unix" && mode == "" {
		pg.options = append(pg.options, pgdriver.WithInsecure(true))
	}
	return pg, nil
}

// withSessionDefaults sets what the address does not.
func withSessionDefaults(conf *pgdriver.Config) {
	params := map[string]any{
		"statement_timeout":                   statementTimeout,
		"lock_timeout":                        lockTimeout,
		"idle_in_transaction_session_timeout": idleInTxTimeout,
		"client_encoding":                     "UTF8",
		"default_transaction_isolation":       "read committed",
	}
	for k, v := range conf.ConnParams {
		params[k] = v
	}
	conf.ConnParams = params
}

// reach proves that the server answers, and finds out what kind it is. As libpq does
// with sslmode=prefer, it goes on without TLS when the address does not ask for it and
// the server has none.
func (pg postgres) reach(ctx context.Context) (postgres, error) {
	pooled, err := pg.try(ctx)
	if errors.Is(err, errNoTLS) && !pg.insistsOnTLS() {
		pg.options = append(pg.options, pgdriver.WithInsecure(true))
		pooled, err = pg.try(ctx)
	}
	pg.pooled = pooled
	return pg, err
}

// insistsOnTLS is false for no sslmode, allow and prefer: those leave a
// configuration that verifies nothing and names no server.
func (pg postgres) insistsOnTLS() bool {
	t := pgdriver.NewConnector(pg.options...).Config().TLSConfig
	return t == nil || !t.InsecureSkipVerify || t.ServerName != "" || t.VerifyPeerCertificate != nil
}

// try leaves nothing in a session, for whose it is is not yet known.
func (pg postgres) try(ctx context.Context) (pooled bool, err error) {
	pg.pooled = true
	db := pg.pool(2)
	defer db.Close()
	ctx, cancel := context.WithTimeout(ctx, netTimeout)
	defer cancel()
	var version int
	err = db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	if err != nil {
		return false, err
	}
	if version < 130000 {
		return false, fmt.Errorf("PostgreSQL %d is too old: 13 or newer is needed", version/10000)
	}
	return isPooled(ctx, db)
}

func (pg postgres) pool(size int, more ...pgdriver.Option) *sql.DB {
	options := append(slices.Concat(pg.options, more), throughWire)
	var connector driver.Connector = pgdriver.NewConnector(options...)
	if pg.pooled {
		connector = newStatelessConnector(options...)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxIdleTime(5 * time.Minute)
	db.SetConnMaxLifetime(connLifetime)
	return db
}

// migrate brings the schema up to date while it holds an advisory lock, so that
// of several servers that start together one works and the others find it done.
func (pg postgres) migrate(ctx context.Context, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, migrateWithin)
	defer cancel()
	pool := pg.pool(2, pgdriver.WithReadTimeout(migrateWithin), func(conf *pgdriver.Config) {
		conf.ConnParams["statement_timeout"] = "0"
		conf.ConnParams["lock_timeout"] = migrateLockTimeout
		conf.ConnParams["idle_in_transaction_session_timeout"] = "0" // that of the lock is idle
	})
	defer pool.Close()
	lock, err := lockMigrations(ctx, pool)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Rollback() }()
	for {
		db := bun.NewDB(pool, pgdialect.New())
		err := migrateTo(ctx, db, migrations.Postgres)
		if err == nil {
			err = settlePostgres(ctx, db, log)
		}
		if e, ok := errors.AsType[pgdriver.Error](err); !ok || e.Field('C') != lockNotAvailable {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(migratePause):
		}
	}
}

// lockMigrations returns the transaction that holds the lock, which ends with it, or with
// its connection. The lock is asked for again and again, each time in a transaction of its
// own: a waiting lock would run into the timeouts of the driver, and a transaction that
// stays open takes a connection from a pooler that whoever migrates may need.
func lockMigrations(ctx context.Context, pool *sql.DB) (*sql.Tx, error) {
	for {
		tx, err := pool.BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		var held bool
		query := fmt.Sprintf("SELECT pg_try_advisory_xact_lock(%d)", migrateLock)
		if err := tx.QueryRowContext(ctx, query).Scan(&held); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
		if held {
			return tx, nil
		}
		if err := tx.Rollback(); err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another process migrates the database: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// driverLog passes the driver's messages on. They are not formatted for
// programs, and none asks for action: the calls concerned return errors.
type driverLog struct{ log *slog.Logger }

func (l driverLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "database driver", slog.String("text", fmt.Sprintf(format, v...)))
}

// raw unwraps the wire and TLS: whether the peer has closed is seen on the socket.
func raw(cn net.Conn) net.Conn {
	for {
		t, ok := cn.(interface{ NetConn() net.Conn })
		if !ok {
			return cn
		}
		cn = t.NetConn()
	}
}
