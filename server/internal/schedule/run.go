package schedule

import (
	"context"
	"log/slog"
	"time"

	"atalaya/shared"
)

// lookEvery is how often a server looks for schedules that are due, and so how late an
// audit may start.
const lookEvery = 10 * time.Second

// Rows is where schedules are kept.
type Rows interface {
	// DueSchedules returns schedules that are due at present, and the present: the time of
	// the database, which all servers share.
	DueSchedules(ctx context.Context) (due []shared.Schedule, now time.Time, err error)
	// StartScheduled moves a schedule on to its next time, adds to what was missed, and
	// starts its audit, or counts it as missed too if the site has one that has not ended.
	// An id of 0 says that none was started. done is false if somebody else moved it.
	StartScheduled(ctx context.Context, s shared.Schedule, next time.Time, missed int) (id int64, done bool, err error)
}

// Config is what a [Scheduler] needs. All fields are required.
type Config struct {
	Rows Rows
	// Started is called after an audit was started.
	Started func()
	// Count is told how many audits were started and how many were missed.
	Count func(started, missed int)
	Log   *slog.Logger
}

// Scheduler starts the audits of schedules.
type Scheduler struct {
	Config
	unreadable map[string]int64 // by site: the turn of a schedule that was told to be so
}

// New returns a scheduler; [Scheduler.Run] has it work.
func New(c Config) *Scheduler { return &Scheduler{c, map[string]int64{}} }

// Run starts what is due until ctx ends, and returns nil. A database that fails is asked
// again at the next look.
func (s *Scheduler) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		s.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look starts all that is due now.
func (s *Scheduler) look(ctx context.Context) {
	due, now, err := s.Rows.DueSchedules(ctx)
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("schedules cannot be read", "err", err)
	}
	for _, d := range due {
		if ctx.Err() != nil {
			return
		}
		s.start(ctx, d, now)
	}
}

func (s *Scheduler) start(ctx context.Context, d shared.Schedule, now time.Time) {
	log := s.Log.With("site", d.Site, "due", d.NextAt)
	plan, err := Parse(d.Cron, d.TimeZone)
	if err != nil {
		if s.unreadable[d.Site] != d.Turn {
			s.unreadable[d.Site] = d.Turn
			log.Error("a schedule cannot be read", "cron", d.Cron, "time_zone", d.TimeZone, "err", err)
		}
		return
	}
	next, missed := plan.After(d.NextAt.Time, now)
	id, done, err := s.Rows.StartScheduled(ctx, d, next, missed)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			log.Warn("a scheduled audit cannot be started", "err", err)
		}
	case !done:
		log.Debug("another server started a scheduled audit")
	case id == 0:
		s.Count(0, missed+1)
		log.Warn("a scheduled audit was missed", "missed", missed+1, "next", next)
	default:
		s.Count(1, missed)
		log.Info("scheduled audit started", "audit_id", id, "missed", missed, "next", next)
		s.Started()
	}
}
