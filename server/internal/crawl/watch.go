package crawl

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Watch knows the requests that are under way within a context, so that their owner can
// say what it waits for. It is safe for concurrent use.
type Watch struct {
	mu   sync.Mutex
	open []*underWay // the oldest first
	last time.Time   // when the last one ended
}

// underWay is a request, from asking for its turn to its answer.
type underWay struct {
	host   string
	since  time.Time
	paced  bool    // it waits for nothing but the pace of its own audit
	queued *budget // whose turn it waits for; nil once it has all
}

// Wait is what an audit waits for.
type Wait struct {
	Host   string
	Since  time.Time // of the last sign of life, or the beginning of the wait
	Shared bool      // it waits for a turn that others take as well
}

type watchKey struct{}

// Within returns a context whose requests w knows.
func (w *Watch) Within(ctx context.Context) context.Context {
	return context.WithValue(ctx, watchKey{}, w)
}

// watchOf returns the watch of a context, or nil.
func watchOf(ctx context.Context) *Watch {
	w, _ := ctx.Value(watchKey{}).(*Watch)
	return w
}

func (w *Watch) begin(host string, paced bool) *underWay {
	u := &underWay{host: host, since: time.Now(), paced: paced}
	if w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open = append(w.open, u)
	}
	return u
}

func (w *Watch) setQueued(u *underWay, b *budget) {
	if w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		u.queued = b
	}
}

func (w *Watch) end(u *underWay) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = slices.DeleteFunc(w.open, func(o *underWay) bool { return o == u })
	w.last = time.Now()
}

// oldest returns the request that has waited for longest. One that keeps its distance from
// others of its audit explains nothing while one of these waits for more than that.
func (w *Watch) oldest() (u underWay, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.open) == 0 {
		return u, false
	}
	u = *w.open[max(0, slices.IndexFunc(w.open, func(u *underWay) bool { return !u.paced }))]
	if w.last.After(u.since) {
		u.since = w.last
	}
	return u, true
}

// WaitOf returns what the requests of a watch wait for, the oldest of them first; false
// when none is under way.
func (l *Limits) WaitOf(w *Watch) (Wait, bool) {
	u, ok := w.oldest()
	if !ok {
		return Wait{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	shared := false
	if u.queued != nil {
		shared = u.queued.rent.shared > 1
		for other := range u.queued.callers {
			shared = shared || other != w
		}
	}
	return Wait{Host: u.host, Since: u.since, Shared: shared}, true
}
