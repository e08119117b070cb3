package schedule_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests know the zones wherever they run

	"atalaya/server/internal/schedule"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNext(t *testing.T) {
	for _, c := range []struct{ cron, zone, after, want string }{
		{"0 6 * * mon", "", "2026-11-26 07:00", "2026-11-30 06:00"},
		{"0 6 * * *", "Europe/Madrid", "2026-11-26 05:30", "2026-11-27 05:00"},
		{"0 6 * * *", "Europe/Madrid", "2026-07-01 03:30", "2026-07-01 04:00"},
		{"0 6 * * *", "America/New_York", "2026-11-26 05:30", "2026-11-26 11:00"},
		{"@daily", "UTC", "2026-11-26 05:30", "2026-11-27 00:00"},
		{"@every 6h", "Europe/Madrid", "2026-11-26 05:30", "2026-11-26 11:30"},
		{"*/15 * * * *", "UTC", "2026-11-26 05:31", "2026-11-26 05:45"},
		{"0 0 29 2 *", "UTC", "2026-11-26 05:31", "2028-02-29 00:00"},
		{"30 2 29 3 *", "Europe/Madrid", "2026-01-01 00:00", "2026-03-29 01:30"}, // which clocks skip
	} {
		plan, err := schedule.Parse(c.cron, c.zone)
		if err != nil {
			t.Errorf("%q: %v", c.cron, err)
			continue
		}
		if got := plan.Next(at(t, c.after)); !got.Equal(at(t, c.want)) {
			t.Errorf("%q in %q after %s: got %v, want %s", c.cron, c.zone, c.after, got.UTC(), c.want)
		}
	}
}

// TestClocksAreChanged: a plan that names hours comes once a day also when clocks are changed,
// and one of every hour each hour that passes.
func TestClocksAreChanged(t *testing.T) {
	for _, c := range []struct {
		cron, zone, after string
		want              []string
	}{
		// At 01:00 UTC the clocks of Madrid go from 02:00 to 03:00, and back from 03:00 to 02:00.
		{"30 2 * * *", "Europe/Madrid", "2026-03-27 12:00", []string{"2026-03-28 01:30", "2026-03-29 01:30", "2026-03-30 00:30"}},
		{"0 6 * * *", "Europe/Madrid", "2026-03-27 12:00", []string{"2026-03-28 05:00", "2026-03-29 04:00", "2026-03-30 04:00"}},
		{"30 2 * * *", "Europe/Madrid", "2026-10-23 12:00", []string{"2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"}},
		{"30 2 * * *", "Europe/Madrid", "2026-10-25 00:45", []string{"2026-10-26 01:30"}}, // between the two
		{"30 2 * * *", "Europe/Madrid", "2026-10-25 01:15", []string{"2026-10-26 01:30"}},
		{"0 2,3 * * *", "Europe/Madrid", "2026-03-28 12:00", []string{"2026-03-29 01:00", "2026-03-30 00:00"}},
		// Those of New York do at 07:00 UTC, and back at 06:00.
		{"30 2 * * *", "America/New_York", "2026-03-07 12:00", []string{"2026-03-08 07:30", "2026-03-09 06:30"}},
		{"30 1 * * *", "America/New_York", "2026-10-31 12:00", []string{"2026-11-01 05:30", "2026-11-02 06:30"}},
		// Those of Lord Howe by half an hour.
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00", []string{"2026-10-03 15:45", "2026-10-04 15:15"}},
		{"30 * * * *", "Europe/Madrid", "2026-03-29 00:00", []string{"2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 02:30"}},
		{"30 * * * *", "Europe/Madrid", "2026-10-25 00:00", []string{"2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 02:30"}},
		{"@every 1h", "Europe/Madrid", "2026-10-25 00:30", []string{"2026-10-25 01:30", "2026-10-25 02:30"}},
	} {
		plan, err := schedule.Parse(c.cron, c.zone)
		if err != nil {
			t.Errorf("%q: %v", c.cron, err)
			continue
		}
		moment := at(t, c.after)
		for _, want := range c.want {
			if moment = plan.Next(moment); !moment.Equal(at(t, want)) {
				t.Errorf("%q in %q after %s: got %v, want %s", c.cron, c.zone, c.after, moment.UTC(), want)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ cron, zone, says string }{
		{"", "", "cannot be read"},
		{"0 6 * *", "", "cannot be read"},
		{"0 0 6 * * *", "", "cannot be read"},
		{"61 * * * *", "", "cannot be read"},
		{"@reboot", "", "cannot be read"},
		{"@every x", "", "cannot be read"},
		{"@every -1h", "", "apart"},
		{"@every 14m", "", "at least 15m0s apart"},
		{"* * * * *", "", "at least 15m0s apart"},
		{"0,5 6 * * *", "", "at least 15m0s apart"},
		{"0 0 31 2 *", "", "no such time"},
		{"@every 100000h", "", "no such time"},
		{"TZ=UTC 0 6 * * *", "", "field of its own"},
		{"CRON_TZ=", "", "field of its own"},
		{"0 6 * * *", "Mars/Olympus", "IANA"},
		{"0 6 * * *", "Local", "IANA"},
		{"0 6 * * *", "../etc/passwd", "IANA"},
		{strings.Repeat("*", 101), "", "longer"},
	} {
		if _, err := schedule.Parse(c.cron, c.zone); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q in %q: got %v, want words with %q", c.cron, c.zone, err, c.says)
		}
	}
}

func TestAfter(t *testing.T) {
	for _, c := range []struct {
		cron, due, now, next string
		missed               int
	}{
		{"@hourly", "2026-11-26 05:00", "2026-11-26 05:00", "2026-11-26 06:00", 0},
		{"@hourly", "2026-11-26 05:00", "2026-11-26 05:59", "2026-11-26 06:00", 0},
		{"@hourly", "2026-11-26 05:00", "2026-11-26 06:00", "2026-11-26 07:00", 1},
		{"@hourly", "2026-11-26 05:00", "2026-11-27 05:30", "2026-11-27 06:00", 24},
		{"@every 6h", "2026-11-26 05:10", "2026-11-27 05:30", "2026-11-27 11:10", 4},
		{"@hourly", "2006-11-26 05:00", "2026-11-27 05:30", "2026-11-27 06:00", 1000}, // no more are counted
	} {
		plan, err := schedule.Parse(c.cron, "")
		if err != nil {
			t.Fatal(err)
		}
		if next, missed := plan.After(at(t, c.due), at(t, c.now)); !next.Equal(at(t, c.next)) || missed != c.missed {
			t.Errorf("%s due %s, now %s: got %v, %d missed, want %s, %d", c.cron, c.due, c.now, next, missed, c.next, c.missed)
		}
	}
}

// FuzzParse looks for expressions that stop the server, or that give a plan whose times do
// not go forward.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0 6 * * mon", "@every 6h", "TZ=", "@every 9999999h", "*/0 * * * *", "0-59/7 * ? * *"} {
		f.Add(seed, "Europe/Madrid")
	}
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, cron, zone string) {
		plan, err := schedule.Parse(cron, zone)
		if err != nil {
			return
		}
		if next, _ := plan.After(now, now.AddDate(0, 1, 0)); !next.After(now) {
			t.Errorf("%q in %q: %v is next", cron, zone, next)
		}
	})
}
