package crawl

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

// An audit that is to ask slowly has its own pace at each host, whatever others do there.
func TestSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFetcher(Config{})
		defer f.Close()
		slowed, start := f.Slowed(0.5), time.Now()
		var got []time.Duration
		for range 3 {
			if err := slowed.slowly.wait(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
			got = append(got, time.Since(start))
		}
		if want := []time.Duration{0, 2 * time.Second, 4 * time.Second}; !reflect.DeepEqual(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
		before := time.Now()
		if err := errors.Join(slowed.slowly.wait(t.Context(), "b"), f.slowly.wait(t.Context(), "a")); err != nil {
			t.Error(err)
		}
		if took := time.Since(before); took != 0 {
			t.Errorf("another host, or another audit, waited %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := slowed.slowly.wait(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("given up: %v", err)
		}
	})
}
