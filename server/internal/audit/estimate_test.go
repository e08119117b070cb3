package audit

import (
	"testing"
	"time"
)

// course is how far a stage is at each second.
type course func(second int) (done, total int)

// TestEstimate follows stages to their ends, and compares what was said at each second with
// what came.
func TestEstimate(t *testing.T) {
	for name, c := range map[string]struct {
		course course
		end    int
		// From said to the end something is said, but for the last seconds of a rush, and
		// from right on it is within a fifth of the truth.
		said, right int
	}{
		"constant":     {func(s int) (int, int) { return 5 * s, 1000 }, 200, 5, 5},
		"one a second": {func(s int) (int, int) { return s, 100 }, 100, 5, 5},
		"slowing": {func(s int) (int, int) {
			return 10*min(s, 50) + 2*max(s-50, 0), 1000
		}, 300, 5, 82}, // a look back after the turn
		"gaining": {func(s int) (int, int) {
			return 2*min(s, 50) + 10*max(s-50, 0), 1000
		}, 140, 5, 82},
		"growing, then known": {func(s int) (int, int) {
			return 5 * s, min(100+10*s, 700)
		}, 140, 68, 92},
		"growing a little": {func(s int) (int, int) {
			return 10 * s, 500 + 3*s
		}, 71, 5, 5},
		"growing to the limit": {func(s int) (int, int) {
			return 5 * s, min(2+50*s, 500)
		}, 100, 20, 20},
	} {
		t.Run(name, func(t *testing.T) {
			var e estimate
			begin := time.Now()
			for s := range c.end {
				done, total := c.course(s)
				now := look{begin.Add(time.Duration(s) * time.Second), done, total}
				left, ok := e.left(now)
				e.note(now)
				if ok != (s >= c.said) {
					t.Fatalf("at %d s, %d of %d: said %v", s, done, total, ok)
				}
				truth := time.Duration(c.end-s) * time.Second
				if s >= c.right && (left-truth).Abs() > truth/5+time.Second {
					t.Fatalf("at %d s, %d of %d: %v left, in truth %v", s, done, total, left, truth)
				}
			}
		})
	}
}

func TestEstimateKnowsWhatItCannot(t *testing.T) {
	begin := time.Now()
	at := func(s, done, total int) look { return look{begin.Add(time.Duration(s) * time.Second), done, total} }
	said := func(now look, looks ...look) bool {
		var e estimate
		for _, l := range looks {
			e.note(l)
		}
		_, ok := e.left(now)
		return ok
	}
	for name, c := range map[string]struct {
		got, want bool
	}{
		"nothing seen":         {said(at(9, 9, 10)), false},
		"too early":            {said(at(4, 40, 100), at(0, 0, 100)), false},
		"too little done":      {said(at(20, 4, 100), at(0, 0, 100)), false},
		"a silent site":        {said(at(300, 50, 100), at(0, 0, 100), at(10, 50, 100), at(250, 50, 100)), false},
		"the end runs away":    {said(at(20, 40, 200), at(0, 0, 100)), false},
		"taken up again":       {said(at(24, 6, 100), at(0, 0, 100), at(19, 80, 100), at(20, 0, 100)), false},
		"taken up, and steady": {said(at(26, 30, 100), at(0, 0, 100), at(19, 80, 100), at(20, 0, 100)), true},
		"a clock set back":     {said(at(3, 60, 100), at(100, 50, 100), at(1, 55, 100)), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: said %v", name, c.got)
		}
	}
}

func TestRoundLeft(t *testing.T) {
	for d, want := range map[time.Duration]int{
		0: 10, time.Second: 10, 10 * time.Second: 10, 11 * time.Second: 20, time.Minute: 60, 61 * time.Second: 90,
		89 * time.Second: 90, 91 * time.Second: 120, time.Hour: 3600,
	} {
		if got := roundLeft(d); got != want {
			t.Errorf("%v: got %d s, want %d", d, got, want)
		}
	}
}
