package stream

import "time"

// knownTrusted is how long after a sweep the frames it left count as current.
const knownTrusted = time.Second

// known is a snapshot of a's audits made of what the hub holds, without a query;
// nil when it does not hold them all, or not as of now.
//
// Nothing is missed: a topic that has a frame has had subscribers ever since that
// frame was read, so the relay has kept its position, from before the read, and
// publishes to the topic whatever was changed since. What the database holds and
// the hub does not know yet comes with the next sweep, to newcomers as to
// everybody else.
func (h *hub) known(a *audits) *batch {
	fresh := time.Duration(h.fresh.Load())
	if h.since(time.Now())-fresh > knownTrusted {
		return nil
	}
	b := &batch{at: h.epoch.Add(fresh), frames: make(map[int64]*frame, len(a.seats))}
	for i := range a.seats {
		s := &a.seats[i]
		f := s.topic.newest.Load()
		if f == nil || s.topic.gone.Load() {
			return nil
		}
		b.frames[s.topic.id] = f
	}
	return b
}
