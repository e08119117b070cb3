//go:build !js

package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
)

// What waits is sent in its order, once, however many tabs there are and however often they
// are told to.
func TestWhatWaitsIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice()
		tabs := []*Outbox{New(d), New(d), New(d)}
		add(t, tabs[0], "a", "b", "c")
		check(t, "offline", d.took(), nil)
		if d.syncs != 3 {
			t.Errorf("the service worker was asked %d times", d.syncs)
		}
		d.set(func() { d.offline = false })
		for _, o := range tabs {
			o.Send()
			o.Send()
		}
		pass(10 * time.Second)
		check(t, "online", d.took(), []string{"a", "b", "c"})
		for _, o := range tabs {
			check(t, "left", addresses(o.Entries()), nil)
		}
	})
}

// A server that comes back without a word is tried from time to time, and one that does not
// answer is not asked for what lies behind.
func TestWaitingEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice()
		var asked atomic.Int64
		d.offline, d.answer = false, func(Entry) error { asked.Add(1); return live.ErrNetwork }
		o := New(d)
		add(t, o, "a")
		asked.Store(0)
		add(t, o, "b")
		pass(time.Hour - time.Minute)
		if n := asked.Load(); n < 50 || n > 120 {
			t.Errorf("asked %d times within an hour", n)
		}
		check(t, "the server is away", addresses(o.Entries()), []string{"a", "b"})
		d.set(func() { d.answer = nil })
		pass(2 * time.Minute)
		check(t, "it is back", d.took(), []string{"a", "b"})
		asked.Store(0)
		pass(time.Hour)
		if n := asked.Load(); n != 0 {
			t.Errorf("asked %d times for nothing", n)
		}
	})
}

// What the server refuses for good stays with the reason, and keeps nobody behind it.
func TestRefusedEntriesStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice()
		d.answer = func(e Entry) error {
			if e.Wish.URL == "bad" {
				return refusal(400, "bad")
			}
			return nil
		}
		o := New(d)
		add(t, o, "bad", "good")
		d.set(func() { d.offline = false })
		o.Send()
		pass(10 * time.Second)
		check(t, "arrived", d.took(), []string{"good"})
		check(t, "left", addresses(o.Entries()), []string{"badbad"})
		if err := o.Change(t.Context(), "key of bad", shared.NewAudit{URL: "better"}); err != nil {
			t.Error(err)
		}
		pass(10 * time.Second)
		check(t, "arrived after the change", d.took(), []string{"good", "better"})
		check(t, "left after the change", addresses(o.Entries()), nil)
	})
}

// What is changed or removed is changed for every tab; what was sent meanwhile cannot be.
func TestEntriesChangeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice()
		o, other := New(d), New(d)
		add(t, o, "a", "b")
		if err := other.Change(t.Context(), "key of a", shared.NewAudit{URL: "a2", PageLimit: 7}); err != nil {
			t.Error(err)
		}
		if err := other.Remove(t.Context(), "key of b"); err != nil {
			t.Error(err)
		}
		d.set(func() { d.offline = false })
		o.Send()
		pass(100 * time.Millisecond) // it is on its way
		if err := other.Change(t.Context(), "key of a", shared.NewAudit{URL: "a3"}); !errors.Is(err, ErrGone) {
			t.Errorf("changed while it was sent: %v", err)
		}
		check(t, "arrived", d.took(), []string{"a2"})
		if err := other.Remove(t.Context(), "key of a"); !errors.Is(err, ErrGone) {
			t.Errorf("removed after it was sent: %v", err)
		}
	})
}

func TestAWatcherIsToldUntilItStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(newDevice())
		var told atomic.Int64
		stop := o.Watch(func() { told.Add(1) })
		add(t, o, "a")
		if told.Load() == 0 {
			t.Error("nobody was told")
		}
		stop()
		told.Store(0)
		add(t, o, "b")
		if told.Load() != 0 {
			t.Error("told after the end")
		}
	})
}

// Whoever cannot keep anything says so, for the start to fail as it did.
func TestWhatIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDevice()
		d.full = true
		if err := New(d).Add(t.Context(), Entry{Key: "a"}); err == nil {
			t.Error("a full device keeps it")
		}
		var none *Outbox
		none.Send()
		none.Watch(func() {})()
		if err := none.Add(t.Context(), Entry{}); err == nil || none.Entries() != nil {
			t.Error("no outbox keeps it")
		}
		d.full = false
		o := New(d)
		for n := range maxEntries {
			if err := o.Add(t.Context(), Entry{Key: fmt.Sprint(n)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.Add(t.Context(), Entry{Key: "one more"}); !errors.Is(err, ErrFull) {
			t.Errorf("one more than can wait: %v", err)
		}
	})
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want verdict
		code string
	}{
		"taken":             {nil, taken, ""},
		"no answer":         {live.ErrNetwork, waits, ""},
		"a portal's answer": {live.ErrForeign, waits, ""},
		"too late":          {context.DeadlineExceeded, waits, ""},
		"sign in first":     {refusal(401, "x"), waits, ""},
		"too many":          {refusal(429, "x"), waits, ""},
		"the server fails":  {refusal(503, "x"), waits, ""},
		"no address":        {refusal(400, "bad_url"), refused, "bad_url"},
		"may not start":     {refusal(403, "x"), refused, "x"},
		"already started":   {refusal(422, shared.CodeIdempotency), refused, string(shared.CodeIdempotency)},
	} {
		if v, code := judge(c.err); v != c.want || code != c.code {
			t.Errorf("%s: got %v, %q", name, v, code)
		}
	}
	if e := (Entry{Refused: string(shared.CodeIdempotency)}); !e.Started() || e.Waits() {
		t.Error("an entry that was started")
	}
}
