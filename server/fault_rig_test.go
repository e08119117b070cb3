package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// dialer reaches a server, directly or through what harms the connection.
type dialer func(ctx context.Context, addr string) (net.Conn, error)

// direct dials from a loopback address that no server of these tests uses, so
// that no client is ever given the port that a killed server comes back to.
func direct(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 5 * time.Second}
	if runtime.GOOS == "linux" {
		d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}
	}
	return d.DialContext(ctx, "tcp", addr)
}

// crowd is a number of viewers, each of one audit.
type crowd struct {
	t       *testing.T
	servers []string // as URLs; a viewer that lost one asks the next
	dial    dialer
	stop    context.CancelFunc
	ctx     context.Context
	running sync.WaitGroup
	viewers []*viewer
}

func newCrowd(t *testing.T, dial dialer, servers ...string) *crowd {
	t.Helper()
	c := &crowd{t: t, servers: servers, dial: dial}
	c.ctx, c.stop = context.WithCancel(context.Background())
	t.Cleanup(func() {
		c.stop()
		c.running.Wait()
	})
	return c
}

// join adds n viewers, dealt out over the audits and the servers.
func (c *crowd) join(n int, audits ...int64) *crowd {
	for i := range n {
		v := &viewer{crowd: c, audit: audits[i%len(audits)], server: i % len(c.servers), first: i % len(c.servers)}
		c.viewers = append(c.viewers, v)
		c.running.Go(func() { v.follow(c.ctx) })
	}
	return c
}

// all waits until cond holds for every viewer.
func (c *crowd) all(limit time.Duration, what string, cond func(v *viewer) bool) {
	c.t.Helper()
	wait(c.t, limit, what+", for everybody", func() bool { return c.count(cond) == len(c.viewers) })
}

func (c *crowd) count(cond func(v *viewer) bool) (n int) {
	for _, v := range c.viewers {
		v.mu.Lock()
		if cond(v) {
			n++
		}
		v.mu.Unlock()
	}
	return n
}

// watching waits until every viewer holds a state.
func (c *crowd) watching() {
	c.t.Helper()
	c.all(30*time.Second, "a first state", func(v *viewer) bool { return v.held.Revision > 0 })
}

// caughtUp waits until every viewer holds its row as it is now, or newer where
// somebody goes on writing.
func (c *crowd) caughtUp(limit time.Duration, rows *foreign) {
	c.t.Helper()
	want := rows.states()
	c.all(limit, "the present state", func(v *viewer) bool {
		return v.held.Revision > want[v.audit].revision ||
			state{v.held.Revision, v.held.Status, v.held.Discovered} == want[v.audit]
	})
	c.unharmed()
}

// finish completes every audit and waits until every viewer holds its last state
// and has been told that it is the last. No fault may have led any of them back.
func (c *crowd) finish(limit time.Duration, rows *foreign) {
	c.t.Helper()
	rows.complete()
	c.caughtUp(limit, rows)
	c.all(limit, "the end", func(v *viewer) bool { return v.over })
}

// unharmed reports what no viewer may see.
func (c *crowd) unharmed() {
	c.t.Helper()
	for _, v := range c.viewers {
		v.mu.Lock()
		if v.fault != nil {
			c.t.Errorf("viewer of audit %d: %v", v.audit, v.fault)
		}
		v.mu.Unlock()
	}
}

// stayed reports viewers that had to open more than one stream.
func (c *crowd) stayed() {
	c.t.Helper()
	if n := c.count(func(v *viewer) bool { return v.opened != 1 }); n > 0 {
		c.t.Errorf("%d of %d viewers had to reconnect", n, len(c.viewers))
	}
}

// viewer follows one audit as the app does: it holds the newest state, comes back
// with its last event id after the app's backoff, and stops at the end of the
// audit.
type viewer struct {
	crowd *crowd
	audit int64
	first int // the server it began with

	mu       sync.Mutex
	server   int // the one to ask next, of crowd.servers
	held     shared.AuditProgress
	arrivals []arrival
	beats    []beat
	lastID   string
	opened   int          // streams
	refused  int          // answers 503
	after    []int        // their Retry-After, in seconds
	ends     []shared.End // events
	over     bool         // the audit's end is known to be one
	fault    error        // the first thing that must never be
}

