package ui

import (
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// stalledAfter is how long a worker may be silent before the user is told.
const stalledAfter = time.Minute

// signs are the workers' newest signs of life that a page asked for, by audit. A sign
// of life is not a visible change and comes with no frame.
type signs map[int64]time.Time

// pulse is what is known of the worker of an audit.
type pulse struct {
	// Last is its last sign of life, by the server's clock; zero when the audit has
	// no worker: it waits for one, or has ended.
	Last time.Time
	// Silent is for how long it has not been heard.
	Silent time.Duration
	// Stalled is true when that is so long that the user must be told.
	Stalled bool
	// Unheard is true when the server itself is not heard, so that nobody here knows
	// how the audit is.
	Unheard bool
}

// pulse feels the pulse of an audit that view v shows.
func (loc locale) pulse(v live.View, p *shared.AuditProgress, asked signs) pulse {
	if p == nil || p.Status.Terminal() {
		return pulse{}
	}
	k := pulse{Unheard: v.Unheard()}
	if p.Status != shared.StatusRunning {
		return k
	}
	k.Last = lastSign(p, asked[p.AuditID])
	k.Silent = max(loc.server().Sub(k.Last), 0)
	k.Stalled = !k.Unheard && k.Silent >= stalledAfter
	return k
}

// lastSign is the newest sign of life of a running audit's worker.
func lastSign(p *shared.AuditProgress, asked time.Time) time.Time {
	last := p.UpdatedAt.Time
	if seen := p.WorkerSeenAt; seen != nil && seen.After(last) {
		last = seen.Time
	}
	if asked.After(last) {
		last = asked
	}
	return last
}

// askEvery is the least time between two questions for workers.
const askEvery = 30 * time.Second

// doubtful reports whether a page must ask for the worker before it says that it is
// silent.
func (k pulse) doubtful() bool { return !k.Unheard && k.Silent >= stalledAfter-askEvery/2 }

// silentOnes counts the audits whose worker is silent.
func (loc locale) silentOnes(v live.View, asked signs) (n int) {
	if loc.pulse(v, v.Progress, asked).Stalled {
		n++
	}
	for i := range v.Audits {
		if loc.pulse(v, &v.Audits[i], asked).Stalled {
			n++
		}
	}
	return n
}
