package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/shared"
)

// TestPooler runs the whole server through pgbouncer with two connections: from the empty
// database to 500 requests at once, of which none fails, while a stream sees what another
// process writes.
func TestPooler(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	pooled := pgtest.Cluster(t).Pooler(t, strings.TrimPrefix(u.Path, "/"), 2)
	p := start(t, "--database-url", pooled)
	if !p.log.Contains("name a direct connection in --listen-url") {
		t.Error("the log does not say what the pooler costs")
	}
	p.stop()
	p = start(t, "--database-url", pooled, "--listen-url", database)
	if p.log.Contains("a pooler stands before the database") {
		t.Error("the log complains in spite of --listen-url")
	}

	rows := writer(t, open(t, "pg", database), 2)
	watching := newSubscribers(t, direct, p.url).join(6, rows.ids...)
	watching.waitForFirstStates()
	stop := rows.busily(50 * time.Millisecond)
	var requests sync.WaitGroup
	for range 10 {
		requests.Go(func() {
			for range 10 {
				fiveRequests(t, p)
			}
		})
	}
	requests.Wait()
	stop()
	watching.finish(10*time.Second, rows)
	watching.checkNoReconnects()
	if p.metric("atalaya_wakeups_total", `source="notify"`) == 0 {
		t.Error("nothing was heard by --listen-url")
	}
}

// fiveRequests makes an audit, reads it and completes it.
func fiveRequests(t *testing.T, p *process) {
	status, body := p.request("POST", shared.PathAudits, `{"url":"x","kind":"external"}`)
	var a struct {
		ID int64 `json:"audit_id"`
	}
	if err := json.Unmarshal(body, &a); err != nil || status != http.StatusCreated {
		t.Errorf("create: %d %s", status, body)
		return
	}
	for _, r := range []struct {
		method, path, body string
		want               int
	}{
		{"PATCH", shared.PathProgress(a.ID), `{"progress":40}`, http.StatusOK},
		{"GET", shared.PathProgress(a.ID), "", http.StatusOK},
		{"GET", shared.PathAudits, "", http.StatusOK},
		{"PATCH", shared.PathProgress(a.ID), `{"status":"completed"}`, http.StatusOK},
	} {
		if status, body := p.request(r.method, r.path, r.body); status != r.want {
			t.Errorf("%s %s: got %d %s, want %d", r.method, r.path, status, body, r.want)
		}
	}
}
