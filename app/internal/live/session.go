package live

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"atalaya/shared"
)

const (
	// paintEvery is the least distance between two calls of OnChange that bring
	// nothing urgent: neither an eye nor a screen reader follows more than four a
	// second.
	paintEvery = 250 * time.Millisecond
	// saveEvery is the least distance between two copies to the device.
	saveEvery = 2 * time.Second
)

// Options say what a session follows and whom it tells.
type Options struct {
	Topic    Topic
	Platform Platform // required; [Browser] in the app
	// Initial is shown until the server is heard. If it is the server's own and
	// terminal, nothing is asked at all. Where it is empty, the copy that Keep has is shown
	// as soon as it is read.
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

	mu     sync.Mutex
	inbox  []message
	view   View
	posted chan struct{} // has one slot, which is filled while the inbox may hold something

	// Everything below belongs to the session's goroutine.
	stopwatch stopwatch
	state     State
	at        time.Duration // the time of the turn under way
	wall      time.Time     // the same on the device's clock
	stream    Stream
	opens     int                // connections of the current stream; above 1 the browser reconnected
	askedAt   time.Duration      // when the newest poll was sent
	abortPoll context.CancelFunc // of the newest poll
	polls     sync.WaitGroup

	lag      time.Duration // age of the server's query when the stream last sent something
	lagKnown bool
	// confirmed is when the server last confirmed what is shown: the view's ConfirmedAt, on
	// a clock that nobody sets.
	confirmed time.Duration

	next      View          // what is to be shown
	retryAt   time.Duration // the deadline behind next.RetryAt
	dirty     bool          // next differs from the view last told
	told      bool          // a view was told
	paintedAt time.Duration
	unsaved   bool // the state differs from the copy on the device
	savedAt   time.Duration
}

// message is what another goroutine tells the session.
type message struct {
	event    Event
	signal   Signal
	response Response
	err      error
	saved    *Copy // the copy on the device; nil in messages of anything else
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
		opts:      o,
		replica:   newReplica(o.Topic, o.Initial),
		done:      make(chan struct{}),
		posted:    make(chan struct{}, 1),
		stopwatch: newStopwatch(o.now()), confirmed: math.MinInt64,
	}
	s.prepareView()
	go s.run()
	return s
}

// prepareView makes the first view, so that [Session.View] is never empty.
func (s *Session) prepareView() {
	s.readClock()
	v := View{Topic: s.opts.Topic, Phase: Connecting, Since: s.wall, Saved: s.replica.saved}
	v.Progress, v.Audits = s.replica.progress(), s.replica.audits()
	switch {
	case v.Saved:
		v.SavedAt = s.opts.Initial.SavedAt.Round(0)
		v.ConfirmedAt = v.SavedAt
	case s.replica.stateKnown:
		v.ConfirmedAt, s.confirmed = s.wall, s.at
		s.unsaved = s.opts.Keep != nil // the server drew this state: keep it, even if nothing follows
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

// RetryNow ends all waits, because the user asks for it.
func (s *Session) RetryNow() { s.Wake(WakeUser) }

// Wake tells a change around the page. The platform tells most by itself.
func (s *Session) Wake(w Wake) { s.post(message{event: Event{Kind: Woke, Wake: w}}) }

// View is the newest view, whether or not it was told already.
func (s *Session) View() View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

// post puts a message into the inbox and never blocks, because nothing else runs
// in a browser until its callback returns. The inbox needs no bound: in a browser
// the session's goroutine runs before the next callback can.
func (s *Session) post(m message) {
	s.mu.Lock()
	s.inbox = append(s.inbox, m)
	s.mu.Unlock()
	select {
	case s.posted <- struct{}{}:
	default:
	}
}

func (s *Session) takeInbox() []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	messages := s.inbox
	s.inbox = nil
	return messages
}

// run is the session's goroutine. It ends when the machine is closed.
func (s *Session) run() {
	defer close(s.done)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if !s.replica.stateKnown && s.opts.Keep != nil {
		go s.readCopy(ctx)
	}
	unwatch := s.opts.Platform.Watch(s.Wake)
	timer := time.NewTimer(0)
	defer timer.Stop()
	available, online := s.opts.Platform.Available(), s.opts.Platform.Online()
	s.stepFinal(Event{Kind: Started, Available: available, Online: online})
	for {
		s.completeSnapshot()
		s.saveCopy()
		s.paint()
		if s.state.Phase() == Closed {
			break
		}
		timer.Reset(s.untilNext())
		select {
		case <-s.posted:
		case <-timer.C:
		}
		s.readClock()
		for _, m := range s.takeInbox() {
			s.handleMessage(m)
		}
		s.step(Event{Kind: Ticked})
	}
	unwatch()
	s.polls.Wait()
}

// readClock sets the time of the turn. It is called once per turn, so that all
// that happens in a turn happens at one time.
func (s *Session) readClock() {
	now := s.opts.now()
	s.at, s.wall = s.stopwatch.read(now), now.Round(0)
}

// untilNext is how long nothing needs to be done unless a message comes.
func (s *Session) untilNext() time.Duration {
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
	if s.unsaved {
		next = min(next, s.savedAt+saveEvery)
	}
	return max(next-s.at, 0)
}

// stepFinal is step for an event that the replica has been told of.
func (s *Session) stepFinal(e Event) {
	e.Final = s.replica.final()
	s.step(e)
}

// step lets the machine decide what follows from an event, and carries it out.
func (s *Session) step(e Event) {
	e.At, e.Jitter = s.at, s.opts.jitter()
	state, commands := Next(s.state, e)
	s.state = state
	for _, c := range commands {
		s.carryOut(c)
	}
	s.showConnection()
}

func (s *Session) carryOut(c Command) {
	switch c.Do {
	case OpenSource:
		s.openStream(c.Source)
	case CloseSource:
		s.replica.cancelSnapshot()
		if s.stream != nil {
			s.stream.Close()
			s.stream = nil
		}
	case StartPoll:
		s.startPoll(c.Poll, c.Hold)
	case AbortPoll:
		s.abortPoll()
	case Say:
		s.opts.Log(c.Line)
	}
}

func (s *Session) openStream(source int) {
	s.expectSnapshot()
	s.opens = 0
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
		SignalDeleted: SourceData, SignalEnd: SourceEnded, SignalError: SourceFailed, SignalAudit: SourceData,
	}[g.Kind]
}

