package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/server/internal/notify"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// rows keeps messages as the store does; one webhook has several.
type rows struct {
	sync.Mutex
	kept   map[int64]*message
	down   error
	noted  []string
	silent int
}

type message struct {
	work.Delivery
	state      shared.DeliveryState
	due, lease time.Time
}

func (r *rows) add(id int64) {
	r.Lock()
	defer r.Unlock()
	r.kept[id] = &message{
		Delivery: work.Delivery{ID: id, WebhookID: id, URL: "https://secret.example/secret"},
		state:    shared.DeliveryPending, due: time.Now(),
	}
}

func (r *rows) NoteEnded(context.Context) (int, error) {
	r.Lock()
	defer r.Unlock()
	return 0, r.down
}

func (r *rows) NoteSilent(_ context.Context, silence time.Duration) (int, error) {
	r.Lock()
	defer r.Unlock()
	if r.silent == 0 {
		return 0, r.down
	}
	r.silent--
	r.noted = append(r.noted, fmt.Sprintf("%s silent %s", time.Now().Format("15:04:05"), silence))
	return 1, r.down
}

func (r *rows) ClaimDelivery(_ context.Context, lease time.Duration) (work.Delivery, bool, error) {
	r.Lock()
	defer r.Unlock()
	// As the store does: what is due for longest goes first.
	var first *message
	for _, id := range slices.Sorted(maps.Keys(r.kept)) {
		m := r.kept[id]
		free := m.state == shared.DeliveryPending && !m.due.After(time.Now()) && !m.lease.After(time.Now())
		if free && (first == nil || m.due.Before(first.due)) {
			first = m
		}
	}
	if first == nil {
		return work.Delivery{}, false, r.down
	}
	first.Tries++
	first.lease = time.Now().Add(lease)
	return first.Delivery, true, r.down
}

func (r *rows) SettleDelivery(_ context.Context, d work.Delivery, o work.Outcome) error {
	r.Lock()
	defer r.Unlock()
	if m := r.kept[d.ID]; m.Tries == d.Tries {
		m.state, m.due, m.lease = o.State, time.Now().Add(o.Wait), time.Time{}
	}
	return nil
}

func (r *rows) ForgetDeliveries(context.Context) (int, error) {
	r.Lock()
	defer r.Unlock()
	r.noted = append(r.noted, time.Now().Format("15:04:05")+" forgets")
	return 0, nil
}

// bench is a sender at work in virtual time.
type bench struct {
	*rows
	*notify.Sender
	log    *bytes.Buffer
	tries  chan time.Time
	counts map[shared.DeliveryState]int
	stop   func()
}

func newBench(t *testing.T, send func(context.Context, work.Delivery) (int, error)) *bench {
	b := &bench{
		rows: &rows{kept: map[int64]*message{}}, log: new(bytes.Buffer), tries: make(chan time.Time, 1000),
		counts: map[shared.DeliveryState]int{},
	}
	b.Sender = notify.New(notify.Config{
		Rows: b.rows, Log: slog.New(slog.NewTextHandler(b.log, nil)),
		Send: func(ctx context.Context, d work.Delivery) (notify.Answer, error) {
			b.tries <- time.Now()
			status, err := send(ctx, d)
			return notify.Answer{Status: status}, err
		},
		Count: func(o work.Outcome) { b.Lock(); defer b.Unlock(); b.counts[o.State]++ },
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	b.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	return b
}

// TestTries follows a message to a receiver that never takes it, and one to one that does
// the second time.
func TestTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		b := newBench(t, func(_ context.Context, d work.Delivery) (int, error) {
			if d.ID == 2 && d.Tries == 2 {
				return 200, nil
			}
			return 500, nil
		})
		b.add(1)
		b.Wake()
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		var at []time.Duration
		for len(b.tries) > 0 {
			at = append(at, (<-b.tries).Sub(begun))
		}
		var waits []time.Duration
		for i := range at[1:] {
			waits = append(waits, at[i+1]-at[i])
		}
		least := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
		for i, wait := range waits {
			if wait < least[i] || wait > least[i]*11/10+5*time.Second {
				t.Errorf("wait %d is %s, want about %s", i, wait, least[i])
			}
		}
		if len(waits) != len(least) || at[0] != 0 {
			t.Errorf("tried at %v", at)
		}
		b.add(2)
		time.Sleep(time.Minute)
		b.stop()
		if b.counts[shared.DeliveryFailed] != 1 || b.counts[shared.DeliveryPending] != 5 ||
			b.counts[shared.DeliveryDelivered] != 1 {
			t.Errorf("counted %v", b.counts)
		}
		said := b.log.String()
		if strings.Contains(said, "secret") || strings.Count(said, "not delivered") != 6 {
			t.Errorf("log: %s", said)
		}
	})
}

// TestSlowReceiver has more receivers hang than there are slots; the others wait for no
// longer than a try takes, and a sender that is stopped waits for none.
func TestSlowReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(ctx context.Context, d work.Delivery) (int, error) {
			if d.ID == 100 {
				return 200, nil
			}
			select {
			case <-ctx.Done():
				return 0, ctx.Err()
			case <-time.After(15 * time.Second):
				return 0, errors.New("too slow")
			}
		})
		for id := range int64(9) {
			b.add(id + 1)
		}
		b.add(100)
		b.Wake()
		time.Sleep(31 * time.Second)
		synctest.Wait()
		b.Lock()
		if b.kept[100].state != shared.DeliveryDelivered {
			t.Error("the swift receiver got nothing")
		}
		b.Unlock()
		begun := time.Now()
		b.stop()
		if time.Since(begun) != 0 {
			t.Errorf("stopped after %s", time.Since(begun))
		}
		// What was being tried is still this server's, until its lease runs out.
		if m := b.kept[1]; m.state != shared.DeliveryPending || !m.lease.After(time.Now()) {
			t.Errorf("left %+v", m)
		}
	})
}

func TestSilenceAndTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		b.Lock()
		b.silent = 2
		b.Unlock()
		time.Sleep(2*time.Hour + time.Second)
		b.Lock()
		b.down = errors.New("x")
		b.Unlock()
		time.Sleep(30 * time.Minute)
		b.Lock()
		b.down = nil
		b.Unlock()
		time.Sleep(time.Hour)
		b.stop()
		want := "00:01:00 silent 5m0s; 00:01:00 silent 5m0s; 01:00:00 forgets; 02:00:00 forgets; 03:00:00 forgets"
		if got := strings.Join(b.noted, "; "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if said := b.log.String(); strings.Count(said, "nobody can be told") != 1 ||
			strings.Count(said, "can be told of audits again") != 1 {
			t.Errorf("log: %s", said)
		}
	})
}
