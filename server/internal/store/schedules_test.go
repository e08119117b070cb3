package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atalaya/server/internal/store"
	"atalaya/shared"
)

// daily is a schedule of one site that is due at a time.
func daily(site string, next time.Time) shared.Schedule {
	return shared.Schedule{
		Site: site,
		NewAudit: shared.NewAudit{
			URL: "https://" + site + "/", Kind: shared.KindSite, PageLimit: 30, MaxDepth: 4, SkipAIAgents: true, Rate: 1.5,
			Include: []string{"/docs/"}, Exclude: []string{"*.pdf$", "/print/"},
		},
		Cron: "@daily", TimeZone: "Europe/Madrid", NextAt: shared.At(next),
	}
}

func TestSchedule(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		madrid := time.FixedZone("", 3600)
		past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour).Truncate(time.Minute).In(madrid)
		put := func(d shared.Schedule) shared.Schedule {
			t.Helper()
			got, err := f.PutSchedule(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		want := daily("a.example", past)
		got := put(want)
		want.Turn, want.CreatedAt = 1, got.CreatedAt
		if !reflect.DeepEqual(got, want) || got.CreatedAt.IsZero() {
			t.Errorf("stored %+v, want %+v", got, want)
		}
		put(daily("b.example", future))
		due, now, err := f.DueSchedules(t.Context())
		if err != nil || len(due) != 1 || !reflect.DeepEqual(due[0], want) || time.Since(now).Abs() > time.Minute {
			t.Fatalf("due %+v at %v, %v, want %+v", due, now, err, want)
		}

		id, done, err := f.StartScheduled(t.Context(), due[0], future, 3)
		if err != nil || !done || id == 0 {
			t.Fatalf("started %d, %v, %v", id, done, err)
		}
		settings, status, err := f.Settings(t.Context(), id)
		if err != nil || !reflect.DeepEqual(settings, want.NewAudit) || status != shared.StatusPending {
			t.Errorf("audits %+v, %v, %v, want %+v", settings, status, err, want.NewAudit)
		}
		got, err = f.Schedule(t.Context(), "a.example")
		if err != nil || !got.NextAt.Equal(shared.At(future).Time) || got.LastAuditID == nil || *got.LastAuditID != id ||
			got.LastAt == nil || got.Missed != 3 || got.MissedAt == nil {
			t.Errorf("moved on to %+v, %v", got, err)
		}
		if id, done, err := f.StartScheduled(t.Context(), due[0], future, 0); id != 0 || done || err != nil {
			t.Errorf("started twice: %d, %v, %v", id, done, err)
		}

		// The audit has not ended, so the next is missed.
		again := put(daily("a.example", past))
		id, done, err = f.StartScheduled(t.Context(), again, future, 0)
		if got, _ := f.Schedule(t.Context(), "a.example"); id != 0 || !done || err != nil || got.Missed != 4 || got.LastAuditID == nil {
			t.Errorf("beside one that waits: started %d, %v, %v; %+v", id, done, err, got)
		}

		for _, bad := range []shared.Schedule{{Site: "x\x00"}, {Site: "x", Cron: "\xff"}} {
			if _, err := f.PutSchedule(t.Context(), bad); !errors.Is(err, store.ErrOutOfRange) {
				t.Errorf("%+v: got %v", bad, err)
			}
		}
		if err := f.DeleteSchedule(t.Context(), "a.example"); err != nil {
			t.Error(err)
		}
		if _, done, err := f.StartScheduled(t.Context(), again, future, 0); done || err != nil {
			t.Errorf("a schedule that was deleted: %v, %v", done, err)
		}
		_, err = f.Schedule(t.Context(), "a.example")
		if err2 := f.DeleteSchedule(t.Context(), "a.example"); !errors.Is(err, store.ErrNotFound) ||
			!errors.Is(err2, store.ErrNotFound) {
			t.Errorf("deleted: got %v and %v", err, err2)
		}
	})
}

func TestSchedulesAreBounded(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		numbers := "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) AS n"
		f.sql(t, "INSERT INTO schedules (site, turn, url, skip_ai_agents, cron, time_zone, next_at, missed, created_at)"+
			" SELECT 'host' || i, 1, 'x', "+f.bool(false)+", '@daily', 'UTC', "+otherTime+", 0, "+otherTime+" FROM "+
			fmt.Sprintf(numbers, store.SchedulesMax))
		if _, err := f.PutSchedule(t.Context(), daily("host7", time.Now())); err != nil {
			t.Errorf("one that is there: %v", err)
		}
		if _, err := f.PutSchedule(t.Context(), daily("a.example", time.Now())); !errors.Is(err, store.ErrOutOfRange) {
			t.Errorf("one too many: got %v, want %v", err, store.ErrOutOfRange)
		}
		if _, err := f.Schedule(t.Context(), "a.example"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("it is there: %v", err)
		}
	})
}

// A full queue is a miss, and the audit that had no room is not there.
func TestScheduleWithoutRoom(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.create(t, shared.NewAudit{URL: "https://other.example/"})
		c := f.config
		c.Bounds = store.Bounds{Queue: 1}
		if c.DatabaseURL == "" {
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s := open(t, c)
		d, err := s.PutSchedule(t.Context(), daily("a.example", time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		id, done, err := s.StartScheduled(t.Context(), d, time.Now().Add(time.Hour), 1)
		got, err2 := s.Schedule(t.Context(), "a.example")
		list, err3 := s.List(t.Context(), shared.ListQuery{})
		if err := errors.Join(err, err2, err3); id != 0 || !done || err != nil || got.Missed != 2 || len(list.Audits) != 1 {
			t.Errorf("started %d, %v, %v; %+v; %d audits", id, done, err, got, len(list.Audits))
		}
	})
}

// Of many servers that find a schedule due, one starts its audit.
func TestScheduleStartsOnce(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		d, err := f.PutSchedule(t.Context(), daily("a.example", time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		var servers sync.WaitGroup
		var started, moved atomic.Int64
		for range 8 {
			servers.Go(func() {
				id, done, err := f.StartScheduled(t.Context(), d, time.Now().Add(time.Hour), 0)
				if err != nil {
					t.Error(err)
				}
				if id != 0 {
					started.Add(1)
				}
				if done {
					moved.Add(1)
				}
			})
		}
		servers.Wait()
		n := f.text(t, "SELECT count(*) FROM audits")
		if started.Load() != 1 || moved.Load() != 1 || n != strconv.Itoa(1) {
			t.Errorf("%d started, %d moved, %s audits, want one each", started.Load(), moved.Load(), n)
		}
	})
}
