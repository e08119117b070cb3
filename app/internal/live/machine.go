package live

import (
	"time"

	"atalaya/shared"
)

// Next is the machine: what follows from an event, and what is to be done. It
// is a pure function; see the package documentation for its rules.
func Next(s State, e Event) (State, []Command) {
	m := machine{State: s, Event: e}
	if m.mode == over {
		return s, nil
	}
	switch e.Kind {
	case Started:
		m.start()
	case Stopped:
		m.close(ReasonStopped)
	case SourceOpened, SourceBeat, SourceData, SourceEnded, SourceFailed, SourceRefused:
		if m.open && e.Source == m.source {
			m.handleSource()
		}
	case PollAnswered:
		if m.pollUnderWay && e.Poll == m.poll {
			m.pollAnswered()
		}
	case Woke:
		m.wake()
	}
	// Deadlines are looked at after every event, and only then: a beat that comes
	// late still counts.
	m.expire()
	return m.State, m.cmds
}

// machine is one step of [Next] in the making.
type machine struct {
	State
	Event
	cmds []Command
}

func (m *machine) do(c Command)    { m.cmds = append(m.cmds, c) }
func (m *machine) say(line string) { m.do(Command{Do: Say, Line: line}) }

func (m *machine) start() {
	m.missing = !m.Available
	m.noNetwork = !m.Online
	switch {
	case m.Final:
		m.close(ReasonFinished)
	case m.missing:
		m.fallBack(ReasonMissing)
	default:
		m.mode = streaming
		m.openSource()
	}
}

// handleSource handles an event of the current source.
func (m *machine) handleSource() {
	switch m.Kind {
	case SourceOpened:
		// The first connection or, when the browser reconnected, another one.
		m.openedAt, m.firstHeardAt = m.At, 0
		m.graceBy, m.staleBy = 0, 0
		m.beatBy = m.At + firstBeatWithin
	case SourceBeat, SourceData:
		m.streamHeard()
	case SourceEnded:
		m.streamEnded()
	case SourceFailed:
		m.streamBroke()
	case SourceRefused:
		m.closeSource()
		if m.mode == polling {
			m.probeFailed()
		} else {
			m.fallBack(ReasonBlocked)
		}
	}
}

// openSource opens a new source. No source may be open.
func (m *machine) openSource() {
	m.source++
	m.open = true
	m.askedAt, m.openedAt, m.firstHeardAt = m.At, 0, 0
	m.erred, m.excused = false, false
	m.retryAt, m.probeAt = 0, 0
	m.beatBy = m.At + firstBeatWithin
	m.do(Command{Do: OpenSource, Source: m.source})
}

// reconnect opens a new source after a failure, and counts and logs the attempt.
func (m *machine) reconnect() {
	m.attempt++
	m.say(sayAttempt(m.attempt))
	erred := m.erred
	m.openSource()
	// The browser's own retry is trusted once per outage, not once per source.
	m.erred = erred
}

// closeSource closes the source, if one is open, and clears its deadlines.
func (m *machine) closeSource() {
	if m.open {
		m.do(Command{Do: CloseSource, Source: m.source})
	}
	m.open, m.renewing = false, false
	m.openedAt, m.firstHeardAt = 0, 0
	m.graceBy, m.beatBy, m.staleBy = 0, 0, 0
}

// streamHeard handles a beat or data. On the way to a stream that is one success;
// beside polling the stream must prove itself first.
func (m *machine) streamHeard() {
	fresh := m.firstHeardAt == 0
	if fresh {
		m.firstHeardAt = m.At
	}
	m.erred, m.excused, m.noNetwork = false, false, false
	m.graceBy, m.beatBy = 0, 0
	m.staleBy = m.At + staleAfter
	switch {
	case m.mode == streaming:
		m.goLive(fresh && !m.renewing)
	case m.At-m.firstHeardAt >= shortStream:
		// What came within a second of the first event may have been one flush
		// of a proxy that buffers; this did not.
		m.mode = streaming
		m.goLive(true)
	case m.pollFailures > 0:
		// The probe is not proven, but the server is there.
		m.serverHeard()
	}
	if m.Final {
		m.close(ReasonFinished)
	}
}

// goLive forgets all failures and stops polling, because the stream is healthy.
// It logs that the connection is established when announce is true.
func (m *machine) goLive(announce bool) {
	m.renewing, m.everLive = false, true
	m.failures, m.attempt, m.probes = 0, 0, 0
	m.why = ""
	m.serverHeard()
	m.pollAt, m.probeAt = 0, 0
	m.abortPoll()
	if announce {
		m.say(sayEstablished)
	}
}

// serverHeard forgets what spoke for a server or a network that is away.
func (m *machine) serverHeard() {
	m.noNetwork = false
	m.pollFailures = 0
	m.fault, m.status = "", 0
}

