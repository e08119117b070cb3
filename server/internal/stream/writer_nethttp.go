package stream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"atalaya/shared"
)

// serveHTTP drives a stream over net/http, in the handler's goroutine, until
// one side ends it, and returns why.
func (t *ticket) serveHTTP(ctx context.Context, out *response, snapshot *batch) (reason string) {
	woken := newSlot()
	t.view.attach(woken)
	woken.wake() // by what came before
	timer := time.NewTimer(0)
	defer timer.Stop()
	now := t.start(time.Now(), snapshot, nil)
	for {
		if reason, over := t.send(out, now, woken); over {
			return reason
		}
		blocks := now.blocks[:0]
		if cap(blocks) > shared.ListSnapshot+1 {
			blocks = nil // a burst in the list must not stay with its reader
		}
		timer.Reset(t.deadline() - t.server.since(time.Now()))
		select {
		case <-ctx.Done():
			return endClientGone
		case <-woken:
		case <-timer.C:
		}
		now = t.step(time.Now(), t.server.Draining(), blocks)
	}
}

// send does what a turn wants done.
func (t *ticket) send(out *response, now turn, w waker) (reason string, over bool) {
	if now.resync {
		t.view.(*listing).resync(t.server.relay, w)
	}
	write := out.write
	if now.reason != "" {
		write = out.writeLast
	}
	if len(now.blocks) > 0 {
		if err := write(now.blocks); err != nil {
			return failure(err), true
		}
		clear(now.blocks) // a frame must not live as long as its slowest reader idles
		t.flushed(time.Now())
	}
	return now.reason, now.reason != ""
}

func failure(err error) (reason string) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return endWriteDeadline
	}
	return endClientGone
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
