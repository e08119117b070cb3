package schedule_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/schedule"
	"atalaya/shared"
)

// rows keeps schedules as the store does. Its site is busy, and the database down, when
// the test says so.
type rows struct {
	sync.Mutex
	kept   []shared.Schedule
	busy   bool
	down   error
	stolen bool
	story  []string
}

func (r *rows) DueSchedules(context.Context) (due []shared.Schedule, now time.Time, err error) {
	r.Lock()
	defer r.Unlock()
	if r.down != nil {
		return nil, time.Time{}, r.down
	}
	for _, s := range r.kept {
		if !s.NextAt.After(time.Now()) {
			due = append(due, s)
		}
	}
	return due, time.Now(), nil
}

func (r *rows) StartScheduled(
	_ context.Context, s shared.Schedule, next time.Time, missed int,
) (id int64, done bool, err error) {
	r.Lock()
	defer r.Unlock()
	if r.stolen {
		return 0, false, nil
	}
	for i := range r.kept {
		if r.kept[i].Site == s.Site {
			r.kept[i].NextAt = shared.At(next)
		}
	}
	what := "starts"
	if !r.busy {
		id = 7
	} else {
		what = "misses"
	}
	r.story = append(r.story, fmt.Sprintf("%s %s %s, %d before", time.Now().Format("15:04:05"), what, s.Site, missed))
	return id, true, nil
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		midnight := time.Now() // as every bubble begins: 2000-01-01 00:00 UTC
		r := &rows{kept: []shared.Schedule{
			{Site: "a.example", Cron: "0 * * * *", NextAt: shared.At(midnight.Add(time.Hour))},
			{Site: "bad.example", Turn: 1, Cron: "nonsense", NextAt: shared.At(midnight.Add(6 * time.Hour))},
		}}
		counted, woken := [2]int{}, 0
		s := schedule.New(schedule.Config{
			Rows: r, Started: func() { woken++ }, Log: slog.New(slog.NewTextHandler(&log, nil)),
			Count: func(started, missed int) { counted[0] += started; counted[1] += missed },
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()

		until := func(clock time.Duration, change func()) {
			time.Sleep(time.Until(midnight.Add(clock)))
			synctest.Wait()
			r.Lock()
			defer r.Unlock()
			change()
		}
		until(90*time.Minute, func() { r.busy = true })                            // the one of 01:00 started
		until(150*time.Minute, func() { r.busy, r.down = false, errors.New("x") }) // the one of 02:00 was missed
		until(330*time.Minute, func() { r.down = nil })                            // nobody saw 03:00 to 05:00
		until(350*time.Minute, func() { r.stolen = true })                         // 05:00 was started late
		until(370*time.Minute, func() { r.stolen = false })                        // another has 06:00, for all we know
		until(380*time.Minute, func() {})
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		want := "01:00:00 starts a.example, 0 before; 02:00:00 misses a.example, 0 before; " +
			"05:30:10 starts a.example, 2 before; 06:10:10 starts a.example, 0 before"
		if got := strings.Join(r.story, "; "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if counted != [2]int{3, 3} || woken != 3 {
			t.Errorf("counted %v, woke %d times", counted, woken)
		}
		if said := log.String(); !strings.Contains(said, "schedules cannot be read") ||
			strings.Count(said, "a schedule cannot be read") != 1 {
			t.Errorf("log: %s", said)
		}
	})
}
