package testkit

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestEventuallyWaitsInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		Eventually(t, time.Hour, "half an hour", func() bool { return time.Since(begun) >= 30*time.Minute })
		if got := time.Since(begun); got > 30*time.Minute+lastPause {
			t.Errorf("noticed after %v", got)
		}
	})
}

// recorder is a test that notes how it failed.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestEventuallyFailsAtTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, asked, r := time.Now(), 0, &recorder{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			Eventually(r, time.Second, "the end of time", func() bool { asked++; return false })
		}()
		<-done
		if want := "not within 1s: the end of time"; r.failure != want || time.Since(begun) != time.Second {
			t.Errorf("got %q after %v, want %q after 1s", r.failure, time.Since(begun), want)
		}
		if asked < 2 {
			t.Errorf("asked %d times", asked)
		}
	})
}

func TestLogBuffer(t *testing.T) {
	var log LogBuffer
	for range 3 {
		fmt.Fprintln(&log, "ready")
	}
	if log.String() != "ready\nready\nready\n" || log.Tail(4) != "ady\n" || log.Tail(100) != log.String() {
		t.Errorf("got %q, the last 4 bytes %q", log.String(), log.Tail(4))
	}
	if log.Count("ready") != 3 || !log.Contains("y\nr") || log.Contains("steady") {
		t.Errorf("counted %d", log.Count("ready"))
	}
}
