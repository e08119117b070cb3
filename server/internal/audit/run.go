package audit

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// env is what an engine lends to all its runs.
type env struct {
	retrier
	store   Store
	fetcher *crawl.Fetcher
	limits  *crawl.Limits
	bounds  bounds // of the server; a run has its own
	// defaultPageLimit holds for jobs that carry no limit.
	defaultPageLimit int
	// busyPatience is how long a crawl goes on with a site that only asks for pauses.
	busyPatience time.Duration
	// externalBudget is how many links to other sites an audit checks.
	externalBudget int
	// externalPause lies between two requests to another site.
	externalPause time.Duration
	// skipAgents says that no audit asks for anything in the name of an AI agent.
	skipAgents bool
	// visit reads an answer. It is a field so that a test can let it fail.
	visit func(asked, *crawl.Result, crawl.Scope, time.Time) *visit
}

// run is one attempt at one audit: what its stages work with. It belongs to the
// goroutine that calls runStages; the recorder and the cache of robots.txt guard
// themselves.
type run struct {
	env
	job work.Job
	log *slog.Logger
	// stopWork ends everything but saving, with a cause.
	stopWork context.CancelCauseFunc
	// stopFetching ends the asking of sites, with a cause.
	stopFetching context.CancelCauseFunc

	trial               trial
	rec                 *recorder
	robots              *crawl.RobotsCache
	waits               waits
	pageLimit, maxDepth int
	read                atomic.Int64 // bytes of bodies
	// concluded is what the report is made of, once there is one.
	concluded report
}

func newRun(e env, job work.Job, log *slog.Logger, stopWork, stopFetching context.CancelCauseFunc) *run {
	board := newBoard(allRules, job.Progress, job.Activity)
	board.setDiscovered(job.Discovered)
	r := &run{
		env: e, job: job, log: log, stopWork: stopWork, stopFetching: stopFetching,
		rec:       newRecorder(e.store, job.Lease, board, e.retry),
		waits:     waits{watch: new(crawl.Watch)},
		pageLimit: orDefault(job.PageLimit, e.defaultPageLimit),
		maxDepth:  orDefault(job.MaxDepth, shared.MaxDepthDefault),
	}
	r.bounds = e.bounds.lowered(job)
	r.fetcher = e.fetcher.Counting(r.countBytes).Sending(r.ownHeaders())
	if job.Rate > 0 {
		r.fetcher = r.fetcher.Slowed(job.Rate)
		r.externalPause = max(r.externalPause, externalPause(job.Rate))
	}
	r.robots = crawl.NewRobotsCache(r.fetcher)
	return r
}

// ownHeaders are those of the job, for the host of its address. They were checked when the
// audit was asked for; one that is none all the same is the site's to miss.
func (r *run) ownHeaders() crawl.OwnHeaders {
	header, err := crawl.ParseOwnHeaders(r.job.Headers)
	if err != nil {
		r.log.Error("headers not sent", "err", err)
	}
	site, err := url.Parse(r.job.URL)
	if err != nil {
		site = nil // and the audit fails of it
	}
	return crawl.OwnHeaders{Site: site, Header: header}
}

func orDefault[T int | float64 | time.Duration](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

// recallBatch is how many stored pages are read at once.
const recallBatch = 200

// recallPages opens the book with what earlier attempts saved, so that no page is
// fetched twice and no count falls. Once the audit is cancelled, the pages that are left
// are only counted: nobody waits for what else there is to know of them.
func (r *run) recallPages(writeCtx, workCtx context.Context) (*book, error) {
	book := newBook()
	if r.job.Attempt <= 1 {
		return book, nil
	}
	for after := int64(0); ; {
		var batch []work.PageRecord
		err := r.retry(writeCtx, "load pages", func(ctx context.Context) (err error) {
			batch, err = r.store.LoadPages(ctx, r.job.AuditID, after, recallBatch)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, rec := range batch {
			after = rec.Page.ID
			switch cause := context.Cause(workCtx); {
			case cause == nil:
				r.recallPage(book, rec)
			case errors.Is(cause, errCancelled):
				book.stored[rec.Page.URL] = glimpse(rec)
			default:
				return nil, cause
			}
		}
		if len(batch) < recallBatch {
			break
		}
	}
	// All at once, because a part of them would be shown as counts that fell.
	r.rec.update(func(b *board) {
		for _, v := range book.stored {
			b.countVisit(v)
		}
		b.setDiscovered(len(book.stored))
	})
	return book, nil
}

// recallPage puts a page of an earlier attempt into the book.
func (r *run) recallPage(book *book, rec work.PageRecord) {
	v, err := restoreVisit(rec)
	if err != nil {
		r.log.Warn("page to be fetched again", "url", rec.Page.URL, "err", err)
		return
	}
	book.stored[v.page.URL] = v
	book.recalled += v.page.Bytes
	book.add(v)
	v.forgetLinks(rec.State)
}

// takeVisit puts a visit into the book, the store and the board, and changes the
// board with it. A visit that an earlier attempt has made already changes nothing.
func (r *run) takeVisit(ctx context.Context, book *book, v *visit, change func(*board)) error {
	if book.stored[v.page.URL] != nil {
		return nil
	}
	rec, err := v.record()
	if err != nil {
		return err
	}
	book.add(v)
	return r.rec.add(ctx, rec, func(b *board) {
		b.showVisit(v)
		change(b)
	})
}

// followAllowed follows redirects as far as robots.txt lets us.
func (r *run) followAllowed(ctx context.Context) func(*url.URL) bool {
	return func(next *url.URL) bool {
		d, err := r.robots.Allowed(ctx, next)
		return err == nil && d.Allowed
	}
}

// reach shows that done of total parts of the stage are behind us.
func (r *run) reach(done, total int) {
	r.rec.update(func(b *board) { b.reach(done, total) })
}

func (r *run) say(message work.Sentence) {
	r.rec.update(func(b *board) { b.say(message) })
}
