package main

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// TestFlowOfStats reads what the whole server says of itself, beside its metrics.
func TestFlowOfStats(t *testing.T) {
	p := start(t, "--data-dir", t.TempDir(), "--workers", "0", "--max-streams", "2")
	stats := func() (s shared.Stats) {
		t.Helper()
		status, body := p.request("GET", shared.PathStats, "")
		if err := json.Unmarshal(body, &s); err != nil || status != 200 {
			t.Fatalf("%d %v %s", status, err, body)
		}
		return s
	}
	first := stats()
	exposed := p.exposed()
	for name, of := range map[string]struct {
		got    map[string]int64
		metric string
		label  string
	}{
		"transports": {first.Streams.Transports, "atalaya_streams", "transport"},
		"writers":    {first.Streams.Writers, "atalaya_stream_writers", "writer"},
		"ended":      {first.Streams.Ended, "atalaya_stream_duration_seconds_count", "reason"},
		"rejected":   {first.Streams.Rejected, "atalaya_stream_rejections_total", "reason"},
	} {
		var got []string
		for key := range of.got {
			got = append(got, key)
		}
		slices.Sort(got)
		want := exposed[of.metric][of.label]
		slices.Sort(want)
		if len(got) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	a := p.create(`{"url":"x","kind":"external"}`)
	ended := p.create(`{"url":"x","kind":"external"}`)
	p.request("PATCH", shared.PathProgress(ended.AuditID), `{"progress":1}`)
	for range 2 {
		p.open(shared.PathStream(a.AuditID), "")
	}
	p.open(shared.PathStream(a.AuditID), "") // one too many
	got := stats()
	if got.Version == "" || got.UptimeSeconds < 0 || time.Since(got.StartedAt.Time) > time.Minute ||
		got.Streams.Limit != 2 || got.Streams.Transports["sse"] != 2 || got.Streams.Writers["epoll"] != 2 ||
		got.Streams.Rejected["overloaded"] != 1 || got.Audits != (shared.AuditCounts{Waiting: 1, Running: 1}) {
		t.Errorf("got %+v", got)
	}
	p.request("PATCH", shared.PathProgress(a.AuditID), `{"status":"failed","error_message":"no"}`)
	testkit.Eventually(t, 5*time.Second, "both streams end", func() bool {
		s := stats().Streams
		return s.Ended["finished"] == 2 && s.Transports["sse"] == 0
	})
}
