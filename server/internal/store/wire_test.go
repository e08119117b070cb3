package store

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"testing/iotest"
)

// told is what a server says: a message of a kind.
func told(kind byte, body string) []byte {
	message := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4))
	return append(message, body...)
}

// said is a connection of which only reading matters.
type said struct {
	net.Conn
	io.Reader
}

func (s said) Read(p []byte) (int, error) { return s.Reader.Read(p) }

// TestWireKeepsNotificationsBack reads the same conversation in pieces of every kind.
func TestWireKeepsNotificationsBack(t *testing.T) {
	key := told('K', "\x00\x00\x12\x34secret")
	notice := told('A', "\x00\x00\x00\x07audits_wake\x00\x00")
	complete, ready, empty := told('C', "COMMIT\x00"), told('Z', "I"), told('I', "")
	talk := bytes.Join([][]byte{key, notice, notice, empty, notice, complete, ready, notice}, nil)
	want := bytes.Join([][]byte{key, empty, complete, ready}, nil)
	pieces := map[string]func(io.Reader) io.Reader{
		"whole":     func(r io.Reader) io.Reader { return r },
		"halves":    iotest.HalfReader,
		"bytes":     iotest.OneByteReader,
		"end early": iotest.DataErrReader,
	}
	for name, cut := range pieces {
		w := &wire{Conn: said{Reader: cut(bytes.NewReader(talk))}}
		got, err := io.ReadAll(w)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
		if got, want := w.process(), 0x1234; got != want {
			t.Errorf("%s: process: got %d, want %d", name, got, want)
		}
	}
}

// TestWireBearsNonsense has a length that is none end no loop.
func TestWireBearsNonsense(t *testing.T) {
	for _, length := range []string{"\x00\x00\x00\x00", "\x00\x00\x00\x04", "\x80\x00\x00\x00", "\xff\xff\xff\xff"} {
		w := &wire{Conn: said{Reader: bytes.NewReader([]byte("A" + length + "Z\x00\x00\x00\x05I"))}}
		if _, err := io.Copy(io.Discard, w); err != nil {
			t.Errorf("%q: %v", length, err)
		}
	}
}
