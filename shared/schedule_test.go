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
