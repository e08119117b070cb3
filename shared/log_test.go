package shared

import (
	"reflect"
	"testing"
	"time"
)

// The log is what the state remembers, in order, and no more.
func TestLog(t *testing.T) {
	at := func(s int64) Time { return At(time.Unix(1_800_000_000+s, 0)) }
	p := AuditProgress{Status: StatusPending, CreatedAt: at(0)}
	want := []LogLine{{At: at(0), Status: StatusPending}}
	holds := func() {
		t.Helper()
		if got := p.Log(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	holds()
	p.Status, p.StartedAt = StatusRunning, new(at(1))
	want = append(want, LogLine{At: at(1), Status: StatusRunning})
	holds()
	p.Activity = &Activity{Stages: []StageSpan{
		{Name: StageDiscover, StartedAt: at(2), FinishedAt: new(at(3))}, {Name: StageCrawl, StartedAt: at(3)},
	}}
	want = append(want, LogLine{At: at(2), Stage: StageDiscover}, LogLine{At: at(3), Stage: StageCrawl})
	holds()
	p.Status, p.FinishedAt = StatusCancelled, new(at(9))
	want = append(want, LogLine{At: at(9), Status: StatusCancelled})
	holds()
}
