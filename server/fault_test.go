package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// Every test here harms a part of the whole — server processes, a PostgreSQL of
// the test's own, the connections between them — and ends with every subscriber
// holding the last state of its row, without ever having been led back.

// onPostgres starts a server without an engine on a database, with a heartbeat
// each second, and opens the same database as a foreign program would.
func onPostgres(t *testing.T, server, direct string, flags ...string) (*process, *sql.DB) {
	t.Helper()
	p := start(t, append([]string{
		"--database-url", server, "--workers", "0", "--heartbeat", "1s", "--log-level", "warn",
	}, flags...)...)
	return p, open(t, "pg", direct)
}

// terminate ends every session of servers on this database.
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
	WHERE datname = current_database() AND application_name = 'atalaya'`

func TestFaultBackendsTerminated(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	p, db := onPostgres(t, dsn, dsn)
	rows := writer(t, db, 5)
	subs := newSubscribers(t, direct, p.url).join(50, rows.ids...)
	subs.waitForFirstStates()
	stop := rows.busily(4 * time.Millisecond)
	for range 12 {
		seen := map[*subscriber]int64{}
		subs.count(func(s *subscriber) bool { seen[s] = s.held.Revision; return true })
		testkit.Eventually(t, 10*time.Second, "sessions to end", func() bool {
			var ended int
			err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM ("+terminate+") AS s").Scan(&ended)
			return err == nil && ended > 0
		})
		subs.waitForAll(20*time.Second, "a newer state", func(s *subscriber) bool { return s.held.Revision > seen[s] })
	}
	if n := stop(); n < 12 {
		t.Errorf("only %d commits", n)
	}
	subs.finish(20*time.Second, rows)
	subs.checkNoReconnects()
}

// outage has the database harmed for at least the given number of heartbeats
// while somebody writes to it, and checks what subscribers and operators are told
// meanwhile.
func outage(t *testing.T, p *process, subs *subscribers, rows *foreign, heartbeats int, harm, cure func()) {
	t.Helper()
	if got := p.readiness(); got != http.StatusOK {
		t.Fatalf("/readyz before the outage: %d", got)
	}
	stop := rows.busily(5 * time.Millisecond)
	harm()
	fell := time.Now()
	since := func(s *subscriber) (n []shared.Heartbeat) {
		for _, b := range s.heartbeats {
			if b.At.After(fell.Add(time.Second)) { // sent when nothing could be read any more
				n = append(n, b.Heartbeat)
			}
		}
		return n
	}
	subs.waitForAll(time.Duration(heartbeats)*10*time.Second, "heartbeats during the outage",
		func(s *subscriber) bool { return len(since(s)) >= heartbeats })
	subs.count(func(s *subscriber) bool {
		n := since(s)
		for _, b := range n {
			if !b.FreshAt.Equal(n[0].FreshAt.Time) || b.FreshAt.After(fell.Add(500*time.Millisecond)) {
				t.Errorf("fresh_at %v, then %v, in an outage since %v", n[0].FreshAt, b.FreshAt, fell)
				break
			}
		}
		return true
	})
	if got := p.readiness(); got != http.StatusServiceUnavailable {
		t.Errorf("/readyz during the outage: %d", got)
	}
	late := newSubscribers(t, direct, p.url).join(5, rows.ids...)
	late.waitForAll(20*time.Second, "a refusal during the outage", func(s *subscriber) bool { return s.refused > 0 })
	lasted := time.Since(fell)
	cure()
	testkit.Eventually(t, 20*time.Second, "/readyz after the outage",
		func() bool { return p.readiness() == http.StatusOK })
	for _, id := range rows.ids {
		rows.must(bump(id))
	}
	subs.waitUntilCurrent(20*time.Second, rows)
	late.waitUntilCurrent(30*time.Second, rows)
	stop() // frames put heartbeats off
	cured := time.Now()
	subs.waitForAll(20*time.Second, "a fresh heartbeat", func(s *subscriber) bool {
		last := s.heartbeats[len(s.heartbeats)-1]
		return last.At.After(cured) && last.Heartbeat.ServerTime.Sub(last.Heartbeat.FreshAt.Time) < time.Second
	})
	late.stop()
	t.Logf("an outage of %v", lasted.Round(time.Millisecond))
}

func TestFaultPostmasterKilled(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	dsn := server.URL("postgres")
	p, db := onPostgres(t, dsn, dsn)
	rows := writer(t, db, 5)
	subs := newSubscribers(t, direct, p.url).join(50, rows.ids...)
	subs.waitForFirstStates()
	outage(t, p, subs, rows, 2, func() { server.Kill(t) }, func() { server.Revive(t) })
	outage(t, p, subs, rows, 2, func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}, func() { server.Revive(t) })
	subs.finish(20*time.Second, rows)
	subs.checkNoReconnects()
}

// frozenHeartbeats is for how many seconds the database is frozen, 20 with
// ATALAYA_LONG.
func frozenHeartbeats() int {
	if os.Getenv("ATALAYA_LONG") != "" {
		return 19
	}
	return 7
}

func TestFaultDatabaseFrozen(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	dsn := server.URL("postgres")
	p, db := onPostgres(t, dsn, dsn)
	rows := writer(t, db, 5)
	subs := newSubscribers(t, direct, p.url).join(50, rows.ids...)
	subs.waitForFirstStates()
	var thaw func()
	outage(t, p, subs, rows, frozenHeartbeats(), func() { thaw = server.Freeze(t) }, func() { thaw() })
	subs.finish(20*time.Second, rows)
	subs.checkNoReconnects()
}

// TestFaultDatabaseNetwork has everything between server and database pass a
// relay that delays, resets and holds.
func TestFaultDatabaseNetwork(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	r := relayTo(t, hostOf(t, dsn))
	p, db := onPostgres(t, r.to(t, dsn), dsn)
	rows := writer(t, db, 5)
	subs := newSubscribers(t, direct, p.url).join(50, rows.ids...)
	subs.waitForFirstStates()
	stop := rows.busily(5 * time.Millisecond)
	r.slow(30 * time.Millisecond)
	for range 10 {
		seen := map[*subscriber]int64{}
		subs.count(func(s *subscriber) bool { seen[s] = s.held.Revision; return true })
		r.reset()
		subs.waitForAll(20*time.Second, "a newer state", func(s *subscriber) bool { return s.held.Revision > seen[s] })
	}
	stop()
	r.slow(0)
	outage(t, p, subs, rows, 2, func() {
		r.treat(hold)
		r.lead("127.0.0.1:1") // and no new connection either
	}, func() {
		r.lead(hostOf(t, dsn))
		r.treat(pass)
	})
	subs.finish(20*time.Second, rows)
	subs.checkNoReconnects()
}

// TestFaultListenerSilentlyDead leaves the server with a connection for
// notifications on which none arrive, and no word that it is dead.
func TestFaultListenerSilentlyDead(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	r := relayTo(t, hostOf(t, dsn))
	p, db := onPostgres(t, r.to(t, dsn), dsn)
	rows := writer(t, db, 3)
	subs := newSubscribers(t, direct, p.url).join(30, rows.ids...)
	subs.waitForFirstStates()
	testkit.Eventually(t, 10*time.Second, "LISTEN", func() bool { return len(r.listeners()) == 1 })
	listener := r.listeners()[0]
	listener.set(swallow)
	for range 10 {
		for _, id := range rows.ids {
			rows.must(bump(id))
		}
		subs.waitUntilCurrent(5*time.Second, rows)
	}
	listener.mu.Lock()
	if listener.swallowed == 0 {
		t.Error("no notification was swallowed")
	}
	listener.mu.Unlock()
	if p.log.Contains("wake-up source failed") {
		t.Error("the server noticed, so this proves nothing")
	}
	subs.finish(10*time.Second, rows)
	subs.checkNoReconnects()
}

func TestFaultEveryWakeupLost(t *testing.T) {
	t.Parallel()
	lossy := func(t *testing.T, addr string, rows *foreign) {
		subs := newSubscribers(t, direct, addr).join(30, rows.ids...)
		subs.waitForFirstStates()
		for range 5 {
			for _, id := range rows.ids {
				rows.must(bump(id))
			}
			subs.waitUntilCurrent(5*time.Second, rows)
		}
		subs.finish(10*time.Second, rows)
		subs.checkNoReconnects()
	}
	t.Run("postgresql", func(t *testing.T) {
		dsn := pgtest.Database(t)
		p, db := onPostgres(t, dsn, dsn)
		rows := writer(t, db, 3)
		rows.must("DROP TRIGGER audits_wake ON audits")
		last := func() (ms int64) {
			if err := db.QueryRowContext(t.Context(), "SELECT last_value FROM audits_wake_ms").Scan(&ms); err != nil {
				t.Fatal(err)
			}
			return ms
		}
		before := last()
		lossy(t, p.url, rows)
		if last() != before {
			t.Error("a wake-up was sent")
		}
	})
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		a := assemble(t, dir, "", 0)
		lossy(t, a.url, writer(t, open(t, "sqlite", fileURL(dir)), 3))
	})
}

// TestFaultLateCommit has transactions take their numbers in one order and
// commit in the other.
func TestFaultLateCommit(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	p, db := onPostgres(t, dsn, dsn)
	rows := writer(t, db, 6)
	subs := newSubscribers(t, direct, p.url).join(30, rows.ids...)
	subs.waitForFirstStates()
	for range 3 {
		var open []*sql.Tx
		for _, id := range rows.ids {
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback()
			if _, err := tx.ExecContext(t.Context(), bump(id)); err != nil {
				t.Fatal(err)
			}
			open = append(open, tx)
		}
		for i := len(open) - 1; i >= 0; i-- {
			if err := open[i].Commit(); err != nil {
				t.Fatal(err)
			}
			subs.waitUntilCurrent(10*time.Second, rows) // so the sweep has passed those that are still open
		}
	}
	subs.finish(10*time.Second, rows)
	subs.checkNoReconnects()
}

// TestFaultPoolOfOne gives 300 streams and the rest of the server one connection
// together.
func TestFaultPoolOfOne(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	a := assemble(t, "", dsn, 1)
	rows := writer(t, open(t, "pg", dsn), 10)
	subs := newSubscribers(t, direct, a.url).join(300, rows.ids...)
	subs.waitForFirstStates()
	stop := rows.busily(5 * time.Millisecond)
	for range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if _, err := a.rows.Progress(ctx, rows.ids[0]); err != nil {
			t.Errorf("a read beside 300 streams: %v", err)
		}
		cancel()
	}
	if n := stop(); n == 0 {
		t.Error("no commit")
	}
	subs.waitUntilCurrent(20*time.Second, rows)
	if most := a.rows.Pools()[0].DB.Stats().MaxOpenConnections; most != 1 {
		t.Errorf("the pool has %d connections", most)
	}
	var sessions int
	if err := rows.db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'atalaya'`).Scan(&sessions); err != nil || sessions > 1 {
		t.Errorf("%d sessions, %v; want one, for there is no listener", sessions, err)
	}
	subs.finish(20*time.Second, rows)
	subs.checkNoReconnects()
}

