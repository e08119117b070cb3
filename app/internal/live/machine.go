package live

import (
	"time"

	"atalaya/shared"
)

// Times that only the machine knows; those that the server relies on, too, are
// in package shared.
const (
	// wakeGrace is the patience shown once after a sleep: what arrived
	// meanwhile may still be queued behind the wake.
	wakeGrace = 2 * time.Second
	// overslept is how late a deadline must be noticed to mean that the page
	// slept or was throttled, and so heard nothing by its own fault.
	overslept = time.Second
	// nudgeGap keeps wakes from opening sources faster than this.
	nudgeGap = time.Second
	// drainSpread is added, times jitter, to the wait a draining server asks
	// for, because a server may ask everybody for the same.
	drainSpread = time.Second
	// retryMax bounds every wait that a server can ask for.
	retryMax = time.Minute
	// askWithin bounds a fetch that the server is not asked to hold.
	askWithin = 10 * time.Second
	// pollsUntilOffline failed polls in a row mean that neither way works.
	pollsUntilOffline = 2
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
			m.heed()
		}
	case PollAnswered:
		if m.fetching && e.Poll == m.poll {
			m.answered()
		}
	case Woke:
		m.wake()
	}
	// Every event is an occasion to look at the clock, after it had its say: a
	// beat that comes late still counts.
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
		m.ask()
	}
}

// heed handles the events of the current source.
func (m *machine) heed() {
	switch m.Kind {
	case SourceOpened:
		// The first answer or, when the browser reconnected, another one.
		m.opened, m.first = m.At, 0
		m.graceBy, m.staleBy = 0, 0
		m.beatBy = m.At + firstBeatWithin
	case SourceBeat, SourceData:
		m.hear()
	case SourceEnded:
		m.ended()
	case SourceFailed:
		m.broke()
	case SourceRefused:
		m.hangUp()
		if m.mode == polling {
			m.probeFailed()
		} else {
			m.fallBack(ReasonBlocked)
		}
	}
}

// ask opens a new source. None may be open.
func (m *machine) ask() {
	m.source++
	m.open = true
	m.asked, m.opened, m.first = m.At, 0, 0
	m.erred, m.woken = false, false
	m.retryAt, m.probeAt = 0, 0
	m.beatBy = m.At + firstBeatWithin
	m.do(Command{Do: OpenSource, Source: m.source})
}

// askAgain is ask after trouble.
func (m *machine) askAgain() {
	m.attempt++
	m.say(sayAttempt(m.attempt))
	errs := m.erred
	m.ask()
	// The browser's own retry is trusted once per outage, not once per source.
	m.erred = errs
}

// hangUp closes the source, if there is one, and forgets its deadlines.
func (m *machine) hangUp() {
	if m.open {
		m.do(Command{Do: CloseSource, Source: m.source})
	}
	m.open, m.renewing = false, false
	m.opened, m.first = 0, 0
	m.graceBy, m.beatBy, m.staleBy = 0, 0, 0
}

// hear takes a beat or data: the stream is alive.
func (m *machine) hear() {
	fresh := m.first == 0
	if fresh {
		m.first = m.At
	}
	m.erred, m.woken, m.noNetwork = false, false, false
	m.graceBy, m.beatBy = 0, 0
	m.staleBy = m.At + staleAfter
	switch {
	case m.mode == streaming:
		m.recovered(fresh && !m.renewing)
	case m.At-m.first >= shortStream:
		// What came within a second of the first event may have been one flush
		// of a proxy that buffers; this did not.
		m.mode = streaming
		m.recovered(true)
	case m.pollFailures > 0:
		// The probe is not proven, but the server is there.
		m.answers()
	}
	if m.Final {
		m.close(ReasonFinished)
	}
}

// recovered is reached with a healthy stream: all trouble is forgotten and
// nothing is fetched beside it.
func (m *machine) recovered(announce bool) {
	m.renewing, m.everLive = false, true
	m.failures, m.attempt, m.probes = 0, 0, 0
	m.why = ""
	m.answers()
	m.pollAt, m.probeAt = 0, 0
	m.abandon()
	if announce {
		m.say(sayEstablished)
	}
}

// answers is reached when the server was heard: it is not away.
func (m *machine) answers() {
	m.noNetwork = false
	m.pollFailures, m.pollFailingSince = 0, 0
	m.fault, m.status = "", 0
}

