package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/store"
	"atalaya/shared"
)

// soon bounds the wait for something that takes milliseconds.
const soon = 5 * time.Second

func TestDataVersion(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	version := func() int64 {
		n, err := f.Wakeups().Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	f.sql(t, "INSERT INTO audits (url) VALUES ('a')")
	first := version()
	if got := version(); got != first {
		t.Errorf("nothing happened: got %d, want %d", got, first)
	}
	f.sql(t, "UPDATE audits SET progress = 3")
	if got := version(); got == first {
		t.Errorf("after a commit of another: still %d", got)
	}
	if f.Wakeups().Listen != nil {
		t.Error("SQLite says that it has notifications")
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	f := onSQLite(t, 0)
	f.sql(t, "INSERT INTO audits (url) VALUES ('a')")
	ctx, cancel := context.WithCancel(t.Context())
	touches, done := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		done <- f.Wakeups().Watch(ctx, func() {
			select {
			case touches <- struct{}{}:
			default:
			}
		})
	}()
	await(t, touches, "watching began")
	for range 3 {
		quiet(touches)
		f.sql(t, "UPDATE audits SET progress = progress + 1")
		await(t, touches, "a commit of another")
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("watch: got %v, want nil", err)
	}
	if wakeups := onPostgres(t, 0).Wakeups(); wakeups.Watch != nil || wakeups.Version != nil {
		t.Error("PostgreSQL says that it has files to watch")
	}
}

// listening listens, again after each lost connection, as the feed does, and
// waits for the first wake-up. lost counts the connections that ended.
func (f *fixture) listening(t *testing.T) (wakes chan struct{}, lost *atomic.Int64, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	wakes, lost = make(chan struct{}, 1), new(atomic.Int64)
	done := make(chan error, 1)
	go func() {
		for {
			err := f.Wakeups().Listen(ctx, func() {
				select {
				case wakes <- struct{}{}:
				default:
				}
			})
			if ctx.Err() != nil {
				done <- err
				return
			}
			if !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("a lost connection: got %v, want %v", err, store.ErrUnavailable)
			}
			lost.Add(1)
			<-time.After(50 * time.Millisecond)
		}
	}()
	stop = func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("listen: got %v, want nil", err)
			}
		case <-time.After(soon):
			t.Error("listen does not end")
		}
	}
	await(t, wakes, "connecting")
	return wakes, lost, stop
}

func await(t *testing.T, wakes <-chan struct{}, after string) {
	t.Helper()
	select {
	case <-wakes:
	case <-time.After(soon):
		t.Fatalf("no wake-up after %s", after)
	}
}

