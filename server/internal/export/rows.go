package export

import (
	"context"
	"iter"

	"atalaya/shared"
)

// Rows gives the pages and findings of an audit. The store meets it.
type Rows interface {
	Pages(ctx context.Context, id int64, q shared.PageQuery) (shared.PageList, error)
	Findings(ctx context.Context, id int64, q shared.FindingQuery) (shared.FindingList, error)
	// PageFindings gives the findings of some pages of an audit, by the pages' ids.
	PageFindings(ctx context.Context, id int64, pages []int64) (map[int64][]shared.Finding, error)
}

// pagesAtOnce is how many pages are in memory with their findings: a finding may have
// 2 KB of evidence, and a page one of every check.
const pagesAtOnce = 50

// occurrence is a finding with the page it is on; Page is nil for one of the site.
type occurrence struct {
	Page    *shared.Page
	Finding *shared.Finding
}

// occurrences gives every finding: those of the site as a whole, then those of the pages
// in the order fetched. It ends after an error.
func (e *Export) occurrences(ctx context.Context) iter.Seq2[occurrence, error] {
	return func(yield func(occurrence, error) bool) {
		for f, err := range e.findings(ctx, shared.FindingQuery{OfSite: true}) {
			if !yield(occurrence{Finding: f}, err) || err != nil {
				return
			}
		}
		for pages, err := range e.pageSlices(ctx, pagesAtOnce) {
			if err != nil {
				yield(occurrence{}, err)
				return
			}
			if !e.yieldOf(ctx, pages, yield) {
				return
			}
		}
	}
}

// yieldOf yields the findings of some pages, and reports whether to go on.
func (e *Export) yieldOf(ctx context.Context, pages []shared.Page, yield func(occurrence, error) bool) bool {
	ids := make([]int64, len(pages))
	for i := range pages {
		ids[i] = pages[i].ID
	}
	found, err := e.Rows.PageFindings(ctx, e.id(), ids)
	if err != nil {
		yield(occurrence{}, err)
		return false
	}
	for i := range pages {
		list := found[pages[i].ID]
		for j := range list {
			if !yield(occurrence{&pages[i], &list[j]}, nil) {
				return false
			}
		}
	}
	return true
}

// findings gives the findings that q selects.
func (e *Export) findings(ctx context.Context, q shared.FindingQuery) iter.Seq2[*shared.Finding, error] {
	return func(yield func(*shared.Finding, error) bool) {
		q.Limit = shared.ListLimitMax
		for more := true; more; {
			list, err := e.Rows.Findings(ctx, e.id(), q)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range list.Findings {
				if !yield(&list.Findings[i], nil) {
					return
				}
			}
			if more = list.NextCursor != nil; more {
				q.Cursor = *list.NextCursor
			}
		}
	}
}

// pageSlices gives the pages, limit at a time.
func (e *Export) pageSlices(ctx context.Context, limit int) iter.Seq2[[]shared.Page, error] {
	return func(yield func([]shared.Page, error) bool) {
		cursor := ""
		for {
			list, err := e.Rows.Pages(ctx, e.id(), shared.PageQuery{Cursor: cursor, Limit: limit})
			if !yield(list.Pages, err) || err != nil || list.NextCursor == nil {
				return
			}
			cursor = *list.NextCursor
		}
	}
}

// pages gives the pages one by one.
func (e *Export) pages(ctx context.Context) iter.Seq2[*shared.Page, error] {
	return func(yield func(*shared.Page, error) bool) {
		for list, err := range e.pageSlices(ctx, shared.ListLimitMax) {
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range list {
				if !yield(&list[i], nil) {
					return
				}
			}
		}
	}
}

func (e *Export) id() int64 { return e.Report.Audit.AuditID }
