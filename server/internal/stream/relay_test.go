package stream

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/sse/ssetest"
	"atalaya/shared"
)

func TestNoQueryWhileNobodyIsSubscribed(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		time.Sleep(time.Hour)
		for range 100 { // commits wake, and nothing is asked
			r.table.progress(7, 5)
			time.Sleep(time.Second)
		}
		if got := r.table.queries(); got != [3]int{} {
			t.Errorf("before the first subscriber: got %v queries, want none", got)
		}
		s := r.open("/sse/audits/7/progress")
		time.Sleep(time.Second)
		s.Stop()
		synctest.Wait()
		before := r.table.queries()
		time.Sleep(time.Hour)
		if got := r.table.queries(); got != before {
			t.Errorf("after the last subscriber: got %v queries, want %v", got, before)
		}
	})
}

// Reads cost per change, not per subscriber.
func TestQueriesDoNotGrowWithSubscribers(t *testing.T) {
	const changes = 12
	count := func(subscribers int) (queries [3]int, most int) {
		virtual(t, Config{}, func(t *testing.T, r *rig) {
			r.table.insert(7)
			for range subscribers {
				r.open("/sse/audits/7/progress")
			}
			synctest.Wait()
			before := r.table.queries()
			for n := range changes {
				time.Sleep(1100 * time.Millisecond)
				r.table.progress(7, n)
			}
			synctest.Wait()
			for i, n := range r.table.queries() {
				queries[i] = n - before[i]
			}
			most = r.table.most
		})
		return queries, most
	}
	one, _ := count(1)
	thousand, most := count(1000)
	if one != thousand {
		t.Errorf("%d changes: %v queries for one subscriber, %v for 1000", changes, one, thousand)
	}
	// A sweep per change, one that follows it up, and one per tick of 250 ms; no snapshot.
	if least := 5 * changes; one[0] < least || one[0] > least+2*changes || one[1] != 0 || one[2] != 0 {
		t.Errorf("%d changes in %d s: got %v queries", changes, changes, one)
	}
	if most != 1 {
		t.Errorf("%d queries at the same time, want 1", most)
	}
}

// What nothing announces is seen within the pause while there is news, and the relay
// rests when there is none.
func TestNewsIsFollowedUp(t *testing.T) {
	for lag, want := range map[time.Duration]int{0: 333, 10 * time.Millisecond: 50} { // in a second
		virtual(t, Config{}, func(t *testing.T, r *rig) {
			r.table.insert(7)
			r.open("/sse/audits/7/progress")
			time.Sleep(time.Second)
			r.table.set(func() { r.table.lag = lag })
			r.table.progress(7, 1)
			r.table.set(func() { r.table.committed = func() {} })
			before := r.table.queries()[0]
			for n := range 1000 {
				time.Sleep(time.Millisecond)
				r.table.progress(7, n%90+2)
			}
			followed := r.table.queries()[0] - before
			if followed < want-8 || followed > want+8 {
				t.Errorf("queries that take %v: %d sweeps in a second of changes, want about %d", lag, followed, want)
			}
			time.Sleep(time.Second)
			if rest := r.table.queries()[0] - before - followed; rest > 8 {
				t.Errorf("queries that take %v: %d sweeps in the second after the last change", lag, rest)
			}
		})
	}
}

func TestManySubscribersShareOneSnapshot(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.set(func() { r.table.lag = 100 * time.Millisecond })
		for id := range int64(100) {
			r.table.insert(id + 1)
		}
		began := time.Now()
		for n := range 1000 {
			r.openSoon(fmt.Sprintf("/sse/audits/%d/progress", n%100+1))
		}
		time.Sleep(time.Second)
		if got := r.metric("atalaya_streams"); got != 1000 {
			t.Fatalf("%v streams, want 1000", got)
		}
		// The first query may have begun before all of them were there.
		if got := r.table.queries(); got[1] > 2 {
			t.Errorf("%d snapshot queries for 1000 subscribers of 100 audits, want at most 2", got[1])
		}
		t.Logf("1000 streams, queries %v, after %v", r.table.queries(), time.Since(began))
	})
}

