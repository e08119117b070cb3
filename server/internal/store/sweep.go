package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
)

// sweeps asks PostgreSQL what has changed. Servers ask little else, hundreds of times a
// second under load, and to plan the question costs more than to answer it. So it has one of
// the store's connections to itself, on which it is prepared, and which waits for nobody;
// where there is only one, and behind a pooler, it is asked as any other.
type sweeps struct {
	pool     *sql.DB // of one connection, or everybody's
	scanner  *bun.DB
	query    string
	prepares bool
	observe  func(operation string, d time.Duration, err error)

	mu       sync.Mutex
	conn     *sql.Conn // nil until it is asked for, and after every failure
	prepared *sql.Stmt
	since    time.Time
}

// sweepConns is how many of a number of connections sweeps have to themselves.
func sweepConns(pg *postgres, conns int) int {
	if pg.pooled || conns == 1 {
		return 0 // a pooler's connections keep nothing that is prepared
	}
	return 1
}

// openSweeps takes its connection, if it has one to itself, when it is first asked.
func openSweeps(pg *postgres, shared *bun.DB, c Config, own bool) *sweeps {
	q := &sweeps{pool: shared.DB, scanner: shared, query: sweepQuery(shared), prepares: own, observe: c.Observe}
	if q.prepares {
		// The planner cannot know that next to nothing is new. With the values it does, and
		// would plan again each time to use them.
		q.pool = pg.pool(1, func(conf *pgdriver.Config) { conf.ConnParams["plan_cache_mode"] = "force_generic_plan" })
		q.scanner = bun.NewDB(q.pool, pgdialect.New())
	}
	if q.observe == nil {
		q.observe = func(string, time.Duration, error) {}
	}
	return q
}

// sweepQuery selects the rows behind a cursor, at most ChangesMax of them, and of what it
// saw as much as [changeRow] says. Two scans find them by the index, where one with OR would
// read what lies between as well. Its parameters are [changeCursor.parameters].
func sweepQuery(db *bun.DB) string {
	const within = "(change_xid, id) > ($3::text::xid8, $4::bigint) AND " +
		"change_xid < coalesce($5::text::xid8, pg_snapshot_xmax(pg_current_snapshot()))"
	scan := func(where string) *bun.SelectQuery {
		return db.NewSelect().Table("audits").Where(where).Where(within).OrderExpr("change_xid, id").Limit(ChangesMax)
	}
	behind := db.NewSelect().TableExpr("(?) AS behind",
		scan("change_xid = ANY ($1::text::xid8[])").UnionAll(scan("change_xid >= $2::text::xid8"))).
		OrderExpr("change_xid, id").Limit(ChangesMax)
	return db.NewSelect().Model((*changeRow)(nil)).
		ColumnExpr("?TableColumns").
		ColumnExpr("a.change_xid::text AS xid").
		ColumnExpr("pg_snapshot_xmax(pg_current_snapshot())::text AS until").
		ColumnExpr(presentSnapshot).
		ModelTableExpr("(VALUES (1)) AS always LEFT JOIN LATERAL (?) AS a ON TRUE", behind).
		OrderExpr("a.change_xid, a.id").String()
}

// parameters are those of [sweepQuery]: the transactions that were open when the cursor was
// taken, the first that had not begun, and within a window the place from which it goes on
// and its end. The type of transactions' numbers takes text alone.
func (c changeCursor) parameters() []any {
	open := make([]string, len(c.seen.open))
	for i, xid := range c.seen.open {
		open[i] = strconv.FormatUint(xid, 10)
	}
	parameters := []any{
		"{" + strings.Join(open, ",") + "}", strconv.FormatUint(c.seen.xmax, 10),
		strconv.FormatUint(c.xid, 10), c.id, nil,
	}
	if c.until.xmax != 0 {
		parameters[4] = strconv.FormatUint(c.until.xmax, 10)
	}
	return parameters
}

// rows asks for what lies behind a cursor.
func (q *sweeps) rows(ctx context.Context, from changeCursor) (rows []changeRow, err error) {
	began := time.Now()
	defer func() { q.observe("SELECT", time.Since(began), normalise(err)) }()
	if !q.prepares {
		answer, err := q.pool.QueryContext(ctx, q.query, from.parameters()...)
		return q.scan(ctx, answer, err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.conn != nil && time.Since(q.since) > connLifetime {
		q.disconnect()
	}
	if q.conn == nil {
		err = q.connect(ctx)
	}
	if err == nil {
		answer, asked := q.prepared.QueryContext(deadlineOf{ctx}, from.parameters()...)
		rows, err = q.scan(ctx, answer, asked)
	}
	if err != nil {
		// An answer may still be on its way, and would be taken for that to the next question.
		q.disconnect()
	}
	return rows, err
}

func (q *sweeps) scan(ctx context.Context, answer *sql.Rows, err error) (rows []changeRow, _ error) {
	if err != nil {
		return nil, err
	}
	err = q.scanner.ScanRows(ctx, answer, &rows)
	return rows, err
}

// deadlineOf is a context without its cancellation, which the driver does not heed; for
// that, database/sql would start a goroutine with every query.
type deadlineOf struct{ context.Context }

func (deadlineOf) Done() <-chan struct{} { return nil }

func (deadlineOf) Err() error { return nil }

// connect takes the connection and prepares the query on it. The caller holds mu.
func (q *sweeps) connect(ctx context.Context) (err error) {
	if q.conn, err = q.pool.Conn(ctx); err != nil {
		return err
	}
	q.since = time.Now()
	q.prepared, err = q.conn.PrepareContext(ctx, q.query)
	return err
}

// disconnect ends the connection, and what was prepared on it. The caller holds mu.
func (q *sweeps) disconnect() {
	if q.conn == nil {
		return
	}
	_ = q.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = q.conn.Close()
	q.conn, q.prepared = nil, nil
}

// Close implements [io.Closer].
func (q *sweeps) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.disconnect()
	if !q.prepares {
		return nil // the pool is the store's
	}
	return q.pool.Close()
}
