package main

import (
	"strings"
	"testing"
	"time"
)

func TestVerdict(t *testing.T) {
	first := footprint{resident: 40 << 20, goroutines: 20, descriptors: 30}
	for name, c := range map[string]struct {
		change func(e *endurance)
		says   string
	}{
		"flat":                  {func(*endurance) {}, ""},
		"smaller":               {func(e *endurance) { e.last.resident = 0 }, ""},
		"a swing":               {func(e *endurance) { e.last.resident += 20 << 20 }, ""},
		"memory for each":       {func(e *endurance) { e.last.resident += 40 << 20 }, "not flat"},
		"goroutines that stay":  {func(e *endurance) { e.last.goroutines += 21 }, "not flat"},
		"descriptors that stay": {func(e *endurance) { e.last.descriptors += 1000 }, "not flat"},
		"a state that was lost": {func(e *endurance) { e.lost = 1 }, "1 subscribers did not"},
	} {
		e := &endurance{first: first, last: first}
		c.change(e)
		err := e.verdict()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
}

func TestEnduranceTable(t *testing.T) {
	var b strings.Builder
	err := writeEndurance(&b, []*endurance{{
		database: sqlite, what: "churn", during: time.Hour, rounds: 60, streams: 120_000, updates: 240_000,
		first: footprint{40e6, 19, 23}, last: footprint{41.25e6, 19, 24},
	}})
	want := "sqlite    churn  1h0m0s      60   120000   240000     0      40.0  41.2                19    19                 23    24"
	if err != nil || !strings.Contains(b.String(), want) {
		t.Errorf("got %v\n%s", err, b.String())
	}
}

func TestValue(t *testing.T) {
	const text = "# HELP go_goroutines Number\ngo_goroutines 17\natalaya_streams{transport=\"sse\"} 1.5e3\n"
	for name, want := range map[string]float64{
		"go_goroutines": 17, `atalaya_streams{transport="sse"}`: 1500, "go_gorout": 0, "missing": 0,
	} {
		if got := value(text, name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
