package live

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/shared"
)

const (
	// paintEvery is the least distance between two calls of OnChange that bring
	// nothing urgent: a screen reader and an eye want no more than four a second.
	paintEvery = 250 * time.Millisecond
	// keepEvery is the least distance between two copies to the device, because
	// localStorage blocks the page while it writes.
	keepEvery = 2 * time.Second
)

// Options say what a session follows and whom it tells.
type Options struct {
	Topic    Topic
	Platform Platform // required; [Browser] in the app
	// Initial is shown until the server is heard. If it is the server's own and
	// terminal, nothing is asked at all.
	Initial Copy
	// OnChange gets every view, from the session's goroutine: the first soon
	// after Open, then at most four a second, but at once what is urgent (phase,
	// reason, attempt, poll failures, the end). It is not called any more after
	// a closed view, nor after Close, except that a call under way may end late.
	// The session stands still while it runs.
	OnChange func(View)
	// Log gets lines for the console; nil drops them.
	Log func(line string)
	// Keep gets the newest state, at most every 2 s and at the end; nil keeps
	// nothing.
	Keep Keeper

	now    func() time.Time // tests; nil: time.Now
	jitter func() float64   // tests; nil: rand.Float64
}

// Session keeps one topic current: it runs the machine and carries out its
// commands. All methods are safe for concurrent use and none blocks.
type Session struct {
	opts    Options
	replica *replica
	closing atomic.Bool
	done    chan struct{}

	mu    sync.Mutex
	inbox []message
	view  View
	bell  chan struct{} // one slot: something is in the inbox

	// Everything below belongs to the session's goroutine.
	watch   stopwatch
	state   State
	at      time.Duration // the time of the step under way
	wall    time.Time     // the same on the device's clock
	stream  Stream
	opens   int // answers of the current stream; above 1 the browser reconnected
	askedAt time.Duration
	abort   context.CancelFunc
	fetches sync.WaitGroup

	lag      time.Duration // how long before the stream's last word its query was
	lagKnown bool

	next      View          // what is to be shown
	retryAt   time.Duration // the deadline behind next.RetryAt
	dirty     bool          // next differs from what was told
	told      bool
	paintedAt time.Duration
	unkept    bool // the state differs from the device's copy
	keptAt    time.Duration
	keepFault bool
}

// message is something told to the session by another goroutine.
type message struct {
	event    Event
	signal   Signal
	response Response
	err      error
}

// Open starts a session and returns at once.
func Open(o Options) *Session {
	if o.now == nil {
		o.now = time.Now
	}
	if o.jitter == nil {
		o.jitter = rand.Float64
	}
	if o.OnChange == nil {
		o.OnChange = func(View) {}
	}
	if o.Log == nil {
		o.Log = func(string) {}
	}
	s := &Session{
		opts:    o,
		replica: newReplica(o.Topic, o.Initial),
		done:    make(chan struct{}),
		bell:    make(chan struct{}, 1),
		watch:   newStopwatch(o.now()),
	}
	s.begin()
	go s.run()
	return s
}

// begin prepares the first view, so that [Session.View] is never empty.
func (s *Session) begin() {
	s.tick()
	v := View{Topic: s.opts.Topic, Phase: Connecting, Since: s.wall, Saved: s.replica.saved}
	v.Progress, v.Audits = s.replica.progress(), s.replica.audits()
	switch {
	case v.Saved:
		v.SavedAt = s.opts.Initial.SavedAt.Round(0)
		v.ConfirmedAt = v.SavedAt
	case s.replica.stateKnown:
		v.ConfirmedAt = s.wall
		s.unkept = s.opts.Keep != nil // the server drew it: keep it, though nothing may follow
	}
	s.view, s.next, s.dirty = v, v, true
}

// Close ends the session. Its goroutine, stream, request and listeners are gone
// when Done is closed.
func (s *Session) Close() {
	if s.closing.CompareAndSwap(false, true) {
		s.post(message{event: Event{Kind: Stopped}})
	}
}

// Done is closed when the session has ended and left nothing behind.
func (s *Session) Done() <-chan struct{} { return s.done }

// RetryNow cuts all waits short: the user's word.
func (s *Session) RetryNow() { s.Wake(WakeUser) }

// Wake tells a change around the page. The platform tells most by itself.
func (s *Session) Wake(w Wake) { s.post(message{event: Event{Kind: Woke, Wake: w}}) }

// View is the newest view, whether or not it was told already.
func (s *Session) View() View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

// post never blocks: a browser's callback stops the world until it returns. The
// inbox needs no bound, because in a browser the session's goroutine runs before
// the next callback can.
func (s *Session) post(m message) {
	s.mu.Lock()
	s.inbox = append(s.inbox, m)
	s.mu.Unlock()
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

func (s *Session) take() []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.inbox
	s.inbox = nil
	return all
}

// run is the session's goroutine. It ends when the machine is closed.
func (s *Session) run() {
	defer close(s.done)
	unwatch := s.opts.Platform.Watch(s.Wake)
	timer := time.NewTimer(0)
	defer timer.Stop()
	s.step(Event{Kind: Started, Final: s.replica.final(), Available: s.opts.Platform.Available(), Online: s.opts.Platform.Online()})
	for {
		s.settle()
		s.keep()
		s.paint()
		if s.state.Phase() == Closed {
			break
		}
		timer.Reset(s.wait())
		select {
		case <-s.bell:
		case <-timer.C:
		}
		s.tick()
		for _, m := range s.take() {
			s.handle(m)
		}
		s.step(Event{Kind: Ticked})
	}
	unwatch()
	s.fetches.Wait()
}

