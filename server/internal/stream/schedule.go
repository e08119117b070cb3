package stream

import (
	"slices"
	"sync"
)

// slice is how many streams a shard writes to before it looks up: some 1 ms of
// work. A lone viewer waits for a crowd elsewhere about as long.
const slice = 64

// loneMost is how many members a crowd may have to be visited before the
// larger ones.
const loneMost = slice / 4

// crowd is the part of a topic's subscribers that one shard visits. A change
// wakes the crowd, not each of them: that costs the relay the same whatever
// their number, and gives the shard the choice whom to visit when.
//
// Those before visited have been visited in this pass, the others have not; a
// crowd at rest has no others. A change in the middle of a pass asks for another
// pass and does not cut this one short, so nobody waits for more than one round
// and each gets what is newest when it is its turn.
type crowd struct {
	topic *topic
	queue *schedule

	woken bool // and not noticed yet; guarded by schedule.mu

	// The shard's own.
	members []*seat
	visited int
	again   bool
	queued  bool
}

// wake is called under hub.mu, by the relay's goroutine or whoever ends the
// server.
func (c *crowd) wake() {
	c.queue.mu.Lock()
	defer c.queue.mu.Unlock()
	if !c.woken {
		c.woken = true
		c.queue.woken = append(c.queue.woken, c)
		c.queue.rouse()
	}
}

func (c *crowd) add(s *seat) {
	s.crowd, s.place = c, int32(len(c.members))
	c.members = append(c.members, s)
	if !c.queued {
		c.visited++
	}
}

func (c *crowd) remove(s *seat) {
	if gap := int(s.place); gap < c.visited {
		c.visited--
		c.members[gap], c.members[c.visited] = c.members[c.visited], s
		c.members[gap].place, s.place = int32(gap), int32(c.visited)
	}
	c.members = swapOut(c.members, s)
	s.crowd, s.waker = nil, nil
}

// visit calls see for at most n members and reports how many it was. The members
// may leave meanwhile.
func (c *crowd) visit(n int, see func(*seat)) (seen int) {
	for ; seen < n && c.visited < len(c.members); seen++ {
		s := c.members[c.visited]
		c.visited++ // before the call: s may leave in it
		see(s)
	}
	return seen
}

// schedule decides in which order one shard visits its crowds: those with few
// members first, then a slice of one large crowd, then the next round, in which
// the next large crowd has its slice. So neither can hold the other up.
type schedule struct {
	ring func() // ends the shard's sleep; called under mu

	mu      sync.Mutex
	asleep  bool
	stopped bool
	woken   []*crowd
	posted  []*epollStream // new ones, and those woken by themselves

	// The shard's own.
	taken []*crowd // reused
	lone  []*crowd
	large []*crowd
}

// rouse ends a sleep. The caller holds mu.
func (q *schedule) rouse() {
	if q.asleep {
		q.asleep = false
		q.ring()
	}
}

// post hands st over, unless the shard has stopped.
func (q *schedule) post(st *epollStream) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopped {
		return false
	}
	q.posted = append(q.posted, st)
	q.rouse()
	return true
}

func (q *schedule) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	q.rouse()
}

// sleep reports whether the shard may sleep: nothing has come since collect.
// From then on whatever comes rings.
func (q *schedule) sleep() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asleep = len(q.woken) == 0 && len(q.posted) == 0 && !q.stopped
	return q.asleep
}

// collect queues what was woken, and appends what was posted to streams.
func (q *schedule) collect(streams []*epollStream) (_ []*epollStream, stopped bool) {
	q.mu.Lock()
	q.asleep = false
	q.taken, q.woken = q.woken, q.taken[:0]
	for _, c := range q.taken {
		c.woken = false
	}
	streams = append(streams, q.posted...)
	clear(q.posted)
	if q.posted = q.posted[:0]; cap(q.posted) > slice {
		q.posted = nil
	}
	stopped = q.stopped
	q.mu.Unlock()

	for _, c := range q.taken {
		q.enqueue(c)
	}
	clear(q.taken)
	return streams, stopped
}

func (q *schedule) enqueue(c *crowd) {
	switch {
	case c.queued:
		c.again = true
		return
	case len(c.members) <= loneMost:
		q.lone = append(q.lone, c)
	default:
		q.large = append(q.large, c)
	}
	c.queued, c.visited = true, 0
}

// round visits at most a slice of the lone and a slice of one large crowd, and
// reports whether somebody is left.
func (q *schedule) round(see func(*seat)) (more bool) {
	left, done := slice, 0
	for ; done < len(q.lone) && left > 0; done++ {
		c := q.lone[done]
		left -= c.visit(slice, see)
		if c.visited < len(c.members) { // more have joined than one visit is for
			q.large = append(q.large, c)
		} else {
			q.finished(c)
		}
	}
	// Those that were woken again stand behind the others.
	q.lone = slices.Delete(q.lone, 0, done)
	if len(q.large) > 0 {
		c := q.large[0]
		q.large = slices.Delete(q.large, 0, 1)
		c.visit(slice, see)
		if c.visited < len(c.members) {
			q.large = append(q.large, c)
		} else {
			q.finished(c)
		}
	}
	return len(q.lone) > 0 || len(q.large) > 0
}

// finished takes c, whose pass is complete, out of the queue or begins the next.
func (q *schedule) finished(c *crowd) {
	again := c.again
	c.queued, c.again = false, false
	if again {
		q.enqueue(c)
	}
}
