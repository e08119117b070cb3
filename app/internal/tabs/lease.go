package tabs

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"atalaya/app/internal/live"
)

// Where tabs that cannot share streams note who has one. Each writes a key of its own:
// storage has no lock, and in a value of all one tab could overwrite what another noted.
const (
	keyLease  = keyLeases + "."   // and the tab's name
	keyLeases = "atalaya.streams" // the value of all that older programs write
)

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

// roomIn is how long it takes until a lease is free, unless one is given back sooner.
func (l leases) roomIn(now time.Time) time.Duration {
	if len(l) < maxLeases {
		return 0
	}
	wait := leaseFor
	for _, end := range l {
		wait = min(wait, time.UnixMilli(end).Sub(now))
	}
	return max(wait, 0)
}

// readLeases reads what the tabs noted; what cannot be read is nothing. Without storage
// (nil) every tab is alone.
func readLeases(kv live.KeyValue) leases {
	l := leases{}
	if kv == nil {
		return l
	}
	if text, ok := kv.Get(keyLeases); ok && json.Unmarshal([]byte(text), &l) != nil || l == nil {
		l = leases{}
	}
	for _, key := range kv.Keys() {
		tab, isLease := strings.CutPrefix(key, keyLease)
		if !isLease {
			continue
		}
		text, _ := kv.Get(key)
		if end, err := strconv.ParseInt(text, 10, 64); err == nil {
			l[tab] = end
		}
	}
	return l
}

// sweep removes what tabs left that went without a word. It spares a lease that has only
// just ended: its tab may be renewing it.
func (l leases) sweep(kv live.KeyValue, now time.Time) {
	for tab, end := range l {
		if left := time.UnixMilli(end).Sub(now); kv != nil && (left < -leaseFor || left > leaseFor) {
			kv.Remove(keyLease + tab)
		}
	}
}

// Window is what a tab that shares nothing notices of its browser.
type Window interface {
	// WatchHidden tells when the tab is hidden and shown.
	WatchHidden(tell func(hidden bool)) (stop func())
	// WatchKept tells when another tab changes what the device keeps under a key that
	// begins with prefix.
	WatchKept(prefix string, changed func()) (stop func())
}

// solo is the platform of a tab that shares nothing: its streams are its own, few in all
// tabs together, and pause while it is hidden.
type solo struct {
	live.Platform
	window Window
	kv     live.KeyValue
	name   string
	now    func() time.Time

	mu      sync.Mutex
	refused bool        // a stream, because the other tabs have all
	turn    *time.Timer // when one may be free; nil while nobody watches
}

// OpenStream opens a stream unless the other tabs have as many as the browser can bear.
// The session then polls, and is told when it is worth trying again.
func (s *solo) OpenStream(url string, hear func(live.Signal)) (live.Stream, error) {
	had := s.renew()
	s.wait(!had)
	if !had {
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

// Fetch asks the server. With streams in other tabs it asks for no answer to be held: a
// held one keeps a connection too, and none would be left for anything else.
func (s *solo) Fetch(ctx context.Context, r live.Request) (live.Response, error) {
	l := readLeases(s.kv)
	delete(l, s.name)
	if len(l) > 0 {
		r.Hold = 0
	}
	return s.Platform.Fetch(ctx, r)
}

// wait notes whether the tab waits for a stream.
func (s *solo) wait(refused bool) {
	s.mu.Lock()
	s.refused = refused
	s.mu.Unlock()
	s.look()
}

// look looks at the leases, which a tab that waits does whenever they change. Each waits
// a random while more, so that not all that wait take the same lease.
func (s *solo) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turn == nil {
		return
	}
	s.turn.Stop()
	if s.refused {
		s.turn.Reset(readLeases(s.kv).roomIn(s.now()) + rand.N(turnSpread))
	}
}

// renew takes a lease or renews it, and reports whether the tab has one. Two tabs that
// take the last one at the same moment may both get it; none loses what it has.
func (s *solo) renew() bool {
	l := readLeases(s.kv)
	now := s.now()
	l.sweep(s.kv, now)
	if !l.take(s.name, now) {
		return false
	}
	if s.kv != nil {
		// Where nothing can be kept, nobody is kept from a stream.
		_ = s.kv.Set(keyLease+s.name, strconv.FormatInt(l[s.name], 10))
	}
	return true
}

func (s *solo) giveBack() {
	if s.kv != nil {
		s.kv.Remove(keyLease + s.name)
	}
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
// over when the tab is seen again. A session that polls for want of a lease is told like
// one whose tab is seen again when there may be one.
func (s *solo) Watch(tell func(live.Wake)) (stop func()) {
	tellAll := func(w live.Wake) {
		if w == live.WakeHide {
			s.wait(false) // for nothing, or the session would start over unseen
		}
		tell(w)
	}
	unwatch := s.Platform.Watch(tellAll)
	pause := time.AfterFunc(time.Hour, func() { tellAll(live.WakeHide) })
	pause.Stop()
	unhide := s.window.WatchHidden(func(hidden bool) {
		if hidden {
			pause.Reset(pauseAfter)
		} else {
			pause.Stop()
			tell(live.WakeVisible)
		}
	})
	endTurn := s.awaitTurn(func() { tell(live.WakeVisible) })
	unkeep := s.window.WatchKept(keyLeases, s.look)
	return func() {
		unkeep()
		endTurn()
		unhide()
		pause.Stop()
		unwatch()
	}
}

// awaitTurn has come called when a tab that waits may have a stream. The next page of the
// tab may watch before the last has stopped.
func (s *solo) awaitTurn(come func()) (stop func()) {
	turn := time.AfterFunc(time.Hour, come)
	turn.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn = turn
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		turn.Stop()
		if s.turn == turn {
			s.turn = nil
		}
	}
}
