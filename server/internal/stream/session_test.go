package stream

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"atalaya/shared"
)

// newTestSession is a session without a writer, begun at the returned moment.
func newTestSession(subscribe func(*Server) subscriber) (*Server, session, time.Time) {
	s := New(newTable(), newTestFeed(), Config{Fail: fail, Log: slog.New(slog.DiscardHandler)})
	began := s.epoch.Add(time.Hour)
	return s, newSession(s.env, subscribe(s), began), began
}

func one(s *Server) subscriber { return s.hub.subscribeAudits([]int64{7}, withID) }

// A session needs no clock: it is told the time, and says when to be asked
// again.
func TestSessionKeepsTime(t *testing.T) {
	s, session, now := newTestSession(one)
	defer session.subscriber.unsubscribe()
	f := frameOf(7, 1)
	s.hub.publish([]*frame{f})
	first := session.start(now, &snapshot{asOf: now, frames: map[int64]*frame{7: f}}, nil)
	if len(first.blocks) != 2 || first.reason != "" {
		t.Fatalf("got %d blocks and reason %q, want the opening and the state", len(first.blocks), first.reason)
	}
	session.flushed(now)
	heartbeats := 0
	for first := now; ; {
		next := s.epoch.Add(session.deadline())
		if got := session.step(next.Add(-deadlineSlack-1), false, nil); len(got.blocks) > 0 || got.reason != "" {
			t.Fatalf("too early: got %d blocks and %q", len(got.blocks), got.reason)
		}
		silence := next.Sub(now)
		now = next
		got := session.step(now, false, nil)
		if got.reason == string(shared.EndMaxAge) {
			if life := now.Sub(first); life < shared.StreamLifetime*9/10 || life > shared.StreamLifetime {
				t.Errorf("lived %v", life)
			}
			break
		}
		if len(got.blocks) != 1 || !bytes.Contains(got.blocks[0], []byte("event: heartbeat")) {
			t.Fatalf("at the deadline: got %q", got.blocks)
		}
		if silence < shared.HeartbeatDefault*5/6 || silence > shared.HeartbeatDefault {
			t.Errorf("silent for %v", silence)
		}
		if session.deadline()%(shared.HeartbeatDefault/15) != 0 {
			t.Errorf("a heartbeat at %v, which few others share", session.deadline())
		}
		session.flushed(now)
		heartbeats++
	}
	if heartbeats < 36 || heartbeats > 48 {
		t.Errorf("%d heartbeats in a lifetime", heartbeats)
	}
}

// Streams whose heartbeats are due in one millisecond share the bytes.
func TestHeartbeatsAreShared(t *testing.T) {
	var h heartbeats
	now := time.Date(2026, 11, 23, 14, 0, 0, 5e6, time.UTC)
	first := h.encode(now, now)
	if again := h.encode(now.Add(900*time.Microsecond), now); &again[0] != &first[0] {
		t.Error("encoded again in the same millisecond")
	}
	if other := h.encode(now, now.Add(-time.Second)); bytes.Equal(other, first) {
		t.Error("the age of another state")
	}
	if other := h.encode(now.Add(time.Millisecond), now); bytes.Equal(other, first) {
		t.Error("the time of another moment")
	}
}

// A subscriber that is behind asks once, and again only with other bytes.
func TestSessionAsksForAResyncOnce(t *testing.T) {
	s, session, now := newTestSession(func(s *Server) subscriber { return s.hub.subscribeList(&s.relay.snapshots) })
	defer session.subscriber.unsubscribe()
	first := &snapshot{asOf: now}
	first.setList(nil)
	session.start(now, first, nil)
	session.flushed(now)
	asks := func(at time.Time) bool { return session.step(at, false, nil).resync }
	if asks(now) {
		t.Error("asks without being behind")
	}
	s.hub.resyncList()
	if !asks(now) || asks(now) || asks(now.Add(time.Second)) {
		t.Error("want one question")
	}
	if !asks(s.epoch.Add(session.deadline())) {
		t.Error("a question in vain is not asked again with the next heartbeat")
	}
	session.subscriber.(*listSubscriber).begin(first, nil)
	if asks(now) {
		t.Error("asks after it has taken the snapshot")
	}
}
