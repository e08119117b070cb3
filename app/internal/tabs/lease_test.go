package tabs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/app/internal/live"
)

func TestLeases(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	in := func(d time.Duration) int64 { return now.Add(d).UnixMilli() }
	four := func() leases { return leases{"a": in(5e9), "b": in(5e9), "c": in(5e9), "d": in(5e9)} }
	for _, tt := range []struct {
		name  string
		known leases
		want  bool
		left  int
	}{
		{"the first", leases{}, true, 1},
		{"the fourth", leases{"a": in(1e9), "b": in(5e9), "c": in(leaseFor)}, true, 4},
		{"a fifth", four(), false, 4},
		{"a renewal", leases{"a": in(5e9), "b": in(5e9), "c": in(5e9), "me": in(5e9)}, true, 4},
		{"one that ended makes room", leases{"a": in(-1e9), "b": in(5e9), "c": in(5e9), "d": in(5e9)}, true, 4},
		{"so does one of a clock that was set", leases{"a": in(time.Hour), "b": in(5e9), "c": in(5e9), "d": in(5e9)}, true, 4},
	} {
		if got := tt.known.take("me", now); got != tt.want || len(tt.known) != tt.left {
			t.Errorf("%s: got %v and %v, want %v and %d", tt.name, got, tt.known, tt.want, tt.left)
		}
	}
}

// fakeDevice is the storage of a device, the platform of a tab on it, and whether the tab
// is seen.
type fakeDevice struct {
	live.Platform
	mu     sync.Mutex
	values map[string]string
	open   int
	tell   func(hidden bool)
	kept   func()
	held   time.Duration // the last request's
}

func (d *fakeDevice) Get(key string) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.values[key]
	return v, ok
}

func (d *fakeDevice) Set(key, value string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.values[key] = value
	return nil
}

func (d *fakeDevice) Remove(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.values, key)
}

func (d *fakeDevice) Keys() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Keys(d.values))
}

func (d *fakeDevice) OpenStream(url string, _ func(live.Signal)) (live.Stream, error) {
	if url == "refused" {
		return nil, errors.ErrUnsupported
	}
	d.open++
	return d, nil
}

func (d *fakeDevice) Close() { d.open-- }

func (d *fakeDevice) Watch(func(live.Wake)) func() { return func() {} }

func (d *fakeDevice) Fetch(_ context.Context, r live.Request) (live.Response, error) {
	d.held = r.Hold
	return live.Response{}, nil
}

func (d *fakeDevice) WatchKept(_ string, changed func()) func() {
	d.kept = changed
	return func() { d.kept = nil }
}

func (d *fakeDevice) WatchHidden(tell func(hidden bool)) func() {
	d.tell = tell
	return func() { d.tell = nil }
}

func (d *fakeDevice) tab(name string) *solo {
	return &solo{Platform: d, window: d, kv: d, name: name, now: time.Now}
}

func TestFourStreamsWithoutSharing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDevice{values: map[string]string{keyLeases: "not JSON"}}
		var streams []live.Stream
		for n := range maxLeases {
			s, err := d.tab(fmt.Sprint(n)).OpenStream("/sse/audits", nil)
			if err != nil {
				t.Fatal(err)
			}
			streams = append(streams, s)
		}
		wait(time.Minute) // the leases are renewed
		if _, err := d.tab("more").OpenStream("/sse/audits", nil); !errors.Is(err, errTooManyTabs) {
			t.Errorf("a fifth stream: %v", err)
		}
		streams[0].Close()
		if _, err := d.tab("refused").OpenStream("refused", nil); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v", err)
		}
		s, err := d.tab("more").OpenStream("/sse/audits", nil)
		if err != nil {
			t.Fatalf("after one was closed: %v", err)
		}
		for _, s := range append(streams[1:], s) {
			s.Close()
		}
		if left := d.Keys(); !slices.Equal(left, []string{keyLeases}) || d.open != 0 { // what it held before is not theirs
			t.Errorf("left: %v, %d open", left, d.open)
		}
	})
}

// interleaved lets another tab write between a tab's reading and its writing.
type interleaved struct {
	*fakeDevice
	other func()
}

func (d *interleaved) Set(key, value string) error {
	if other := d.other; other != nil {
		d.other = nil
		other()
	}
	return d.fakeDevice.Set(key, value)
}