type arrival struct {
	revision int64
	at       time.Time
}

type beat struct {
	shared.Heartbeat
	at time.Time
}

func (v *viewer) follow(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		useful, pause := v.watch(ctx)
		v.mu.Lock()
		over := v.over || v.fault != nil
		v.server = (v.server + 1) % len(v.crowd.servers)
		v.mu.Unlock()
		if over {
			return
		}
		if failures++; useful {
			failures = 1
		}
		if pause == 0 {
			pause = rand.N(min(time.Second<<min(failures-1, 4), 10*time.Second))
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// watch opens one stream and reads it to its end. pause is what the server asked
// for, 0 if it did not.
func (v *viewer) watch(ctx context.Context) (useful bool, pause time.Duration) {
	v.mu.Lock()
	host := strings.TrimPrefix(v.crowd.servers[v.server], "http://")
	id := v.lastID
	v.mu.Unlock()
	conn, err := v.crowd.dial(ctx, host)
	if err != nil {
		return false, 0
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := ask(conn, host, v.audit, id); err != nil {
		return false, 0
	}
	in := bufio.NewReaderSize(conn, 2048)
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		return false, 0
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, v.answered(res)
	}
	v.update(func() error { v.opened++; return nil })
	return v.read(sse.NewDecoder(res.Body))
}

// ask sends the request for a stream.
func ask(conn net.Conn, host string, audit int64, lastID string) error {
	request := "GET " + shared.PathStream(audit) + " HTTP/1.1\r\nHost: " + host + "\r\n"
	if lastID != "" {
		request += "Last-Event-ID: " + lastID + "\r\n"
	}
	_, err := io.WriteString(conn, request+"\r\n")
	return err
}

// answered takes in an answer that is no stream.
func (v *viewer) answered(res *http.Response) (pause time.Duration) {
	v.update(func() error {
		switch res.StatusCode {
		case http.StatusNoContent:
			v.over = true
			if !v.held.Status.Terminal() {
				return fmt.Errorf("204 while it holds %s", v.held.Status)
			}
		case http.StatusServiceUnavailable:
			v.refused++
			seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
			if err != nil {
				return fmt.Errorf("503 with Retry-After %q", res.Header.Get("Retry-After"))
			}
			v.after = append(v.after, seconds)
			pause = time.Duration(seconds) * time.Second
		default:
			return fmt.Errorf("asked for a stream: %s", res.Status)
		}
		return nil
	})
	return pause
}

// update changes the viewer and keeps the first fault.
func (v *viewer) update(change func() error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := change(); err != nil && v.fault == nil {
		v.fault = err
	}
}

// read takes a stream's events in.
func (v *viewer) read(events *sse.Decoder) (useful bool, pause time.Duration) {
	sent := int64(0) // the newest revision on this stream
	for {
		e, err := events.Next()
		if err != nil {
			return useful, pause
		}
		useful = true
		v.update(func() error {
			v.lastID = e.ID
			switch e.Type {
			case shared.EventHeartbeat:
				h, err := shared.DecodeHeartbeat(e.Data)
				v.beats = append(v.beats, beat{h, time.Now()})
				return err
			case shared.EventEnd:
				end, err := shared.DecodeEnd(e.Data)
				v.ends = append(v.ends, end)
				v.over = end.Reason == shared.EndFinished
				pause = time.Duration(end.RetryMS) * time.Millisecond
				return err
			}
			p, err := shared.DecodeAuditProgress(e.Data)
			if err != nil {
				return err
			}
			err = v.hold(p, sent)
			sent = p.Revision
			return err
		})
	}
}

// hold takes a state in. On one stream revisions rise, over several they never
// fall.
func (v *viewer) hold(p shared.AuditProgress, sent int64) error {
	was := v.held
	v.held = p
	v.arrivals = append(v.arrivals, arrival{p.Revision, time.Now()})
	switch {
	case p.AuditID != v.audit:
		return fmt.Errorf("got audit %d", p.AuditID)
	case p.Revision < was.Revision || p.Revision <= sent:
		return fmt.Errorf("revision %d after %d, and %d on this stream", p.Revision, was.Revision, sent)
	case p.Revision > was.Revision && was.Status.Terminal():
		return fmt.Errorf("revision %d after the last one, %d", p.Revision, was.Revision)
	}
	return nil
}

// foreign writes audits as any program would, by SQL.
type foreign struct {
	t   *testing.T
	db  *sql.DB
	ids []int64
}

// state is what must be equal between a row and those who view it.
type state struct {
	revision   int64
	status     shared.Status
	discovered int
}

// writer makes n external audits that run.
func writer(t *testing.T, db *sql.DB, n int) *foreign {
	t.Helper()
	f := &foreign{t: t, db: db}
	for i := range n {
		var id int64
		err := db.QueryRowContext(t.Context(), fmt.Sprintf("INSERT INTO audits (url, status) VALUES ('fault %d', 'running') RETURNING id", i)).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		f.ids = append(f.ids, id)
	}
	return f
}

// exec runs a statement with the deadline of someone in a hurry.
func (f *foreign) exec(statement string) error {
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Second)
	defer cancel()
	_, err := f.db.ExecContext(ctx, statement)
	return err
}

// must runs a statement; connections that a fault has cut cost a second try.
func (f *foreign) must(statement string) {
	f.t.Helper()
	wait(f.t, 20*time.Second, statement, func() bool { return f.exec(statement) == nil })
}

func bump(id int64) string {
	return fmt.Sprintf("UPDATE audits SET discovered = discovered + 1 WHERE id = %d", id)
}

// busily writes to the audits in turn, one commit every interval, whatever
// becomes of it, until stop, which returns the number of commits that worked.
func (f *foreign) busily(interval time.Duration) (stop func() int) {
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan int)
	go func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		worked := 0
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				done <- worked
				return
			case <-tick.C:
				if f.exec(bump(f.ids[i%len(f.ids)])) == nil {
					worked++
				}
			}
		}
	}()
	var once sync.Once
	n := 0
	stop = func() int {
		once.Do(func() { cancel(); n = <-done })
		return n
	}
	f.t.Cleanup(func() { stop() })
	return stop
}

