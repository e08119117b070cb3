package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	// settle is the pause after connecting, in which the server's collector may
	// clean up after the handshakes.
	settle = time.Second
	// lastWithin is how long subscribers may take to get the last state.
	lastWithin = 10 * time.Second
)

// trial is one row in the making.
type trial struct {
	site   *site
	topics []*topic
	poll   time.Duration // 0: streams
	idle   time.Duration // 0: not measured
	beats  bool          // idle is long enough to show what streams cost
	drive  func(ctx context.Context) error
}

// measure opens the subscribers, watches them idle and then driven, and fills r. It
// returns what became of the updates, by topic.
func (t *trial) measure(ctx context.Context, r *row) (all []delivery, err error) {
	queried, err1 := t.site.queries(ctx)
	start, err2 := t.site.use()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	c, err := openAudience(ctx, t.site.addr, t.topics, t.poll)
	if err != nil {
		return nil, err
	}
	defer c.close()
	count := c.census()
	r.Connected, r.Refused = figure(count.ready), figure(c.total-count.ready)
	if c.total >= 100 {
		r.ConnectRate = per(float64(count.ready), (count.lastReady - c.began).Seconds())
	}
	if count.ready == 0 {
		return nil, fmt.Errorf("no subscriber was let in: %w", count.err)
	}
	opened, err := t.site.queries(ctx)
	if err != nil {
		return nil, err
	}
	r.QueriesOpening = figure(opened - queried)
	if err := pause(ctx, settle); err != nil {
		return nil, err
	}
	if t.idle > 0 {
		err := t.span(ctx, r.file("idle"), func() error { return pause(ctx, t.idle) }, func(u usage) {
			r.QueriesIdle = per(u.queries, u.at.Seconds())
			if t.beats {
				r.IdleCPU = per(100*u.cpu.Seconds(), u.at.Seconds())
			}
		})
		if err != nil {
			return nil, err
		}
		if c.total >= 1000 {
			end, err := t.site.use()
			if err != nil {
				return nil, err
			}
			r.BytesPerStream = per(end.resident-start.resident, float64(count.ready))
		}
	}
	return t.busy(ctx, c, r)
}

// busy drives the updates and waits until everybody has the last one.
func (t *trial) busy(ctx context.Context, c *audience, r *row) (all []delivery, err error) {
	var used usage
	began, driven := now(), now()
	err = t.span(ctx, r.file("busy"), func() error {
		if err := t.drive(ctx); err != nil {
			return err
		}
		driven = now()
		return c.settled(ctx)
	}, func(u usage) { used = u })
	if err != nil {
		return nil, err
	}
	all = c.deliveries()
	updates, received := 0, 0
	for i := range all {
		d := &all[i]
		d.writes = t.topics[i].took
		updates += len(t.topics[i].sent)
		received += d.received
	}
	r.UpdateRate = per(float64(updates), (driven - began).Seconds())
	r.QueriesBusy = per(used.queries, used.at.Seconds())
	r.CPUPerEvent = per(float64(used.cpu.Microseconds()), float64(received))
	if cut := c.census(); cut.cut > 0 {
		return all, fmt.Errorf("%d subscribers lost their stream: %w", cut.cut, cut.err)
	}
	return all, nil
}

// span gives f's usage to the function then. A profile of it goes to the named
// file, if profiles are asked for.
func (t *trial) span(ctx context.Context, name string, f func() error, then func(usage)) error {
	stop, err := t.site.record(name)
	if err != nil {
		return err
	}
	defer stop()
	// Asking for the queries costs the server something, so it lies outside.
	queried, err := t.site.queries(ctx)
	if err != nil {
		return err
	}
	before, err := t.site.use()
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	after, err := t.site.use()
	if err != nil {
		return err
	}
	total, err := t.site.queries(ctx)
	if err == nil {
		then(usage{at: after.at - before.at, cpu: after.cpu - before.cpu, queries: total - queried})
	}
	return err
}

// write changes one audit to a number.
type write func(ctx context.Context, id int64, seq int) error

// step sends the topic's next update.
func (t *topic) step(ctx context.Context, w write) error {
	began := now()
	t.sent = append(t.sent, began)
	err := w(ctx, t.id, len(t.sent))
	t.took = append(t.took, now()-began)
	return err
}

// steady changes a topic n times at about the given distance: ± 20 %, so that
// the changes do not fall into step with any clock of the server.
func steady(ctx context.Context, t *topic, w write, n int, every time.Duration) error {
	for range n {
		if err := pause(ctx, every*4/5+rand.N(every*2/5)); err != nil {
			return err
		}
		if err := t.step(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// flood lets workers change their shares of topics in turn for a time, together
// at a rate per second, or as fast as they can with rate 0. A worker that falls
// behind the rate catches up.
func flood(ctx context.Context, topics []*topic, w write, workers, rate int, during time.Duration) error {
	errs := make(chan error, workers)
	var working sync.WaitGroup
	for n := range workers {
		var mine []*topic
		for i := n; i < len(topics); i += workers {
			mine = append(mine, topics[i])
		}
		working.Go(func() { errs <- share(ctx, mine, w, float64(rate)/float64(workers), during) })
	}
	working.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func share(ctx context.Context, topics []*topic, w write, rate float64, during time.Duration) error {
	began := now()
	for n := 0; ; n++ {
		if rate > 0 {
			due := began + time.Duration(float64(n)/rate*float64(time.Second))
			if wait := due - now(); wait > 0 {
				if err := pause(ctx, wait); err != nil {
					return err
				}
			}
		}
		if now()-began >= during {
			return nil
		}
		if err := topics[n%len(topics)].step(ctx, w); err != nil {
			return err
		}
	}
}

// together runs functions at once and returns the first error among theirs.
func together(fs ...func() error) error {
	errs := make([]error, len(fs))
	var running sync.WaitGroup
	for i, f := range fs {
		running.Go(func() { errs[i] = f() })
	}
	running.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	return nil
}
