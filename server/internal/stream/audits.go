package stream

import "strconv"

// state says how a view goes on after what was taken.
type state uint8

const (
	open     state = iota // more may come
	finished              // every audit is terminal, and its last state was taken
	deleted               // every audit is gone
	lost                  // more changed than was kept: take a new snapshot (list only)
)

// view is what one subscriber sees. It belongs to that subscriber's goroutine.
type view interface {
	// woken is filled when there may be something to take.
	woken() <-chan struct{}
	// take appends the frames not taken yet, the newest of each audit.
	take(frames [][]byte) ([][]byte, state)
	// begin takes the snapshot in. It appends what only the snapshot holds; the
	// rest comes with the next take.
	begin(b *batch, frames [][]byte) [][]byte
	close()
}

// audits is the view of one audit or several.
type audits struct {
	hub     *hub
	slot    chan struct{}
	variant variant
	seats   []seat
	left    int // seats not done
	gone    int // seats done because the audit is gone
}

func (a *audits) woken() <-chan struct{} { return a.slot }

func (a *audits) close() { a.hub.unwatch(a) }

// begin gives up the seats of audits that do not exist. The frames of the
// others were published before the batch was done.
func (a *audits) begin(b *batch, frames [][]byte) [][]byte {
	for i := range a.seats {
		if s := &a.seats[i]; b.frames[s.id] == nil {
			a.finish(s, true)
		}
	}
	return frames
}

// known says whether any of the audits exists.
func (a *audits) known() bool { return a.gone < len(a.seats) }

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
			f := s.take(a.hub.metrics)
			if f == nil {
				continue
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
