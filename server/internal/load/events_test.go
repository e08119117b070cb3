package main

import (
	"slices"
	"strings"
	"testing"
)

func TestEvents(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []event
	}{
		{"what Atalaya sends",
			"retry: 1934\n\n: connected\n\nevent: heartbeat\ndata: {\"server_time\":\"x\"}\n\n" +
				"id: 17\ndata: {\"audit_id\":7,\"url\":\"https://x/\",\"message\":\"load 12\"}\n\nevent: end\ndata: {}\n\n",
			[]event{{kind: kindHeartbeat}, {kindProgress, 17, 7, 12}, {kind: kindEnd}}},
		{"another's message", "data: {\"message\":\"crawling 3\",\"audit_id\": 9}\n\n", []event{{kind: kindProgress, audit: 9}}},
		{"no message yet", "data: {\"audit_id\":1,\"message\":null}\n\n", []event{{kind: kindProgress, audit: 1}}},
		{"CRLF", "id: 1\r\ndata: {}\r\n\r\n", []event{{kind: kindProgress, revision: 1}}},
		{"no space", "id:2\ndata:{}\n\n", []event{{kind: kindProgress, revision: 2}}},
		{"another type", "event: tea\ndata: {}\n\nevent: message\ndata: {}\n\n", []event{{kind: kindOther}, {kind: kindProgress}}},
		{"no data, no event", "event: end\n\nid: 4\n\n: x\n\ndata: {}\n\n", []event{{kind: kindProgress}}},
		{"not whole", "data: {}\n\ndata: {\"audit_id\":1}\n", []event{{kind: kindProgress}}},
		{"empty", "", nil},
	} {
		for name, pieces := range cuts(test.in) {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				var e events
				var got []event
				for _, p := range pieces {
					e.read([]byte(p), func(e event) { got = append(got, e) })
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("got %+v, want %+v", got, test.want)
				}
			})
		}
	}
}

// A subscriber costs a buffer only while a line is unfinished, and never a large
// one.
func TestEventsMemory(t *testing.T) {
	var e events
	ignore := func(event) {}
	e.read([]byte("data: {\"audit"), ignore)
	e.read([]byte("_id\":1}\n\n"), ignore)
	if e.line != nil {
		t.Errorf("an idle subscriber keeps %d bytes", cap(e.line))
	}
	piece := []byte(strings.Repeat("x", 10_000))
	for range 100 {
		e.read(piece, ignore)
	}
	if len(e.line) > maxLine {
		t.Errorf("an endless line costs %d bytes, want at most %d", len(e.line), maxLine)
	}
}
