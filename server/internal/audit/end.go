package audit

import (
	"context"
	"errors"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// The reasons why an audit is partial, as users see them.
const (
	reasonLimit     = "limit"
	reasonTime      = "time"
	reasonCancelled = "cancelled"
	reasonSite      = "site"
)

// stopReason sorts the ends of fetching: it names those that still give a report
// and passes errors on.
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

// conclude ends an audit with what was found: checks of the whole site, score,
// report. stopped is the reason why fetching ended early, or "". A cancelled audit
// keeps showing the stage in which it was stopped.
func (r *run) conclude(ctx context.Context, s *site, b *book, o outside, stopped string) (work.Result, error) {
	enter := r.rec.enter
	if stopped == reasonCancelled {
		enter = func(shared.Stage, work.Sentence) {}
	}
	enter(shared.StageSite, work.Say("comparing-pages"))
	unvisited := countUnvisited(s)
	reason := stopped
	if reason == "" && overLimit(unvisited) {
		reason = reasonLimit
	}
	results := check.RunSite(siteInput(s, b.facts, o, reason == ""))
	if err := r.saveSiteFindings(ctx, results); err != nil {
		return work.Result{}, err
	}
	analysed := 0
	r.rec.update(func(b *board) {
		b.countSite(results)
		analysed = b.total
	})
	if analysed == 0 && reason != reasonCancelled {
		return work.Result{}, refuse("no-pages", r.job.URL)
	}

	enter(shared.StageScore, work.Say("computing-score"))
	return r.result(report{book: b, site: results, unvisited: unvisited}, reason)
}

func (r *run) saveSiteFindings(ctx context.Context, results []check.SiteResult) error {
	var findings []shared.Finding
	for _, s := range results {
		findings = append(findings, s.Findings...)
	}
	return r.retry(ctx, "save findings", func(ctx context.Context) error {
		return r.store.SaveFindings(ctx, r.job.Lease, findings)
	})
}

// result is the audit's last write.
func (r *run) result(rep report, reason string) (work.Result, error) {
	r.rec.update(rep.takeScore)
	last := r.lastAdvance()
	res := work.Result{
		Status: shared.StatusCompleted, Partial: reason != "", StopReason: reason,
		Message: summary(reason, last.TotalPages, r.pageLimit), Last: last,
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
	return work.Result{Status: shared.StatusFailed, ErrorMessage: why.said, Last: r.lastAdvance()}
}

// lastAdvance is the board's state with its stages closed.
func (r *run) lastAdvance() work.Advance {
	r.rec.update(func(b *board) { b.closeStage(time.Now()) })
	return r.rec.advance()
}

// countUnvisited counts the URLs found but not fetched, by reason, in a fixed order.
func countUnvisited(s *site) []shared.Unvisited {
	for _, e := range s.sitemaps.Entries {
		if u := e.URL.String(); !s.knows(u) {
			s.frontier.Add(crawl.Item{URL: u, Depth: crawl.NoDepth})
		}
	}
	counts := map[crawl.Reason]int{}
	for _, u := range s.frontier.Unvisited() {
		counts[u.Reason]++
	}
	out := []shared.Unvisited{}
	for _, reason := range [...]crawl.Reason{
		crawl.ReasonLimit, crawl.ReasonDepth, crawl.ReasonStopped, crawl.ReasonRobots,
	} {
		if n := counts[reason]; n > 0 {
			out = append(out, shared.Unvisited{Reason: string(reason), Count: n})
		}
	}
	return out
}

// overLimit reports whether a limit of ours left URLs unvisited.
func overLimit(left []shared.Unvisited) bool {
	for _, u := range left {
		if u.Reason == string(crawl.ReasonLimit) || u.Reason == string(crawl.ReasonDepth) {
			return true
		}
	}
	return false
}

// summary is the last message of an audit.
func summary(reason string, pages, pageLimit int) work.Sentence {
	switch reason {
	case reasonLimit:
		return work.Say("analysed-limit", pages, pageLimit)
	case reasonTime:
		return work.Say("analysed-time", pages)
	case reasonCancelled:
		return work.Say("analysed-cancelled", pages)
	case reasonSite:
		return work.Say("analysed-silent", pages)
	}
	return work.Say("analysed", pages)
}
