package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
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
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
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

// subscribers is a number of subscribers, each of one audit.
type subscribers struct {
	t       *testing.T
	servers []string // as URLs; a subscriber that lost one asks the next
	dial    dialer
	stop    context.CancelFunc
	ctx     context.Context
	running sync.WaitGroup
	each    []*subscriber
}

func newSubscribers(t *testing.T, dial dialer, servers ...string) *subscribers {
	t.Helper()
	s := &subscribers{t: t, servers: servers, dial: dial}
	s.ctx, s.stop = context.WithCancel(context.Background())
	t.Cleanup(func() {
		s.stop()
		s.running.Wait()
	})
	return s
}

// join adds n subscribers, dealt out over the audits and the servers.
func (s *subscribers) join(n int, audits ...int64) *subscribers {
	for i := range n {
		one := &subscriber{all: s, audit: audits[i%len(audits)], server: i % len(s.servers), first: i % len(s.servers)}
		s.each = append(s.each, one)
		s.running.Go(func() { one.follow(s.ctx) })
	}
	return s
}

// waitForAll waits until cond holds for every subscriber.
func (s *subscribers) waitForAll(limit time.Duration, what string, cond func(one *subscriber) bool) {
	s.t.Helper()
	testkit.Eventually(s.t, limit, what+", for all", func() bool { return s.count(cond) == len(s.each) })
}

func (s *subscribers) count(cond func(one *subscriber) bool) (n int) {
	for _, one := range s.each {
		one.mu.Lock()
		if cond(one) {
			n++
		}
		one.mu.Unlock()
	}
	return n
}

// waitForFirstStates waits until every subscriber holds a state.
func (s *subscribers) waitForFirstStates() {
	s.t.Helper()
	s.waitForAll(30*time.Second, "a first state", func(one *subscriber) bool { return one.held.Revision > 0 })
}

// waitUntilCurrent waits until every subscriber holds its row as it is now, or newer where
// somebody goes on writing.
func (s *subscribers) waitUntilCurrent(limit time.Duration, rows *foreign) {
	s.t.Helper()
	want := rows.states()
	s.waitForAll(limit, "the present state", func(one *subscriber) bool {
		return one.held.Revision > want[one.audit].revision ||
			state{one.held.Revision, one.held.Status, one.held.Discovered} == want[one.audit]
	})
	s.checkFaults()
}

// finish completes every audit and waits until every subscriber holds its last state
// and has been told that it is the last. No fault may have led any of them back.
func (s *subscribers) finish(limit time.Duration, rows *foreign) {
	s.t.Helper()
	rows.complete()
	s.waitUntilCurrent(limit, rows)
	s.waitForAll(limit, "the end", func(one *subscriber) bool { return one.over })
}

// checkFaults reports what no subscriber may see.
func (s *subscribers) checkFaults() {
	s.t.Helper()
	for _, one := range s.each {
		one.mu.Lock()
		if one.fault != nil {
			s.t.Errorf("subscriber of audit %d: %v", one.audit, one.fault)
		}
		one.mu.Unlock()
	}
}

// checkNoReconnects reports subscribers that had to open more than one stream.
func (s *subscribers) checkNoReconnects() {
	s.t.Helper()
	if n := s.count(func(one *subscriber) bool { return one.opened != 1 }); n > 0 {
		s.t.Errorf("%d of %d subscribers had to reconnect", n, len(s.each))
	}
}

// subscriber follows one audit as the app does: it holds the newest state, comes back
// with its last event id after the app's backoff, and stops at the end of the
// audit.
type subscriber struct {
	all   *subscribers
	audit int64
	first int // the server it began with

	mu         sync.Mutex
	server     int // the one to ask next, of all.servers
	held       shared.AuditProgress
	arrivals   []arrival
	heartbeats []ssetest.Event
	lastID     string
	opened     int          // streams
	refused    int          // answers 503
	after      []int        // their Retry-After, in seconds
	ends       []shared.End // events
	over       bool         // the audit's end is known to be one
	fault      error        // the first thing that must never be
}

type arrival struct {
	revision int64
	at       time.Time
}

