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
	"atalaya/shared"
)

// Every test here harms a part of the whole — server processes, a PostgreSQL of
// the test's own, the connections between them — and ends with every viewer
// holding the last state of its row, without ever having been led back.

// onPostgres starts a server without an engine on a database, with a heartbeat
// each second, and opens the same database as a foreign program would.
func onPostgres(t *testing.T, server, direct string, flags ...string) (*process, *sql.DB) {
	t.Helper()
	p := start(t, append([]string{"--database-url", server, "--workers", "0", "--heartbeat", "1s", "--log-level", "warn"}, flags...)...)
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
	c := newCrowd(t, direct, p.url).join(50, rows.ids...)
	c.watching()
	stop := rows.busily(4 * time.Millisecond)
	for range 12 {
		seen := map[*viewer]int64{}
		c.count(func(v *viewer) bool { seen[v] = v.held.Revision; return true })
		wait(t, 10*time.Second, "sessions to end", func() bool {
			var ended int
			err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM ("+terminate+") AS s").Scan(&ended)
			return err == nil && ended > 0
		})
		c.all(20*time.Second, "a newer state", func(v *viewer) bool { return v.held.Revision > seen[v] })
	}
	if n := stop(); n < 12 {
		t.Errorf("only %d commits", n)
	}
	c.finish(20*time.Second, rows)
	c.stayed()
}

