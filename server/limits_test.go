package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// getFor asks as a proxy does for a client; empty for itself.
func (p *process) getFor(t *testing.T, client, path string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if client != "" {
		req.Header.Set("X-Forwarded-For", client)
	}
	res, err := p.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

// TestFlowUnderTheCaps fills a server whose proxy is on this machine.
func TestFlowUnderTheCaps(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--max-streams", "6", "--max-streams-per-ip", "2",
		"--trusted-proxies", "127.0.0.1", "--insecure-no-auth")
	a := p.create(`{"url":"x","kind":"external"}`)
	ask := func(forwarded string) *http.Response { return p.getFor(t, forwarded, shared.PathStream(a.AuditID)) }
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
			if res.StatusCode != status || res.Header.Get("Content-Type") != shared.ProblemType ||
				problem.Code != code || problem.Detail == "" || err != nil || seconds < 1 || seconds > 10 {
				t.Fatalf("%q: %s, %+v, Retry-After %q; want %d %s", forwarded, res.Status, problem,
					res.Header.Get("Retry-After"), status, code)
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
		`atalaya_stream_rejections_total{reason="too_many_streams"} 40`,
		`atalaya_stream_rejections_total{reason="overloaded"} 40`,
	} {
		if !bytes.Contains(metrics, []byte(line+"\n")) {
			t.Errorf("metrics lack %s", line)
		}
	}
	if status, _ := p.request("PATCH", shared.PathProgress(a.AuditID),
		`{"status":"failed","error_message":"no"}`); status != 200 {
		t.Fatal(status)
	}
	for i, res := range in {
		var body bytes.Buffer
		if _, err := body.ReadFrom(res.Body); err != nil ||
			!bytes.Contains(body.Bytes(), []byte(`"status":"failed"`)) ||
			!bytes.Contains(body.Bytes(), []byte(`"reason":"finished"`)) {
			t.Errorf("stream %d was not served to its end: %v %s", i, err, &body)
		}
	}
	testkit.Eventually(t, 5*time.Second, "the places are free again",
		func() bool { return ask("192.0.2.1").StatusCode == 200 })
}

// newest is the last state on a stream and how many there were; the stream must
// be open.
func newest(t *testing.T, s *ssetest.Reader) (shared.AuditProgress, int) {
	t.Helper()
	states := s.Progress()
	if s.Closed() {
		t.Fatal("the stream ended")
	}
	return states[len(states)-1], len(states)
}

// readinessInWords is the answer of /readyz with its parts.
func (p *process) readinessInWords() (int, map[string]string) {
	p.t.Helper()
	status, body := p.request("GET", shared.PathReady, "")
	parts := map[string]string{}
	if err := json.Unmarshal(body, &parts); err != nil {
		p.t.Fatal(err)
	}
	return status, parts
}

// unwritable waits until readiness says that reads go on and writes do not, for this
// reason, and that a request is refused for one of these.
func (p *process) unwritable(code shared.Code, refusals ...shared.Code) {
	p.t.Helper()
	testkit.Eventually(p.t, 10*time.Second, "readiness turns red", func() bool {
		status, parts := p.readinessInWords()
		return status == 503 && parts["database"] == "ok" && parts["writes"] == "failing" && parts["code"] == string(code) &&
			parts["detail"] != ""
	})
	status, body := p.request("POST", shared.PathAudits, `{"url":"x","kind":"external"}`)
	var problem shared.Problem
	if err := json.Unmarshal(body, &problem); err != nil || status != 503 || !slices.Contains(refusals, problem.Code) {
		p.t.Errorf("a new audit: %d %s, want 503 and %v", status, body, refusals)
	}
}

// TestReadinessKnowsOfAFailover demotes the primary, which answers reads as before.
func TestReadinessKnowsOfAFailover(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.Exec(t, "CREATE DATABASE atalaya")
	p := start(t, "--database-url", db.URL("atalaya"), "--workers", "0")
	a := p.create(`{"url":"x","kind":"external"}`)
	db.Demote(t)
	p.unwritable(shared.CodeDatabaseStandby, shared.CodeDatabaseRead)
	p.progress(a.AuditID)
	db.Promote(t)
	testkit.Eventually(t, 20*time.Second, "readiness turns green", func() bool {
		status, _ := p.readinessInWords()
		return status == 200
	})
	p.create(`{"url":"y","kind":"external"}`)
}

