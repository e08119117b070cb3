package live

import (
	"strconv"
	"time"
)

// The console lines. Users and tests look for them word for word.
const (
	sayEstablished = "[SSE] Connection established"
	sayFallback    = "[SSE] Using fallback: polling"
)

func sayAttempt(n int) string { return "[SSE] Reconnection attempt " + strconv.Itoa(n) }

// fallBack turns from the stream to polling and sets the time of the first probe.
func (m *machine) fallBack(why Reason) {
	m.closeSource()
	m.mode, m.why = polling, why
	m.erred = false
	m.failures, m.attempt, m.shortStreams, m.probes = 0, 0, 0, 0
	m.retryAt, m.probeAt = 0, 0
	if !m.missing {
		m.probeAt = m.At + probeAfter(1)
	}
	if !m.pollUnderWay {
		m.pollAt = m.soonestPoll()
	}
	m.say(sayFallback)
}

// soonestPoll is the next time at which a poll may start.
func (m *machine) soonestPoll() time.Duration {
	if m.polledAt == 0 {
		return m.At
	}
	return max(m.At, m.polledAt+pollEvery)
}

// startPoll asks the polling address for the state; with hold, the server is asked
// to wait for news. No poll may be under way.
func (m *machine) startPoll(hold bool) {
	m.poll++
	m.pollUnderWay, m.polledAt = true, m.At
	m.pollAt = 0
	m.answerBy = m.At + pollWithin
	if hold {
		m.answerBy += pollWait
	}
	m.do(Command{Do: StartPoll, Poll: m.poll, Hold: hold})
}

// abortPoll aborts the poll under way, if there is one.
func (m *machine) abortPoll() {
	if m.pollUnderWay {
		m.do(Command{Do: AbortPoll, Poll: m.poll})
	}
	m.pollUnderWay, m.answerBy = false, 0
}

// diagnose polls once to learn why a stream was refused, because an EventSource
// does not tell the HTTP status.
func (m *machine) diagnose() {
	if m.mode == streaming && !m.pollUnderWay && m.soonestPoll() <= m.At {
		m.startPoll(false)
	}
}

// pollAnswered handles the answer to the poll under way.
func (m *machine) pollAnswered() {
	m.pollUnderWay, m.answerBy = false, 0
	m.excused = false
	switch {
	case m.Answer.Refusal != "":
		m.fault, m.status = m.Answer.Fault, m.Answer.Status
		m.close(m.Answer.Refusal)
		return
	case m.Answer.Fault != "":
		m.pollFailed(m.Answer)
		return
	case m.Final:
		m.close(ReasonFinished)
		return
	}
	wasOffline := m.Phase() == Offline
	m.serverHeard()
	if m.mode != polling {
		return
	}
	m.pollAt = m.soonestPoll()
	if wasOffline {
		// The server was away; the stream need not be blocked. Try it at once.
		m.probes = 0
		if !m.open && !m.missing {
			m.probeAt = max(m.At, m.askedAt+sourceGap)
		}
	}
}

// pollFailed notes a failed poll. In polling the wait before the next one grows
// with each failure.
func (m *machine) pollFailed(a Answer) {
	m.fault, m.status = a.Fault, a.Status
	wait := min(a.RetryAfter, retryMax)
	m.notBefore = max(m.notBefore, m.At+wait)
	if m.mode != polling {
		if m.retryAt != 0 {
			m.retryAt = max(m.retryAt, m.At+wait)
		}
		return
	}
	m.pollFailures++
	m.pollAt = max(m.soonestPoll()+m.randomShare(backoffBound(m.pollFailures)), m.At+wait)
}

// probeFailed counts a failed probe and sets the time of the next one.
func (m *machine) probeFailed() {
	m.probes++
	m.probeAt = m.At + probeAfter(m.probes+1)
}

// wake handles a change around the page.
func (m *machine) wake() {
	switch m.Wake {
	case WakeHide:
		m.pause()
		return
	case WakeOffline:
		// This is only a hint: a server on this machine can still be heard, and
		// the next beat or answer will show it.
		m.noNetwork = true
		return
	case WakeOnline:
		m.noNetwork = false
	}
	if m.paused {
		m.resume()
		return
	}
	m.shortenWaits()
}

// pause closes the source, aborts the poll and clears all deadlines, because any
// of them would keep the page out of the back/forward cache.
func (m *machine) pause() {
	m.closeSource()
	m.abortPoll()
	m.retryAt, m.probeAt, m.pollAt = 0, 0, 0
	m.paused = true
}

// resume starts over, as a new page would.
func (m *machine) resume() {
	m.paused, m.erred, m.everLive = false, false, false
	m.failures, m.attempt, m.shortStreams, m.probes = 0, 0, 0, 0
	m.why, m.fault, m.status = "", "", 0
	m.pollFailures = 0
	if m.missing {
		m.fallBack(ReasonMissing)
		return
	}
	m.mode = streaming
	m.openSource()
}

// shortenWaits lets waits end now. A wait that the server asked for ends early
// only when the user asks.
func (m *machine) shortenWaits() {
	notBefore := m.notBefore
	if m.Wake == WakeUser {
		notBefore = 0
	}
	soon := max(m.At, m.askedAt+sourceGap, notBefore)
	if m.retryAt != 0 {
		m.retryAt = min(m.retryAt, soon)
	}
	if m.graceBy != 0 && m.Wake != WakeVisible {
		// The browser's own retry may be far off. A user who asks, and a network
		// that came back, do not wait for it.
		m.closeSource()
		m.retryAt = soon
	}
	if m.mode != polling {
		return
	}
	if m.probeAt != 0 {
		m.probeAt = min(m.probeAt, soon)
	}
	if m.pollAt != 0 {
		m.pollAt = min(m.pollAt, max(m.soonestPoll(), notBefore))
	}
}
