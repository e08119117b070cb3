package crawl

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// DefaultRate is how many requests per second one host gets.
	DefaultRate = 5
	// DefaultParallel is how many requests one host gets at the same time.
	DefaultParallel = 4

	// Hosts of external links come once and never again: beyond this many, those
	// idle for idleHost are forgotten.
	manyHosts = 1024
	idleHost  = 5 * time.Minute
)

// Limits hands out turns at hosts so that all audits of a process together stay
// polite. It is safe for concurrent use.
type Limits struct {
	perSecond float64
	parallel  int

	mu    sync.Mutex
	hosts map[string]*hostLimit
}

type hostLimit struct {
	turns   chan struct{} // one token per request under way
	limiter *rate.Limiter

	// Guarded by Limits.mu.
	pace    pace
	callers int // between asking for a turn and giving it back
	used    time.Time
}

// Outcome is what a request told about the host: its status, 0 without an
// answer, and the Retry-After it carried.
type Outcome struct {
	Status     int
	RetryAfter time.Duration
}

// Pace is how fast a host is asked now.
type Pace struct {
	Rate        float64   // requests per second
	PausedUntil time.Time // of a Retry-After; zero or past: not paused
}

// NewLimits returns limits of perSecond requests per second and parallel
// requests at a time for each host. Values <= 0 mean DefaultRate and
// DefaultParallel.
func NewLimits(perSecond float64, parallel int) *Limits {
	if perSecond <= 0 {
		perSecond = DefaultRate
	}
	if parallel <= 0 {
		parallel = DefaultParallel
	}
	return &Limits{perSecond: perSecond, parallel: parallel, hosts: map[string]*hostLimit{}}
}

// Acquire blocks until the host (as in url.URL.Host of a canonical URL) may be
// asked once, or ctx ends. Call release exactly once, when the answer was read:
// it frees the turn and adapts the rate: halved on 429 and 503, raised again by
// a tenth of its ceiling after every ten good answers.
func (l *Limits) Acquire(ctx context.Context, host string) (release func(Outcome), err error) {
	h := l.enterHost(host)
	select {
	case h.turns <- struct{}{}:
	case <-ctx.Done():
		l.leaveHost(h)
		return nil, fmt.Errorf("crawl: turn at %s: %w", host, context.Cause(ctx))
	}
	if err := l.awaitTurn(ctx, h); err != nil {
		<-h.turns
		l.leaveHost(h)
		return nil, fmt.Errorf("crawl: turn at %s: %w", host, err)
	}
	return func(o Outcome) {
		l.mu.Lock()
		h.pace.observe(time.Now(), o)
		l.applyPaceLocked(h)
		l.mu.Unlock()
		<-h.turns
		l.leaveHost(h)
	}, nil
}

// awaitTurn waits for the end of a pause and for the rate, and again for a pause that
// began meanwhile. After a pause the waiting requests are spaced by the rate.
func (l *Limits) awaitTurn(ctx context.Context, h *hostLimit) error {
	for {
		if err := sleep(ctx, l.pauseLeft(h)); err != nil {
			return err
		}
		// Not limiter.Wait: it gives up before a deadline it foresees to miss.
		turn := h.limiter.Reserve()
		if err := sleep(ctx, turn.Delay()); err != nil {
			turn.Cancel()
			return err
		}
		if l.pauseLeft(h) <= 0 {
			return nil
		}
	}
}

func (l *Limits) pauseLeft(h *hostLimit) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(h.pace.paused)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SetCrawlDelay slows a host to one request per d; more than 10 s count as 10 s.
// It never makes a host faster than the configured rate; 0 ends an earlier delay.
func (l *Limits) SetCrawlDelay(host string, d time.Duration) {
	h := l.enterHost(host)
	defer l.leaveHost(h)
	l.mu.Lock()
	defer l.mu.Unlock()
	h.pace.setCrawlDelay(d)
	l.applyPaceLocked(h)
}

// Pace returns how fast the host is asked now.
func (l *Limits) Pace(host string) Pace {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[host]
	if h == nil {
		return Pace{Rate: l.perSecond}
	}
	return Pace{Rate: h.pace.rate, PausedUntil: h.pace.paused}
}

func (l *Limits) enterHost(host string) *hostLimit {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[host]
	if h == nil {
		if len(l.hosts) >= manyHosts {
			l.forgetIdleLocked()
		}
		h = &hostLimit{
			turns:   make(chan struct{}, l.parallel),
			limiter: rate.NewLimiter(rate.Limit(l.perSecond), burst(l.perSecond)),
			pace:    newPace(l.perSecond),
		}
		l.hosts[host] = h
	}
	h.callers++
	h.used = time.Now()
	return h
}

func (l *Limits) leaveHost(h *hostLimit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h.callers--
	h.used = time.Now()
}

func (l *Limits) forgetIdleLocked() {
	for host, h := range l.hosts {
		slowed := h.pace.ceiling < h.pace.base
		if h.callers == 0 && !slowed && time.Since(h.used) > idleHost {
			delete(l.hosts, host)
		}
	}
}

func (l *Limits) applyPaceLocked(h *hostLimit) {
	if h.limiter.Limit() != rate.Limit(h.pace.rate) {
		h.limiter.SetLimit(rate.Limit(h.pace.rate))
		h.limiter.SetBurst(burst(h.pace.rate))
	}
}

// burst is what 100 ms of the rate allow: polite rates are evenly spaced, high
// ones do not depend on the resolution of timers.
func burst(perSecond float64) int { return max(1, int(perSecond/10)) }
