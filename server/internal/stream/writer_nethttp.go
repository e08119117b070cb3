package stream

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"atalaya/shared"
)

// serveHTTP writes a stream with net/http, in the handler's goroutine, until one
// side ends it, and returns why.
func (o *openStream) serveHTTP(ctx context.Context, to *response, first *snapshot) (reason string) {
	woken := newSignal()
	o.subscriber.attach(woken)
	woken.wake() // for what came before
	timer := time.NewTimer(0)
	defer timer.Stop()
	out := o.start(time.Now(), first, nil)
	for {
		write := to.write
		if out.reason != "" {
			write = to.writeLast
		}
		if reason, over := o.do(out, woken, write); over {
			return reason
		}
		blocks := out.blocks[:0]
		if cap(blocks) > shared.ListSnapshot+1 {
			blocks = nil // a burst in the list must not stay with its subscriber
		}
		timer.Reset(o.deadline() - o.env.since(time.Now()))
		select {
		case <-ctx.Done():
			return endClientGone
		case <-woken:
		case <-timer.C:
		}
		out = o.step(time.Now(), o.env.draining(), blocks)
	}
}

// response puts bytes on a connection of net/http, each write under the write
// deadline.
type response struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

// newResponse lifts the deadlines that the server or a middleware may have set for
// ordinary requests. Its error means that a wrapper round w hides the connection: a
// fault of this program, for which no request can do anything.
func newResponse(w http.ResponseWriter, timeout time.Duration) (*response, error) {
	out := &response{w: w, control: http.NewResponseController(w), timeout: timeout}
	if err := out.control.SetReadDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("lift the read deadline: %w", err)
	}
	if err := out.control.SetWriteDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("lift the write deadline: %w", err)
	}
	return out, nil
}

// write sends blocks in one flush, then lifts the deadline again: HTTP/2 closes
// a stream whose deadline passes while nothing is written.
func (out *response) write(blocks [][]byte) error {
	if err := out.writeLast(blocks); err != nil {
		return err
	}
	return out.control.SetWriteDeadline(time.Time{})
}

// writeLast sends blocks and leaves the deadline in force for what the server
// writes after the handler has returned. The server lifts it then. The error of
// a passed deadline is [os.ErrDeadlineExceeded].
func (out *response) writeLast(blocks [][]byte) error {
	err := out.control.SetWriteDeadline(time.Now().Add(out.timeout))
	for i := 0; i < len(blocks) && err == nil; i++ {
		_, err = out.w.Write(blocks[i])
	}
	if err != nil {
		return err
	}
	return out.control.Flush()
}
