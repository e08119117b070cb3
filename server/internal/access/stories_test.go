package access

import (
	"testing"
	"testing/synctest"
	"time"
)

// One address tells no more stories in an hour than are good for the sums; loopback does.
func TestStories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStories(trusted)
		tell := func(remote string) (left time.Duration, full bool) { return s.Count(asked(remote, "")) }
		for i := range storiesMax {
			if _, full := tell("192.0.2.1:1"); full {
				t.Fatalf("story %d refused", i)
			}
		}
		<-time.After(20 * time.Minute)
		if left, full := tell("192.0.2.1:2"); !full || left != 40*time.Minute {
			t.Errorf("one too many: refused %t for another %v", full, left)
		}
		if _, full := tell("192.0.2.2:1"); full {
			t.Error("another address is refused")
		}
		for range storiesMax + 1 {
			if _, full := tell("127.0.0.1:1"); full {
				t.Fatal("loopback is refused")
			}
		}
		<-time.After(40 * time.Minute)
		if _, full := tell("192.0.2.1:1"); full {
			t.Error("refused in the next hour")
		}
	})
}
