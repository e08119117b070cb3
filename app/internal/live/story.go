package live

import (
	"time"

	"atalaya/shared"
)

// Story is how a visit has fared with its streams so far, as its views tell it. The zero value
// is that of a visit that has just begun.
//
// A visit lasts from the opening of a page to its end, in one tab, whatever is followed
// meanwhile; a page that comes back from the back/forward cache begins another. It counts what
// its user met with. Tabs that share the streams of a leader have a visit each, so a stream that
// is lost is lost in the stories of all of them.
type Story struct {
	seen   bool // anything was followed
	useful bool // a stream has brought something, first after this time
	after  time.Duration
	lost   bool // none does at present

	reconnects, stalls int
	fallback           Reason // the first; empty for none
	phase              Phase  // of the newest view, with its reason
	reason             Reason
}

// Next is the story with one more view, of any session of the visit; after is the time since the
// visit began.
func (s Story) Next(v View, after time.Duration) Story {
	changed := v.Phase != s.phase || v.Reason != s.reason
	s.phase, s.reason = v.Phase, v.Reason
	switch v.Phase {
	case Connecting:
		s.seen, s.lost = true, false // another topic's session has begun
	case Live:
		switch {
		case !s.useful:
			s.useful, s.after = true, after
		case s.lost:
			s.reconnects++
		}
		s.seen, s.lost = true, false
	case Retrying:
		if changed && v.Reason == ReasonSilent {
			s.stalls++
		}
		s.lost = true
	case Polling:
		if s.fallback == "" {
			s.fallback = v.Reason
		}
		s.seen, s.lost = true, true
	}
	return s
}

// Told is what the server is told of the visit; ok is false when nothing was followed.
func (s Story) Told() (told shared.ClientStory, ok bool) {
	told.Reconnects = min(s.reconnects, shared.StoryCountMax)
	told.Stalls = min(s.stalls, shared.StoryCountMax)
	if s.useful {
		told.UsefulAfterMS = new(min(max(s.after.Milliseconds(), 0), shared.StoryUsefulMax))
	}
	if s.fallback != "" {
		told.Fallback = new(string(s.fallback))
	}
	return told, s.seen
}
