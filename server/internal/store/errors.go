package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/uptrace/bun/driver/pgdriver"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNotFound says that there is no such audit, or that it was deleted.
	ErrNotFound = errors.New("no such audit")
	// ErrTerminal says that the audit has ended, so nothing in it changes any more.
	ErrTerminal = errors.New("the audit has ended")
	// ErrConflict says that the request contradicts the audit's state or kind.
	ErrConflict = errors.New("the audit's state does not allow this")
	// ErrOutOfRange says that a value breaks the contract; the text says which.
	ErrOutOfRange = errors.New("out of range")
	// ErrPrecondition says that what is to be changed has another revision than asked for.
	ErrPrecondition = errors.New("it has another revision")
	// ErrLeaseLost says that the worker no longer holds the audit: another took
	// it up, or it ended. The write changed nothing.
	ErrLeaseLost = errors.New("the lease is lost")
	// ErrIdempotency says that the key was used with another request.
	ErrIdempotency = errors.New("the idempotency key was used with another request")
	// ErrQueueFull says that as many site audits wait as may.
	ErrQueueFull = errors.New("too many audits wait")
	// ErrHostBusy says that a host has as many unfinished audits as one may.
	ErrHostBusy = errors.New("the host has too many unfinished audits")
	// ErrBadCursor says that a cursor is not one of this store's.
	ErrBadCursor = errors.New("not a cursor of this list")
	// ErrInUse says that a data directory has another owner.
	ErrInUse = errors.New("is in use by another atalaya")
	// ErrTimeout says that the database did not answer in time. It wraps
	// [context.DeadlineExceeded].
	ErrTimeout = fmt.Errorf("query timeout: %w", context.DeadlineExceeded)
	// ErrUnavailable says that the database cannot be reached, or takes no queries
	// for now. The errors below wrap it and say which of the two.
	ErrUnavailable = errors.New("the database is unavailable")
	// ErrFull says that the database has no room for what was to be written.
	ErrFull = fmt.Errorf("%w: it is full", ErrUnavailable)
	// ErrReadOnly says that the database takes no changes.
	ErrReadOnly = fmt.Errorf("%w: it is read-only", ErrUnavailable)
	// ErrStandby says that another server has become the primary, or is to become it.
	ErrStandby = fmt.Errorf("%w: it is a standby", ErrUnavailable)
	// ErrMoved says that the files of SQLite were removed or replaced while they were
	// open: what was written now would vanish.
	ErrMoved = fmt.Errorf("%w: its files were removed or replaced", ErrUnavailable)
	// ErrBusy says that the database has too much to do, or that others were faster.
	ErrBusy = fmt.Errorf("%w: it is busy", ErrUnavailable)
)

// normalise gives errors of two drivers and of database/sql one meaning. What it
// does not know, it returns as it is.
func normalise(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if e, ok := errors.AsType[pgdriver.Error](err); ok {
		return normalisePostgres(e)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return normaliseSQLite(e)
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		if errors.Is(err, ErrTimeout) {
			return err
		}
		return fmt.Errorf("%w (%v)", ErrTimeout, err)
	}
	if _, ok := errors.AsType[*net.OpError](err); ok || unreachable(err) {
		return fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	return err
}

func unreachable(err error) bool {
	for _, e := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone} {
		if errors.Is(err, e) {
			return true
		}
	}
	// database/sql has no name for this one.
	return strings.HasSuffix(err.Error(), "sql: database is closed")
}

// The SQLSTATEs that our triggers raise.
const (
	stateTerminal   = "AT001"
	stateOutOfRange = "AT002"
)

// lockNotAvailable is the SQLSTATE of a lock that did not come within lock_timeout.
const lockNotAvailable = "55P03"

func normalisePostgres(e pgdriver.Error) error {
	state := e.Field('C')
	switch state {
	case stateTerminal:
		return fmt.Errorf("%w: %s", ErrTerminal, trimDriverText(e.Field('M')))
	case stateOutOfRange:
		return fmt.Errorf("%w: %s", ErrOutOfRange, trimDriverText(e.Field('M')))
	case "23502": // not_null_violation
		return fmt.Errorf("%w: %s must not be null", ErrOutOfRange, e.Field('c'))
	case "23514": // check_violation
		return fmt.Errorf("%w: %s", ErrOutOfRange, trimDriverText(e.Field('n')))
	case "57014", lockNotAvailable: // query_canceled (statement_timeout), lock_timeout
		return fmt.Errorf("%w (%v)", ErrTimeout, e)
	case "57P01", "57P02", "57P03", "57P04", // shutting down, crashed, starting up, database dropped
		"25P03": // idle_in_transaction_session_timeout
		return fmt.Errorf("%w: %v", ErrUnavailable, e)
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return fmt.Errorf("%w: %v", ErrBusy, e)
	case "25006": // read_only_sql_transaction: a standby
		return fmt.Errorf("%w: %v", ErrReadOnly, e)
	case "53100": // disk_full
		return fmt.Errorf("%w: %v", ErrFull, e)
	}
	switch state[:min(2, len(state))] {
	case "22": // data exception: too large for the column, a byte that is no text
		return fmt.Errorf("%w: %s", ErrOutOfRange, e.Field('M'))
	case "08": // connection exception
		return fmt.Errorf("%w: %v", ErrUnavailable, e)
	case "53": // insufficient resources: memory, connections
		return fmt.Errorf("%w: %v", ErrBusy, e)
	}
	return e
}

func normaliseSQLite(e *sqlite.Error) error {
	text := e.Error()
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		if strings.Contains(text, "and final") {
			return fmt.Errorf("%w: %s", ErrTerminal, trimDriverText(text))
		}
		return fmt.Errorf("%w: %s", ErrOutOfRange, trimDriverText(text))
	case sqlite3.SQLITE_CONSTRAINT_CHECK:
		return fmt.Errorf("%w: %s", ErrOutOfRange, trimDriverText(text))
	case sqlite3.SQLITE_CONSTRAINT_DATATYPE, sqlite3.SQLITE_CONSTRAINT_NOTNULL, sqlite3.SQLITE_TOOBIG:
		return fmt.Errorf("%w: %s", ErrOutOfRange, text)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w (%v)", ErrTimeout, e)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %v", ErrFull, e)
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %v", ErrReadOnly, e)
	case sqlite3.SQLITE_NOMEM:
		return fmt.Errorf("%w: %v", ErrBusy, e)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %v", ErrUnavailable, e)
	}
	return e
}

// trimDriverText keeps what our own SQL says and drops what drivers put around it.
func trimDriverText(s string) string {
	if _, after, ok := strings.Cut(s, "atalaya: "); ok {
		s = after
	}
	if i := strings.LastIndex(s, " ("); i > 0 && strings.HasSuffix(s, ")") && isDigits(s[i+2:len(s)-1]) {
		s = s[:i] // modernc adds the result code
	}
	return s
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
