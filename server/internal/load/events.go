package main

import "bytes"

// event is what the figures need of one event.
type event struct {
	kind     kind
	revision int64 // the id field; 0 for none
	audit    int64 // audit_id of the data
	seq      int64 // the number this program wrote into the message; 0 for none
}

type kind uint8

const (
	kindNone kind = iota
	kindProgress
	kindHeartbeat
	kindEnd
	kindOther
)

// maxLine bounds the memory of one subscriber; longer lines are cut.
const maxLine = 64 << 10

// events reads text/event-stream piece by piece. It knows LF and CRLF, the
// fields event, id and data, and of the data only what [scan] finds. The zero
// value is ready.
type events struct {
	line []byte // of an unfinished line
	next event
	typ  kind // of the event field; kindNone for none
}

// read takes the next bytes and calls each for every whole event.
func (e *events) read(p []byte, each func(event)) {
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			if len(e.line)+len(p) <= maxLine {
				e.line = append(e.line, p...)
			}
			return
		}
		line := p[:i]
		p = p[i+1:]
		if len(e.line) > 0 {
			line = append(e.line, line...)
			e.line = line[:0]
		}
		e.take(bytes.TrimSuffix(line, []byte("\r")), each)
		if len(p) == 0 {
			e.line = nil // an idle subscriber keeps no buffer
			return
		}
	}
}

func (e *events) take(line []byte, each func(event)) {
	if len(line) == 0 {
		if e.next.kind != kindNone {
			if e.typ != kindNone {
				e.next.kind = e.typ
			}
			each(e.next)
		}
		e.next, e.typ = event{}, kindNone
		return
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		e.next.kind = kindProgress
		e.next.audit, e.next.seq = scan(value)
	case "id":
		e.next.revision = digits(value)
	case "event":
		switch string(value) {
		case "heartbeat":
			e.typ = kindHeartbeat
		case "end":
			e.typ = kindEnd
		case "", "message":
			e.typ = kindNone
		default:
			e.typ = kindOther
		}
	}
}

// label stands before the number that this program writes into messages.
const label = "load "

var (
	auditKey   = []byte(`"audit_id":`)
	messageKey = []byte(`"message":"` + label)
)

// scan finds the audit and the number of the message in a JSON object.
func scan(data []byte) (audit, seq int64) { return after(data, auditKey), after(data, messageKey) }

func after(data, key []byte) int64 {
	i := bytes.Index(data, key)
	if i < 0 {
		return 0
	}
	return digits(bytes.TrimLeft(data[i+len(key):], " "))
}

// digits reads the number at the start of b; 0 for none.
func digits(b []byte) (n int64) {
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<53 {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
