package tabs

import (
	"encoding/json"
	"errors"
	"sync"
	"time"

	"atalaya/app/internal/live"
)

// keyLeases is where tabs that cannot share streams note who has one.
const keyLeases = "atalaya.streams"

var errTooManyTabs = errors.New("tabs: other tabs of this browser have all streams; this one polls")

// leases are the tabs that have a stream of their own, with the time on the device's
// clock, in milliseconds, at which each lease ends.
type leases map[string]int64

// take gives a tab a lease or renews its own, and reports whether it has one. Leases that
// have ended are dropped; one that would end later than any can comes from a clock that
// was set, and is dropped too.
func (l leases) take(tab string, now time.Time) bool {
	for other, end := range l {
		if left := time.UnixMilli(end).Sub(now); left <= 0 || left > leaseFor {
			delete(l, other)
		}
	}
	if _, mine := l[tab]; !mine && len(l) >= maxLeases {
		return false
	}
	l[tab] = now.Add(leaseFor).UnixMilli()
	return true
}

// readLeases reads what the tabs noted; what cannot be read is nothing. Without storage
// (nil) every tab is alone.
func readLeases(kv live.KeyValue) leases {
	l := leases{}
	if kv == nil {
		return l
	}
	if text, ok := kv.Get(keyLeases); ok && json.Unmarshal([]byte(text), &l) != nil || l == nil {
		return leases{}
	}
	return l
}

func (l leases) write(kv live.KeyValue) {
	if text, err := json.Marshal(l); err == nil && kv != nil {
		_ = kv.Set(keyLeases, string(text)) // where nothing can be kept, nobody is kept from a stream
	}
}

// Visibility tells when the tab is hidden and shown.
type Visibility interface {
	WatchHidden(tell func(hidden bool)) (stop func())
}

// solo is the platform of a tab that shares nothing: its streams are its own, few in all
// tabs together, and pause while it is hidden.
type solo struct {
	live.Platform
	visibility Visibility
	kv         live.KeyValue
	name       string
	now        func() time.Time
}

// OpenStream opens a stream unless the other tabs have as many as the browser can bear.
// The session then polls, and tries again as after any refusal.
func (s *solo) OpenStream(url string, hear func(live.Signal)) (live.Stream, error) {
	if !s.renew() {
		return nil, errTooManyTabs
	}
	stream, err := s.Platform.OpenStream(url, hear)
	if err != nil {
		s.giveBack()
		return nil, err
	}
	o := &leased{Stream: stream, solo: s}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.renewal = time.AfterFunc(leaseEvery, o.renew)
	return o, nil
}

// renew takes a lease or renews it, and reports whether the tab has one. Two tabs that do
// so at the same moment may both get the last one: storage has no lock.
func (s *solo) renew() bool {
	l := readLeases(s.kv)
	if !l.take(s.name, s.now()) {
		return false
	}
	l.write(s.kv)
	return true
}

func (s *solo) giveBack() {
	l := readLeases(s.kv)
	delete(l, s.name)
	l.write(s.kv)
}

// leased is a stream with a lease.
type leased struct {
	live.Stream
	solo    *solo
	mu      sync.Mutex
	closed  bool
	renewal *time.Timer
}

func (o *leased) renew() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.solo.renew() // a stream that is open is not closed for want of a lease
		o.renewal.Reset(leaseEvery)
	}
}

// Close implements [live.Stream].
func (o *leased) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.renewal.Stop()
	o.solo.giveBack()
	o.Stream.Close()
}

// Watch tells what happens around the page. A tab that was hidden for a while is told to
// hide, as if it went into the back/forward cache: its session closes all, and starts
// over when the tab is seen again.
func (s *solo) Watch(tell func(live.Wake)) (stop func()) {
	unwatch := s.Platform.Watch(tell)
	pause := time.AfterFunc(time.Hour, func() { tell(live.WakeHide) })
	pause.Stop()
	unhide := s.visibility.WatchHidden(func(hidden bool) {
		if hidden {
			pause.Reset(pauseAfter)
		} else {
			pause.Stop()
			tell(live.WakeVisible)
		}
	})
	return func() {
		unhide()
		pause.Stop()
		unwatch()
	}
}
