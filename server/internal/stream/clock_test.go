package stream

import (
	"bytes"
	"log/slog"
	"testing"
	"time"
	"unsafe"

	"atalaya/server/internal/feed"
	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// stepped is t as it would have been read from a clock that somebody had set: by
// more in what it says, and the same in what has passed.
func stepped(t time.Time, by time.Duration) time.Time {
	*(*uint64)(unsafe.Pointer(&t)) += uint64(by/time.Second) << 30
	return t
}

// The age of a state, which is what fresh_at is for, is not changed by somebody
// who sets the clock, whenever that is.
func TestClockStepped(t *testing.T) {
	begin := time.Now()
	if got := stepped(begin, -time.Hour); got.Sub(begin) != 0 || got.UnixNano() != begin.Add(-time.Hour).UnixNano() {
		t.Fatalf("this Go has other times: %v is an hour before %v", got, begin)
	}
	at := func(after time.Duration, by time.Duration) time.Time { return stepped(begin.Add(after), by) }
	for _, by := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		for name, test := range map[string]struct {
			snapshot, swept, now time.Time
			want                 time.Duration
		}{
			"never":               {at(1*time.Second, 0), at(2*time.Second, 0), at(9*time.Second, 0), 7 * time.Second},
			"after the snapshot":  {at(1*time.Second, 0), at(2*time.Second, by), at(9*time.Second, by), 7 * time.Second},
			"after the sweep":     {at(1*time.Second, 0), at(2*time.Second, 0), at(9*time.Second, by), 7 * time.Second},
			"before the snapshot": {at(2*time.Second, by), at(1*time.Second, 0), at(9*time.Second, by), 7 * time.Second},
		} {
			s := New(newTable(), feed.New(feed.Config{}), Config{Fail: fail, Log: slog.New(slog.DiscardHandler)})
			sub := s.hub.subscribeAudits([]int64{7}, withID)
			s.hub.publish([]*frame{newFrame(running(7, 5))})
			stream := newSession(s.env, sub, begin)
			stream.start(test.snapshot,
				&snapshot{asOf: test.snapshot, frames: map[int64]*frame{7: newFrame(running(7, 5))}}, nil)
			s.freshness.confirm(test.swept)
			stream.heartbeatAt = 0
			got := heartbeatOf(t, stream.step(test.now, false, nil).blocks)
			if age := got.ServerTime.Sub(got.FreshAt.Time); (age - test.want).Abs() > time.Millisecond {
				t.Errorf("clock set by %v %s: the state is %v old, want %v", by, name, age, test.want)
			}
		}
	}
}

// A state that no sweep has confirmed for long is not served from the hub, whatever
// the clock says.
func TestCachedSnapshotAfterTheClockWasSet(t *testing.T) {
	h := testHub()
	first := h.subscribeAudits([]int64{7}, withID)
	defer first.unsubscribe()
	h.publish([]*frame{newFrame(running(7, 5))})
	for _, test := range []struct {
		age  time.Duration
		want bool
	}{{0, true}, {2 * cacheTrusted, false}} {
		for _, by := range []time.Duration{-time.Hour, 0, time.Hour} {
			h.freshness.confirm(stepped(time.Now().Add(-test.age), by))
			if got := h.cachedSnapshot(first) != nil; got != test.want {
				t.Errorf("swept %v ago, the clock then set by %v: cached %v, want %v", test.age, -by, got, test.want)
			}
		}
	}
}

func heartbeatOf(t *testing.T, blocks [][]byte) shared.Heartbeat {
	t.Helper()
	for _, block := range blocks {
		e, err := sse.NewDecoder(bytes.NewReader(block)).Next()
		if err != nil || e.Type != shared.EventHeartbeat {
			continue
		}
		h, err := shared.DecodeHeartbeat(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	t.Fatalf("no heartbeat in %q", blocks)
	return shared.Heartbeat{}
}
