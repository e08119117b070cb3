package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// row is one line of the table: what was measured, and the figures.
type row struct {
	Server      string `json:"server"`   // atalaya, bare, seed-poll or seed-sse
	Database    string `json:"database"` // sqlite, postgresql or –
	What        string `json:"what"`
	Subscribers int    `json:"subscribers"`

	Connected      figure `json:"connected"`
	Refused        figure `json:"refused"`
	ConnectRate    figure `json:"connects_per_second"`
	UpdateRate     figure `json:"updates_per_second"`
	WriteP50       figure `json:"write_p50_ms"`
	WriteP99       figure `json:"write_p99_ms"`
	P50            figure `json:"p50_ms"`
	P90            figure `json:"p90_ms"`
	P99            figure `json:"p99_ms"`
	Max            figure `json:"max_ms"`
	ToAll          figure `json:"to_all_ms"`
	Conflated      figure `json:"conflated"`
	Lost           figure `json:"lost"`
	QueriesOpening figure `json:"queries_while_connecting"`
	QueriesIdle    figure `json:"queries_per_second_idle"`
	QueriesBusy    figure `json:"queries_per_second_busy"`
	BytesPerStream figure `json:"bytes_per_stream"`
	CPUPerEvent    figure `json:"cpu_us_per_event"`
	IdleCPU        figure `json:"idle_cpu_percent"`
}

// newRow returns a row in which nothing was measured.
func newRow(server, database, what string, subscribers int) row {
	return row{
		Server: server, Database: database, What: what, Subscribers: subscribers,
		Connected: none, Refused: none, ConnectRate: none, UpdateRate: none, WriteP50: none, WriteP99: none,
		P50: none, P90: none, P99: none, Max: none, ToAll: none,
		Conflated: none, Lost: none, QueriesOpening: none, QueriesIdle: none, QueriesBusy: none,
		BytesPerStream: none, CPUPerEvent: none, IdleCPU: none,
	}
}

// file names a profile of the row.
func (r row) file(span string) string {
	name := fmt.Sprintf("%s %s %s %d %s.perf", r.Server, r.Database, r.What, r.Subscribers, span)
	parts := strings.FieldsFunc(name, func(c rune) bool { return c == ' ' || c == ',' || c == '…' || c == '–' })
	return strings.Join(parts, "-")
}

// column is one column of a table: its title and the figure of a row. Those
// with a name among the ratios are worth comparing.
type column struct {
	title string
	of    func(row) figure
	ratio string
}

var columns = []column{
	{"connected", func(r row) figure { return r.Connected }, ""},
	{"refused", func(r row) figure { return r.Refused }, ""},
	{"conn/s", func(r row) figure { return r.ConnectRate }, "conn/s"},
	{"upd/s", func(r row) figure { return r.UpdateRate }, ""},
	{"write p50", func(r row) figure { return r.WriteP50 }, ""},
	{"write p99", func(r row) figure { return r.WriteP99 }, ""},
	{"p50 ms", func(r row) figure { return r.P50 }, "p50"},
	{"p90", func(r row) figure { return r.P90 }, "p90"},
	{"p99", func(r row) figure { return r.P99 }, "p99"},
	{"max", func(r row) figure { return r.Max }, "max"},
	{"to all", func(r row) figure { return r.ToAll }, "to all"},
	{"conflated", func(r row) figure { return r.Conflated }, ""},
	{"lost", func(r row) figure { return r.Lost }, ""},
	{"q opening", func(r row) figure { return r.QueriesOpening }, ""},
	{"q/s idle", func(r row) figure { return r.QueriesIdle }, ""},
	{"q/s busy", func(r row) figure { return r.QueriesBusy }, ""},
	{"B/stream", func(r row) figure { return r.BytesPerStream }, "B/stream"},
	{"µs/event", func(r row) figure { return r.CPUPerEvent }, "µs/event"},
	{"idle %", func(r row) figure { return r.IdleCPU }, "idle"},
}

// writeTable prints the rows, aligned, without the columns nobody measured.
func writeTable(w io.Writer, rows []row) error {
	var shown []column
	for _, c := range columns {
		for _, r := range rows {
			if c.of(r).known() {
				shown = append(shown, c)
				break
			}
		}
	}
	lines := [][]string{{"server", "database", "what", "subscribers"}}
	for _, c := range shown {
		lines[0] = append(lines[0], c.title)
	}
	for _, r := range rows {
		line := []string{r.Server, r.Database, r.What, fmt.Sprint(r.Subscribers)}
		for _, c := range shown {
			line = append(line, c.of(r).String())
		}
		lines = append(lines, line)
	}
	return align(w, lines, 3)
}

// writeRatios prints each row divided by the bare server's of the same task with
// as many subscribers; nothing without one.
func writeRatios(w io.Writer, rows []row) error {
	floor := map[int]row{}
	for _, r := range rows {
		if r.Server == serveBare {
			floor[r.Subscribers] = r
		}
	}
	lines := [][]string{{"server", "database", "what", "subscribers"}}
	for _, c := range columns {
		if c.ratio != "" {
			lines[0] = append(lines[0], c.ratio)
		}
	}
	for _, r := range rows {
		base, ok := floor[r.Subscribers]
		if !ok || r.What != base.What {
			continue
		}
		line := []string{r.Server, r.Database, r.What, fmt.Sprint(r.Subscribers)}
		for _, c := range columns {
			if c.ratio != "" {
				line = append(line, ratio(c.of(r), c.of(base)))
			}
		}
		lines = append(lines, line)
	}
	if len(lines) == 1 {
		return nil
	}
	fmt.Fprintf(w, "\nAs ratios to %s net/http with as many subscribers\n\n", serveBare)
	return align(w, lines, 3)
}

func ratio(a, b figure) string {
	if !a.known() || !b.known() || b == 0 {
		return none.String()
	}
	return (a / b).String() + "×"
}

// align pads every column to its widest cell: the first left columns to the
// right, figures to the left.
func align(w io.Writer, lines [][]string, left int) error {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for i, cell := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if i < left {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
