package stream

import (
	"container/list"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/server/internal/feed"
)

// hub holds the newest frame of every audit that has subscribers, and knows who
// they are. Only the relay's goroutine publishes and delivers; everything else may be
// called from any goroutine. The mutex is held for a moment only: nobody writes to a
// connection, waits or calls out of this package under it, and taking the newest
// frame of an audit needs no lock at all.
type hub struct {
	*env
	feed   *feed.Feed
	demand signal // filled when the first subscriber comes and when the last one leaves

	mu          sync.Mutex
	subscribers int
	generation  uint64 // how many times a first subscriber came
	topics      map[int64]*topic
	list        listLog
	ordinals    uint8       // the last one given to a subscriber
	woken       []*schedule // of shards with groups that were woken, and that do not know of it

	delivering []*schedule // reused; only the relay's goroutine uses it
}

func newHub(e *env, f *feed.Feed) *hub {
	return &hub{env: e, feed: f, demand: newSignal(), topics: map[int64]*topic{}, list: listLog{limit: listLogMax}}
}

// topic is one audit that has subscribers, or the list.
type topic struct {
	id      int64 // 0 for the list
	newest  atomic.Pointer[frame]
	deleted atomic.Bool
	streams atomic.Int32 // subscribers that are no polls
	told    atomic.Pointer[watching]

	// Guarded by hub.mu.
	subscribers   int
	encodings     [variants]bool  // those that some subscriber has asked for
	subscriptions []*subscription // those whose waker is woken directly
	groups        []*group        // those that a shard visits
}

// subscription is a subscriber's place in a topic: its latest-wins slot. The slot
// is the topic's newest frame together with the revision taken last, so it costs
// the same however much was missed.
type subscription struct {
	topic *topic
	waker waker  // nil until somebody wants to be woken
	group *group // nil if the waker is woken directly
	// index is where the subscription stands: in topic.subscriptions, guarded by
	// hub.mu, or in group.members, guarded by its schedule's owner.
	index int32

	// Only the goroutine that drives the subscriber uses these.
	done     bool  // nothing will follow: the last state was taken, or the audit is deleted
	told     uint8 // the serial of the last number of watchers; 0 for none
	revision int64
	serial   uint64
}

// currentGeneration says whether there are subscribers, and counts the times that
// a first one came. A cursor holds for one generation: while nobody is subscribed
// nothing is read.
func (h *hub) currentGeneration() (subscribed bool, generation uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.subscribers > 0, h.generation
}

// join counts a subscriber; the caller holds mu. The feed runs only while there are
// some, and the relay takes or drops its cursor when the first comes or the last
// leaves.
func (h *hub) join() {
	if h.subscribers++; h.subscribers == 1 {
		h.generation++
		h.feed.SetActive(true)
		h.demand.wake()
	}
}

// leave undoes join; the caller holds mu.
func (h *hub) leave() {
	if h.subscribers--; h.subscribers == 0 {
		h.feed.SetActive(false)
		h.demand.wake()
	}
}

