package stream

import (
	"fmt"
	"net/http"
	"time"
)

// writer puts bytes on one connection, each write under the write deadline. It
// is the only place that knows how bytes leave.
type writer struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

// newWriter lifts the deadlines that the server or a middleware may have set for
// ordinary requests. Its error means that a wrapper round w hides the connection: a
// fault of this program, for which no request can do anything.
func newWriter(w http.ResponseWriter, timeout time.Duration) (*writer, error) {
	out := &writer{w: w, control: http.NewResponseController(w), timeout: timeout}
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
func (out *writer) write(blocks [][]byte) error {
	if err := out.writeLast(blocks); err != nil {
		return err
	}
	return out.control.SetWriteDeadline(time.Time{})
}

// writeLast sends blocks and leaves the deadline in force for what the server
// writes after the handler has returned. The server lifts it then. The error of
// a passed deadline is [os.ErrDeadlineExceeded].
func (out *writer) writeLast(blocks [][]byte) error {
	err := out.control.SetWriteDeadline(time.Now().Add(out.timeout))
	for i := 0; i < len(blocks) && err == nil; i++ {
		_, err = out.w.Write(blocks[i])
	}
	if err != nil {
		return err
	}
	return out.control.Flush()
}
