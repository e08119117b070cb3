package ui

import (
	"time"

	"atalaya/shared"
)

// steadyAfter is how long a crawl must have been measured before its speed is shown:
// that of the first seconds means nothing.
const steadyAfter = 5 * time.Second

// pace is where the speed of a crawl is measured from. The pages of earlier attempts
// were read in a time that nobody kept; so in a later attempt only what a page itself
// has seen counts.
type pace struct {
	attempt int
	at      time.Time
	pages   int
}

// next takes note of a state of the audit.
func (c pace) next(p *shared.AuditProgress) pace {
	if p == nil || c.attempt == p.Attempt && !c.at.IsZero() {
		return c
	}
	crawl, ok := spanOf(p, shared.StageCrawl)
	switch {
	case !ok:
		return pace{}
	case p.Attempt > 1:
		return pace{attempt: p.Attempt, at: p.UpdatedAt.Time, pages: p.TotalPages}
	}
	return pace{attempt: p.Attempt, at: crawl.StartedAt.Time}
}

// rate is the speed in pages a minute; ok is false while it is not known.
func (c pace) rate(p *shared.AuditProgress) (perMinute int, ok bool) {
	crawl, ok := spanOf(p, shared.StageCrawl)
	if !ok || c.attempt != p.Attempt || c.at.IsZero() {
		return 0, false
	}
	end := p.UpdatedAt.Time
	if crawl.FinishedAt != nil {
		end = crawl.FinishedAt.Time
	}
	d := end.Sub(c.at)
	if d < steadyAfter {
		return 0, false
	}
	return int(time.Duration(p.TotalPages-c.pages) * time.Minute / d), true
}
