// Package ssetest reads streams of audits in tests, strictly: an event that is
// not as the contract says is an error.
//
//	r, err := ssetest.Open(t, client, request)
//	...
//	r.Revisions()    // what has come so far: "7@1", "7@2"
//	r.End()          // the end event, if it has come
//	r.NextProgress() // waits for the next state
//
// A [Reader] reads in the background until the stream or the test ends. It
// works on sockets and, in a synctest bubble, on pipes. Clients with loops of
// their own use [Next].
package ssetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// ErrEvent is wrapped by the errors about an event that came whole and is not as
// the contract says.
var ErrEvent = errors.New("an event that must not be")

// ErrEnded is what [Reader.NextProgress] returns after an end event that the
// server really followed by closing.
var ErrEnded = errors.New("the stream ended")

// Event is one event, when it came, and its data in the field of its type. States
// that came in the same bytes share what they point to, so they are only read.
type Event struct {
	sse.Event
	At        time.Time
	Progress  shared.AuditProgress
	Heartbeat shared.Heartbeat
	Deleted   shared.Deleted
	End       shared.End
}

// Next returns the next event of d. What it returns beside an error that wraps
// [ErrEvent] has come as it is.
func Next(d *sse.Decoder) (Event, error) {
	raw, err := d.Next()
	if err != nil {
		return Event{}, err
	}
	e := Event{Event: raw, At: time.Now()}
	switch e.Type {
	case "", shared.EventAudit:
		e.Progress, err = states.decode(e.Data)
	case shared.EventHeartbeat:
		e.Heartbeat, err = shared.DecodeHeartbeat(e.Data)
	case shared.EventDeleted:
		e.Deleted, err = shared.DecodeDeleted(e.Data)
	case shared.EventEnd:
		e.End, err = shared.DecodeEnd(e.Data)
	default:
		err = errors.New("unknown type")
	}
	if err != nil {
		return e, fmt.Errorf("%w: type %q, data %s: %w", ErrEvent, e.Type, e.Data, err)
	}
	return e, nil
}

// states decodes for all readers of a test binary.
var states decoder

// maxStates bounds what a decoder remembers: a few times the different frames
// that the largest test has under way.
const maxStates = 4096

// decoder decodes states and remembers what they were decoded from. A thousand
// subscribers of one audit read the same bytes, and under a race detector most of
// a test's time went by decoding them a thousand times.
type decoder struct {
	mu    sync.Mutex
	known map[string]shared.AuditProgress // by their bytes, all of them valid
}

func (d *decoder) decode(data []byte) (shared.AuditProgress, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.known[string(data)]; ok {
		return p, nil
	}
	p, err := shared.DecodeAuditProgress(data)
	if err != nil {
		return p, err
	}
	if d.known == nil || len(d.known) >= maxStates {
		d.known = make(map[string]shared.AuditProgress)
	}
	d.known[string(data)] = p
	return p, nil
}

// Reader is one request for a stream and what came of it. Its methods belong to
// the test's goroutine: those that meet an event that must not be fail the test.
type Reader struct {
	Request *http.Request
	Status  int
	Header  http.Header
	Began   time.Time // when the request was made

	t       testing.TB
	cancel  context.CancelFunc
	ended   chan struct{}
	problem shared.Problem // complete when ended is closed

	mu       sync.Mutex
	more     sync.Cond // an event has come, or the end
	events   []Event
	comments []string
	err      error // why nothing more comes
	returned int   // of events, by NextProgress
}

// Open makes a request and reads the answer until the stream or the test ends.
// It may be called from any goroutine.
func Open(t testing.TB, client *http.Client, req *http.Request) (*Reader, error) {
	ctx, cancel := context.WithCancel(req.Context())
	began := time.Now()
	resp, err := client.Do(req.WithContext(ctx)) //nolint:bodyclose // the Reader closes it
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Request = req
	r := newReader(t, resp, began, cancel)
	t.Cleanup(func() {
		r.Stop()
		r.Wait()
	})
	return r, nil
}

// Read reads an answer that was asked for by hand. Whoever made the connection
// ends it.
func Read(t testing.TB, resp *http.Response) *Reader {
	return newReader(t, resp, time.Now(), func() {})
}

