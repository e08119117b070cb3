// Program gosse follows an audit with github.com/tmaxmax/go-sse.
package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/tmaxmax/go-sse"

	"programs/say"
)

func main() {
	request, err := http.NewRequest(http.MethodGet, os.Args[1], nil)
	if err != nil {
		fail(err)
	}
	client := sse.Client{ResponseValidator: func(answer *http.Response) error {
		if answer.StatusCode == http.StatusNoContent {
			say.Followed()
		}
		return sse.DefaultValidator(answer)
	}}
	connection := client.NewConnection(request)
	connection.SubscribeMessages(func(e sse.Event) { say.State(e.LastEventID, []byte(e.Data)) })
	fail(connection.Connect())
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
