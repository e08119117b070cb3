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

// Limits hands out turns so that all audits of a process, and with a [Ledger] those of
// all servers together, stay polite to each host, each registrable domain and each
// address. It is safe for concurrent use.
type Limits struct {
	perSecond float64
	parallel  int
	ledger    Ledger // nil when nobody else uses the budgets
	// exchangeDue has one slot: a budget waits for an exchange with the ledger.
	exchangeDue chan struct{}
	// lookUp resolves a name; nil for no budgets of addresses but those that stand in
	// URLs. Set before the first use.
	lookUp func(ctx context.Context, name string) ([]netip.Addr, error)

	mu        sync.Mutex
	budgets   map[string]*budget
	addresses map[string]knownAddress // by name
}

// budget is what one host, domain or address gets.
type budget struct {
	turns *turns // requests under way

	// Guarded by Limits.mu.
	pace    pace
	rent    rent
	spacing spacing
	changed chan struct{}  // is closed when the ledger has answered
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
	return NewSharedLimits(perSecond, parallel, nil)
}

// NewSharedLimits returns limits of which each server that uses the same ledger has a
// share. [Limits.KeepShares] must run beside them. No ledger means no other servers.
func NewSharedLimits(perSecond float64, parallel int, ledger Ledger) *Limits {
	if perSecond <= 0 {
		perSecond = DefaultRate
	}
	if parallel <= 0 {
		parallel = DefaultParallel
	}
	return &Limits{
		perSecond: perSecond, parallel: parallel, ledger: ledger, exchangeDue: make(chan struct{}, 1),
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
	request := watch.begin(host, false)
	// All at once, so that one exchange with the ledger serves them.
	budgets := l.enter(watch, l.budgetsOf(ctx, host)...)
	held := 0
	free := func() {
		for _, b := range budgets[:held] {
			b.turns.give()
		}
		l.leave(watch, budgets...)
		watch.end(request)
	}
	for _, b := range budgets {
		watch.setQueued(request, b)
		err := b.turns.take(ctx)
		if err == nil {
			held++
			// The host waits for its own pace before it takes a turn of the address, so
			// that a slow host does not hold up its neighbours.
			err = l.awaitTurn(ctx, b)
		}
		if err != nil {
			free()
			return nil, fmt.Errorf("crawl: turn at %s: %w", host, err)
		}
	}
	watch.setQueued(request, nil)
	return func(o Outcome) {
		l.observe(budgets[0], o)
		free()
	}, nil
}

// observe takes an answer of the host into account. What slows it down is told to the
// other servers at once.
func (l *Limits) observe(b *budget, o Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, before := time.Now(), b.pace
	b.pace.observe(now, o)
	l.applyLocked(b, now)
	if l.ledger != nil && (b.pace.rate < before.rate || b.pace.paused.After(before.paused)) {
		l.askForExchangeLocked(b)
	}
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
	for ctx.Err() == nil {
		wait, changed := l.tryTurn(b)
		if wait <= 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return context.Cause(ctx)
}

// tryTurn notes a request, or tells how long to wait before the next try unless
// something changes before.
func (l *Limits) tryTurn(b *budget) (wait time.Duration, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	part, wait := l.shareLocked(b, now)
	if wait = max(wait, b.pausedUntil().Sub(now)); wait > 0 {
		return wait, b.changed
	}
	b.spacing.setRate(now, b.pace.inForce()*part)
	return b.spacing.take(now), b.changed
}

// pausedUntil is the end of the pause that this server or another one was asked for.
func (b *budget) pausedUntil() time.Time {
	if b.rent.paused.After(b.pace.paused) {
		return b.rent.paused
	}
	return b.pace.paused
}

// shareLocked is which part of a budget this server has, and how long not yet.
func (l *Limits) shareLocked(b *budget, now time.Time) (part float64, wait time.Duration) {
	if l.ledger == nil {
		return 1, 0
	}
	return b.rent.share(now)
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
	entered := l.enter(nil, host)
	defer l.leave(nil, entered...)
	l.mu.Lock()
	defer l.mu.Unlock()
	entered[0].pace.setCrawlDelay(d)
	l.applyLocked(entered[0], time.Now())
}

// Pace returns how fast the host is asked now, by this server.
func (l *Limits) Pace(host string) Pace {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.budgets[host]
	if h == nil {
		return Pace{Rate: l.perSecond}
	}
	part, _ := l.shareLocked(h, time.Now())
	return Pace{Rate: h.pace.inForce() * part, PausedUntil: h.pausedUntil()}
}

// enter finds or makes the budgets of keys for one who asks; w is nil for nobody's
// audit. Each must be left.
func (l *Limits) enter(w *Watch, keys ...string) []*budget {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	entered := make([]*budget, len(keys))
	for i, key := range keys {
		b := l.budgets[key]
		if b == nil {
			b = l.openLocked(key)
		}
		if l.ledger != nil && len(b.callers) == 0 && !b.rent.holds(now) {
			b.rent = askedFor(now)
			l.askForExchangeLocked(b)
		}
		b.callers[w]++
		b.used = now
		entered[i] = b
	}
	return entered
}

func (l *Limits) openLocked(key string) *budget {
	if len(l.budgets) >= manyBudgets {
		l.forgetIdleLocked()
	}
	b := &budget{
		turns: newTurns(l.parallel), pace: newPace(l.perSecond), spacing: newSpacing(l.perSecond),
		changed: make(chan struct{}), callers: map[*Watch]int{},
	}
	l.budgets[key] = b
	return b
}

func (l *Limits) leave(w *Watch, budgets ...*budget) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range budgets {
		if b.callers[w]--; b.callers[w] == 0 {
			delete(b.callers, w)
		}
		b.used = time.Now()
	}
}

func (l *Limits) forgetIdleLocked() {
	for key, b := range l.budgets {
		slowed := b.pace.ceiling < b.pace.base
		if len(b.callers) == 0 && !slowed && time.Since(b.used) > idleBudget {
			delete(l.budgets, key)
		}
	}
}

// applyLocked lets a new pace or share of a budget take effect, also for those that
// wait for its answer.
func (l *Limits) applyLocked(b *budget, now time.Time) {
	part, _ := l.shareLocked(b, now)
	b.spacing.setRate(now, b.pace.inForce()*part)
	if l.ledger != nil {
		b.turns.allow(max(1, int(float64(l.parallel)*part)))
		close(b.changed)
		b.changed = make(chan struct{})
	}
}
