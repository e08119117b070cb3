package chart_test

import (
	"reflect"
	"testing"
	"time"

	"atalaya/shared"
	"atalaya/shared/chart"
)

func TestLines(t *testing.T) {
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	at := func(hours int) shared.Time { return shared.At(now.Add(time.Duration(hours) * time.Hour)) }
	trend := []shared.Verdict{
		{AuditID: 1, GeoScore: 80, FinishedAt: at(-100)}, {AuditID: 2, GeoScore: 70, FinishedAt: at(-75)},
		{AuditID: 3, GeoScore: 90, FinishedAt: at(0)},
	}
	long := make([]shared.Verdict, 30)
	for i := range long {
		long[i] = shared.Verdict{AuditID: int64(i + 1), GeoScore: 50}
	}
	for name, c := range map[string]struct{ got, want chart.Line }{
		"at their times":   {chart.Scores(trend), chart.Line{{0, 200, 1, false}, {250, 300, 2, true}, {1000, 100, 3, false}}},
		"a small line":     {chart.Sparkline(trend), chart.Line{{0, 500, 1, false}, {500, 1000, 2, true}, {1000, 0, 3, false}}},
		"one score":        {chart.Scores(trend[:1]), chart.Line{{0, 200, 1, false}}},
		"one score, small": {chart.Sparkline(trend[:1]), chart.Line{{1000, 500, 1, false}}},
		"at one time":      {chart.Scores(long[:2]), chart.Line{{0, 500, 1, false}, {0, 500, 2, false}}},
		"the newest":       {chart.Sparkline(long)[:1], chart.Line{{0, 500, 19, false}}},
		"none":             {chart.Scores(nil), nil},
		"none, small":      {chart.Sparkline(nil), chart.Line{}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", name, c.got, c.want)
		}
	}
}

func TestPaths(t *testing.T) {
	line := chart.Line{{0, 500, 1, false}, {500, 1000, 2, true}, {1000, 0, 3, false}}
	if got, want := line.Path(), "M0 500L500 1000L1000 0"; got != want {
		t.Errorf("the line: got %s, want %s", got, want)
	}
	plain, worse, here := line.Dots(3)
	if plain != "M0 500h0M1000 0h0" || worse != "M500 1000h0" || here != "M1000 0h0" {
		t.Errorf("the dots: %q, %q, %q", plain, worse, here)
	}
	if got := (chart.Line{}).Path(); got != "" {
		t.Errorf("no score: %s", got)
	}
}
