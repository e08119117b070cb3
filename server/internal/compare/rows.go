package compare

import (
	"context"
	"iter"

	"atalaya/shared"
)

// Rows gives the pages and findings of an audit. The store meets it.
type Rows interface {
	// PagesByURL gives at most limit pages whose address is behind after, in the order of
	// addresses, and behind which address those that follow are; empty at the end. A page may
	// have no more than its id, its address and what became of it.
	PagesByURL(ctx context.Context, id int64, after string, limit int) (pages []shared.Page, next string, err error)
	Findings(ctx context.Context, id int64, q shared.FindingQuery) (shared.FindingList, error)
	// PageFaults gives the findings of some pages, by the pages' ids, perhaps without evidence.
	PageFaults(ctx context.Context, id int64, pages []int64) (map[int64][]shared.Finding, error)
}

// pagesAtOnce is how many pages are in memory with their findings, some megabytes: a store
// may have to go through all pages for each part of them.
const pagesAtOnce = 2000

// Stored gives the pages of an audit as a [Side] has them.
func Stored(ctx context.Context, rows Rows, id int64) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		site, err := storedSite(ctx, rows, id)
		if !yield(site, err) || err != nil {
			return
		}
		for after, more := "", true; more; {
			var pages []Page
			pages, after, err = storedPages(ctx, rows, id, after)
			if err != nil {
				yield(Page{}, err)
				return
			}
			for _, p := range pages {
				if !yield(p, nil) {
					return
				}
			}
			more = after != ""
		}
	}
}

// storedSite is the page that stands for the site as a whole.
func storedSite(ctx context.Context, rows Rows, id int64) (Page, error) {
	site := wholeSite()
	q := shared.FindingQuery{OfSite: true, Limit: shared.ListLimitMax}
	for {
		list, err := rows.Findings(ctx, id, q)
		if err != nil {
			return site, err
		}
		for i := range list.Findings {
			site.Findings = append(site.Findings, findingOf(&list.Findings[i]))
		}
		if list.NextCursor == nil {
			return site, nil
		}
		q.Cursor = *list.NextCursor
	}
}

// wholeSite has been looked into by every audit.
func wholeSite() Page { return Page{Answered: true, Analysed: true} }

func storedPages(ctx context.Context, rows Rows, id int64, after string) (out []Page, next string, err error) {
	pages, next, err := rows.PagesByURL(ctx, id, after, pagesAtOnce)
	if err != nil {
		return nil, "", err
	}
	ids := make([]int64, len(pages))
	for i := range pages {
		ids[i] = pages[i].ID
	}
	found, err := rows.PageFaults(ctx, id, ids)
	if err != nil {
		return nil, "", err
	}
	out = make([]Page, len(pages))
	for i := range pages {
		out[i] = pageOf(&pages[i])
		list := found[pages[i].ID]
		for j := range list {
			out[i].Findings = append(out[i].Findings, findingOf(&list[j]))
		}
	}
	return out, next, nil
}

func pageOf(p *shared.Page) Page {
	return Page{URL: p.URL, Answered: p.Status != 0, Analysed: p.Analysed}
}
