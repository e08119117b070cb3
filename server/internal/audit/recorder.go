package audit

import (
	"context"
	"errors"
	"sync"
	"time"

	"atalaya/server/internal/work"
	"atalaya/shared"
)

const (
	// writeEvery is the least distance between two ordinary writes of one run:
	// four a second look continuous, and more would only load the database.
	writeEvery = 250 * time.Millisecond
	// batchPages are saved without waiting for writeEvery, so that a fast crawl
	// makes many small transactions rather than one that blocks others.
	batchPages = 40
	// pendingPages is where a run waits for the store: it bounds memory while
	// the database is slow or away.
	pendingPages = 2 * batchPages
)

// pageWriter is the part of the store a recorder writes to.
type pageWriter interface {
	Advance(context.Context, work.Lease, work.Advance) error
	SavePages(context.Context, work.Lease, []work.PageRecord) error
}

// recorder owns the progress row and the pages of one run. Changes of the board
// are cheap and never wait for the database; one goroutine, [recorder.run],
// writes the newest state: at once on a change of stage, otherwise at most
// every [writeEvery], and always after the last change. A written count of
// pages is never ahead of the pages saved.
type recorder struct {
	store pageWriter
	lease work.Lease
	// retry runs a write until it succeeds or there is no point any more.
	retry func(ctx context.Context, operation string, write func(context.Context) error) error

	mu     sync.Mutex
	board  *board
	pages  []work.PageRecord // not yet saved
	dirty  bool              // the board changed since the last write
	urgent bool              // the change is one that cannot wait
	begun  bool              // a page has come
	first  bool              // the first page is not shown yet
	closed bool

	wake  chan struct{} // one slot: one of the fields above changed
	space chan struct{} // one slot: pages were taken
	ended chan struct{} // closed when run returned
}

func newRecorder(s pageWriter, l work.Lease, b *board,
	retry func(context.Context, string, func(context.Context) error) error) *recorder {
	return &recorder{
		store: s, lease: l, board: b, retry: retry,
		wake: make(chan struct{}, 1), space: make(chan struct{}, 1), ended: make(chan struct{}),
	}
}

// update changes the board; the change is shown with the next ordinary write.
func (r *recorder) update(change func(*board)) { r.change(change, false) }

// enter begins a stage, which is shown at once.
func (r *recorder) enter(s shared.Stage, message work.Sentence) {
	r.change(func(b *board) { b.enter(s, message, time.Now()) }, true)
}

func (r *recorder) change(change func(*board), urgent bool) {
	r.mu.Lock()
	change(r.board)
	r.dirty = true
	r.urgent = r.urgent || urgent
	r.mu.Unlock()
	signal(r.wake)
}

// errRecorder is returned by add once nothing is written any more. The reason is in
// the error that run returned.
var errRecorder = errors.New("the recorder has ended")

// add saves a page and changes the board with it. It waits while too many pages
// are unsaved; the error is the cause of ctx's end, or errRecorder.
func (r *recorder) add(ctx context.Context, p work.PageRecord, change func(*board)) error {
	for {
		r.mu.Lock()
		if len(r.pages) < pendingPages {
			r.pages = append(r.pages, p)
			change(r.board)
			r.dirty = true
			r.first = r.first || !r.begun
			r.begun = true
			r.mu.Unlock()
			signal(r.wake)
			return nil
		}
		r.mu.Unlock()
		select {
		case <-r.space:
		case <-r.ended:
			return errRecorder
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// run writes until close is called or a write fails for good.
func (r *recorder) run(ctx context.Context) error {
	defer close(r.ended)
	// A timer that has not been armed never fires.
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	var last time.Time // of the last ordinary write
	for {
		due := nextWrite(r.pending(), time.Since(last))
		switch {
		case due.done:
			return nil
		case due.write:
			if !due.urgent {
				last = time.Now()
			}
			if err := r.write(ctx, due.advance); err != nil {
				return err
			}
			continue
		case due.after > 0:
			timer.Reset(due.after)
		}
		select {
		case <-r.wake:
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		timer.Stop()
	}
}

// pending is what waits to be written.
type pending struct {
	pages                 int
	dirty, urgent, closed bool
	first                 bool // the first page is among them: nobody should wait for that
}

// due is what to do now: write (pages, and the board if advance), be done, or
// wait for after (0: until something changes).
type due struct {
	write, advance, urgent, done bool
	after                        time.Duration
}

// nextWrite decides what is due, since being the time from the last ordinary write.
func nextWrite(p pending, since time.Duration) due {
	switch {
	case p.closed && p.pages > 0:
		return due{write: true, urgent: true}
	case p.closed:
		return due{done: true}
	case p.urgent:
		return due{write: true, advance: true, urgent: true}
	case p.dirty && (p.first || since >= writeEvery):
		return due{write: true, advance: true}
	case p.pages >= batchPages:
		return due{write: true, urgent: true}
	case p.dirty:
		return due{after: writeEvery - since}
	}
	return due{}
}

func (r *recorder) pending() pending {
	r.mu.Lock()
	defer r.mu.Unlock()
	return pending{len(r.pages), r.dirty, r.urgent, r.closed, r.first}
}

// write saves the waiting pages and, if advance, shows the board as it was when
// they were taken.
func (r *recorder) write(ctx context.Context, advance bool) error {
	r.mu.Lock()
	pages := r.pages
	r.pages = nil
	var shown work.Advance
	if advance {
		shown = r.board.advance(time.Now())
		r.dirty, r.urgent, r.first = false, false, false
	}
	r.mu.Unlock()
	signal(r.space)

	if len(pages) > 0 {
		err := r.retry(ctx, "save pages", func(ctx context.Context) error {
			return r.store.SavePages(ctx, r.lease, pages)
		})
		if err != nil {
			return err
		}
	}
	if !advance {
		return nil
	}
	return r.retry(ctx, "advance", func(ctx context.Context) error {
		return r.store.Advance(ctx, r.lease, shown)
	})
}

// close ends run once every page is saved. The board's last state is left to
// the caller: it goes into the audit's last write.
func (r *recorder) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	signal(r.wake)
}

// advance is the board's state now.
func (r *recorder) advance() work.Advance {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.board.advance(time.Now())
}

// signal fills a one-slot channel without waiting.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
