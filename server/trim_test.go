package main

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestARushIsOverOnce(t *testing.T) {
	for name, c := range map[string]struct {
		arrivals []int64 // at each look
		over     []int   // the looks at which memory is given back
	}{
		"nobody":              {[]int64{0, 0, 0, 0}, nil},
		"a few":               {[]int64{100, 200, 499, 499, 499, 499}, nil},
		"a rush":              {[]int64{400, 1000, 1000, 1000, 1000, 1000}, []int{3}},
		"a rush with a tail":  {[]int64{5000, 10_000, 10_050, 10_090, 10_120}, []int{3}},
		"a rush that goes on": {[]int64{1000, 2000, 3000, 4000, 5000, 6000}, nil},
		"two rushes":          {[]int64{600, 600, 600, 600, 1200, 1200, 1200, 1200}, []int{2, 6}},
		"slowly many":         {[]int64{200, 400, 600, 601, 602}, []int{4}},
	} {
		var r rush
		var over []int
		for i, n := range c.arrivals {
			if r.over(n) {
				over = append(over, i)
			}
		}
		if !slices.Equal(over, c.over) {
			t.Errorf("%s: over at %v, want %v", name, over, c.over)
		}
	}
}

func TestTrimmerGivesBackAfterARush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var arrivals, freed atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- trimmer{arrivals.Load, func() { freed.Add(1) }}.run(ctx) }()
		arrivals.Store(trimRush)
		time.Sleep(time.Hour)
		synctest.Wait()
		cancel()
		if err := <-done; err != nil || freed.Load() != 1 {
			t.Errorf("memory given back %d times, want once; %v", freed.Load(), err)
		}
	})
}
