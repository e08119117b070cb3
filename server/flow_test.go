package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/uptrace/bun/driver/pgdriver"
	"golang.org/x/net/html"
	_ "modernc.org/sqlite"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/sse"
	"atalaya/server/internal/sse/ssetest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// onBoth runs a test against a server on each database. foreign opens a plain
// connection to the same database, as another program would.
func onBoth(t *testing.T, test func(t *testing.T, flags []string, foreign func(t *testing.T) *sql.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		test(t, []string{"--data-dir", dir}, func(t *testing.T) *sql.DB {
			files, err := filepath.Glob(filepath.Join(dir, "*.db"))
			if err != nil || len(files) != 1 {
				t.Fatalf("database files %v, %v", files, err)
			}
			return open(t, "sqlite", "file:"+files[0]+"?_pragma=busy_timeout(5000)")
		})
	})
	t.Run("postgresql", func(t *testing.T) {
		dsn := pgtest.Database(t)
		test(t, []string{"--database-url", dsn}, func(t *testing.T) *sql.DB { return open(t, "pg", dsn) })
	})
}

func open(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestAuditOfARealSite(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, flags []string, _ func(*testing.T) *sql.DB) {
		site := gitDoc(t)
		want := countPages(t, site)
		if want < 200 {
			t.Fatalf("only %d pages to be found", want)
		}
		p := start(t, append(flags, "--rate", "10000")...)
		a := p.create(fmt.Sprintf(`{"url":%q}`, site))

		s := p.stream(shared.PathStream(a.AuditID), "")
		var last shared.AuditProgress
		for frames := 0; ; frames++ {
			next, err := s.NextProgress()
			if errors.Is(err, ssetest.ErrEnded) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if frames > 0 && (next.Progress < last.Progress || next.Revision <= last.Revision) {
				t.Errorf("progress %d after %d, revision %d after %d", next.Progress, last.Progress, next.Revision,
					last.Revision)
			}
			last = next
		}
		if end, _ := s.End(); end.Reason != shared.EndFinished {
			t.Errorf("the stream ended with %+v", end)
		}
		// Without a way to the internet the links to other sites stay unchecked, and the
		// audit says so.
		whole := !last.Partial || last.StopReason != nil && *last.StopReason == "external"
		if last.Status != shared.StatusCompleted || last.GeoScore == nil || last.TotalPages != want || !whole {
			t.Errorf("at the end %+v, want completed with a score and %d pages", last, want)
		}
		if s.LastEventID() != strconv.FormatInt(last.Revision, 10) {
			t.Errorf("last id %q, revision %d", s.LastEventID(), last.Revision)
		}
		again := p.open(shared.PathStream(a.AuditID), s.LastEventID())
		again.Body.Close()
		if again.StatusCode != http.StatusNoContent {
			t.Errorf("the same stream with its last id: %s", again.Status)
		}
		r := p.report(a.AuditID)
		if r.Score == nil || r.Score.Value != *last.GeoScore || len(r.Checks) < 18 {
			t.Errorf("report with score %+v and %d checks", r.Score, len(r.Checks))
		}
	})
}

// countPages finds the HTML pages of a site by following its links with
// nothing of the engine's own.
func countPages(t *testing.T, seed string) int {
	t.Helper()
	seen, queue, pages := map[string]bool{seed: true}, []string{seed}, 0
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") ||
			res.Request.URL.String() != address {
			continue
		}
		pages++
		base, _ := url.Parse(address)
		for z := html.NewTokenizer(bytes.NewReader(body)); z.Next() != html.ErrorToken; {
			token := z.Token()
			if token.Data != "a" {
				continue
			}
			for _, attr := range token.Attr {
				u, err := base.Parse(strings.TrimSpace(attr.Val))
				if attr.Key != "href" || err != nil || u.Host != base.Host {
					continue
				}
				u.Fragment, u.RawFragment = "", ""
				if !seen[u.String()] && path.Ext(u.Path) != ".txt" {
					seen[u.String()] = true
					queue = append(queue, u.String())
				}
			}
		}
	}
	return pages
}

// ask is a request for a stream; lastID may be empty.
func (p *process) ask(path, lastID string) *http.Request {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	p.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	return req
}

