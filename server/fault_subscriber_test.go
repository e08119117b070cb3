package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// What a subscriber can do to a server, and to those who read beside it.

// fat makes every frame of an audit some 24 KB.
func (f *foreign) fat(id int64) string {
	page := fmt.Sprintf(`{"url":%q,"status":200,"ms":1,"findings":{"error":0,"warning":0,"notice":0}}`,
		"https://fat.example/"+strings.Repeat("x", 1900))
	pages := strings.Join(slices.Repeat([]string{page}, shared.MaxActivityPages), ",")
	return fmt.Sprintf(`UPDATE audits SET discovered = discovered + 1,
		activity = '{"stages":[],"pages":[%s],"top":[]}' WHERE id = %d`, pages, id)
}

// tap is a connection that lets through a byte at a time until it is opened.
type tap struct {
	net.Conn
	each   *time.Ticker
	opened <-chan struct{}
	closed context.Context
	close  context.CancelFunc
}

func (c *tap) Read(p []byte) (int, error) {
	select {
	case <-c.opened:
		return c.Conn.Read(p)
	case <-c.each.C:
		return c.Conn.Read(p[:1])
	case <-c.closed.Done():
		return 0, net.ErrClosed
	}
}

func (c *tap) Close() error {
	c.each.Stop()
	c.close()
	return c.Conn.Close()
}

// dialSmall connects with a receive buffer of a few KB.
func dialSmall(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 5 * time.Second, Control: smallBuffer}
	return d.DialContext(ctx, "tcp", addr)
}

// TestFaultSlowSubscribers reads streams a byte every few milliseconds beside 1,000
// that are read as fast as they come. It measures how long that takes, so no other
// test runs beside it. What else the machine does is in some of the measures; what the
// slow ones do is in all of them, so the best has to hold.
func TestFaultSlowSubscribers(t *testing.T) {
	dsn := pgtest.Database(t)
	p, db := onPostgres(t, dsn, dsn, "--write-timeout", "1s")
	rows := writer(t, db, 1)
	// This makes frames of 4 KB.
	rows.must(fmt.Sprintf("UPDATE audits SET error_message = repeat('é', 2000) WHERE id = %d", rows.ids[0]))
	fast := newSubscribers(t, direct, p.url).join(1000, rows.ids...)
	fast.waitForFirstStates()
	alone := latencies(t, fast, rows, 25)

	opened := make(chan struct{})
	slow := newSubscribers(t, func(ctx context.Context, addr string) (net.Conn, error) {
		conn, err := dialSmall(ctx, addr)
		if err != nil {
			return nil, err
		}
		c := &tap{Conn: conn, each: time.NewTicker(5 * time.Millisecond), opened: opened}
		c.closed, c.close = context.WithCancel(ctx)
		return c, nil
	}, p.url).join(10, rows.ids...)
	testkit.Eventually(t, 20*time.Second, "the slow subscribers",
		func() bool { return p.metric("atalaya_streams") == 1010 })
	bound := 3*percentile(alone, 99) + 300*time.Millisecond
	best := time.Hour
	testkit.Eventually(t, 60*time.Second, "a slow subscriber to be cut, and a measure within the bound", func() bool {
		beside := latencies(t, fast, rows, 25)
		best = min(best, percentile(beside, 99))
		t.Logf("1,000 subscribers: p50 %v, p99 %v; beside 10 slow ones: p50 %v, p99 %v", percentile(alone, 50),
			percentile(alone, 99), percentile(beside, 50), percentile(beside, 99))
		return cut(p) > 0 && best <= bound
	})
	close(opened)
	slow.waitForFirstStates()
	rows.must(bump(rows.ids[0]))
	fast.waitUntilCurrent(20*time.Second, rows)
	slow.waitUntilCurrent(20*time.Second, rows)
	slow.finish(20*time.Second, rows)
	fast.finish(20*time.Second, rows)
	fast.checkNoReconnects()
}

// cut is how many streams the write deadline has ended.
func cut(p *process) float64 {
	return p.metric("atalaya_stream_duration_seconds_count", `reason="write_deadline"`)
}

// latencies makes n commits, 80 ms apart, and returns, sorted, how long after
// each a subscriber had it. What a subscriber never saw, because a newer state had
// come, does not count.
func latencies(t *testing.T, subs *subscribers, rows *foreign, n int) (found []time.Duration) {
	t.Helper()
	sent := map[int64]time.Time{}
	tick := time.NewTicker(80 * time.Millisecond)
	defer tick.Stop()
	for range n {
		<-tick.C
		at := time.Now()
		var revision int64
		if err := rows.db.QueryRowContext(t.Context(),
			bump(rows.ids[0])+" RETURNING revision").Scan(&revision); err != nil {
			t.Fatal(err)
		}
		sent[revision] = at
	}
	subs.waitUntilCurrent(20*time.Second, rows)
	subs.count(func(s *subscriber) bool {
		for _, a := range s.arrivals {
			if at, ok := sent[a.revision]; ok {
				found = append(found, a.at.Sub(at))
			}
		}
		return true
	})
	slices.Sort(found)
	return found
}

func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[min(len(sorted)*p/100, len(sorted)-1)].Round(100 * time.Microsecond)
}