// tick reads the clock: once per turn, so that all that happens in it happens
// at one time.
func (s *Session) tick() {
	now := s.opts.now()
	s.at, s.wall = s.watch.read(now), now.Round(0)
}

// wait is how long nothing needs to be done unless something happens.
func (s *Session) wait() time.Duration {
	next := s.at + time.Hour
	if d := s.state.NextDeadline(); d != 0 {
		next = min(next, d)
	}
	if s.replica.completeAt != 0 {
		next = min(next, s.replica.completeAt)
	}
	if s.dirty {
		next = min(next, s.paintedAt+paintEvery)
	}
	if s.unkept {
		next = min(next, s.keptAt+keepEvery)
	}
	return max(next-s.at, 0)
}

// step lets the machine decide and does what it says.
func (s *Session) step(e Event) {
	e.At, e.Jitter = s.at, s.opts.jitter()
	state, commands := Next(s.state, e)
	s.state = state
	for _, c := range commands {
		s.do(c)
	}
	s.describe()
}

func (s *Session) do(c Command) {
	switch c.Do {
	case OpenSource:
		s.open(c.Source)
	case CloseSource:
		s.replica.cancelSnapshot()
		if s.stream != nil {
			s.stream.Close()
			s.stream = nil
		}
	case StartPoll:
		s.fetch(c.Poll, c.Hold)
	case AbortPoll:
		s.abort()
	case Say:
		s.opts.Log(c.Line)
	}
}

func (s *Session) open(source int) {
	s.replica.expectSnapshot(s.at)
	s.opens, s.lagKnown = 0, false
	stream, err := s.opts.Platform.OpenStream(s.opts.Topic.streamURL(s.replica.cursor()), func(g Signal) {
		s.post(message{event: Event{Kind: kindOf(g), Source: source}, signal: g})
	})
	if err != nil {
		s.opts.Log("[SSE] " + err.Error())
		s.post(message{event: Event{Kind: SourceRefused, Source: source}})
		return
	}
	s.stream = stream
}

func kindOf(g Signal) EventKind {
	return [...]EventKind{
		SignalOpen: SourceOpened, SignalMessage: SourceData, SignalHeartbeat: SourceBeat,
		SignalEnd: SourceEnded, SignalError: SourceFailed,
	}[g.Kind]
}

func (s *Session) fetch(poll int, hold bool) {
	ctx, cancel := context.WithCancel(context.Background())
	s.abort, s.askedAt = cancel, s.at
	r := Request{Path: s.opts.Topic.pollURL()}
	if revision := s.replica.cursor(); revision != 0 {
		r.ETag = shared.ETag(revision)
	}
	if hold && r.ETag != "" {
		r.Hold = pollWait
	}
	s.fetches.Go(func() {
		defer cancel()
		response, err := s.opts.Platform.Fetch(ctx, r)
		s.post(message{event: Event{Kind: PollAnswered, Poll: poll}, response: response, err: err})
	})
}

// handle turns a message into an event of the machine, after the replica took
// what it carries.
func (s *Session) handle(m message) {
	e := m.event
	switch e.Kind {
	case SourceOpened, SourceBeat, SourceData, SourceEnded, SourceFailed, SourceRefused:
		if e.Source != s.state.source || !s.state.open || !s.heard(&e, m.signal) {
			return
		}
	case PollAnswered:
		if e.Poll != s.state.poll || !s.state.pollUnderWay {
			return
		}
		e.Answer = s.read(m.response, m.err)
	}
	e.Final = s.replica.final()
	s.step(e)
}

// heard takes what a signal carries. It reports false when the signal is to be
// dropped: a goodbye that cannot be read is followed by the end itself.
func (s *Session) heard(e *Event, g Signal) bool {
	switch e.Kind {
	case SourceOpened:
		s.opens++
		if s.opens > 1 {
			s.replica.expectSnapshot(s.at)
			s.lagKnown = false
		}
	case SourceFailed:
		s.replica.cancelSnapshot()
		e.Closed = g.Closed
	case SourceEnded:
		end, err := shared.DecodeEnd([]byte(g.Data))
		if err != nil {
			s.skip(err)
			return false
		}
		e.End = end
	case SourceBeat:
		s.replica.streamHeard(s.at)
		s.alive()
		beat, err := shared.DecodeHeartbeat([]byte(g.Data))
		if err != nil {
			s.skip(err)
		} else if beat.FreshAt != nil {
			// Only the difference of two server times is used: the clocks of
			// server and device are never compared.
			s.lag, s.lagKnown = beat.ServerTime.Sub(beat.FreshAt.Time), true
			s.confirm()
		}
	case SourceData:
		s.replica.streamHeard(s.at)
		s.alive()
		p, err := shared.DecodeAuditProgress([]byte(g.Data))
		if err != nil {
			s.skip(err)
		} else {
			s.changed(s.replica.takeFrame(p, s.at))
			s.lag, s.lagKnown = 0, true
			s.confirm()
		}
	}
	return true
}
