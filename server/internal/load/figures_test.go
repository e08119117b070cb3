package main

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	of := func(n int) (values []time.Duration) {
		for i := range n {
			values = append(values, time.Duration(i+1)*time.Millisecond)
		}
		return values
	}
	for _, test := range []struct {
		n    int
		p    float64
		want figure
	}{
		{1, .5, 1}, {1, .99, 1}, {1, 1, 1}, {1, 0, 1},
		{2, .5, 1}, {3, .5, 2}, {4, .5, 2},
		{20, .5, 10}, {20, .9, 18}, {20, .99, 20},
		{100, .5, 50}, {100, .9, 90}, {100, .99, 99}, {100, 1, 100},
		{1000, .99, 990}, {1001, .99, 991},
	} {
		if got := percentile(of(test.n), test.p); got != test.want {
			t.Errorf("percentile %v of 1 to %d ms: got %v, want %v", test.p, test.n, got, test.want)
		}
	}
	if got := percentile(nil, .5); got.known() {
		t.Errorf("of nothing: got %v, want none", got)
	}
}

func TestReckon(t *testing.T) {
	const ms = time.Millisecond
	sent := []time.Duration{10 * ms, 20 * ms, 30 * ms}
	for _, test := range []struct {
		name    string
		samples []sample
		want    delivery
	}{
		{"everybody has everything",
			[]sample{
				{5, 1, 11 * ms}, {6, 1, 13 * ms}, {5, 2, 21 * ms}, {5, 3, 31 * ms}, {6, 2, 22 * ms}, {6, 3, 34 * ms},
			},
			delivery{
				latencies: []time.Duration{ms, ms, ms, 2 * ms, 3 * ms, 4 * ms},
				toAll:     []time.Duration{2 * ms, 3 * ms, 4 * ms}, received: 6,
			}},
		{"a newer state stands for those it replaced",
			[]sample{{5, 3, 32 * ms}, {6, 1, 11 * ms}, {6, 2, 21 * ms}, {6, 3, 31 * ms}},
			delivery{
				latencies: []time.Duration{ms, ms, ms, 2 * ms, 12 * ms, 22 * ms},
				toAll:     []time.Duration{2 * ms, 12 * ms, 22 * ms}, received: 4, conflated: 2,
			}},
		{"the last state is lost",
			[]sample{{5, 1, 11 * ms}, {5, 2, 21 * ms}, {5, 3, 31 * ms}, {6, 1, 12 * ms}},
			delivery{
				latencies: []time.Duration{ms, ms, ms, 2 * ms}, toAll: []time.Duration{2 * ms}, received: 4, lost: 1,
			}},
		{"repeated, and another topic's subscribers",
			[]sample{{5, 1, 11 * ms}, {5, 1, 12 * ms}, {4, 3, 40 * ms}, {7, 3, 40 * ms}, {5, 9, 50 * ms}},
			delivery{latencies: []time.Duration{ms}, received: 1, lost: 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := reckon(sent, 5, 2, test.samples); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestFigure(t *testing.T) {
	for f, want := range map[figure]string{
		0: "0", 1: "1", 10: "10", 10_000: "10000", 0.004: "0.00", 0.125: "0.12", 1.5: "1.50", 9.994: "9.99", 9.996: "10.0",
		12.34: "12.3", 99.94: "99.9", 99.96: "100", 123.4: "123", -1.5: "-1.50", figure(math.Inf(1)): "–",
	} {
		if got := f.String(); got != want {
			t.Errorf("%v: got %s, want %s", float64(f), got, want)
		}
	}
	if got := none.String(); got != "–" {
		t.Errorf("none: got %s", got)
	}
	got, err := json.Marshal([]figure{1.5, none})
	if want := "[1.5,null]"; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestQueries(t *testing.T) {
	const metrics = `# HELP atalaya_query_seconds Time of database queries.
# TYPE atalaya_query_seconds histogram
atalaya_query_seconds_bucket{operation="SELECT",result="ok",le="+Inf"} 7
atalaya_query_seconds_sum{operation="SELECT",result="ok"} 0.5
atalaya_query_seconds_count{operation="SELECT",result="ok"} 7
atalaya_query_seconds_count{operation="SELECT",result="error"} 1
atalaya_query_seconds_count{operation="BEGIN",result="ok"} 100
atalaya_query_seconds_count{operation="UPDATE",result="ok"} 1e+06
load_queries_total 3
`
	if got, want := queries(metrics), 1_000_011.0; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
