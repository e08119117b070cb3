// Package sse writes and reads text/event-stream, and does nothing else: no
// clock, no network, no goroutine.
//
//	block, err := sse.Append(nil, sse.Event{ID: "7", Data: data})
//	block = sse.AppendComment(block, "heartbeat")
//
//	d := sse.NewDecoder(response.Body)
//	event, err := d.Next()
//
// The source of every rule is the HTML standard, section 9.2 "Server-sent
// events" (parsing, interpreting, and the advice on authoring).
//
// # Writing
//
// [Append] and [AppendComment] give whole blocks that end in an empty line, so
// that blocks can be joined in any order, and one block's bytes can be sent to
// any number of readers. Data may contain CR, LF and CRLF: each line becomes a
// data field of its own, and the reader gets LF for all three. What would break
// the framing (a line end in an id or a type, NUL in an id) is refused with
// [ErrField], never repaired in silence.
//
// # Reading
//
// A [Decoder] takes what any server sends: one byte order mark at the start, the
// three line ends however they are cut into chunks, several data fields, fields
// without colon, unknown fields, comments. An id that contains NUL and a retry
// that is not all digits are ignored. A last event without its empty line is
// discarded, because it may be half of what was meant. An event beyond
// [MaxEvent] is an error, [ErrTooLong].
//
// # Files, in reading order
//
//   - encode.go: events and comments as blocks of bytes
//   - decode.go: events from a stream
//   - ssetest: a strict reader of audit streams for tests
package sse
