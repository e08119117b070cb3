package audit

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"atalaya/server/internal/check"
	"atalaya/server/internal/crawl"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// The reasons why an audit is partial, as users see them.
const (
	reasonCancelled = "cancelled"
	reasonTime      = "time"
	reasonBytes     = "bytes"
	reasonSite      = "site"
	reasonBusy      = "busy"
	reasonLimit     = "limit"
	reasonDepth     = "depth"
	reasonCut       = "cut"
	reasonExternal  = shared.StopExternal
)

// stopReason sorts the ends of fetching: it names those that still give a report
// and passes errors on.
func stopReason(err error) (string, error) {
	switch {
	case errors.Is(err, errCancelled):
		return reasonCancelled, nil
	case errors.Is(err, errTimeUp):
		return reasonTime, nil
	case errors.Is(err, errBytesUp):
		return reasonBytes, nil
	case errors.Is(err, errSilent):
		return reasonSite, nil
	case errors.Is(err, errBusy):
		return reasonBusy, nil
	}
	return "", err
}

// conclude ends an audit with what was found: checks of the whole site, score,
// report. stopped is the reason why fetching ended early, or "". Its error may be the
// cause of ctx's end.
func (r *run) conclude(ctx context.Context, s *site, b *book, o outside, stopped string) (work.Result, error) {
	r.rec.enter(shared.StageSite, work.Say("comparing-pages"))
	left := listUnvisited(ctx, s, b, o, stopped)
	unvisited := countUnvisited(left, s.frontier.Forgotten())
	reason := stopped
	if reason == "" {
		reason = partialReason(unvisited)
	}
	results, err := check.RunSite(ctx, siteInput(s, b, o, shared.SawAllPages(unvisited, reason)))
	if err != nil {
		return work.Result{}, err
	}
	if err := r.saveSiteFindings(ctx, results); err != nil {
		return work.Result{}, err
	}
	if err := r.saveUnvisited(ctx, left); err != nil {
		return work.Result{}, err
	}
	if err := r.saveLinksIn(ctx, b); err != nil {
		return work.Result{}, err
	}
	if r.countSite(results) == 0 {
		return work.Result{}, r.refuseWithoutPages(reason)
	}

	r.rec.enter(shared.StageScore, work.Say("computing-score"))
	r.concluded = report{book: b, site: results, unvisited: unvisited}
	return r.result(r.concluded, reason)
}

// explainRefusal leaves the one finding of an audit that ends with err because there is no
// start page. Where nobody asked for it, as robots.txt forbids that, there is none.
func (r *run) explainRefusal(ctx context.Context, s *site, b *book, err error) error {
	if _, refused := errors.AsType[*refusal](err); !refused || s.start == nil {
		return nil
	}
	results, err := check.RunSite(ctx, siteInput(s, b, outside{}, false))
	if err != nil {
		return err
	}
	results = slices.DeleteFunc(results, func(r check.SiteResult) bool { return r.ID != checkUnreachable })
	r.countSite(results)
	return r.saveSiteFindings(ctx, results)
}

// concludeGrace is what judging a cancelled audit and listing what it left out may take:
// a part of the second within which it ends.
const concludeGrace = 300 * time.Millisecond

// concludeCancelled ends an audit that somebody asked to cancel. Checks that are not
// answered in time do not apply, and what is not saved of a long list of addresses in
// time is only counted. The stage in which the audit was stopped stays shown.
func (r *run) concludeCancelled(ctx context.Context, s *site, b *book, o outside) (work.Result, error) {
	soon, done := context.WithTimeout(ctx, concludeGrace)
	defer done()
	results, _ := check.RunSite(soon, siteInput(s, b, o, false))
	if err := r.saveSiteFindings(ctx, results); err != nil {
		return work.Result{}, err
	}
	left := listUnvisited(soon, s, b, o, reasonCancelled)
	if err := r.saveUnvisited(soon, left); err != nil && soon.Err() == nil {
		return work.Result{}, err
	}
	if err := r.saveLinksIn(soon, b); err != nil && soon.Err() == nil {
		return work.Result{}, err
	}
	r.countSite(results)
	return r.result(report{book: b, site: results, unvisited: countUnvisited(left, s.frontier.Forgotten())}, reasonCancelled)
}

