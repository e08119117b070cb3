package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of an audience.
const (
	maxSubscribers = 19_000
	spare          = 100 // descriptors for everything else, here and in the server
	loops          = 2   // for audiences; one more is for the subscribers who are alone
	dialing        = 128 // connections that a loop opens at once
	openWithin     = 60 * time.Second
)

// sources are the loopback addresses that subscribers come from, in turn.
var sources = [...][4]byte{
	{127, 0, 0, 2}, {127, 0, 0, 3}, {127, 0, 0, 4}, {127, 0, 0, 5},
	{127, 0, 0, 6}, {127, 0, 0, 7}, {127, 0, 0, 8}, {127, 0, 0, 9},
}

// topic is one audit and who views it. The subscribers of all topics are numbered
// through.
type topic struct {
	id          int64
	path        string
	subscribers int
	first       int             // number of the first subscriber; set by openAudience
	sent        []time.Duration // when update n+1 was sent; the writer's own while it runs
	took        []time.Duration // how long it took to write
}

// audience is a number of subscribers in a few epoll loops.
type audience struct {
	topics []*topic
	loops  []*loop
	began  time.Duration
	ended  sync.WaitGroup
	total  int
}

// census counts subscribers.
type census struct {
	ready, refused, cut int
	lastReady           time.Duration
	err                 error // the first that a subscriber met
}

// openAudience opens the subscribers of topics at target, which must be a loopback
// address, and returns when each is ready or refused. With poll they ask at that
// interval instead of holding a stream. The caller closes the audience.
func openAudience(ctx context.Context, target netip.AddrPort, topics []*topic, poll time.Duration) (*audience, error) {
	if !target.Addr().Is4() || !target.Addr().IsLoopback() {
		return nil, fmt.Errorf("%s is not a loopback address of IPv4; this program connects to no other", target)
	}
	c := &audience{topics: topics, began: now()}
	for _, t := range topics {
		t.first = c.total
		c.total += t.subscribers
	}
	if c.total > maxSubscribers {
		return nil, fmt.Errorf("%d subscribers are more than the %d this program opens", c.total, maxSubscribers)
	}
	if may := descriptors(); may < c.total+spare {
		return nil, fmt.Errorf("%d subscribers need as many descriptors, and a process may have %d here: "+
			"raise the hard limit (ulimit -Hn), or give -subscribers", c.total, may)
	}
	for range loops + 1 {
		l, err := newLoop(target, poll)
		if err != nil {
			c.close()
			return nil, err
		}
		c.loops = append(c.loops, l)
	}
	for _, t := range topics {
		request := requestFor(target, t.path, poll > 0)
		for n := range t.subscribers {
			number := t.first + n
			l := number % loops
			if t.subscribers == 1 {
				l = loops // a lone subscriber must not wait here while an audience is read
			}
			c.loops[l].add(number, request)
		}
	}
	for _, l := range c.loops {
		c.ended.Go(l.run)
	}
	err := wait(ctx, openWithin, func() bool {
		count := c.census()
		return count.ready+count.refused >= c.total
	})
	if err != nil && !errors.Is(err, errTooLate) { // those who are late count as refused
		c.close()
		return nil, err
	}
	return c, nil
}

// requestFor is what a browser would send, so that the server keeps as much of
// it as it would.
func requestFor(target netip.AddrPort, path string, poll bool) []byte {
	accept := "text/event-stream"
	if poll {
		accept = "application/json"
	}
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: keep-alive\r\nAccept: %s\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"+
		"Cache-Control: no-cache\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"+
		"Referer: http://%[2]s/audits/1\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9\r\n\r\n",
		path, target, accept)
}

// census counts the subscribers of all loops.
func (c *audience) census() (sum census) {
	for _, l := range c.loops {
		n := l.census()
		sum.ready += n.ready
		sum.refused += n.refused
		sum.cut += n.cut
		sum.lastReady = max(sum.lastReady, n.lastReady)
		sum.err = errors.Join(sum.err, n.err)
	}
	return sum
}

// settled waits until every subscriber has the last state sent to it, at most for
// lastWithin; whoever has not is found by reckon and by late.
func (c *audience) settled(ctx context.Context) error {
	last := c.lastStates()
	err := wait(ctx, lastWithin, func() bool {
		return !slices.ContainsFunc(c.loops, func(l *loop) bool { return l.behind(last) })
	})
	if errors.Is(err, errTooLate) {
		return nil
	}
	return err
}

// lastStates is the number of the last state sent to each subscriber.
func (c *audience) lastStates() []int32 {
	last := make([]int32, c.total)
	for _, t := range c.topics {
		for n := range t.subscribers {
			last[t.first+n] = int32(len(t.sent))
		}
	}
	return last
}

// deliveries reckons what became of the updates, by topic, and forgets them.
func (c *audience) deliveries() []delivery {
	byTopic := make([][]sample, len(c.topics))
	of := make([]int, c.total)
	for i, t := range c.topics {
		for n := range t.subscribers {
			of[t.first+n] = i
		}
	}
	for _, l := range c.loops {
		for _, s := range l.take() {
			byTopic[of[s.subscriber]] = append(byTopic[of[s.subscriber]], s)
		}
	}
	all := make([]delivery, len(c.topics))
	for i, t := range c.topics {
		all[i] = reckon(t.sent, t.first, t.subscribers, byTopic[i])
	}
	return all
}

func (c *audience) close() {
	for _, l := range c.loops {
		l.stop.Store(true)
	}
	c.ended.Wait()
	for _, l := range c.loops {
		l.close()
	}
}

// descriptors is how many files a process may open, here and in the children.
// The runtime has raised the soft limit to the hard one already.
func descriptors() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(limit.Max, 1<<30))
}

// epoch is the zero of all times here.
var epoch = time.Now()

func now() time.Duration { return time.Since(epoch) }

var errTooLate = errors.New("too late")

// wait asks cond until it holds; the error is errTooLate or the context's.
func wait(ctx context.Context, within time.Duration, cond func() bool) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := now() + within; !cond(); {
		if now() > end {
			return errTooLate
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// pause waits for d, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
