package stream

import (
	"slices"
	"sync"
)

// visitsPerTurn is how many streams a shard steps before it looks for events,
// deadlines and newcomers again: some 1 ms of work. A lone subscriber waits about so
// long for a large group elsewhere.
const visitsPerTurn = 64

// smallGroup is how many members a group may have to be visited before the larger
// ones.
const smallGroup = visitsPerTurn / 4

// group is the subscriptions of one topic on one shard. A change wakes the group and
// not each of them: that costs the relay the same whatever their number, and leaves
// to the shard whom it visits when.
//
// members[:visited] were visited in this pass. Between passes visited is
// len(members). A change in the middle of a pass asks for another pass and does not
// cut this one short, so nobody waits for more than one pass, and each member gets
// what is newest at its turn.
type group struct {
	topic    *topic
	schedule *schedule

	woken bool // and not taken yet; guarded by schedule.mu

	// Guarded by schedule.owner.
	members []*subscription
	visited int
	queued  bool // a pass is under way
	again   bool // … and another is to follow
}

// wake asks for a visit to all members. A shard that sleeps learns of it by
// [schedule.deliver] or [schedule.rouse].
func (g *group) wake() {
	g.schedule.mu.Lock()
	defer g.schedule.mu.Unlock()
	if !g.woken {
		g.woken = true
		g.schedule.woken = append(g.schedule.woken, g)
	}
}

func (g *group) add(s *subscription) {
	s.group, s.index = g, int32(len(g.members))
	g.members = append(g.members, s)
	if !g.queued {
		g.visited++
	}
}

func (g *group) remove(s *subscription) {
	if gap := int(s.index); gap < g.visited {
		g.visited--
		g.members[gap], g.members[g.visited] = g.members[g.visited], s
		g.members[gap].index, s.index = int32(gap), int32(g.visited)
	}
	g.members = removeSwap(g.members, s)
	s.group, s.waker = nil, nil
}

// visitSome calls visit for at most n members and reports how many it was. The
// members may leave meanwhile.
func (g *group) visitSome(n int, visit func(*subscription)) (visited int) {
	for ; visited < n && g.visited < len(g.members); visited++ {
		s := g.members[g.visited]
		g.visited++ // before the call, in which s may leave
		visit(s)
	}
	return visited
}

// schedule decides in which order one shard visits its groups: small ones first,
// then some members of one large group, then the next turn, in which the next large
// group has its share. So neither kind can hold the other up.
type schedule struct {
	interrupt func() // ends the shard's sleep; called under mu
	// visitFew makes a turn of visits for a shard that sleeps, and reports whether it has
	// to be woken all the same. It is called by the owner.
	visitFew func() (rouse bool)

	// owner is held by whoever does the shard's work: its goroutine unless it sleeps.
	// It comes before mu and hub.mu.
	owner sync.Mutex

	mu      sync.Mutex
	asleep  bool
	stopped bool
	woken   []*group
	posted  []*epollStream // new ones, and those woken by themselves

	// Guarded by owner.
	batch []*group // reused
	small []*group
	large []*group
}

// endSleep wakes the shard. The caller holds mu.
func (s *schedule) endSleep() {
	if s.asleep {
		s.asleep = false
		s.interrupt()
	}
}

// rouse wakes the shard.
func (s *schedule) rouse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endSleep()
}

// deliver sees to it that the groups which were woken are visited. If the shard sleeps and
// there are few to visit, the caller does it: to wake the shard costs more than that, as
// goroutines change places for it, and often threads and processors too.
func (s *schedule) deliver() {
	if !s.owner.TryLock() {
		s.rouse() // it is awake, or about to sleep
		return
	}
	defer s.owner.Unlock()
	if !s.takeFew() || s.visitFew() {
		s.rouse()
	}
}

// takeFew queues the groups that were woken, if the shard sleeps and has little else to do
// than to visit them. The caller owns it.
func (s *schedule) takeFew() bool {
	s.mu.Lock()
	members := 0
	for _, g := range s.woken {
		members += len(g.members)
	}
	few := s.asleep && len(s.posted) == 0 && members <= smallGroup
	if few {
		s.takeGroups()
	}
	s.mu.Unlock()
	s.enqueueBatch()
	return few
}

// post hands st over, unless the shard has stopped.
func (s *schedule) post(st *epollStream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	s.posted = append(s.posted, st)
	s.endSleep()
	return true
}

func (s *schedule) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.endSleep()
}

// sleep reports whether the shard may sleep: nothing has come since takeWoken. From
// then on whatever comes interrupts.
func (s *schedule) sleep() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asleep = len(s.woken) == 0 && len(s.posted) == 0 && !s.stopped
	return s.asleep
}

// takeWoken queues the groups that were woken, and appends what was posted to streams.
func (s *schedule) takeWoken(streams []*epollStream) (_ []*epollStream, stopped bool) {
	s.mu.Lock()
	s.asleep = false
	s.takeGroups()
	streams = append(streams, s.posted...)
	clear(s.posted)
	if s.posted = s.posted[:0]; cap(s.posted) > visitsPerTurn {
		s.posted = nil
	}
	stopped = s.stopped
	s.mu.Unlock()
	s.enqueueBatch()
	return streams, stopped
}

// takeGroups moves the groups that were woken to the batch. The caller holds mu.
func (s *schedule) takeGroups() {
	s.batch, s.woken = s.woken, s.batch[:0]
	for _, g := range s.batch {
		g.woken = false
	}
}

// enqueueBatch has the groups of the batch visited, and empties it.
func (s *schedule) enqueueBatch() {
	for _, g := range s.batch {
		s.enqueue(g)
	}
	clear(s.batch)
	s.batch = s.batch[:0]
}

func (s *schedule) enqueue(g *group) {
	switch {
	case g.queued:
		g.again = true
		return
	case len(g.members) <= smallGroup:
		s.small = append(s.small, g)
	default:
		s.large = append(s.large, g)
	}
	g.queued, g.visited = true, 0
}

// visitGroups makes one turn: it visits at most visitsPerTurn members of small groups
// and as many of one large group, and reports whether there is more to visit.
func (s *schedule) visitGroups(visit func(*subscription)) (more bool) {
	left, done := visitsPerTurn, 0
	for ; done < len(s.small) && left > 0; done++ {
		g := s.small[done]
		left -= g.visitSome(visitsPerTurn, visit)
		if g.visited < len(g.members) { // more have joined than one visit is for
			s.large = append(s.large, g)
		} else {
			s.endPass(g)
		}
	}
	// Groups that were woken again stand behind the others.
	s.small = slices.Delete(s.small, 0, done)
	if len(s.large) > 0 {
		g := s.large[0]
		s.large = slices.Delete(s.large, 0, 1)
		g.visitSome(visitsPerTurn, visit)
		if g.visited < len(g.members) {
			s.large = append(s.large, g)
		} else {
			s.endPass(g)
		}
	}
	return len(s.small) > 0 || len(s.large) > 0
}

// endPass takes g, whose pass is complete, out of the queue, or begins its next pass.
func (s *schedule) endPass(g *group) {
	again := g.again
	g.queued, g.again = false, false
	if again {
		s.enqueue(g)
	}
}
