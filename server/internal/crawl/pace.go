package crawl

import "time"

const (
	// backOffEvery keeps parallel requests that all meet one overload from
	// halving the rate once each.
	backOffEvery = time.Second
	// slowestShare is how far the rate falls: 1/64 of its ceiling, 12.8 s between
	// requests at the default 5 per second.
	slowestShare = 64
	// recoverAfter good answers in a row raise the rate by recoverShare of its ceiling.
	recoverAfter = 10
	recoverShare = 10
	// maxCrawlDelay bounds what robots.txt can ask for.
	maxCrawlDelay = 10 * time.Second
	// maxPause bounds what Retry-After can ask for.
	maxPause = 2 * time.Minute
)

// pace is the additive-increase, multiplicative-decrease rate of one host. It is
// a value without clock or locks.
type pace struct {
	base    float64 // requests per second as configured
	ceiling float64 // base, or less when robots.txt asks for a Crawl-delay
	rate    float64 // in force
	good    int     // good answers since the rate last changed
	halved  time.Time
	paused  time.Time // no request before this
}

func newPace(perSecond float64) pace {
	return pace{base: perSecond, ceiling: perSecond, rate: perSecond}
}

// setCrawlDelay makes one request per d the ceiling; 0 gives the base back.
func (p *pace) setCrawlDelay(d time.Duration) {
	undisturbed := p.rate == p.ceiling
	p.ceiling = p.base
	if d > 0 {
		p.ceiling = min(p.base, 1/min(d, maxCrawlDelay).Seconds())
	}
	if undisturbed || p.rate > p.ceiling {
		p.rate = p.ceiling
	}
}

// observe takes one answer into account.
func (p *pace) observe(now time.Time, o Outcome) {
	overloaded := o.Status == 429 || o.Status == 503
	if o.RetryAfter > 0 && overloaded {
		if until := now.Add(min(o.RetryAfter, maxPause)); until.After(p.paused) {
			p.paused = until
		}
	}
	switch {
	case overloaded && (p.halved.IsZero() || now.Sub(p.halved) >= backOffEvery):
		p.rate = max(p.rate/2, p.ceiling/slowestShare)
		p.good, p.halved = 0, now
	case overloaded:
		p.good = 0
	case o.Status >= 200 && o.Status < 500 && p.rate < p.ceiling:
		if p.good++; p.good >= recoverAfter {
			p.rate = min(p.rate+p.ceiling/recoverShare, p.ceiling)
			p.good = 0
		}
	}
}
