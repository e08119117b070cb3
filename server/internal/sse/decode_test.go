package sse

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func decodeAll(t *testing.T, r io.Reader) (events []Event, d *Decoder) {
	t.Helper()
	d = NewDecoder(r)
	for {
		e, err := d.Next()
		if errors.Is(err, io.EOF) {
			return events, d
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
}

func message(data string) Event { return Event{Data: []byte(data)} }

func TestDecoder(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []Event
		id       string
		retry    int
	}{
		// The examples of the standard, section 9.2.6.
		{"two lines", "data: YHOO\ndata: +2\ndata: 10\n\n", []Event{message("YHOO\n+2\n10")}, "", 0},
		{"four blocks", ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
			[]Event{{ID: "1", Data: []byte("first event")}, message("second event"), message(" third event")}, "", 0},
		{"empty data", "data\n\ndata\ndata\n\ndata:", []Event{message(""), message("\n")}, "", 0},
		{"one space", "data:test\n\ndata: test\n\n", []Event{message("test"), message("test")}, "", 0},

		{"CR", "data: a\rdata: b\r\r", []Event{message("a\nb")}, "", 0},
		{"CRLF", "data: a\r\ndata: b\r\n\r\n", []Event{message("a\nb")}, "", 0},
		{"mixed ends", "data: a\r\ndata: b\n\rdata: c\r\r", []Event{message("a\nb"), message("c")}, "", 0},
		{"byte order mark", "\uFEFFdata: a\n\n", []Event{message("a")}, "", 0},
		{"second byte order mark", "\uFEFF\uFEFFdata: a\n\n", nil, "", 0},
		{"byte order mark later", "data: a\n\n\uFEFFdata: b\n\n", []Event{message("a")}, "", 0},
		{"half an event", "data: a\n\ndata: b\n", []Event{message("a")}, "", 0},
		{"half a line", "data: a\n\nretry: 5", []Event{message("a")}, "", 0},
		{"type", "event: end\ndata: x\n\ndata: y\n\n", []Event{{Type: "end", Data: []byte("x")}, message("y")}, "", 0},
		{"type without data is forgotten", "event: end\n\ndata: y\n\n", []Event{message("y")}, "", 0},
		{"id stays", "id: 7\ndata: a\n\ndata: b\n\n", []Event{{ID: "7", Data: []byte("a")}, {ID: "7", Data: []byte("b")}}, "7", 0},
		{"id alone", "id: 7\n\n", nil, "7", 0},
		{"id with NUL", "id: 7\n\nid: 8\x009\ndata: a\n\n", []Event{{ID: "7", Data: []byte("a")}}, "7", 0},
		{"retry", "retry: 2000\ndata: a\n\ndata: b\n\n", []Event{{Retry: 2000, Data: []byte("a")}, message("b")}, "", 2000},
		{"retry not digits", "retry: 10\n\nretry: 2s\n\nretry: -1\n\nretry: +1\n\nretry:\n\nretry: 1 \n\n", nil, "", 10},
		{"retry huge", "retry: 99999999999999999999999999\n\n", nil, "", 1 << 30},
		{"unknown and odd fields", "foo: 1\nData: x\n data: x\ndata : x\n::\ndata: a\n\n", []Event{message("a")}, "", 0},
		{"colons in data", "data: a: b:\n\n", []Event{message("a: b:")}, "", 0},
		{"not UTF-8", "data: a\xffb\n\n", []Event{message("a\uFFFDb")}, "", 0},
		{"empty", "", nil, "", 0},
		{"empty lines", "\n\r\n\r\n\n", nil, "", 0},
	} {
		for name, cut := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r },
			"bytes": iotest.OneByteReader,
			"error": iotest.DataErrReader,
		} {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				got, d := decodeAll(t, cut(strings.NewReader(test.in)))
				if !reflect.DeepEqual(got, test.want) {
					t.Errorf("got %+v, want %+v", got, test.want)
				}
				if d.LastEventID() != test.id || d.Retry() != test.retry {
					t.Errorf("got id %q and retry %d, want %q and %d", d.LastEventID(), d.Retry(), test.id, test.retry)
				}
			})
		}
	}
}