// complete ends every audit.
func (f *foreign) complete() {
	f.t.Helper()
	for _, id := range f.ids {
		f.must(fmt.Sprintf("UPDATE audits SET status = 'completed', geo_score = 77 WHERE id = %d AND status = 'running'", id))
	}
}

// states reads the rows.
func (f *foreign) states() map[int64]state {
	f.t.Helper()
	found := map[int64]state{}
	wait(f.t, 20*time.Second, "the rows", func() bool {
		clear(found)
		rows, err := f.db.QueryContext(f.t.Context(), "SELECT id, revision, status, discovered FROM audits")
		if err != nil {
			return false
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var s state
			if err := rows.Scan(&id, &s.revision, &s.status, &s.discovered); err != nil {
				return false
			}
			found[id] = s
		}
		return rows.Err() == nil
	})
	return found
}

// metric sums the samples of a metric of a server whose labels include the given
// ones, written as in the text: reason="drain".
func (p *process) metric(name string, labels ...string) (sum float64) {
	p.t.Helper()
	_, body := p.request("GET", shared.PathMetrics, "")
	return metricIn(p.t, string(body), name, labels...)
}

func metricIn(t *testing.T, body, name string, labels ...string) (sum float64) {
	t.Helper()
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		series, value, ok := cutLast(line, " ")
		base, rest, _ := strings.Cut(series, "{")
		if !ok || base != name || slices.ContainsFunc(labels, func(l string) bool { return !strings.Contains(rest, l) }) {
			continue
		}
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("metric %s: %v", line, err)
		}
		sum += f
	}
	return sum
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// readiness is the answer of /readyz.
func (p *process) readiness() int {
	p.t.Helper()
	status, _ := p.request("GET", shared.PathReady, "")
	return status
}
