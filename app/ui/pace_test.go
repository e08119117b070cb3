//go:build !js

package ui

import (
	"testing"
	"time"

	"atalaya/shared"
)

// A speed is the pages of a time over that time, also after the worker was restarted.
func TestPace(t *testing.T) {
	at := func(attempt, pages int, clock string) *shared.AuditProgress {
		p := sample(t, "running")
		p.Attempt, p.TotalPages, p.UpdatedAt = attempt, pages, *at7(t, clock)
		p.Activity.Stages = []shared.StageSpan{{Name: shared.StageCrawl, StartedAt: *at7(t, "14:00:00")}}
		return p
	}
	for name, c := range map[string]struct {
		states []*shared.AuditProgress
		want   int
		known  bool
	}{
		"first attempt":                  {[]*shared.AuditProgress{at(1, 60, "14:00:30")}, 120, true},
		"just begun":                     {[]*shared.AuditProgress{at(1, 60, "14:00:04")}, 0, false},
		"restarted":                      {[]*shared.AuditProgress{at(2, 69, "14:00:16")}, 0, false},
		"restarted, seen for half a min": {[]*shared.AuditProgress{at(2, 69, "14:00:16"), at(2, 129, "14:00:46")}, 120, true},
		"restarted while this page looked": {[]*shared.AuditProgress{at(1, 60, "14:00:30"), at(2, 69, "14:01:00"),
			at(2, 79, "14:01:10")}, 60, true},
	} {
		var speed pace
		for _, p := range c.states {
			speed = speed.next(p)
		}
		got, known := speed.rate(c.states[len(c.states)-1])
		if got != c.want || known != c.known {
			t.Errorf("%s: got %d, %v; want %d, %v", name, got, known, c.want, c.known)
		}
	}
	// After the crawl its speed stays what it was.
	done := at(1, 60, "14:09:00")
	done.Activity.Stages[0].FinishedAt = shared.AtPtr(done.Activity.Stages[0].StartedAt.Add(time.Minute))
	if got, _ := (pace{}).next(done).rate(done); got != 60 {
		t.Errorf("after the crawl: got %d, want 60", got)
	}
}
