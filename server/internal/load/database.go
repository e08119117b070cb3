package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"

	"github.com/uptrace/bun/driver/pgdriver"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// The databases that the server knows.
const (
	sqlite     = "sqlite"
	postgresql = "postgresql"
)

// database is an empty database, and the way a foreign worker reaches it.
type database struct {
	name  string
	flags []string // of the server
	url   string   // for openURL
	db    *sql.DB
	drop  func(context.Context) error // nil: goes with the folder

	updating func() (*sql.Stmt, error) // prepared once, as drivers for workers do by themselves
}

func newDatabase(name string, db *sql.DB) *database {
	d := &database{name: name, db: db}
	d.updating = sync.OnceValues(func() (*sql.Stmt, error) {
		return db.Prepare(d.place("UPDATE audits SET progress = $1, message = $2 WHERE id = $3"))
	})
	return d
}

// sqliteIn is the database that the server keeps in dir. The file is opened
// when it is first used, after the server has made it.
func sqliteIn(dir string) (*database, error) {
	file := url.URL{
		Scheme: "file", OmitHost: true, Path: filepath.Join(dir, "atalaya.db"),
		RawQuery: "_pragma=busy_timeout(5000)&_pragma=synchronous(NORMAL)",
	}
	db, err := openURL(file.String())
	if err != nil {
		return nil, err
	}
	d := newDatabase(sqlite, db)
	d.flags, d.url = []string{"--data-dir", dir}, file.String()
	return d, nil
}

// openURL opens a SQLite file: URL, or a PostgreSQL one.
func openURL(raw string) (*sql.DB, error) {
	if strings.HasPrefix(raw, "file:") {
		return sql.Open("sqlite", raw)
	}
	if u, err := url.Parse(raw); err != nil || u.Scheme != "postgres" {
		return nil, fmt.Errorf("-database is neither a file: nor a postgres: URL")
	}
	return sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(raw))), nil
}

// setConns lets a number of workers write at once, over new connections: the driver does
// not notice that an idle one was cut before a statement prepared on it has failed.
func (d *database) setConns(n int) {
	d.db.SetMaxIdleConns(-1)
	d.db.SetMaxOpenConns(n)
	d.db.SetMaxIdleConns(n)
}

// update writes a number into an audit as a foreign worker reports progress.
func (d *database) update(ctx context.Context, id int64, seq int) error {
	statement, err := d.updating() //nolint:sqlclosecheck // it ends with the database
	if err != nil {
		return err
	}
	_, err = statement.ExecContext(ctx, min(seq, 99), label+fmt.Sprint(seq), id)
	return err
}

// insert makes an audit without the server.
func (d *database) insert(ctx context.Context, url string) (id int64, err error) {
	insert := d.place("INSERT INTO audits (url, kind) VALUES ($1, 'external') RETURNING id")
	err = d.db.QueryRowContext(ctx, insert, url).Scan(&id)
	return id, err
}

func (d *database) place(query string) string {
	if d.name == sqlite {
		return strings.ReplaceAll(query, "$", "?")
	}
	return query
}

func (d *database) close(ctx context.Context) error {
	err := d.db.Close()
	if d.drop != nil && err == nil {
		err = d.drop(ctx)
	}
	return err
}
