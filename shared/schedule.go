package shared

import (
	"strconv"
	"strings"
)

// Schedule says when a site is audited again, and what became of it so far. There is at
// most one for each site.
type Schedule struct {
	Site string `json:"site"`
	// NewAudit is what every audit of the schedule asks for.
	NewAudit
	// Cron is when: five fields (minute, hour, day of the month, month, day of the week),
	// a word such as @daily, or @every with a duration such as 6h.
	Cron string `json:"cron"`
	// TimeZone is the IANA name of the zone whose clock Cron means.
	TimeZone string `json:"time_zone"`
	// NextAt is when the next audit is due. It is started within some seconds of it.
	NextAt Time `json:"next_at"`
	// LastAt and LastAuditID are when the last audit was started, and which it is.
	LastAt      *Time  `json:"last_at"`
	LastAuditID *int64 `json:"last_audit_id"`
	// Missed counts the times at which no audit was started, because the one before had
	// not ended, no server ran, or the queue was full. MissedAt is the last of them.
	Missed    int   `json:"missed"`
	MissedAt  *Time `json:"missed_at"`
	CreatedAt Time  `json:"created_at"`
	// Turn tells apart the states of one schedule; it is not for readers.
	Turn int64 `json:"-"`
}

// EveryHours is the expression of a schedule that starts an audit each n hours.
func EveryHours(n int) string { return "@every " + strconv.Itoa(n) + "h" }

// HoursOf reads an expression that [EveryHours] may have made.
func HoursOf(cron string) (n int, ok bool) {
	number, ok := strings.CutPrefix(cron, "@every ")
	number, hours := strings.CutSuffix(number, "h")
	n, err := strconv.Atoi(number)
	return n, ok && hours && err == nil && n > 0
}

// The fields of the forms of a site: what a button asks for, [DoAgain] among it, and what a
// schedule is made of.
const (
	FieldDo    = "do"
	FieldCount = "count"
	FieldUnit  = "unit"
	FieldCron  = "cron"
	FieldZone  = "zone"
)

// DoAgain asks for an audit like the last.
const DoAgain = "again"

// What [ParamSaid] says beside the codes of problems.
const (
	SaidSaved   = "saved"
	SaidStopped = "stopped"
	SaidCount   = "count" // the number is none that a form takes
)

// The units in which forms say how often an audit is started.
const (
	UnitHours = "hours"
	UnitDays  = "days"
	UnitCron  = "cron"
)

// ScheduleCountMax is how many hours or days a form takes.
const ScheduleCountMax = 999

// Rhythm is how often a form says that an audit is started: each so many hours or days, or
// by a cron expression.
type Rhythm struct{ Count, Unit, Cron string }

// RhythmOf is what a form shows of an expression.
func RhythmOf(cron string) Rhythm {
	switch hours, ok := HoursOf(cron); {
	case !ok:
		return Rhythm{Count: "1", Unit: UnitCron, Cron: cron}
	case hours%24 == 0:
		return Rhythm{Count: strconv.Itoa(hours / 24), Unit: UnitDays}
	default:
		return Rhythm{Count: strconv.Itoa(hours), Unit: UnitHours}
	}
}

// Expression is the cron expression of what was typed; ok is false when Count is not 1 to
// [ScheduleCountMax]. Whether an expression that was typed can be read it does not know.
func (r Rhythm) Expression() (cron string, ok bool) {
	if r.Unit == UnitCron {
		return strings.TrimSpace(r.Cron), true
	}
	n, err := strconv.Atoi(strings.TrimSpace(r.Count))
	if err != nil || n < 1 || n > ScheduleCountMax {
		return "", false
	}
	if r.Unit == UnitDays {
		n *= 24
	}
	return EveryHours(n), true
}
