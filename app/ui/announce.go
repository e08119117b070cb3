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

// announcer decides what screen readers are told. The zero value has said
// nothing. Ends are told at once, changes of the connection when they last,
// progress at every ten percent and stage, at most every [sayEvery].
type announcer struct {
	text string

	begun  bool
	at     time.Time
	tenth  int
	stage  shared.Stage
	status shared.Status
	phase  live.Phase
}

// next takes note of a view drawn as strip at w.Now and returns the announcer
// with what is to be read now.
func (a announcer) next(w world, v live.View, strip stripModel) announcer {
	p := v.Progress
	if !a.begun {
		// What the page shows when it opens is read with the page.
		a.begun, a.phase = true, v.Phase
		if p != nil {
			a.tenth, a.stage, a.status = p.Progress/10, p.Stage, p.Status
		}
		return a
	}
	switch {
	case p != nil && p.Status != a.status:
		a.status, a.stage, a.tenth, a.phase = p.Status, p.Stage, p.Progress/10, v.Phase
		if p.Status.Terminal() {
			return a.speak(w, strip.Lead+". "+strip.Text)
		}
		return a.speak(w, w.what(p))
	case v.Phase != a.phase && w.Now.Sub(v.Since) >= settledAfter:
		a.phase = v.Phase
		return a.speak(w, strip.Lead+". "+strip.Text)
	case p == nil || p.Status != shared.StatusRunning || w.Now.Sub(a.at) < sayEvery:
		return a
	case p.Stage != a.stage:
		a.stage, a.tenth = p.Stage, p.Progress/10
		return a.speak(w, w.Lang.T(text.SayStage, w.what(p), p.Progress))
	case p.Progress/10 != a.tenth:
		a.tenth = p.Progress / 10
		return a.speak(w, w.Lang.T(text.SayProgress, p.Progress))
	}
	return a
}

func (a announcer) speak(w world, s string) announcer {
	a.text, a.at = s, w.Now
	return a
}
