package feed

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// looks are the waits before Version is asked after a touch. The first few find
// a commit that took no longer than usual; the last one that had to wait for its
// disk. What takes longer yet touches the files again, or waits for the sweep.
var looks = [...]time.Duration{
	1 * time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond,
	8 * time.Millisecond, 16 * time.Millisecond, 32 * time.Millisecond,
}

// versions wakes when Config.Version gives another number. The number of an
// earlier active spell is forgotten: whoever becomes active reads the state
// anyway.
func (f *Feed) versions(ctx context.Context) {
	polls, watches := outage{feed: f, source: "version"}, outage{feed: f, source: "watch"}
	f.whileActive(ctx, func(ctx context.Context) {
		v := versions{feed: f, touched: make(chan struct{}, 1)}
		var watcher sync.WaitGroup
		if f.cfg.Watch != nil {
			watcher.Go(func() { v.watch(ctx, &watches) })
		}
		for ctx.Err() == nil {
			if err := v.poll(ctx, &polls); ctx.Err() == nil {
				polls.pause(ctx, err)
			}
		}
		watcher.Wait()
	})
}

// versions follows the number for one active spell.
type versions struct {
	feed     *Feed
	touched  chan struct{} // one slot
	watching atomic.Bool

	last  int64
	known bool
}

// watch keeps Config.Watch running. A touch that was missed in between is as good
// as one.
func (v *versions) watch(ctx context.Context, o *outage) {
	touch := func() {
		select {
		case v.touched <- struct{}{}:
		default:
		}
	}
	for ctx.Err() == nil {
		err := v.feed.cfg.Watch(ctx, func() {
			o.works()
			v.watching.Store(true)
			touch()
		})
		v.watching.Store(false)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errReturned
		}
		touch()
		o.pause(ctx, err)
	}
}

// poll asks until ctx ends or asking fails.
func (v *versions) poll(ctx context.Context, o *outage) error {
	period := v.feed.cfg.Poll
	timer := time.NewTimer(period)
	defer timer.Stop()
	for look := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-v.touched:
			if look != 1 { // touches without end must not put the first look off
				look = 1
				timer.Reset(looks[0])
			}
			continue
		case <-timer.C:
		}
		changed, err := v.ask(ctx)
		if err != nil {
			return err
		}
		o.works()
		switch {
		case !v.watching.Load():
			look = 0
			timer.Reset(period)
		case changed: // what is touched from now on is looked at one period later
			look = 0
			timer.Stop()
			select {
			case <-ctx.Done():
			case <-time.After(period):
			}
		case 0 < look && look < len(looks):
			timer.Reset(looks[look])
			look++
		default:
			look = 0
			timer.Stop()
		}
	}
}

// ask wakes if the version is another one. The first may hide a commit before it.
func (v *versions) ask(ctx context.Context) (changed bool, err error) {
	version, err := v.feed.cfg.Version(ctx)
	if err != nil {
		return false, err
	}
	if changed = !v.known || version != v.last; changed {
		v.feed.wake(DataVersion)
	}
	v.last, v.known = version, true
	return changed, nil
}
