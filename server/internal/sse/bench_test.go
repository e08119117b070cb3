package sse

import (
	"bytes"
	"io"
	"testing"
)

// Reading a stream of events as large as progress is.
func BenchmarkDecoder(b *testing.B) {
	block, err := Append(nil, Event{ID: "1234567", Data: bytes.Repeat([]byte{'x'}, 1500)})
	if err != nil {
		b.Fatal(err)
	}
	const events = 100
	stream := bytes.NewReader(bytes.Repeat(block, events))
	b.SetBytes(stream.Size())
	b.ReportAllocs()
	for b.Loop() {
		_, _ = stream.Seek(0, io.SeekStart)
		d := NewDecoder(stream)
		for range events {
			if _, err := d.Next(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