func TestTabsThatRenewAtTheSameMomentKeepTheirLeases(t *testing.T) {
	d := &fakeDevice{values: map[string]string{}}
	a, b := d.tab("a"), d.tab("b")
	a.kv = &interleaved{d, func() { b.renew() }}
	a.renew()
	if l := readLeases(d); len(l) != 2 {
		t.Errorf("leases are left of two: %v", l)
	}
}

func TestWithoutStorageEveryTabHasAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDevice{}
		for n := range maxLeases + 1 {
			tab := d.tab(fmt.Sprint(n))
			tab.kv = nil
			s, err := tab.OpenStream("/sse/audits", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
		}
	})
}

// A tab that was refused a stream is told when there may be one: soon after another tab
// gives its lease back, or when that tab is gone and its lease ends. A tab that is hidden,
// or has a stream, is told nothing.
func TestATabThatWaitsGetsItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDevice{values: map[string]string{}}
		var streams []live.Stream
		for n := range maxLeases {
			wait(100 * time.Millisecond) // tabs do not renew at one instant, nor while this looks
			s, err := d.tab(fmt.Sprint(n)).OpenStream("/sse/audits", nil)
			if err != nil {
				t.Fatal(err)
			}
			streams = append(streams, s)
		}
		wait(100 * time.Millisecond)
		told := make(chan live.Wake, 10)
		me := d.tab("me")
		stop := me.Watch(func(w live.Wake) { told <- w })
		if _, err := me.OpenStream("/sse/audits", nil); !errors.Is(err, errTooManyTabs) {
			t.Fatalf("a fifth stream: %v", err)
		}
		comes := func(want int) {
			t.Helper()
			synctest.Wait()
			for range want {
				if len(told) == 0 || <-told != live.WakeVisible {
					t.Fatal("the turn did not come")
				}
			}
			if len(told) != 0 {
				t.Error("a turn came that was none")
			}
		}
		for range 8 { // every lease is renewed, and each renewal is seen
			wait(leaseEvery)
			d.kept()
		}
		comes(0)
		streams[0].Close()
		d.kept()
		wait(turnSpread)
		comes(1)
		s, err := me.OpenStream("/sse/audits", nil)
		if err != nil {
			t.Fatal(err)
		}
		d.kept()
		wait(time.Minute)
		comes(0)

		s.Close()
		d.values[keyLeases] = fmt.Sprintf(`{"a":%[1]d,"b":%[1]d,"c":%[1]d,"d":%[1]d}`, time.Now().Add(leaseFor).UnixMilli())
		if _, err := me.OpenStream("/sse/audits", nil); !errors.Is(err, errTooManyTabs) {
			t.Fatalf("a fifth stream: %v", err)
		}
		wait(leaseFor + turnSpread)
		comes(1)

		d.tell(true)
		wait(pauseAfter)
		<-told // that it is hidden
		d.kept()
		wait(time.Minute)
		comes(0)
		for _, s := range streams[1:] {
			s.Close()
		}
		stop()
		if d.kept != nil || me.turn != nil {
			t.Error("a listener is left")
		}
	})
}

// Requests that the server may hold are answered at once while other tabs have streams.
func TestHeldAnswersAreForOneTab(t *testing.T) {
	d := &fakeDevice{values: map[string]string{}}
	me := d.tab("me")
	ask := func() time.Duration {
		t.Helper()
		if _, err := me.Fetch(t.Context(), live.Request{Hold: time.Minute}); err != nil {
			t.Fatal(err)
		}
		return d.held
	}
	me.renew()
	if held := ask(); held != time.Minute {
		t.Errorf("alone: held %v", held)
	}
	d.tab("other").renew()
	if held := ask(); held != 0 {
		t.Errorf("with another tab: held %v", held)
	}
}

func TestAHiddenTabPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDevice{}
		told := make(chan live.Wake, 10)
		stop := d.tab("me").Watch(func(w live.Wake) { told <- w })
		tells := func(want ...live.Wake) {
			t.Helper()
			synctest.Wait()
			for _, w := range want {
				if len(told) == 0 || <-told != w {
					t.Errorf("did not tell %v", want)
				}
			}
			if len(told) > 0 {
				t.Errorf("told more than %v", want)
			}
		}
		d.tell(true)
		wait(pauseAfter - 1)
		d.tell(false)
		wait(pauseAfter)
		tells(live.WakeVisible)
		d.tell(true)
		wait(pauseAfter)
		tells(live.WakeHide)
		d.tell(false)
		tells(live.WakeVisible)
		d.tell(true)
		stop()
		wait(time.Minute)
		tells()
		if d.tell != nil {
			t.Error("the listener is left")
		}
	})
}
