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
	if m.carrier.upstream.open {
		m.do(command{do: closeStream})
	}
	// Generations go on, so that no signal of an old stream is taken for one of a new.
	m.carrier = carrier{upstream: upstream{generation: m.carrier.upstream.generation}}
	m.leading, m.leader = false, ""
}

// add carries a source: at once, if the stream is not open; from what is known, if that
// is enough; else with the next stream, which is opened soon for all newcomers together.
func (m *member) add(w watcher) {
	u := &m.carrier.upstream
	added, fresh := m.carrier.add(w)
	switch {
	case !fresh:
		// A tab that did not know its leader asked twice.
	case !slices.Contains(m.carrier.wanted(), w.topic):
		// One more than a stream may carry: it hears nothing, and polls.
	case !u.open, u.silent(m.at):
		m.reopen()
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
	u := &m.carrier.upstream
	m.turnOn(w)
	if u.beat != "" {
		m.tellOne(w, live.Signal{Kind: live.SignalHeartbeat, Data: u.beat})
	}
	for _, frame := range u.snapshot(w.topic) {
		m.tellOne(w, live.Signal{Kind: live.SignalMessage, Data: frame})
	}
}

func (m *member) turnOn(w *watcher) {
	w.on, w.onAt = true, m.at
	m.tellOne(w, live.Signal{Kind: live.SignalOpen})
}

// remove carries a source no longer. The stream stays as it is while it serves anybody:
// it is opened anew for newcomers, not for those who left.
func (m *member) remove(tab string, id int) {
	m.carrier.remove(tab, id)
	if u := &m.carrier.upstream; len(m.carrier.watchers) == 0 {
		u.reopenAt = 0
		if u.open {
			m.close()
		}
	}
}

func (m *member) close() {
	m.do(command{do: closeStream})
	m.carrier.forget()
}

// reopen opens the stream for all who want it, in place of the one that is open. Those who
// watch audits and were told that theirs is open need not know.
func (m *member) reopen() {
	if m.carrier.upstream.open {
		m.do(command{do: closeStream})
	}
	url := m.carrier.prepare(m.at)
	m.do(command{do: openStream, url: url, generation: m.carrier.upstream.generation})
}

func (m *member) reopenDue() {
	if m.due(&m.carrier.upstream.reopenAt) && len(m.carrier.watchers) > 0 {
		m.reopen()
	}
}

// heard is called with what happened to the real stream of this tab.
func (m *member) heard(generation int, g live.Signal) {
	u := &m.carrier.upstream
	if !m.leading || !u.open || u.generation != generation {
		return
	}
	u.heardAt = m.at
	switch g.Kind {
	case live.SignalOpen:
		u.heard, u.beat = false, ""
		clear(u.frames)
		clear(u.listed)
		for _, w := range m.carrier.carried() {
			w.outdated = w.on && w.topic == theList
		}
		m.turnAllOn()
	case live.SignalHeartbeat:
		u.beat = g.Data
		m.spread(everything, g)
	case live.SignalMessage:
		if u.carries(theList) {
			m.state(u.listed, theList, g)
		} else {
			m.state(u.frames, auditIn(g.Data), g)
		}
	case live.SignalAudit:
		g.Kind = live.SignalMessage
		m.state(u.frames, auditIn(g.Data), g)
	case live.SignalDeleted:
		m.deleted(auditIn(g.Data), g)
	case live.SignalEnd, live.SignalError:
		m.broke(g)
	}
}

// state keeps what the stream told of an audit, and tells it to all who watch a topic;
// to everybody, if it cannot be read.
func (m *member) state(kept map[topic]string, concerns topic, g live.Signal) {
	about := auditIn(g.Data)
	if about == 0 {
		concerns = everything
	} else {
		kept[about] = g.Data
	}
	m.spread(concerns, g)
}

// turnAllOn tells all whom the stream carries that it is open, except those who know.
func (m *member) turnAllOn() {
	for _, w := range m.carrier.carried() {
		if !w.on {
			m.turnOn(w)
		}
	}
}

// spread tells what the stream brought to all who watch a topic. One that was taken over
// from the script is heard without being opened first.
func (m *member) spread(concerns topic, g live.Signal) {
	m.carrier.upstream.heard = true
	m.turnAllOn()
	m.publish(message{Kind: tells, Topic: concerns, Signal: &g})
	m.renewOutdated()
}

// renewOutdated has the sources of the list that need a whole snapshot come back for it, as
// after a lifetime.
func (m *member) renewOutdated() {
	c := &m.carrier
	for i := len(c.watchers) - 1; i >= 0; i-- {
		if w := c.watchers[i]; w.outdated && m.at-w.onAt >= renewAfter {
			c.watchers = slices.Delete(c.watchers, i, i+1)
			m.tellOne(&w, endOf(shared.EndMaxAge))
		}
	}
}

// deleted tells that an audit is gone. Whoever watches it alone hears what the stream of
// that audit would tell: its end or, if there never was one, a refusal.
func (m *member) deleted(t topic, g live.Signal) {
	u := &m.carrier.upstream
	_, existed := u.frames[t]
	delete(u.frames, t)
	delete(u.listed, t)
	if u.carries(theList) {
		m.spread(theList, g)
	}
	last := live.Signal{Kind: live.SignalError, Closed: true}
	if existed {
		last = endOf(shared.EndDeleted)
	}
	for _, w := range m.carrier.carried() {
		if w.topic == t && t != theList {
			m.tellOne(w, last)
		}
	}
}

// broke tells all whom the stream carries that it ended or met an error. Unless the browser
// reconnects by itself they come back each in its own time.
func (m *member) broke(g live.Signal) {
	m.carrier.upstream.heard = false
	for _, w := range m.carrier.carried() {
		w.on = false
		m.tellOne(w, g)
	}
	if g.Kind == live.SignalEnd || g.Closed {
		m.close()
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
