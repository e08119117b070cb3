package main

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	a := newRow("atalaya", "postgresql", "1 audit", 1000)
	a.P50, a.P99, a.BytesPerStream = 4.25, 16, 30_000
	b := newRow("bare", "–", "1 audit", 1000)
	b.P50, b.P99, b.CPUPerEvent = 8.5, 10, 20.12
	c := newRow("atalaya", "sqlite", "other", 1000)
	c.P50 = 1
	for _, test := range []struct {
		name  string
		write func(*strings.Builder) error
		want  string
	}{
		{"figures", func(w *strings.Builder) error { return writeTable(w, []row{a, b}) }, `
server   database    what     subscribers  p50 ms  p99  B/stream  µs/event
atalaya  postgresql  1 audit         1000    4.25   16     30000         –
bare     –           1 audit         1000    8.50   10         –      20.1
`},
		{"ratios", func(w *strings.Builder) error { return writeRatios(w, []row{a, b, c}) }, `

As ratios to bare net/http with as many subscribers

server   database    what     subscribers  conn/s    p50  p90    p99  max  to all  B/stream  µs/event  idle
atalaya  postgresql  1 audit         1000       –  0.50×    –  1.60×    –       –         –         –     –
bare     –           1 audit         1000       –     1×    –     1×    –       –         –        1×     –
`},
		{"no floor", func(w *strings.Builder) error { return writeRatios(w, []row{a}) }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got strings.Builder
			if err := test.write(&got); err != nil {
				t.Fatal(err)
			}
			if want := strings.TrimPrefix(test.want, "\n"); got.String() != want {
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}