// streamBroke handles onerror: the connection ended or was refused.
func (m *machine) streamBroke() {
	useless := m.countShortStream()
	m.openedAt, m.firstHeardAt = 0, 0
	switch {
	case m.mode == polling:
		m.closeSource()
		m.probeFailed()
	case m.Final && m.Closed:
		// A 204 closes the source for good; it is no failure.
		m.close(ReasonFinished)
	case useless:
		m.fallBack(ReasonBlocked)
	case m.Closed:
		m.closeSource()
		m.streamFailed(ReasonLost)
		m.diagnose()
	case !m.erred:
		// The browser reconnects by itself, sooner than this machine would.
		m.erred, m.renewing = true, false
		m.why = ReasonLost
		m.beatBy, m.staleBy = 0, 0
		m.graceBy = m.At + connectGrace
	default:
		m.closeSource()
		m.streamFailed(ReasonLost)
	}
}

// countShortStream counts the streams in a row that were answered and lived less
// than shortStream. It reports whether there were shortStreamsMax of them.
func (m *machine) countShortStream() bool {
	if m.openedAt == 0 {
		return false
	}
	if m.At-m.openedAt >= shortStream {
		m.shortStreams = 0
		return false
	}
	m.shortStreams++
	return m.shortStreams >= shortStreamsMax
}

// streamFailed counts a failure. It sets the wait before the next source, or
// turns to polling after too many failures.
func (m *machine) streamFailed(why Reason) {
	m.failures++
	m.erred = true
	m.why = why
	if m.failures >= failuresBeforePolling {
		m.fallBack(why)
		return
	}
	m.retryAt = m.At + m.randomShare(backoffBound(m.failures))
}

// randomShare is a random part of a bound.
func (m *machine) randomShare(bound time.Duration) time.Duration {
	return time.Duration(m.Jitter * float64(bound))
}

// streamEnded handles the end event, by which the server closes a stream.
func (m *machine) streamEnded() {
	switch {
	case m.End.Reason == shared.EndDeleted:
		m.close(ReasonDeleted)
		return
	case m.Final:
		m.close(ReasonFinished)
		return
	}
	useless := m.End.Reason != shared.EndDrain && m.countShortStream()
	wasLive := m.healthy()
	m.closeSource()
	wait := min(time.Duration(m.End.RetryMS)*time.Millisecond, retryMax)
	m.notBefore = m.At + wait
	switch {
	case m.mode == polling:
		m.probeFailed()
	case useless:
		m.fallBack(ReasonBlocked)
	case m.End.Reason == shared.EndMaxAge:
		m.renewing = wasLive
		m.openSource()
	case m.End.Reason == shared.EndUnavailable:
		m.streamFailed(ReasonUnavailable)
		if m.retryAt != 0 {
			m.retryAt = max(m.retryAt, m.At+wait)
		}
	case m.End.Reason == shared.EndDrain:
		m.why = ReasonDrain
		m.retryAt = m.At + wait + m.randomShare(drainSpread)
	default:
		// The reason is "finished", but the terminal state was lost or unreadable;
		// or it is a reason of a later release. Ask for the state and come back.
		m.why = ReasonLost
		m.retryAt = m.At + wait + m.randomShare(drainSpread)
		m.diagnose()
	}
}

// close ends everything for good.
func (m *machine) close(why Reason) {
	m.closeSource()
	m.abortPoll()
	m.mode, m.why = over, why
	m.attempt = 0
	m.retryAt, m.probeAt, m.pollAt = 0, 0, 0
}

// expire acts on the deadlines that have passed.
func (m *machine) expire() {
	if m.mode == over || m.paused {
		return
	}
	m.excuseSleep()
	if m.due(&m.graceBy) {
		m.closeSource()
		m.streamFailed(ReasonLost)
	}
	if m.due(&m.beatBy) {
		m.closeSource()
		if m.mode == polling {
			m.probeFailed()
		} else {
			m.fallBack(ReasonBlocked)
		}
	}
	if m.due(&m.staleBy) {
		m.closeSource()
		if m.mode == polling {
			m.probeFailed()
		} else {
			m.why = ReasonSilent
			m.reconnect()
		}
	}
	if m.due(&m.answerBy) {
		m.abortPoll()
		m.pollFailed(Answer{Fault: FaultTimeout})
	}
	if m.due(&m.retryAt) {
		m.reconnect()
	}
	if m.due(&m.probeAt) {
		m.openSource()
	}
	if m.due(&m.pollAt) {
		m.startPoll(true)
	}
}

// due reports whether a deadline has passed, and clears it then.
func (m *machine) due(deadline *time.Duration) bool {
	if *deadline == 0 || m.At < *deadline {
		return false
	}
	*deadline = 0
	return true
}

// excuseSleep puts off, once, the deadlines for hearing something that passed
// while the page slept and could hear nothing.
func (m *machine) excuseSleep() {
	if m.excused {
		return
	}
	for _, d := range [...]*time.Duration{&m.graceBy, &m.beatBy, &m.staleBy, &m.answerBy} {
		if *d != 0 && m.At-*d >= overslept {
			*d = m.At + wakeGrace
			m.excused = true
		}
	}
}
