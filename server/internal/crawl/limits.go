package crawl

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/time/rate"
)

const (
	// DefaultRate is how many requests per second one host gets.
	DefaultRate = 5
	// DefaultParallel is how many requests one host gets at the same time.
	DefaultParallel = 4

	// Hosts of external links come once and never again: beyond this many budgets,
	// those idle for idleBudget are forgotten.
	manyBudgets = 1024
	idleBudget  = 5 * time.Minute

	// addressFresh is how long the address of a name is believed, and lookUpTimeout
	// how long it may take to find out.
	addressFresh  = 5 * time.Minute
	lookUpTimeout = 5 * time.Second
)

// Limits hands out turns so that all audits of a process together stay polite to each
// host, each registrable domain and each address. It is safe for concurrent use.
type Limits struct {
	perSecond float64
	parallel  int
	// lookUp resolves a name; nil for no budgets of addresses but those that stand in
	// URLs. Set before the first use.
	lookUp func(ctx context.Context, name string) ([]netip.Addr, error)

	mu        sync.Mutex
	budgets   map[string]*budget
	addresses map[string]knownAddress // by name
}

// budget is what one host, domain or address gets.
type budget struct {
	turns   chan struct{} // one token per request under way
	limiter *rate.Limiter

	// Guarded by Limits.mu.
	pace    pace
	callers map[*Watch]int // between asking for a turn and giving it back, by whose they are
	used    time.Time
}

// knownAddress is what a name resolved to, and when.
type knownAddress struct {
	address netip.Addr
	at      time.Time
}

// Outcome is what a request told about the host.
type Outcome struct {
	Status     int           // 0 without an answer
	RetryAfter time.Duration // 0 for none
	Took       time.Duration // from the request to the first byte, whatever the size; 0 when it is not known
	GaveUp     bool          // there was no answer in time, or the connection was cut
}

// Pace is how fast a host is asked now.
type Pace struct {
	Rate        float64   // requests per second
	PausedUntil time.Time // of a Retry-After; zero or past: not paused
}

// NewLimits returns limits of perSecond requests per second and parallel requests at
// a time for each host, each registrable domain and each address. Values <= 0 mean
// DefaultRate and DefaultParallel.
func NewLimits(perSecond float64, parallel int) *Limits {
	if perSecond <= 0 {
		perSecond = DefaultRate
	}
	if parallel <= 0 {
		parallel = DefaultParallel
	}
	return &Limits{
		perSecond: perSecond, parallel: parallel,
		budgets: map[string]*budget{}, addresses: map[string]knownAddress{},
	}
}

// Acquire blocks until the host (as in url.URL.Host of a canonical URL) may be asked
// once, or ctx ends. It takes one turn of each budget that the request counts for:
// that of the host name, that of its registrable domain and that of the address it
// resolves to, because a machine with many names gets the load of all of them.
//
// Call release exactly once, when the answer was read: it gives the turns back and
// adapts the rate of the host, as [Outcome] says.
func (l *Limits) Acquire(ctx context.Context, host string) (release func(Outcome), err error) {
	watch := watchOf(ctx)
	request := watch.begin(host)
	var held []*budget
	free := func() {
		for _, b := range held {
			<-b.turns
			l.leave(b, watch)
		}
		watch.end(request)
	}
	for _, key := range l.budgetsOf(ctx, host) {
		b := l.enter(key, watch)
		watch.setQueued(request, b)
		select {
		case b.turns <- struct{}{}:
			held = append(held, b)
		case <-ctx.Done():
			l.leave(b, watch)
			free()
			return nil, fmt.Errorf("crawl: turn at %s: %w", host, context.Cause(ctx))
		}
		// The host waits for its own pace before it takes a turn of the address, so
		// that a slow host does not hold up its neighbours.
		if err := l.awaitTurn(ctx, b); err != nil {
			free()
			return nil, fmt.Errorf("crawl: turn at %s: %w", host, err)
		}
	}
	watch.setQueued(request, nil)
	return func(o Outcome) {
		l.mu.Lock()
		h := held[0]
		h.pace.observe(time.Now(), o)
		l.applyPaceLocked(h)
		l.mu.Unlock()
		free()
	}, nil
}

