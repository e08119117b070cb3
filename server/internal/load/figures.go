package main

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"
)

// figure is a measured number; NaN was not measured.
type figure float64

var none = figure(math.NaN())

func (f figure) known() bool { return !math.IsNaN(float64(f)) && !math.IsInf(float64(f), 0) }

// MarshalJSON writes what was not measured as null.
func (f figure) MarshalJSON() ([]byte, error) {
	if !f.known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// String writes three significant digits, at most two of them decimals.
func (f figure) String() string {
	decimals := 0
	switch abs := math.Abs(float64(f)); {
	case !f.known():
		return "–"
	case abs < 9.995 && abs != math.Trunc(abs):
		decimals = 2
	case abs < 99.95 && abs != math.Trunc(abs):
		decimals = 1
	}
	return strconv.FormatFloat(float64(f), 'f', decimals, 64)
}

// per is a / b, or none when there is no b.
func per(a, b float64) figure {
	if b == 0 {
		return none
	}
	return figure(a / b)
}

func ms(d time.Duration) figure { return figure(float64(d) / 1e6) }

// percentile is the p-th percentile, 0 to 1, of sorted values by nearest rank:
// the smallest value that at least p of all do not exceed.
func percentile(sorted []time.Duration, p float64) figure {
	if len(sorted) == 0 {
		return none
	}
	rank := int(math.Ceil(p * float64(len(sorted))))
	return ms(sorted[min(max(rank-1, 0), len(sorted)-1)])
}

// sample is one progress frame that a subscriber got.
type sample struct {
	subscriber int32
	seq        int32
	at         time.Duration // since the program's start
}

// delivery is what became of a series of updates.
type delivery struct {
	latencies []time.Duration // of each update at each subscriber, sorted
	toAll     []time.Duration // of each update that reached everybody, sorted
	writes    []time.Duration // how long each update took to write
	received  int             // frames
	conflated int             // states that a subscriber never got
	lost      int             // subscribers without the last state
}

// reckon works out the deliveries of one topic: sent[n] is when update n+1 was
// sent, subscribers are numbered from first, and samples hold, per subscriber, growing
// numbers. A state counts as there when it or a newer one is.
func reckon(sent []time.Duration, first, subscribers int, samples []sample) (d delivery) {
	have := make([]int, subscribers) // the newest state of each subscriber
	last := make([]time.Duration, len(sent))
	reached := make([]int, len(sent))
	for _, s := range samples {
		v, seq := int(s.subscriber)-first, int(s.seq)
		if v < 0 || v >= subscribers || seq <= have[v] || seq > len(sent) {
			continue
		}
		d.received++
		d.conflated += seq - have[v] - 1
		for n := have[v]; n < seq; n++ {
			d.latencies = append(d.latencies, s.at-sent[n])
			last[n] = max(last[n], s.at-sent[n])
			reached[n]++
		}
		have[v] = seq
	}
	for _, seq := range have {
		if seq < len(sent) {
			d.lost++
		}
	}
	for n, count := range reached {
		if count == subscribers {
			d.toAll = append(d.toAll, last[n])
		}
	}
	slices.Sort(d.latencies)
	slices.Sort(d.toAll)
	return d
}

// join adds the deliveries of another topic.
func (d *delivery) join(o delivery) {
	d.latencies = append(d.latencies, o.latencies...)
	d.toAll = append(d.toAll, o.toAll...)
	d.writes = append(d.writes, o.writes...)
	d.received += o.received
	d.conflated += o.conflated
	d.lost += o.lost
}

func (d *delivery) fill(r *row) {
	slices.Sort(d.latencies)
	slices.Sort(d.toAll)
	slices.Sort(d.writes)
	r.WriteP50, r.WriteP99 = percentile(d.writes, .5), percentile(d.writes, .99)
	r.P50, r.P90 = percentile(d.latencies, .5), percentile(d.latencies, .9)
	r.P99, r.Max = percentile(d.latencies, .99), percentile(d.latencies, 1)
	r.ToAll = percentile(d.toAll, .5)
	r.Conflated, r.Lost = figure(d.conflated), figure(d.lost)
}
