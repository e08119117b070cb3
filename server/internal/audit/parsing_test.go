package audit

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestPagesShareTheBudgetInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(10)
		var order []int
		var mu sync.Mutex
		read := func(n, units int) {
			release, err := b.take(t.Context(), units)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, n)
			mu.Unlock()
			time.Sleep(time.Second)
			release()
		}
		start := time.Now()
		var all sync.WaitGroup
		for n, units := range []int{6, 4, 25, 3, 0, 3} { // the third is larger than the budget
			all.Go(func() { read(n, units) })
			synctest.Wait()
		}
		all.Wait()
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v, want 3 s: two pages, the huge one alone, three small ones", took)
		}
		if len(order) != 6 || order[2] != 2 || b.used != 0 {
			t.Errorf("order %v, %d in use", order, b.used)
		}
	})
}

func TestWhoGivesUpWaitingHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(10)
		release, err := b.take(t.Context(), 8)
		if err != nil {
			t.Fatal(err)
		}
		cause := errors.New("cancelled")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			if _, err := b.take(ctx, 5); !errors.Is(err, cause) {
				t.Errorf("got %v", err)
			}
		}()
		synctest.Wait()
		var small atomic.Bool
		go func() {
			free, err := b.take(t.Context(), 2)
			if err != nil {
				t.Error(err)
				return
			}
			small.Store(true)
			free()
		}()
		synctest.Wait()
		if small.Load() {
			t.Error("the small one overtook")
		}
		cancel(cause)
		synctest.Wait()
		if !small.Load() {
			t.Error("the small one still waits")
		}
		release()
		if b.used != 0 {
			t.Errorf("%d in use", b.used)
		}
	})
}
