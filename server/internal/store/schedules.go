package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"atalaya/shared"
)

// scheduleRow is a schedule as it is stored.
type scheduleRow struct {
	bun.BaseModel `bun:"table:schedules,alias:s"`

	Site         string  `bun:"site,pk"`
	Turn         int64   `bun:"turn"`
	URL          string  `bun:"url"`
	PageLimit    int     `bun:"page_limit,nullzero"`
	MaxDepth     int     `bun:"max_depth,nullzero"`
	MaxBytes     int64   `bun:"max_bytes,nullzero"`
	MaxSeconds   int     `bun:"max_seconds,nullzero"`
	SkipAIAgents bool    `bun:"skip_ai_agents"`
	Rate         float64 `bun:"rate,nullzero"`
	Include      lines   `bun:"include_paths"`
	Exclude      lines   `bun:"exclude_paths"`
	Cron         string  `bun:"cron"`
	TimeZone     string  `bun:"time_zone"`
	NextAt       stamp   `bun:"next_at"`
	LastAt       stamp   `bun:"last_at"`
	LastAuditID  *int64  `bun:"last_audit_id"`
	Missed       int     `bun:"missed"`
	MissedAt     stamp   `bun:"missed_at"`
	CreatedAt    stamp   `bun:"created_at"`
	Now          stamp   `bun:"now,scanonly"`
}

func (r *scheduleRow) schedule() shared.Schedule {
	return shared.Schedule{
		Site: r.Site, Turn: r.Turn, Cron: r.Cron, TimeZone: r.TimeZone,
		NewAudit: shared.NewAudit{
			URL: r.URL, Kind: shared.KindSite, PageLimit: r.PageLimit, MaxDepth: r.MaxDepth,
			MaxBytes: r.MaxBytes, MaxSeconds: r.MaxSeconds, SkipAIAgents: r.SkipAIAgents, Rate: max(r.Rate, 0),
			Include: r.Include, Exclude: r.Exclude,
		},
		NextAt: shared.At(r.NextAt.Time), LastAt: shared.AtPtr(r.LastAt.Time), LastAuditID: r.LastAuditID,
		Missed: r.Missed, MissedAt: shared.AtPtr(r.MissedAt.Time), CreatedAt: shared.At(r.CreatedAt.Time),
	}
}

// SchedulesMax is how many schedules there may be, so that nobody fills the database, or
// the queue for ever, by asking once.
const SchedulesMax = 1000

// dueMax is how many schedules one call of [Store.DueSchedules] returns at most.
const dueMax = 100

// Schedule returns the schedule of a site, by the name that [shared.SiteName] gives it, or
// [ErrNotFound].
func (s *Store) Schedule(ctx context.Context, site string) (shared.Schedule, error) {
	what := fmt.Sprintf("schedule of %q", site)
	rows, err := readRows[scheduleRow](ctx, s, what, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("s.site = ?", sanitise(site))
	})
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("store: %s: %w", what, ErrNotFound)
	}
	if err != nil {
		return shared.Schedule{}, err
	}
	return rows[0].schedule(), nil
}

// PutSchedule stores the schedule of a site in place of the one it had, and returns it.
// What was missed, and the last audit, stay known. Headers are not stored. Texts that are no text, or too long,
// and one schedule more than [SchedulesMax] give [ErrOutOfRange].
func (s *Store) PutSchedule(ctx context.Context, want shared.Schedule) (shared.Schedule, error) {
	what := fmt.Sprintf("put schedule of %q", want.Site)
	err := errors.Join(checkText("url", want.URL), checkText("site", want.Site), checkText("cron", want.Cron),
		checkText("time_zone", want.TimeZone))
	if err != nil {
		return shared.Schedule{}, fmt.Errorf("store: %s: %w", what, err)
	}
	row := scheduleRow{
		Site: want.Site, Turn: 1, URL: want.URL, PageLimit: want.PageLimit, MaxDepth: want.MaxDepth,
		MaxBytes: want.MaxBytes, MaxSeconds: want.MaxSeconds, SkipAIAgents: want.SkipAIAgents, Rate: want.Rate,
		Include: want.Include, Exclude: want.Exclude,
		Cron: want.Cron, TimeZone: want.TimeZone, NextAt: stamp{want.NextAt.Time},
	}
	err = s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) error {
		q := tx.NewInsert().Model(&row).Value("created_at", "?", s.dialect.now).On("CONFLICT (site) DO UPDATE").
			Set("turn = s.turn + 1")
		for _, column := range []string{
			"url", "page_limit", "max_depth", "max_bytes", "max_seconds", "skip_ai_agents", "rate", "include_paths",
			"exclude_paths", "cron", "time_zone", "next_at",
		} {
			q.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
		}
		if _, err := q.Returning("*").Exec(ctx); err != nil {
			return err
		}
		full, err := tx.NewSelect().Table("schedules").ColumnExpr("1").Offset(SchedulesMax).Limit(1).Exists(ctx)
		if err == nil && full {
			err = fmt.Errorf("%w: there are %d schedules already", ErrOutOfRange, SchedulesMax)
		}
		return err
	})
	return row.schedule(), err
}

