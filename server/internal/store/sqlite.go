package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"atalaya/server/internal/store/migrations"
)

// sqliteTime is the form of times in SQLite columns, in Go's notation; the
// triggers write the same.
const sqliteTime = "2006-01-02 15:04:05.000-07:00"

var sqliteDialect = dialect{
	name: "sqlite",
	now:  "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')",
	after: func(d time.Duration) bun.Safe {
		return bun.Safe(fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%f+00:00', 'now', '%+.3f seconds')", d.Seconds()))
	},
	containsURL: "instr(lower(a.url), ?) > 0",
	host:        "substr(url, instr(url, '://') + 3, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1)",
	like:        "LIKE",
	bytewise:    "COLLATE BINARY",
}

func (s *Store) openSQLite(ctx context.Context, c Config) error {
	if c.Guest {
		return s.visitSQLite(ctx, c)
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return fmt.Errorf("store: the data directory cannot be made: %w", err)
	}
	held, err := lockDir(c.DataDir)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, held)
	file, err := databaseFile(c)
	if err == nil {
		err = makeFile(file)
	}
	if err == nil {
		err = s.openPools(c, file)
	}
	if err != nil {
		return err
	}
	if err := migrateTo(ctx, s.writeDB, migrations.SQLite); err != nil {
		return fmt.Errorf("store: %s: %w", file, normalise(err))
	}
	origin := originFile{s, filepath.Join(c.DataDir, "atalaya.origin")}
	if err := errors.Join(origin.settle(ctx), s.expireLeases(ctx)); err != nil {
		return err
	}
	if _, err := s.watcher.dataVersion(ctx); err != nil { // its connection stays
		return fmt.Errorf("store: %s: %w", file, normalise(err))
	}
	if s.files, err = holdFiles(file); err != nil {
		return err
	}
	s.closers = slices.Insert(s.closers, 0, io.Closer(origin))
	return nil
}

// visitSQLite opens a data directory that another process owns.
func (s *Store) visitSQLite(ctx context.Context, c Config) error {
	file, err := databaseFile(c)
	if err == nil {
		err = s.openPools(c, file)
	}
	if err != nil {
		return err
	}
	current, err := isCurrent(ctx, s.writeDB, migrations.SQLite)
	if err != nil {
		return fmt.Errorf("store: %s: %w", file, normalise(err))
	}
	if !current {
		return fmt.Errorf("store: %s belongs to another version of atalaya: use that one, or stop it first", file)
	}
	s.files, err = holdFiles(file)
	return err
}

func databaseFile(c Config) (string, error) {
	file, err := filepath.Abs(filepath.Join(c.DataDir, "atalaya.db"))
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	return file, nil
}

// openPools opens the connections. One writes, so that writers queue here instead of in
// SQLite's busy loop, and overwrites what it erases where that costs nothing; the others
// cannot write even by mistake.
func (s *Store) openPools(c Config, file string) error {
	write, err1 := openFile(file, 1, "_txlock=immediate&_pragma=secure_delete(fast)")
	read, err2 := openFile(file, limitOr(c.PoolSize, 4, 1000), "_pragma=query_only(1)")
	watch, err3 := openFile(file, 1, "_pragma=query_only(1)")
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.watcher = &watcher{file: file, db: watch}
	s.closers = slices.Insert(s.closers, 0, io.Closer(s.watcher), io.Closer(read), io.Closer(write))
	s.pools = []Pool{{"read", read}, {"write", write}}
	s.dialect = sqliteDialect
	s.writeDB = observed(bun.NewDB(write, sqlitedialect.New()), c)
	s.readDB = observed(bun.NewDB(read, sqlitedialect.New()), c)
	return nil
}

// expireLeases ends the leases that a killed process left: the directory has one
// owner, so no worker of another process can hold any.
func (s *Store) expireLeases(ctx context.Context) error {
	return s.write(ctx, "expire leases", false, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Table("audits").
			Set("lease_until = ?", s.dialect.now).
			Where("kind = 'site' AND status IN ('pending', 'running') AND lease_until > ?", s.dialect.now).
			Exec(ctx)
		return err
	})
}

// makeFile makes an empty database where there is none. It is for its owner alone: the
// secrets of webhooks are in it.
func makeFile(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return fmt.Errorf("store: the database cannot be made: %w", err)
	}
	return f.Close()
}

// openFile never makes a file: in the place of one that was moved away, SQLite would
// make an empty one, and then remove the log of the other.
func openFile(file string, conns int, option string) (*sql.DB, error) {
	dsn := url.URL{
		Scheme: "file", OmitHost: true, Path: filepath.ToSlash(file),
		RawQuery: "mode=rw&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&" +
			"_pragma=foreign_keys(1)&" + option,
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// watcher learns of commits to the SQLite file.
type watcher struct {
	file string
	db   *sql.DB

	mu sync.Mutex
	// conn is kept: a number of PRAGMA data_version means something only when
	// compared with earlier ones of the same connection.
	conn *sql.Conn
}

// watch is [Wakeups.Watch].
func (w *watcher) watch(ctx context.Context, touched func()) error {
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("store: watch: %w", err)
	}
	defer files.Close()
	// The folder and not the log, which is removed and made again.
	if err := files.Add(filepath.Dir(w.file)); err != nil {
		return fmt.Errorf("store: watch: %w", err)
	}
	touched()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err, open := <-files.Errors:
			// Events that got lost may have been a touch.
			if touched(); !open || !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("store: watch: %w", err)
			}
		case e := <-files.Events:
			if e.Name == w.file+"-wal" {
				touched()
			}
		}
	}
}

// version is [Wakeups.Version].
func (w *watcher) version(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, ReadTimeout)
	defer cancel()
	n, err := w.dataVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("store: data version: %w", normalise(err))
	}
	return n, nil
}

func (w *watcher) dataVersion(ctx context.Context) (n int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		if w.conn, err = w.db.Conn(ctx); err != nil {
			return 0, err
		}
	}
	err = w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&n)
	return n, err
}

// Close ends the connection.
func (w *watcher) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		_ = w.conn.Close() // gives it back to the pool, which ends it
	}
	return w.db.Close()
}
