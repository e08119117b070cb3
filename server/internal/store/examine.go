package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/migrate"

	"atalaya/server/internal/store/migrations"
)

// SchemaState says how a database's schema stands to that of this program.
type SchemaState string

// The states of a schema.
const (
	SchemaNone    SchemaState = "none"    // the first start makes it
	SchemaOlder   SchemaState = "older"   // the next start brings it up to date
	SchemaCurrent SchemaState = "current" // that of this program
	SchemaNewer   SchemaState = "newer"   // this program does not open it
)

// Examination is what [Examine] has found out about a database.
type Examination struct {
	Dialect string // "sqlite" or "postgresql"
	Where   string // without the password
	Schema  SchemaState
	// Newest is the newest migration that the database has, and Missing how many of those
	// of this program it lacks.
	Newest  string
	Missing int
	// Pooled says that a pooler stands before it, and Listens that commits of others are
	// announced all the same.
	Pooled, Listens bool
	// Latency is the middle of several queries' times.
	Latency time.Duration
	// Skew is how far the database's clock is ahead of this machine's.
	Skew time.Duration
	// Refusal is why it takes no writes; nil if it does, or if it has no schema yet.
	Refusal error
}

// ErrNoDatabase says that there is no file of SQLite, which the first start makes.
var ErrNoDatabase = errors.New("there is no database yet")

// Examine looks at a database as it is. It changes nothing: no schema is made, no data
// directory is taken, and what it writes to see whether it may is rolled back; so it may
// look at the database of a server at work. Errors are those of [Open].
func Examine(ctx context.Context, c Config) (e Examination, err error) {
	s := &Store{log: c.Log, committed: func() {}}
	defer func() { err = errors.Join(err, s.Close()) }()
	reach, schema := s.reachSQLite, migrations.SQLite
	if c.DatabaseURL != "" {
		reach, schema = s.reachPostgres, migrations.Postgres
	}
	if e.Where, err = reach(ctx, c); err != nil {
		return e, err
	}
	e.Dialect = s.Dialect()
	e.Pooled, e.Listens = s.postgres != nil && s.postgres.pooled, s.listener != nil
	if e.Latency, err = s.latency(ctx); err != nil {
		return e, err
	}
	if e.Skew, err = s.skew(ctx); err != nil {
		return e, err
	}
	if err := e.readSchema(ctx, s.readDB, schema); err != nil {
		return e, err
	}
	e.Refusal = s.refusal(ctx, e.Schema)
	return e, nil
}

func (s *Store) reachPostgres(ctx context.Context, c Config) (where string, err error) {
	pg, err := openURL(ctx, c.DatabaseURL)
	if err != nil {
		return "", err
	}
	if s.listener, err = pg.listener(ctx, c.ListenURL); err != nil {
		return "", err
	}
	pool := pg.pool(1)
	s.postgres, s.dialect = &pg, postgresDialect
	s.closers = append(s.closers, pool)
	s.readDB = bun.NewDB(pool, pgdialect.New())
	s.writeDB = s.readDB
	return pg.where, nil
}

func (s *Store) reachSQLite(_ context.Context, c Config) (where string, err error) {
	file, err := filepath.Abs(filepath.Join(c.DataDir, "atalaya.db"))
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	switch _, err := os.Stat(file); {
	case errors.Is(err, fs.ErrNotExist):
		return file, fmt.Errorf("store: %s: %w", file, ErrNoDatabase)
	case err != nil:
		return file, fmt.Errorf("store: %w", err)
	}
	db, err := openFile(file, 1, "_txlock=immediate")
	if err != nil {
		return file, fmt.Errorf("store: %s: %w", file, err)
	}
	s.dialect = sqliteDialect
	s.closers = append(s.closers, db)
	s.readDB = bun.NewDB(db, sqlitedialect.New())
	s.writeDB = s.readDB
	return file, nil
}

// latency asks several times, the first of which makes the connection and is not counted.
func (s *Store) latency(ctx context.Context) (time.Duration, error) {
	const asks = 5
	if err := s.Ping(ctx); err != nil {
		return 0, err
	}
	var took [asks]time.Duration
	for i := range took {
		begun := time.Now()
		if err := s.Ping(ctx); err != nil {
			return 0, err
		}
		took[i] = time.Since(begun)
	}
	slices.Sort(took[:])
	return took[asks/2], nil
}

// skew takes the database's answer for the time in the middle of the query. SQLite has no
// clock of its own.
func (s *Store) skew(ctx context.Context) (time.Duration, error) {
	if s.postgres == nil {
		return 0, nil
	}
	begun := time.Now()
	theirs, err := read(ctx, s, "ask for the time", func(ctx context.Context, db bun.IDB) (t time.Time, err error) {
		err = db.NewSelect().ColumnExpr("clock_timestamp()").Scan(ctx, &t)
		return t, err
	})
	return theirs.Sub(begun.Add(time.Since(begun) / 2)), err
}

// readSchema compares the migrations that a database has with those that there are.
func (e *Examination) readSchema(ctx context.Context, db *bun.DB, schema migrations.Schema) error {
	known := migrate.NewMigrations()
	if err := known.Discover(schema.Numbered); err != nil {
		return fmt.Errorf("store: examine: %w", err)
	}
	applied, err := migrate.NewMigrator(db, known, migrate.WithTableName(migrationsTable)).AppliedMigrations(ctx)
	if err = normalise(err); errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTimeout) {
		return fmt.Errorf("store: examine: %w", err)
	}
	e.Schema = SchemaNone
	if err != nil || len(applied) == 0 {
		return nil //nolint:nilerr // most likely there is no such table
	}
	missing := map[string]bool{}
	for _, k := range known.Sorted() {
		missing[k.Name] = true
	}
	e.Schema = SchemaCurrent
	for _, a := range applied {
		if e.Newest = max(e.Newest, a.Name); !missing[a.Name] {
			e.Schema = SchemaNewer
		}
		delete(missing, a.Name)
	}
	if e.Missing = len(missing); e.Missing > 0 && e.Schema == SchemaCurrent {
		e.Schema = SchemaOlder
	}
	return nil
}

// errUndone ends a transaction that was only a try.
var errUndone = errors.New("undone")

// refusal is why the database takes no writes. Where there are tables, an audit is stored
// and rolled back, so that rights, triggers and the disk are part of the answer.
func (s *Store) refusal(ctx context.Context, schema SchemaState) error {
	if schema == SchemaNone || schema == SchemaNewer {
		if s.postgres == nil {
			return nil
		}
		return s.askRole(ctx)
	}
	err := s.write(ctx, "try a write", false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO audits (url) VALUES ('atalaya doctor')")
		if err == nil {
			err = errUndone
		}
		return err
	})
	if errors.Is(err, errUndone) {
		return nil
	}
	return err
}