// TestFaultServerKilled kills a server with 300 subscribers and brings it back with
// room for 120: it takes no more, says when to come back, and does not ask the
// database for each.
func TestFaultServerKilled(t *testing.T) {
	t.Parallel()
	const most, streams, audits = 120, 300, 6
	dsn := pgtest.Database(t)
	p, db := onPostgres(t, dsn, dsn)
	rows := writer(t, db, audits)
	subs := newSubscribers(t, direct, p.url).join(streams, rows.ids...)
	subs.waitForFirstStates()
	p.kill()
	rows.must(bump(rows.ids[0]))
	p.args = append(p.args, "--max-streams", fmt.Sprint(most))
	launched := time.Now()
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	looks := 1.0 // each counts the audits in the database
	testkit.Eventually(t, 30*time.Second, "every subscriber to be served or refused", func() bool {
		looks++
		open := p.metric("atalaya_streams")
		if open > most {
			t.Fatalf("%v streams, above the bound", open)
		}
		return open == most && subs.count(func(s *subscriber) bool { return s.refused > 0 || s.opened > 1 }) == streams
	})
	snapshots := p.metric("atalaya_query_seconds_count", `operation="SELECT"`) - p.metric("atalaya_sweep_seconds_count") - looks
	t.Logf("%v snapshot queries for %d streams of %d audits", snapshots, most, audits)
	if idle := time.Since(launched).Seconds(); snapshots > 2*audits+idle { // one a second is the server's own
		t.Errorf("%v snapshot queries for %d audits", snapshots, audits)
	}
	waits := map[int]int{}
	subs.count(func(s *subscriber) bool {
		for _, seconds := range s.after {
			waits[seconds]++
			if seconds < 1 || seconds > 10 {
				t.Errorf("Retry-After: %d", seconds)
			}
		}
		return true
	})
	if len(waits) < 5 {
		t.Errorf("Retry-After is not jittered: %v", waits)
	}
	subs.finish(60*time.Second, rows)
}

