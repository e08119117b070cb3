package stream

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"atalaya/server/internal/feed"
	"atalaya/server/internal/sse"
	"atalaya/shared"
)

func newTestFeed() *feed.Feed { return feed.New(feed.Config{Log: slog.New(slog.DiscardHandler)}) }

// names decodes frames to "id@revision".
func names(t *testing.T, blocks [][]byte) (list []string) {
	t.Helper()
	for _, block := range blocks {
		e, err := sse.NewDecoder(bytes.NewReader(block)).Next()
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == shared.EventDeleted {
			d, err := shared.DecodeDeleted(e.Data)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, strconv.FormatInt(d.AuditID, 10)+" deleted")
			continue
		}
		p, err := shared.DecodeAuditProgress(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, strconv.FormatInt(p.AuditID, 10)+"@"+strconv.FormatInt(p.Revision, 10))
	}
	return list
}

// resyncList has every subscriber of the list miss a change that was dropped.
func (h *hub) resyncList() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.lastSequence++
	h.list.droppedSequence = h.list.lastSequence
	h.wakeSubscribers(&h.list.topic)
}

func counter(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families[0].GetMetric()[0].GetCounter().GetValue()
}

func (a *auditSubscriber) taken(t *testing.T) (got []string, st subscriberState) {
	t.Helper()
	blocks, st := a.take(nil)
	return names(t, blocks), st
}

// attended is a subscription with a wake-up slot, as a goroutine has it.
func (h *hub) attended(ids []int64, v variant) *auditSubscriber {
	a := h.subscribeAudits(ids, v)
	a.attach(newSignal())
	return a
}

func (a *auditSubscriber) slot() signal { return a.subs[0].waker.(signal) }

func (a *auditSubscriber) isWoken() bool {
	select {
	case <-a.slot():
		return true
	default:
		return false
	}
}

func TestTheNewestFrameWins(t *testing.T) {
	h := testHub()
	a := h.attended([]int64{7}, withID)
	defer a.unsubscribe()
	for _, revision := range []int64{3, 5, 4, 5, 1} {
		h.publish([]*frame{frameOf(7, revision)})
	}
	h.publish([]*frame{frameOf(8, 9)}) // nobody watches it
	if !a.isWoken() || a.isWoken() {
		t.Error("want one wake-up for any number of frames")
	}
	if got, st := a.taken(t); !slices.Equal(got, []string{"7@5"}) || st != open {
		t.Errorf("got %v, state %v; want 7@5", got, st)
	}
	if got, _ := a.taken(t); got != nil {
		t.Errorf("taken twice: %v", got)
	}
	if a.isWoken() {
		t.Error("woken without news")
	}
	h.publish([]*frame{frameOf(7, 6), frameOf(7, 7), frameOf(7, 8)})
	a.taken(t)
	if got := counter(t, h.metrics.conflated); got != 2 {
		t.Errorf("got %v conflated, want 2: nothing counts before the first frame was taken", got)
	}
}

// The same revision read again is no news, but it may bear a younger sign of
// life of the worker, which those who come now should see.
func TestSameRevisionReadAgain(t *testing.T) {
	h := testHub()
	a := h.attended([]int64{7}, withID)
	defer a.unsubscribe()
	h.publish([]*frame{frameOf(7, 3)})
	a.taken(t)
	a.isWoken()
	again := frameOf(7, 3)
	h.publish([]*frame{again})
	if got, _ := a.taken(t); got != nil || a.isWoken() {
		t.Errorf("got %v for a revision already taken", got)
	}
	b := h.attended([]int64{7}, withID)
	defer b.unsubscribe()
	if got := b.subs[0].topic.newest.Load(); got != again {
		t.Error("the newcomer does not see the later reading")
	}
}

func TestTopicsLiveAsLongAsTheirSubscribers(t *testing.T) {
	h := testHub()
	var all []*auditSubscriber
	for n := range int64(20) {
		all = append(all, h.attended([]int64{1, 2 + n%3}, withoutID))
	}
	if got, want := len(h.topics), 4; got != want {
		t.Fatalf("got %d topics, want %d", got, want)
	}
	// Leave in another order than they came.
	for _, i := range []int{3, 0, 19, 7, 1, 2, 4, 5, 6, 8, 9, 18, 17, 16, 10, 11, 12, 13, 14} {
		all[i].unsubscribe()
	}
	h.publish([]*frame{frameOf(1, 1), frameOf(2, 1)})
	if got, _ := all[15].taken(t); !slices.Equal(got, []string{"1@1", "2@1"}) {
		t.Errorf("the last subscriber got %v", got)
	}
	all[15].unsubscribe()
	if len(h.topics) != 0 || h.subscribers != 0 {
		t.Errorf("with nobody left: %d topics, %d subscribers", len(h.topics), h.subscribers)
	}
}

// The feed polls exactly while somebody is subscribed.
func TestFeedRestsWithoutSubscribers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		f := feed.New(feed.Config{Version: func(context.Context) (int64, error) { return asked.Add(1), nil }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); f.Run(ctx) }()
		defer func() { cancel(); <-done }()
		h := newHub(newEnv(Config{}), f)
		polls := func() bool {
			synctest.Wait() // a poll of this very moment may be on its way
			before := asked.Load()
			time.Sleep(time.Minute)
			return asked.Load() > before
		}
		if polls() {
			t.Error("polls before the first subscriber")
		}
		a, l := h.subscribeAudits([]int64{7}, withID), h.subscribeList(nil)
		a.unsubscribe()
		if !polls() {
			t.Error("does not poll with a subscriber left")
		}
		l.unsubscribe()
		if polls() {
			t.Error("polls after the last subscriber")
		}
	})
}

func TestVariants(t *testing.T) {
	p := running(7, 1)
	p.Revision = 42
	full := string(mustJSON(p))
	p.Activity = nil
	short := string(mustJSON(p))
	f := frameOf(7, 42)
	for v, want := range map[variant]string{
		withID:    "id: 42\ndata: " + full + "\n\n",
		withoutID: "data: " + full + "\n\n",
		brief:     "data: " + short + "\n\n",
		body:      full,
	} {
		if got := string(f.bytes(v)); got != want {
			t.Errorf("variant %d: got %q, want %q", v, got, want)
		}
		if one, two := f.bytes(v), f.bytes(v); &one[0] != &two[0] {
			t.Errorf("variant %d is encoded again for each subscriber", v)
		}
	}
	if f.progress.Activity == nil {
		t.Error("encoding changed the frame")
	}
}

// Frames cost nothing per subscriber: neither to publish nor to take.
func TestNoAllocationPerSubscriber(t *testing.T) {
	h := testHub()
	var subscribers []*auditSubscriber
	for range 1000 {
		subscribers = append(subscribers, h.attended([]int64{7}, withID))
	}
	revision, blocks := int64(0), make([][]byte, 0, 1)
	got := testing.AllocsPerRun(20, func() {
		revision++
		h.publish([]*frame{frameOf(7, revision)})
		for _, a := range subscribers {
			<-a.slot()
			if out, _ := a.take(blocks); len(out) != 1 {
				t.Fatal("no frame")
			}
		}
	})
	if got > 100 { // making and encoding the one frame
		t.Errorf("%v allocations for one change and 1000 subscribers", got)
	}
}
