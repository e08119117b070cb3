package audit

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// run is one attempt at one audit. Its fields belong to the goroutine that calls
// all, but for the recorder, which guards itself.
type run struct {
	engine *Engine
	job    work.Job
	log    *slog.Logger
	// stop ends the fetching with a cause.
	stop context.CancelCauseFunc

	rec    *recorder
	robots *crawl.RobotsCache
	limit  int
	depth  int

	seed, home *url.URL
	homeRobots *crawl.Robots // of home's origin
	scope      crawl.Scope
	frontier   *crawl.Frontier
	sitemaps   *crawl.Sitemaps
	// earlier are the visits of earlier attempts, by URL.
	earlier map[string]*visit
	book    book

	external     []check.ExternalLink
	externalDone bool
}

func newRun(e *Engine, job work.Job, log *slog.Logger, stop context.CancelCauseFunc) *run {
	r := &run{
		engine: e, job: job, log: log, stop: stop,
		robots:   crawl.NewRobotsCache(e.fetcher),
		limit:    orDefault(job.PageLimit, e.cfg.PageLimit),
		depth:    orDefault(job.MaxDepth, shared.MaxDepthDefault),
		sitemaps: &crawl.Sitemaps{},
		earlier:  map[string]*visit{},
		book:     newBook(),
	}
	r.frontier = crawl.NewFrontier(r.limit, r.depth)
	board := newBoard(allRules, job.Progress, job.Activity)
	board.know(job.Discovered)
	r.rec = newRecorder(e.store, job.Lease, board, e.retry)
	return r
}

// all runs the stages. The error is a *refusal when the site cannot be audited,
// the cause of hold's or ask's end when the audit is to be left alone, and
// anything else is a fault of ours. Every page seen is saved when it returns
// while hold lives.
func (r *run) all(hold, ask context.Context) (work.Result, error) {
	recorded := make(chan error, 1)
	go func() {
		err := guard(func() error { return r.rec.run(hold) })
		if err != nil {
			r.stop(err)
		}
		recorded <- err
	}()
	var result work.Result
	err := guard(func() (err error) {
		result, err = r.stages(hold, ask)
		return err
	})
	r.rec.close()
	return result, errors.Join(err, <-recorded)
}

func (r *run) stages(hold, ask context.Context) (work.Result, error) {
	if err := r.recall(hold); err != nil {
		return work.Result{}, err
	}
	reason, err := stopReason(r.fetching(ask))
	if err != nil {
		return work.Result{}, err
	}
	return r.conclude(hold, reason)
}

// fetching are the stages that ask the site.
func (r *run) fetching(ctx context.Context) error {
	for _, stage := range []func(context.Context) error{r.discover, r.crawl, r.links} {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	return nil
}

// The reasons why an audit is partial, as readers see them.
const (
	reasonLimit     = "limit"
	reasonTime      = "time"
	reasonCancelled = "cancelled"
	reasonSite      = "site"
)

// stopReason sorts the ends of fetching: those that still give a report, named,
// and errors.
func stopReason(err error) (string, error) {
	switch {
	case errors.Is(err, errCancelled):
		return reasonCancelled, nil
	case errors.Is(err, errTimeUp):
		return reasonTime, nil
	case errors.Is(err, errSilent):
		return reasonSite, nil
	}
	return "", err
}

// recallBatch is how many stored pages are read at once.
const recallBatch = 200

// recall reads what earlier attempts saved, so that no page is fetched twice and
// no count falls.
func (r *run) recall(ctx context.Context) error {
	if r.job.Attempt <= 1 {
		return nil
	}
	known := map[string]struct{}{}
	var visits []*visit
	for after := int64(0); ; {
		var batch []work.PageRecord
		err := r.engine.retry(ctx, "load pages", func(ctx context.Context) (err error) {
			batch, err = r.engine.store.LoadPages(ctx, r.job.AuditID, after, recallBatch)
			return err
		})
		if err != nil {
			return err
		}
		for _, rec := range batch {
			after = rec.Page.ID
			v, err := restored(rec)
			if err != nil {
				r.log.Warn("page to be fetched again", "url", rec.Page.URL, "err", err)
				continue
			}
			r.earlier[v.page.URL] = v
			r.book.add(v)
			visits = append(visits, v)
			known[v.page.URL] = struct{}{}
			for _, u := range v.links {
				known[u] = struct{}{}
			}
		}
		if len(batch) < recallBatch {
			break
		}
	}
	// All at once: a part of them would be shown as counts that fell.
	r.rec.update(func(b *board) {
		for _, v := range visits {
			b.recall(v)
		}
		b.know(len(known))
	})
	return nil
}

// see takes in a visit: into the book, the store and the board. One that an
// earlier attempt has made already changes nothing.
func (r *run) see(ctx context.Context, v *visit, more func(*board)) error {
	if r.earlier[v.page.URL] != nil {
		return nil
	}
	rec, err := v.record()
	if err != nil {
		return err
	}
	r.book.add(v)
	return r.rec.add(ctx, rec, func(b *board) {
		b.see(v)
		more(b)
	})
}

// conclude ends an audit with what was found: site-wide checks, score, report. A
// cancelled one stands, for those who watch, where it was stopped.
func (r *run) conclude(ctx context.Context, stopped string) (work.Result, error) {
	enter := r.rec.enter
	if stopped == reasonCancelled {
		enter = func(shared.Stage, string) {}
	}
	enter(shared.StageSite, "Comparing the pages with each other")
	unvisited := r.unvisited()
	reason := stopped
	if reason == "" && overLimit(unvisited) {
		reason = reasonLimit
	}
	results := check.RunSite(r.siteInput(reason == ""))
	var findings []shared.Finding
	for _, s := range results {
		findings = append(findings, s.Findings...)
	}
	err := r.engine.retry(ctx, "save findings", func(ctx context.Context) error {
		return r.engine.store.SaveFindings(ctx, r.job.Lease, findings)
	})
	if err != nil {
		return work.Result{}, err
	}
	seen := 0
	r.rec.update(func(b *board) {
		b.site(results)
		seen = b.total
	})
	if seen == 0 && reason != reasonCancelled {
		return work.Result{}, refuse("%s gave no page to audit in the time there was.", r.job.URL)
	}

	enter(shared.StageScore, "Computing the score")
	return r.result(results, unvisited, reason)
}

// result is the audit's last write.
func (r *run) result(results []check.SiteResult, unvisited []shared.Unvisited, reason string) (work.Result, error) {
	rep := report{book: &r.book, site: results, unvisited: unvisited}
	r.rec.update(rep.snapshot)
	last := r.last()
	res := work.Result{
		Status: shared.StatusCompleted, Partial: reason != "", StopReason: reason,
		Message: r.summary(reason, last.TotalPages), Last: last,
	}
	if reason == reasonCancelled {
		res.Status, rep.scored = shared.StatusCancelled, false
	}
	if rep.scored {
		res.GeoScore = &rep.verdict.Score.Value
	}
	var err error
	res.Report, err = rep.encode()
	return res, err
}

// failure is the last write of an audit that came to nothing.
func (r *run) failure(why *refusal) work.Result {
	return work.Result{Status: shared.StatusFailed, ErrorMessage: why.text, Last: r.last()}
}

// last is the board's state with its stages closed.
func (r *run) last() work.Advance {
	r.rec.update(func(b *board) { b.finish(time.Now()) })
	return r.rec.view()
}
