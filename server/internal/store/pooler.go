package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun/driver/pgdriver"
)

// A pooler such as pgbouncer gives each transaction, and each statement outside of one,
// whatever connection to the server is free. So nothing may rely on a session: what is
// set there, locked or listened to is left to strangers. Settings are made anew in each
// transaction here, and the lock around migrations is one of a transaction. In session
// mode a pooler keeps the session of a client for it, and is as good as none.

// isPooled reports whether what answers changes between the statements of a connection.
// Where no pooler stands between, the process that answered at its start answers still.
// A pooler cannot name one at that time, for there is none yet: it makes up a number.
func isPooled(ctx context.Context, db *sql.DB) (pooled bool, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	process, err := answering(ctx, conn)
	if err != nil {
		return false, err
	}
	err = conn.Raw(func(c any) error {
		pooled = c.(*statelessConn).Conn.Conn().(*wire).process() != process
		return nil
	})
	return pooled && !keepsSession(ctx, db, conn, process), err
}

// keepsSession finds out how a pooler shares its sessions: given a session for each
// statement, the connection finds another now and then, or its own goes to the next one
// that asks. Asking twice in a row is for a pooler that gives them in turn. Whatever cannot
// be found out, such as when there is no session left, is as if they were shared, which
// works everywhere.
func keepsSession(ctx context.Context, db *sql.DB, conn *sql.Conn, process int) bool {
	const looks = 8 // others use the pooler too, and chance may have it look so once
	other, err := db.Conn(ctx)
	if err != nil {
		return false
	}
	defer other.Close()
	for range looks {
		once, errOnce := answering(ctx, conn)
		twice, errTwice := answering(ctx, conn)
		beside, errBeside := answering(ctx, other)
		if errors.Join(errOnce, errTwice, errBeside) != nil ||
			once != process || twice != process || beside == process {
			return false
		}
	}
	return true
}

// answering is the number of the server's process that answers.
func answering(ctx context.Context, conn *sql.Conn) (process int, err error) {
	err = conn.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&process)
	return process, err
}

// statelessConnector makes connections that leave nothing in a session.
type statelessConnector struct {
	*pgdriver.Connector
	settings string // statements that set what a transaction needs
}

// newStatelessConnector takes over what the driver would set in the session.
func newStatelessConnector(options ...pgdriver.Option) statelessConnector {
	var settings strings.Builder
	settings.WriteString("SET TRANSACTION ISOLATION LEVEL READ COMMITTED;")
	c := pgdriver.NewConnector(append(options, func(conf *pgdriver.Config) {
		for _, name := range slices.Sorted(maps.Keys(conf.ConnParams)) {
			value := conf.ConnParams[name]
			if value == nil || slices.Contains(ofSessions, name) {
				continue
			}
			quoted := strings.ReplaceAll(fmt.Sprint(value), "'", "''")
			fmt.Fprintf(&settings, "SET LOCAL %s TO '%s';", name, quoted)
		}
		conf.ConnParams = nil
	})...)
	return statelessConnector{c, settings.String()}
}

// ofSessions are settings that say nothing to a transaction which has begun: of these the
// first is said otherwise, and what the second would say is what the driver insists on.
var ofSessions = []string{"default_transaction_isolation", "client_encoding"}

func (c statelessConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &statelessConn{Conn: conn.(*pgdriver.Conn), settings: c.settings}, nil
}

// statelessConn has the settings in front of each statement that is not in a transaction,
// with which they make one, and behind each BEGIN. Statements that cannot be in a
// transaction fail.
type statelessConn struct {
	*pgdriver.Conn
	settings string
	inTx     bool
}

func (c *statelessConn) complete(query string) string {
	if c.inTx {
		return query
	}
	return c.settings + query
}

func (c *statelessConn) ExecContext(
	ctx context.Context, query string, args []driver.NamedValue,
) (driver.Result, error) {
	return c.Conn.ExecContext(ctx, c.complete(query), args)
}

func (c *statelessConn) QueryContext(
	ctx context.Context, query string, args []driver.NamedValue,
) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, c.complete(query), args)
}

var errPrepare = errors.New("no statement can be prepared: it would be part of a session")

func (c *statelessConn) PrepareContext(context.Context, string) (driver.Stmt, error) {
	return nil, errPrepare
}

func (c *statelessConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if options != (driver.TxOptions{}) {
		return nil, errors.New("a transaction has no options here")
	}
	if _, err := c.Conn.ExecContext(ctx, "BEGIN;"+c.settings, nil); err != nil {
		_ = c.Close() // who knows how much of it was done
		return nil, err
	}
	c.inTx = true
	return statelessTx{c}, nil
}

type statelessTx struct{ conn *statelessConn }

func (t statelessTx) Commit() error   { return t.end("COMMIT") }
func (t statelessTx) Rollback() error { return t.end("ROLLBACK") }

func (t statelessTx) end(statement string) error {
	t.conn.inTx = false
	_, err := t.conn.Conn.ExecContext(context.Background(), statement, nil)
	return err
}
