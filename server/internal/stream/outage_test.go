package stream

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/shared"
)

func TestOutageOfTheDatabase(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		list := r.open("/sse/audits")
		time.Sleep(40 * time.Second)
		r.table.fail(errors.New("connection refused"))
		fell := time.Now()
		time.Sleep(100 * time.Second)
		r.table.progress(7, 50) // unseen: nobody can read it
		time.Sleep(20 * time.Second)

		if err := r.server.Healthy(); err == nil {
			t.Error("Healthy: got nil during an outage")
		}
		if got := longestGap(s); got > 15*time.Second {
			t.Errorf("silent for %v during the outage", got)
		}
		heartbeats := s.Heartbeats()
		stand := heartbeats[len(heartbeats)-1].FreshAt
		if age := fell.Sub(stand.Time); age < 0 || age > 300*time.Millisecond {
			t.Errorf("fresh_at stands at %v, the outage began at %v", stand, fell)
		}
		during := 0
		for _, b := range heartbeats {
			if b.ServerTime.After(fell) {
				during++
				if !b.FreshAt.Equal(stand.Time) {
					t.Errorf("fresh_at moved during the outage: %v, then %v", stand, b.FreshAt)
				}
			}
		}
		if during < 8 {
			t.Errorf("%d heartbeats in 2 min of outage", during)
		}
		late := r.open("/sse/audits/7/progress")
		if late.Status != http.StatusServiceUnavailable || late.Header.Get("Retry-After") == "" {
			t.Errorf("new stream during the outage: got %d, Retry-After %q", late.Status,
				late.Header.Get("Retry-After"))
		}

		r.table.fail(nil)
		time.Sleep(2*time.Second + 250*time.Millisecond)
		for _, s := range []*ssetest.Reader{s, list} {
			if got := s.Revisions(); !slices.Equal(got, []string{"7@1", "7@2"}) || s.Closed() {
				t.Errorf("after the outage: got %v, closed %v; want the missed change on the same stream",
					got, s.Closed())
			}
		}
		if err := r.server.Healthy(); err != nil {
			t.Errorf("Healthy: got %v after the outage", err)
		}
		if failed, recovered := r.log.Count("sweep failed"), r.log.Count("sweep recovered"); failed != 1 ||
			recovered != 1 {
			t.Errorf("logged %d failures and %d recoveries, want one each\n%s", failed, recovered, r.log)
		}
		time.Sleep(20 * time.Second)
		heartbeats = s.Heartbeats()
		if last := heartbeats[len(heartbeats)-1]; last.ServerTime.Sub(last.FreshAt.Time) > 300*time.Millisecond {
			t.Errorf("after the outage fresh_at is %v old", last.ServerTime.Sub(last.FreshAt.Time))
		}
	})
}

// Without subscribers nothing is read, and nothing is known of an outage that began
// before: the server may have new ones. It is not said to be over until it is.
func TestOutageWithoutSubscribers(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		s := r.open("/sse/audits/7/progress")
		time.Sleep(time.Second)
		r.table.fail(errors.New("connection refused"))
		time.Sleep(10 * time.Second)
		if err := r.server.Healthy(); err == nil {
			t.Error("Healthy: got nil during an outage")
		}
		s.Stop()
		time.Sleep(10 * time.Second)
		if err := r.server.Healthy(); err != nil {
			t.Errorf("Healthy: got %v without subscribers", err)
		}
		if n := r.log.Count("sweep recovered"); n != 0 {
			t.Errorf("logged %d recoveries during the outage", n)
		}
		r.table.fail(nil)
		if s := r.open("/sse/audits/7/progress"); s.Status != http.StatusOK {
			t.Errorf("a stream after the outage: got %d", s.Status)
		}
		if failed, recovered := r.log.Count("sweep failed"), r.log.Count("sweep recovered"); failed != 1 || recovered != 1 {
			t.Errorf("logged %d failures and %d recoveries, want one each\n%s", failed, recovered, r.log)
		}
	})
}

// Another database has taken over: it answers, but not from this position.
func TestPositionThatIsNotUnderstood(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7, 8, 9)
		s, list := r.open("/sse/audits/7/progress"), r.open("/sse/audits")
		gone := r.open("/sse/audits/9/progress")
		time.Sleep(time.Second)
		r.table.set(func() { r.table.committed = func() {} })
		r.table.set(func() { r.table.badBefore = 1 << 40 })
		r.table.delete(9)
		r.table.progress(7, 50)
		r.table.set(func() { r.table.changes = 1 << 41 })
		time.Sleep(10 * time.Second)
		if got, want := s.Revisions(), []string{"7@1", "7@2"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if e, ok := list.End(); !ok || e.Reason != shared.EndMaxAge {
			t.Errorf("list, of which nobody knows what was deleted: got %+v (%v)", e, ok)
		}
		list = r.open("/sse/audits")
		time.Sleep(time.Second)
		if got, want := list.Revisions(), []string{"8@1", "7@2"}; !slices.Equal(got, want) {
			t.Errorf("list: got %v, want %v", got, want)
		}
		if e, ok := gone.End(); !ok || e.Reason != shared.EndDeleted {
			t.Errorf("deleted during the gap: got %+v (%v)", e, ok)
		}
	})
}
