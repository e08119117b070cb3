package audit

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
)

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
	// MaxBytes bounds the bodies that an audit reads, in bytes decoded; default none.
	MaxBytes int64
	// SkipAIAgents has no start page asked for in the name of AI agents, whatever jobs say.
	SkipAIAgents bool
	// SuspectTime bounds it for an audit over which a worker may have died, until it has
	// shown that it is harmless; default 5 min.
	SuspectTime time.Duration
	// LeaseLost is what the store's errors wrap when the lease is another's.
	LeaseLost error
	// Budgets is where the servers on one database share what a host gets; nil when
	// this is the only one.
	Budgets Budgets
	Log     *slog.Logger
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
	// parallel is how many requests one host gets at the same time: with five a
	// second, enough for a host that takes most of a second to answer.
	parallel = 4
)

// Engine runs audits. Make it with [New].
type Engine struct {
	env
	cfg  Config
	wake chan struct{} // one slot
	room *room
}

// New prepares an engine; [Engine.Run] starts it.
func New(s Store, c Config) *Engine {
	c.Workers = orDefault(c.Workers, 2)
	c.PageLimit = orDefault(c.PageLimit, 500)
	c.Rate = orDefault(c.Rate, 5)
	c.Lease = orDefault(c.Lease, 10*time.Second)
	c.TimeLimit = orDefault(c.TimeLimit, 30*time.Minute)
	c.SuspectTime = min(orDefault(c.SuspectTime, 5*time.Minute), c.TimeLimit)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	var shared crawl.Ledger
	if c.Budgets != nil {
		shared = &budgetLedger{budgets: c.Budgets, server: c.Owner, log: c.Log}
	}
	limits := crawl.NewSharedLimits(c.Rate, parallel, shared)
	return &Engine{
		env: env{
			retrier: retrier{leaseLost: c.LeaseLost, log: c.Log},
			store:   s,
			fetcher: crawl.NewFetcher(crawl.Config{
				UserAgent: c.UserAgent, AllowPrivate: c.AllowPrivate, Limits: limits,
			}),
			limits:           limits,
			bounds:           bounds{c.TimeLimit, c.MaxBytes},
			defaultPageLimit: c.PageLimit,
			busyPatience:     busyPatience,
			externalBudget:   maxExternal,
			externalPause:    externalPause(c.Rate),
			skipAgents:       c.SkipAIAgents,
			visit:            newVisit,
		},
		cfg:  c,
		wake: make(chan struct{}, 1),
		room: newRoom(),
	}
}

// externalPause has other sites asked half as fast as the one that somebody asked us to
// audit.
func externalPause(rate float64) time.Duration { return time.Duration(2 / rate * float64(time.Second)) }

// Wake tells the engine that a job may be waiting. It never blocks and may be
// called at any time, also from several goroutines.
func (e *Engine) Wake() { signal(e.wake) }

// Run works until ctx ends. It returns nil once every worker has stopped; an
// audit under way then has its progress saved and its lease released, so that
// the next process goes on with it at once.
func (e *Engine) Run(ctx context.Context) error {
	defer e.fetcher.Close()
	var workers sync.WaitGroup
	workers.Go(func() { e.limits.KeepShares(ctx) })
	workers.Go(func() { e.explainQueue(ctx) })
	for range e.cfg.Workers {
		workers.Go(func() { e.work(ctx) })
	}
	workers.Wait()
	return nil
}

// work is one worker: it claims a job, runs it, and repeats.
func (e *Engine) work(ctx context.Context) {
	retry := time.Duration(0)
	for ctx.Err() == nil {
		ran, err := e.workOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			if retry == 0 {
				e.log.Error("claim failed", "err", err)
			}
			retry = min(max(2*retry, idleEvery), claimRetryMax)
			e.idle(ctx, retry)
		case ran:
			retry = 0
		default:
			retry = 0
			e.idle(ctx, idleEvery)
		}
	}
}

// workOnce runs one job, if there is any. A suspect is taken up by the only worker with
// a job, and keeps the others from taking up theirs.
func (e *Engine) workOnce(ctx context.Context) (ran bool, err error) {
	place, alone := e.room.enter(ctx)
	if place == nil {
		return false, nil
	}
	defer place.leave()
	claim := e.store.ClaimSound
	if alone {
		claim = e.store.Claim
	}
	claimed := time.Now()
	job, ok, err := claim(ctx, e.cfg.Owner, e.cfg.Lease)
	if err != nil || !ok {
		return false, err
	}
	if job.Suspect {
		place.keep()
	} else {
		place.share()
	}
	// There may be more: one wake-up can stand for several jobs.
	e.Wake()
	err = guard(func() error {
		e.runJob(ctx, job, claimed, place.share)
		return nil
	})
	if err != nil {
		e.log.Error("audit given up", "audit_id", job.AuditID, "err", err)
	}
	return true, nil
}