// subscribeAudits subscribes to audits, whether they exist or not.
func (h *hub) subscribeAudits(ids []int64, v variant) *auditSubscriber {
	a := &auditSubscriber{hub: h, variant: v, remaining: int8(len(ids))}
	if a.subs = a.single[:]; len(ids) != 1 {
		a.subs = make([]subscription, len(ids))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a.ordinal = h.nextOrdinal()
	for i, id := range ids {
		t := h.topics[id]
		if t == nil {
			t = &topic{id: id}
			h.topics[id] = t
		}
		t.countSubscriber(v, 1)
		t.encodings[v] = true
		a.subs[i].topic = t
	}
	h.join()
	return a
}

func (h *hub) unsubscribeAudits(a *auditSubscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range a.subs {
		t := a.subs[i].topic
		t.detach(&a.subs[i])
		if t.countSubscriber(a.variant, -1); t.subscribers == 0 {
			delete(h.topics, t.id)
		}
	}
	h.leave()
}

// countSubscriber counts one that comes (1) or goes (-1). The caller holds hub.mu.
func (t *topic) countSubscriber(v variant, by int) {
	t.subscribers += by
	if v != body {
		t.streams.Add(int32(by))
	}
}

// subscribeList subscribes to the list. When the subscriber has fallen too far
// behind it asks snapshots for a new one.
func (h *hub) subscribeList(snapshots *snapshots) *listSubscriber {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &listSubscriber{
		hub: h, snapshots: snapshots, ordinal: h.nextOrdinal(),
		index: len(h.list.subscribers), sequence: h.list.lastSequence,
		subs: []subscription{{topic: &h.list.topic}},
	}
	if h.list.byID == nil {
		h.list.byID = map[int64]*list.Element{}
	}
	h.list.subscribers = append(h.list.subscribers, l)
	h.join()
	return l
}

func (h *hub) unsubscribeList(l *listSubscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.topic.detach(&l.subs[0])
	h.list.removeSubscriber(l)
	h.leave()
}

// attach has w woken from now on by what happens in the topics of subs. Whatever
// happened before is in what the subscriber takes next.
func (h *hub) attach(subs []subscription, w waker) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range subs {
		s := &subs[i]
		s.waker, s.index = w, int32(len(s.topic.subscriptions))
		s.topic.subscriptions = append(s.topic.subscriptions, s)
	}
}

// detach undoes attach for one subscription. The caller holds hub.mu.
func (t *topic) detach(s *subscription) {
	if s.waker == nil || s.group != nil {
		return
	}
	t.subscriptions = removeSwap(t.subscriptions, s)
	s.waker = nil
}

// removeSwap removes s, which stands at its index, and fills the gap with the last.
func removeSwap(subs []*subscription, s *subscription) []*subscription {
	last := len(subs) - 1
	subs[s.index] = subs[last]
	subs[s.index].index = s.index
	subs[last] = nil
	return subs[:last]
}

// groupOf is the group of t that schedule s visits; a new one if there is none.
func (h *hub) groupOf(t *topic, s *schedule) *group {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range t.groups {
		if g.schedule == s {
			return g
		}
	}
	g := &group{topic: t, schedule: s}
	t.groups = append(t.groups, g)
	return g
}

// removeGroup forgets a group that has no members any more.
func (h *hub) removeGroup(g *group) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g.topic.groups = slices.DeleteFunc(g.topic.groups, func(other *group) bool { return other == g })
}

// wakeSubscribers wakes every subscriber of t; those that shards visit when they are told
// so, by deliver or rouseShards. The caller holds mu.
func (h *hub) wakeSubscribers(t *topic) {
	for _, s := range t.subscriptions {
		s.waker.wake()
	}
	for _, g := range t.groups {
		g.wake()
		if !slices.Contains(h.woken, g.schedule) {
			h.woken = append(h.woken, g.schedule)
		}
	}
}

// wakeAll wakes every subscriber there is.
func (h *hub) wakeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.topics {
		h.wakeSubscribers(t)
	}
	h.wakeSubscribers(&h.list.topic)
	h.rouseShards()
}

// deliver has what was published sent to those whom shards visit, by this goroutine if
// there is little to send. Only the relay's goroutine calls it, after it has published.
func (h *hub) deliver() {
	h.mu.Lock()
	h.woken, h.delivering = h.delivering[:0], h.woken
	h.mu.Unlock()
	for _, s := range h.delivering {
		s.deliver()
	}
	clear(h.delivering)
}

// rouseShards has the shards themselves visit whom they have to. The caller holds mu.
func (h *hub) rouseShards() {
	for _, s := range h.woken {
		s.rouse()
	}
	clear(h.woken)
	h.woken = h.woken[:0]
}

