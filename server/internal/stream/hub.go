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
	epoch   time.Time    // what instants are counted from
	fresh   atomic.Int64 // the instant at which the last sweep that succeeded began

	mu          sync.Mutex
	subscribers int
	generation  uint64 // counts the times somebody came after nobody was there
	topics      map[int64]*topic
	list        listLog
	turns       uint8 // given to views, one after the other
}

func newHub(f *feed.Feed, m *metrics) *hub {
	h := &hub{feed: f, metrics: m, epoch: time.Now(), topics: map[int64]*topic{}, list: listLog{kept: listKept}}
	h.fresh.Store(int64(never))
	return h
}

// topic is one audit that somebody watches, or the list.
type topic struct {
	id     int64 // 0 for the list
	newest atomic.Pointer[frame]
	gone   atomic.Bool // deleted

	// Guarded by hub.mu.
	watching int            // subscribers
	watched  [variants]bool // the encodings that somebody watched
	seats    []*seat        // of those who are woken one by one
	crowds   []*crowd       // of those whom a shard visits
}

// seat is a subscriber's place in a topic: its latest-wins slot. The slot is
// the topic's newest frame together with the revision taken last, so that it
// costs the same whatever was missed.
type seat struct {
	topic *topic
	waker waker  // nil until somebody wants to be woken
	crowd *crowd // the one it belongs to; nil if it is woken by itself
	place int32  // in topic.seats, guarded by hub.mu; or in the crowd, the shard's own

	// The owner's own.
	done     bool // nothing will follow: the last state was taken, or the audit is gone
	revision int64
	serial   uint64
}

// waker is how a subscriber is told that there may be something to take. It
// never blocks, writes nothing to any connection, and may be called under
// hub.mu.
type waker interface{ wake() }

// slot is the waker of a goroutine: one place, filled or not.
type slot chan struct{}

func newSlot() slot { return make(slot, 1) }

func (s slot) wake() {
	select {
	case s <- struct{}{}:
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
		h.feed.Rouse()
	}
}

func (h *hub) leave() {
	if h.subscribers--; h.subscribers == 0 {
		h.feed.SetActive(false)
		h.feed.Rouse()
	}
}

// watch subscribes to audits, whether they exist or not.
func (h *hub) watch(ids []int64, v variant) *audits {
	a := &audits{hub: h, variant: v, left: int8(len(ids))}
	if a.seats = a.one[:]; len(ids) != 1 {
		a.seats = make([]seat, len(ids))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a.turn = h.turn()
	for i, id := range ids {
		t := h.topics[id]
		if t == nil {
			t = &topic{id: id}
			h.topics[id] = t
		}
		t.watching++
		t.watched[v] = true
		a.seats[i].topic = t
	}
	h.join()
	return a
}

func (h *hub) unwatch(a *audits) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range a.seats {
		t := a.seats[i].topic
		t.dismiss(&a.seats[i])
		if t.watching--; t.watching == 0 {
			delete(h.topics, t.id)
		}
	}
	h.leave()
}

// attach has w woken from now on by what happens in the topics of seats. What
// happened before shows in what the view gives next.
func (h *hub) attach(seats []seat, w waker) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range seats {
		s := &seats[i]
		s.waker, s.place = w, int32(len(s.topic.seats))
		s.topic.seats = append(s.topic.seats, s)
	}
}

// dismiss takes away what attach gave. The caller holds hub.mu.
func (t *topic) dismiss(s *seat) {
	if s.waker == nil || s.crowd != nil {
		return
	}
	t.seats = swapOut(t.seats, s)
	s.waker = nil
}

// swapOut removes s, whose place is its index, and fills the gap with the last.
func swapOut(seats []*seat, s *seat) []*seat {
	last := len(seats) - 1
	seats[s.place] = seats[last]
	seats[s.place].place = s.place
	seats[last] = nil
	return seats[:last]
}

// crowdOf is the crowd of t that q visits; a new one if there is none.
func (h *hub) crowdOf(t *topic, q *schedule) *crowd {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range t.crowds {
		if c.queue == q {
			return c
		}
	}
	c := &crowd{topic: t, queue: q}
	t.crowds = append(t.crowds, c)
	return c
}

// disband forgets a crowd without members.
func (h *hub) disband(c *crowd) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.topic.crowds = slices.DeleteFunc(c.topic.crowds, func(other *crowd) bool { return other == c })
}

// rouse wakes everybody in t. The caller holds hub.mu.
func (t *topic) rouse() {
	for _, s := range t.seats {
		s.waker.wake()
	}
	for _, c := range t.crowds {
		c.wake()
	}
}

// rouseAll wakes everybody there is.
func (h *hub) rouseAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.topics {
		t.rouse()
	}
	h.list.topic.rouse()
}

// publish makes frames the newest of their audits, unless a newer one is known,
// and wakes who has not seen them. Audits with few subscribers come first: a
// crowd costs milliseconds, which a lone viewer of another audit should not
// wait.
func (h *hub) publish(frames []*frame) {
	if len(frames) > 1 {
		h.mu.Lock()
		slices.SortStableFunc(frames, func(a, b *frame) int { return h.watching(a.id()) - h.watching(b.id()) })
		h.mu.Unlock()
	}
	for _, f := range frames {
		h.publishOne(f)
	}
}

func (h *hub) watching(id int64) int {
	if t := h.topics[id]; t != nil {
		return t.watching
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
		f.serial, f.sample = old.serial, old.sample
		if f.revision() == old.revision() {
			// The same state with a younger worker_seen_at: for those who come now.
			t.newest.Store(f)
			return
		}
	}
	f.serial++
	f.sample = sampleOf(t.watching)
	t.newest.Store(f)
	for v, watched := range t.watched {
		if watched {
			f.bytes(variant(v)) // encoded here, not by a crowd that waits for the one who does
		}
	}
	t.rouse()
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
		t.rouse()
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

// never is an instant before every other.
const never = -time.Hour

// since is the instant of t: a duration, because somebody may set the clock.
func (h *hub) since(t time.Time) time.Duration { return t.Sub(h.epoch) }

// swept says that a sweep that began at t has succeeded.
func (h *hub) swept(t time.Time) { h.fresh.Store(int64(h.since(t))) }

// freshAt is the later of the last sweep that succeeded and the instant at, by
// the clock that now was read from.
func (h *hub) freshAt(at time.Duration, now time.Time) time.Time {
	return now.Add(max(time.Duration(h.fresh.Load()), at) - h.since(now))
}