// DeleteSchedule forgets the schedule of a site; [ErrNotFound] if it has none.
func (s *Store) DeleteSchedule(ctx context.Context, site string) error {
	return s.write(ctx, fmt.Sprintf("delete schedule of %q", site), false, func(ctx context.Context, tx bun.Tx) error {
		n, err := affected(tx.NewDelete().Table("schedules").Where("site = ?", sanitise(site)).Exec(ctx))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// DueSchedules returns schedules that are due, the oldest first, not all if they are many,
// and the time of the database, by which they are.
func (s *Store) DueSchedules(ctx context.Context) (due []shared.Schedule, now time.Time, err error) {
	rows, err := readRows[scheduleRow](ctx, s, "due schedules", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ColumnExpr("?TableColumns").ColumnExpr("? AS now", s.dialect.now).
			Where("s.next_at <= (SELECT ?)", s.dialect.now).Order("s.next_at").Limit(dueMax)
	})
	for i := range rows {
		due, now = append(due, rows[i].schedule()), rows[i].Now.Time
	}
	return due, now, err
}

// StartScheduled moves a schedule on to its next time and starts its audit, both or
// neither. The audit is missed instead, and id 0, if the site has one that has not ended
// or there is no room for another; missed is how many were before. If the schedule is no
// longer as it was read, because somebody else moved it or changed it, nothing happens
// and done is false.
func (s *Store) StartScheduled(
	ctx context.Context, d shared.Schedule, next time.Time, missed int,
) (id int64, done bool, err error) {
	what := fmt.Sprintf("start scheduled audit of %q", d.Site)
	hash, err := requestHash(d.NewAudit)
	if err != nil {
		return 0, false, fmt.Errorf("store: %s: %w", what, err)
	}
	err = s.write(ctx, what, true, func(ctx context.Context, tx bun.Tx) error {
		idle, err := s.isIdle(ctx, tx, d.Site)
		if err != nil {
			return err
		}
		if !idle {
			missed++
		}
		if done, err = s.moveSchedule(ctx, tx, d, next, missed); err != nil || !done || !idle {
			return err
		}
		if id, err = insertAudit(ctx, tx, d.NewAudit, "", hash, 0); err == nil {
			err = s.checkRoom(ctx, tx, d.NewAudit)
		}
		if err == nil {
			err = s.noteStarted(ctx, tx, d, id)
		}
		return err
	})
	if errors.Is(err, ErrQueueFull) || errors.Is(err, ErrHostBusy) {
		id = 0
		err = s.write(ctx, what, false, func(ctx context.Context, tx bun.Tx) (err error) {
			done, err = s.moveSchedule(ctx, tx, d, next, missed+1)
			return err
		})
	}
	if err != nil {
		return 0, false, err
	}
	return id, done, nil
}

// moveSchedule sets the next time of a schedule, unless it is no longer as it was read.
func (s *Store) moveSchedule(
	ctx context.Context, tx bun.Tx, d shared.Schedule, next time.Time, missed int,
) (done bool, err error) {
	q := tx.NewUpdate().Table("schedules").Set("turn = turn + 1").Set("next_at = ?", stamp{next}).
		Where("site = ? AND turn = ?", d.Site, d.Turn)
	if missed > 0 {
		q.Set("missed = missed + ?", missed).Set("missed_at = ?", s.dialect.now)
	}
	n, err := affected(q.Exec(ctx))
	return n == 1, err
}

// isIdle reports whether no audit of a site waits or runs.
func (s *Store) isIdle(ctx context.Context, tx bun.Tx, site string) (bool, error) {
	busy, err := tx.NewSelect().Table("audits").ColumnExpr("1").Where(unfinished).Where("site = ?", site).Exists(ctx)
	return !busy, err
}

func (s *Store) noteStarted(ctx context.Context, tx bun.Tx, d shared.Schedule, id int64) error {
	_, err := tx.NewUpdate().Table("schedules").Set("last_at = ?", s.dialect.now).Set("last_audit_id = ?", id).
		Where("site = ?", d.Site).Exec(ctx)
	return err
}