// open asks for a stream and returns the answer unread.
func (p *process) open(path, lastID string) *http.Response {
	p.t.Helper()
	res, err := p.http.Do(p.ask(path, lastID))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { res.Body.Close() })
	return res
}

// stream asks for a stream and reads it.
func (p *process) stream(path, lastID string) *ssetest.Reader {
	p.t.Helper()
	s, err := ssetest.Open(p.t, p.http, p.ask(path, lastID))
	if err != nil {
		p.t.Fatal(err)
	}
	if ct := s.Header.Get("Content-Type"); s.Status != 200 || ct != sse.ContentType {
		p.t.Fatalf("stream %s: %d, %s", path, s.Status, ct)
	}
	return s
}

func TestPlainSQLIsSeen(t *testing.T) {
	onBoth(t, func(t *testing.T, flags []string, foreign func(*testing.T) *sql.DB) {
		p := start(t, flags...)
		db := foreign(t)
		if _, err := db.Exec(`INSERT INTO audits (url) VALUES ('nightly import')`); err != nil {
			t.Fatal(err)
		}
		s := p.stream(shared.PathStream(1), "")
		first, err := s.NextProgress()
		if err != nil || first.Kind != shared.KindExternal || first.Status != shared.StatusPending {
			t.Fatalf("first state %+v, %v", first, err)
		}
		for _, step := range []struct {
			sql    string
			status shared.Status
			value  int
		}{
			{`UPDATE audits SET progress = 40 WHERE id = 1`, shared.StatusRunning, 40},
			{`UPDATE audits SET progress = 41, message = 'naïve «40» → "41"' WHERE id = 1`, shared.StatusRunning, 41},
			{`UPDATE audits SET status = 'completed', geo_score = 77 WHERE id = 1`, shared.StatusCompleted, 100},
		} {
			begun := time.Now()
			if _, err := db.Exec(step.sql); err != nil {
				t.Fatalf("%s: %v", step.sql, err)
			}
			got, err := s.NextProgress()
			if err != nil || got.Progress != step.value || got.Status != step.status {
				t.Fatalf("after %s: %+v, %v", step.sql, got, err)
			}
			if d := time.Since(begun); d > 2*time.Second {
				t.Errorf("%s was seen after %v", step.sql, d)
			}
		}
		_, err = s.NextProgress()
		if end, _ := s.End(); !errors.Is(err, ssetest.ErrEnded) || end.Reason != shared.EndFinished {
			t.Errorf("the end: %v, %+v", err, end)
		}
		if _, err := db.Exec(`UPDATE audits SET progress = 3 WHERE id = 1`); err == nil {
			t.Error("the database took a change of an ended audit")
		}
	})
}

// TestUpdatesArriveWithin100ms holds the promise from the statement sent to the
// state read, through a foreign connection. The median, because the machine may
// be busy with other tests.
func TestUpdatesArriveWithin100ms(t *testing.T) {
	onBoth(t, func(t *testing.T, flags []string, foreign func(*testing.T) *sql.DB) {
		p := start(t, flags...)
		db := foreign(t)
		p.create(`{"url":"x","kind":"external"}`)
		s := p.stream(shared.PathStream(1), "")
		if _, err := s.NextProgress(); err != nil {
			t.Fatal(err)
		}
		var took []time.Duration
		tick := time.NewTicker(50 * time.Millisecond) // apart, so that none waits for the one before
		defer tick.Stop()
		for i := range 31 {
			<-tick.C
			begun := time.Now()
			if _, err := db.Exec(fmt.Sprintf(`UPDATE audits SET progress = %d WHERE id = 1`, i+1)); err != nil {
				t.Fatal(err)
			}
			if got, err := s.NextProgress(); err != nil || got.Progress != i+1 {
				t.Fatalf("update %d: %+v, %v", i+1, got, err)
			}
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		t.Logf("median %v, longest %v", took[15], took[30])
		if took[15] > 100*time.Millisecond {
			t.Errorf("median %v", took[15])
		}
	})
}

func TestShellsAreWorkersToo(t *testing.T) {
	t.Parallel()
	shells := map[string]func(dir, dsn string) *exec.Cmd{
		"sqlite3": func(dir, _ string) *exec.Cmd {
			files, _ := filepath.Glob(filepath.Join(dir, "*.db"))
			return exec.Command("sqlite3", strings.Join(files, ""), "UPDATE audits SET progress = 40 WHERE id = 1")
		},
		"psql": func(_, dsn string) *exec.Cmd {
			return exec.Command("psql", "-v", "ON_ERROR_STOP=1", "-c",
				"UPDATE audits SET progress = 40 WHERE id = 1", dsn)
		},
	}
	for name, command := range shells {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(name); err != nil {
				if os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
					t.Fatalf("%s is not installed; make tools installs it", name)
				}
				t.Skip(name, "is not installed")
			}
			dir, dsn := t.TempDir(), ""
			flags := []string{"--data-dir", dir}
			if name == "psql" {
				dsn = pgtest.Database(t)
				flags = []string{"--database-url", dsn}
			}
			p := start(t, flags...)
			p.create(`{"url":"by hand","kind":"external"}`)
			s := p.stream(shared.PathStream(1), "")
			if _, err := s.NextProgress(); err != nil {
				t.Fatal(err)
			}
			if out, err := command(dir, dsn).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got, err := s.NextProgress(); err != nil || got.Progress != 40 {
				t.Errorf("seen %+v, %v", got, err)
			}
		})
	}
}

func TestKilledServerGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, flags []string, _ func(*testing.T) *sql.DB) {
		site := gitDoc(t)
		p := start(t, append(flags, "--rate", "60")...)
		a := p.create(fmt.Sprintf(`{"url":%q,"page_limit":120}`, site))
		testkit.Eventually(t, 30*time.Second, "30 pages", func() bool { return p.progress(a.AuditID).TotalPages >= 30 })
		before := p.progress(a.AuditID)
		p.kill()
		if err := p.launch(); err != nil {
			t.Fatal(err)
		}
		after := p.progress(a.AuditID)
		if after.Status != shared.StatusRunning || after.Progress < before.Progress {
			t.Errorf("after the restart %s at %d %%, before it %d %%", after.Status, after.Progress, before.Progress)
		}
		testkit.Eventually(t, time.Minute, "the end", func() bool { return p.progress(a.AuditID).Status.Terminal() })
		end := p.progress(a.AuditID)
		if end.Status != shared.StatusCompleted || end.GeoScore == nil || end.Attempt != 2 || end.TotalPages < 100 {
			t.Errorf("at the end %+v", end)
		}
	})
}

// settledReport waits for the end of an audit and returns what of its report does not
// depend on time and order.
func settledReport(t *testing.T, p *process, id int64) shared.Report {
	t.Helper()
	testkit.Eventually(t, time.Minute, "the end", func() bool { return p.progress(id).Status.Terminal() })
	r := p.report(id)
	slices.SortFunc(r.Checks, func(x, y shared.CheckResult) int { return cmp.Compare(x.ID, y.ID) })
	for i := range r.Checks {
		for j := range r.Checks[i].Samples {
			s := &r.Checks[i].Samples[j]
			s.ID = 0 // the row's
			s.Evidence = slices.DeleteFunc(s.Evidence, func(e shared.Evidence) bool { return e.Name == "ms" })
		}
	}
	// How many links out are tried before an audit without a network gives up is
	// a matter of time.
	r.Unvisited = slices.DeleteFunc(r.Unvisited, func(u shared.Unvisited) bool { return u.Reason == "external" })
	return r
}

