package audit

import (
	"context"
	"errors"
	"sync"

	"atalaya/server/internal/work"
)

// runStages runs the stages of an audit beside its recorder. The error is a
// *refusal when the site cannot be audited, the cause of a context's end when
// the audit is to be left alone, and anything else is a fault of ours. Every page
// seen is saved when it returns while writeCtx lives.
func (r *run) runStages(writeCtx, workCtx, fetchCtx context.Context) (work.Result, error) {
	recorded := make(chan error, 1)
	go func() {
		err := guard(func() error { return r.rec.run(writeCtx) })
		if err != nil {
			r.stopWork(err)
		}
		recorded <- err
	}()
	fetchCtx, explained := context.WithCancel(r.waits.watch.Within(fetchCtx))
	var beside sync.WaitGroup
	beside.Go(func() {
		err := guard(func() error {
			r.explainWaits(fetchCtx)
			return nil
		})
		if err != nil {
			r.stopWork(err)
		}
	})
	var result work.Result
	err := guard(func() (err error) {
		result, err = r.stages(writeCtx, workCtx, fetchCtx)
		return err
	})
	explained()
	beside.Wait()
	r.rec.close()
	return result, errors.Join(err, <-recorded)
}

// stages are the audit from its first request to its result. Each stage leaves the
// next one what it returns; all of them put the pages they see into the book. A
// stage that is stopped leaves what it has, and the stages between it and the end
// are passed over.
func (r *run) stages(writeCtx, workCtx, fetchCtx context.Context) (work.Result, error) {
	book, err := r.recallPages(writeCtx, workCtx)
	if err != nil {
		return work.Result{}, err
	}
	site, stopped := r.discover(fetchCtx, book)
	if stopped == nil {
		stopped = r.crawl(fetchCtx, site, book)
	}
	if stopped == nil {
		stopped = r.probe(fetchCtx, site, book)
	}
	external := book.externalLinks()
	var links outside
	if stopped == nil {
		links, stopped = r.checkLinks(fetchCtx, external[:min(len(external), r.externalBudget)])
	}
	if stopped == nil {
		stopped = r.checkResources(fetchCtx, site, book, &links)
	}
	links.noteUnasked(external)
	reason, err := stopReason(stopped)
	if err != nil {
		return work.Result{}, errors.Join(err, r.explainRefusal(writeCtx, site, book, err))
	}
	if reason != reasonCancelled {
		result, err := r.conclude(workCtx, site, book, links, reason)
		if !errors.Is(err, errCancelled) {
			return result, err
		}
	}
	return r.concludeCancelled(writeCtx, site, book, links)
}
