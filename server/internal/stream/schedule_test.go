package stream

import (
	"math/rand/v2"
	"testing"
	"time"
)

// groupOfMany is a group with n members in schedule s.
func groupOfMany(q *schedule, n int) *group {
	c := &group{topic: &topic{}, schedule: q}
	for range n {
		c.add(&subscription{})
	}
	return c
}

// wakeUp is what a publication does, and what the shard then notices.
func (s *schedule) wakeUp(groups ...*group) {
	for _, c := range groups {
		c.wake()
	}
	s.takeWoken(nil)
}

// However large the groups are, a subscriber of another audit waits for a slice of
// one of them and no more.
func TestALoneSubscriberDoesNotWaitForALargeGroup(t *testing.T) {
	q := &schedule{}
	groups := []*group{groupOfMany(q, 10_000), groupOfMany(q, 5000), groupOfMany(q, 3000)}
	lone := groupOfMany(q, 1)
	waits, seen, since := 0, 0, 0
	visit := func(s *subscription) {
		since++
		if s.group == lone {
			waits, seen, since = max(waits, since), seen+1, 0
		}
	}
	q.wakeUp(groups...)
	const changes = 500
	for range changes {
		q.wakeUp(lone)
		q.wakeUp(groups...) // restless
		since = 0
		q.visitGroups(visit)
		q.visitGroups(visit)
	}
	if seen != changes || waits > visitsPerTurn+1 {
		t.Errorf("the lone subscriber was seen %d times of %d and waited for up to %d others, want at most %d", seen,
			changes, waits-1, visitsPerTurn)
	}
}

// Lone subscribers do not starve a group, and groups share what there is.
func TestGroupsShare(t *testing.T) {
	q := &schedule{}
	large := []*group{groupOfMany(q, 2000), groupOfMany(q, 2000)}
	var lone []*group
	for range 1000 {
		lone = append(lone, groupOfMany(q, 1))
	}
	q.wakeUp(large...)
	visits := map[*group]int{}
	for range 40 {
		q.wakeUp(lone...)
		q.visitGroups(func(s *subscription) { visits[s.group]++ })
	}
	for _, c := range large {
		if got, want := visits[c], 20*visitsPerTurn; got != want {
			t.Errorf("a group had %d visits in 40 rounds, want %d", got, want)
		}
	}
}

// A change in the middle of a pass: nobody waits longer for it, and everybody is
// visited after it.
func TestChangeDuringAPass(t *testing.T) {
	q := &schedule{}
	c := groupOfMany(q, 10*visitsPerTurn)
	q.wakeUp(c)
	visited := map[*subscription]int{}
	visit := func(s *subscription) { visited[s]++ }
	for range 3 {
		q.visitGroups(visit)
	}
	q.wakeUp(c)
	for range 7 {
		q.visitGroups(visit)
	}
	if got, want := len(visited), 10*visitsPerTurn; got != want {
		t.Fatalf("after one pass %d were visited, want all %d: a change must not begin it anew", got, want)
	}
	for q.visitGroups(visit) {
	}
	for _, n := range visited {
		if n != 2 {
			t.Fatalf("visited %d times, want 2: before the change and after it", n)
		}
	}
}

// Members come and go while they are visited; whoever is there when a change
// comes and stays is visited after it.
func TestGroupChangesDuringAPass(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	q := &schedule{}
	c := groupOfMany(q, 300)
	owed := map[*subscription]bool{}
	for range 20_000 {
		switch random.IntN(20) {
		case 0:
			q.wakeUp(c)
			for _, s := range c.members {
				owed[s] = true
			}
		case 1, 2, 3:
			c.add(&subscription{})
		case 4, 5, 6:
			if len(c.members) > 0 {
				s := c.members[random.IntN(len(c.members))]
				c.remove(s)
				delete(owed, s)
			}
		default:
			c.visitSome(random.IntN(8), func(s *subscription) {
				delete(owed, s)
				if random.IntN(10) == 0 {
					c.remove(s)
				}
			})
		}
		for i, s := range c.members {
			if int(s.index) != i || s.group != c {
				t.Fatalf("member %d believes to be %d", i, s.index)
			}
		}
	}
	for q.visitGroups(func(s *subscription) { delete(owed, s) }) {
	}
	if len(owed) > 0 {
		t.Errorf("%d of %d members were not visited after the last change", len(owed), len(c.members))
	}
}