// TestReadinessKnowsOfFilesThatAreGone renames the database under a server that has a
// reader: the stream says how old its state is, and is fresh again when it is back.
func TestReadinessKnowsOfFilesThatAreGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "--data-dir", dir, "--workers", "0", "--heartbeat", "1s")
	a := p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(a.AuditID), "")
	testkit.Eventually(t, 10*time.Second, "a heartbeat", func() bool { return len(s.Heartbeats()) >= 1 })
	file := filepath.Join(dir, "atalaya.db")
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	gone := time.Now()
	p.unwritable(shared.CodeDatabaseMoved, shared.CodeDatabaseMoved)
	before := len(s.Heartbeats())
	testkit.Eventually(t, 15*time.Second, "heartbeats meanwhile", func() bool { return len(s.Heartbeats()) >= before+2 })
	if last := s.Heartbeats()[before+1]; last.FreshAt == nil || last.FreshAt.After(gone.Add(time.Second)) {
		t.Errorf("a heartbeat says the state is confirmed at %v; the files were gone at %v", last.FreshAt, gone)
	}
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, 20*time.Second, "readiness turns green", func() bool {
		status, parts := p.readinessInWords()
		return status == 200 && parts["code"] == ""
	})
	p.create(`{"url":"y","kind":"external"}`)
}

// TestOperatorsSeeAnOutage stops the database under a stream. The stream goes on
// and says how old its state is; readiness says what fails; and when the database
// is back, nobody has to come again.
func TestOperatorsSeeAnOutage(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.Exec(t, "CREATE DATABASE atalaya")
	dsn := db.URL("atalaya")
	p := start(t, "--database-url", dsn, "--workers", "0", "--heartbeat", "1s")
	a := p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(a.AuditID), "")
	ready := p.readinessInWords
	testkit.Eventually(t, 10*time.Second, "two heartbeats", func() bool { return len(s.Heartbeats()) >= 2 })
	if status, parts := ready(); status != 200 || parts["status"] != "ready" {
		t.Fatalf("before: %d %v", status, parts)
	}

	if err := db.Stop(); err != nil {
		t.Fatal(err)
	}
	fell := time.Now()
	testkit.Eventually(t, 10*time.Second, "readiness turns red", func() bool {
		status, parts := ready()
		return status == 503 && parts["database"] == "failing" && parts["feed"] == "failing" && parts["streams"] == "ok"
	})
	if status, body := p.request("GET", shared.PathHealth, ""); status != 200 {
		t.Errorf("the process itself is well, but says %d %s", status, body)
	}
	before := len(s.Heartbeats())
	testkit.Eventually(t, 15*time.Second, "five heartbeats during the outage",
		func() bool { return len(s.Heartbeats()) >= before+5 })
	for _, heartbeat := range s.Heartbeats()[before:] {
		if heartbeat.FreshAt == nil || heartbeat.FreshAt.After(fell) || !heartbeat.ServerTime.After(fell) {
			t.Errorf("a heartbeat says the state is confirmed at %v; the database fell at %v", heartbeat.FreshAt, fell)
		}
		if first := s.Heartbeats()[before].FreshAt; !heartbeat.FreshAt.Equal(first.Time) {
			t.Errorf("fresh_at moved during the outage, from %v to %v", first, heartbeat.FreshAt)
		}
	}
	refused := p.open(shared.PathStream(a.AuditID), "")
	if refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" {
		t.Errorf("a new stream during the outage: %s", refused.Status)
	}
	if _, n := newest(t, s); n != 1 {
		t.Errorf("%d states before anything changed", n)
	}

	if err := db.Start(); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, 20*time.Second, "readiness turns green",
		func() bool { status, _ := ready(); return status == 200 })
	foreign, err := sql.Open("pg", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	if _, err := foreign.Exec(fmt.Sprintf("UPDATE audits SET progress = 40 WHERE id = %d", a.AuditID)); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	testkit.Eventually(t, 10*time.Second, "the change on the same stream",
		func() bool { row, _ := newest(t, s); return row.Progress == 40 })
	testkit.Eventually(t, 10*time.Second, "a fresh state", func() bool {
		all := s.Heartbeats()
		return all[len(all)-1].FreshAt.After(back)
	})
}