// Who comes one by one to what others watch already costs no query.
func TestLatecomersNeedNoSnapshot(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		r.table.insert(8)
		first := r.open("/sse/audits/7/progress")
		synctest.Wait()
		for n := range 100 {
			r.table.progress(7, n)
			s := r.open("/sse/audits/7/progress")
			time.Sleep(10 * time.Millisecond)
			if got, want := s.Revisions(), first.Revisions(); len(got) == 0 || got[len(got)-1] != want[len(want)-1] {
				t.Fatalf("latecomer %d: got %v, the first subscriber has %v", n, got, want[len(want)-1])
			}
			if n%2 == 0 {
				s.Stop()
			}
		}
		if got := r.table.queries()[1]; got != 1 {
			t.Errorf("%d snapshot queries for 101 subscribers of one audit, want 1", got)
		}
		r.open("/sse/audits?id=7&id=8")
		synctest.Wait()
		if got := r.table.queries()[1]; got != 2 {
			t.Errorf("an audit nobody watched: %d snapshot queries in all, want 2", got)
		}
		// What is known is not trusted once the sweeps have stopped.
		r.table.fail(errors.New("no database"))
		time.Sleep(2 * time.Second)
		if s := r.open("/sse/audits/7/progress"); s.Status != 503 {
			t.Errorf("during an outage: got %d, want 503", s.Status)
		}
	})
}

// More changes than one answer holds are read in one go, not a page per sweep.
func TestMoreChangesThanOneAnswerHolds(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		const n = 2*tableAnswer + 200
		s := r.open("/sse/audits")
		time.Sleep(1100 * time.Millisecond) // between two ticks
		before := r.table.queries()[0]
		wake := r.table.committed
		r.table.set(func() { r.table.committed = func() {} })
		for id := range int64(n) {
			r.table.insert(id + 1)
		}
		wake()
		synctest.Wait()
		if got := len(s.Of("")); got != n {
			t.Errorf("got %d frames at once, want %d", got, n)
		}
		if got := r.table.queries()[0] - before; got != 3 {
			t.Errorf("%d sweeps, want 3", got)
		}
		time.Sleep(10 * time.Second)
		if got := len(s.Of("")); got != n {
			t.Errorf("got %d frames in the end, want %d", got, n)
		}
	})
}

// A snapshot query that began before the subscription has perhaps missed a
// change that the subscription did not bring either. So it is not shared.
func TestSnapshotBeginsAfterTheSubscription(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		r.table.insert(7)
		r.table.set(func() { r.table.lag = time.Second })
		r.openSoon("/sse/audits/7/progress")
		time.Sleep(1500 * time.Millisecond) // the position is fixed; the first snapshot has read revision 1
		before := r.table.queries()[1]
		r.table.progress(7, 50)
		r.table.set(func() { r.table.lag = 0 })
		s := r.open("/sse/audits/7/progress")
		synctest.Wait()
		if got := s.Revisions(); !slices.Equal(got, []string{"7@2"}) {
			t.Errorf("got %v, want 7@2 only", got)
		}
		if got := r.table.queries()[1] - before; got != 1 {
			t.Errorf("%d more snapshot queries, want one of its own", got)
		}
	})
}

// newStill returns a relay that nobody runs.
func newStill() (*table, *relay) {
	rows, h := newTable(), testHub()
	h.env.cfg.Log = slog.New(slog.DiscardHandler)
	return rows, newRelay(h.env, rows, nil, h)
}

// The cursor is taken before the snapshot is read: what changes right after the
// snapshot is then a change since the cursor.
func TestCursorBeforeSnapshot(t *testing.T) {
	rows, r := newStill()
	rows.insert(7)
	a := r.hub.subscribeAudits([]int64{7}, withID)
	defer a.unsubscribe()
	b, err := r.snapshots.join([]int64{7}, false)
	if err != nil {
		t.Fatal(err)
	}
	r.takeSnapshot(t.Context())
	if <-b.done; b.err != nil || b.frames[7].revision() != 1 {
		t.Fatalf("got %+v", b)
	}
	rows.progress(7, 50)
	if err := r.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := a.taken(t); !slices.Equal(got, []string{"7@2"}) {
		t.Errorf("got %v, want 7@2", got)
	}
}

// Who comes after nobody was there does not pay for what changed meanwhile, even
// if the relay did not notice that nobody was there.
func TestPositionIsNotKeptForTheNext(t *testing.T) {
	rows, r := newStill()
	rows.insert(7)
	first := r.hub.subscribeAudits([]int64{7}, withID)
	if err := r.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.unsubscribe()
	rows.progress(7, 50)
	second := r.hub.subscribeAudits([]int64{7}, withID)
	defer second.unsubscribe()
	if err := r.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := second.taken(t); got != nil {
		t.Errorf("got %v from before the position", got)
	}
}

