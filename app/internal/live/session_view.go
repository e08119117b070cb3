package live

import (
	"time"
)

// read judges a polling answer and gives its state to the replica.
func (s *Session) read(r Response, err error) Answer {
	a := classifyAnswer(s.opts.Topic, r, err)
	if a.Fault != "" {
		return a
	}
	if r.Status == statusOK {
		audits, err := decodeAnswer(s.opts.Topic, r.Body, s.skip)
		if err != nil {
			s.skip(err)
			return Answer{Fault: FaultBadData}
		}
		s.changed(s.replica.takeAnswer(audits, s.askedAt, s.at))
	}
	s.alive()
	s.next.ConfirmedAt = s.wall
	return a
}

// skip tells the console about data that breaks the contract.
func (s *Session) skip(err error) { s.opts.Log("[SSE] Skipped: " + err.Error()) }

// alive notes a sign of life of the server.
func (s *Session) alive() {
	s.next.HeardAt = s.wall
	s.dirty = true
}

// confirm notes when a query last confirmed what is shown, once the stream has
// said what was new.
func (s *Session) confirm() {
	if !s.lagKnown || s.replica.saved || !s.replica.snapshotComplete() {
		return
	}
	if at := s.wall.Add(-max(s.lag, 0)); at.After(s.next.ConfirmedAt) {
		s.next.ConfirmedAt = at
		s.dirty = true
	}
}

// settle ends the snapshot of the stream when its time has come.
func (s *Session) settle() {
	settled, changed := s.replica.completeSnapshot(s.at)
	s.changed(changed)
	if settled {
		s.confirm()
	}
}

// changed carries what the replica holds into the next view.
func (s *Session) changed(yes bool) {
	if !yes {
		return
	}
	s.next.Progress, s.next.Audits = s.replica.progress(), s.replica.audits()
	s.next.Saved = s.replica.saved
	if !s.next.Saved {
		s.next.SavedAt = time.Time{}
		s.unkept = s.opts.Keep != nil
	}
	s.dirty = true
}

// describe carries the machine's state into the next view.
func (s *Session) describe() {
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
	if v.PollFailures != st.pollFailures {
		v.PollFailures, v.PollFailingSince = st.pollFailures, time.Time{}
		if st.pollFailures > 0 {
			v.PollFailingSince = s.wall.Add(st.pollFailingSince - s.at)
		}
	}
	v.Fault, v.Status = st.fault, st.status
	s.dirty = s.dirty || v.urgent(s.next) || v.Fault != s.next.Fault || v.Status != s.next.Status
	s.next = v
}

// paint tells the next view when it is urgent or when the last one is old
// enough.
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

// keep copies the state to the device: seldom, but the end at once.
func (s *Session) keep() {
	over := s.state.Phase() == Closed || s.state.paused
	if !s.unkept || !over && s.keptAt != 0 && s.at-s.keptAt < keepEvery {
		return
	}
	s.unkept, s.keptAt = false, s.at
	var err error
	if p := s.replica.progress(); p != nil {
		err = s.opts.Keep.SaveProgress(*p, s.wall)
	} else if audits := s.replica.audits(); audits != nil {
		err = s.opts.Keep.SaveList(audits, s.wall)
	}
	if err != nil && !s.keepFault {
		s.keepFault = true
		s.opts.Log("Nothing is kept on this device: " + err.Error())
	}
}
