package stream

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

func TestList(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		for id := range int64(60) {
			r.table.insert(id + 1)
			if id+1 <= 10 && id+1 != 3 {
				r.table.complete(id + 1)
			}
		}
		s := r.open("/sse/audits")
		synctest.Wait()
		var want []string
		for id := 60; id > 10; id-- {
			want = append(want, fmt.Sprintf("%d@1", id))
		}
		want = append(want, "3@1")
		if got := s.Revisions(); !slices.Equal(got, want) {
			t.Fatalf("snapshot: got %v, want the newest 50 and the one that runs, newest first", got)
		}
		r.table.progress(3, 50)
		synctest.Wait()
		r.table.insert(61)
		synctest.Wait()
		r.table.complete(60)
		synctest.Wait()
		r.table.delete(59)
		r.table.delete(1) // not in the snapshot, but others may show it
		time.Sleep(time.Minute)
		deleted := s.Of(shared.EventDeleted)
		if len(deleted) != 2 || string(deleted[0].Data) != `{"audit_id":59}` || deleted[1].Deleted.AuditID != 1 {
			t.Errorf("deleted: got %v, want 59 and 1, once each", deleted)
		}
		if got, want := s.Revisions()[51:], []string{"3@2", "61@1", "60@2"}; !slices.Equal(got, want) || s.Closed() {
			t.Errorf("got %v, closed %v; want %v and open", got, s.Closed(), want)
		}
		for _, p := range s.Progress() {
			if p.Activity != nil {
				t.Fatalf("audit %d has activity in the list", p.AuditID)
			}
		}
	})
}

// The list and some audits come on one stream: the list as ever, and beside it the audits,
// whole. It goes on whatever becomes of them.
func TestListWithAudits(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		for id := range int64(60) {
			r.table.insert(id + 1)
			r.table.complete(id + 1)
		}
		s := r.open("/sse/audits?list=true&id=60&id=1&id=404") // one in the list, one too old for it, one unknown
		alone := r.open("/sse/audits")
		r.open("/sse/audits/1/progress")
		synctest.Wait()
		if got, want := s.Beside(), []string{"60@2", "1@2"}; !slices.Equal(got, want) {
			t.Errorf("the audits: got %v, want %v", got, want)
		}
		r.table.insert(61, 62)
		time.Sleep(shared.HeartbeatDefault)
		s = r.open("/sse/audits?id=61&list=true&id=62")
		seven := r.open("/sse/audits?id=62")
		synctest.Wait()
		r.table.progress(61, 50)
		synctest.Wait()
		r.table.delete(62)
		synctest.Wait()
		r.table.complete(61)
		time.Sleep(time.Minute)
		if got, want := s.Beside(), []string{"61@1", "62@1", "61@2", "61@3"}; !slices.Equal(got, want) {
			t.Errorf("the audits: got %v, want %v", got, want)
		}
		if got, want := s.Revisions()[shared.ListSnapshot:], []string{"61@2", "61@3"}; !slices.Equal(got, want) {
			t.Errorf("the list: got %v, want %v", got, want)
		}
		for _, e := range s.All() {
			if whole := e.Type == shared.EventAudit; whole != (e.Progress.Activity != nil) {
				t.Fatalf("an event %q with activity %v", e.Type, e.Progress.Activity)
			}
		}
		if got := s.Of(shared.EventDeleted); len(got) != 1 || got[0].Deleted.AuditID != 62 {
			t.Errorf("deleted: got %v, want 62, once", got)
		}
		if s.Closed() || alone.Closed() || !seven.Closed() {
			t.Errorf("closed: both %v, list %v, audit %v", s.Closed(), alone.Closed(), seven.Closed())
		}
		if got, want := lastTold(s), map[int64]int(nil); !maps.Equal(got, want) {
			t.Errorf("watching: got %v, want %v", got, want)
		}
	})
}

