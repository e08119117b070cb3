package ui

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// vigil asks for the workers' signs of life when none was heard for a while.
type vigil struct {
	seen  signs
	asked time.Time // when it asked last
}

// ask asks the server about the topic, unless it did so lately, and notes what it says
// on the UI goroutine.
func (w *vigil) ask(ctx app.Context, now time.Time, topic live.Topic) {
	if now.Sub(w.asked) < askEvery {
		return
	}
	w.asked = now
	ctx.Async(func() {
		c, cancel := context.WithTimeout(context.Background(), askEvery)
		defer cancel()
		if audits, err := live.Ask(c, topic); err == nil {
			ctx.Dispatch(func(app.Context) { w.seen = signsOf(audits) })
		}
	})
}

// signsOf lists the signs of life that audits carry.
func signsOf(audits []shared.AuditProgress) signs {
	seen := make(signs, len(audits))
	for i := range audits {
		if at := audits[i].WorkerSeenAt; at != nil {
			seen[audits[i].AuditID] = at.Time
		}
	}
	return seen
}