// Twenty kills at random moments change nothing about what an audit finds.
func TestTwentyKillsChangeNothing(t *testing.T) {
	t.Parallel()
	site := gitDoc(t)
	audit := fmt.Sprintf(`{"url":%q}`, site)
	calm := start(t, "--data-dir", t.TempDir(), "--rate", "10000")
	want := settledReport(t, calm, calm.create(audit).AuditID)

	p := start(t, "--data-dir", t.TempDir(), "--rate", "100")
	id := p.create(audit).AuditID
	rng := rand.New(rand.NewPCG(20, 11))
	kills := 0
	for pages := 0; kills < 20; kills++ {
		testkit.Eventually(t, 30*time.Second, "another page", func() bool {
			a := p.progress(id)
			more := a.TotalPages > pages || a.Status.Terminal()
			pages = max(pages, a.TotalPages)
			return more
		})
		<-time.After(time.Duration(rng.IntN(60)) * time.Millisecond)
		p.kill()
		if err := p.launch(); err != nil {
			t.Fatal(err)
		}
	}
	got := settledReport(t, p, id)
	if got.Audit.Status != shared.StatusCompleted || got.Audit.TotalPages != want.Audit.TotalPages {
		t.Fatalf("after %d kills: %+v", kills, got.Audit)
	}
	if got.Audit.Attempt < 10 {
		t.Errorf("only %d attempts: the audit ended before it was killed often", got.Audit.Attempt)
	}
	if !reflect.DeepEqual(got.Score, want.Score) || !reflect.DeepEqual(got.Unvisited, want.Unvisited) {
		t.Errorf("score %+v, left out %+v; undisturbed %+v, %+v", got.Score, got.Unvisited, want.Score, want.Unvisited)
	}
	if !reflect.DeepEqual(got.Checks, want.Checks) {
		for i := range want.Checks {
			if !reflect.DeepEqual(got.Checks[i], want.Checks[i]) {
				t.Errorf("got %+v, undisturbed %+v", got.Checks[i], want.Checks[i])
			}
		}
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	p := start(t, "--data-dir", t.TempDir(), "--drain", "2s")
	p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(1), "")
	if _, err := s.NextProgress(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { _, err := s.NextProgress(); ended <- err }()
	if d := p.stop(); d > 6*time.Second {
		t.Errorf("the server took %v to leave", d)
	}
	err := <-ended
	if end, _ := s.End(); !errors.Is(err, ssetest.ErrEnded) || end.Reason != shared.EndDrain || end.RetryMS <= 0 {
		t.Errorf("the stream ended with %v, %+v", err, end)
	}
	for _, line := range []string{"msg=streams open=0 opened=1 ended.drain=1", "stopped"} {
		if !p.log.Contains(line) {
			t.Errorf("the log lacks %q", line)
		}
	}
}

func TestRefusesToStart(t *testing.T) {
	held := start(t, "--data-dir", t.TempDir())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		args []string
		says string
		code int
	}{
		{"port in use", []string{"--addr", strings.TrimPrefix(held.url, "http://"), "--data-dir", t.TempDir()}, "in use", 1},
		{"data in use", []string{"--addr", "127.0.0.1:0", "--data-dir", held.args[3]}, "data", 1},
		{"data is a file", []string{"--addr", "127.0.0.1:0", "--data-dir", file}, "file", 1},
		{"no database there", []string{
			"--addr", "127.0.0.1:0", "--database-url", "postgres://nobody:secret@127.0.0.1:1/none?sslmode=disable",
		}, "refused", 1},
		{"not a database URL", []string{"--addr", "127.0.0.1:0", "--database-url", "host=db password=secret"}, "postgres://", 1},
		{"open to the world", []string{"--addr", "0.0.0.0:0", "--data-dir", t.TempDir()}, "--insecure-no-auth", 2},
		{"open to who connects to a socket", []string{
			"--addr", "unix:" + filepath.Join(t.TempDir(), "a.sock"), "--data-dir", t.TempDir(),
		}, "atalaya token create", 2},
		{"open to a proxy's clients", []string{
			"--addr", "127.0.0.1:0", "--trusted-proxies", "127.0.0.1", "--data-dir", t.TempDir(),
		}, "--public-url", 2},
		{"unknown command", []string{"swerve"}, "swerve", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0], tc.args...)
			cmd.Env = append(os.Environ(), asProgram+"=1")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			_ = cmd.Run()
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			if code := cmd.ProcessState.ExitCode(); code != tc.code || len(lines) != 1 ||
				!strings.HasPrefix(lines[0], "atalaya: ") || !strings.Contains(lines[0], tc.says) ||
				strings.Contains(lines[0], "secret") {
				t.Errorf("exit code %d (want %d), said %q (want one line with %q)", code, tc.code, lines, tc.says)
			}
		})
	}
}

