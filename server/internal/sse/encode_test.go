package sse

import (
	"errors"
	"testing"
)

func TestAppend(t *testing.T) {
	for _, test := range []struct {
		name string
		in   Event
		want string
	}{
		{"data", Event{Data: []byte(`{"a":1}`)}, "data: {\"a\":1}\n\n"},
		{"every field", Event{Retry: 2000, ID: "17", Type: "end", Data: []byte("x")}, "retry: 2000\nid: 17\nevent: end\ndata: x\n\n"},
		{"retry alone", Event{Retry: 1}, "retry: 1\n\n"},
		{"empty data is data", Event{Data: []byte{}}, "data: \n\n"},
		{"nothing", Event{}, "\n"},
		{"leading space is kept", Event{Data: []byte(" x")}, "data:  x\n\n"},
		{"LF", Event{Data: []byte("a\nb")}, "data: a\ndata: b\n\n"},
		{"CR", Event{Data: []byte("a\rb")}, "data: a\ndata: b\n\n"},
		{"CRLF", Event{Data: []byte("a\r\nb")}, "data: a\ndata: b\n\n"},
		{"LFCR is two", Event{Data: []byte("a\n\rb")}, "data: a\ndata: \ndata: b\n\n"},
		{"line ends only", Event{Data: []byte("\r\n\r\n")}, "data: \ndata: \ndata: \n\n"},
		{"forged fields stay data", Event{Data: []byte("x\nid: 9\n\nevent: end")},
			"data: x\ndata: id: 9\ndata: \ndata: event: end\n\n"},
		{"not ASCII", Event{ID: "ñ", Data: []byte("«ñandú»")}, "id: ñ\ndata: «ñandú»\n\n"},
		{"NUL in data", Event{Data: []byte("a\x00b")}, "data: a\x00b\n\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Append([]byte("<"), test.in)
			if err != nil {
				t.Fatal(err)
			}
			if want := "<" + test.want; string(got) != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestAppendRefuses(t *testing.T) {
	for _, e := range []Event{
		{ID: "1\n2"}, {ID: "1\r"}, {ID: "\x00"},
		{Type: "a\nb"}, {Type: "a\rdata: x"},
		{Retry: -1},
	} {
		got, err := Append([]byte("kept"), e)
		if !errors.Is(err, ErrField) || string(got) != "kept" {
			t.Errorf("Append(%+v): got %q, %v; want what was there and ErrField", e, got, err)
		}
	}
}

func TestAppendComment(t *testing.T) {
	for text, want := range map[string]string{
		"heartbeat":        ": heartbeat\n\n",
		"":                 ": \n\n",
		"a\r\nevent: x\rb": ": a\n: event: x\n: b\n\n",
	} {
		if got := string(AppendComment(nil, text)); got != want {
			t.Errorf("AppendComment(%q): got %q, want %q", text, got, want)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	e := Event{ID: "1234567", Data: make([]byte, 1500)}
	for i := range e.Data {
		e.Data[i] = 'x'
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = Append(buf[:0], e)
	}
}
