package audit

import (
	"context"
	"math"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
)

// explainEvery is how often an audit without arrivals says what it waits for.
const explainEvery = 5 * time.Second

// waits says what a run waits for, in whatever stage it is.
type waits struct {
	watch *crawl.Watch
	// before is what was said when the wait began, said is about the wait. Neither says
	// anything while there is nothing to explain.
	before, said work.Sentence
}

// explainWaits looks every few seconds, until ctx ends, whether the run waits for
// something.
func (r *run) explainWaits(ctx context.Context) {
	tick := time.NewTicker(explainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			r.explainWait(now)
		}
	}
}

// explainWait says what the run waits for, or takes back what it said when the wait is
// over and nobody has said anything else.
func (r *run) explainWait(now time.Time) {
	w := &r.waits
	wait, waiting := r.limits.WaitOf(w.watch)
	waiting = waiting && now.Sub(wait.Since) >= explainEvery
	if !waiting && w.said.Text == "" {
		return
	}
	r.rec.update(func(b *board) {
		isOurs := b.message.Text == w.said.Text
		switch {
		case waiting:
			if !isOurs {
				w.before = b.message
			}
			b.say(waitSentence(wait, r.limits.Pace(wait.Host), r.job.Rate, now))
			w.said = b.message
			return
		case isOurs:
			b.say(w.before)
		}
		w.said = work.Sentence{}
	})
}

// waitSentence says why an answer takes long: a pause that the host asked for, other
// audits, the pace that was asked for (0 for none), a slow one, or the host itself.
func waitSentence(w crawl.Wait, pace crawl.Pace, asked float64, now time.Time) work.Sentence {
	const slow = 1 / float64(explainEvery/time.Second)
	switch left := pace.PausedUntil.Sub(now); {
	case left > 0:
		return work.Say("waiting-for-pause", w.Host, int(left.Seconds())+1)
	case w.Shared:
		return work.Say("waiting-for-turn", w.Host)
	case asked > 0 && asked < min(slow, pace.Rate):
		return work.Say("waiting-slowly", w.Host, int(math.RoundToEven(1/asked)))
	case pace.Rate < slow:
		return work.Say("waiting-between", w.Host, int(math.RoundToEven(1/pace.Rate)))
	}
	return work.Say("waiting-for-answer", w.Host, int(now.Sub(w.Since).Seconds()))
}