func TestOperatorsView(t *testing.T) {
	t.Parallel()
	p := start(t, "--data-dir", t.TempDir())
	p.create(`{"url":"x","kind":"external"}`)
	s := p.stream(shared.PathStream(1), "")
	if _, err := s.NextProgress(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{shared.PathHealth, shared.PathReady} {
		if status, body := p.request("GET", path, ""); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	_, body := p.request("GET", shared.PathMetrics, "")
	for _, line := range []string{
		`atalaya_streams{transport="sse"} 1`, "atalaya_stream_frames_total", "atalaya_sweep_seconds_count",
		"atalaya_query_seconds_count", "go_sql_open_connections",
	} {
		if !bytes.Contains(body, []byte(line)) {
			t.Errorf("metrics lack %s", line)
		}
	}
	if status, _ := p.request("PATCH", shared.PathProgress(1),
		`{"status":"failed","error_message":"no"}`); status != 200 {
		t.Fatal(status)
	}
	for err := error(nil); !errors.Is(err, ssetest.ErrEnded); {
		_, err = s.NextProgress()
	}
	testkit.Eventually(t, 5*time.Second, "the stream's duration among the metrics", func() bool {
		_, body := p.request("GET", shared.PathMetrics, "")
		return bytes.Contains(body, []byte(`atalaya_stream_duration_seconds_count{reason="finished"} 1`))
	})
}

// TestABucketLeadsToItsStream ends a stream and finds the id of its request beside the
// bucket that counts it, as OpenMetrics has it.
func TestABucketLeadsToItsStream(t *testing.T) {
	t.Parallel()
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	p.create(`{"url":"x","kind":"external"}`)
	get := func(path, accept string) *http.Response {
		req, err := http.NewRequest("GET", p.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	resp := get(shared.PathStream(1), "text/event-stream")
	id := resp.Header.Get("X-Request-Id")
	resp.Body.Close()
	exemplar := fmt.Sprintf(`reason="client_gone",le="0.1"} 1 # {request_id=%q}`, id)
	testkit.Eventually(t, 5*time.Second, exemplar, func() bool {
		resp := get(shared.PathMetrics, "application/openmetrics-text")
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return err == nil && strings.Contains(string(text), exemplar)
	})
}

func TestOtherSitesAreRefused(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir())
	for _, tc := range []struct {
		name, method, path, host, origin string
		status                           int
	}{
		{"rebinding", "GET", shared.PathAudits, "evil.example", "", 403},
		{"rebinding, stream", "GET", shared.PathStreams, "evil.example", "", 403},
		{"rebinding, page", "GET", "/", "evil.example", "", 403},
		{"another page posts", "POST", shared.PathAudits, "", "https://evil.example", 403},
		{"another page posts the form", "POST", shared.PathBasic, "", "https://evil.example", 403},
		{"a program", "GET", shared.PathAudits, "", "", 200},
	} {
		req, err := http.NewRequest(tc.method, p.url+tc.path, strings.NewReader(`{"url":"http://127.0.0.1/"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = tc.host
		if tc.origin != "" {
			req.Header.Set("Origin", tc.origin)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tc.status {
			t.Errorf("%s: %s, want %d", tc.name, res.Status, tc.status)
		}
	}
	if status, body := p.request("GET", shared.PathAudits, ""); status != 200 ||
		!bytes.Contains(body, []byte(`"audits":[]`)) {
		t.Errorf("something was created: %d %s", status, body)
	}
}

func TestBadSeeds(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	p := start(t, "--data-dir", t.TempDir(), "--allow-private-targets", "false", "--workers", "0")
	for seed, code := range map[string]shared.Code{
		"":                         shared.CodeBadURL,
		"ftp://a.example/":         shared.CodeBadURL,
		"file:///etc/passwd":       shared.CodeBadURL,
		"javascript:alert(1)":      shared.CodeBadURL,
		"http://":                  shared.CodeBadURL,
		"http://ana:pw@a.example/": shared.CodeBadURL,
		"http://a.example/\u0000":  shared.CodeBadURL,
		"https://" + strings.Repeat("a", 3000) + ".example/": shared.CodeBadURL,
		site.URL:                  shared.CodePrivateTarget,
		"http://localhost/":       shared.CodePrivateTarget,
		"http://169.254.169.254/": shared.CodePrivateTarget,
		"http://[::1]/":           shared.CodePrivateTarget,
	} {
		body := fmt.Sprintf(`{"url":%s}`, strconv.QuoteToASCII(seed))
		body = strings.ReplaceAll(body, `\x00`, `\u0000`)
		status, answer := p.request("POST", shared.PathAudits, body)
		if status != 422 || !bytes.Contains(answer, []byte(`"code":"`+string(code)+`"`)) {
			t.Errorf("%.40q: %d %s, want 422 %s", seed, status, answer, code)
		}
	}
}
