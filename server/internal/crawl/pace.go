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
	// An answer is slow from slowAtLeast on, when it takes more than slowTimes as long
	// as the average of about averageOver answers.
	slowAtLeast = 500 * time.Millisecond
	slowTimes   = 3
	averageOver = 16
	// maxCrawlDelay bounds what robots.txt can ask for.
	maxCrawlDelay = 10 * time.Second
	// maxPause bounds what Retry-After can ask for.
	maxPause = 2 * time.Minute
)

// pace is the additive-increase, multiplicative-decrease rate of one host. It is
// a value without clock or locks.
type pace struct {
	base    float64       // requests per second as configured
	ceiling float64       // base, or less when robots.txt asks for a Crawl-delay
	rate    float64       // what its answers allow
	others  float64       // the least that answers to other servers allow; 0 for none
	good    int           // good answers since the rate last changed
	usual   time.Duration // how long answers take, as a moving average; 0 before the first
	halved  time.Time
	paused  time.Time // no request before this
}

func newPace(perSecond float64) pace {
	return pace{base: perSecond, ceiling: perSecond, rate: perSecond}
}

// inForce is the rate at which the host is asked, by all servers together.
func (p *pace) inForce() float64 {
	if p.others > 0 {
		return min(p.rate, p.others)
	}
	return p.rate
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

// isSlow says that an answer took so much longer than they usually do that the host
// is likely to be busy.
func (p *pace) isSlow(took time.Duration) bool {
	return p.usual > 0 && took >= slowAtLeast && took > slowTimes*p.usual
}

// noteTook moves the average towards an answer. A host that stays slow is usual after
// some tens of answers, and its rate recovers.
func (p *pace) noteTook(o Outcome) {
	switch {
	case o.Took <= 0 || o.Status == 0:
	case p.usual == 0:
		p.usual = o.Took
	default:
		p.usual += (o.Took - p.usual) / averageOver
	}
}

// observe takes one answer into account: the rate is halved when the host says that it
// is overloaded (429, 503), gives no answer in time, or suddenly answers slowly, and
// raised again by a tenth of its ceiling after every ten good answers.
func (p *pace) observe(now time.Time, o Outcome) {
	refused := o.Status == 429 || o.Status == 503
	overloaded := refused || o.GaveUp || p.isSlow(o.Took)
	p.noteTook(o)
	if o.RetryAfter > 0 && refused {
		if until := now.Add(min(o.RetryAfter, maxPause)); until.After(p.paused) {
			p.paused = until
		}
	}
	switch {
	case overloaded && (p.halved.IsZero() || now.Sub(p.halved) >= backOffEvery):
		p.rate = max(p.inForce()/2, p.ceiling/slowestShare)
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
