package tabs

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"atalaya/app/internal/live"
)

// Commons is what the tabs of one browser have in common: a channel and a lock.
type Commons interface {
	// Connect opens the channel. hear gets, in order, what the other tabs post until
	// leave returns. It does not block.
	Connect(hear func(text string)) (post func(text string), leave func())
	// Acquire stands in line for the lock, or takes it from whoever has it. It returns
	// at once; granted is called when the lock is held, and lost when it was taken away.
	// release gives it back, or leaves the line; nothing is called after it.
	Acquire(steal bool, granted, lost func()) (release func())
}

// hub runs this tab's [member]: it tells it what happens and carries out its commands.
// It is the tab's platform, with streams that it shares with the other tabs.
type hub struct {
	live.Platform
	commons Commons

	mu        sync.Mutex
	member    member
	began     time.Time
	sources   map[int]func(live.Signal)
	lastID    int
	stream    live.Stream // the real one, while this tab leads
	connected bool        // to the channel
	company   bool        // another tab was heard
	send      func(text string)
	leave     func() // the channel
	release   func() // the lock, or the line for it; nil while the tab wants neither
	wakes     *time.Timer
	retires   *time.Timer // when the tab watches nothing
}

// newHub makes the tab's platform, named by a text that no other tab has.
func newHub(p live.Platform, c Commons, name string) *hub {
	h := &hub{Platform: p, commons: c, began: time.Now(), sources: map[int]func(live.Signal){}}
	h.member.me = name
	return h
}

// OpenStream opens a source that the leader's streams feed. What the leader cannot carry
// is opened as a stream of this tab's own.
func (h *hub) OpenStream(url string, hear func(live.Signal)) (live.Stream, error) {
	if _, _, ok := topicOf(url); !ok {
		return h.Platform.OpenStream(url, hear)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.connect()
	h.lastID++
	s := sharedSource{h, h.lastID}
	h.sources[s.id] = hear
	h.step(func(m *member) { m.opened(s.id, url) })
	return s, nil
}

// sharedSource is a source of a hub, as a session holds it.
type sharedSource struct {
	hub *hub
	id  int
}

// Close implements [live.Stream].
func (s sharedSource) Close() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sources[s.id] == nil {
		return
	}
	delete(h.sources, s.id)
	h.step(func(m *member) { m.closed(s.id) })
	if len(h.sources) == 0 {
		h.retires.Reset(linger)
	}
}

// Fetch asks the server. With other tabs about it asks for no answer to be held: a held
// one keeps a connection, and the tabs have few together.
func (h *hub) Fetch(ctx context.Context, r live.Request) (live.Response, error) {
	h.mu.Lock()
	if h.company {
		r.Hold = 0
	}
	h.mu.Unlock()
	return h.Platform.Fetch(ctx, r)
}

// Watch tells what happens around the page, and leaves the other tabs before a page goes
// into the back/forward cache, which takes none with a lock or a stream.
func (h *hub) Watch(tell func(live.Wake)) (stop func()) {
	return h.Platform.Watch(func(w live.Wake) {
		if w == live.WakeHide {
			h.disconnect()
		}
		tell(w)
	})
}

// connect joins the other tabs, and those who want to lead; the caller holds mu.
func (h *hub) connect() {
	if !h.connected {
		h.connected = true
		h.send, h.leave = h.commons.Connect(func(text string) {
			if g, ok := decodeMessage(text); ok {
				h.happened(func(m *member) {
					h.company = true
					m.received(g)
				})
			}
		})
		h.wakes = time.AfterFunc(time.Hour, func() { h.happened((*member).ticked) })
		h.retires = time.AfterFunc(time.Hour, h.retire)
	}
	h.retires.Stop()
	if h.release == nil {
		h.acquire(false)
	}
}

// retire gives up the lock, and all that this tab carries for others, because it watches
// nothing: they find another leader.
func (h *hub) retire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.connected && len(h.sources) == 0 {
		h.giveUp()
	}
}

// disconnect leaves the other tabs altogether.
func (h *hub) disconnect() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.connected {
		return
	}
	for id := range h.sources {
		delete(h.sources, id)
		h.step(func(m *member) { m.closed(id) })
	}
	h.giveUp()
	h.connected = false
	h.wakes.Stop()
	h.retires.Stop()
	h.leave()
}

// giveUp leads no longer and wants to no longer; the caller holds mu.
func (h *hub) giveUp() {
	h.step((*member).left)
	if h.release != nil {
		h.release()
		h.release = nil
	}
}

// acquire stands in line for the lock or takes it; the caller holds mu.
func (h *hub) acquire(steal bool) {
	if h.release != nil {
		h.release()
	}
	h.release = h.commons.Acquire(steal,
		func() { h.happened((*member).granted) },
		func() {
			h.happened(func(m *member) {
				m.lost()
				m.do(command{do: returnLock})
			})
		})
}

// happened tells the member what happened, unless the tab has left.
func (h *hub) happened(event func(m *member)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.connected {
		h.step(event)
	}
}

// step tells the member what happened and does what follows; the caller holds mu.
func (h *hub) step(event func(m *member)) {
	m := &h.member
	m.at, m.jitter = time.Since(h.began)+1, rand.Float64() // 0 means never
	event(m)
	for len(m.commands) > 0 {
		commands := m.commands
		m.commands = nil
		for _, c := range commands {
			h.carryOut(c)
		}
	}
	wait := time.Hour
	if next := m.nextDeadline(); next != 0 {
		wait = max(next-m.at, 0)
	}
	h.wakes.Reset(wait)
}

func (h *hub) carryOut(c command) {
	switch c.do {
	case post:
		h.send(c.message.encode())
	case tell:
		if hear := h.sources[c.source]; hear != nil {
			hear(c.signal)
		}
	case openStream:
		h.openReal(c)
	case closeStream:
		if h.stream != nil {
			h.stream.Close()
			h.stream = nil
		}
	case takeLock:
		h.acquire(true)
	case returnLock:
		h.acquire(false)
	}
}

func (h *hub) openReal(c command) {
	stream, err := h.Platform.OpenStream(c.url, func(g live.Signal) {
		h.happened(func(m *member) { m.heard(c.generation, g) })
	})
	if err != nil {
		h.member.heard(c.generation, live.Signal{Kind: live.SignalError, Closed: true})
		return
	}
	h.stream = stream
}