func (s *subscriber) follow(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		useful, pause := s.watch(ctx)
		s.mu.Lock()
		over := s.over || s.fault != nil
		s.server = (s.server + 1) % len(s.all.servers)
		s.mu.Unlock()
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
func (s *subscriber) watch(ctx context.Context) (useful bool, pause time.Duration) {
	s.mu.Lock()
	host := strings.TrimPrefix(s.all.servers[s.server], "http://")
	id := s.lastID
	s.mu.Unlock()
	conn, err := s.all.dial(ctx, host)
	if err != nil {
		return false, 0
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := ask(conn, host, s.audit, id); err != nil {
		return false, 0
	}
	in := bufio.NewReaderSize(conn, 2048)
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		return false, 0
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, s.answered(res)
	}
	s.update(func() error { s.opened++; return nil })
	return s.read(sse.NewDecoder(res.Body))
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
func (s *subscriber) answered(res *http.Response) (pause time.Duration) {
	s.update(func() error {
		switch res.StatusCode {
		case http.StatusNoContent:
			s.over = true
			if !s.held.Status.Terminal() {
				return fmt.Errorf("204 while it holds %s", s.held.Status)
			}
		case http.StatusServiceUnavailable:
			s.refused++
			seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
			if err != nil {
				return fmt.Errorf("503 with Retry-After %q", res.Header.Get("Retry-After"))
			}
			s.after = append(s.after, seconds)
			pause = time.Duration(seconds) * time.Second
		default:
			return fmt.Errorf("asked for a stream: %s", res.Status)
		}
		return nil
	})
	return pause
}

// update changes the subscriber and keeps the first fault.
func (s *subscriber) update(change func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := change(); err != nil && s.fault == nil {
		s.fault = err
	}
}

// read takes a stream's events in.
func (s *subscriber) read(events *sse.Decoder) (useful bool, pause time.Duration) {
	sent := int64(0) // the newest revision on this stream
	for {
		e, err := ssetest.Next(events)
		if err != nil && !errors.Is(err, ssetest.ErrEvent) {
			return useful, pause
		}
		useful = true
		s.update(func() error {
			s.lastID = e.ID
			switch {
			case err != nil:
				return err
			case e.Type == shared.EventHeartbeat:
				s.heartbeats = append(s.heartbeats, e)
			case e.Type == shared.EventEnd:
				s.ends = append(s.ends, e.End)
				s.over = e.End.Reason == shared.EndFinished
				pause = time.Duration(e.End.RetryMS) * time.Millisecond
			default:
				err = s.hold(e.Progress, sent)
				sent = e.Progress.Revision
			}
			return err
		})
	}
}

// hold takes a state in. On one stream revisions rise, over several they never
// fall.
func (s *subscriber) hold(p shared.AuditProgress, sent int64) error {
	was := s.held
	s.held = p
	s.arrivals = append(s.arrivals, arrival{p.Revision, time.Now()})
	switch {
	case p.AuditID != s.audit:
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

// state is what must be equal between a row and what its subscribers hold.
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
		err := db.QueryRowContext(t.Context(),
			fmt.Sprintf("INSERT INTO audits (url, status) VALUES ('fault %d', 'running') RETURNING id", i)).Scan(&id)
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
	testkit.Eventually(f.t, 20*time.Second, statement, func() bool { return f.exec(statement) == nil })
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
		f.must(fmt.Sprintf("UPDATE audits SET status = 'completed', geo_score = 77 "+
			"WHERE id = %d AND status = 'running'", id))
	}
}

// states reads the rows.
func (f *foreign) states() map[int64]state {
	f.t.Helper()
	found := map[int64]state{}
	testkit.Eventually(f.t, 20*time.Second, "the rows", func() bool {
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

func metricIn(t testing.TB, body, name string, labels ...string) (sum float64) {
	t.Helper()
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		series, value, ok := cutLast(line, " ")
		base, rest, _ := strings.Cut(series, "{")
		if !ok || base != name ||
			slices.ContainsFunc(labels, func(l string) bool { return !strings.Contains(rest, l) }) {
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
