package stream

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/server/internal/feed"
)

// hub holds the newest frame of every audit somebody watches, and who does.
// Publishing is for the relay's goroutine only; everything else may be called
// from anywhere. Nothing here blocks but for the mutex, under which nobody
// writes, waits or calls out; readers of an audit do not even take it.
type hub struct {
	feed    *feed.Feed
	metrics *metrics
	fresh   atomic.Int64 // when the last sweep that succeeded began, Unix ns; 0 for never

	mu          sync.Mutex
	subscribers int
	generation  uint64 // counts the times somebody came after nobody was there
	topics      map[int64]*topic
	list        listLog
}

func newHub(f *feed.Feed, m *metrics) *hub {
	return &hub{feed: f, metrics: m, topics: map[int64]*topic{}, list: listLog{kept: listKept}}
}

// topic is one audit that somebody watches.
type topic struct {
	newest atomic.Pointer[frame]
	gone   atomic.Bool // deleted
	seats  []*seat     // guarded by hub.mu
}

// seat is a subscriber's place in a topic: its latest-wins slot. The slot is
// the topic's newest frame together with the revision taken last, so that it
// costs the same whatever was missed.
type seat struct {
	topic *topic
	id    int64
	place int // in topic.seats; guarded by hub.mu
	owner *audits

	// The owner's own.
	revision int64
	serial   uint64
	done     bool // nothing will follow: the last state was taken, or the audit is gone
}

// wake fills a subscriber's wake-up slot. It never blocks.
func wake(slot chan struct{}) {
	select {
	case slot <- struct{}{}:
	default:
	}
}

// demand says whether anybody is subscribed, and in which generation.
func (h *hub) demand() (watched bool, generation uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.subscribers > 0, h.generation
}

// join and leave count subscribers; the caller holds mu. The feed runs only
// while there are some, and each turn wakes the relay: to fix its position, or
// to forget it.
func (h *hub) join() {
	if h.subscribers++; h.subscribers == 1 {
		h.generation++
		h.feed.SetActive(true)
		h.feed.Wake()
	}
}

func (h *hub) leave() {
	if h.subscribers--; h.subscribers == 0 {
		h.feed.SetActive(false)
		h.feed.Wake()
	}
}

// watch subscribes to audits, whether they exist or not.
func (h *hub) watch(ids []int64, v variant) *audits {
	a := &audits{hub: h, slot: make(chan struct{}, 1), variant: v, seats: make([]seat, len(ids)), left: len(ids)}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, id := range ids {
		t := h.topics[id]
		if t == nil {
			t = &topic{}
			h.topics[id] = t
		}
		a.seats[i] = seat{topic: t, id: id, place: len(t.seats), owner: a}
		t.seats = append(t.seats, &a.seats[i])
	}
	h.join()
	return a
}

func (h *hub) unwatch(a *audits) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range a.seats {
		s := &a.seats[i]
		last := len(s.topic.seats) - 1
		s.topic.seats[s.place] = s.topic.seats[last]
		s.topic.seats[s.place].place = s.place
		s.topic.seats[last] = nil
		s.topic.seats = s.topic.seats[:last]
		if last == 0 {
			delete(h.topics, s.id)
		}
	}
	h.leave()
}

// publish makes frames the newest of their audits, unless a newer one is known,
// and wakes who has not seen them. Audits with few subscribers come first: a
// crowd costs milliseconds, which a lone viewer of another audit should not
// wait.
func (h *hub) publish(frames []*frame) {
	if len(frames) > 1 {
		h.mu.Lock()
		slices.SortStableFunc(frames, func(a, b *frame) int { return h.crowd(a.id()) - h.crowd(b.id()) })
		h.mu.Unlock()
	}
	for _, f := range frames {
		h.publishOne(f)
	}
}

func (h *hub) crowd(id int64) int {
	if t := h.topics[id]; t != nil {
		return len(t.seats)
	}
	return 0
}

func (h *hub) publishOne(f *frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[f.id()]
	if t == nil {
		return
	}
	if old := t.newest.Load(); old != nil {
		if f.revision() < old.revision() {
			return
		}
		f.serial = old.serial
		if f.revision() == old.revision() {
			// The same state with a younger worker_seen_at: for those who come now.
			t.newest.Store(f)
			return
		}
	}
	f.serial++
	t.newest.Store(f)
	for _, s := range t.seats {
		f.bytes(s.owner.variant) // encoded here, not by a crowd that waits for the one who does
		wake(s.owner.slot)
	}
}

// remove tells the subscribers of audits that they are deleted.
func (h *hub) remove(ids []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		h.list.forget(id)
		t := h.topics[id]
		if t == nil {
			continue
		}
		t.gone.Store(true)
		for _, s := range t.seats {
			wake(s.owner.slot)
		}
	}
}

// watched lists the audits somebody watches.
func (h *hub) watched() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]int64, 0, len(h.topics))
	for id := range h.topics {
		ids = append(ids, id)
	}
	return ids
}

// freshAt is the later of the last sweep that succeeded and at.
func (h *hub) freshAt(at time.Time) time.Time {
	if swept := h.fresh.Load(); swept > at.UnixNano() {
		return time.Unix(0, swept)
	}
	return at
}