func (s *Session) startPoll(poll int, hold bool) {
	ctx, cancel := context.WithCancel(context.Background())
	s.abortPoll, s.askedAt = cancel, s.at
	r := Request{Path: s.opts.Topic.pollURL()}
	if revision := s.replica.cursor(); revision != 0 {
		r.ETag = shared.ETag(revision)
	}
	if hold && r.ETag != "" {
		r.Hold = pollWait
	}
	s.polls.Go(func() {
		defer cancel()
		response, err := s.opts.Platform.Fetch(ctx, r)
		s.post(message{event: Event{Kind: PollAnswered, Poll: poll}, response: response, err: err})
	})
}

// handleMessage hands a message of the current source or poll to whom it concerns;
// messages of older ones are dropped.
func (s *Session) handleMessage(m message) {
	if m.saved != nil {
		s.takeCopy(*m.saved)
		return
	}
	switch m.event.Kind {
	case SourceOpened, SourceBeat, SourceData, SourceEnded, SourceFailed, SourceRefused:
		if m.event.Source == s.state.source && s.state.open {
			s.handleSignal(m.event, m.signal)
		}
	case PollAnswered:
		if m.event.Poll == s.state.poll && s.state.pollUnderWay {
			m.event.Answer = s.readAnswer(m.response, m.err)
			s.stepFinal(m.event)
		}
	default:
		s.stepFinal(m.event)
	}
}

// handleSignal gives what a signal carries to the replica, the view and the
// machine, in this order.
func (s *Session) handleSignal(e Event, g Signal) {
	n, err := decodeSignal(&e, g)
	if err != nil {
		s.skip(err)
		if e.Kind == SourceEnded {
			return // the server closes the stream next, and that is heard as an error
		}
	}
	if s.updateReplica(e.Kind, n) {
		s.showState()
	}
	s.noteFreshness(n)
	s.stepFinal(e)
}

// news is what a signal carried, decoded. It is empty when the signal carried
// nothing or broke the contract.
type news struct {
	heartbeat *shared.Heartbeat
	progress  *shared.AuditProgress
	deleted   *shared.Deleted
}

// decodeSignal reads what a signal carries. What the machine needs of it goes into
// the event.
func decodeSignal(e *Event, g Signal) (n news, err error) {
	switch e.Kind {
	case SourceFailed:
		e.Closed = g.Closed
	case SourceEnded:
		e.End, err = shared.DecodeEnd([]byte(g.Data))
	case SourceBeat:
		var beat shared.Heartbeat
		if beat, err = shared.DecodeHeartbeat([]byte(g.Data)); err == nil {
			n.heartbeat = &beat
		}
	case SourceData:
		return decodeData(g)
	}
	return n, err
}

// decodeData reads what the stream tells of an audit: its state, or that it is deleted.
func decodeData(g Signal) (n news, err error) {
	if g.Kind == SignalDeleted {
		var d shared.Deleted
		if d, err = shared.DecodeDeleted([]byte(g.Data)); err == nil {
			n.deleted = &d
		}
		return n, err
	}
	var p shared.AuditProgress
	if p, err = shared.DecodeAuditProgress([]byte(g.Data)); err == nil {
		n.progress = &p
	}
	return n, err
}

// updateReplica tells the replica what happened to the stream. It reports whether
// the held state changed.
func (s *Session) updateReplica(kind EventKind, n news) (changed bool) {
	switch kind {
	case SourceOpened:
		s.opens++
		if s.opens > 1 {
			s.expectSnapshot()
		}
	case SourceFailed:
		s.replica.cancelSnapshot()
	case SourceBeat:
		s.replica.streamHeard(s.at)
	case SourceData:
		s.replica.streamHeard(s.at)
		switch {
		case n.progress != nil:
			return s.replica.takeFrame(*n.progress, s.at)
		case n.deleted != nil:
			return s.replica.takeDeletion(n.deleted.AuditID)
		}
	}
	return false
}

// expectSnapshot prepares for a new connection, whose first word counts.
func (s *Session) expectSnapshot() {
	s.replica.expectSnapshot(s.at)
	s.lagKnown = false
}
