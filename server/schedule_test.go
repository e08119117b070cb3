package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"atalaya/server/internal/pgtest"
	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

const (
	// everySixHours asks for a schedule of a site.
	everySixHours = `{"url":"https://%s/","cron":"@every 6h","time_zone":"Europe/Madrid"}`
	// makesDue is the statement that makes all schedules due.
	makesDue = "UPDATE schedules SET next_at = created_at"
	// scheduledMetric counts what became of them, among it those started.
	scheduledMetric = "atalaya_scheduled_audits_total"
	started         = `outcome="started"`
)

// TestScheduleStartsOneAudit has a server find a schedule that was due while no server ran.
func TestScheduleStartsOneAudit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, flags []string, foreign func(*testing.T) *sql.DB) {
		p := start(t, append(flags, "--workers", "0")...)
		p.plan("a.example")
		p.kill()
		execute(t, foreign(t), makesDue)
		if err := p.launch(); err != nil {
			t.Fatal(err)
		}
		s := p.scheduled("a.example")
		if list := p.auditsOf("a.example"); len(list) != 1 || list[0].AuditID != *s.LastAuditID || s.Missed != 0 {
			t.Errorf("audits %+v by %+v, want one", list, s)
		}
		if n := p.metric(scheduledMetric, started); n != 1 {
			t.Errorf("the metrics count %v audits", n)
		}
	})
}

// TestTwoServersStartScheduledAuditsOnce lets two servers find the same schedules due at
// the same time, so many that they meet over some of them.
func TestTwoServersStartScheduledAuditsOnce(t *testing.T) {
	t.Parallel()
	const sites = 40
	dsn := pgtest.Database(t)
	flags := []string{"--database-url", dsn, "--workers", "0"}
	first, second := start(t, flags...), start(t, flags...)
	name := func(i int) string { return fmt.Sprintf("site%d.example", i) }
	for i := range sites {
		first.plan(name(i))
	}
	first.kill()
	second.kill()
	execute(t, open(t, "pg", dsn), makesDue)
	begun := make(chan error)
	for _, p := range []*process{first, second} {
		go func() { begun <- p.launch() }()
	}
	for range 2 {
		if err := <-begun; err != nil {
			t.Fatal(err)
		}
	}
	for i := range sites {
		first.scheduled(name(i))
		if n := len(first.auditsOf(name(i))); n != 1 {
			t.Errorf("%d audits of %s, want one", n, name(i))
		}
	}
	testkit.Eventually(t, 10*time.Second, "each audit is counted by who started it", func() bool {
		return first.metric(scheduledMetric, started)+second.metric(scheduledMetric, started) == sites
	})
	if n := first.metric(scheduledMetric) + second.metric(scheduledMetric); n != sites {
		t.Errorf("the servers count %v audits and missed ones, want %d of both", n, sites)
	}
}

// plan puts a schedule.
func (p *process) plan(site string) {
	p.t.Helper()
	status, body := p.request(http.MethodPut, shared.PathSchedule(site), fmt.Sprintf(everySixHours, site))
	if status != http.StatusOK {
		p.t.Fatalf("schedule of %s: %d %s", site, status, body)
	}
}

// scheduled waits until the audit of a schedule was started.
func (p *process) scheduled(site string) (s shared.Schedule) {
	p.t.Helper()
	testkit.Eventually(p.t, 30*time.Second, "the audit of "+site, func() bool {
		_, body := p.request(http.MethodGet, shared.PathSchedule(site), "")
		return json.Unmarshal(body, &s) == nil && s.LastAuditID != nil
	})
	return s
}

func (p *process) auditsOf(site string) []shared.AuditProgress {
	p.t.Helper()
	_, body := p.request(http.MethodGet, shared.PathSiteAudits(site), "")
	var list shared.AuditList
	if err := json.Unmarshal(body, &list); err != nil {
		p.t.Fatalf("%v: %s", err, body)
	}
	return list.Audits
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
