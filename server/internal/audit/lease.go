package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"atalaya/server/internal/work"
)

// renewEvery is how often a lease is renewed: a part of the second within which a
// request to cancel is honoured, and a small part of any sensible lease.
const renewEvery = 400 * time.Millisecond

// leaseKeeper is the part of the store that keeps a lease.
type leaseKeeper interface {
	Renew(ctx context.Context, l work.Lease, lease time.Duration) (cancelRequested bool, err error)
}

// keeper holds the lease of one run and passes on what it learns: a request to
// cancel, or that the audit is no longer ours.
type keeper struct {
	store leaseKeeper
	lease work.Lease
	lasts time.Duration
	lost  error // what errors of a lost lease wrap

	cancel func()                  // is called when somebody asked to cancel
	giveUp context.CancelCauseFunc // is called when the audit is no longer ours
}

// keep renews until ctx ends or the lease is gone. A database that does not
// answer is asked again until the lease runs out by our own clock, counted from
// before the last successful request; from then on another worker may have the
// audit, and crawling on would visit the site twice.
func (k *keeper) keep(ctx context.Context, claimed time.Time) {
	err := guard(func() error { return k.renewUntilLost(ctx, claimed) })
	if err != nil && ctx.Err() == nil {
		k.giveUp(err)
	}
}

// renewUntilLost returns nil when ctx ends, and otherwise why the lease is gone.
func (k *keeper) renewUntilLost(ctx context.Context, claimed time.Time) error {
	expires := claimed.Add(k.lasts)
	tick := time.NewTicker(min(renewEvery, k.lasts/3))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		asked := time.Now()
		limited, done := context.WithDeadline(ctx, expires)
		cancelled, err := k.store.Renew(limited, k.lease, k.lasts)
		done()
		switch {
		case err == nil:
			expires = asked.Add(k.lasts)
			if cancelled {
				k.cancel()
			}
		case errors.Is(err, k.lost):
			return err
		case !time.Now().Before(expires):
			return fmt.Errorf("%w: %w", errLeaseExpired, err)
		}
	}
}
