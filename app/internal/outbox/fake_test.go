//go:build !js

package outbox

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// device is what the tabs of a browser share, and the way to the server.
type device struct {
	lock    chan struct{} // the Web Lock
	mu      sync.Mutex
	kept    map[string]Entry
	offline bool
	answer  func(e Entry) error // nil: the server takes it
	arrived []string            // the addresses that the server took, in order
	full    bool
	syncs   int
}

func (d *device) All(context.Context) ([]Entry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Values(d.kept)), nil
}

func (d *device) Put(_ context.Context, e Entry) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full {
		return errors.New("full")
	}
	d.kept[e.Key] = e
	return nil
}

func (d *device) Delete(_ context.Context, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.kept, key)
	return nil
}

func (d *device) Alone(_ context.Context, do func()) error {
	d.lock <- struct{}{}
	defer func() { <-d.lock }()
	do()
	return nil
}

// Post takes a second, as a server far away does.
func (d *device) Post(_ context.Context, e Entry) error {
	pass(time.Second)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.answer != nil {
		if err := d.answer(e); err != nil {
			return err
		}
	}
	d.arrived = append(d.arrived, e.Wish.URL)
	return nil
}

func (d *device) Online() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.offline
}

func (d *device) SendLater() { d.syncs++ }

// took are the addresses that the server took.
func (d *device) took() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.arrived)
}

// pass lets virtual time pass.
func pass(d time.Duration) { time.Sleep(d) }

// set changes what the device is like.
func (d *device) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func newDevice() *device {
	return &device{lock: make(chan struct{}, 1), kept: map[string]Entry{}, offline: true}
}

// add puts audits of addresses into the outbox, a minute apart.
func add(t *testing.T, o *Outbox, addresses ...string) {
	t.Helper()
	for _, address := range addresses {
		e := Entry{Key: "key of " + address, Wish: shared.NewAudit{URL: address}, At: time.Now()}
		if err := o.Add(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
	}
}

func refusal(status int, code shared.Code) error {
	return &live.ProblemError{Problem: shared.Problem{Status: status, Code: code}}
}

func addresses(entries []Entry) (found []string) {
	for _, e := range entries {
		found = append(found, e.Wish.URL+e.Refused)
	}
	return found
}

func check(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
