package crawl

import "time"

// spacing keeps requests apart so that they come at a rate. The first two after a rest may
// come together, as robots.txt and the start page of an audit do, because nobody has seen
// anything of it before the second. No n intervals have more than n requests for that. It
// is a value without clock or locks; make it with [newSpacing].
type spacing struct {
	perSecond float64
	// due is when the next request would come if all were evenly spaced. Some may come
	// earlier, see [burst], and then due is later by as many intervals.
	due time.Time
	// rested says that before the last request nobody had asked for two intervals: the
	// next one may come at once, and then none for two intervals.
	rested bool
}

// strictFrom is the interval from which on requests are never together: so long ones are
// what a site asked for, or what it can bear.
const strictFrom = time.Second

func newSpacing(perSecond float64) spacing { return spacing{perSecond: perSecond} }

// take notes a request, or tells how long it has to wait before it asks again.
func (s *spacing) take(now time.Time) (wait time.Duration) {
	interval := time.Duration(float64(time.Second) / s.perSecond)
	ahead := burst(s.perSecond) - 1
	if s.rested && interval < strictFrom {
		ahead = max(ahead, 1)
	}
	earliest := s.due.Add(-time.Duration(ahead) * interval)
	if wait = earliest.Sub(now); wait > 0 {
		return wait
	}
	s.rested = now.Sub(s.due) >= interval
	if s.due.Before(now) {
		s.due = now
	}
	s.due = s.due.Add(interval)
	return 0
}

// setRate changes the rate. What was asked ahead of time is not forgotten: it counts
// in requests, so that the wait for it becomes longer or shorter.
func (s *spacing) setRate(now time.Time, perSecond float64) {
	if perSecond == s.perSecond {
		return
	}
	if ahead := s.due.Sub(now); ahead > 0 {
		s.due = now.Add(time.Duration(float64(ahead) * s.perSecond / perSecond))
	}
	s.perSecond = perSecond
}

// burst is what 100 ms of the rate allow: polite rates are evenly spaced, high
// ones do not depend on the resolution of timers.
func burst(perSecond float64) int { return max(1, int(perSecond/10)) }