// publish makes frames the newest of their audits, unless a newer one is known,
// and wakes the subscribers. Audits with few subscribers come first: a large
// audience costs milliseconds, and a lone subscriber of another audit should not
// wait for it.
func (h *hub) publish(frames []*frame) {
	if len(frames) > 1 {
		h.mu.Lock()
		slices.SortStableFunc(frames, func(a, b *frame) int { return h.subscribersOf(a.id()) - h.subscribersOf(b.id()) })
		h.mu.Unlock()
	}
	for i, f := range frames {
		h.publishOne(f, i%smallGroup == smallGroup-1)
	}
}

// subscribersOf counts the subscribers of an audit. The caller holds mu.
func (h *hub) subscribersOf(id int64) int {
	if t := h.topics[id]; t != nil {
		return t.subscribers
	}
	return 0
}

// publishOne publishes one frame. With rouse the shards begin at once, because many more
// may come.
func (h *hub) publishOne(f *frame, rouse bool) {
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
			// The same state with a younger worker_seen_at: only those who subscribe
			// from now on need it.
			t.newest.Store(f)
			return
		}
	}
	f.serial++
	f.sample = sampleOf(t.subscribers)
	t.newest.Store(f)
	for v, used := range t.encodings {
		if used {
			f.bytes(variant(v)) // encoded here, so that many subscribers need not wait for the first of them
		}
	}
	h.wakeSubscribers(t)
	if rouse {
		h.rouseShards()
	}
}

// publishDeleted tells the subscribers of audits, and those of the list, that these
// are deleted.
func (h *hub) publishDeleted(ids []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := false
	for _, id := range ids {
		changed = h.list.recordDeleted(id, h.metrics) || changed
		t := h.topics[id]
		if t == nil {
			continue
		}
		t.deleted.Store(true)
		h.wakeSubscribers(t)
	}
	if changed {
		h.wakeSubscribers(&h.list.topic)
	}
}

// publishList gives frames to the subscribers of the list.
func (h *hub) publishList(frames []*frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := false
	for _, f := range frames {
		if h.list.record(f, h.metrics) {
			f.bytes(brief) // encoded here and not by each subscriber's take, which holds the mutex
			changed = true
		}
	}
	if changed {
		h.wakeSubscribers(&h.list.topic)
	}
}

// renewList has every stream of the list end and begin anew, because nobody knows what
// was deleted meanwhile.
func (h *hub) renewList() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list.lastSequence++
	h.list.droppedDeletion = h.list.lastSequence
	h.wakeSubscribers(&h.list.topic)
}

// topicIDs lists the audits that have subscribers.
func (h *hub) topicIDs() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]int64, 0, len(h.topics))
	for id := range h.topics {
		ids = append(ids, id)
	}
	return ids
}

// cacheTrusted is how long after a sweep the frames of the hub count as current.
const cacheTrusted = time.Second

// cachedSnapshot is a snapshot of a's audits made of the frames that the hub holds,
// without a query; nil when it does not hold them all, or the last sweep is too
// long ago.
//
// It misses nothing. A topic that has a frame has had subscribers ever since that
// frame was read. So the relay has kept its cursor, from before the read, and
// publishes whatever was changed since. What the database holds and the hub does
// not know yet comes with the next sweep, to old and new subscribers alike.
func (h *hub) cachedSnapshot(a *auditSubscriber) *snapshot {
	confirmed := h.freshness.confirmed()
	if h.since(time.Now())-confirmed > cacheTrusted {
		return nil
	}
	cached := &snapshot{asOf: h.timeOf(confirmed), frames: make(map[int64]*frame, len(a.subs))}
	for i := range a.subs {
		t := a.subs[i].topic
		f := t.newest.Load()
		if f == nil || t.deleted.Load() {
			return nil
		}
		cached.frames[t.id] = f
	}
	return cached
}

// nextOrdinal numbers subscribers, for the sampling of flushes. The caller holds mu.
func (h *hub) nextOrdinal() uint8 {
	h.ordinals++
	return h.ordinals
}
