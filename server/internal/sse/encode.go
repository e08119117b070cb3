package sse

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ContentType is the media type of an event stream. The standard knows no
// other encoding than UTF-8; the parameter is for readers that doubt it.
const ContentType = "text/event-stream; charset=utf-8"

// ErrField is wrapped by every error of [Append]: a field has a character that
// the format cannot carry.
var ErrField = errors.New("field cannot be written to an event stream")

// Event is one block of a stream.
type Event struct {
	// Retry is the reconnection time in milliseconds; 0 for none.
	Retry int
	// ID is the last event id from here on. Written, empty means that the id
	// stays as it is. Read, it is the id valid for this event, whichever block
	// set it.
	ID string
	// Type is the event type; empty means the default type, "message".
	Type string
	// Data is the payload. Written, nil means no data field: readers take the
	// other fields in and dispatch nothing.
	Data []byte
}

// Append adds the block of e to dst and returns the extended slice. On error,
// which wraps [ErrField], dst is returned as it was.
func Append(dst []byte, e Event) ([]byte, error) {
	switch {
	case e.Retry < 0:
		return dst, fmt.Errorf("%w: retry %d", ErrField, e.Retry)
	case strings.ContainsAny(e.ID, "\r\n\x00"):
		return dst, fmt.Errorf("%w: id %.40q", ErrField, e.ID)
	case strings.ContainsAny(e.Type, "\r\n"):
		return dst, fmt.Errorf("%w: type %.40q", ErrField, e.Type)
	}
	if e.Retry > 0 {
		dst = append(dst, "retry: "...)
		dst = strconv.AppendInt(dst, int64(e.Retry), 10)
		dst = append(dst, '\n')
	}
	if e.ID != "" {
		dst = append(dst, "id: "...)
		dst = append(dst, e.ID...)
		dst = append(dst, '\n')
	}
	if e.Type != "" {
		dst = append(dst, "event: "...)
		dst = append(dst, e.Type...)
		dst = append(dst, '\n')
	}
	if e.Data != nil {
		dst = appendLines(dst, "data: ", e.Data)
	}
	return append(dst, '\n'), nil
}

// AppendComment adds a comment, which readers skip and proxies count as
// traffic. Each line of text becomes a comment line.
func AppendComment(dst []byte, text string) []byte {
	return append(appendLines(dst, ": ", []byte(text)), '\n')
}

func appendLines(dst []byte, prefix string, text []byte) []byte {
	for {
		i := bytes.IndexAny(text, "\r\n")
		dst = append(dst, prefix...)
		if i < 0 {
			dst = append(dst, text...)
			return append(dst, '\n')
		}
		dst = append(dst, text[:i]...)
		dst = append(dst, '\n')
		if text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			i++
		}
		text = text[i+1:]
	}
}