// budgetsOf names the budgets that a request to host counts for, the host's first.
func (l *Limits) budgetsOf(ctx context.Context, host string) []string {
	keys := []string{host}
	name := (&url.URL{Host: host}).Hostname()
	if address, err := netip.ParseAddr(name); err == nil {
		return append(keys, addressKey(address))
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		keys = append(keys, "domain "+domain)
	}
	if address, ok := l.addressOf(ctx, name); ok {
		keys = append(keys, addressKey(address))
	}
	return keys
}

func addressKey(a netip.Addr) string { return "address " + a.Unmap().String() }

// addressOf resolves a name, at most once in a while once it has an answer. Names that share addresses get
// the same one, whatever the order of the answer. A name that does not resolve has no
// address to protect; the request itself will say why.
func (l *Limits) addressOf(ctx context.Context, name string) (netip.Addr, bool) {
	if l.lookUp == nil {
		return netip.Addr{}, false
	}
	l.mu.Lock()
	known, ok := l.addresses[name]
	l.mu.Unlock()
	if ok && time.Since(known.at) < addressFresh {
		return known.address, true
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	found, err := l.lookUp(ctx, name)
	if err != nil || len(found) == 0 {
		// Not remembered: the audit may have ended in the meantime, and a name server
		// that fails once must not free a name of its address's budget for minutes.
		return netip.Addr{}, false
	}
	least := slices.MinFunc(found, netip.Addr.Compare)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.addresses) >= manyBudgets {
		clear(l.addresses)
	}
	l.addresses[name] = knownAddress{least, time.Now()}
	return least, true
}

// awaitTurn waits for the end of a pause and for the rate, and again for a pause that
// began meanwhile. After a pause the waiting requests are spaced by the rate.
func (l *Limits) awaitTurn(ctx context.Context, b *budget) error {
	for {
		if err := sleep(ctx, l.pauseLeft(b)); err != nil {
			return err
		}
		// Not limiter.Wait: it gives up before a deadline it foresees to miss.
		turn := b.limiter.Reserve()
		if err := sleep(ctx, turn.Delay()); err != nil {
			turn.Cancel()
			return err
		}
		if l.pauseLeft(b) <= 0 {
			return nil
		}
	}
}

func (l *Limits) pauseLeft(b *budget) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(b.pace.paused)
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
	h := l.enter(host, nil)
	defer l.leave(h, nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	h.pace.setCrawlDelay(d)
	l.applyPaceLocked(h)
}

// Pace returns how fast the host is asked now.
func (l *Limits) Pace(host string) Pace {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.budgets[host]
	if h == nil {
		return Pace{Rate: l.perSecond}
	}
	return Pace{Rate: h.pace.rate, PausedUntil: h.pace.paused}
}

func (l *Limits) enter(key string, w *Watch) *budget {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.budgets[key]
	if b == nil {
		if len(l.budgets) >= manyBudgets {
			l.forgetIdleLocked()
		}
		b = &budget{
			turns:   make(chan struct{}, l.parallel),
			limiter: rate.NewLimiter(rate.Limit(l.perSecond), burst(l.perSecond)),
			pace:    newPace(l.perSecond),
			callers: map[*Watch]int{},
		}
		l.budgets[key] = b
	}
	b.callers[w]++
	b.used = time.Now()
	return b
}

func (l *Limits) leave(b *budget, w *Watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.callers[w]--; b.callers[w] == 0 {
		delete(b.callers, w)
	}
	b.used = time.Now()
}

func (l *Limits) forgetIdleLocked() {
	for key, b := range l.budgets {
		slowed := b.pace.ceiling < b.pace.base
		if len(b.callers) == 0 && !slowed && time.Since(b.used) > idleBudget {
			delete(l.budgets, key)
		}
	}
}

func (l *Limits) applyPaceLocked(b *budget) {
	if b.limiter.Limit() != rate.Limit(b.pace.rate) {
		b.limiter.SetLimit(rate.Limit(b.pace.rate))
		b.limiter.SetBurst(burst(b.pace.rate))
	}
}

// burst is what 100 ms of the rate allow: polite rates are evenly spaced, high
// ones do not depend on the resolution of timers.
func burst(perSecond float64) int { return max(1, int(perSecond/10)) }