// A shard that sleeps is rung once; one that does not is not rung.
func TestRing(t *testing.T) {
	rings := 0
	q := &schedule{interrupt: func() { rings++ }}
	a, b := groupOfMany(q, 1), groupOfMany(q, 100)
	a.wake()
	q.rouse()
	if q.sleep() {
		t.Error("sleeps with a group to visit")
	}
	q.takeWoken(nil)
	for q.visitGroups(func(*subscription) {}) {
	}
	if !q.sleep() {
		t.Error("does not sleep with nothing to do")
	}
	for _, g := range []*group{a, b, a} {
		g.wake()
		q.rouse()
	}
	q.post(&epollStream{})
	if rings != 1 {
		t.Errorf("rung %d times, want once", rings)
	}
	if streams, stopped := q.takeWoken(nil); len(streams) != 1 || stopped {
		t.Errorf("collected %d streams, stopped %v", len(streams), stopped)
	}
	q.stop()
	if q.sleep() || q.post(&epollStream{}) {
		t.Error("a stopped shard sleeps or takes streams")
	}
}

// Few are visited by whoever delivers, if the shard sleeps; everything else is the shard's.
func TestDeliver(t *testing.T) {
	for _, row := range []struct {
		name          string
		members       int // of each of two groups
		rouse         bool
		before        func(q *schedule)
		visits, rings int
	}{
		{name: "few", members: smallGroup / 2, visits: smallGroup},
		{name: "one more", members: smallGroup/2 + 1, rings: 1},
		{name: "a deadline came nearer", members: 1, rouse: true, visits: 2, rings: 1},
		{name: "newcomer", members: 1, before: func(q *schedule) { q.post(&epollStream{}) }, rings: 1},
		{name: "awake", members: 1, before: func(q *schedule) { q.takeWoken(nil) }},
		{name: "stopped", members: 1, before: (*schedule).stop, rings: 1},
		{name: "about to sleep", members: 1, before: func(q *schedule) { q.owner.Lock() }, rings: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			visits, rings := 0, 0
			q := &schedule{interrupt: func() { rings++ }}
			q.visitFew = func() bool {
				return q.visitGroups(func(*subscription) { visits++ }) || row.rouse
			}
			groups := []*group{groupOfMany(q, row.members), groupOfMany(q, row.members)}
			if !q.sleep() {
				t.Fatal("does not sleep")
			}
			if row.before != nil {
				row.before(q)
			}
			for _, g := range groups {
				g.wake()
			}
			q.deliver()
			if visits != row.visits || rings != row.rings {
				t.Errorf("%d visits and rung %d times, want %d and %d", visits, rings, row.visits, row.rings)
			}
			owed := 2*row.members - visits
			q.takeWoken(nil)
			for q.visitGroups(func(*subscription) { owed-- }) {
			}
			if owed != 0 {
				t.Errorf("%d visits too few in the end", owed)
			}
		})
	}
}

func TestTimers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var heap timers
	want := map[*epollStream]time.Duration{}
	draw := func() time.Duration { return time.Duration(random.IntN(1000)) * deadlineSlack }
	var all []*epollStream
	for range 5000 {
		at := draw()
		switch st := (*epollStream)(nil); {
		case len(all) < 10 || random.IntN(3) == 0:
			st = &epollStream{}
			heap.add(st, at+deadlineSlack/2)
			want[st], all = at, append(all, st)
		case random.IntN(4) == 0:
			i := random.IntN(len(all))
			heap.remove(all[i])
			delete(want, all[i])
			all[i] = all[len(all)-1]
			all = all[:len(all)-1]
		case random.IntN(2) == 0:
			st = all[random.IntN(len(all))]
			heap.sooner(st, at)
			want[st] = min(want[st], at)
		default:
			st = all[random.IntN(len(all))]
			heap.set(st, at)
			want[st] = at
		}
	}
	last := time.Duration(-1)
	for len(want) > 0 {
		at, ok := heap.next()
		st := heap.due(at)
		if !ok || st == nil || want[st] != at || at < last || heap.due(at-1) != nil {
			t.Fatalf("got %v at %v (%v) after %v, want %v", st, at, ok, last, want[st])
		}
		last = at
		heap.remove(st)
		delete(want, st)
	}
	if _, ok := heap.next(); ok || heap.due(time.Hour) != nil {
		t.Error("something is left")
	}
}
