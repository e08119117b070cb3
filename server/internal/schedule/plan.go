package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	// MinInterval is the least time between two audits of one schedule.
	MinInterval = 15 * time.Minute
	// maxExpression bounds the length of an expression, in bytes.
	maxExpression = 100
	// looked is how many times of a plan are compared with the two: those of a day that
	// has one each quarter of an hour.
	looked = 96
	// missedMax bounds the count of what passed while no server ran.
	missedMax = 1000
)

// Plan is when a site is audited again. Make it with [Parse].
type Plan struct {
	times cron.Schedule
	zone  *time.Location
}

// parser reads the five fields of crontab(5) and its words. Seconds are none of them.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Parse reads a cron expression or a word such as @daily or "@every 6h", and the IANA name
// of a time zone; an empty name is UTC. Errors say what is wrong in words fit for those who
// wrote it: among them a plan that comes more often than each [MinInterval], or never.
func Parse(expression, zone string) (Plan, error) {
	if len(expression) > maxExpression {
		return Plan{}, fmt.Errorf("the expression is longer than %d bytes", maxExpression)
	}
	place, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" { // which is a name for the zone of whichever server looks
		return Plan{}, errors.New("the time zone is not an IANA name such as Europe/Madrid")
	}
	if strings.Contains(expression, "TZ=") { // which the library takes, and panics at half of
		return Plan{}, errors.New("the time zone has a field of its own")
	}
	times, err := parser.Parse(expression)
	if err != nil {
		return Plan{}, fmt.Errorf("the expression cannot be read: %w", err)
	}
	p := Plan{times, place}
	return p, p.check()
}

// check looks at ten years from a fixed moment on, so that it says the same whenever it
// is asked.
func (p Plan) check() error {
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(10, 0, 0)
	at := p.Next(start)
	if at.IsZero() || at.After(end) {
		return errors.New("there is no such time within ten years")
	}
	for n := 0; n < looked && !at.IsZero() && at.Before(end); n++ {
		next := p.Next(at)
		if !next.IsZero() && next.Sub(at) < MinInterval {
			return fmt.Errorf("audits of a schedule are at least %s apart", MinInterval)
		}
		at = next
	}
	return nil
}

// Zone is the name of the plan's time zone.
func (p Plan) Zone() string { return p.zone.String() }

// Next is the first time after a moment, or the zero time if there is none. A plan that
// names hours keeps to them when clocks are changed: a time that they skip comes as late as
// they went forward, and one that they show twice comes once.
func (p Plan) Next(after time.Time) time.Time {
	if spec, ok := p.times.(*cron.SpecSchedule); !ok || spec.Hour&everyHour != 0 {
		return p.times.Next(after.In(p.zone))
	}
	_, offset := after.In(p.zone).Zone()
	for shown := after.UTC().Add(time.Duration(offset) * time.Second); ; {
		if shown = p.times.Next(shown); shown.IsZero() {
			return shown
		}
		if at := p.moment(shown); at.After(after) {
			return at
		}
	}
}

// everyHour is the bit by which the library notes that a field is a star.
const everyHour = 1 << 63

// moment is when the clocks of the zone show a time, here written as if it were UTC: the
// first of two, and where they skip it, by the clock as it went the day before.
func (p Plan) moment(shown time.Time) time.Time {
	year, month, day := shown.Date()
	hour, minute, second := shown.Clock()
	clock := func(day int) time.Time { return time.Date(year, month, day, hour, minute, second, 0, p.zone) }
	shows := func(at time.Time) bool { return at.Hour() == hour && at.Minute() == minute }
	_, offset := clock(day - 1).Zone()
	at := shown.Add(-time.Duration(offset) * time.Second).In(p.zone)
	if changed := clock(day); !shows(at) && shows(changed) {
		return changed
	}
	return at
}

// After is the first time after now of a plan that was due at a time before, and how many
// times passed between the two, which is bounded.
func (p Plan) After(due, now time.Time) (next time.Time, missed int) {
	for next = p.Next(due); !next.After(now); next = p.Next(next) {
		if missed == missedMax {
			return p.Next(now), missed
		}
		missed++
	}
	return next, missed
}