// TestStartsOfOneToken counts for a token, wherever it is used from, and not for another.
func TestStartsOfOneToken(t *testing.T) {
	m := newTeam(t, "--max-per-hour", "2", "--allow-private-targets", "true")
	for i, step := range []struct {
		who   string
		want  int
		limit string
	}{
		{"auditor", 201, `"token";r=1;t=`}, {"auditor", 201, `"token";r=0;t=`}, {"auditor", 429, `"token";r=0;t=`},
		{"admin", 201, `"token";r=1;t=`},
	} {
		res := m.send(step.who, "POST", shared.PathAudits, fmt.Sprintf(`{"url":"http://127.0.0.1:%d/"}`, i+1))
		if res.StatusCode != step.want || !strings.HasPrefix(res.Header.Get("RateLimit"), step.limit) {
			t.Errorf("audit %d of %s: %s, %v", i+1, step.who, res.Status, res.Header)
		}
	}
}

// TestStartsOfOneCaller counts for a caller behind a proxy whatever way starts an audit,
// and nothing that starts none.
func TestStartsOfOneCaller(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--max-per-hour", "3", "--trusted-proxies", "127.0.0.1",
		"--insecure-no-auth", "--allow-private-targets", "true")
	// ask posts as the caller, and does not follow where the form leads.
	ask := func(caller, path, kind, body, key string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "POST", p.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("X-Forwarded-For", caller)
		if key != "" {
			req.Header.Set("Idempotency-Key", key)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	const caller, object, form = "192.0.2.1", "application/json", "application/x-www-form-urlencoded"
	start := func(caller, url, key string) *http.Response {
		return ask(caller, shared.PathAudits, object, `{"url":"`+url+`"}`, key)
	}
	for _, step := range []struct {
		what string
		got  *http.Response
		want int
	}{
		{"the first", start(caller, "http://127.0.0.1:1/", "key"), 201},
		{"the first again", start(caller, "http://127.0.0.1:1/", "key"), 200},
		{"what is refused", start(caller, "ftp://127.0.0.1/", ""), 422},
		{"external", ask(caller, shared.PathAudits, object, `{"url":"x","kind":"external"}`, ""), 201},
		{"by the form", ask(caller, shared.PathBasic, form, "url=http%3A%2F%2F127.0.0.1%3A2%2F", ""), 303},
		{"cancelled", ask(caller, shared.PathCancel(1), object, "", ""), 200},
		{"started again", ask(caller, shared.PathAudit(1)+"/retry", object, "", ""), 201},
		{"one too many", start(caller, "http://127.0.0.1:3/", ""), 429},
		{"one too many by the form", ask(caller, shared.PathBasic, form, "url=http%3A%2F%2F127.0.0.1%3A2%2F", ""), 429},
		{"one too many by a retry", ask(caller, shared.PathAudit(1)+"/retry", object, "", ""), 429},
		{"the first once more", start(caller, "http://127.0.0.1:1/", "key"), 200},
		{"external after that", ask(caller, shared.PathAudits, object, `{"url":"x","kind":"external"}`, ""), 201},
		{"another caller's", start("192.0.2.2", "http://127.0.0.1:3/", ""), 201},
	} {
		if step.got.StatusCode != step.want {
			t.Errorf("%s: %s, want %d", step.what, step.got.Status, step.want)
		}
	}
	byForm := ask(caller, shared.PathBasic, form, "url=http%3A%2F%2F127.0.0.1%3A2%2F", "")
	if wait, err := strconv.Atoi(byForm.Header.Get("Retry-After")); err != nil || wait < 3000 || wait > 3660 {
		t.Errorf("refused by the form, Retry-After %q", byForm.Header.Get("Retry-After"))
	}
	refused := start(caller, "http://127.0.0.1:3/", "")
	var problem shared.Problem
	if err := json.NewDecoder(refused.Body).Decode(&problem); err != nil {
		t.Fatal(err)
	}
	wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
	if problem.Code != shared.CodeCallerLimited || problem.Detail == "" || err != nil || wait < 3000 || wait > 3660 {
		t.Errorf("refused with %+v, Retry-After %q", problem, refused.Header.Get("Retry-After"))
	}
	if limit := refused.Header.Get("RateLimit"); !strings.HasPrefix(limit, `"address";r=0;t=`) ||
		refused.Header.Get("RateLimit-Policy") != `"address";q=3;w=3600` {
		t.Errorf("refused with the headers %v", refused.Header)
	}
	if status, _ := p.request("POST", shared.PathAudits, `{"url":"http://127.0.0.1:4/"}`); status != 201 {
		t.Errorf("the proxy's own: %d", status)
	}
}

// TestRequestsOfOneCaller counts whatever reads rows: pages, the API and streams alike.
func TestRequestsOfOneCaller(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--max-requests", "3", "--trusted-proxies", "127.0.0.1",
		"--insecure-no-auth")
	audit := p.create(`{"url":"x","kind":"external"}`)
	const caller = "192.0.2.1"
	for i, step := range []struct {
		caller, path string
		want         int
	}{
		{caller, "/basic", 200}, {caller, "/app.css", 200}, {caller, shared.PathAudits, 200}, {caller, shared.PathHealth, 200},
		{caller, shared.PathStream(audit.AuditID), 200},
		{caller, "/basic", 429}, {caller, shared.PathAudits, 429}, {caller, shared.PathStream(audit.AuditID), 429},
		{caller, "/app.css", 200}, {caller, shared.PathHealth, 200},
		{"192.0.2.2", shared.PathAudits, 200}, {"", shared.PathAudits, 200},
	} {
		res := p.getFor(t, step.caller, step.path)
		if res.StatusCode != step.want {
			t.Errorf("%d: %s for %q: %s, want %d", i, step.path, step.caller, res.Status, step.want)
		}
	}
	refused := p.getFor(t, caller, shared.PathAudits)
	var problem shared.Problem
	if err := json.NewDecoder(refused.Body).Decode(&problem); err != nil {
		t.Fatal(err)
	}
	wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
	var left int
	_, unread := fmt.Sscanf(refused.Header.Get("RateLimit"), `"address";r=0;t=%d`, &left)
	if problem.Code != shared.CodeRateLimited || problem.Detail == "" || err != nil || unread != nil || left < 1 ||
		wait < left || wait > left+10 ||
		refused.Header.Get("RateLimit-Policy") != `"address";q=3;w=60` {
		t.Errorf("refused with %+v, %v", problem, refused.Header)
	}
}

