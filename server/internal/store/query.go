package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

const (
	// ReadTimeout is the deadline of one read, its repetition included.
	ReadTimeout = 2 * time.Second
	// WriteTimeout is the deadline of one write.
	WriteTimeout = 5 * time.Second
)

// read returns what one query answers within the deadline of reads. It asks once
// more when the first try found the server gone: an idle connection often learns
// only then.
func read[T any](
	ctx context.Context, s *Store, what string, query func(context.Context, bun.IDB) (T, error),
) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, ReadTimeout)
	defer cancel()
	answer, err := query(ctx, s.readDB)
	err = normalise(err)
	if errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
		answer, err = query(ctx, s.readDB)
		err = normalise(err)
	}
	if err != nil {
		var none T
		return none, fmt.Errorf("store: %s: %w", what, err)
	}
	return answer, nil
}

// readRows returns the rows of T's table that one query selects.
func readRows[T any](
	ctx context.Context, s *Store, what string, selected func(*bun.SelectQuery) *bun.SelectQuery,
) ([]T, error) {
	return read(ctx, s, what, func(ctx context.Context, db bun.IDB) (rows []T, err error) {
		err = selected(db.NewSelect().Model(&rows)).Scan(ctx)
		return rows, err
	})
}

// write runs one transaction with the deadline of writes. visible says whether a
// commit may be of interest to readers.
func (s *Store) write(ctx context.Context, what string, visible bool, do func(context.Context, bun.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, WriteTimeout)
	defer cancel()
	err := s.files.check()
	if err == nil {
		err = normalise(s.writeDB.RunInTx(ctx, nil, do))
		s.writability.note(err)
	}
	if err != nil {
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
	// createAlone is a statement after which no other transaction that stores an
	// audit goes on until this one ends; on SQLite the transaction itself does that.
	createAlone string
	// host is the host of column url, as the index audits_host spells it.
	host bun.Safe
	like bun.Safe
	// containsURL keeps audits whose URL, in small ASCII letters, contains a text.
	containsURL string
	// bytewise behind a text has it compared by its bytes.
	bytewise bun.Safe
}

func limitOr(n, otherwise, most int) int { return min(cmp.Or(max(n, 0), otherwise), most) }