func TestDecoderComments(t *testing.T) {
	d := NewDecoder(strings.NewReader(": heartbeat\n\n:x\n:\ndata: a\n\n"))
	var got []string
	d.OnComment = func(text string) { got = append(got, text) }
	if _, err := d.Next(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"heartbeat", "x", ""}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An event that ends in CR must come out before the next byte arrives, or a
// stream of CR lines would lag one event behind for ever.
func TestDecoderDoesNotWaitAfterCR(t *testing.T) {
	r, w := io.Pipe()
	d := NewDecoder(r)
	go w.Write([]byte("data: a\r\r"))
	if e, err := d.Next(); err != nil || string(e.Data) != "a" {
		t.Fatalf("got %+v, %v", e, err)
	}
	go func() {
		w.Write([]byte("\ndata: b\r\r"))
		w.Close()
	}()
	if e, err := d.Next(); err != nil || string(e.Data) != "b" {
		t.Fatalf("got %+v, %v", e, err)
	}
}

func TestDecoderBounds(t *testing.T) {
	line := strings.Repeat("x", MaxEvent/2)
	for name, in := range map[string]string{
		"one endless line": "data: " + line + line + line,
		"many data lines":  "data: " + line + "\ndata: " + line + "\ndata: " + line + "\n\n",
	} {
		if _, err := NewDecoder(strings.NewReader(in)).Next(); !errors.Is(err, ErrTooLong) {
			t.Errorf("%s: got %v, want ErrTooLong", name, err)
		}
	}
	if e, err := NewDecoder(strings.NewReader("data: " + line + "\n\n")).Next(); err != nil ||
		len(e.Data) != len(line) {
		t.Errorf("half the bound: got %d bytes, %v", len(e.Data), err)
	}
}

func TestDecoderReportsACutConnection(t *testing.T) {
	cut := io.MultiReader(strings.NewReader("data: a\n\ndata: b\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	d := NewDecoder(cut)
	if _, err := d.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want io.ErrUnexpectedEOF", err)
	}
}

// Whatever can be written is read back: the data with LF for every line end,
// invalid UTF-8 replaced, the id kept.
func FuzzRoundTrip(f *testing.F) {
	f.Add(2000, "17", "heartbeat", []byte(`{"a":"b"}`))
	f.Add(0, "", "", []byte("a\r\n\rb\n"))
	f.Add(1, "ñ", "x:y", []byte(" \uFEFF\x00"))
	f.Fuzz(func(t *testing.T, retry int, id, kind string, data []byte) {
		if data == nil {
			data = []byte{}
		}
		block, err := Append(nil, Event{Retry: retry, ID: id, Type: kind, Data: data})
		if err != nil {
			return
		}
		got, _ := decodeAll(t, bytes.NewReader(append(block, block...)))
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
		want := Event{
			Retry: min(retry, maxRetry), ID: text([]byte(id)), Type: text([]byte(kind)),
			Data: []byte(text([]byte(lines))),
		}
		if !reflect.DeepEqual(got, []Event{want, want}) {
			t.Errorf("got %+v, want twice %+v", got, want)
		}
	})
}

// However hostile the stream, the decoder ends, and the size of what it
// returns is bounded.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("\uFEFFretry: 5\r\nid: 1\rdata: x\n\n: c\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, _ := decodeAll(t, bytes.NewReader(in))
		cut, _ := decodeAll(t, iotest.OneByteReader(bytes.NewReader(in)))
		if !reflect.DeepEqual(whole, cut) {
			t.Errorf("cut into bytes: got %+v, want %+v", cut, whole)
		}
	})
}
