package tabs

import (
	"slices"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// granted is called when the lock is this tab's.
func (m *member) granted() {
	if !m.leading {
		m.lead()
	}
}

// lost is called when another tab took the lock. Who it is will be heard.
func (m *member) lost() {
	if m.leading {
		m.resign()
		m.watchAll()
	}
}

// lead makes this tab the leader, and says so. Its own sources come first, as the script
// on the page has opened a stream for them that can be taken over.
func (m *member) lead() {
	m.leading, m.leader = true, m.me
	m.term++
	m.led()
	m.askAt, m.answerBy, m.claimBy = 0, 0, 0
	m.post(message{Kind: leads})
	m.watchAll()
}

// left is called when this tab leaves the others.
func (m *member) left() {
	if m.leading {
		m.resign()
	}
	m.leader = ""
	m.askAt, m.answerBy, m.claimBy, m.excuses = 0, 0, 0, 0
}

// resign closes all that this tab carries.
func (m *member) resign() {
	for l := range lines {
		if m.carrier.upstreams[l].open {
			m.do(command{do: closeLine, line: l})
		}
	}
	// Generations go on, so that no signal of an old stream is taken for one of a new.
	var c carrier
	for l := range lines {
		c.upstreams[l].generation = m.carrier.upstreams[l].generation
	}
	m.carrier, m.leading, m.leader = c, false, ""
}

// add carries a source: at once, if its stream is not open; from what is known, if that
// is enough; else with the next stream, which is opened soon for all newcomers together.
func (m *member) add(w watcher) {
	l := w.topic.line()
	u := &m.carrier.upstreams[l]
	added, fresh := m.carrier.add(w)
	switch {
	case !fresh:
		// A tab that did not know its leader asked twice.
	case !slices.Contains(m.carrier.wanted(l), w.topic):
		// One more than a stream may carry: it hears nothing, and polls.
	case !u.open:
		m.reopen(l)
	case !u.stateOf(w.topic):
		if u.reopenAt == 0 {
			u.reopenAt = m.at + gather
		}
	case u.heard:
		m.welcome(added)
	}
}

// welcome tells a newcomer what its stream has told so far: the state first.
func (m *member) welcome(w *watcher) {
	u := &m.carrier.upstreams[w.topic.line()]
	m.turnOn(w)
	if u.beat != "" {
		m.tellOne(w, live.Signal{Kind: live.SignalHeartbeat, Data: u.beat})
	}
	for _, frame := range u.snapshot(w.topic) {
		m.tellOne(w, live.Signal{Kind: live.SignalMessage, Data: frame})
	}
}

func (m *member) turnOn(w *watcher) {
	w.on = true
	m.tellOne(w, live.Signal{Kind: live.SignalOpen})
}

// remove carries a source no longer. The stream stays as it is while it serves anybody:
// it is opened anew for newcomers, not for those who left.
func (m *member) remove(tab string, id int) {
	m.carrier.remove(tab, id)
	for l := range lines {
		if u := &m.carrier.upstreams[l]; len(m.carrier.wanted(l)) == 0 {
			u.reopenAt = 0
			if u.open {
				m.closeLine(l)
			}
		}
	}
}

func (m *member) closeLine(l line) {
	m.do(command{do: closeLine, line: l})
	m.carrier.forget(l)
}

// reopen opens the stream of a line for all who want it, in place of the one that is
// open. Those who were told that theirs is open need not know.
func (m *member) reopen(l line) {
	if m.carrier.upstreams[l].open {
		m.do(command{do: closeLine, line: l})
	}
	url := m.carrier.prepare(l)
	m.do(command{do: openLine, line: l, url: url, generation: m.carrier.upstreams[l].generation})
}

func (m *member) reopenDue() {
	for l := range lines {
		if m.due(&m.carrier.upstreams[l].reopenAt) && len(m.carrier.wanted(l)) > 0 {
			m.reopen(l)
		}
	}
}

// heard is called with what happened to a real stream of this tab.
func (m *member) heard(l line, generation int, g live.Signal) {
	u := &m.carrier.upstreams[l]
	if !m.leading || !u.open || u.generation != generation {
		return
	}
	switch g.Kind {
	case live.SignalOpen:
		u.heard, u.beat = false, ""
		clear(u.frames)
		m.turnAllOn(l)
	case live.SignalHeartbeat:
		u.beat = g.Data
		m.spread(l, 0, g)
	case live.SignalMessage:
		t := auditIn(g.Data)
		if t != 0 {
			u.frames[t] = g.Data
		}
		m.spread(l, t, g)
	case live.SignalDeleted:
		m.deleted(l, auditIn(g.Data), g)
	case live.SignalEnd, live.SignalError:
		m.broke(l, g)
	}
}

// turnAllOn tells all whom a line carries that it is open, except those who know.
func (m *member) turnAllOn(l line) {
	for _, w := range m.carrier.of(l) {
		if !w.on {
			m.turnOn(w)
		}
	}
}

// spread tells what a line brought about an audit to all whom that concerns: on the list
// and when the audit is not known (0), everybody. A stream that was taken over from the
// script is heard without being opened first.
func (m *member) spread(l line, about topic, g live.Signal) {
	m.carrier.upstreams[l].heard = true
	m.turnAllOn(l)
	if l == listLine {
		about = theList
	}
	m.publish(message{Kind: tells, Line: l, Topic: about, Signal: &g})
}

// deleted tells that an audit is gone. Whoever watches it alone hears what the stream of
// that audit would tell: its end or, if there never was one, a refusal.
func (m *member) deleted(l line, t topic, g live.Signal) {
	u := &m.carrier.upstreams[l]
	_, existed := u.frames[t]
	delete(u.frames, t)
	if l == listLine {
		m.spread(l, t, g)
		return
	}
	last := live.Signal{Kind: live.SignalError, Closed: true}
	if existed {
		last = endOf(shared.EndDeleted)
	}
	for _, w := range m.carrier.of(l) {
		if w.topic == t {
			m.tellOne(w, last)
		}
	}
}

// broke tells all whom a line carries that it ended or met an error. Unless the browser
// reconnects by itself they come back each in its own time.
func (m *member) broke(l line, g live.Signal) {
	u := &m.carrier.upstreams[l]
	u.heard = false
	for _, w := range m.carrier.of(l) {
		w.on = false
		m.tellOne(w, g)
	}
	if g.Kind == live.SignalEnd || g.Closed {
		m.closeLine(l)
	}
}

// tellOne tells one source what happened.
func (m *member) tellOne(w *watcher, g live.Signal) {
	m.publish(message{Kind: tells, To: w.tab, Source: w.source, Signal: &g})
}

// publish tells this tab's sources, and the other tabs if it concerns any.
func (m *member) publish(g message) {
	if g.To != m.me && m.carrier.shared(m.me) {
		m.post(g)
	}
	m.deliver(g)
}
