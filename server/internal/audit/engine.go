package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// Store is what the engine needs of the database; *store.Store meets it. Every
// write is refused with Config.LeaseLost once the lease is another worker's.
type Store interface {
	// Claim takes the oldest audit that waits or whose lease ran out.
	Claim(ctx context.Context, owner string, lease time.Duration) (job work.Job, ok bool, err error)
	// Renew prolongs the lease and tells whether somebody asked to cancel.
	Renew(ctx context.Context, l work.Lease, lease time.Duration) (cancelRequested bool, err error)
	Advance(ctx context.Context, l work.Lease, a work.Advance) error
	// SavePages may be repeated: a page is known by its URL.
	SavePages(ctx context.Context, l work.Lease, pages []work.PageRecord) error
	// LoadPages gives stored pages in order of id, after the id given.
	LoadPages(ctx context.Context, auditID, after int64, limit int) ([]work.PageRecord, error)
	// SaveFindings replaces the findings about the whole site.
	SaveFindings(ctx context.Context, l work.Lease, findings []shared.Finding) error
	Finish(ctx context.Context, l work.Lease, r work.Result) error
	// Release ends the lease, so that the next Claim takes the audit at once.
	Release(ctx context.Context, l work.Lease) error
}

// Config says how an engine works. Owner and LeaseLost are required; every other
// zero value means the default named.
type Config struct {
	// Workers is how many audits run at the same time; default 2.
	Workers int
	// PageLimit holds for jobs that carry none; default 500.
	PageLimit int
	// Rate is the number of requests per second to one host; default 5.
	Rate float64
	// AllowPrivate permits targets on loopback and private networks.
	AllowPrivate bool
	// UserAgent defaults to crawl.DefaultUserAgent.
	UserAgent string
	// Owner names this process in its leases: unique among all that live.
	Owner string
	// Lease is how long an audit stays ours without renewal; default 10 s, the
	// time after which another process takes up the audit of a killed one.
	Lease time.Duration
	// TimeLimit bounds the fetching of one attempt at an audit; default 30 min.
	TimeLimit time.Duration
	// LeaseLost is what the store's errors wrap when the lease is another's.
	LeaseLost error
	Log       *slog.Logger
}

const (
	// idleEvery is how often a worker without a job looks for one unasked; the
	// jitter keeps many processes on one database apart.
	idleEvery = time.Second
	// claimRetryMax bounds the wait after failed claims.
	claimRetryMax = 10 * time.Second
	// stopGrace is what a run may take to save and release after the engine was
	// told to stop: less than the time a process has to end.
	stopGrace = 3 * time.Second
	// parallel requests to one host: with five a second, enough for a host that
	// takes most of a second to answer.
	parallel = 4
)

// Engine runs audits. Make it with [New].
type Engine struct {
	store   Store
	cfg     Config
	log     *slog.Logger
	limits  *crawl.Limits
	fetcher *crawl.Fetcher
	wake    chan struct{} // one slot
	// visit reads an answer; a field so that a test can let it fail.
	visit func(asked, *crawl.Result, crawl.Scope, time.Time) *visit
}

// New prepares an engine; [Engine.Run] starts it.
func New(s Store, c Config) *Engine {
	c.Workers = orDefault(c.Workers, 2)
	c.PageLimit = orDefault(c.PageLimit, 500)
	c.Rate = orDefault(c.Rate, 5)
	c.Lease = orDefault(c.Lease, 10*time.Second)
	c.TimeLimit = orDefault(c.TimeLimit, 30*time.Minute)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	limits := crawl.NewLimits(c.Rate, parallel)
	return &Engine{
		store:  s,
		cfg:    c,
		log:    c.Log,
		limits: limits,
		fetcher: crawl.NewFetcher(crawl.Config{
			UserAgent: c.UserAgent, AllowPrivate: c.AllowPrivate, Limits: limits,
		}),
		wake:  make(chan struct{}, 1),
		visit: newVisit,
	}
}

func orDefault[T int | float64 | time.Duration](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

// Wake tells the engine that a job may be waiting. It never blocks and may be
// called at any time, also from several goroutines.
func (e *Engine) Wake() { signal(e.wake) }

// Run works until ctx ends. It returns nil once every worker has stopped; an
// audit under way then has its progress saved and its lease released, so that
// the next process goes on with it at once.
func (e *Engine) Run(ctx context.Context) error {
	defer e.fetcher.Close()
	var workers sync.WaitGroup
	for range e.cfg.Workers {
		workers.Go(func() { e.work(ctx) })
	}
	workers.Wait()
	return nil
}

// work is one worker: claim, run, repeat.
func (e *Engine) work(ctx context.Context) {
	retry := time.Duration(0)
	for ctx.Err() == nil {
		claimed := time.Now()
		job, ok, err := e.store.Claim(ctx, e.cfg.Owner, e.cfg.Lease)
		switch {
		case err != nil && ctx.Err() == nil:
			if retry == 0 {
				e.log.Error("claim failed", "err", err)
			}
			retry = min(max(2*retry, idleEvery), claimRetryMax)
			e.idle(ctx, retry)
		case ok:
			retry = 0
			// There may be more: one wake-up can stand for several jobs.
			e.Wake()
			err := guard(func() error {
				e.run(ctx, job, claimed)
				return nil
			})
			if err != nil {
				e.log.Error("audit given up", "audit_id", job.AuditID, "err", err)
			}
		default:
			retry = 0
			e.idle(ctx, idleEvery)
		}
	}
}

// idle waits for a wake-up, but not longer than d give or take a quarter.
func (e *Engine) idle(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d*3/4 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-e.wake:
	case <-timer.C:
	}
}