// An empty list is a stream like any other.
func TestEmptyList(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		s := r.open("/sse/audits")
		synctest.Wait()
		r.table.insert(1)
		synctest.Wait()
		if got, want := s.Revisions(), []string{"1@1"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func testHub() *hub { return newHub(newEnv(Config{}), newTestFeed()) }

func frameOf(id, revision int64) *frame {
	p := running(id, 1)
	p.Revision = revision
	return newFrame(p)
}

// taken names the frames that take gives, "id@revision".
func (l *listSubscriber) taken(t *testing.T) (got []string, st subscriberState) {
	t.Helper()
	blocks, st := l.take(nil)
	return names(t, blocks), st
}

// A subscriber behind more changes than are kept gets what is kept, and is told to
// take a snapshot until it has one. What it costs does not grow.
func TestListOverflow(t *testing.T) {
	const kept = 100
	h := testHub()
	h.list.limit = kept
	slow, fast := h.subscribeList(nil), h.subscribeList(nil)
	for id := range int64(kept) {
		h.publishList([]*frame{frameOf(id+1, 1)})
	}
	if got, st := fast.taken(t); len(got) != kept || st != open {
		t.Fatalf("all kept: got %d frames, state %v", len(got), st)
	}
	h.publishList([]*frame{frameOf(kept+1, 1), frameOf(kept+2, 1)})
	if got, st := fast.taken(t); len(got) != 2 || st != open {
		t.Errorf("fast subscriber: got %d frames, state %v", len(got), st)
	}
	if got := h.list.order.Len(); got != kept || len(h.list.byID) != kept {
		t.Errorf("%d changes kept, want %d", got, kept)
	}
	if got, st := slow.taken(t); len(got) != kept || got[0] != "3@1" || st != behind {
		t.Errorf("slow subscriber: got %d frames from %s, state %v; want %d from 3@1 and lost", len(got),
			got[0], st, kept)
	}
	if got, st := slow.taken(t); len(got) != 0 || st != behind {
		t.Errorf("slow subscriber without snapshot: got %v, state %v", got, st)
	}
	b := &snapshot{}
	b.setList([]*frame{frameOf(kept+2, 2)})
	slow.begin(b, nil)
	h.publishList([]*frame{frameOf(kept+2, 2), frameOf(1, 2)})
	if got, st := slow.taken(t); !slices.Equal(got, []string{"1@2"}) || st != open {
		t.Errorf("after the snapshot: got %v, state %v; want what the snapshot did not show", got, st)
	}
	slow.unsubscribe()
	fast.unsubscribe()
	if h.list.order.Len() != 0 || h.list.byID != nil || h.subscribers != 0 {
		t.Errorf("with no subscriber left: %d changes, %d subscribers", h.list.order.Len(), h.subscribers)
	}
}

// A change made again before a subscriber took it costs nothing more.
func TestListConflates(t *testing.T) {
	h := testHub()
	l := h.subscribeList(nil)
	defer l.unsubscribe()
	for revision := range int64(100) {
		h.publishList([]*frame{frameOf(1, revision+1), frameOf(2, revision+1)})
	}
	h.publishList([]*frame{frameOf(1, 5)}) // older: dropped
	if got, _ := l.taken(t); !slices.Equal(got, []string{"1@100", "2@100"}) {
		t.Errorf("got %v", got)
	}
	if got := counter(t, h.metrics.conflated); got != 198 {
		t.Errorf("got %v conflated, want 198", got)
	}
}

// A deletion is the last that is told of an audit, once, however late the rows of
// before come again. A subscriber that missed one begins anew, because no snapshot
// shows what was deleted.
func TestListTellsDeletions(t *testing.T) {
	const kept = 3
	h := testHub()
	h.list.limit = kept
	slow, fast := h.subscribeList(nil), h.subscribeList(nil)
	defer slow.unsubscribe()
	defer fast.unsubscribe()
	h.publishList([]*frame{frameOf(7, 1)})
	h.publishDeleted([]int64{7, 8})
	if got, st := fast.taken(t); !slices.Equal(got, []string{"7 deleted", "8 deleted"}) || st != open {
		t.Errorf("got %v, state %v", got, st)
	}
	h.publishList([]*frame{frameOf(7, 2)})
	h.publishDeleted([]int64{7})
	if got, _ := fast.taken(t); len(got) != 0 {
		t.Errorf("after the deletion: got %v, want nothing", got)
	}
	h.publishList([]*frame{frameOf(1, 1), frameOf(2, 1)})
	if got, st := fast.taken(t); len(got) != 2 || st != open {
		t.Errorf("fast subscriber: got %v, state %v", got, st)
	}
	if got, st := slow.taken(t); !slices.Equal(got, []string{"8 deleted", "1@1", "2@1"}) || st != outdated {
		t.Errorf("slow subscriber, which missed the deletion of 7: got %v, state %v, want %v", got, st, outdated)
	}
}

// A list stream that lost its place while the database was down gets its
// snapshot afterwards, and its heartbeats meanwhile.
func TestListResyncDuringAnOutage(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(1, 2)
		s := r.open("/sse/audits")
		time.Sleep(time.Second)
		r.table.fail(errors.New("down"))
		r.server.hub.resyncList()
		time.Sleep(time.Minute)
		if got := longestGap(s); got > shared.HeartbeatDefault {
			t.Errorf("silent for %v", got)
		}
		if got := len(s.Progress()); got != 2 {
			t.Errorf("got %d frames during the outage, want the 2 of the snapshot", got)
		}
		r.table.fail(nil)
		time.Sleep(20 * time.Second)
		if got, want := s.Revisions(), []string{"2@1", "1@1", "2@1", "1@1"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
