package feed

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of [Config].
const (
	// SweepDefault is the longest time a change stays unseen when every other
	// wake-up is lost.
	SweepDefault = 250 * time.Millisecond
	// PollDefault is how often Version is asked at most: a look costs 10 µs of
	// work, but some 400 µs on a machine that it wakes from its sleep.
	PollDefault = 20 * time.Millisecond
)

// Waits after an error of a source: doubled from the first to the last.
const (
	backoffFirst = time.Second
	backoffLast  = 10 * time.Second
)

// Config says where wake-ups come from. The zero value is a feed that knows
// Wake and the sweep tick only.
type Config struct {
	// Sweep is the distance between sweep ticks. Defaults to [SweepDefault].
	Sweep time.Duration
	// Poll is the distance between calls of Version without Watch, and the least
	// distance between two wake-ups with it. Defaults to [PollDefault].
	Poll time.Duration
	// Listen is one connection for notifications: it calls wake when it has begun
	// and for every notification, and returns when ctx ends or the connection does.
	// The feed connects again, after a wait. Defaults to nil: none.
	Listen func(ctx context.Context, wake func()) error
	// Version returns a number that differs after a commit of another
	// connection. Defaults to nil: none.
	Version func(ctx context.Context) (int64, error)
	// Watch calls touched when it has begun and whenever the database's files are
	// written, which may be shortly before the commit can be seen. It returns when
	// ctx ends or watching failed. From its first touch on, Version is asked after
	// touches only. Defaults to nil: Version is asked all the time.
	Watch func(ctx context.Context, touched func()) error
	// Log is told of outages. Defaults to slog.Default().
	Log *slog.Logger
}

// Source is where a wake-up came from.
type Source int

// The sources.
const (
	// Commit is [Feed.Wake]: this process has committed.
	Commit Source = iota
	// Notify is Config.Listen: a notification, or the begin or end of a connection,
	// because whatever was notified in between went unheard.
	Notify
	// DataVersion is Config.Version: another number than before.
	DataVersion
	// Timer is the sweep tick, and the second look after a notification.
	Timer
	sources
)

// Sources are all there are.
var Sources = []Source{Commit, Notify, DataVersion, Timer}

// String is the source's name in metrics.
func (s Source) String() string {
	return [...]string{Commit: "commit", Notify: "notify", DataVersion: "data_version", Timer: "timer"}[s]
}

// Feed is the merged signal. Make one with [New].
type Feed struct {
	cfg    Config
	signal chan struct{}
	count  [sources]atomic.Uint64

	mu      sync.Mutex
	active  bool
	changed chan struct{} // closed, and replaced, when active changes
}

// New returns a feed that is inactive and does nothing until [Feed.Run].
func New(cfg Config) *Feed {
	cfg.Sweep = cmp.Or(cfg.Sweep, SweepDefault)
	cfg.Poll = cmp.Or(cfg.Poll, PollDefault)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Feed{cfg: cfg, signal: make(chan struct{}, 1), changed: make(chan struct{})}
}

// C is the signal: one slot, for one reader.
func (f *Feed) C() <-chan struct{} { return f.signal }

// Wake says that this process has committed. It never blocks.
func (f *Feed) Wake() { f.wake(Commit) }

// Wakeups is how many wake-ups have come from s, those that were merged with
// others included.
func (f *Feed) Wakeups(s Source) uint64 { return f.count[s].Load() }

func (f *Feed) wake(from Source) {
	f.count[from].Add(1)
	select {
	case f.signal <- struct{}{}:
	default:
	}
}

// SetActive starts and stops everything but Listen. It never blocks; setting the same value again changes nothing.
func (f *Feed) SetActive(active bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.active == active {
		return
	}
	f.active = active
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *Feed) state() (active bool, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.active, f.changed
}

// Run drives the sources until ctx ends, then returns nil; every goroutine it
// started has ended by then.
func (f *Feed) Run(ctx context.Context) error {
	var sources sync.WaitGroup
	if f.cfg.Listen != nil {
		sources.Go(func() { f.listen(ctx) })
	}
	if f.cfg.Version != nil {
		sources.Go(func() { f.versions(ctx) })
	}
	f.whileActive(ctx, func(ctx context.Context) {
		every(ctx, f.cfg.Sweep, func() bool { f.wake(Timer); return true })
	})
	sources.Wait()
	return nil
}

// whileActive calls work each time the feed becomes active. The context given
// to work ends when the feed becomes inactive.
func (f *Feed) whileActive(ctx context.Context, work func(context.Context)) {
	for ctx.Err() == nil {
		active, changed := f.state()
		if active {
			spell, stop := context.WithCancel(ctx)
			var worker sync.WaitGroup
			worker.Go(func() { work(spell) })
			wait(ctx, changed)
			stop()
			worker.Wait()
			continue
		}
		wait(ctx, changed)
	}
}

func wait(ctx context.Context, changed <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-changed:
	}
}

// every calls do once per period until it returns false or ctx ends.
func every(ctx context.Context, period time.Duration, do func() bool) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !do() {
				return
			}
		}
	}
}
