package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// footprint is what a process holds at a moment.
type footprint struct {
	resident    float64 // bytes
	goroutines  float64
	descriptors float64
}

// Slack is what a footprint at rest may grow by from its first to its last look: the
// heap swings with the collector, and pools of connections fill. A leak of one thing for
// every stream would be thousands.
const (
	residentSlack = 16 << 20
	countSlack    = 20
)

// within reports whether f is no more than first and the slack.
func (f footprint) within(first footprint) bool {
	return f.resident <= first.resident*5/4+residentSlack &&
		f.goroutines <= first.goroutines+countSlack && f.descriptors <= first.descriptors+countSlack
}

// endurance is what a server went through in a soak, and what was left of it.
type endurance struct {
	database string
	what     string
	during   time.Duration
	rounds   int
	streams  int // opened
	updates  int
	lost     int // subscribers without the last state, in all rounds
	// first is the footprint at rest after the warm-up, last that at the end.
	first, last footprint
}

// verdict returns what is wrong with the outcome, or nil.
func (e *endurance) verdict() error {
	switch {
	case e.lost > 0:
		return fmt.Errorf("%s, %s: %d subscribers did not get the last state", e.database, e.what, e.lost)
	case !e.last.within(e.first):
		return fmt.Errorf("%s, %s: not flat: %+v, then %+v", e.database, e.what, e.first, e.last)
	}
	return nil
}

// writeEndurance prints the outcomes as a table.
func writeEndurance(w io.Writer, all []*endurance) error {
	lines := [][]string{{"database", "what", "time", "rounds", "streams", "updates", "lost",
		"MB first", "last", "goroutines first", "last", "descriptors first", "last"}}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	megabytes := func(f float64) string { return strconv.FormatFloat(f/1e6, 'f', 1, 64) }
	for _, e := range all {
		lines = append(lines, []string{e.database, e.what, e.during.Round(time.Second).String(), strconv.Itoa(e.rounds),
			strconv.Itoa(e.streams), strconv.Itoa(e.updates), strconv.Itoa(e.lost),
			megabytes(e.first.resident), megabytes(e.last.resident), number(e.first.goroutines), number(e.last.goroutines),
			number(e.first.descriptors), number(e.last.descriptors)})
	}
	return align(w, lines, 2)
}

// value is the figure of one line of a server's metrics; 0 if there is none.
func value(metrics, name string) float64 {
	for line := range strings.Lines(metrics) {
		if text, ok := strings.CutPrefix(line, name+" "); ok {
			n, _ := strconv.ParseFloat(strings.TrimSpace(text), 64)
			return n
		}
	}
	return 0
}
