package sse_test

import (
	"fmt"
	"strings"

	"atalaya/server/internal/sse"
)

func ExampleDecoder() {
	stream := strings.NewReader(": connected\n\n" +
		"id: 1\ndata: {\"progress\":40}\n\n" +
		"event: end\ndata: {\"reason\":\"finished\"}\n\n")
	d := sse.NewDecoder(stream)
	for {
		e, err := d.Next()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("type %q, id %s: %s\n", e.Type, e.ID, e.Data)
	}
	// Output:
	// type "", id 1: {"progress":40}
	// type "end", id 1: {"reason":"finished"}
	// EOF
}

func ExampleAppend() {
	block, err := sse.Append(nil, sse.Event{ID: "1", Type: "note", Data: []byte("two\nlines")})
	fmt.Printf("%s%v\n", block, err)
	// Output:
	// id: 1
	// event: note
	// data: two
	// data: lines
	//
	// <nil>
}
