package audit

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"

	"atalaya/server/internal/crawl"
)

// parseBudget is how many bytes of pages all audits of this process read at the same
// time. A page takes up to four times its size while it is read; the largest one is
// 10 MiB.
const parseBudget = 16 << 20

// parsing is one for the process: its memory is shared by all audits. Pages take their
// share in the order in which they ask.
var parsing = semaphore.NewWeighted(parseBudget)

// parseShare is what a page of so many bytes takes of the budget. A small page can be
// made of links alone, of which each costs many times its bytes, so every page takes
// at least the share of one processor: more at a time would not be sooner done.
func parseShare(size, processors int) int64 {
	return min(max(int64(size), parseBudget/int64(processors)), parseBudget)
}

// readAnswer makes a visit of an answer, when there is room for it. Reading a large page
// takes most of a second; it ends when ctx does.
func (r *run) readAnswer(ctx context.Context, a asked, res *crawl.Result, scope crawl.Scope) (*visit, error) {
	share := parseShare(len(res.Body), runtime.GOMAXPROCS(0))
	if err := parsing.Acquire(ctx, share); err != nil {
		return nil, context.Cause(ctx)
	}
	defer parsing.Release(share)
	a.stopped = func() bool { return ctx.Err() != nil }
	v := r.visit(a, res, scope, time.Now())
	if v.halfRead {
		return nil, context.Cause(ctx)
	}
	return v, nil
}
