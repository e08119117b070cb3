package crawl

import (
	"testing"
	"testing/synctest"
	"time"
)

// A watch tells a wait for a turn that others take from a wait for an answer.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimits(5, 1)
		var mine, other Watch
		if got, ok := l.WaitOf(&mine); ok {
			t.Errorf("nothing is under way, but %+v", got)
		}
		release, err := l.Acquire(other.Within(t.Context()), "a")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			release, err := l.Acquire(mine.Within(t.Context()), "a")
			if err != nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Minute)
			release(Outcome{Status: 200})
		}()
		synctest.Wait()
		if got, _ := l.WaitOf(&mine); got != (Wait{"a", began, true}) {
			t.Errorf("while another audit has the turn: %+v", got)
		}
		if got, _ := l.WaitOf(&other); got != (Wait{"a", began, false}) {
			t.Errorf("the other audit: %+v", got)
		}
		time.Sleep(time.Second)
		release(Outcome{Status: 200})
		synctest.Wait()
		if got, _ := l.WaitOf(&mine); got != (Wait{"a", began, false}) {
			t.Errorf("while the answer is awaited: %+v", got)
		}
		<-answered
		if got, ok := l.WaitOf(&mine); ok {
			t.Errorf("after the answer: %+v", got)
		}
		if b := l.budgets["a"]; len(b.callers) != 0 {
			t.Errorf("callers are left: %v", b.callers)
		}
	})
}