func TestFaultTerminatedWith500Streams(t *testing.T) {
	t.Parallel()
	const window = 2 * time.Second
	dsn := pgtest.Database(t)
	p, db := onPostgres(t, dsn, dsn, "--drain", window.String())
	rows := writer(t, db, 5)
	subs := newSubscribers(t, direct, p.url).join(500, rows.ids...)
	subs.waitForFirstStates()
	rows.busily(5 * time.Millisecond)
	took := p.stop() // checks the exit code
	t.Logf("gone after %v", took)
	if took > window+3*time.Second {
		t.Errorf("the process took %v to leave", took)
	}
	told := map[int]int{} // tenths of the window
	subs.waitForAll(10*time.Second, "an end", func(s *subscriber) bool { return len(s.ends) > 0 })
	subs.count(func(s *subscriber) bool {
		e := s.ends[0]
		if e.Reason != shared.EndDrain || e.RetryMS <= 0 || time.Duration(e.RetryMS)*time.Millisecond > window {
			t.Errorf("got %+v, want drain within the window", e)
		}
		told[e.RetryMS*10/int(window.Milliseconds()+1)]++
		return true
	})
	if len(told) < 9 {
		t.Errorf("not spread over the window: %v", told)
	}
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	subs.finish(60*time.Second, rows)
}

func TestFaultOneOfTwoServersKilled(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	a, db := onPostgres(t, dsn, dsn)
	b, _ := onPostgres(t, dsn, dsn)
	rows := writer(t, db, 5)
	subs := newSubscribers(t, direct, a.url, b.url).join(100, rows.ids...)
	subs.waitForFirstStates()
	stop := rows.busily(5 * time.Millisecond)
	a.kill()
	subs.waitForAll(20*time.Second, "a stream of the other server",
		func(s *subscriber) bool { return s.opened == 2-s.first })
	subs.checkFaults()
	if err := a.launch(); err != nil {
		t.Fatal(err)
	}
	b.kill()
	subs.waitForAll(20*time.Second, "a stream of the first server",
		func(s *subscriber) bool { return s.opened == 3-s.first })
	stop()
	if err := b.launch(); err != nil {
		t.Fatal(err)
	}
	subs.finish(20*time.Second, rows)
}
