package main

import (
	"context"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"sync"

	"atalaya/app/follow"
	"atalaya/server/internal/sse"
	"atalaya/shared"
)

// remote is the platform of a session beyond a browser: a server that is asked over HTTP.
type remote struct {
	base  string // such as http://127.0.0.1:8000
	token string // empty for none
	http  *http.Client
}

// Available is true: streams can be read.
func (remote) Available() bool { return true }

// Online is true: nobody tells of a network that is away, so the server's silence must.
func (remote) Online() bool { return true }

// Watch tells nothing: there is no page around the session.
func (remote) Watch(func(follow.Wake)) (stop func()) { return func() {} }

// Fetch asks for one answer.
func (s remote) Fetch(ctx context.Context, r follow.Request) (follow.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+r.Path, nil)
	if err != nil {
		return follow.Response{}, err
	}
	request.Header.Set("Accept", "application/json")
	authorize(request, s.token)
	if r.ETag != "" {
		request.Header.Set("If-None-Match", r.ETag)
	}
	if r.Hold > 0 {
		request.Header.Set("Prefer", "wait="+strconv.Itoa(int(math.Ceil(r.Hold.Seconds()))))
	}
	answer, err := s.http.Do(request)
	if err != nil {
		return follow.Response{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, shared.MaxBody+1))
	if len(body) > shared.MaxBody {
		err = follow.ErrTooLarge
	}
	return follow.Response{
		Status: answer.StatusCode, ContentType: answer.Header.Get("Content-Type"),
		RetryAfter: answer.Header.Get("Retry-After"), Body: body,
	}, err
}

// OpenStream asks for a stream. It never reconnects by itself, as an EventSource does: each
// error closes it for good, and the session decides what follows.
func (s remote) OpenStream(path string, hear func(follow.Signal)) (follow.Stream, error) {
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	request.Header.Set("Accept", "text/event-stream")
	authorize(request, s.token)
	stream := &remoteStream{hear: hear, cancel: cancel}
	go stream.run(s.http, request)
	return stream, nil
}

// remoteStream is one stream under way.
type remoteStream struct {
	cancel context.CancelFunc

	mu   sync.Mutex
	hear func(follow.Signal) // nil once the stream is closed
}

// Close ends the stream; nothing is heard of it afterwards.
func (s *remoteStream) Close() {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hear = nil
}

func (s *remoteStream) tell(g follow.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hear != nil {
		s.hear(g)
	}
}

func (s *remoteStream) run(client *http.Client, r *http.Request) {
	if answer, err := client.Do(r); err == nil {
		s.read(answer)
		_ = answer.Body.Close() // it was read as far as it goes
	}
	s.tell(follow.Signal{Kind: follow.SignalError, Closed: true})
}

// read tells the events of an answer until it ends. What is no event stream has none.
func (s *remoteStream) read(answer *http.Response) {
	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil || kind != "text/event-stream" || answer.StatusCode != http.StatusOK {
		return
	}
	s.tell(follow.Signal{Kind: follow.SignalOpen})
	events := sse.NewDecoder(answer.Body)
	for {
		e, err := events.Next()
		if err != nil {
			return
		}
		if g, known := signalOf(e); known {
			s.tell(g)
		}
	}
}

// signalOf is what an event means to a session, which ignores those of other types.
func signalOf(e sse.Event) (g follow.Signal, known bool) {
	g.Data = string(e.Data)
	switch e.Type {
	case "", "message":
		g.Kind = follow.SignalMessage
	case shared.EventHeartbeat:
		g.Kind = follow.SignalHeartbeat
	case shared.EventDeleted:
		g.Kind = follow.SignalDeleted
	case shared.EventEnd:
		g.Kind = follow.SignalEnd
	default:
		return g, false
	}
	return g, true
}
