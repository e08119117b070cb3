package live

import (
	"context"
	"time"

	"atalaya/shared"
)

// PathPatience is how long [MeasurePath] waits for the first event of a stream, and for
// an answer. The server sends the event at once.
const PathPatience = 8 * time.Second

// PathTest is how long the server's news took to arrive; 0 is: not in time.
type PathTest struct {
	Answer time.Duration // an ordinary answer
	Event  time.Duration // the first event of a stream
}

// MeasurePath tells whether something on the way to the server holds streams back, which
// proxies do that wait for the end of an answer before they pass it on: then answers
// arrive and events do not. It opens a stream of its own and blocks until both arrived or
// [PathPatience] is over.
func MeasurePath(ctx context.Context, p Platform) (t PathTest) {
	ctx, cancel := context.WithTimeout(ctx, PathPatience)
	defer cancel()
	began := time.Now()
	if r, err := p.Fetch(ctx, Request{Path: shared.PathHealth}); err == nil && r.Status == StatusOK {
		t.Answer = max(time.Since(began), time.Millisecond)
	}
	began = time.Now()
	arrived := make(chan time.Duration, 1)
	stream, err := p.OpenStream(List().streamURL(0), func(g Signal) {
		if g.Kind == SignalMessage || g.Kind == SignalHeartbeat {
			select {
			case arrived <- max(time.Since(began), time.Millisecond):
			default: // the first one counts
			}
		}
	})
	if err != nil {
		return t
	}
	defer stream.Close()
	select {
	case t.Event = <-arrived:
	case <-ctx.Done():
	}
	return t
}
