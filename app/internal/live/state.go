package live

import (
	"time"

	"atalaya/shared"
)

// State is everything the machine remembers. The zero value has not started.
//
// All times are the session's own (see [Event.At]); 0 means "never" or, of a
// deadline, "not set".
type State struct {
	mode mode
	// why is the reason of the current trouble, or of the end.
	why Reason

	source       int           // generation of the newest source; events of older ones are ignored
	open         bool          // it exists
	askedAt      time.Duration // when a source was last created
	openedAt     time.Duration // when the current connection was answered; 0 before
	firstHeardAt time.Duration // first beat or data of the current connection; 0 before

	erred    bool // an error came and nothing was heard since
	renewing bool // the server ended the stream at its lifetime; the next one has sent nothing yet
	everLive bool
	excused  bool // the grace after a sleep was given; see excuseSleep

	failures     int // in a row; the measure of backoff
	attempt      int // own reconnections since live
	shortStreams int // streams in a row that lived less than shortStream
	probes       int // probes in a row that failed

	noNetwork bool // the browser says so, and nothing was heard since
	missing   bool // there is no EventSource
	paused    bool // the page is hidden in the back/forward cache

	poll         int // generation of the newest poll; answers to older ones are ignored
	pollUnderWay bool
	polledAt     time.Duration // when the newest poll started; 0 before the first
	pollFailures int
	fault        Fault
	status       int

	graceBy  time.Duration // deadline: the browser's own retry
	beatBy   time.Duration // deadline: the first beat
	staleBy  time.Duration // deadline: the next sign of life
	answerBy time.Duration // deadline: the answer to the poll under way
	retryAt  time.Duration // deadline: own reconnection
	probeAt  time.Duration // deadline: the next probe, a stream tried beside polling
	pollAt   time.Duration // deadline: the next poll

	notBefore time.Duration // the server asked for no new request until then
}

type mode uint8

const (
	idle      mode = iota // before Started
	streaming             // a stream brings the news, or is being opened
	polling               // polls bring the news; a probe may be open beside them
	over                  // final
)

// Phase is what the user is told. It is derived, so it cannot contradict the
// facts.
func (s State) Phase() Phase {
	switch {
	case s.mode == over:
		return Closed
	case s.mode != idle && (s.noNetwork || s.mode == polling && s.pollFailures >= pollsUntilOffline):
		return Offline
	case s.mode == polling:
		return Polling
	case s.healthy() || s.renewing:
		return Live
	case s.everLive || s.failures > 0 || s.attempt > 0:
		return Retrying
	}
	return Connecting
}

// Reason says why the phase is what it is.
func (s State) Reason() Reason {
	switch s.Phase() {
	case Live, Connecting:
		return ""
	case Offline:
		if s.noNetwork {
			return ReasonNetwork
		}
		return ReasonServer
	}
	return s.why
}

// healthy reports whether the stream brings news. Polling beside it would be
// waste.
func (s State) healthy() bool {
	return s.mode == streaming && s.open && s.firstHeardAt != 0 && !s.erred
}

// NextDeadline is the earliest deadline, or 0 when there is none. Whoever runs
// the machine sends [Ticked] then; sending it at other times does no harm.
func (s State) NextDeadline() time.Duration {
	var next time.Duration
	for _, d := range [...]time.Duration{s.graceBy, s.beatBy, s.staleBy, s.answerBy, s.retryAt, s.probeAt, s.pollAt} {
		if d != 0 && (next == 0 || d < next) {
			next = d
		}
	}
	return next
}

// Event is one thing that happened.
type Event struct {
	Kind EventKind
	// At is the time since the session opened, time asleep included; positive
	// and never falling.
	At time.Duration
	// Jitter is a random fraction, 0 ≤ Jitter < 1, drawn anew for every event.
	// Waits are this share of their bound (full jitter).
	Jitter float64

	// Source is the generation that a source's event belongs to.
	Source int
	// Final is true when the state known from the server is terminal, the data
	// of this event included.
	Final bool
	// Closed is true when an error left the source closed: the browser will not
	// retry.
	Closed bool
	End    shared.End

	// Poll is the generation that an answer belongs to.
	Poll   int
	Answer Answer

	Wake Wake
	// Available is false when there is no EventSource, Online when the browser
	// says that there is no network; both for [Started].
	Available, Online bool
}

// EventKind tells events apart and says which fields of [Event] count.
type EventKind uint8

// The events.
const (
	Started       EventKind = iota // Available, Online, Final
	Ticked                         // a deadline may have passed
	SourceOpened                   // Source: the server answered
	SourceBeat                     // Source: a heartbeat
	SourceData                     // Source, Final: a progress frame, or the list's word of a deletion
	SourceEnded                    // Source, Final, End: the server says goodbye
	SourceFailed                   // Source, Final, Closed: onerror
	SourceRefused                  // Source: the EventSource could not be constructed
	PollAnswered                   // Poll, Final, Answer
	Woke                           // Wake
	Stopped                        // the session is closed by its owner
)

// Answer is what the machine needs to know of the answer to a poll.
type Answer struct {
	// Fault is empty when the state was confirmed or renewed.
	Fault  Fault
	Status int
	// Refusal is set when asking again is pointless: the reason to close.
	Refusal Reason
	// RetryAfter is how long the server asks for no new request; 0 when it does
	// not ask.
	RetryAfter time.Duration
}

// Command is one thing to do. Commands are carried out in order.
type Command struct {
	Do CommandKind
	// Source is the generation of the source to open or close.
	Source int
	// Poll is the generation of the fetch to start or abort.
	Poll int
	// Hold asks the server to hold its answer until there is news.
	Hold bool
	// Line is a line for the console.
	Line string
}

// CommandKind tells commands apart.
type CommandKind uint8

// The commands.
const (
	OpenSource  CommandKind = iota // Source
	CloseSource                    // Source
	StartPoll                      // Poll, Hold
	AbortPoll                      // Poll
	Say                            // Line
)
