package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
	"atalaya/shared/text"
)

func TestAuditAddress(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example/audits/7":                "https://a.example 7",
		"http://a.example:8000/audits/7/report?x=y": "http://a.example:8000 7",
		"http://a.example/sse/audits/7/progress":    "http://a.example 7",
		"http://a.example/api/v1/audits/12":         "http://a.example 12",
	} {
		server, id, ok := auditAddress(raw)
		if got := fmt.Sprint(server, " ", id); got != want || !ok {
			t.Errorf("%s: %s, %v, want %s", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"", "audits/7", "http://a.example", "http://a.example/audits/x", "http:///audits/7",
		"ftp://a/audits/7"} {
		if server, id, ok := auditAddress(raw); ok {
			t.Errorf("%s: %s, %d", raw, server, id)
		}
	}
}

// wayToServer stands for the one to the server: its first streams are refused, and so are polls until then.
type wayToServer struct {
	begun   time.Time
	refused int
	// serve writes stream n, counted from 1, whatever is refused included.
	serve func(n int, say func(block string))

	mu      sync.Mutex
	streams []asked
	polls   []asked
}

type asked struct {
	at    time.Duration
	query string
}

func watched(revision int64, status shared.Status) string {
	p := shared.AuditProgress{
		AuditID: 7, Revision: revision, Status: status, Kind: shared.KindSite, URL: "https://www.example.com/",
		CreatedAt: shared.At(time.Now()), UpdatedAt: shared.At(time.Now()),
	}
	if status == shared.StatusCompleted {
		p.Progress = 100
	}
	body, _ := json.Marshal(p)
	return string(body)
}

func (w *wayToServer) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := asked{time.Since(w.begun), r.URL.RawQuery}
	answer := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}
	if !strings.HasPrefix(r.URL.Path, "/sse/") {
		w.polls = append(w.polls, a)
		if len(w.streams) < w.refused {
			return nil, errors.New("connection refused")
		}
		revision := int64(3)
		if len(w.streams) > w.refused {
			revision = 4
		}
		answer.Body = io.NopCloser(strings.NewReader(watched(revision, shared.StatusRunning)))
		return answer, nil
	}
	w.streams = append(w.streams, a)
	n := len(w.streams)
	if n <= w.refused {
		return nil, errors.New("connection refused")
	}
	out, in := io.Pipe()
	answer.Header.Set("Content-Type", "text/event-stream")
	answer.Body = out
	go func() {
		w.serve(n, func(block string) { _, _ = io.WriteString(in, block+"\n\n") })
		_ = in.Close()
	}()
	return answer, nil
}

func beat() string {
	return fmt.Sprintf("event: heartbeat\ndata: {\"server_time\":%q,\"fresh_at\":%[1]q}",
		time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
}

// TestWatchFollowsTheClientsRules: five refusals lead to polling, a probe back to a stream,
// the end of its lifetime to the next one at once, from where the last one ended.
func TestWatchFollowsTheClientsRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log testkit.LogBuffer
		var renewedAt time.Duration
		w := &wayToServer{begun: time.Now(), refused: 5}
		w.serve = func(n int, say func(string)) {
			say(beat())
			if n == 7 {
				say("id: 5\ndata: " + watched(5, shared.StatusCompleted))
				say(`event: end` + "\n" + `data: {"reason":"finished","retry_ms":1500}`)
				return
			}
			say("id: 4\ndata: " + watched(4, shared.StatusRunning))
			time.Sleep(15 * time.Second)
			say(beat())
			renewedAt = time.Since(w.begun)
			say(`event: end` + "\n" + `data: {"reason":"max_age","error":"Stream timeout","retry_ms":1500}`)
		}
		watch := &watcher{lang: text.EN, log: &log, shown: &lines{out: &log, lang: text.EN}}
		err := watch.follow(t.Context(), 7, remote{base: "http://server.test", http: &http.Client{Transport: w}})
		if err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if len(w.streams) != 7 {
			t.Fatalf("streams were asked for %d times: %+v", len(w.streams), w.streams)
		}
		bound := time.Duration(0)
		for i, most := range []time.Duration{0, 1, 2, 4, 8} {
			if bound += most * time.Second; w.streams[i].at > bound {
				t.Errorf("attempt %d after %v, want at most %v", i, w.streams[i].at, bound)
			}
		}
		if probe := w.streams[5]; probe.at < w.streams[4].at+30*time.Second || probe.query != "last_event_id=3" {
			t.Errorf("the probe: %+v", probe)
		}
		if next := w.streams[6]; next.at != renewedAt || next.query != "last_event_id=4" {
			t.Errorf("the renewal: %+v, want at %v", next, renewedAt)
		}
		said := log.String()
		for _, want := range []string{"Connection lost\n", "Checking every few seconds\n", "Live again\n", "100%  Done"} {
			_, rest, found := strings.Cut(said, want)
			if said = rest; !found {
				t.Fatalf("no %q, in order, in\n%s", want, log.String())
			}
		}
	})
}

// TestWatchEnds gives each end its exit code.
func TestWatchEnds(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	external := func(patch string) string {
		a := p.create(`{"url":"nightly import","kind":"external"}`)
		if patch != "" {
			p.request("PATCH", shared.PathProgress(a.AuditID), patch)
		}
		return fmt.Sprint(a.AuditID)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"done": {[]string{external(`{"status":"completed"}`), "--server", p.url}, 0, "100%  Done"},
		"JSON": {[]string{external(`{"status":"completed"}`), "--server", p.url, "--json"}, 0, `"status":"completed"`},
		"failed": {[]string{p.url + "/audits/" + external(`{"status":"failed","error_message":"no\u001banswer"}`)},
			1, "no\ufffdanswer"},
		"cancelled": {[]string{external(`{"status":"cancelled"}`), "--server", p.url}, 1, "cancelled"},
		"no audit":  {[]string{"99", "--server", p.url + "/"}, 1, "There is no audit 99"},
	} {
		code, stdout, stderr := command(t.Context(), append([]string{"watch"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%s: code %d, want %d and %q in %s%s", name, code, c.code, c.says, stdout, stderr)
		}
	}
	ctx, interrupt := context.WithTimeout(t.Context(), time.Second)
	defer interrupt()
	if code, _, stderr := command(ctx, "watch", external(""), "--server", p.url); code != exitInterrupted ||
		!strings.Contains(stderr, "goes on") {
		t.Errorf("interrupted: code %d, %s", code, stderr)
	}
}

// TestWatchOutlivesItsServer kills the server under a watch and starts it again.
func TestWatchOutlivesItsServer(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0")
	a := p.create(`{"url":"nightly import","kind":"external"}`)
	patch := func(body string) { p.request("PATCH", shared.PathProgress(a.AuditID), body) }
	patch(`{"status":"running","progress":40}`)
	var log testkit.LogBuffer
	ended := make(chan error)
	go func() {
		ended <- run(t.Context(), []string{"watch", fmt.Sprint(a.AuditID), "--server", p.url}, noEnv, io.Discard, &log)
	}()
	says := func(what string) {
		t.Helper()
		testkit.Eventually(t, 30*time.Second, what, func() bool { return log.Contains(what) })
	}
	says(" 40%  Running")
	p.kill()
	says("Connection lost")
	if err := p.launch(); err != nil {
		t.Fatal(err)
	}
	says("Live again")
	patch(`{"status":"completed"}`)
	if err := <-ended; err != nil || !log.Contains("100%  Done") {
		t.Errorf("%v: %s", err, log.String())
	}
}
