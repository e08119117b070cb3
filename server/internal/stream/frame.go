package stream

import (
	"encoding/json"
	"strconv"
	"sync"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// variant is one way to encode a frame.
type variant uint8

const (
	withID    variant = iota // a stream of one audit
	withoutID                // a stream of several
	brief                    // the list: no id, no activity
	beside                   // an audit beside the list, on one stream: an event type of its own
	body                     // a polling answer: the JSON alone
	variants
)

// frame is one state of one audit. It is encoded once per variant, when the first
// subscriber needs it, and all of them share its bytes.
type frame struct {
	progress shared.AuditProgress
	// serial counts the states of the topic, and sample says whose flushes of
	// this one are measured; the hub sets them before the frame is seen by anybody.
	serial  uint64
	sample  sample
	once    [variants]sync.Once
	encoded [variants][]byte
}

func newFrame(p shared.AuditProgress) *frame { return &frame{progress: p} }

func newFrames(rows []shared.AuditProgress) []*frame {
	frames := make([]*frame, len(rows))
	for i, p := range rows {
		frames[i] = newFrame(p)
	}
	return frames
}

func (f *frame) id() int64       { return f.progress.AuditID }
func (f *frame) revision() int64 { return f.progress.Revision }
func (f *frame) terminal() bool  { return f.progress.Status.Terminal() }

// bytes returns the encoded frame; nobody may change it.
func (f *frame) bytes(v variant) []byte {
	f.once[v].Do(func() { f.encoded[v] = f.encode(v) })
	return f.encoded[v]
}

func (f *frame) encode(v variant) []byte {
	switch v {
	case body:
		return mustJSON(f.progress)
	case brief:
		p := f.progress
		p.Activity = nil
		return mustEvent(nil, sse.Event{Data: mustJSON(p)})
	case beside:
		return mustEvent(nil, sse.Event{Type: shared.EventAudit, Data: f.bytes(body)})
	case withID:
		return mustEvent(nil, sse.Event{ID: strconv.FormatInt(f.revision(), 10), Data: f.bytes(body)})
	}
	return mustEvent(nil, sse.Event{Data: f.bytes(body)})
}

// mustJSON encodes the wire types, which hold nothing that can fail.
func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("stream: a wire type does not encode: " + err.Error())
	}
	return data
}

// mustEvent appends an event whose id and type are our own.
func mustEvent(dst []byte, e sse.Event) []byte {
	dst, err := sse.Append(dst, e)
	if err != nil {
		panic("stream: " + err.Error())
	}
	return dst
}
