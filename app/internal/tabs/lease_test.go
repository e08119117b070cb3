package tabs

import (
	"errors"
	"fmt"
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

func (d *fakeDevice) Remove(string)  {}
func (d *fakeDevice) Keys() []string { return nil }

func (d *fakeDevice) OpenStream(url string, _ func(live.Signal)) (live.Stream, error) {
	if url == "refused" {
		return nil, errors.ErrUnsupported
	}
	d.open++
	return d, nil
}

func (d *fakeDevice) Close() { d.open-- }

func (d *fakeDevice) Watch(func(live.Wake)) func() { return func() {} }

func (d *fakeDevice) WatchHidden(tell func(hidden bool)) func() {
	d.tell = tell
	return func() { d.tell = nil }
}

func (d *fakeDevice) tab(name string) *solo {
	return &solo{Platform: d, visibility: d, kv: d, name: name, now: time.Now}
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
		if got, _ := d.Get(keyLeases); got != "{}" || d.open != 0 {
			t.Errorf("left: %s, %d open", got, d.open)
		}
	})
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