// outage has the database harmed for at least the given number of heartbeats
// while somebody writes to it, and checks what viewers and operators are told
// meanwhile.
func outage(t *testing.T, p *process, c *crowd, rows *foreign, beats int, harm, cure func()) {
	t.Helper()
	if got := p.readiness(); got != http.StatusOK {
		t.Fatalf("/readyz before the outage: %d", got)
	}
	stop := rows.busily(5 * time.Millisecond)
	harm()
	fell := time.Now()
	since := func(v *viewer) (n []beat) {
		for _, b := range v.beats {
			if b.at.After(fell.Add(time.Second)) { // sent when nothing could be read any more
				n = append(n, b)
			}
		}
		return n
	}
	c.all(time.Duration(beats)*10*time.Second, "heartbeats during the outage", func(v *viewer) bool { return len(since(v)) >= beats })
	c.count(func(v *viewer) bool {
		n := since(v)
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
	late := newCrowd(t, direct, p.url).join(5, rows.ids...)
	late.all(20*time.Second, "a refusal during the outage", func(v *viewer) bool { return v.refused > 0 })
	lasted := time.Since(fell)
	cure()
	wait(t, 20*time.Second, "/readyz after the outage", func() bool { return p.readiness() == http.StatusOK })
	for _, id := range rows.ids {
		rows.must(bump(id))
	}
	c.caughtUp(20*time.Second, rows)
	late.caughtUp(30*time.Second, rows)
	stop() // frames put heartbeats off
	cured := time.Now()
	c.all(20*time.Second, "a fresh heartbeat", func(v *viewer) bool {
		last := v.beats[len(v.beats)-1]
		return last.at.After(cured) && last.ServerTime.Sub(last.FreshAt.Time) < time.Second
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
	c := newCrowd(t, direct, p.url).join(50, rows.ids...)
	c.watching()
	outage(t, p, c, rows, 2, func() { server.Kill(t) }, func() { server.Revive(t) })
	outage(t, p, c, rows, 2, func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}, func() { server.Revive(t) })
	c.finish(20*time.Second, rows)
	c.stayed()
}

// frozenBeats is for how many seconds the database is frozen, 20 with
// ATALAYA_LONG.
func frozenBeats() int {
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
	c := newCrowd(t, direct, p.url).join(50, rows.ids...)
	c.watching()
	var thaw func()
	outage(t, p, c, rows, frozenBeats(), func() { thaw = server.Freeze(t) }, func() { thaw() })
	c.finish(20*time.Second, rows)
	c.stayed()
}

// TestFaultDatabaseNetwork has everything between server and database pass a
// relay that delays, resets and holds.
func TestFaultDatabaseNetwork(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	r := relayTo(t, hostOf(t, dsn))
	p, db := onPostgres(t, r.to(t, dsn), dsn)
	rows := writer(t, db, 5)
	c := newCrowd(t, direct, p.url).join(50, rows.ids...)
	c.watching()
	stop := rows.busily(5 * time.Millisecond)
	r.slow(30 * time.Millisecond)
	for range 10 {
		seen := map[*viewer]int64{}
		c.count(func(v *viewer) bool { seen[v] = v.held.Revision; return true })
		r.reset()
		c.all(20*time.Second, "a newer state", func(v *viewer) bool { return v.held.Revision > seen[v] })
	}
	stop()
	r.slow(0)
	outage(t, p, c, rows, 2, func() {
		r.treat(hold)
		r.lead("127.0.0.1:1") // and no new connection either
	}, func() {
		r.lead(hostOf(t, dsn))
		r.treat(pass)
	})
	c.finish(20*time.Second, rows)
	c.stayed()
}

// TestFaultListenerSilentlyDead leaves the server with a connection for
// notifications on which none arrive, and no word that it is dead.
func TestFaultListenerSilentlyDead(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	r := relayTo(t, hostOf(t, dsn))
	p, db := onPostgres(t, r.to(t, dsn), dsn)
	rows := writer(t, db, 3)
	c := newCrowd(t, direct, p.url).join(30, rows.ids...)
	c.watching()
	wait(t, 10*time.Second, "LISTEN", func() bool { return len(r.listeners()) == 1 })
	listener := r.listeners()[0]
	listener.set(swallow)
	for range 10 {
		for _, id := range rows.ids {
			rows.must(bump(id))
		}
		c.caughtUp(5*time.Second, rows)
	}
	listener.mu.Lock()
	if listener.swallowed == 0 {
		t.Error("no notification was swallowed")
	}
	listener.mu.Unlock()
	if p.log.contains("wake-up source failed") {
		t.Error("the server noticed, so this proves nothing")
	}
	c.finish(10*time.Second, rows)
	c.stayed()
}

func TestFaultEveryWakeupLost(t *testing.T) {
	t.Parallel()
	lossy := func(t *testing.T, addr string, rows *foreign) {
		c := newCrowd(t, direct, addr).join(30, rows.ids...)
		c.watching()
		for range 5 {
			for _, id := range rows.ids {
				rows.must(bump(id))
			}
			c.caughtUp(5*time.Second, rows)
		}
		c.finish(10*time.Second, rows)
		c.stayed()
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
	c := newCrowd(t, direct, p.url).join(30, rows.ids...)
	c.watching()
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
			c.caughtUp(10*time.Second, rows) // so the sweep has passed those that are still open
		}
	}
	c.finish(10*time.Second, rows)
	c.stayed()
}

// TestFaultPoolOfOne gives 300 streams and the rest of the server one connection
// together.
func TestFaultPoolOfOne(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	a := assemble(t, "", dsn, 1)
	rows := writer(t, open(t, "pg", dsn), 10)
	c := newCrowd(t, direct, a.url).join(300, rows.ids...)
	c.watching()
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
	c.caughtUp(20*time.Second, rows)
	if most := a.rows.Pools()[0].DB.Stats().MaxOpenConnections; most != 1 {
		t.Errorf("the pool has %d connections", most)
	}
	var sessions int
	if err := rows.db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'atalaya'`).Scan(&sessions); err != nil || sessions > 1 {
		t.Errorf("%d sessions, %v; want one, for there is no listener", sessions, err)
	}
	c.finish(20*time.Second, rows)
	c.stayed()
}

// TestFaultServerKilled kills a server with 300 viewers and brings it back with
// room for 120: it takes no more, says when to come back, and does not ask the
// database for each.
func TestFaultServerKilled(t *testing.T) {
	t.Parallel()
	const most, viewers, audits = 120, 300, 6
	dsn := pgtest.Database(t)
	p, db := onPostgres(t, dsn, dsn)
	rows := writer(t, db, audits)
	c := newCrowd(t, direct, p.url).join(viewers, rows.ids...)
	c.watching()
	p.kill()
	rows.must(bump(rows.ids[0]))
	p.args = append(p.args, "--max-streams", fmt.Sprint(most))
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	wait(t, 30*time.Second, "the crowd at the door", func() bool {
		open := p.metric("atalaya_streams")
		if open > most {
			t.Fatalf("%v streams, above the bound", open)
		}
		return open == most && c.count(func(v *viewer) bool { return v.refused > 0 || v.opened > 1 }) == viewers
	})
	snapshots := p.metric("atalaya_query_seconds_count", `operation="SELECT"`) - p.metric("atalaya_sweep_seconds_count")
	t.Logf("%v snapshot queries for %d streams of %d audits", snapshots, most, audits)
	if snapshots > 2*audits {
		t.Errorf("%v snapshot queries for %d audits", snapshots, audits)
	}
	waits := map[int]int{}
	c.count(func(v *viewer) bool {
		for _, seconds := range v.after {
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
	c.finish(60*time.Second, rows)
}

func TestFaultTerminatedWith500Streams(t *testing.T) {
	t.Parallel()
	const window = 2 * time.Second
	dsn := pgtest.Database(t)
	p, db := onPostgres(t, dsn, dsn, "--drain", window.String())
	rows := writer(t, db, 5)
	c := newCrowd(t, direct, p.url).join(500, rows.ids...)
	c.watching()
	rows.busily(5 * time.Millisecond)
	took := p.stop() // checks the exit code
	t.Logf("gone after %v", took)
	if took > window+3*time.Second {
		t.Errorf("the process took %v to leave", took)
	}
	told := map[int]int{} // tenths of the window
	c.all(10*time.Second, "an end", func(v *viewer) bool { return len(v.ends) > 0 })
	c.count(func(v *viewer) bool {
		e := v.ends[0]
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
	c.finish(60*time.Second, rows)
}

func TestFaultOneOfTwoServersKilled(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	a, db := onPostgres(t, dsn, dsn)
	b, _ := onPostgres(t, dsn, dsn)
	rows := writer(t, db, 5)
	c := newCrowd(t, direct, a.url, b.url).join(100, rows.ids...)
	c.watching()
	stop := rows.busily(5 * time.Millisecond)
	a.kill()
	c.all(20*time.Second, "a stream of the other server", func(v *viewer) bool { return v.opened == 2-v.first })
	c.unharmed()
	if err := a.launch(); err != nil {
		t.Fatal(err)
	}
	b.kill()
	c.all(20*time.Second, "a stream of the first server", func(v *viewer) bool { return v.opened == 3-v.first })
	stop()
	if err := b.launch(); err != nil {
		t.Fatal(err)
	}
	c.finish(20*time.Second, rows)
}
