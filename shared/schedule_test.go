package shared_test

import (
	"testing"

	"atalaya/shared"
)

func TestHoursOf(t *testing.T) {
	if n, ok := shared.HoursOf(shared.EveryHours(48)); n != 48 || !ok {
		t.Errorf("got %d, %v, want 48", n, ok)
	}
	for _, cron := range []string{"", "48", "48h", "@every 48", "@every h", "@every 0h", "@every -2h", "@every 90m", "@daily"} {
		if n, ok := shared.HoursOf(cron); ok {
			t.Errorf("%q is taken for %d hours", cron, n)
		}
	}
}

func TestRhythm(t *testing.T) {
	for _, c := range []struct {
		typed shared.Rhythm
		cron  string
	}{
		{shared.Rhythm{Count: "6", Unit: shared.UnitHours}, "@every 6h"},
		{shared.Rhythm{Count: "2", Unit: shared.UnitDays}, "@every 48h"},
		{shared.Rhythm{Count: "1", Unit: shared.UnitCron, Cron: "0 6 * * mon"}, "0 6 * * mon"},
	} {
		if got, ok := c.typed.Expression(); got != c.cron || !ok {
			t.Errorf("%+v: got %q, %v, want %q", c.typed, got, ok, c.cron)
		}
		if got := shared.RhythmOf(c.cron); got != c.typed {
			t.Errorf("%q is shown as %+v, want %+v", c.cron, got, c.typed)
		}
	}
	for _, count := range []string{"", "0", "-1", "1000", "1.5", "x"} {
		if got, ok := (shared.Rhythm{Count: count, Unit: shared.UnitDays}).Expression(); ok {
			t.Errorf("%q days give %q", count, got)
		}
	}
}
