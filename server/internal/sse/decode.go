package sse

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxEvent bounds what a [Decoder] holds of one event, in bytes: the data so
// far and the current line.
const MaxEvent = 1 << 20

// ErrTooLong is returned by [Decoder.Next] for an event beyond [MaxEvent].
var ErrTooLong = errors.New("event too long")

// maxRetry is the greatest reconnection time kept, in milliseconds; a greater
// one counts as this.
const maxRetry = 1 << 30

var byteOrderMark = []byte("\uFEFF")

// Decoder reads events from a stream. It belongs to one goroutine.
type Decoder struct {
	// OnComment is called with the text after the colon of each comment line,
	// less one leading space. Defaults to nil: comments are skipped.
	OnComment func(text string)

	r       *bufio.Reader
	line    []byte
	started bool // the first line, which may bear a byte order mark, was read
	skipLF  bool // the last line ended in CR; an LF right after it is part of that end

	data    []byte // each data field followed by LF
	hasData bool
	event   string
	id      string
	retry   int
	asked   int // retry since the last event
}

// NewDecoder returns a decoder that reads from r, buffered.
func NewDecoder(r io.Reader) *Decoder { return &Decoder{r: bufio.NewReader(r)} }

// Retry is the reconnection time in milliseconds that the stream asked for
// last; 0 before it did.
func (d *Decoder) Retry() int { return d.retry }

// LastEventID is the id in force: what a reconnection would send.
func (d *Decoder) LastEventID() string { return d.id }

// Next returns the next event. It returns as soon as the empty line that ends
// the event was read. Retry is set when it was asked for since the last event.
// Errors of the reader are returned as they are, [io.EOF] at the end of the
// stream.
func (d *Decoder) Next() (Event, error) {
	for {
		line, err := d.readLine()
		if err != nil {
			return Event{}, err
		}
		if len(line) > 0 {
			if err := d.field(line); err != nil {
				return Event{}, err
			}
			continue
		}
		e := Event{ID: d.id, Type: d.event}
		dispatch := d.hasData
		if dispatch {
			e.Data = bytes.Clone(d.data[:len(d.data)-1])
		}
		d.data, d.hasData, d.event = d.data[:0], false, ""
		if dispatch {
			e.Retry, d.asked = d.asked, 0
			return e, nil
		}
	}
}

// readLine returns the next whole line without its end. A CR ends the line at
// once: waiting to see whether an LF follows could wait for ever.
func (d *Decoder) readLine() ([]byte, error) {
	d.line = d.line[:0]
	for {
		b, err := d.r.ReadByte()
		if err != nil {
			return nil, err
		}
		if d.skipLF {
			d.skipLF = false
			if b == '\n' {
				continue
			}
		}
		if b == '\n' || b == '\r' {
			d.skipLF = b == '\r'
			if !d.started {
				d.started = true
				return bytes.TrimPrefix(d.line, byteOrderMark), nil
			}
			return d.line, nil
		}
		if len(d.line)+len(d.data) >= MaxEvent {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLong, MaxEvent)
		}
		d.line = append(d.line, b)
	}
}

func (d *Decoder) field(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "":
		if d.OnComment != nil {
			d.OnComment(text(value))
		}
	case "data":
		d.data = append(append(d.data, text(value)...), '\n')
		d.hasData = true
		if len(d.data) > MaxEvent {
			return fmt.Errorf("%w: more than %d bytes", ErrTooLong, MaxEvent)
		}
	case "event":
		d.event = text(value)
	case "id":
		if !bytes.Contains(value, []byte{0}) {
			d.id = text(value)
		}
	case "retry":
		if ms, ok := digits(value); ok {
			d.retry, d.asked = ms, ms
		}
	}
	return nil
}

// text is the decoded value: bytes that are not UTF-8 become U+FFFD, one each.
func text(value []byte) string {
	return strings.Map(func(r rune) rune { return r }, string(value))
}

// digits reads ASCII digits only: no sign, no space, not nothing.
func digits(value []byte) (n int, ok bool) {
	for _, b := range value {
		if b < '0' || b > '9' {
			return 0, false
		}
		n = min(n*10+int(b-'0'), maxRetry)
	}
	return n, len(value) > 0
}
