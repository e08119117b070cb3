package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/work"
)

func (f *fixture) rent(t *testing.T, server string, uses ...work.BudgetUse) []work.BudgetOthers {
	t.Helper()
	told, err := f.Rent(t.Context(), server, uses, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(told, func(a, b work.BudgetOthers) int { return cmp.Compare(a.Key, b.Key) })
	for i := range told { // pauses run out while the test does
		told[i].Pause = told[i].Pause.Round(10 * time.Second)
	}
	return told
}

func others(key string, servers int, rate float64, pause time.Duration) work.BudgetOthers {
	return work.BudgetOthers{Key: key, Servers: servers, Rate: rate, Pause: pause}
}

func TestRent(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		a, b := work.BudgetUse{Key: "a", Rate: 5}, work.BudgetUse{Key: "b\x00ñ'", Rate: 2.5, Pause: time.Minute}
		if got := f.rent(t, "one", a, b); len(got) != 0 {
			t.Errorf("alone: %+v", got)
		}
		f.rent(t, "one", a, b) // again
		want := []work.BudgetOthers{others("a", 1, 5, 0), others("bñ'", 1, 2.5, time.Minute)}
		if got := f.rent(t, "two", work.BudgetUse{Key: "a", Rate: 4}, work.BudgetUse{Key: "bñ'", Rate: 3},
			work.BudgetUse{Key: "c", Rate: 5}); !equal(got, want) {
			t.Errorf("the second sees %+v, want %+v", got, want)
		}
		if got, want := f.rent(t, "three", a), []work.BudgetOthers{others("a", 2, 4, 0)}; !equal(got, want) {
			t.Errorf("the third sees %+v, want %+v", got, want)
		}
		// The first dies. Its pause goes on, and nothing else of it.
		f.sql(t, "UPDATE budgets SET until = '2001-01-01 00:00:00.000+00:00' WHERE server = 'one'")
		want = []work.BudgetOthers{others("a", 1, 4, 0), others("bñ'", 1, 3, time.Minute)}
		if got := f.rent(t, "three", a, work.BudgetUse{Key: b.Key, Rate: 5}); !equal(got, want) {
			t.Errorf("after a death the third sees %+v, want %+v", got, want)
		}
	})
}

// Of servers that come at the same moment, at most one believes itself alone.
func TestRentAtTheSameMoment(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for round := range 20 {
			var wg sync.WaitGroup
			var mu sync.Mutex
			alone := 0
			for n := range 4 {
				wg.Go(func() {
					use := []work.BudgetUse{{Key: fmt.Sprint("host ", round), Rate: 5}}
					others, err := f.Rent(t.Context(), fmt.Sprint("server ", n), use, time.Minute)
					mu.Lock()
					defer mu.Unlock()
					if err != nil {
						t.Error(err)
					}
					if len(others) == 0 {
						alone++
					}
				})
			}
			wg.Wait()
			if alone > 1 {
				t.Errorf("%d of 4 servers saw no other", alone)
			}
		}
	})
}

// More budgets than one statement takes, and what is long over is forgotten.
func TestRentMany(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.sql(t, "INSERT INTO budgets (key, server, told, until, rate, pause_ms) VALUES "+
			"('old', 'gone', '2001-01-01 00:00:00.000+00:00', '2001-01-01 00:00:00.000+00:00', 5, 0)")
		var uses []work.BudgetUse
		for n := range 450 {
			uses = append(uses, work.BudgetUse{Key: fmt.Sprint("host ", n), Rate: 5})
		}
		f.rent(t, "one", uses...)
		if got := f.rent(t, "two", uses...); len(got) != 450 {
			t.Errorf("the second sees %d budgets of the first, want 450", len(got))
		}
		if got := f.text(t, "SELECT count(*) FROM budgets"); got != "900" {
			t.Errorf("%s rows, want 900", got)
		}
	})
}
