package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/shared"
)

// TestFlowUnderTheCaps fills a server whose proxy is on this machine.
func TestFlowUnderTheCaps(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--max-streams", "6", "--max-streams-per-ip", "2", "--trusted-proxies", "127.0.0.1")
	a := p.create(`{"url":"x","kind":"external"}`)
	ask := func(forwarded string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", p.url+shared.PathStream(a.AuditID), nil)
		if err != nil {
			t.Fatal(err)
		}
		if forwarded != "" {
			req.Header.Set("X-Forwarded-For", forwarded)
		}
		res, err := p.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	// refused asks until it knows that Retry-After is drawn by chance.
	refused := func(forwarded string, status int, code shared.Code) {
		t.Helper()
		waits := map[int]bool{}
		for range 20 {
			res := ask(forwarded)
			var problem shared.Problem
			if err := json.NewDecoder(res.Body).Decode(&problem); err != nil {
				t.Fatal(err)
			}
			seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
			if res.StatusCode != status || res.Header.Get("Content-Type") != shared.ProblemType || problem.Code != code || problem.Detail == "" || err != nil || seconds < 1 || seconds > 10 {
				t.Fatalf("%q: %s, %+v, Retry-After %q; want %d %s", forwarded, res.Status, problem, res.Header.Get("Retry-After"), status, code)
			}
			waits[seconds] = true
		}
		if len(waits) < 3 {
			t.Errorf("%s: Retry-After only %v", code, waits)
		}
	}
	var in []*http.Response
	admitted := func(forwarded string) {
		t.Helper()
		res := ask(forwarded)
		if res.StatusCode != 200 {
			t.Fatalf("%q: %s", forwarded, res.Status)
		}
		in = append(in, res)
	}
	admitted("192.0.2.1")
	admitted("6.6.6.6, ::ffff:192.0.2.1")
	refused("192.0.2.1", 429, shared.CodeTooManyStreams)
	admitted("2001:db8::1")
	admitted("2001:db8::2")
	refused("2001:db8::ffff:0:0:3", 429, shared.CodeTooManyStreams)
	admitted("") // the proxy's own, which are not counted for an address
	admitted("")
	refused("", 503, shared.CodeOverloaded)
	refused("198.51.100.1", 503, shared.CodeOverloaded)

	_, metrics := p.request("GET", shared.PathMetrics, "")
	for _, line := range []string{
		`atalaya_streams{transport="sse"} 6`, `atalaya_stream_limit 6`,
		`atalaya_stream_rejections_total{reason="too_many_streams"} 40`, `atalaya_stream_rejections_total{reason="overloaded"} 40`,
	} {
		if !bytes.Contains(metrics, []byte(line+"\n")) {
			t.Errorf("metrics lack %s", line)
		}
	}
	if status, _ := p.request("PATCH", shared.PathProgress(a.AuditID), `{"status":"failed","error_message":"no"}`); status != 200 {
		t.Fatal(status)
	}
	for i, res := range in {
		var body bytes.Buffer
		if _, err := body.ReadFrom(res.Body); err != nil || !bytes.Contains(body.Bytes(), []byte(`"status":"failed"`)) || !bytes.Contains(body.Bytes(), []byte(`"reason":"finished"`)) {
			t.Errorf("stream %d was not served to its end: %v %s", i, err, &body)
		}
	}
	wait(t, 5*time.Second, "the places are free again", func() bool { return ask("192.0.2.1").StatusCode == 200 })
}

// beats reads a stream and keeps its heartbeats.
type beats struct {
	mu   sync.Mutex
	all  []shared.Heartbeat
	rows []shared.AuditProgress
	err  error
}

func (p *process) beats(id int64) *beats {
	p.t.Helper()
	s, b := p.stream(shared.PathStream(id), ""), &beats{}
	go func() {
		for {
			e, err := s.events.Next()
			var beat shared.Heartbeat
			var row shared.AuditProgress
			switch {
			case err != nil:
			case e.Type == shared.EventHeartbeat:
				beat, err = shared.DecodeHeartbeat(e.Data)
			case e.Type == "":
				row, err = shared.DecodeAuditProgress(e.Data)
			}
			b.mu.Lock()
			switch {
			case err != nil:
				b.err = err
			case e.Type == shared.EventHeartbeat:
				b.all = append(b.all, beat)
			case e.Type == "":
				b.rows = append(b.rows, row)
			}
			b.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return b
}

func (b *beats) list() []shared.Heartbeat {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// last is the newest state and how many there were; it fails when the stream has
// ended.
func (b *beats) last(t *testing.T) (shared.AuditProgress, int) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		t.Fatalf("the stream ended: %v", b.err)
	}
	return b.rows[len(b.rows)-1], len(b.rows)
}

// TestOperatorsSeeAnOutage stops the database under a stream. The stream goes on
// and says how old its state is; readiness says what fails; and when the database
// is back, nobody has to come again.
func TestOperatorsSeeAnOutage(t *testing.T) {
	db := pgtest.New(t)
	db.Exec(t, "CREATE DATABASE atalaya")
	dsn := db.URL("atalaya")
	p := start(t, "--database-url", dsn, "--workers", "0", "--heartbeat", "1s")
	a := p.create(`{"url":"x","kind":"external"}`)
	b := p.beats(a.AuditID)
	ready := func() (int, map[string]string) {
		status, body := p.request("GET", shared.PathReady, "")
		parts := map[string]string{}
		if err := json.Unmarshal(body, &parts); err != nil {
			t.Fatal(err)
		}
		return status, parts
	}
	wait(t, 10*time.Second, "two heartbeats", func() bool { return len(b.list()) >= 2 })
	if status, parts := ready(); status != 200 || parts["status"] != "ready" {
		t.Fatalf("before: %d %v", status, parts)
	}

	if err := db.Stop(); err != nil {
		t.Fatal(err)
	}
	fell := time.Now()
	wait(t, 10*time.Second, "readiness turns red", func() bool {
		status, parts := ready()
		return status == 503 && parts["database"] == "failing" && parts["feed"] == "failing" && parts["streams"] == "ok"
	})
	if status, body := p.request("GET", shared.PathHealth, ""); status != 200 {
		t.Errorf("the process itself is well, but says %d %s", status, body)
	}
	before := len(b.list())
	wait(t, 15*time.Second, "five heartbeats during the outage", func() bool { return len(b.list()) >= before+5 })
	for _, beat := range b.list()[before:] {
		if beat.FreshAt == nil || beat.FreshAt.After(fell) || !beat.ServerTime.After(fell) {
			t.Errorf("a heartbeat says the state is confirmed at %v; the database fell at %v", beat.FreshAt, fell)
		}
		if first := b.list()[before].FreshAt; !beat.FreshAt.Equal(first.Time) {
			t.Errorf("fresh_at moved during the outage, from %v to %v", first, beat.FreshAt)
		}
	}
	refused := p.open(shared.PathStream(a.AuditID), "")
	if refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" {
		t.Errorf("a new stream during the outage: %s", refused.Status)
	}
	if _, n := b.last(t); n != 1 {
		t.Errorf("%d states before anything changed", n)
	}

	if err := db.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, 20*time.Second, "readiness turns green", func() bool { status, _ := ready(); return status == 200 })
	foreign, err := sql.Open("pg", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	if _, err := foreign.Exec(fmt.Sprintf("UPDATE audits SET progress = 40 WHERE id = %d", a.AuditID)); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	wait(t, 10*time.Second, "the change on the same stream", func() bool { row, _ := b.last(t); return row.Progress == 40 })
	wait(t, 10*time.Second, "a fresh state", func() bool {
		all := b.list()
		return all[len(all)-1].FreshAt.After(back)
	})
}