// Two sweeps may bring the same revision; for a subscriber of the list, who knows no
// revision but those of its snapshot, that is no change.
func TestOverlappingSweepsBringNothingTwice(t *testing.T) {
	virtual(t, Config{}, func(t *testing.T, r *rig) {
		for id := range int64(60) {
			r.table.insert(id + 1)
			if id+1 <= 10 {
				r.table.complete(id + 1)
			}
		}
		r.open("/sse/audits/60/progress")
		time.Sleep(time.Second)
		r.table.insert(61)
		r.table.complete(11) // not in the list's snapshot, and at the edge of every sweep from now on
		time.Sleep(time.Second)
		list := r.open("/sse/audits")
		time.Sleep(10 * time.Second)
		if got := list.Revisions(); len(got) != 50 {
			t.Errorf("got %v after the snapshot, want nothing", got[50:])
		}
	})
}

// Requests after the relay has stopped are refused, not left waiting.
func TestStoppedRelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &snapshots{asked: newSignal()}
		failed := make(chan error, 1)
		go func() {
			_, err := a.request(t.Context(), []int64{7}, false)
			failed <- err
		}()
		synctest.Wait()
		a.stop()
		if err := <-failed; !errors.Is(err, errStopped) {
			t.Errorf("who waited: got %v", err)
		}
		if _, err := a.request(t.Context(), nil, true); !errors.Is(err, errStopped) {
			t.Errorf("who came later: got %v", err)
		}
	})
}

// Random writes, lost wake-ups, outages, slow queries, subscribers that come and go
// with any cursor: revisions never go back, and the last state always arrives.
func TestModel(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			virtual(t, Config{}, func(t *testing.T, r *rig) { model(t, r, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func model(t *testing.T, r *rig, random *rand.Rand) {
	const audits = 6
	for id := range int64(audits) {
		r.table.insert(id + 1)
	}
	r.table.set(func() {
		r.table.committed = func() {
			if random.IntN(3) == 0 { // the other wake-ups are lost
				r.feed.Wake()
			}
		}
	})
	var subscribers []*ssetest.Reader
	for range 400 {
		id := random.Int64N(audits) + 1
		switch random.IntN(12) {
		case 0:
			subscribers = append(subscribers,
				r.open(fmt.Sprintf("/sse/audits/%d/progress?last_event_id=%d", id, random.IntN(9))))
		case 1:
			subscribers = append(subscribers, r.open(fmt.Sprintf("/sse/audits?id=%d&id=%d", id, id%audits+1)))
		case 2:
			path := shared.PathStreams
			if random.IntN(2) == 0 {
				path += fmt.Sprintf("?list=true&id=%d", id)
			}
			subscribers = append(subscribers, r.open(path))
		case 3:
			if len(subscribers) > 0 {
				subscribers[random.IntN(len(subscribers))].Stop()
			}
		case 4:
			r.table.fail(errors.New("down"))
		case 5, 6:
			r.table.fail(nil)
		case 7:
			lag := time.Duration(random.IntN(300)) * time.Millisecond
			r.table.set(func() { r.table.lag = lag })
		default:
			if !r.table.row(id).Status.Terminal() {
				r.table.progress(id, random.IntN(99))
			}
		}
		time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
	}
	r.table.set(func() { r.table.down, r.table.lag = nil, 0 })
	time.Sleep(20 * time.Second)
	for id := range int64(audits) {
		r.table.complete(id + 1)
	}
	time.Sleep(time.Second)
	checked := 0
	for _, s := range subscribers {
		type kind struct {
			event string
			id    int64
		}
		last := map[kind]int64{}
		query := s.Request.URL.Query()
		list := s.Request.URL.Path == shared.PathStreams && (!query.Has(shared.ParamID) || query.Has(shared.ParamList))
		for _, e := range s.All() {
			if e.Type != "" && e.Type != shared.EventAudit {
				continue
			}
			at, got := kind{e.Type, e.Progress.AuditID}, e.Progress.Revision
			// Only the list may repeat a revision, when it takes a new snapshot.
			if seen := last[at]; got < seen || got == seen && !(list && e.Type == "") {
				t.Fatalf("audit %d went from revision %d to %d", at.id, seen, got)
			}
			last[at] = got
		}
		e, ended := s.End()
		if s.Status != 200 || (s.Closed() && (!ended || e.Reason != shared.EndFinished)) {
			continue // refused during an outage, stopped by the test, or at its lifetime
		}
		checked++
		for at, got := range last {
			if want := r.table.row(at.id).Revision; got != want {
				t.Errorf("audit %d: the last revision seen is %d, want %d", at.id, got, want)
			}
		}
		if len(last) == 0 {
			t.Error("a stream without any state")
		}
	}
	if checked < 10 {
		t.Errorf("only %d streams were left to check", checked)
	}
}
