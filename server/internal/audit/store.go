package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// Store is what the engine needs of the database; *store.Store meets it. Every
// write is refused with Config.LeaseLost once the lease is another worker's.
type Store interface {
	// Claim takes the oldest audit that waits, or else a suspect.
	Claim(ctx context.Context, owner string, lease time.Duration) (job work.Job, ok bool, err error)
	// ClaimSound takes no suspect.
	ClaimSound(ctx context.Context, owner string, lease time.Duration) (job work.Job, ok bool, err error)
	// ShowSetAside says in the row of each suspect that waits why it does.
	ShowSetAside(ctx context.Context, why work.Sentence) error
	// ShowHeldUp says in the row of each other audit that waits why it does, and ClearHeldUp
	// takes that back.
	ShowHeldUp(ctx context.Context, why work.Sentence) error
	ClearHeldUp(ctx context.Context, why work.Sentence) error
	// Renew prolongs the lease and tells whether somebody asked to cancel.
	Renew(ctx context.Context, l work.Lease, lease time.Duration) (cancelRequested bool, err error)
	Advance(ctx context.Context, l work.Lease, a work.Advance) error
	// SavePages may be repeated: a page is known by its URL.
	SavePages(ctx context.Context, l work.Lease, pages []work.PageRecord) error
	// LoadPages gives stored pages in order of id, after the id given.
	LoadPages(ctx context.Context, auditID, after int64, limit int) ([]work.PageRecord, error)
	// SaveFindings replaces the findings about the whole site.
	SaveFindings(ctx context.Context, l work.Lease, findings []shared.Finding) error
	// SaveUnvisited replaces the list of addresses that were left out.
	SaveUnvisited(ctx context.Context, l work.Lease, list []work.Unvisited) error
	// SaveLinksIn replaces what is known of which pages lead to which. It comes when all
	// pages are saved; one that is not has no links.
	SaveLinksIn(ctx context.Context, l work.Lease, in work.LinksIn) error
	// Finish refuses a completed result with work.ErrCancelRequested when somebody asked to
	// cancel.
	Finish(ctx context.Context, l work.Lease, r work.Result) error
	// Release ends the lease, so that the next Claim takes the audit at once.
	Release(ctx context.Context, l work.Lease) error
}

// Budgets is the part of the store through which servers share what a host gets;
// *store.Store meets it.
type Budgets interface {
	// Rent notes that a server uses budgets for as long as lasts, and returns what the
	// others noted.
	Rent(ctx context.Context, server string, uses []work.BudgetUse, lasts time.Duration) ([]work.BudgetOthers, error)
}

// budgetLedger is the store's part in the words of package crawl.
type budgetLedger struct {
	budgets Budgets
	server  string
	log     *slog.Logger
	failed  atomic.Bool // the last time
}

// Rent implements [crawl.Ledger]. Of failures in a row the log has the first: another
// comes every second.
func (l *budgetLedger) Rent(ctx context.Context, uses []crawl.Use, lasts time.Duration) ([]crawl.Others, error) {
	told := make([]work.BudgetUse, len(uses))
	for i, u := range uses {
		told[i] = work.BudgetUse(u)
	}
	answer, err := l.budgets.Rent(ctx, l.server, told, lasts)
	if failed := err != nil && !errors.Is(ctx.Err(), context.Canceled); l.failed.Swap(failed) != failed && failed {
		l.log.Warn("budgets not shared with other servers", "err", err)
	}
	others := make([]crawl.Others, len(answer))
	for i, o := range answer {
		others[i] = crawl.Others(o)
	}
	return others, err
}

// retrier repeats operations of the store.
type retrier struct {
	leaseLost error // what the store's errors wrap when the lease is another's
	log       *slog.Logger
}

func (r retrier) isLost(err error) bool { return err != nil && errors.Is(err, r.leaseLost) }

const (
	// retryFirst is the wait before the first repetition; it doubles up to retryMax.
	retryFirst = 50 * time.Millisecond
	retryMax   = 2 * time.Second
	// retryPatience is how long one write is repeated. A database that is away
	// for longer costs the lease first; one that answers but refuses the write
	// for so long will not take it.
	retryPatience = 30 * time.Second
)

// retry runs a store operation until it succeeds, the lease is lost, ctx ends, or it
// has failed for longer than retryPatience.
func (r retrier) retry(ctx context.Context, operation string, do func(context.Context) error) error {
	start := time.Now()
	for wait := retryFirst; ; wait = min(2*wait, retryMax) {
		err := do(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case r.isLost(err) || time.Since(start) > retryPatience:
			return fmt.Errorf("audit: %s: %w", operation, err)
		case wait == retryFirst:
			r.log.Warn("store write repeated", "operation", operation, "err", err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}
