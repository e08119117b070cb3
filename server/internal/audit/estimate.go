package audit

import "time"

const (
	// paceSpan is how far back the pace of a stage is looked at: long enough for a site
	// that answers now fast, now slowly, and short enough to follow one that slows down.
	paceSpan = 30 * time.Second
	// growthSpan is how far back is looked at whether the end moves away: a site is often
	// known whole from one moment to the next.
	growthSpan = 10 * time.Second
	// paceStep is how far apart the looks are that are kept.
	paceStep = time.Second
	// steadySpan and steadyParts are how long a stage must have been seen, and how many of
	// its parts must have been done meanwhile, before anything is said of its end.
	steadySpan  = 5 * time.Second
	steadyParts = 5
)

// estimate says how long a stage still takes, from how fast it came nearer to its end
// lately. It is pure: whoever asks says what time it is. The zero value has seen nothing.
type estimate struct{ looks []look }

// look is how far a stage was at a time.
type look struct {
	at          time.Time
	done, total int
}

// note takes in how far the stage is now. What fell, as when an audit is taken up again,
// begins anew.
func (e *estimate) note(now look) {
	if n := len(e.looks); n > 0 {
		last := e.looks[n-1]
		if now.done < last.done || now.at.Before(last.at) {
			e.looks = e.looks[:0]
		} else if now.at.Sub(last.at) < paceStep {
			return
		}
	}
	for len(e.looks) > 1 && now.at.Sub(e.looks[0].at) > paceSpan {
		e.looks = e.looks[1:]
	}
	e.looks = append(e.looks, now)
}

// left is how long the stage still takes; ok is false while that cannot be known: at its
// beginning, and while its end moves away more than half as fast as the stage comes near.
func (e *estimate) left(now look) (left time.Duration, ok bool) {
	if len(e.looks) == 0 {
		return 0, false
	}
	first := e.looks[0]
	span, done := now.at.Sub(first.at), now.done-first.done
	if span < steadySpan || done < steadyParts {
		return 0, false
	}
	lately := first
	for _, l := range e.looks {
		if now.at.Sub(l.at) >= growthSpan {
			lately = l
		}
	}
	pace := float64(done) / span.Seconds()
	growth := float64(now.total-lately.total) / now.at.Sub(lately.at).Seconds()
	if growth > pace/2 {
		return 0, false
	}
	seconds := float64(max(now.total-now.done, 0)) / (pace - max(growth, 0))
	return time.Duration(seconds * float64(time.Second)), true
}

// roundLeft is a time that is left as it can be said: in steps of ten seconds below a
// minute, and of half a minute above, never zero.
func roundLeft(d time.Duration) (seconds int) {
	step := 10 * time.Second
	if d > time.Minute {
		step = 30 * time.Second
	}
	return int(max((d+step-1)/step*step, step) / time.Second)
}
