package live_test

import (
	"fmt"
	"time"

	"atalaya/app/internal/live"
)

// A stream connects, beats and brings data; then it breaks. The browser does not
// reconnect within the grace of 15 s, so the machine opens a source of its own.
func ExampleNext() {
	var state live.State
	happens := func(seconds float64, event live.Event) {
		event.At = time.Duration(seconds * float64(time.Second))
		event.Jitter = 0.5 // waits are half of their bounds
		var commands []live.Command
		state, commands = live.Next(state, event)
		fmt.Printf("%4.1f s: %s", seconds, state.Phase())
		for _, c := range commands {
			switch c.Do {
			case live.OpenSource:
				fmt.Print(", open source ", c.Source)
			case live.CloseSource:
				fmt.Print(", close source ", c.Source)
			case live.Say:
				fmt.Printf(", say %q", c.Line)
			}
		}
		fmt.Println()
	}

	happens(1, live.Event{Kind: live.Started, Available: true, Online: true})
	happens(1.1, live.Event{Kind: live.SourceOpened, Source: 1})
	happens(1.1, live.Event{Kind: live.SourceBeat, Source: 1})
	happens(1.2, live.Event{Kind: live.SourceData, Source: 1})
	happens(10, live.Event{Kind: live.SourceFailed, Source: 1})
	happens(state.NextDeadline().Seconds(), live.Event{Kind: live.Ticked}) // the grace ends
	happens(state.NextDeadline().Seconds(), live.Event{Kind: live.Ticked}) // the wait ends
	happens(26, live.Event{Kind: live.SourceBeat, Source: 2})

	// Output:
	//  1.0 s: connecting, open source 1
	//  1.1 s: connecting
	//  1.1 s: live, say "[SSE] Connection established"
	//  1.2 s: live
	// 10.0 s: retrying
	// 25.0 s: retrying, close source 1
	// 25.5 s: retrying, say "[SSE] Reconnection attempt 1", open source 2
	// 26.0 s: live, say "[SSE] Connection established"
}
