package live

import (
	"context"
	"strconv"
	"time"
)

// readAnswer classifies the answer to a poll and gives its state to the replica.
func (s *Session) readAnswer(r Response, err error) Answer {
	a := classifyAnswer(s.opts.Topic, r, err)
	if a.Fault != "" {
		return a
	}
	if r.Status == StatusOK {
		audits, err := decodeAnswer(s.opts.Topic, r.Body, s.skip)
		if err != nil {
			s.skip(err)
			return Answer{Fault: FaultBadData}
		}
		if s.replica.takeAnswer(audits, s.askedAt, s.at) {
			s.showState()
		}
	}
	s.confirmed, s.next.ConfirmedAt = s.at, s.wall
	s.next.Watching, _ = strconv.Atoi(r.Watching) // of a server that does not say, nobody else
	s.dirty = true
	return a
}

// skip logs that data was skipped because it breaks the contract.
func (s *Session) skip(err error) { s.opts.Log("[SSE] Skipped: " + err.Error()) }

// noteFreshness takes from the news how old the state was when the server sent it.
// Only the difference of two server times is used: here the clocks of server and
// device are never compared.
func (s *Session) noteFreshness(n news) {
	if n.heartbeat != nil {
		s.next.ServerTime, s.next.ServerTimeAt = n.heartbeat.ServerTime.Time, s.wall
		s.next.Watching = n.heartbeat.Watching[s.opts.Topic.id]
		s.dirty = true
	}
	switch {
	case n.progress != nil, n.deleted != nil:
		s.lag, s.lagKnown = 0, true
	case n.heartbeat != nil && n.heartbeat.FreshAt != nil:
		s.lag, s.lagKnown = n.heartbeat.ServerTime.Sub(n.heartbeat.FreshAt.Time), true
	default:
		return
	}
	s.confirm()
}

// confirm notes in the view when a query of the server last confirmed what is
// shown. Before the stream has sent its whole snapshot nothing is confirmed.
func (s *Session) confirm() {
	if !s.lagKnown || s.replica.saved || !s.replica.snapshotComplete() {
		return
	}
	lag := max(s.lag, 0)
	if at := s.at - lag; at > s.confirmed {
		s.confirmed, s.next.ConfirmedAt = at, s.wall.Add(-lag)
		s.dirty = true
	}
}

// completeSnapshot takes the stream's snapshot as complete when its time has come.
func (s *Session) completeSnapshot() {
	completed, changed := s.replica.completeSnapshot(s.at)
	if changed {
		s.showState()
	}
	if completed {
		s.confirm()
	}
}

// showState carries the state that the replica holds into the next view.
func (s *Session) showState() {
	s.next.Progress, s.next.Audits = s.replica.progress(), s.replica.audits()
	s.next.Saved = s.replica.saved
	if !s.next.Saved {
		s.next.SavedAt = time.Time{}
		s.unsaved = s.opts.Keep != nil
	}
	s.dirty = true
}

// showConnection carries the machine's state into the next view.
func (s *Session) showConnection() {
	v, st := s.next, s.state
	if p := st.Phase(); p != v.Phase {
		v.Phase, v.Since = p, s.wall
	}
	v.Reason = st.Reason()
	v.Attempt = st.attempt
	if s.retryAt != st.retryAt {
		s.retryAt, v.RetryAt = st.retryAt, time.Time{}
		if st.retryAt != 0 {
			v.RetryAt = s.wall.Add(st.retryAt - s.at)
		}
	}
	v.PollFailures, v.Fault, v.Status = st.pollFailures, st.fault, st.status
	s.dirty = s.dirty || v.urgent(s.next) || v.Fault != s.next.Fault || v.Status != s.next.Status
	s.next = v
}

// paint tells the next view when it is urgent or when the last one is old enough.
func (s *Session) paint() {
	due := !s.told || s.at-s.paintedAt >= paintEvery || s.next.urgent(s.view)
	if !s.dirty || !due {
		return
	}
	s.mu.Lock()
	s.view = s.next
	s.mu.Unlock()
	s.dirty, s.told, s.paintedAt = false, true, s.at
	if !s.closing.Load() {
		s.opts.OnChange(s.next)
	}
}

// saveCopy keeps the state on the device: seldom while it changes, and at once
// when the session ends or the page is left.
func (s *Session) saveCopy() {
	over := s.state.Phase() == Closed || s.state.paused
	if !s.unsaved || !over && s.savedAt != 0 && s.at-s.savedAt < saveEvery {
		return
	}
	s.unsaved, s.savedAt = false, s.at
	if p := s.replica.progress(); p != nil {
		s.opts.Keep.SaveProgress(*p, s.wall)
	} else if audits := s.replica.audits(); audits != nil {
		s.opts.Keep.SaveList(audits, s.wall)
	}
}

// readCopy reads the copy on the device, which may take longer than the server does.
func (s *Session) readCopy(ctx context.Context) {
	if c, ok := s.opts.Keep.Saved(ctx, s.opts.Topic); ok {
		s.post(message{saved: &c})
	}
}

// takeCopy shows the copy on the device, unless the server was heard before it.
func (s *Session) takeCopy(c Copy) {
	if s.replica.stateKnown {
		return
	}
	s.replica.hold(c)
	s.showState()
	s.next.SavedAt = c.SavedAt.Round(0)
	s.next.ConfirmedAt = s.next.SavedAt
}