// wokenBy repeats a statement until a wake-up comes: LISTEN may not have taken
// effect at the first one, and one wake-up may stand for two statements.
func (f *fixture) wokenBy(t *testing.T, wakes <-chan struct{}, statement string) {
	t.Helper()
	for range 50 {
		f.sql(t, statement)
		select {
		case <-wakes:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatalf("%s: no wake-up", statement)
}

func TestListen(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	f.create(t, external)
	wakes, _, stop := f.listening(t)
	defer stop()
	f.wokenBy(t, wakes, "UPDATE audits SET total_pages = total_pages + 1")

	// A lease or a heartbeat wakes nobody. Each comes more than 20 ms after the
	// last wake-up, so that it would not be swallowed.
	quiet(wakes)
	before := f.text(t, "SELECT last_value FROM audits_wake_ms")
	for range 3 {
		f.sql(t, "SELECT pg_sleep(0.03)")
		f.sql(t, "UPDATE audits SET worker_seen_at = now(), lease_until = now(), lease_owner = 'w', cancel_requested = true")
	}
	if got := f.text(t, "SELECT last_value FROM audits_wake_ms"); got != before {
		t.Errorf("heartbeats sent a wake-up")
	}
	if len(wakes) != 0 {
		t.Errorf("heartbeats woke")
	}
}

func quiet(wakes <-chan struct{}) {
	for {
		select {
		case <-wakes:
		case <-time.After(50 * time.Millisecond):
			return
		}
	}
}

// TestWakeAfterClockStep sets the last wake-up into the future, as a clock that
// was set back leaves it.
func TestWakeAfterClockStep(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	f.create(t, external)
	wakes, _, stop := f.listening(t)
	defer stop()
	f.sql(t, "SELECT setval('audits_wake_ms', (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 3600000)")
	f.wokenBy(t, wakes, "UPDATE audits SET total_pages = total_pages + 1")
}

// TestWakesAreCoalesced counts the wake-ups of a burst of commits.
func TestWakesAreCoalesced(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	f.create(t, external)
	f.sql(t, "CREATE TABLE ticks (at bigint)")
	start := time.Now()
	for range 100 {
		f.sql(t, "UPDATE audits SET total_pages = total_pages + 1")
		f.sql(t, "INSERT INTO ticks SELECT last_value FROM audits_wake_ms")
	}
	most := int(time.Since(start)/(20*time.Millisecond)) + 2
	var sent int
	if _, err := fmt.Sscan(f.text(t, "SELECT count(DISTINCT at) FROM ticks"), &sent); err != nil {
		t.Fatal(err)
	}
	if sent < 1 || sent > most {
		t.Errorf("100 commits sent %d wake-ups, want 1 to %d", sent, most)
	}
}

// TestBackendsTerminated ends every connection from outside: the next read works,
// and the listener comes back.
func TestBackendsTerminated(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	id := f.create(t, external).AuditID
	wakes, lost, stop := f.listening(t)
	defer stop()
	f.wokenBy(t, wakes, "UPDATE audits SET total_pages = total_pages + 1")
	for range 3 {
		f.text(t, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		for range 5 {
			if _, err := f.Progress(t.Context(), id); err != nil {
				t.Errorf("read: %v", err)
			}
		}
		if _, err := f.Patch(t.Context(), id, shared.ProgressPatch{}, 0); err != nil {
			t.Errorf("write: %v", err)
		}
	}
	await(t, wakes, "a lost connection")
	quiet(wakes)
	f.wokenBy(t, wakes, "UPDATE audits SET total_pages = total_pages + 1")
	if lost.Load() == 0 {
		t.Error("no connection of the listener ended")
	}
}

// TestServerDown stops a server of its own and starts it again.
func TestServerDown(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	f := open(t, store.Config{DatabaseURL: server.URL("postgres")})
	f.foreign = plain(t, server.URL("postgres"))
	id := f.create(t, external).AuditID
	wakes, lost, stop := f.listening(t)
	defer stop()
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Progress(t.Context(), id); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("server down: got %v, want %v", err, store.ErrUnavailable)
	}
	if _, err := f.Changes(t.Context(), "1"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("server down: got %v, want %v", err, store.ErrUnavailable)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Progress(t.Context(), id); err != nil {
		t.Errorf("server up again: %v", err)
	}
	f.wokenBy(t, wakes, "UPDATE audits SET total_pages = total_pages + 1")
	if lost.Load() == 0 {
		t.Error("no connection of the listener ended")
	}
}

// TestReadTimeout gives up a query that waits for a lock.
func TestReadTimeout(t *testing.T) {
	t.Parallel()
	f := onPostgres(t, 0)
	id := f.create(t, external).AuditID
	tx, err := f.foreign.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE audits IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := f.Progress(t.Context(), id); !errors.Is(err, store.ErrTimeout) {
		t.Errorf("read: got %v, want %v", err, store.ErrTimeout)
	}
	if took := time.Since(start); took > store.ReadTimeout+2*time.Second {
		t.Errorf("read: took %v", took)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Progress(t.Context(), id); err != nil {
		t.Errorf("lock gone: %v", err)
	}
}
