package live

import (
	"strconv"
	"time"
)

// The console lines; people and tests look for them word for word.
const (
	sayEstablished = "[SSE] Connection established"
	sayFallback    = "[SSE] Using fallback: polling"
)

func sayAttempt(n int) string { return "[SSE] Reconnection attempt " + strconv.Itoa(n) }

// fallBack turns to polling. The stream is tried again from time to time.
func (m *machine) fallBack(why Reason) {
	m.hangUp()
	m.mode, m.why = polling, why
	m.erred = false
	m.failures, m.attempt, m.shorts, m.probes = 0, 0, 0, 0
	m.retryAt, m.probeAt = 0, 0
	if !m.missing {
		m.probeAt = m.At + probeAfter(1)
	}
	if !m.fetching {
		m.pollAt = m.soonest()
	}
	m.say(sayFallback)
}

// soonest is the next time that a fetch may start.
func (m *machine) soonest() time.Duration {
	if m.fetched == 0 {
		return m.At
	}
	return max(m.At, m.fetched+pollEvery)
}

// fetch starts a request of the polling address. None may be under way.
func (m *machine) fetch(hold bool) {
	m.poll++
	m.fetching, m.fetched = true, m.At
	m.pollAt = 0
	m.fetchBy = m.At + askWithin
	if hold {
		m.fetchBy += pollWait
	}
	m.do(Command{Do: StartPoll, Poll: m.poll, Hold: hold})
}

// abandon gives up the request under way, if there is one.
func (m *machine) abandon() {
	if m.fetching {
		m.do(Command{Do: AbortPoll, Poll: m.poll})
	}
	m.fetching, m.fetchBy = false, 0
}

// diagnose asks the polling address once, because a refused EventSource does
// not tell its status.
func (m *machine) diagnose() {
	if m.mode == streaming && !m.fetching && m.soonest() <= m.At {
		m.fetch(false)
	}
}

// answered handles the answer of the request under way.
func (m *machine) answered() {
	m.fetching, m.fetchBy = false, 0
	m.woken = false
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
	m.answers()
	if m.mode != polling {
		return
	}
	m.pollAt = m.soonest()
	if wasOffline {
		// It was the server that was away, not the stream that was blocked.
		m.probes = 0
		if !m.open && !m.missing {
			m.probeAt = max(m.At, m.asked+nudgeGap)
		}
	}
}

// pollFailed notes a failed fetch. In polling it waits longer each time.
func (m *machine) pollFailed(a Answer) {
	m.fault, m.status = a.Fault, a.Status
	wait := min(a.RetryAfter, retryMax)
	m.spareUntil = max(m.spareUntil, m.At+wait)
	if m.mode != polling {
		if m.retryAt != 0 {
			m.retryAt = max(m.retryAt, m.At+wait)
		}
		return
	}
	if m.pollFailures == 0 {
		m.pollFailingSince = m.At
	}
	m.pollFailures++
	m.pollAt = max(m.soonest()+m.share(backoffBound(m.pollFailures)), m.At+wait)
}

// probeFailed puts the next probe off.
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
		// Only a hint: a server on this very machine can still be heard, and
		// the next beat or answer says so.
		m.noNetwork = true
		return
	case WakeOnline:
		m.noNetwork = false
	}
	if m.paused {
		m.resume()
		return
	}
	m.nudge()
}

// pause leaves nothing behind that would keep the page from the back/forward
// cache.
func (m *machine) pause() {
	m.hangUp()
	m.abandon()
	m.retryAt, m.probeAt, m.pollAt = 0, 0, 0
	m.paused = true
}

// resume starts over, as if the page were new.
func (m *machine) resume() {
	m.paused, m.erred, m.everLive = false, false, false
	m.failures, m.attempt, m.shorts, m.probes = 0, 0, 0, 0
	m.why, m.fault, m.status = "", "", 0
	m.pollFailures, m.pollFailingSince = 0, 0
	if m.missing {
		m.fallBack(ReasonMissing)
		return
	}
	m.mode = streaming
	m.ask()
}

// nudge cuts waits short; those that the server asked for only at the user's
// word.
func (m *machine) nudge() {
	spare := m.spareUntil
	if m.Wake == WakeUser {
		spare = 0
	}
	soon := max(m.At, m.asked+nudgeGap, spare)
	if m.retryAt != 0 {
		m.retryAt = min(m.retryAt, soon)
	}
	if m.graceBy != 0 && m.Wake != WakeVisible {
		// The browser's own retry may be far off; the user's word and a network
		// that came back are not to wait for it.
		m.hangUp()
		m.retryAt = soon
	}
	if m.mode != polling {
		return
	}
	if m.probeAt != 0 {
		m.probeAt = min(m.probeAt, soon)
	}
	if m.pollAt != 0 {
		m.pollAt = min(m.pollAt, max(m.soonest(), spare))
	}
}
