package crawl

import (
	"context"
	"time"
)

const (
	// rentLasts is how long what the ledger said of a budget holds: for the others, that
	// a server uses it, and for this one, how many others do.
	rentLasts = 3 * time.Second
	// rentEvery is how often it is asked again, so that two answers may fail to come.
	rentEvery = time.Second
	// rentIdle is how long after its last request a budget counts as used.
	rentIdle = 2 * time.Second
	// rentTimeout bounds one exchange with the ledger.
	rentTimeout = 2 * time.Second
)

// Ledger is where servers that share budgets tell each other which ones they use.
//
// Rent notes, for as long as lasts, that this server uses budgets. It returns what all
// others have noted of the same ones, including everything that was noted before it
// was called and, of two servers that call at the same time, to at least one of them
// what the other notes. Budgets that nobody else has noted may be left out.
type Ledger interface {
	Rent(ctx context.Context, uses []Use, lasts time.Duration) ([]Others, error)
}

// Use is what one server tells of a budget.
type Use struct {
	Key   string
	Rate  float64       // what this server finds right for all servers together
	Pause time.Duration // what is left of a Retry-After; 0 for none
}

// Others is what other servers tell of a budget.
type Others struct {
	Key     string
	Servers int           // that use it now
	Rate    float64       // the least that one of them finds right; 0 when there are none
	Pause   time.Duration // the longest that is left
}

// rent is what a server knows of a budget that it shares with others. It is a value
// without clock or locks; its zero value was never asked for.
//
// It is how the servers' shares never add up to more than the whole: what is known
// holds for rentLasts from before the ledger was asked, and who joins others waits so
// long. By then each of them has either counted the one that joined, or fallen silent.
type rent struct {
	due    bool      // to be exchanged at once
	shared int       // servers, this one included; 0 when there was no answer
	begins time.Time // not before: others may not have counted this server
	until  time.Time // that is how long this holds, or an answer is waited for
	paused time.Time // others may not ask before this
}

// holds reports whether the number of servers is known now.
func (r rent) holds(now time.Time) bool { return r.shared > 0 && now.Before(r.until) }

// askedFor is a rent that waits for its first answer.
func askedFor(now time.Time) rent { return rent{due: true, until: now.Add(rentLasts)} }

// renewed is the rent after an answer that was asked for at sent and came at now.
func (r rent) renewed(sent, now time.Time, o Others) rent {
	next := rent{shared: 1 + o.Servers, begins: r.begins, until: sent.Add(rentLasts)}
	if !r.holds(now) { // it is new, or lapsed, and others may have counted without us
		next.begins = now
		if o.Servers > 0 {
			next.begins = now.Add(rentLasts)
		}
	}
	if o.Pause > 0 {
		next.paused = now.Add(min(o.Pause, maxPause))
	}
	return next
}

// share is which part of the budget is ours, and how long it is not yet. When the
// ledger does not answer for so long that the others no longer count us, the slowest
// pace is left: an audit goes on, and a site does not notice.
func (r rent) share(now time.Time) (part float64, wait time.Duration) {
	switch {
	case r.holds(now):
		return 1 / float64(r.shared), r.begins.Sub(now)
	case r.shared == 0:
		return 1.0 / slowestShare, r.until.Sub(now)
	}
	return 1.0 / slowestShare, 0
}

// KeepShares keeps the shares of budgets that other servers use as well, until ctx
// ends. Without it limits with a ledger hand out turns at the slowest pace.
func (l *Limits) KeepShares(ctx context.Context) {
	if l.ledger == nil {
		return
	}
	tick := time.NewTicker(rentEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.exchange(ctx, func(b *budget, now time.Time) bool {
				return b.rent.due || len(b.callers) > 0 || now.Sub(b.used) < rentIdle
			})
		case <-l.exchangeDue:
			l.exchange(ctx, func(b *budget, _ time.Time) bool { return b.rent.due })
		}
	}
}

// exchange tells the ledger of the budgets chosen and takes in its answer. When none
// comes, the next tick asks again.
func (l *Limits) exchange(ctx context.Context, chosen func(*budget, time.Time) bool) {
	sent := time.Now()
	uses := l.usesOf(sent, chosen)
	if len(uses) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, rentTimeout)
	defer cancel()
	answer, err := l.ledger.Rent(ctx, uses, rentLasts)
	others := map[string]Others{}
	for _, o := range answer {
		others[o.Key] = o
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, use := range uses {
		b := l.budgets[use.Key]
		if b == nil { // forgotten meanwhile
			continue
		}
		if err == nil {
			due := b.rent.due
			b.rent = b.rent.renewed(sent, now, others[use.Key])
			b.rent.due, b.pace.others = due, others[use.Key].Rate
		}
		l.applyLocked(b, now)
	}
}

// usesOf is what there is to tell of the budgets chosen.
func (l *Limits) usesOf(now time.Time, chosen func(*budget, time.Time) bool) (uses []Use) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, b := range l.budgets {
		if chosen(b, now) {
			b.rent.due = false
			uses = append(uses, Use{Key: key, Rate: b.pace.rate, Pause: max(0, b.pace.paused.Sub(now))})
		}
	}
	return uses
}

// askForExchangeLocked has the ledger told of b at once.
func (l *Limits) askForExchangeLocked(b *budget) {
	b.rent.due = true
	select {
	case l.exchangeDue <- struct{}{}:
	default: // it is asked for already
	}
}