// broke handles onerror: the connection ended or was refused.
func (m *machine) broke() {
	useless := m.wasShort()
	m.opened, m.first = 0, 0
	switch {
	case m.mode == polling:
		m.hangUp()
		m.probeFailed()
	case m.Final && m.Closed:
		// A 204 closes the source for good; it is no failure.
		m.close(ReasonFinished)
	case useless:
		m.fallBack(ReasonBlocked)
	case m.Closed:
		m.hangUp()
		m.failed(ReasonLost)
		m.diagnose()
	case !m.erred:
		// The browser is reconnecting by itself, sooner than we would.
		m.erred, m.renewing = true, false
		m.why = ReasonLost
		m.beatBy, m.staleBy = 0, 0
		m.graceBy = m.At + connectGrace
	default:
		m.hangUp()
		m.failed(ReasonLost)
	}
}

// wasShort counts the streams in a row that were answered and lived under a
// second, and reports whether there were enough of them to call it a habit.
func (m *machine) wasShort() bool {
	if m.opened == 0 {
		return false
	}
	if m.At-m.opened >= shortStream {
		m.shorts = 0
		return false
	}
	m.shorts++
	return m.shorts >= shortStreamsMax
}

// failed counts a failure and waits, or gives up on streams for now.
func (m *machine) failed(why Reason) {
	m.failures++
	m.erred = true
	m.why = why
	if m.failures >= failuresBeforePolling {
		m.fallBack(why)
		return
	}
	m.retryAt = m.At + m.share(backoffBound(m.failures))
}

// share is a random part of a bound.
func (m *machine) share(bound time.Duration) time.Duration {
	return time.Duration(m.Jitter * float64(bound))
}

// ended handles the server's goodbye.
func (m *machine) ended() {
	switch {
	case m.End.Reason == shared.EndDeleted:
		m.close(ReasonDeleted)
		return
	case m.Final:
		m.close(ReasonFinished)
		return
	}
	useless := m.End.Reason != shared.EndDrain && m.wasShort()
	wasLive := m.healthy()
	m.hangUp()
	wait := min(time.Duration(m.End.RetryMS)*time.Millisecond, retryMax)
	m.spareUntil = m.At + wait
	switch {
	case m.mode == polling:
		m.probeFailed()
	case useless:
		m.fallBack(ReasonBlocked)
	case m.End.Reason == shared.EndMaxAge:
		m.renewing = wasLive
		m.ask()
	case m.End.Reason == shared.EndUnavailable:
		m.failed(ReasonUnavailable)
		if m.retryAt != 0 {
			m.retryAt = max(m.retryAt, m.At+wait)
		}
	case m.End.Reason == shared.EndDrain:
		m.why = ReasonDrain
		m.retryAt = m.At + wait + m.share(drainSpread)
	default:
		// "finished" without a terminal state (it was lost or unreadable), or a
		// reason of a later release: come back, and look.
		m.why = ReasonLost
		m.retryAt = m.At + wait + m.share(drainSpread)
		m.diagnose()
	}
}

// close is final.
func (m *machine) close(why Reason) {
	m.hangUp()
	m.abandon()
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
		m.hangUp()
		m.failed(ReasonLost)
	}
	if m.due(&m.beatBy) {
		m.hangUp()
		if m.mode == polling {
			m.probeFailed()
		} else {
			m.fallBack(ReasonBlocked)
		}
	}
	if m.due(&m.staleBy) {
		m.hangUp()
		if m.mode == polling {
			m.probeFailed()
		} else {
			m.why = ReasonSilent
			m.askAgain()
		}
	}
	if m.due(&m.fetchBy) {
		m.abandon()
		m.pollFailed(Answer{Fault: FaultTimeout})
	}
	if m.due(&m.retryAt) {
		m.askAgain()
	}
	if m.due(&m.probeAt) {
		m.ask()
	}
	if m.due(&m.pollAt) {
		m.fetch(true)
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

// excuseSleep puts off, once, the deadlines for hearing something that ran out
// while nobody listened.
func (m *machine) excuseSleep() {
	if m.woken {
		return
	}
	for _, d := range [...]*time.Duration{&m.graceBy, &m.beatBy, &m.staleBy, &m.fetchBy} {
		if *d != 0 && m.At-*d >= overslept {
			*d = m.At + wakeGrace
			m.woken = true
		}
	}
}