// TestFaultSubscribersThatAreGone has ten subscribers whose packets get no answer
// any more, and ten that never read. None of them closes anything.
func TestFaultSubscribersThatAreGone(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	p := startWith(t, []string{"GOGC=20"}, "--database-url", dsn, "--workers", "0", "--log-level", "warn",
		"--write-timeout", "500ms")
	rows := writer(t, open(t, "pg", dsn), 1)
	id := rows.ids[0]
	r := relayTo(t, strings.TrimPrefix(p.url, "http://"))
	fast := newSubscribers(t, direct, p.url).join(10, id)
	gone := newSubscribers(t, func(ctx context.Context, _ string) (net.Conn, error) {
		return dialSmall(ctx, r.addr)
	}, p.url).join(10, id)
	fast.waitForFirstStates()
	gone.waitForFirstStates()
	for range 20 { // buffers of the driver and the encoder grow to the size of the frames
		rows.must(rows.fat(id))
		fast.waitUntilCurrent(5*time.Second, rows)
	}
	for range 10 {
		conn, err := dialSmall(t.Context(), strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := ask(conn, conn.RemoteAddr().String(), id, ""); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Eventually(t, 10*time.Second, "30 streams", func() bool { return p.metric("atalaya_streams") == 30 })
	r.treat(hold)
	before := p.heap()
	for range 4 { // it swings by a third of itself
		before = max(before, p.heap())
	}
	most := before
	testkit.Eventually(t, 30*time.Second, "20 streams cut by the write deadline", func() bool {
		rows.must(rows.fat(id))
		fast.waitUntilCurrent(5*time.Second, rows) // whatever the others do
		most = max(most, int64(p.metric("go_memstats_next_gc_bytes")))
		return cut(p) == 20
	})
	after := p.heap()
	t.Logf("heap: %d KB before, %d at most, %d after", before>>10, most>>10, after>>10)
	if most > before+4<<20 || after > before+2<<20 {
		t.Errorf("20 subscribers that take nothing: heap %d before, %d at most, %d after", before, most, after)
	}
	r.reset() // what the network does in the end; the way is clear again
	gone.waitUntilCurrent(20*time.Second, rows)
	gone.finish(20*time.Second, rows)
	fast.finish(20*time.Second, rows)
	fast.checkNoReconnects()
}

// heap is how large the heap may grow before the next collection. That follows from
// what was alive at the last one and from nothing else, so it does not swing with
// garbage. It waits for two collections, which its own looks bring about.
func (p *process) heap() int64 {
	p.t.Helper()
	collections := func() float64 { return p.metric("go_gc_duration_seconds_count") }
	before := collections()
	testkit.Eventually(p.t, 20*time.Second, "two collections", func() bool { return collections() >= before+2 })
	return int64(p.metric("go_memstats_next_gc_bytes"))
}

// TestFaultConnectAndLeave opens 2,000 streams, leaves each in one of several
// ways, and looks for what they left behind.
func TestFaultConnectAndLeave(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	p := startWith(t, []string{"GOGC=20"}, "--database-url", dsn, "--workers", "0", "--log-level", "warn")
	rows := writer(t, open(t, "pg", dsn), 4)
	subs := newSubscribers(t, direct, p.url).join(8, rows.ids...)
	subs.waitForFirstStates()
	stop := rows.busily(5 * time.Millisecond)
	look := func() held {
		testkit.Eventually(t, 20*time.Second, "the guests to be gone",
			func() bool { return p.metric("atalaya_streams") == 8 })
		return held{int64(p.metric("go_goroutines")), p.files(), p.heap()}
	}
	comeAndGo(t, p, rows, 2000) // pools are filled
	before := look()
	for range 9 { // the heap swings by a third of itself
		before = before.most(look())
	}
	comeAndGo(t, p, rows, 2000)
	after := look()
	for deadline := time.Now().Add(20 * time.Second); !after.within(before) && time.Now().Before(deadline); {
		after = look()
	}
	t.Logf("before %+v, 2,000 streams later %+v", before, after)
	if !after.within(before) {
		t.Error("2,000 streams left something behind")
	}
	stop()
	subs.finish(20*time.Second, rows)
	subs.checkNoReconnects()
}

// held is what a server holds: goroutines, descriptors, bytes of heap.
type held struct{ goroutines, files, heap int64 }

func (h held) most(other held) held {
	return held{max(h.goroutines, other.goroutines), max(h.files, other.files), max(h.heap, other.heap)}
}

// within says whether h is no more than before: a kilobyte for each of 2,000
// streams would be, and so would one thing held for every hundredth of them. A pool
// of the database may grow by the connections that a busier moment asked for.
func (h held) within(before held) bool {
	const pools = 12
	return h.goroutines <= before.goroutines+pools && h.files <= before.files+pools && h.heap <= before.heap+2<<20
}

// comeAndGo opens n streams, up to 20 at a time. A third reads a state and
// closes, a third resets in the middle, a third resets right after asking.
func comeAndGo(t *testing.T, p *process, rows *foreign, n int) {
	t.Helper()
	host := strings.TrimPrefix(p.url, "http://")
	guest := func(i int) error {
		conn, err := direct(t.Context(), host)
		if err != nil {
			return err
		}
		defer conn.Close()
		if i%3 != 0 {
			if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
				return err
			}
		}
		if err := ask(conn, host, rows.ids[i%len(rows.ids)], ""); err != nil || i%3 == 2 {
			return err
		}
		read := make([]byte, 4096)
		for text := ""; !strings.Contains(text, "audit_id"); {
			m, err := conn.Read(read)
			if err != nil {
				return err
			}
			text += string(read[:m])
		}
		return nil
	}
	var next atomic.Int64
	var guests sync.WaitGroup
	for range 20 {
		guests.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if err := guest(int(i)); err != nil {
					t.Errorf("guest %d: %v", i, err)
					return
				}
			}
		})
	}
	guests.Wait()
}

// files is how many descriptors the server has open; 0 where that cannot be told.
func (p *process) files() int64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	found, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	return int64(len(found))
}
