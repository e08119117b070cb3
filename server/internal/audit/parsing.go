package audit

import (
	"container/list"
	"context"
	"sync"
	"time"

	"atalaya/server/internal/crawl"
)

// parseBudget is how many bytes of pages all audits of this process read at the same
// time. A page takes up to four times its size while it is read; the largest one is
// 10 MiB.
const parseBudget = 16 << 20

// parsing is one for the process: its memory is shared by all audits.
var parsing = newBudget(parseBudget)

// budget shares a number of units among those who ask for them, in the order in which
// they ask.
type budget struct {
	size int

	mu      sync.Mutex
	used    int
	waiting list.List // of *claim
}

// claim is one who waits for units.
type claim struct {
	units   int
	granted chan struct{}
}

func newBudget(size int) *budget { return &budget{size: size} }

// take waits for units, and gives what hands them back. Who asks for more than there are
// gets all of them. The error is the cause of ctx.
func (b *budget) take(ctx context.Context, units int) (release func(), err error) {
	c := &claim{min(units, b.size), make(chan struct{})}
	b.mu.Lock()
	place := b.waiting.PushBack(c)
	b.grant()
	b.mu.Unlock()
	select {
	case <-c.granted:
	case <-ctx.Done():
		if b.giveUp(place) {
			return nil, context.Cause(ctx)
		}
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.used -= c.units
		b.grant()
	}, nil
}

// giveUp stops waiting; it reports false when the units were granted meanwhile.
func (b *budget) giveUp(place *list.Element) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-place.Value.(*claim).granted:
		return false
	default:
	}
	b.waiting.Remove(place)
	b.grant() // those behind may need less
	return true
}

// grant lets those go on who come first, as many as there are units for.
func (b *budget) grant() {
	for e := b.waiting.Front(); e != nil; e = b.waiting.Front() {
		c := e.Value.(*claim)
		if b.used+c.units > b.size {
			return
		}
		b.used += c.units
		b.waiting.Remove(e)
		close(c.granted)
	}
}

// readAnswer makes a visit of an answer, when there is room for it.
func (r *run) readAnswer(ctx context.Context, a asked, res *crawl.Result, scope crawl.Scope) (*visit, error) {
	release, err := parsing.take(ctx, len(res.Body))
	if err != nil {
		return nil, err
	}
	defer release()
	return r.visit(a, res, scope, time.Now()), nil
}
