package ui

import (
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

const (
	// sayEvery is the least time between two announcements of progress.
	sayEvery = 10 * time.Second
	// settledAfter is how long a connection must keep its state to be announced.
	settledAfter = 3 * time.Second
)

// announcer decides what screen readers are told. The zero value has announced
// nothing. The end of an audit and a worker that falls silent are announced at once, a
// change of the connection when it lasts, progress at every ten percent and every
// stage, but at most once in [sayEvery].
type announcer struct {
	text string

	begun  bool
	at     time.Time
	tenth  int
	stage  shared.Stage
	status shared.Status
	phase  live.Phase
	silent int // audits whose worker is silent
}

// next returns the announcer after the view was drawn, with strip as its line
// about the connection and with as many silent workers; its text is what is to be read
// now.
func (a announcer) next(loc locale, v live.View, strip stripModel, silent int) announcer {
	p := v.Progress
	if !a.begun {
		// A screen reader reads what the page shows when it opens.
		a.begun, a.phase, a.silent = true, v.Phase, silent
		if p != nil {
			a.tenth, a.stage, a.status = p.Progress/10, p.Stage, p.Status
		}
		return a
	}
	switch {
	case p != nil && p.Status != a.status:
		a.status, a.stage, a.tenth, a.phase = p.Status, p.Stage, p.Progress/10, v.Phase
		if p.Status.Terminal() {
			return a.speak(loc, strip.Lead+". "+strip.Text)
		}
		return a.speak(loc, loc.activityLine(p))
	case silent > a.silent:
		a.silent = silent
		if v.Topic.IsList() {
			return a.speak(loc, loc.Lang.N(text.SilentAudits, silent))
		}
		return a.speak(loc, strip.Lead+". "+strip.Text)
	case silent < a.silent:
		a.silent = silent
		return a
	case v.Phase != a.phase && loc.Now.Sub(v.Since) >= settledAfter:
		a.phase = v.Phase
		return a.speak(loc, strip.Lead+". "+strip.Text)
	case p == nil || p.Status != shared.StatusRunning || loc.Now.Sub(a.at) < sayEvery:
		return a
	case p.Stage != a.stage:
		a.stage, a.tenth = p.Stage, p.Progress/10
		return a.speak(loc, loc.Lang.T(text.SayStage, loc.activityLine(p), p.Progress))
	case p.Progress/10 != a.tenth:
		a.tenth = p.Progress / 10
		return a.speak(loc, loc.Lang.T(text.SayProgress, p.Progress))
	}
	return a
}

func (a announcer) speak(loc locale, s string) announcer {
	a.text, a.at = s, loc.Now
	return a
}
