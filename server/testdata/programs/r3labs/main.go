// Program r3labs follows an audit with github.com/r3labs/sse.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/r3labs/sse/v2"

	"programs/say"
)

func main() {
	client := sse.NewClient(os.Args[1])
	client.ResponseValidator = func(_ *sse.Client, answer *http.Response) error {
		switch answer.StatusCode {
		case http.StatusOK:
			return nil
		case http.StatusNoContent:
			say.Followed()
		}
		return fmt.Errorf("the server answered %s", answer.Status)
	}
	for { // it returns when a server ends a stream as it should
		err := client.SubscribeRaw(func(e *sse.Event) {
			if len(e.Event) == 0 {
				say.State(string(e.ID), e.Data)
			}
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		time.Sleep(time.Second)
	}
}