// TestRefusedPeopleGetPages shows who gets a page where programs get a problem, whatever
// refused the request.
func TestRefusedPeopleGetPages(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--max-requests", "1", "--trusted-proxies", "127.0.0.1",
		"--insecure-no-auth")
	const person, caller = "text/html,application/xhtml+xml,*/*;q=0.8", "192.0.2.1"
	if res := p.getFor(t, caller, "/basic"); res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	for _, row := range []struct {
		name, path, accept, language, host string
		status                             int
		says                               string // in the page; empty for a problem
	}{
		{"person", "/basic", person, "en", "", 429, "<p>Too many requests came from here."},
		{"person, Spanish", "/audits/1", person, "es", "", 429, "<p>Desde aquí han llegado demasiadas peticiones."},
		{"program", "/basic", "*/*", "en", "", 429, ""},
		{"person at the API", shared.PathAudits, person, "en", "", 429, ""},
		{"another host", "/basic", person, "en", "elsewhere.example", 403, "<p>The server refused the request because"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", p.url+row.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", caller)
		req.Header.Set("Accept", row.accept)
		req.Header.Set("Accept-Language", row.language)
		req.Host = row.host
		res, err := p.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		kind, policy := shared.ProblemType, "default-src 'none'"
		if row.says != "" {
			kind, policy = "text/html; charset=utf-8", "default-src 'self'"
		}
		h := res.Header
		if res.StatusCode != row.status || h.Get("Content-Type") != kind || !strings.Contains(string(body), row.says) ||
			h.Get("Cache-Control") != "no-store" || (h.Get("Retry-After") == "") != (row.status != 429) ||
			!strings.HasPrefix(h.Get("Content-Security-Policy"), policy) {
			t.Errorf("%s: %s, %v\n%s", row.name, res.Status, h, body)
		}
	}
}
