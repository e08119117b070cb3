package stream

import (
	"strconv"

	"atalaya/shared"
)

// state says how a view goes on after what was taken.
type state uint8

const (
	open      state = iota // more may come
	finished               // every audit is terminal, and its last state was taken
	deleted                // every audit is gone
	lost                   // more changed than was kept: take a new snapshot (list only)
	resyncing              // the new snapshot was asked for, and has not come yet
)

// view is what one subscriber sees. It belongs to whoever drives that
// subscriber: its goroutine, or its shard.
type view interface {
	// attach has w woken from now on when there may be something to take.
	attach(w waker)
	// places are the view's seats, for a shard that visits them instead.
	places() []seat
	// take appends the frames not taken yet, the newest of each audit.
	take(frames [][]byte) ([][]byte, state)
	// begin takes the snapshot in. It appends what only the snapshot holds; the
	// rest comes with the next take.
	begin(b *batch, frames [][]byte) [][]byte
	// flushed says that what was taken has left.
	flushed()
	close()
}

// audits is the view of one audit or several.
type audits struct {
	hub     *hub
	seats   []seat
	one     [1]seat // what seats is, for one audit
	probe   probe
	left    int8 // seats not done
	gone    int8 // seats done because the audit is gone
	variant variant
	turn    uint8 // when to be measured, among those of a crowd
}

const _ = int8(shared.MaxStreamIDs) // as many seats can be counted

func (a *audits) attach(w waker) { a.hub.attach(a.seats, w) }
func (a *audits) places() []seat { return a.seats }
func (a *audits) close()         { a.hub.unwatch(a) }
func (a *audits) flushed()       { a.probe.flushed(a.hub.metrics) }

// begin gives up the seats of audits that do not exist. The frames of the
// others were published before the batch was done.
func (a *audits) begin(b *batch, frames [][]byte) [][]byte {
	for i := range a.seats {
		if s := &a.seats[i]; b.frames[s.topic.id] == nil {
			a.finish(s, true)
		}
	}
	return frames
}

// known says whether any of the audits exists.
func (a *audits) known() bool { return int(a.gone) < len(a.seats) }

// resume marks the newest state of a lone audit as taken if cursor names it,
// and says whether nothing is left to stream.
func (a *audits) resume(cursor string) (nothingLeft bool) {
	s := &a.seats[0]
	f := s.topic.newest.Load()
	if f == nil || cursor != strconv.FormatInt(f.revision(), 10) {
		return false
	}
	s.revision, s.serial = f.revision(), f.serial
	return f.terminal()
}

func (a *audits) take(frames [][]byte) ([][]byte, state) {
	for i := range a.seats {
		s := &a.seats[i]
		switch {
		case s.done:
		case s.topic.gone.Load():
			a.finish(s, true)
		default:
			seen := s.revision > 0
			f := s.take(a.hub.metrics)
			if f == nil {
				continue
			}
			if seen && f.sample.hits(a.turn, f.serial) { // a snapshot is as old as it is
				a.probe = probeOf(f)
			}
			frames = append(frames, f.bytes(a.variant))
			if f.terminal() {
				a.finish(s, false)
			}
		}
	}
	switch {
	case a.left > 0:
		return frames, open
	case a.known():
		return frames, finished
	}
	return frames, deleted
}

func (a *audits) finish(s *seat, gone bool) {
	s.done = true
	a.left--
	if gone {
		a.gone++
	}
}

// take returns the newest frame if it was not taken before, else nil.
func (s *seat) take(m *metrics) *frame {
	f := s.topic.newest.Load()
	if f == nil || f.revision() <= s.revision {
		return nil
	}
	if s.serial > 0 && f.serial > s.serial+1 {
		m.conflated.Add(float64(f.serial - s.serial - 1))
	}
	s.revision, s.serial = f.revision(), f.serial
	return f
}
