package live

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atalaya/shared"
)

// world is a platform whose server and network the test plays.
type world struct {
	t *testing.T

	mu        sync.Mutex
	session   *Session
	streams   []*fakeStream
	requests  []Request
	asked     []time.Time // when each request came
	pending   []chan fakeAnswer
	views     []View
	lines     []string
	tell      func(Wake)
	offline   bool
	missing   bool
	openError error
	// answer, when set, answers requests at once; otherwise they wait for reply.
	answer func(Request) (Response, error)
	// greet, when set, is called with each new stream.
	greet func(*fakeStream)
	// skew is how long the device slept without a timer running.
	skew time.Duration
}

// change changes the world while a session lives in it.
func (w *world) change(how func()) {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	how()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.skew)
}

type fakeAnswer struct {
	r   Response
	err error
}

type fakeStream struct {
	w      *world
	url    string
	at     time.Time
	hear   func(Signal)
	closed bool
	gone   chan struct{} // closed with the stream
}

func (w *world) Available() bool { return !w.missing }
func (w *world) Online() bool    { return !w.offline }

func (w *world) OpenStream(url string, hear func(Signal)) (Stream, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.openError != nil {
		return nil, w.openError
	}
	s := &fakeStream{w: w, url: url, at: time.Now(), hear: hear, gone: make(chan struct{})}
	for _, old := range w.streams {
		if !old.closed {
			w.t.Errorf("%s opened beside %s", url, old.url)
		}
	}
	w.streams = append(w.streams, s)
	if w.greet != nil {
		go w.greet(s)
	}
	return s, nil
}

func (s *fakeStream) Close() {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if s.closed {
		s.w.t.Errorf("%s closed twice", s.url)
		return
	}
	s.closed = true
	close(s.gone)
}

// signal reaches the session unless the stream is closed, like in a browser.
func (s *fakeStream) signal(g Signal) {
	s.w.mu.Lock()
	closed := s.closed
	s.w.mu.Unlock()
	if !closed {
		s.hear(g)
	}
}

func (s *fakeStream) open() { s.signal(Signal{Kind: SignalOpen}) }
func (s *fakeStream) lose() { s.signal(Signal{Kind: SignalError}) }
func (s *fakeStream) shut() { s.signal(Signal{Kind: SignalError, Closed: true}) }
func (s *fakeStream) data(p shared.AuditProgress) {
	s.signal(Signal{Kind: SignalMessage, Data: encode(p)})
}

func (s *fakeStream) beat() { s.beatWithLag(0) }

// beatWithLag is a heartbeat whose query is lag old, on a clock that is years
// away from the device's.
func (s *fakeStream) beatWithLag(lag time.Duration) {
	now := time.Now().AddDate(7, 0, 0)
	fresh := shared.At(now.Add(-lag))
	s.signal(Signal{Kind: SignalHeartbeat, Data: encode(shared.Heartbeat{ServerTime: shared.At(now), FreshAt: &fresh})})
}

func (s *fakeStream) end(r shared.EndReason, retryMS int) {
	s.signal(Signal{Kind: SignalEnd, Data: encode(shared.End{Reason: r, RetryMS: retryMS})})
}

func (w *world) Fetch(ctx context.Context, r Request) (Response, error) {
	reply := make(chan fakeAnswer, 1)
	w.mu.Lock()
	w.requests, w.asked = append(w.requests, r), append(w.asked, time.Now())
	w.pending = append(w.pending, reply)
	answer := w.answer
	w.mu.Unlock()
	if answer != nil {
		return answer(r)
	}
	select {
	case a := <-reply:
		return a.r, a.err
	case <-ctx.Done():
		return Response{}, context.Cause(ctx)
	}
}

// reply answers the newest request.
func (w *world) reply(r Response, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending[len(w.pending)-1] <- fakeAnswer{r, err}
}

func (w *world) Watch(tell func(Wake)) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell = tell
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.tell = nil
	}
}

// begin opens a session in this world, to be closed at the end of the test.
func (w *world) begin(o Options) *Session {
	o.Platform, o.now = w, w.now
	o.OnChange = func(v View) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.views = append(w.views, v)
	}
	o.Log = func(line string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lines = append(w.lines, line)
	}
	s := Open(o)
	w.session = s
	w.t.Cleanup(func() {
		s.Close()
		<-s.Done()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, stream := range w.streams {
			if !stream.closed {
				w.t.Errorf("%s is left open", stream.url)
			}
		}
		if w.tell != nil {
			w.t.Error("the listeners are left")
		}
	})
	synctest.Wait()
	return s
}

// stream is the newest one.
func (w *world) stream() *fakeStream {
	w.t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.streams) == 0 {
		w.t.Fatal("no stream was opened")
	}
	return w.streams[len(w.streams)-1]
}

// view is the newest one told.
func (w *world) view() View {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.views[len(w.views)-1]
}

// phases are the phases told, repetitions left out.
func (w *world) phases() string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	var told []string
	for _, v := range w.views {
		if p := string(v.Phase); len(told) == 0 || told[len(told)-1] != p {
			told = append(told, p)
		}
	}
	return strings.Join(told, " ")
}

func (w *world) said() string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "\n")
}

// wait lets virtual time pass.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// progressOf is the state of a running audit at a revision.
func progressOf(id, revision int64, percent int) shared.AuditProgress {
	created := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	return shared.AuditProgress{
		AuditID: id, Revision: revision, URL: fmt.Sprintf("https://example.org/%d", id),
		Kind: shared.KindSite, Status: shared.StatusRunning, Stage: shared.StageCrawl, Progress: percent,
		CreatedAt: shared.At(created), UpdatedAt: shared.At(created.Add(time.Duration(revision) * time.Second)),
	}
}

func completed(id, revision int64) shared.AuditProgress {
	p := progressOf(id, revision, 100)
	p.Status, p.Stage = shared.StatusCompleted, shared.StageNone
	return p
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func jsonAnswer(v any) Response {
	return Response{Status: 200, ContentType: "application/json; charset=utf-8", Body: []byte(encode(v))}
}

func problemAnswer(status int, code shared.Code) Response {
	return Response{
		Status: status, ContentType: shared.ProblemType,
		Body: []byte(encode(shared.Problem{Status: status, Code: code})),
	}
}
