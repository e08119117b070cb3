package outbox

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"atalaya/app/internal/idb"
	"atalaya/shared"
)

const (
	// maxEntries bounds what can wait.
	maxEntries = 50
	// retryEvery is the least time between two attempts that nothing but time asks for; the
	// greatest is twice that.
	retryEvery = 30 * time.Second
	// sendWithin bounds a round of sending.
	sendWithin = 2 * time.Minute
)

var (
	// ErrGone means that an entry is not there any more: it was sent, or removed elsewhere.
	ErrGone = errors.New("the entry is gone")
	// ErrSecret means that an entry has headers, which no device keeps.
	ErrSecret = errors.New("headers are not kept on the device")
	// ErrFull means that as much waits as can.
	ErrFull = errors.New("too much waits for the connection")
)

// Platform is what an outbox needs of a browser.
type Platform interface {
	// All are the entries kept on this device, Put keeps one in the place of that with its
	// key, Delete drops one. All tabs have the same.
	All(ctx context.Context) ([]Entry, error)
	Put(ctx context.Context, e Entry) error
	Delete(ctx context.Context, key string) error
	// Alone calls do while neither another tab nor the service worker is within theirs. An
	// error is that of ctx: then do was not called.
	Alone(ctx context.Context, do func()) error
	// Post sends an entry to the server.
	Post(ctx context.Context, e Entry) error
	// Online is the browser's word.
	Online() bool
	// SendLater has the service worker send what waits, if the browser can do so.
	SendLater()
}

// Outbox holds the entries of this device.
type Outbox struct {
	platform Platform

	mu      sync.Mutex
	entries []Entry // as they were last read, oldest first
	changed *func() // tells the page; nil when none watches
	sending bool
	again   bool // a round was asked for during the last
	retry   *time.Timer
}

// New makes an outbox.
func New(p Platform) *Outbox { return &Outbox{platform: p} }

// Entries are the entries as last read, oldest first. Nobody changes the slice.
func (o *Outbox) Entries() []Entry {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.entries
}

// Watch calls changed, which does not block, whenever the entries were read anew, until
// stop is called or another watches: one page is shown at a time.
func (o *Outbox) Watch(changed func()) (stop func()) {
	if o == nil {
		return func() {}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changed = &changed
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.changed == &changed {
			o.changed = nil
		}
	}
}

// Add keeps an entry until the server can be reached. An error means that it is not kept:
// [ErrSecret] for one that has headers.
func (o *Outbox) Add(ctx context.Context, e Entry) error {
	if o == nil {
		return idb.ErrRefused
	}
	if len(e.Wish.Headers) > 0 {
		return ErrSecret
	}
	if len(o.Entries()) >= maxEntries {
		return ErrFull
	}
	if err := o.platform.Put(ctx, e); err != nil {
		return err
	}
	o.platform.SendLater()
	o.read(ctx)
	return nil
}

// Change has an entry ask for something else, and sends it. The error is [ErrGone] when it
// was sent meanwhile, or [ErrSecret] for a wish that is not kept.
func (o *Outbox) Change(ctx context.Context, key string, wish shared.NewAudit) error {
	if len(wish.Headers) > 0 {
		return ErrSecret
	}
	return o.with(ctx, key, func(e Entry) error {
		e.Wish, e.Refused = wish, ""
		return o.platform.Put(ctx, e)
	})
}

// Remove drops an entry. The error is [ErrGone] when it was sent meanwhile.
func (o *Outbox) Remove(ctx context.Context, key string) error {
	return o.with(ctx, key, func(Entry) error { return o.platform.Delete(ctx, key) })
}

// with does something with an entry while nobody sends it.
func (o *Outbox) with(ctx context.Context, key string, do func(Entry) error) error {
	if o == nil {
		return ErrGone
	}
	err := ErrGone
	alone := o.platform.Alone(ctx, func() {
		entries, failed := o.platform.All(ctx)
		if failed != nil {
			err = failed
			return
		}
		for _, e := range entries {
			if e.Key == key {
				err = do(e)
			}
		}
	})
	o.read(ctx)
	o.Send()
	return cmp.Or(alone, err)
}

// Send sends what waits, in the background. A round that is under way is followed by
// another.
func (o *Outbox) Send() {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.again = o.sending; o.sending {
		return
	}
	o.sending = true
	go o.rounds()
}

// rounds sends until nobody asks for another round.
func (o *Outbox) rounds() {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), sendWithin)
		o.round(ctx)
		cancel()
		o.mu.Lock()
		if !o.again {
			o.sending = false
			o.mu.Unlock()
			return
		}
		o.again = false
		o.mu.Unlock()
	}
}

// round sends all that waits, oldest first, until one does not get through. Most rounds find
// nothing, and take no lock.
func (o *Outbox) round(ctx context.Context) {
	if o.read(ctx); !o.waiting() || !o.platform.Online() {
		return
	}
	_ = o.platform.Alone(ctx, func() { // what was not sent waits for the next round
		entries, err := o.platform.All(ctx)
		if err != nil {
			return
		}
		sortByAge(entries)
		for _, e := range entries {
			if e.Waits() && !o.settle(ctx, e) {
				return
			}
		}
	})
	o.read(ctx)
}

// settle sends an entry and reports whether the server has spoken.
func (o *Outbox) settle(ctx context.Context, e Entry) bool {
	v, code := judge(o.platform.Post(ctx, e))
	switch v {
	case taken:
		return o.platform.Delete(ctx, e.Key) == nil // it would be sent again, and do nothing
	case refused:
		e.Refused = code
		return o.platform.Put(ctx, e) == nil
	case waits:
	}
	return false
}

// read reads the entries anew and tells who watches. While any wait, another round follows
// after some time: a server that comes back may tell nobody.
func (o *Outbox) read(ctx context.Context) {
	entries, err := o.platform.All(ctx)
	if err != nil {
		return
	}
	sortByAge(entries)
	o.mu.Lock()
	o.entries = entries
	if o.retry != nil {
		o.retry.Stop()
		o.retry = nil
	}
	if slices.ContainsFunc(entries, Entry.Waits) {
		o.retry = time.AfterFunc(retryEvery+rand.N(retryEvery), o.Send)
	}
	changed := o.changed
	o.mu.Unlock()
	if changed != nil {
		(*changed)()
	}
}

func (o *Outbox) waiting() bool { return slices.ContainsFunc(o.Entries(), Entry.Waits) }

// sortByAge puts the oldest first. They are few: package slices would take 3 KB of the
// client.
func sortByAge(entries []Entry) {
	for end := range entries {
		for i := end; i > 0 && entries[i].At.Before(entries[i-1].At); i-- {
			entries[i], entries[i-1] = entries[i-1], entries[i]
		}
	}
}