// countSite counts the answers of the site checks and gives the number of pages analysed.
func (r *run) countSite(results []check.SiteResult) (analysed int) {
	r.rec.update(func(b *board) {
		b.countSite(results)
		analysed = b.total
	})
	return analysed
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

func (r *run) saveUnvisited(ctx context.Context, left []work.Unvisited) error {
	return r.retry(ctx, "save unvisited", func(ctx context.Context) error {
		return r.store.SaveUnvisited(ctx, r.job.Lease, left)
	})
}

func (r *run) saveLinksIn(ctx context.Context, b *book) error {
	in := b.leads.turned()
	return r.retry(ctx, "save links in", func(ctx context.Context) error {
		return r.store.SaveLinksIn(ctx, r.job.Lease, in)
	})
}

// result is the audit's last write.
func (r *run) result(rep report, reason string) (work.Result, error) {
	r.rec.update(rep.takeScore)
	last := r.lastAdvance()
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

// refuseWithoutPages explains an audit that ended, for the reason given, before it had
// a page.
func (r *run) refuseWithoutPages(reason string) *refusal {
	if reason == reasonBytes {
		return refuse("no-pages-bytes", r.job.URL, bytesText(r.bounds.bytes))
	}
	return refuse("no-pages", r.job.URL)
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

// Why something was left out, beside the reasons of package crawl.
const (
	leftTime     = reasonTime  // the bound was reached before its turn
	leftBytes    = reasonBytes // likewise
	leftCut      = "cut"       // a page or sitemap is longer than we read; its own address
	leftExternal = "external"  // a link to another site that was not checked
	leftMemory   = "memory"    // more addresses than a crawl remembers; only counted
)

// listUnvisited lists what the audit left out, and why. stopped is the reason why
// fetching ended early, or "".
func listUnvisited(ctx context.Context, s *site, b *book, o outside, stopped string) []work.Unvisited {
	if stopped != "" {
		addStoredLinks(ctx, s, b)
	}
	for _, e := range s.sitemaps.Entries {
		if u := e.URL.String(); !s.knows(u) {
			s.offer(crawl.Item{URL: u, Depth: crawl.NoDepth})
		}
	}
	left := []work.Unvisited{}
	for u := range s.frontier.Unvisited() {
		if u.Reason != crawl.ReasonScope && b.stored[u.URL] == nil {
			left = append(left, work.Unvisited{URL: u.URL, Referrer: u.Referrer, Reason: leftBecause(u.Reason, stopped)})
		}
	}
	for _, url := range slices.Sorted(slices.Values(b.cut)) {
		left = append(left, work.Unvisited{URL: url, Reason: leftCut})
	}
	cutSitemaps := map[string]bool{}
	for _, p := range s.sitemaps.Problems {
		if p.Cuts() && !cutSitemaps[p.File] {
			cutSitemaps[p.File] = true
			left = append(left, work.Unvisited{URL: p.File, Reason: leftCut})
		}
	}
	for _, l := range o.unasked {
		left = append(left, work.Unvisited{URL: l.URL, Referrer: l.Pages[0], Reason: leftExternal})
	}
	return left
}

// addStoredLinks makes known what stored pages link to, when the crawl was stopped
// before it came to follow their links. It gives up when ctx ends.
func addStoredLinks(ctx context.Context, s *site, b *book) {
	for _, page := range slices.Sorted(maps.Keys(b.stored)) {
		if ctx.Err() != nil {
			return
		}
		v, err := b.stored[page].withLinks()
		if err != nil {
			continue // it was restored once: this cannot be
		}
		for _, u := range v.links {
			if !s.knows(u) && (s.robots == nil || !s.forbids(u)) {
				s.offer(crawl.Item{URL: u, Depth: clickFrom(v.page.Depth), Referrer: page})
			}
		}
	}
}

// leftBecause names the bound that left an address out, where it was one.
func leftBecause(why crawl.Reason, stopped string) string {
	if why == crawl.ReasonStopped && (stopped == reasonTime || stopped == reasonBytes) {
		return stopped
	}
	return string(why)
}

// countUnvisited counts what was left out by reason, in a fixed order, with the
// addresses that were not even remembered.
func countUnvisited(left []work.Unvisited, forgotten int) []shared.Unvisited {
	counts := map[string]int{leftMemory: forgotten}
	for _, u := range left {
		counts[u.Reason]++
	}
	out := []shared.Unvisited{}
	for _, reason := range [...]string{
		string(crawl.ReasonLimit), string(crawl.ReasonDepth), leftTime, leftBytes, string(crawl.ReasonStopped),
		string(crawl.ReasonBusy), string(crawl.ReasonExcluded), string(crawl.ReasonRobots), string(crawl.ReasonPrivate),
		leftCut, leftMemory, leftExternal,
	} {
		if n := counts[reason]; n > 0 {
			out = append(out, shared.Unvisited{Reason: reason, Count: n})
		}
	}
	return out
}

// partialReason is why an audit that came to its end is partial nevertheless; "" when
// nothing was left out but what nobody asked for, robots.txt forbids or is not public.
func partialReason(left []shared.Unvisited) string {
	counts := map[string]int{}
	for _, u := range left {
		counts[u.Reason] += u.Count
	}
	for _, r := range [...]struct{ left, reason string }{
		{string(crawl.ReasonLimit), reasonLimit},
		{string(crawl.ReasonBusy), reasonBusy},
		{string(crawl.ReasonDepth), reasonDepth},
		{leftMemory, reasonCut},
		{leftCut, reasonCut},
		{leftExternal, reasonExternal},
	} {
		if counts[r.left] > 0 {
			return r.reason
		}
	}
	return ""
}

// summary is the last message of an audit. It names the limit that applied.
func (r *run) summary(reason string, pages int) work.Sentence {
	switch reason {
	case reasonLimit:
		return work.Say("analysed-limit", pages, r.pageLimit)
	case reasonTime:
		return work.Say("analysed-time", pages, timeText(r.bounds.time))
	case reasonBytes:
		return work.Say("analysed-bytes", pages, bytesText(r.bounds.bytes))
	case reasonCancelled:
		return work.Say("analysed-cancelled", pages)
	case reasonSite:
		return work.Say("analysed-silent", pages)
	case reasonBusy:
		return work.Say("analysed-busy", pages)
	case reasonDepth:
		return work.Say("analysed-depth", pages)
	case reasonCut:
		return work.Say("analysed-cut", pages)
	case reasonExternal:
		return work.Say("analysed-external", pages)
	}
	return work.Say("analysed", pages)
}