// The causes that end a run's questions before the site is done. The first three end
// the audit with what was found; after the others it is left to the next Claim.
var (
	errCancelled = errors.New("cancelled by request")
	errTimeUp    = errors.New("time limit reached")
	errSilent    = errors.New("the site stopped answering")

	errStopping     = errors.New("the engine is stopping")
	errLeaseExpired = errors.New("the lease could not be renewed in time")
)

// run runs one job to its end, whatever happens.
//
// Two contexts carry the reasons. hold lives as long as we may write: it ends
// when the lease is lost, or some time after the engine was told to stop. ask
// lives within it as long as asking the site makes sense, and ends with the cause.
func (e *Engine) run(ctx context.Context, job work.Job, claimed time.Time) {
	log := e.log.With("audit_id", job.AuditID, "attempt", job.Attempt)
	hold, drop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer drop(nil)
	ask, stop := context.WithCancelCause(hold)
	// Not a deadline of ask: what waits for a turn at a host would fail ahead
	// of it, without the cause.
	defer time.AfterFunc(e.cfg.TimeLimit, func() { stop(errTimeUp) }).Stop()
	defer context.AfterFunc(ctx, func() {
		stop(errStopping)
		time.AfterFunc(stopGrace, func() { drop(errStopping) })
	})()

	var beside sync.WaitGroup
	defer beside.Wait()
	defer drop(nil)
	keeper := &keeper{
		store: e.store, lease: job.Lease, lasts: e.cfg.Lease, lost: e.cfg.LeaseLost,
		cancel: func() { stop(errCancelled) }, drop: drop,
	}
	beside.Go(func() { keeper.keep(hold, claimed) })

	log.Info("audit taken up", "url", job.URL)
	r := newRun(e, job, log, stop)
	result, err := r.all(hold, ask)
	switch {
	case hold.Err() != nil:
		log.Warn("audit given up", "err", context.Cause(hold))
	case errors.Is(err, errStopping):
		e.release(hold, r, log)
	case e.isLost(err):
		log.Warn("audit given up", "err", err)
	default:
		e.finish(hold, r, result, err, log)
	}
}

// finish writes the end of an audit. An error that is not about the site is the
// program's or the database's own: the log has it, the reader is told so.
func (e *Engine) finish(ctx context.Context, r *run, result work.Result, err error, log *slog.Logger) {
	if err != nil {
		refused, ok := errors.AsType[*refusal](err)
		if !ok {
			refused = internalFault
			if p, ok := errors.AsType[*panicked](err); ok {
				log = log.With("stack", string(p.stack))
			}
			log.Error("audit failed", "err", err)
		}
		result = r.failure(refused)
	}
	err = e.retry(ctx, "finish", func(ctx context.Context) error { return e.store.Finish(ctx, r.job.Lease, result) })
	if err != nil {
		log.Error("audit not finished", "err", err)
		return
	}
	log.Info("audit ended", "status", result.Status, "pages", result.Last.TotalPages, "reason", result.StopReason)
}

// release leaves the audit to the next process, with its last state shown.
func (e *Engine) release(ctx context.Context, r *run, log *slog.Logger) {
	err := r.rec.write(ctx, true)
	if err == nil {
		err = e.retry(ctx, "release", func(ctx context.Context) error { return e.store.Release(ctx, r.job.Lease) })
	}
	if err != nil {
		log.Warn("audit not released", "err", err)
		return
	}
	log.Info("audit released")
}

func (e *Engine) isLost(err error) bool { return err != nil && errors.Is(err, e.cfg.LeaseLost) }

const (
	retryFirst = 50 * time.Millisecond
	retryMax   = 2 * time.Second
	// retryPatience is how long one write is repeated. A database that is away
	// for longer costs the lease first; one that answers but refuses the write
	// for so long will not take it.
	retryPatience = 30 * time.Second
)

// retry runs a store operation until it succeeds, the lease is lost, ctx ends or
// patience does.
func (e *Engine) retry(ctx context.Context, operation string, do func(context.Context) error) error {
	start := time.Now()
	for wait := retryFirst; ; wait = min(2*wait, retryMax) {
		err := do(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case e.isLost(err) || time.Since(start) > retryPatience:
			return fmt.Errorf("audit: %s: %w", operation, err)
		case wait == retryFirst:
			e.log.Warn("store write repeated", "operation", operation, "err", err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// panicked is a panic caught where it would have ended the process.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// guard turns a panic of f into an error: one broken page must not end the
// audits of others.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	return f()
}

// allRules are the checks as the score sees them.
var allRules = func() []rule {
	rules := make([]rule, len(check.All))
	for i, c := range check.All {
		rules[i] = rule{c.ID, c.Category, c.Severity}
	}
	return rules
}()