func newReader(t testing.TB, resp *http.Response, began time.Time, cancel context.CancelFunc) *Reader {
	r := &Reader{
		Request: resp.Request, Status: resp.StatusCode, Header: resp.Header, Began: began,
		t: t, cancel: cancel, ended: make(chan struct{}),
	}
	r.more.L = &r.mu
	go r.read(resp.Body)
	return r
}

func (r *Reader) read(body io.ReadCloser) {
	defer close(r.ended)
	defer body.Close()
	var err error
	if r.Status == http.StatusOK {
		err = r.readEvents(body)
	} else {
		_ = json.NewDecoder(body).Decode(&r.problem) // some refusals have no body
		err = fmt.Errorf("no stream but status %d", r.Status)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	r.more.Broadcast()
}

func (r *Reader) readEvents(body io.Reader) error {
	d := sse.NewDecoder(body)
	d.OnComment = func(text string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.comments = append(r.comments, text)
	}
	for {
		e, err := Next(d)
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.events = append(r.events, e)
		r.more.Broadcast()
		r.mu.Unlock()
	}
}

// Stop closes the connection from this side.
func (r *Reader) Stop() { r.cancel() }

// Wait returns when the server has closed the stream, or the connection was cut.
func (r *Reader) Wait() { <-r.ended }

// Closed reports whether nothing more can come.
func (r *Reader) Closed() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// Problem is the body of a refusal; it is empty where there is a stream.
func (r *Reader) Problem() shared.Problem {
	if r.Status == http.StatusOK {
		return shared.Problem{}
	}
	r.Wait()
	return r.problem
}

// All returns every event so far.
func (r *Reader) All() []Event {
	r.t.Helper()
	r.mu.Lock()
	events, err := slices.Clone(r.events), r.err
	r.mu.Unlock()
	if errors.Is(err, ErrEvent) {
		r.t.Fatal(err)
	}
	return events
}

// Of returns the events of one type so far; "" is progress.
func (r *Reader) Of(kind string) []Event {
	r.t.Helper()
	return slices.DeleteFunc(r.All(), func(e Event) bool { return e.Type != kind })
}

// Comments returns the comments so far.
func (r *Reader) Comments() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.comments)
}

// Progress returns the states so far.
func (r *Reader) Progress() (states []shared.AuditProgress) {
	r.t.Helper()
	for _, e := range r.Of("") {
		states = append(states, e.Progress)
	}
	return states
}

// Revisions returns "id@revision" of the states so far.
func (r *Reader) Revisions() (list []string) {
	r.t.Helper()
	return revisions(r.Of(""))
}

// Beside returns "id@revision" of the states so far that came beside a list.
func (r *Reader) Beside() (list []string) {
	r.t.Helper()
	return revisions(r.Of(shared.EventAudit))
}

func revisions(events []Event) (list []string) {
	for _, e := range events {
		list = append(list, strconv.FormatInt(e.Progress.AuditID, 10)+"@"+strconv.FormatInt(e.Progress.Revision, 10))
	}
	return list
}

// Heartbeats returns the heartbeats so far.
func (r *Reader) Heartbeats() (heartbeats []shared.Heartbeat) {
	r.t.Helper()
	for _, e := range r.Of(shared.EventHeartbeat) {
		heartbeats = append(heartbeats, e.Heartbeat)
	}
	return heartbeats
}

// End returns the end event; ok is false while there is none. It fails the test
// if anything came after it.
func (r *Reader) End() (end shared.End, ok bool) {
	r.t.Helper()
	all := r.All()
	first := slices.IndexFunc(all, func(e Event) bool { return e.Type == shared.EventEnd })
	switch {
	case first < 0:
		return end, false
	case first < len(all)-1:
		r.t.Fatalf("end is not the last event: %+v", all)
	}
	return all[first].End, true
}

// LastEventID is what a reconnection would send.
func (r *Reader) LastEventID() string {
	r.t.Helper()
	all := r.All()
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].ID
}

// NextProgress waits for the first state that it has not returned yet.
func (r *Reader) NextProgress() (shared.AuditProgress, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		for r.returned < len(r.events) {
			e := r.events[r.returned]
			r.returned++
			if e.Type == "" {
				return e.Progress, nil
			}
		}
		if n := len(r.events); errors.Is(r.err, io.EOF) && n > 0 && r.events[n-1].Type == shared.EventEnd {
			return shared.AuditProgress{}, ErrEnded
		}
		if r.err != nil {
			return shared.AuditProgress{}, r.err
		}
		r.more.Wait()
	}
}