// explainQueue has the rows of audits that wait because of suspects say so. It ends with ctx.
func (e *Engine) explainQueue(ctx context.Context) {
	said := true // perhaps by a process that died
	tick := time.NewTicker(explainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := guard(func() (err error) {
			said, err = e.explainOnce(ctx, said)
			return err
		})
		if err != nil && ctx.Err() == nil {
			e.log.Warn("audits that wait not explained", "err", err)
		}
	}
}

// explainOnce tells suspects that they wait for others while any audit runs here, and others
// that they wait for a suspect while one runs here alone. said says whether those may have
// been told before; the result whether they have been now.
func (e *Engine) explainOnce(ctx context.Context, said bool) (bool, error) {
	occupied, kept := e.room.state()
	if occupied {
		if err := e.store.ShowSetAside(ctx, work.Say("waiting-alone")); err != nil {
			return said, err
		}
	}
	why := work.Say("waiting-for-suspect")
	switch {
	case kept:
		return true, e.store.ShowHeldUp(ctx, why)
	case said:
		if err := e.store.ClearHeldUp(ctx, why); err != nil {
			return said, err
		}
	}
	return false, nil
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

// runJob runs one job to its end, whatever happens.
//
// Three contexts carry the reasons, each within the one before. writeCtx lives as long as
// we may write: it ends when the lease is lost, or some time after the engine was told to
// stop. workCtx lives as long as anybody wants the result: it ends, with the cause, when
// the audit is cancelled or the engine stops. fetchCtx lives as long as asking the site
// makes sense: it ends with the time limit too.
//
// acquit is called once a suspect turns out to be harmless.
func (e *Engine) runJob(ctx context.Context, job work.Job, claimed time.Time, acquit func()) {
	log := e.log.With("audit_id", job.AuditID, "attempt", job.Attempt)
	writeCtx, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer giveUp(nil)
	workCtx, stopWork := context.WithCancelCause(writeCtx)
	fetchCtx, stopFetching := context.WithCancelCause(workCtx)
	r := newRun(e.env, job, log, stopWork, stopFetching)
	// The time limit is not a deadline of fetchCtx: what waits for a turn at a host
	// would fail ahead of it, without the cause.
	defer time.AfterFunc(r.bounds.time, func() { stopFetching(errTimeUp) }).Stop()
	defer context.AfterFunc(ctx, func() {
		stopWork(errStopping)
		time.AfterFunc(stopGrace, func() { giveUp(errStopping) })
	})()

	var beside sync.WaitGroup
	defer beside.Wait()
	defer giveUp(nil)
	keeper := &keeper{
		store: e.store, lease: job.Lease, lasts: e.cfg.Lease, lost: e.cfg.LeaseLost,
		cancel: func() { stopWork(errCancelled) }, giveUp: giveUp,
	}
	beside.Go(func() { keeper.keep(writeCtx, claimed) })

	log.Info("audit taken up", "url", job.URL, "suspect", job.Suspect)
	if job.Suspect {
		r.trial.begin(e.cfg.SuspectTime, func() { stopFetching(errTimeUp) }, acquit)
		defer r.trial.end()
	}
	result, err := r.runStages(writeCtx, workCtx, fetchCtx)
	switch {
	case writeCtx.Err() != nil:
		log.Warn("audit given up", "err", context.Cause(writeCtx))
	case errors.Is(err, errStopping):
		e.release(writeCtx, r, log)
	case e.isLost(err):
		log.Warn("audit given up", "err", err)
	default:
		e.finish(writeCtx, r, result, err, log)
	}
}

// finish writes the end of an audit. An error that is not about the site is the
// program's or the database's own: the log has it, and the user is told so.
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
	err = e.retry(ctx, "finish", func(ctx context.Context) error {
		err := e.store.Finish(ctx, r.job.Lease, result)
		if errors.Is(err, work.ErrCancelRequested) { // in the last moment, which counts too
			if result, err = r.result(r.concluded, reasonCancelled); err == nil {
				err = e.store.Finish(ctx, r.job.Lease, result)
			}
		}
		return err
	})
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
