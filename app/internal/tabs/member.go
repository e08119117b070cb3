package tabs

import (
	"slices"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// member is one tab among those of a browser: whom it follows, or what it carries as
// their leader. It decides and does nothing: each method is one thing that happened, and
// what is to be done about it is then in commands. It reads no clock; [member.at] is set
// before each call.
type member struct {
	me     string
	at     time.Duration // positive and never falling
	jitter float64       // a random fraction, drawn anew for each call

	leading bool
	term    int           // of the leader, or of the last one known
	leader  string        // the tab heard as leader; empty while none is
	ledAt   time.Duration // since when; 0 before the first
	// patience is how many times answerWithin that tab has to answer.
	patience int
	sources  []source
	carrier  carrier // while leading

	askAt    time.Duration // deadline: the leader was not heard for long
	answerBy time.Duration // deadline: the leader's answer
	claimBy  time.Duration // deadline: the lock, taken from a leader that does not answer
	excuses  int           // how often it was asked again for lateness; nothing was heard since

	commands []command
}

// source is an EventSource that is none: what the leader's stream brings is told to it.
type source struct {
	id    int
	topic topic
	url   string
	on    bool          // it was told that its stream is open, and of no error since
	onAt  time.Duration // since when; a new leader changes neither
}

// command is one thing to do. Commands are carried out in order.
type command struct {
	do         commandKind
	message    message     // post
	source     int         // tell
	signal     live.Signal // tell
	generation int         // openStream
	url        string      // openStream
}

type commandKind uint8

const (
	post        commandKind = iota // tell the other tabs
	tell                           // tell one of this tab's sources
	openStream                     // open the real stream
	closeStream                    // close it
	takeLock                       // take the lock from whoever has it
	returnLock                     // give the lock back and stand in line for it again
)

func (m *member) do(c command) { m.commands = append(m.commands, c) }

func (m *member) post(g message) {
	g.From, g.Term = m.me, m.term
	m.do(command{do: post, message: g})
}

// ---------- this tab's sources ----------

// opened is called when this tab opens a source.
func (m *member) opened(id int, url string) {
	t, _, _ := topicOf(url)
	m.sources = append(m.sources, source{id: id, topic: t, url: url})
	m.watch(&m.sources[len(m.sources)-1])
}

// closed is called when this tab has closed a source.
func (m *member) closed(id int) {
	m.sources = slices.DeleteFunc(m.sources, func(s source) bool { return s.id == id })
	if m.leading {
		m.remove(m.me, id)
		return
	}
	m.post(message{Kind: drops, Source: id})
}

// watch asks the leader to carry a source, whoever that is, and for its answer.
func (m *member) watch(s *source) {
	if m.leading {
		m.add(watcher{tab: m.me, source: s.id, topic: s.topic, url: s.url})
		return
	}
	m.post(message{Kind: watches, Source: s.id, URL: s.url})
	m.expectAnswer()
}

// watchAll asks a new leader to carry what the last one carried.
func (m *member) watchAll() {
	for i := range m.sources {
		m.watch(&m.sources[i])
	}
}

// tell tells a source what happened to its stream. One that was not told that it is
// open is told of nothing but what ends it.
//
// A source that is open and hears of an opening has got another stream. It comes back as
// after the end of any stream's lifetime, which is silent and asks for the state anew;
// the stream that it comes back to is open already.
func (m *member) tell(s *source, g live.Signal) {
	switch {
	case g.Kind == live.SignalOpen && s.on && m.at-s.onAt >= renewAfter:
		g, s.on = endOf(shared.EndMaxAge), false
	case g.Kind == live.SignalOpen:
		s.on, s.onAt = true, m.at
	case g.Kind == live.SignalEnd, g.Kind == live.SignalError:
		s.on = false
	case !s.on:
		return
	}
	m.do(command{do: tell, source: s.id, signal: g})
}

// endOf is what a stream tells as its last.
func endOf(reason shared.EndReason) live.Signal {
	return live.Signal{Kind: live.SignalEnd, Data: `{"reason":"` + string(reason) + `"}`}
}

// ---------- following ----------

// received is called with what another tab posted.
func (m *member) received(g message) {
	switch g.Kind {
	case watches:
		m.othersWatch(g)
	case drops:
		if m.leading {
			m.remove(g.From, g.Source)
		}
	case asks:
		m.othersAsk()
	case leads, tells:
		switch {
		case m.follows(g):
			m.leaderHeard()
			m.deliver(g)
		case m.leading:
			m.post(message{Kind: leads}) // to one that leads too and does not know of this one
		}
	}
}

// othersWatch carries a source of another tab, if this one leads. The answer goes out at
// once, whatever becomes of the stream.
func (m *member) othersWatch(g message) {
	t, _, ok := topicOf(g.URL)
	if !m.leading || !ok {
		return
	}
	m.post(message{Kind: leads})
	m.add(watcher{tab: g.From, source: g.Source, topic: t, url: g.URL})
}

// othersAsk answers, or waits for the answer too: one question does for all tabs.
func (m *member) othersAsk() {
	switch {
	case m.leading:
		m.post(message{Kind: leads})
	case len(m.sources) > 0 && m.answerBy == 0 && m.claimBy == 0:
		m.expectAnswer()
		m.answerBy += giveWay
	}
}

// follows reports whether g is the leader's. A tab that speaks as leader is it, unless
// another is known of a later term: an older one only does not know yet.
func (m *member) follows(g message) bool {
	if g.From == m.leader && g.Term == m.term {
		return true
	}
	if g.Term < m.term || g.Term == m.term && (m.leading || m.leader != "") && g.From < m.leader {
		return false
	}
	if m.leading {
		m.resign()
		m.do(command{do: returnLock})
	}
	m.term, m.leader = g.Term, g.From
	m.led()
	m.watchAll()
	return true
}

// led notes that a tab leads from now on.
func (m *member) led() {
	if m.ledAt != 0 && m.at-m.ledAt < calm {
		m.patience = min(2*m.patience, mostPatience)
	} else {
		m.patience = 1
	}
	m.ledAt = m.at
}

// leaderHeard puts off all doubts about the leader.
func (m *member) leaderHeard() {
	m.askAt, m.answerBy, m.claimBy, m.excuses = 0, 0, 0, 0
	if len(m.sources) > 0 {
		m.askAt = m.at + askAfter + time.Duration(m.jitter*float64(askSpread))
	}
}

// expectAnswer waits for the leader's answer, unless it is waited for already.
func (m *member) expectAnswer() {
	m.askAt = 0
	if m.answerBy == 0 && m.claimBy == 0 {
		m.answerBy = m.at + time.Duration(max(m.patience, 1))*answerWithin
	}
}

// deliver tells this tab's sources what the leader told.
func (m *member) deliver(g message) {
	if g.Signal == nil || g.To != "" && g.To != m.me {
		return
	}
	for i := range m.sources {
		s := &m.sources[i]
		if g.To != "" && s.id == g.Source ||
			g.To == "" && (g.Topic == everything || g.Topic == s.topic) {
			m.tell(s, *g.Signal)
		}
	}
}

// ticked is called when a deadline may have passed; at any other time it does no harm.
func (m *member) ticked() {
	if m.leading {
		m.reopenDue()
		return
	}
	if len(m.sources) == 0 {
		m.askAt, m.answerBy, m.claimBy = 0, 0, 0
		return
	}
	if m.due(&m.askAt) {
		m.ask()
	}
	late := m.at - m.answerBy
	if m.due(&m.answerBy) {
		if late >= overslept && m.excuses < maxExcuses {
			m.excuses++
			m.ask()
			return
		}
		m.claimBy = m.at + grantWithin
		m.do(command{do: takeLock})
	}
	if m.due(&m.claimBy) {
		m.lead()
	}
}

func (m *member) ask() {
	m.post(message{Kind: asks})
	m.expectAnswer()
}

// due reports whether a deadline has passed, and clears it then.
func (m *member) due(deadline *time.Duration) bool {
	if *deadline == 0 || m.at < *deadline {
		return false
	}
	*deadline = 0
	return true
}

// nextDeadline is when to call ticked; 0 for never.
func (m *member) nextDeadline() (next time.Duration) {
	for _, d := range [...]time.Duration{
		m.askAt, m.answerBy, m.claimBy, m.carrier.upstream.reopenAt,
	} {
		if d != 0 && (next == 0 || d < next) {
			next = d
		}
	}
	return next
}
